"""Results that wait for a certification officer: the list, one of them, its release or invalidation."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.accounts.queries import names_of
from app.exams.errors import ReasonMissing
from app.exams.queries import attempts
from app.exams.queries import releases as queries
from app.exams.queries.reviewing import KeptOut
from app.exams.service import releasing as service
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/results")

Officer = Annotated[Viewer, Depends(holding("certification_officer"))]


class InvalidationForm(FormModel):
    """Why a result is invalidated; the candidate reads it."""

    invalid_reason: str = Field(min_length=10, max_length=1000)


class ReleaseForm(FormModel):
    """Why a result is released; asked for unless the exam ended by itself."""

    reason: str | None = Field(default=None, max_length=1000)


def _kept_out(request: Request, officer: Viewer) -> KeptOut:
    found: KeptOut = request.app.state.kept_out(officer.person_id)
    return found


@router.get("")
def list_withheld(request: Request, session: Read, *, clock: ClockDep, officer: Officer) -> Response:
    """The results that wait, the longest waiting first, without the officer's own trainees."""
    now, number = clock.now(), page_number(request.query_params.get("page", ""))
    listed = queries.list_withheld(
        session, officer.person_id, at=now, page=number, kept_out=_kept_out(request, officer)
    )
    return page(
        request,
        "exams/withheld.html",
        listed=listed,
        names=names_of(session, [one.candidate_id for one in listed.rows]),
        now=now,
        done=request.query_params.get("done", ""),
    )


def _page(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    officer: Viewer,
    attempt_id: UUID,
    form: FormState,
) -> Response:
    one = queries.get_withheld(
        session, officer.person_id, attempt_id, at=clock.now(), kept_out=_kept_out(request, officer)
    )
    history = attempts.history_of(session, attempt_id)
    people = {entry.actor_id for entry in history if entry.actor_id is not None} | {one.candidate_id}
    return page(
        request,
        "exams/release.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/results/{attempt_id}",
        one=one,
        history=history,
        names=names_of(session, sorted(people)),
        form=form,
        error_title=bool(form.errors),
    )


@router.get("/{attempt_id}")
def show_withheld(
    request: Request, session: Read, *, clock: ClockDep, officer: Officer, attempt_id: UUID
) -> Response:
    """How the exam went, and what releasing its result asks for."""
    return _page(request, session, clock=clock, officer=officer, attempt_id=attempt_id, form=FormState())


@router.post("/{attempt_id}/release")
def create_release(
    *, request: Request, session: Write, clock: ClockDep, officer: Officer, form: Form, attempt_id: UUID
) -> Response:
    """Release the result; 409 when it was released before, reviewers are at work, or it is a trainee's."""
    data, state = parse(form, ReleaseForm)
    if data is None:
        return _page(request, session, clock=clock, officer=officer, attempt_id=attempt_id, form=state)
    try:
        result = service.release(
            session,
            clock,
            attempt_id=attempt_id,
            officer_id=officer.person_id,
            reason=data.reason,
            kept_out=_kept_out(request, officer),
        )
    except ReasonMissing:  # nothing was written
        state.add("reason", N_("Say why the result can be released all the same."))
        return _page(request, session, clock=clock, officer=officer, attempt_id=attempt_id, form=state)
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, "results", done="released")


@router.post("/{attempt_id}/invalidation")
def create_invalidation(
    *, request: Request, session: Write, clock: ClockDep, officer: Officer, form: Form, attempt_id: UUID
) -> Response:
    """Invalidate the result after an irregularity was found; 409 when none was."""
    data, state = parse(form, InvalidationForm)
    if data is None:
        return _page(request, session, clock=clock, officer=officer, attempt_id=attempt_id, form=state)
    result = service.invalidate(
        session,
        clock,
        attempt_id=attempt_id,
        officer_id=officer.person_id,
        reason=data.invalid_reason,
        kept_out=_kept_out(request, officer),
    )
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, "results", done="invalidated")
