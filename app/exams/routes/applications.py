"""Applying to be examined, and the requests for accommodations that an exam manager decides on."""

from http import HTTPStatus
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field, field_validator, model_validator
from sqlmodel import Session

from app.accounts import queries as accounts
from app.exams.queries import booking as queries
from app.exams.queries import forms as form_queries
from app.exams.queries import sittings as manager_queries
from app.exams.routes.boxes import say_boxes
from app.exams.rules import booking as rules
from app.exams.rules.states import AccommodationState
from app.exams.service import applications as service
from app.kernel.errors import NotFound
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormModel, FormState, parse
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, SignedIn, Viewer, holding

router = Router()
ManagerDep = Annotated[Viewer, Depends(holding("exam_manager"))]


class ApplicationForm(FormModel):
    """What a candidate fills in."""

    name_latin: str = Field(max_length=200)
    name_cyrillic: str | None = Field(default=None, max_length=200)
    age: Literal["adult", "minor"]
    guardian_name: str | None = Field(default=None, max_length=200)
    guardian_contact: str | None = Field(default=None, max_length=254)
    accommodation: str | None = Field(default=None, max_length=2000)
    conduct: Literal["true"]
    mark: Literal["true"]
    notice: Literal["true"]

    @field_validator("name_latin")
    @classmethod
    def _latin(cls, value: str) -> str:
        if not rules.written_in("LATIN", value):
            raise ValueError(N_("Type it in Latin letters, as in your document."))
        return value

    @field_validator("name_cyrillic")
    @classmethod
    def _cyrillic(cls, value: str | None) -> str | None:
        if value is not None and not rules.written_in("CYRILLIC", value):
            raise ValueError(N_("Type it in Cyrillic letters, as in your document, or leave it empty."))
        return value

    @model_validator(mode="after")
    def _guardian(self) -> Self:
        if self.age == "adult":
            self.guardian_name = self.guardian_contact = None
        return self


class DecisionForm(FormModel):
    """What an exam manager decides on a request."""

    act: Literal["approve", "decline"]
    percent: int = Field(default=0, ge=0, le=rules.MOST_PERCENT)
    minutes: int = Field(default=0, ge=0, le=rules.MOST_MINUTES)
    reason: str = Field(max_length=1000)


def _application_page(
    request: Request, session: Session, viewer: Viewer, exam_slug: str, form: FormState
) -> Response:
    exam = form_queries.get_exam(session, exam_slug)
    if not exam.certification:
        raise NotFound
    return page(
        request,
        "exams/application.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        exam=exam,
        application=queries.find_application(session, viewer.person_id, exam.id),
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("/exams/{exam_slug}/application")
def show_application(request: Request, session: Read, viewer: SignedIn, exam_slug: str) -> Response:
    """The form, or the application as it stands."""
    names = accounts.names_of(session, [viewer.person_id]).get(viewer.person_id)
    known = {"name_latin": names.latin or "", "name_cyrillic": names.cyrillic or ""} if names else {}
    return _application_page(request, session, viewer, exam_slug, FormState(values=known))


@router.post("/exams/{exam_slug}/application")
def create_application(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, exam_slug: str
) -> Response:
    """Apply. 422 with what is missing; 409 when there is a live application."""
    data, state = parse(form, ApplicationForm)
    if state.values.get("age") == "minor":
        for name in ("guardian_name", "guardian_contact"):
            if not state.values.get(name, "").strip():
                state.add(name, N_("Fill in this field."))
    say_boxes(state, ("conduct", "mark", "notice"))
    if data is None or state.errors:
        return _application_page(request, session, viewer, exam_slug, state)
    guardian = None
    if data.guardian_name and data.guardian_contact:
        guardian = service.Guardian(data.guardian_name, data.guardian_contact)
    service.apply(
        session,
        clock,
        person_id=viewer.person_id,
        exam_slug=exam_slug,
        names=service.DocumentNames(latin=data.name_latin, cyrillic=data.name_cyrillic),
        guardian=guardian,
        accommodation_request=data.accommodation,
    )
    return go(request, f"exams/{exam_slug}/sittings", done="applied")


@router.get("/accommodations")
def list_accommodations(request: Request, session: Read, viewer: ManagerDep) -> Response:
    """Requests to decide, and those decided."""
    del viewer
    found = manager_queries.list_requests(session)
    deciders = {one.decided_by for one in found if one.decided_by}
    return page(
        request,
        "exams/accommodations.html",
        waiting=[one for one in found if one.state is AccommodationState.REQUESTED],
        decided=[one for one in found if one.state is not AccommodationState.REQUESTED],
        names=accounts.names_of(session, deciders),
        done=request.query_params.get("done", ""),
    )


def _decision_page(
    request: Request, session: Session, viewer: Viewer, application_id: UUID, form: FormState
) -> Response:
    one = manager_queries.get_request(session, application_id)
    return page(
        request,
        "exams/accommodation.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        one=one,
        own=one.person_id == viewer.person_id,
        form=form,
        error_title=bool(form.errors),
    )


@router.get("/accommodations/{application_id}")
def show_accommodation(request: Request, session: Read, viewer: ManagerDep, application_id: UUID) -> Response:
    """One request, with the form to decide it."""
    return _decision_page(request, session, viewer, application_id, FormState())


@router.post("/accommodations/{application_id}")
def settle_accommodation(
    *, request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form, application_id: UUID
) -> Response:
    """Approve or decline, with a reason; 409 when it was decided before."""
    data, state = parse(form, DecisionForm)
    if data is not None and data.act == "approve" and not (data.percent or data.minutes):
        state.add("percent", N_("Give a share in per cent, minutes, or both."))
    if data is None or state.errors:
        return _decision_page(request, session, viewer, application_id, state)
    if data.act == "approve":
        service.approve_accommodation(
            session,
            clock,
            application_id=application_id,
            approver_id=viewer.person_id,
            percent=data.percent,
            minutes=data.minutes,
            reason=data.reason,
        )
    else:
        service.decline_accommodation(
            session,
            clock,
            application_id=application_id,
            approver_id=viewer.person_id,
            reason=data.reason,
        )
    return go(request, "accommodations", done=data.act)
