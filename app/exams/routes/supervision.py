"""One attempt for those who supervise it: its history, extra time, pause, resume, let in, end, void."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field

from app.accounts import queries as accounts
from app.exams.queries import attempts as attempt_queries
from app.exams.queries import supervision as queries
from app.exams.service import supervision, time
from app.kernel.clock import Clock
from app.kernel.ids import new_id
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormModel, FormState, parse
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/rooms/attempts/{attempt_id}")

Supervisor = Annotated[Viewer, Depends(holding("exam_manager", "proctor"))]
Manager = Annotated[Viewer, Depends(holding("exam_manager"))]


class ReasonForm(FormModel):
    """Why something is done to an attempt."""

    reason: str = Field(min_length=3, max_length=1000)


class TimeForm(ReasonForm):
    """Extra time: minutes or per cent. ``key`` makes a repeated form count once."""

    minutes: int | None = Field(default=None, ge=1, le=240)
    percent: int | None = Field(default=None, ge=1, le=200)
    key: str = Field(min_length=8, max_length=64)


def _door(session: Read, clock: Clock, viewer: Viewer, attempt_id: UUID) -> queries.Supervised:
    return queries.supervised_of(
        session,
        attempt_id,
        person_id=viewer.person_id,
        manages=viewer.has("exam_manager"),
        at=clock.now(),
    )


def _page(
    request: Request, session: Read, clock: Clock, attempt: queries.Supervised, form: FormState
) -> Response:
    history = attempt_queries.history_of(session, attempt.id)
    grants = queries.grants_of(session, attempt.id)
    people = {entry.actor_id for entry in history} | {grant.approver_id for grant in grants}
    people |= {attempt.candidate_id, attempt.termination_by}
    left: timedelta | None = None
    if attempt.remaining_ms is not None:
        left = timedelta(milliseconds=attempt.remaining_ms)
    elif attempt.deadline is not None and attempt.submitted_at is None:
        left = max(timedelta(), attempt.deadline - clock.now())
    return page(
        request,
        "exams/attempt_staff.html",
        status=422 if form.errors else 200,
        switch_path=None if request.method == "GET" else f"{request.url.path.rsplit('/', 1)[0]}",
        attempt=attempt,
        history=history,
        grants=grants,
        names=accounts.names_of(session, [person for person in people if person is not None]),
        takeovers=attempt_queries.takeovers(session, attempt.id),
        left=left,
        form=form,
        key=new_id().hex,
        done=request.query_params.get("done", ""),
    )


@router.get("")
def show(
    *, request: Request, session: Read, clock: ClockDep, viewer: Supervisor, attempt_id: UUID
) -> Response:
    """The attempt with its whole history."""
    attempt = _door(session, clock, viewer, attempt_id)
    return _page(request, session, clock, attempt, FormState())


def _done(request: Request, attempt_id: UUID, what: str) -> Response:
    return go(request, f"rooms/attempts/{attempt_id}", done=what)


@router.post("/time")
def create_time(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Give extra time, while it runs or after it closed."""
    attempt = _door(session, clock, viewer, attempt_id)
    data, state = parse(form, TimeForm)
    if data is not None and (data.minutes is None) == (data.percent is None):
        state.add("minutes", N_("Give either minutes or per cent."))
    if data is None or state.errors:
        return _page(request, session, clock, attempt, state)
    time.grant(
        session,
        clock,
        attempt_id=attempt_id,
        actor_id=viewer.person_id,
        reason=data.reason,
        extra=time.Extra(data.key, data.minutes, data.percent),
    )
    return _done(request, attempt_id, "time")


@router.post("/pause")
def create_pause(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Stop the clock and hide the items."""
    attempt = _door(session, clock, viewer, attempt_id)
    data, state = parse(form, ReasonForm)
    if data is None:
        return _page(request, session, clock, attempt, state)
    time.pause(session, clock, attempt_id=attempt_id, actor_id=viewer.person_id, reason=data.reason)
    return _done(request, attempt_id, "pause")


@router.post("/resume")
def create_resume(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Let a paused attempt go on with the time it had."""
    del form
    _door(session, clock, viewer, attempt_id)
    time.resume(session, clock, attempt_id=attempt_id, actor_id=viewer.person_id)
    return _done(request, attempt_id, "resume")


@router.post("/entry")
def create_entry(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Let an interrupted candidate back in."""
    del form
    _door(session, clock, viewer, attempt_id)
    supervision.let_in(session, clock, attempt_id=attempt_id, actor_id=viewer.person_id)
    return _done(request, attempt_id, "entry")


@router.post("/termination")
def propose_termination(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Propose to end the attempt; the candidate goes on until another person confirms."""
    attempt = _door(session, clock, viewer, attempt_id)
    data, state = parse(form, ReasonForm)
    if data is None:
        return _page(request, session, clock, attempt, state)
    supervision.propose_termination(
        session, clock, attempt_id=attempt_id, actor_id=viewer.person_id, reason=data.reason
    )
    return _done(request, attempt_id, "termination")


@router.post("/termination/confirmation")
def confirm_termination(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """End the attempt as another person proposed."""
    del form
    _door(session, clock, viewer, attempt_id)
    supervision.confirm_termination(session, clock, attempt_id=attempt_id, actor_id=viewer.person_id)
    return _done(request, attempt_id, "terminated")


@router.post("/termination/withdrawal")
def withdraw_termination(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Take the proposal back."""
    del form
    _door(session, clock, viewer, attempt_id)
    supervision.withdraw_termination(session, clock, attempt_id=attempt_id, actor_id=viewer.person_id)
    return _done(request, attempt_id, "withdrawn")


@router.post("/void")
def create_void(
    *, request: Request, session: Write, clock: ClockDep, viewer: Manager, form: Form, attempt_id: UUID
) -> Response:
    """Void the attempt through no fault of the candidate."""
    attempt = _door(session, clock, viewer, attempt_id)
    data, state = parse(form, ReasonForm)
    if data is None:
        return _page(request, session, clock, attempt, state)
    supervision.void(session, clock, attempt_id=attempt_id, actor_id=viewer.person_id, reason=data.reason)
    return _done(request, attempt_id, "void")
