"""Certificates whose result no longer passes: what an officer looks at, and writes down."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.accounts.queries import names_of
from app.appeals.queries import rescoring as queries
from app.appeals.service import certificates as service
from app.exams.queries.released import which_stand
from app.kernel.clock import Clock
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/rescores/certificates")

Officer = Annotated[Viewer, Depends(holding("certification_officer"))]


class ReviewForm(FormModel):
    """What was decided about a certificate, and why."""

    note: str = Field(min_length=3, max_length=1000)


def _show(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    officer: Viewer,
    form: FormState,
    review_id: UUID | None = None,
) -> Response:
    listed = queries.list_reviews(
        session,
        officer.person_id,
        at=clock.now(),
        page=page_number(request.query_params.get("page", "")),
    )
    people = {one.candidate_id for one in listed.rows}
    people |= {one.closed_by for one in listed.rows if one.closed_by is not None}
    return page(
        request,
        "appeals/certificates.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{locale_of(request)}/rescores/certificates",
        listed=listed,
        names=names_of(session, people),
        restored=which_stand(session, [one.attempt_id for one in listed.rows if one.plan_id is None]),
        form=form,
        wrong=review_id,
        empty_form=FormState(),
        error_title=bool(form.errors),
    )


@router.get("")
def list_reviews(request: Request, session: Read, *, clock: ClockDep, officer: Officer) -> Response:
    """The certificates to look at, without those of own trainees."""
    return _show(request, session, clock=clock, officer=officer, form=FormState())


@router.post("/{review_id}")
def close_review(
    *, request: Request, session: Write, clock: ClockDep, officer: Officer, form: Form, review_id: UUID
) -> Response:
    """Write down what was decided; the certificate itself is changed on its own page."""
    data, state = parse(form, ReviewForm)
    if data is None:
        queries.check_open(session, review_id)
        return _show(request, session, clock=clock, officer=officer, form=state, review_id=review_id)
    refused = service.close(session, clock, officer_id=officer.person_id, review_id=review_id, note=data.note)
    if refused is not None:
        return errors.refused(request, refused)
    return go(request, "rescores/certificates")
