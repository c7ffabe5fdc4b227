"""The wall of a sitting at a distance: a tile for everybody in the exam, for the proctors of the sitting.

Acts stand on the pages of the board and of the attempt; a tile leads there.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session

from app.exams.queries import rooms
from app.exams.queries.board import Row, short_hash
from app.exams.queries.supervision import begun_of
from app.exams.routes.board_view import Board, board_of
from app.exams.rules.board import Age, Filter, age_of, fits
from app.exams.rules.secure_browser import AT_A_DISTANCE
from app.exams.rules.states import OPEN
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.platform.database import Read
from app.platform.routing import Router
from app.proctoring.queries import wall as queries
from app.proctoring.queries.pictures import is_monitored
from app.proctoring.routes.words import FACTS
from app.proctoring.rules.pictures import watches
from app.proctoring.rules.wall import RECENT, Eye, Pane, eyes, pane
from app.web.forms import page_number
from app.web.pages import page, wants_fragment
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/rooms/{sitting_id}/wall")
Proctor = Annotated[Viewer, Depends(holding("proctor"))]


class Tile(NamedTuple):
    """Somebody in the exam, as coarse as it is shown."""

    row: Row
    picture: queries.Newest | None
    age: Age | None
    eyes: tuple[Eye, ...]
    said: tuple[tuple[str, int, Age], ...]
    """Since ``RECENT``: the sentence of a fact, how often, and how long ago the last time."""


class Wall(NamedTuple):
    """What one page of the wall shows. ``over``: how many have finished and are no longer on it."""

    tiles: tuple[Tile, ...]
    pane: Pane
    counts: dict[Filter, int]
    over: int
    monitored: bool
    wanted: Filter

    def version(self) -> str:
        """Changes when anything that is shown does."""
        return short_hash(self)


def _wall(request: Request, session: Session, clock: Clock, board: Board, room: rooms.RoomFacts) -> Wall:
    now, on = clock.now(), is_monitored(session, room.id)
    wanted = Filter.ATTENTION if request.query_params.get("filter") == Filter.ATTENTION else Filter.ALL
    inside = [row for row, _ in board.rows if row.lifecycle in OPEN]
    ids = [row.attempt_id for row in inside]
    newest, cameras = queries.newest_of(session, ids), queries.cameras_of(session, ids)
    begun = begun_of(session, ids)
    looks = {
        row.attempt_id: eyes(
            watched=watches(mode=room.mode, lifecycle=row.lifecycle, monitored=on),
            since=begun.get(row.attempt_id),
            picture_at=newest[row.attempt_id].at if row.attempt_id in newest else None,
            camera=cameras.get(row.attempt_id),
            at=now,
        )
        for row in inside
    }
    needing = [
        row for row in inside if looks[row.attempt_id] or fits(row.lifecycle, row.cues, Filter.ATTENTION)
    ]
    listed = needing if wanted is Filter.ATTENTION else inside
    shown = pane(len(listed), page_number(request.query_params.get("page", "")))
    rows = listed[shown.first - 1 : shown.last]
    said = queries.said_of(session, [row.attempt_id for row in rows], since=now - RECENT)
    return Wall(
        tuple(
            _tile(
                row, newest.get(row.attempt_id), looks[row.attempt_id], said.get(row.attempt_id, []), at=now
            )
            for row in rows
        ),
        shown,
        {Filter.ALL: len(inside), Filter.ATTENTION: len(needing)},
        len(board.rows) - len(inside),
        on,
        wanted,
    )


def _tile(
    row: Row, picture: queries.Newest | None, seen: tuple[Eye, ...], said: list[queries.Said], *, at: datetime
) -> Tile:
    told = tuple((FACTS[one.fact], one.number, age_of(one.at, at)) for one in said)
    return Tile(row, picture, age_of(picture.at, at) if picture else None, seen, told)


@router.get("")
def show_wall(
    request: Request, session: Read, clock: ClockDep, viewer: Proctor, sitting_id: UUID
) -> Response:
    """Everybody in the exam with their newest picture; asked again with the last version, or 204."""
    room = rooms.room_of(session, viewer.person_id, sitting_id)
    if room.mode not in AT_A_DISTANCE:
        raise NotFound
    known = request.query_params.get("version", "")
    polled = wants_fragment(request) and known != ""
    board = board_of(request, session, clock, viewer, sitting_id, fresh=not polled)
    wall = _wall(request, session, clock, board, room)
    version = wall.version()
    if polled and version == known:
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})
    return page(
        request,
        "proctoring/wall.html",
        *(("changes",) if polled else ()),
        room=room,
        board=board,
        wall=wall,
        version=version,
        now=clock.now(),
        minutes=int(RECENT.total_seconds()) // 60,
    )
