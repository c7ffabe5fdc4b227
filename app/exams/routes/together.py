"""Acts for one, several or all of a sitting: asking what they need, doing them, telling how each ended."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.exams.errors import FormCountedBefore, OwnTrainee
from app.exams.queries import rooms as queries
from app.exams.queries.board import Row
from app.exams.routes.board_view import Board, board_of, by_id
from app.exams.routes.reasons import ReasonForm, TimeForm, check_time, fresh_key
from app.exams.routes.roles import acting_in
from app.exams.rules.board import Act
from app.exams.rules.messages import LONGEST, Ready
from app.exams.rules.transitions import Who
from app.exams.service import extra_time, messages
from app.exams.service import together as service
from app.exams.service.together import Outcome
from app.kernel.clock import Clock
from app.kernel.errors import Malformed, NotFound
from app.kernel.locales import Locale
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form, FormModel, FormState, parse
from app.web.pages import page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/rooms/{sitting_id}")

Supervisor = Annotated[Viewer, Depends(holding("exam_manager", "proctor"))]

_MOST = 1_000


class WhoForm(FormModel):
    """For whom: the attempts that are chosen, or everybody of the sitting."""

    who: Literal["chosen", "all"]
    attempt: list[UUID] = Field(default_factory=list, max_length=_MOST)

    @property
    def chosen(self) -> list[UUID] | None:
        """None: everybody."""
        return None if self.who == "all" else self.attempt


class ChoiceForm(WhoForm):
    """What is to be done, and for whom."""

    act: Act


class PauseForm(WhoForm, ReasonForm):
    """A pause has a reason."""


class TogetherTimeForm(WhoForm, TimeForm):
    """Extra time; a form that names nobody is for everybody."""

    who: Literal["chosen", "all"] = "all"


class MessageForm(WhoForm):
    """A ready sentence, or ``own``: a text in a language. ``key`` makes a repeated form one message."""

    what: Literal["own", "start_later", "quiet", "remain_seated", "technical", "time_added", "proctor_comes"]
    body: str = Field(default="", max_length=LONGEST)
    language: Locale
    key: str = Field(min_length=8, max_length=64)


@dataclass(frozen=True, slots=True)
class Place:
    """A sitting that the viewer has entered by its door."""

    request: Request
    session: Session
    clock: Clock
    viewer: Viewer
    room: queries.RoomFacts

    @property
    def roles(self) -> frozenset[Who]:
        """As whom the viewer acts here."""
        assigned = queries.is_assigned(self.session, self.viewer.person_id, self.room.id)
        return acting_in(self.viewer, assigned=assigned)

    def board(self) -> Board:
        """Everybody as they stand now, after whatever was done."""
        return board_of(self.request, self.session, self.clock, self.viewer, self.room.id, fresh=True)


def _enter(request: Request, session: Session, clock: Clock, viewer: Viewer, sitting_id: UUID) -> Place:
    room = queries.room_of(session, viewer.person_id, sitting_id, manages=viewer.has("exam_manager"))
    return Place(request, session, clock, viewer, room)


def ask(
    place: Place, act: Act, choice: WhoForm | None, form: FormState, refusal: FormCountedBefore | None = None
) -> Response:
    """The page that asks for what an act needs and names whom it is for.

    After a ``refusal`` it keeps what was typed, and sent again it is a new form.

    Raises:
        NotFound: somebody who was chosen is not on the viewer's board.
    """
    board = place.board()
    rows = [row for row, _ in board.rows]
    chosen = choice.chosen if choice is not None else None
    if chosen is not None:
        known = by_id(rows)
        if not set(chosen) <= set(known):
            raise NotFound
        rows = [row for row in rows if row.attempt_id in set(chosen)]
    locale = place.request.path_params["locale"]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    if refusal is not None:
        status = refusal.status
    return page(
        place.request,
        "exams/together.html",
        status=status,
        switch_path=f"/{locale}/rooms/{place.room.id}/{'time' if act is Act.TIME else 'board'}",
        room=place.room,
        act=str(act),
        all=chosen is None,
        rows=rows,
        own=board.own,
        roles=place.roles,
        ready=list(Ready),
        longest=LONGEST,
        form=form,
        refusal=errors.sentence_of(place.request, refusal) if refusal else "",
        key=(not refusal and form.value("key")) or fresh_key(),
        error_title=status is not HTTPStatus.OK,
    )


def _told(place: Place, act: Act, outcomes: Sequence[Outcome]) -> Response:
    """For whom it was done, for whom not and why; nobody whom the viewer has trained is named."""
    known = by_id(row for row, _ in place.board().rows)
    done: list[Row] = []
    again: list[Row] = []
    left: dict[tuple[str, str], list[Row]] = defaultdict(list)
    own = 0
    for outcome in outcomes:
        row = known.get(outcome.attempt_id)
        if isinstance(outcome.error, OwnTrainee):
            own += 1
        elif row is None:
            continue
        elif outcome.error is not None:
            state = str(outcome.error.facts.get("state", ""))
            sentence = "" if state else errors.sentence_of(place.request, outcome.error)
            left[state, sentence].append(row)
        else:
            (again if outcome.again else done).append(row)
    return page(
        place.request,
        "exams/together_done.html",
        switch_path=f"/{place.request.path_params['locale']}/rooms/{place.room.id}/board",
        room=place.room,
        act=str(act),
        done=done,
        again=again,
        left=[(*why, rows) for why, rows in left.items()],
        own=own,
    )


@router.post("/pause")
def create_pause(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, sitting_id: UUID
) -> Response:
    """Stop the clocks and hide the items."""
    place = _enter(request, session, clock, viewer, sitting_id)
    data, state = parse(form, PauseForm)
    if data is None:
        return ask(place, Act.PAUSE, _who(form), state)
    outcomes = service.pause(
        session,
        clock,
        sitting_id=sitting_id,
        actor_id=viewer.person_id,
        roles=place.roles,
        reason=data.reason,
        chosen=data.chosen,
    )
    return _told(place, Act.PAUSE, outcomes)


@router.post("/resume")
def create_resume(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, sitting_id: UUID
) -> Response:
    """Let paused attempts go on with the time they had."""
    place = _enter(request, session, clock, viewer, sitting_id)
    choice = _who(form)
    outcomes = service.resume(
        session,
        clock,
        sitting_id=sitting_id,
        actor_id=viewer.person_id,
        roles=place.roles,
        chosen=choice.chosen,
    )
    return _told(place, Act.RESUME, outcomes)


@router.get("/time")
def ask_time(
    request: Request, session: Read, clock: ClockDep, viewer: Supervisor, sitting_id: UUID
) -> Response:
    """Ask how much extra time everybody gets and why, and say whom it reaches."""
    return ask(_enter(request, session, clock, viewer, sitting_id), Act.TIME, None, FormState())


@router.post("/time")
def create_time(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, sitting_id: UUID
) -> Response:
    """Give the same extra time to those who are chosen, or to everybody of the room."""
    place = _enter(request, session, clock, viewer, sitting_id)
    data, state = parse(form, TogetherTimeForm)
    check_time(data, state)
    if data is None or state.errors:
        return ask(place, Act.TIME, _who(form) if "who" in form else None, state)
    try:
        with session.begin_nested():  # all of it or nothing
            outcomes = service.give_time(
                session,
                clock,
                sitting_id=sitting_id,
                actor_id=viewer.person_id,
                roles=place.roles,
                reason=data.reason,
                extra=extra_time.Extra(data.key, data.minutes, data.percent),
                chosen=data.chosen,
            )
    except FormCountedBefore as refusal:
        return ask(place, Act.TIME, data, state, refusal)
    return _told(place, Act.TIME, outcomes)


@router.post("/messages")
def create_message(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, sitting_id: UUID
) -> Response:
    """Send a message to those who are chosen, or to everybody of the room."""
    place = _enter(request, session, clock, viewer, sitting_id)
    data, state = parse(form, MessageForm)
    if data is not None and data.what == "own" and not data.body:
        state.add("body", N_("Write the message, or choose a ready sentence."))
    if data is None or state.errors:
        return ask(place, Act.MESSAGE, _who(form), state)
    own = data.what == "own"
    words = messages.Words(
        data.key,
        ready=None if own else Ready(data.what),
        body=data.body if own else None,
        language=data.language if own else None,
    )
    try:
        outcomes = messages.send(
            session, clock, sitting_id=sitting_id, actor_id=viewer.person_id, words=words, chosen=data.chosen
        )
    except FormCountedBefore as refusal:
        return ask(place, Act.MESSAGE, data, state, refusal)
    return _told(place, Act.MESSAGE, outcomes)


def _who(form: Form) -> WhoForm:
    """For whom a form is that may be wrong in other ways.

    Raises:
        Malformed: not a form of ours.
    """
    data, _ = parse(form, WhoForm)
    if data is None:
        raise Malformed
    return data
