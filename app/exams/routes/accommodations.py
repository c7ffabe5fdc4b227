"""Requests for equal conditions, which an exam manager decides on: never their own, never a trainee's."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.accounts import queries as accounts
from app.exams.errors import AccommodationDecided, OwnRequest
from app.exams.queries import sittings as queries
from app.exams.rules import booking as rules
from app.exams.service import applications as service
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.programmes.queries import trained
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router()
ManagerDep = Annotated[Viewer, Depends(holding("exam_manager"))]


class DecisionForm(FormModel):
    """What an exam manager decides on a request."""

    act: Literal["approve", "decline"]
    percent: int = Field(default=0, ge=0, le=rules.MOST_PERCENT)
    minutes: int = Field(default=0, ge=0, le=rules.MOST_MINUTES)
    reason: str = Field(max_length=1000)


@router.get("/accommodations")
def list_accommodations(
    request: Request, session: Read, clock: ClockDep, viewer: ManagerDep, view: str = ""
) -> Response:
    """Requests the viewer may decide, oldest first; with ``view=decided`` those decided, newest first."""
    decided, number = view == "decided", page_number(request.query_params.get("page", ""))
    listed = (
        queries.list_decided_requests(session, page=number)
        if decided
        else queries.list_waiting_requests(session, viewer.person_id, at=clock.now(), page=number)
    )
    return page(
        request,
        "exams/accommodations.html",
        listed=listed,
        decided=decided,
        others=0 if decided else queries.count_left_to_colleagues(session, viewer.person_id, at=clock.now()),
        names=accounts.names_of(session, {one.decided_by for one in listed.rows if one.decided_by}),
        done=request.query_params.get("done", ""),
    )


def _decision_page(
    *,
    request: Request,
    session: Session,
    clock: Clock,
    viewer: Viewer,
    application_id: UUID,
    form: FormState,
    refusal: DomainError | None = None,
) -> Response:
    one = queries.get_request(session, application_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(
        request,
        "exams/accommodation.html",
        status=refusal.status if refusal else status,
        one=one,
        own=one.person_id == viewer.person_id,
        trainee=trained(session, viewer.person_id, one.person_id, at=clock.now()),
        form=form,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(form.errors or refusal),
    )


@router.get("/accommodations/{application_id}")
def show_accommodation(
    request: Request, session: Read, clock: ClockDep, viewer: ManagerDep, application_id: UUID
) -> Response:
    """One request, with the form to decide it."""
    return _decision_page(
        request=request,
        session=session,
        clock=clock,
        viewer=viewer,
        application_id=application_id,
        form=FormState(),
    )


@router.post("/accommodations/{application_id}")
def settle_accommodation(
    *, request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form, application_id: UUID
) -> Response:
    """Approve or decline, with a reason; 409 when it was decided before, or is one's own trainee's."""
    data, state = parse(form, DecisionForm)
    shown = partial(
        _decision_page,
        request=request,
        session=session,
        clock=clock,
        viewer=viewer,
        application_id=application_id,
        form=state,
    )
    if data is not None and data.act == "approve" and not (data.percent or data.minutes):
        state.add("percent", N_("Give a share in per cent, minutes, or both."))
    if data is None or state.errors:
        return shown()
    try:
        refused = _settle(session, clock, viewer.person_id, application_id, data)
    except (AccommodationDecided, OwnRequest) as refusal:  # nothing was written
        return shown(refusal=refusal)
    if refused:
        return shown(refusal=refused.error)
    return go(request, "accommodations", done=data.act)


def _settle(
    session: Session, clock: Clock, viewer_id: UUID, application_id: UUID, data: DecisionForm
) -> Refused | None:
    if data.act == "decline":
        return service.decline_accommodation(
            session, clock, application_id=application_id, approver_id=viewer_id, reason=data.reason
        )
    return service.approve_accommodation(
        session,
        clock,
        application_id=application_id,
        approver_id=viewer_id,
        percent=data.percent,
        minutes=data.minutes,
        reason=data.reason,
    )
