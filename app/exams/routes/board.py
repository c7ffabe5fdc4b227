"""The live board of a sitting: who is where, and what is to be done for one, several or all of them."""

from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session

from app.exams.queries import rooms as queries
from app.exams.routes import together
from app.exams.routes.board_view import Board, board_of
from app.exams.routes.together import ChoiceForm, Supervisor
from app.kernel.clock import Clock
from app.platform.database import Read
from app.platform.routing import Router
from app.web.forms import Form, FormState, parse
from app.web.pages import page, wants_fragment
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer

router = Router(prefix="/rooms/{sitting_id}/board")

_TOLD_EVERY = timedelta(seconds=30)
"""How old the time on a page that keeps asking may become."""
_DIGITS = 12
"""Of an instant in epoch seconds, at most."""


def _page(
    *,
    request: Request,
    session: Session,
    clock: Clock,
    viewer: Viewer,
    room: queries.RoomFacts,
    board: Board,
    form: FormState,
) -> Response:
    assigned = queries.is_assigned(session, viewer.person_id, room.id)
    return page(
        request,
        "exams/board.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=None
        if request.method == "GET"
        else f"/{request.path_params['locale']}/rooms/{room.id}/board",
        room=room,
        board=board,
        rows=board.listed(),
        counts=board.counts,
        version=board.version(),
        manages=viewer.has("exam_manager"),
        assigned=assigned,
        everybody=request.query_params.get("choose") == "listed",
        now=clock.now(),
        form=form,
        error_title=bool(form.errors),
    )


@router.get("")
def show(request: Request, session: Read, clock: ClockDep, viewer: Supervisor, sitting_id: UUID) -> Response:
    """Everybody of the sitting; asked again with the last version, what changed since, or for 30 s 204."""
    room = queries.room_of(session, viewer.person_id, sitting_id, manages=viewer.has("exam_manager"))
    version = request.query_params.get("version", "")
    polled = wants_fragment(request) and version != ""
    board = board_of(request, session, clock, viewer, sitting_id, fresh=not polled)
    if not polled:
        return _page(
            request=request,
            session=session,
            clock=clock,
            viewer=viewer,
            room=room,
            board=board,
            form=FormState(),
        )
    change = board.since(version)
    if change.version == version and not _is_old(request.query_params.get("at", ""), clock.now()):
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})
    return page(
        request,
        "exams/board.html",
        "changes",
        room=room,
        board=board,
        change=change,
        counts=board.counts,
        version=change.version,
        everybody=False,
        now=clock.now(),
        form=FormState(),
    )


def _is_old(told: str, now: datetime) -> bool:
    """Whether the time that a page says is too old; ``told`` in epoch seconds, as the page was given it."""
    known = told.isdecimal() and len(told) <= _DIGITS
    return not known or now.timestamp() - int(told) >= _TOLD_EVERY.total_seconds()


@router.post("")
def ask(
    *, request: Request, session: Read, clock: ClockDep, viewer: Supervisor, form: Form, sitting_id: UUID
) -> Response:
    """Ask for what an act needs, and name whom it is for; nothing is done yet."""
    room = queries.room_of(session, viewer.person_id, sitting_id, manages=viewer.has("exam_manager"))
    board = board_of(request, session, clock, viewer, sitting_id, fresh=True)
    data, state = parse(form, ChoiceForm)
    if data is not None and data.who == "chosen" and not data.attempt:
        state.add("attempt", N_("Choose at least one person in the list."))
    if data is None or state.errors:
        return _page(
            request=request,
            session=session,
            clock=clock,
            viewer=viewer,
            room=room,
            board=board,
            form=state,
        )
    return together.ask(together.Place(request, session, clock, viewer, room), data.act, data, FormState())
