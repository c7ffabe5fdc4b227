"""One attempt for those who supervise it: its history, extra time, pause, resume, let in, end, void."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session

from app.accounts import queries as accounts
from app.exams.queries import attempts as attempt_queries
from app.exams.queries import secure_browser as browser_queries
from app.exams.queries import supervision as queries
from app.exams.routes.reasons import BrowserForm, ReasonForm, TimeForm, check_time, fresh_key
from app.exams.routes.roles import acting_in
from app.exams.rules.transitions import Who
from app.exams.service import extra_time, secure_browser, supervision
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form, FormState, parse
from app.web.pages import go, page
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/rooms/attempts/{attempt_id}")

Supervisor = Annotated[Viewer, Depends(holding("exam_manager", "proctor"))]
Manager = Annotated[Viewer, Depends(holding("exam_manager"))]


def _roles(session: Session, viewer: Viewer, attempt_id: UUID) -> frozenset[Who]:
    """The door of every act: in which roles the viewer acts at this attempt."""
    manages = viewer.has("exam_manager")
    assigned = queries.is_proctor_of(session, attempt_id, person_id=viewer.person_id, manages=manages)
    return acting_in(viewer, assigned=assigned)


def _page(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    viewer: Viewer,
    attempt_id: UUID,
    form: FormState,
) -> Response:
    attempt = queries.supervised_of(
        session,
        attempt_id,
        person_id=viewer.person_id,
        manages=viewer.has("exam_manager"),
        at=clock.now(),
    )
    history = attempt_queries.history_of(session, attempt.id)
    grants = queries.grants_of(session, attempt.id)
    browser = browser_queries.entries_of(session, attempt.id)
    people = (
        {entry.actor_id for entry in history}
        | {entry.actor_id for entry in browser}
        | {grant.approver_id for grant in grants}
    )
    people |= {attempt.candidate_id, attempt.termination_by}
    left: timedelta | None = None
    if attempt.remaining_ms is not None:
        left = timedelta(milliseconds=attempt.remaining_ms)
    elif attempt.deadline is not None and attempt.submitted_at is None:
        left = max(timedelta(), attempt.deadline - clock.now())
    return page(
        request,
        "exams/attempt_staff.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/rooms/attempts/{attempt.id}",
        attempt=attempt,
        history=history,
        grants=grants,
        browser=browser,
        names=accounts.names_of(session, [person for person in people if person is not None]),
        takeovers=attempt_queries.takeovers(session, attempt.id),
        left=left,
        form=form,
        key=fresh_key(),
        roles=acting_in(viewer, assigned=attempt.assigned),
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("")
def show(
    *, request: Request, session: Read, clock: ClockDep, viewer: Supervisor, attempt_id: UUID
) -> Response:
    """The attempt with its whole history."""
    return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=FormState())


def _after(request: Request, result: Refused | int | None, attempt_id: UUID, what: str) -> Response:
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, f"rooms/attempts/{attempt_id}", done=what)


@router.post("/time")
def create_time(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Give extra time, while it runs; an exam manager also after it closed."""
    roles = _roles(session, viewer, attempt_id)
    data, state = parse(form, TimeForm)
    check_time(data, state)
    if data is None or state.errors:
        return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state)
    result = extra_time.grant(
        session,
        clock,
        attempt_id=attempt_id,
        actor_id=viewer.person_id,
        roles=roles,
        reason=data.reason,
        extra=extra_time.Extra(data.key, data.minutes, data.percent),
    )
    return _after(request, result, attempt_id, "time")


@router.post("/pause")
def create_pause(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Stop the clock and hide the items."""
    roles = _roles(session, viewer, attempt_id)
    data, state = parse(form, ReasonForm)
    if data is None:
        return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state)
    result = supervision.pause(
        session,
        clock,
        attempt_id=attempt_id,
        actor_id=viewer.person_id,
        roles=roles,
        reason=data.reason,
    )
    return _after(request, result, attempt_id, "pause")


@router.post("/resume")
def create_resume(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Let a paused attempt go on with the time it had."""
    del form
    roles = _roles(session, viewer, attempt_id)
    result = supervision.resume(session, clock, attempt_id=attempt_id, actor_id=viewer.person_id, roles=roles)
    return _after(request, result, attempt_id, "resume")


@router.post("/entry")
def create_entry(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Let an interrupted candidate back in."""
    del form
    roles = _roles(session, viewer, attempt_id)
    result = supervision.let_in(session, clock, attempt_id=attempt_id, actor_id=viewer.person_id, roles=roles)
    return _after(request, result, attempt_id, "entry")


@router.post("/termination")
def propose_termination(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Propose to end the attempt; the candidate goes on until another person confirms."""
    _roles(session, viewer, attempt_id)
    data, state = parse(form, ReasonForm)
    if data is None:
        return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state)
    result = supervision.propose_termination(
        session, clock, attempt_id=attempt_id, actor_id=viewer.person_id, reason=data.reason
    )
    return _after(request, result, attempt_id, "termination")


@router.post("/termination/confirmation")
def confirm_termination(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """End the attempt as another person proposed."""
    del form
    roles = _roles(session, viewer, attempt_id)
    result = supervision.confirm_termination(
        session, clock, attempt_id=attempt_id, actor_id=viewer.person_id, roles=roles
    )
    return _after(request, result, attempt_id, "terminated")


@router.post("/termination/withdrawal")
def withdraw_termination(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Take the proposal back."""
    del form
    _roles(session, viewer, attempt_id)
    result = supervision.withdraw_termination(
        session, clock, attempt_id=attempt_id, actor_id=viewer.person_id
    )
    return _after(request, result, attempt_id, "withdrawn")


@router.post("/browser")
def create_browser_decision(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """Let an attempt go on that was stopped over its browser, or exempt it from the secure browser."""
    roles = _roles(session, viewer, attempt_id)
    data, state = parse(form, BrowserForm)
    if data is None:
        return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state)
    result = secure_browser.decide(
        session,
        clock,
        attempt_id=attempt_id,
        actor_id=viewer.person_id,
        roles=roles,
        reason=data.reason,
        rest=data.scope == "rest",
    )
    return _after(request, result, attempt_id, f"browser-{data.scope}")


@router.post("/void")
def create_void(
    *, request: Request, session: Write, clock: ClockDep, viewer: Manager, form: Form, attempt_id: UUID
) -> Response:
    """Void the attempt through no fault of the candidate."""
    roles = _roles(session, viewer, attempt_id)
    data, state = parse(form, ReasonForm)
    if data is None:
        return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state)
    result = supervision.void(
        session,
        clock,
        attempt_id=attempt_id,
        actor_id=viewer.person_id,
        roles=roles,
        reason=data.reason,
    )
    return _after(request, result, attempt_id, "void")
