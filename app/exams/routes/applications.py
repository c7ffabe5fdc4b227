"""Applying to be examined, putting the application right, and taking it back."""

from http import HTTPStatus
from typing import Literal, Self, TypeVar

from fastapi import Request, Response
from pydantic import Field, model_validator
from sqlmodel import Session
from starlette.datastructures import FormData

from app.accounts import queries as accounts
from app.accounts.routes.choices import CyrillicName, LatinName
from app.exams.errors import AlreadyApplied, ApplicationUsed, TrainsOthers
from app.exams.queries import booking as queries
from app.exams.queries import forms as form_queries
from app.exams.routes.boxes import say_boxes
from app.exams.service import applications as service
from app.kernel.errors import DomainError, NotFound
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, SignedIn, Viewer

router = Router()


class CorrectionForm(FormModel):
    """What a candidate tells of themselves, and can put right."""

    name_latin: LatinName
    name_cyrillic: CyrillicName = None
    age: Literal["adult", "minor"]
    guardian_name: str | None = Field(default=None, max_length=200)
    guardian_contact: str | None = Field(default=None, max_length=254)
    accommodation: str | None = Field(default=None, max_length=2000)

    @model_validator(mode="after")
    def _guardian(self) -> Self:
        if self.age == "adult":
            self.guardian_name = self.guardian_contact = None
        return self

    @property
    def names(self) -> service.DocumentNames:
        """The names as in the document."""
        return service.DocumentNames(latin=self.name_latin, cyrillic=self.name_cyrillic)

    @property
    def guardian(self) -> service.Guardian | None:
        """Who answers for a candidate of 16 or 17."""
        if self.guardian_name and self.guardian_contact:
            return service.Guardian(self.guardian_name, self.guardian_contact)
        return None


class ApplicationForm(CorrectionForm):
    """An application: the same, and what is agreed to."""

    conduct: Literal["true"]
    mark: Literal["true"]
    notice: Literal["true"]


def _form_page(
    request: Request,
    session: Session,
    exam_slug: str,
    form: FormState,
    *,
    application: queries.ApplicationFacts | None = None,
    refusal: DomainError | None = None,
) -> Response:
    """The form of an application; with one that stands, the form that corrects it."""
    tail = f"exams/{exam_slug}/application" + ("/correction" if application else "")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(
        request,
        "exams/application_form.html",
        status=refusal.status if refusal else status,
        switch_path=f"/{locale_of(request)}/{tail}",
        exam=_exam(session, exam_slug),
        application=application,
        form=form,
        action=tail,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(form.errors or refusal),
    )


def _exam(session: Session, exam_slug: str) -> form_queries.ExamFacts:
    exam = form_queries.get_exam(session, exam_slug)
    if not exam.certification:
        raise NotFound
    return exam


def _standing(session: Session, viewer: Viewer, exam_slug: str) -> queries.ApplicationFacts:
    """The viewer's live application.

    Raises:
        NotFound: there is none, or no such exam.
    """
    found = queries.find_application(session, viewer.person_id, _exam(session, exam_slug).id)
    if found is None:
        raise NotFound
    return found


@router.get("/exams/{exam_slug}/application")
def show_application(request: Request, session: Read, viewer: SignedIn, exam_slug: str) -> Response:
    """The form, or the application as it stands."""
    exam = _exam(session, exam_slug)
    application = queries.find_application(session, viewer.person_id, exam.id)
    if application is None:
        names = accounts.names_of(session, [viewer.person_id]).get(viewer.person_id)
        known = {"name_latin": names.latin or "", "name_cyrillic": names.cyrillic or ""} if names else {}
        return _form_page(request, session, exam_slug, FormState(values=known))
    return page(
        request,
        "exams/application.html",
        exam=exam,
        application=application,
        used=queries.is_used(session, application.id),
        done=request.query_params.get("done", ""),
    )


M = TypeVar("M", bound=CorrectionForm)


def _read(form: FormData, model: type[M]) -> tuple[M | None, FormState]:
    data, state = parse(form, model)
    if state.values.get("age") == "minor":
        for name in ("guardian_name", "guardian_contact"):
            if not state.values.get(name, "").strip():
                state.add(name, N_("Fill in this field."))
    if model is ApplicationForm:
        say_boxes(state, ("conduct", "mark", "notice"))
    return (None if state.errors else data), state


@router.post("/exams/{exam_slug}/application")
def create_application(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, exam_slug: str
) -> Response:
    """Apply. 422 with what is missing; 409 when an application stands, which what was typed can correct."""
    data, state = _read(form, ApplicationForm)
    if data is None:
        return _form_page(request, session, exam_slug, state)
    try:
        service.apply(
            session,
            clock,
            person_id=viewer.person_id,
            exam_slug=exam_slug,
            names=data.names,
            guardian=data.guardian,
            accommodation_request=data.accommodation,
        )
    except AlreadyApplied as refusal:  # nothing was written
        standing = _standing(session, viewer, exam_slug)
        return _form_page(request, session, exam_slug, state, application=standing, refusal=refusal)
    except TrainsOthers as refusal:  # nothing was written
        return _form_page(request, session, exam_slug, state, refusal=refusal)
    return go(request, f"exams/{exam_slug}/sittings", done="applied")


@router.get("/exams/{exam_slug}/application/correction")
def show_correction(request: Request, session: Read, viewer: SignedIn, exam_slug: str) -> Response:
    """The application as it stands, to be put right."""
    one = _standing(session, viewer, exam_slug)
    values = {
        "name_latin": one.name_latin,
        "name_cyrillic": one.name_cyrillic or "",
        "age": "adult" if one.adult else "minor",
        "guardian_name": one.guardian_name or "",
        "guardian_contact": one.guardian_contact or "",
        "accommodation": one.accommodation_request or "",
    }
    return _form_page(request, session, exam_slug, FormState(values=values), application=one)


@router.post("/exams/{exam_slug}/application/correction")
def correct_application(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, exam_slug: str
) -> Response:
    """Put the application right; 409 once somebody has relied on it."""
    standing = _standing(session, viewer, exam_slug)
    data, state = _read(form, CorrectionForm)
    if data is None:
        return _form_page(request, session, exam_slug, state, application=standing)
    try:
        service.correct(
            session,
            clock,
            person_id=viewer.person_id,
            exam_slug=exam_slug,
            names=data.names,
            guardian=data.guardian,
            accommodation_request=data.accommodation,
        )
    except ApplicationUsed as refusal:  # nothing was written
        return _form_page(request, session, exam_slug, state, application=standing, refusal=refusal)
    return go(request, f"exams/{exam_slug}/application", done="corrected")


@router.get("/exams/{exam_slug}/application/withdrawal")
def ask_withdrawal(request: Request, session: Read, viewer: SignedIn, exam_slug: str) -> Response:
    """Name what withdrawing means, before it happens."""
    _standing(session, viewer, exam_slug)
    return page(request, "exams/application_withdrawal.html", exam=_exam(session, exam_slug))


@router.post("/exams/{exam_slug}/application/withdrawal")
def withdraw_application(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, exam_slug: str
) -> Response:
    """Take the application back; 409 while a place rests on it, or once somebody has relied on it."""
    del form
    service.withdraw(session, clock, person_id=viewer.person_id, exam_slug=exam_slug)
    return go(request, "exams", done="withdrawn")
