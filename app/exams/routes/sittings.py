"""An exam manager's pages: sittings with their places, who watches over them, and cancelling one."""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response
from pydantic import AfterValidator, Field
from sqlmodel import Session

from app.accounts import queries as accounts
from app.exams import errors
from app.exams.queries import forms as form_queries
from app.exams.queries import sittings as queries
from app.exams.queries.rating import backlog
from app.exams.rules.states import Mode
from app.exams.service import sittings
from app.kernel.clock import Clock
from app.kernel.errors import DomainError
from app.kernel.ordering import kazakh_sort_key
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router()
ManagerDep = Annotated[Viewer, Depends(holding("exam_manager"))]
FIRST_YEAR, LAST_YEAR = 2020, 2100
"""A sitting outside these years is a slip of the hand, and some calendars cannot hold it."""


def _local(value: datetime) -> datetime:
    if value.tzinfo is not None or not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(N_("Type a date and a time as in 2026-11-26T10:00."))
    return value


LocalTime = Annotated[datetime, AfterValidator(_local)]
"""A date and a time without a zone: the zone is the centre's."""


class SittingForm(FormModel):
    """A sitting as typed; its instants are in the time of the room's centre."""

    exam_slug: str
    room_id: UUID
    opens_at: LocalTime
    closes_at: LocalTime
    capacity: int = Field(ge=1, le=10_000)
    forms: list[UUID] = Field(default_factory=list)
    proctors: list[UUID] = Field(min_length=1)
    secure_browser: bool = False
    mode: Literal["on_site", "live", "record_and_review"] = "on_site"


class BrowserForm(FormModel):
    """Whether a sitting is taken in the secure browser; a box that is not ticked is not sent."""

    secure_browser: bool = False


class ProctorsForm(FormModel):
    """Who watches over a sitting."""

    proctors: list[UUID] = Field(min_length=1)


class CancellationForm(FormModel):
    """Why a sitting does not take place; everybody who had a place or waited reads it."""

    reason: str = Field(max_length=1000)


def _list_page(
    request: Request,
    session: Session,
    clock: Clock,
    form: FormState,
    *,
    refusal: DomainError | None = None,
) -> Response:
    over = request.query_params.get("view") == "over"
    number = page_number(request.query_params.get("page", ""))
    listed = queries.list_sittings(session, at=clock.now(), over=over, page=number)
    exams = [exam for exam in form_queries.list_exams(session) if exam.certification]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(
        request,
        "exams/sittings.html",
        status=refusal.status if refusal else status,
        listed=listed,
        now=clock.now(),
        at_raters=backlog(session),
        over=over,
        exams=exams,
        rooms=queries.list_rooms(session),
        forms=form_queries.list_forms(session, exams),
        proctors=_proctors(session),
        form=form,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(form.errors or refusal),
        done=request.query_params.get("done", ""),
    )


def _proctors(session: Session) -> dict[UUID, accounts.Names]:
    """Everybody who may be assigned, by the Kazakh alphabet of their names."""
    found = accounts.names_of(session, accounts.people_with_role(session, "proctor"))
    return dict(sorted(found.items(), key=lambda one: kazakh_sort_key(str(one[1]))))


@router.get("/sittings")
def list_sittings(request: Request, session: Read, clock: ClockDep, viewer: ManagerDep) -> Response:
    """Sittings to come, or with ``view=over`` those that are over, and the form for a new one."""
    del viewer
    return _list_page(request, session, clock, FormState())


@router.post("/sittings")
def create_sitting(
    request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form
) -> Response:
    """Schedule a sitting; 422 with what is wrong, 409 when the room is taken then; nothing typed is lost."""
    data, state = parse(form, SittingForm)
    if data is None:
        return _list_page(request, session, clock, state)
    room = next((one for one in queries.list_rooms(session) if one.id == data.room_id), None)
    _check_choices(session, state, data, room)
    if room is None or state.errors:
        return _list_page(request, session, clock, state)
    zone = ZoneInfo(room.timezone)
    opens_at, closes_at = (at.replace(tzinfo=zone).astimezone(UTC) for at in (data.opens_at, data.closes_at))
    if opens_at <= clock.now():
        state.add("opens_at", N_("Choose a time to come."))
        return _list_page(request, session, clock, state)
    try:
        made = sittings.create_sitting(
            session,
            clock,
            actor_id=viewer.person_id,
            exam_slug=data.exam_slug,
            room_id=data.room_id,
            opens_at=opens_at,
            closes_at=closes_at,
            capacity=data.capacity,
            proctor_ids=data.proctors,
            form_ids=data.forms,
            secure_browser=data.secure_browser,
            mode=Mode(data.mode),
        )
    except (errors.CapacityBeyondRoom, errors.WindowTooShort) as wrong:
        _say(state, wrong)
        return _list_page(request, session, clock, state)
    except errors.RoomTaken as refusal:  # nothing was written
        return _list_page(request, session, clock, state, refusal=refusal)
    return go(request, f"sittings/{made}", done="made")


def _check_choices(
    session: Session, state: FormState, data: SittingForm, room: queries.RoomFacts | None
) -> None:
    """Say at its field what could be chosen when the form was opened, and no longer can."""
    if room is None:
        state.add("room_id", N_("Choose one of the options."))
    exams = form_queries.list_exams(session, slug=data.exam_slug)
    if not any(exam.certification for exam in exams):
        state.add("exam_slug", N_("Choose one of the options."))
    if not set(data.forms) <= {form.id for form in form_queries.list_forms(session, exams)}:
        state.add("forms", N_("Choose forms of this exam only."))
    _check_proctors(session, state, data.proctors)


def _check_proctors(session: Session, state: FormState, chosen: Collection[UUID]) -> None:
    if not set(chosen) <= set(accounts.people_with_role(session, "proctor")):
        state.add("proctors", N_("Somebody you chose is no longer a proctor. Look at the list again."))


def _say(state: FormState, wrong: DomainError) -> None:
    """What the service found, at the field it is about."""
    if isinstance(wrong, errors.CapacityBeyondRoom):
        state.add("capacity", N_("The room has %(seats)s seats."), **wrong.facts)
    else:
        state.add("closes_at", N_("The exam takes %(minutes)s minutes: the end is too early."), **wrong.facts)


def _sitting_page(
    *,
    request: Request,
    session: Session,
    clock: Clock,
    sitting_id: UUID,
    form: FormState | None = None,
    refusal: DomainError | None = None,
) -> Response:
    assigned = queries.list_proctors(session, sitting_id)
    sitting = queries.get_sitting(session, sitting_id)
    state = form or FormState(values={"proctors": [str(person) for person in assigned]})
    state.values.setdefault("proctors", [str(person) for person in assigned])
    status = HTTPStatus.UNPROCESSABLE_ENTITY if state.errors else HTTPStatus.OK
    return page(
        request,
        "exams/sitting.html",
        status=refusal.status if refusal else status,
        switch_path=f"/{locale_of(request)}/sittings/{sitting_id}",
        sitting=sitting,
        forms=form_queries.form_slugs(session, sitting.form_ids),
        booked=queries.list_booked(session, sitting_id),
        proctors=accounts.names_of(session, assigned),
        offered=_proctors(session),
        begun=queries.has_begun(session, sitting_id, at=clock.now()),
        form=state,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(state.errors or refusal),
        done=request.query_params.get("done", ""),
    )


@router.get("/sittings/{sitting_id}")
def show_sitting(
    request: Request, session: Read, clock: ClockDep, viewer: ManagerDep, sitting_id: UUID
) -> Response:
    """A sitting with its places and its waiting list."""
    del viewer
    return _sitting_page(request=request, session=session, clock=clock, sitting_id=sitting_id)


@router.post("/sittings/{sitting_id}/proctors")
def assign_proctors(
    *, request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form, sitting_id: UUID
) -> Response:
    """Change who watches over the sitting, until its first attempt is started."""
    shown = partial(_sitting_page, request=request, session=session, clock=clock, sitting_id=sitting_id)
    data, state = parse(form, ProctorsForm)
    if data is not None:
        _check_proctors(session, state, data.proctors)
    if data is None or state.errors:
        return shown(form=state)
    try:
        sittings.assign(
            session, clock, sitting_id=sitting_id, actor_id=viewer.person_id, proctor_ids=data.proctors
        )
    except (errors.SittingBegun, errors.SittingCancelled) as refusal:  # nothing was written
        return shown(form=state, refusal=refusal)
    return go(request, f"sittings/{sitting_id}", done="proctors")


@router.post("/sittings/{sitting_id}/browser")
def change_browser(
    *, request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form, sitting_id: UUID
) -> Response:
    """Say whether the sitting is taken in the secure browser; 409 once an attempt was started."""
    data, _state = parse(form, BrowserForm)
    required = data is not None and data.secure_browser
    try:
        sittings.require_browser(
            session, clock, sitting_id=sitting_id, actor_id=viewer.person_id, required=required
        )
    except (errors.SittingBegun, errors.SittingCancelled) as refusal:  # nothing was written
        return _sitting_page(
            request=request, session=session, clock=clock, sitting_id=sitting_id, refusal=refusal
        )
    return go(request, f"sittings/{sitting_id}", done="browser")


@router.get("/sittings/{sitting_id}/cancellation")
def ask_cancellation(request: Request, session: Read, viewer: ManagerDep, sitting_id: UUID) -> Response:
    """Name whom cancelling the sitting concerns, before it happens."""
    del viewer
    return _cancellation_page(request, session, sitting_id, FormState())


def _cancellation_page(
    request: Request,
    session: Session,
    sitting_id: UUID,
    form: FormState,
    refusal: DomainError | None = None,
) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(
        request,
        "exams/sitting_cancellation.html",
        status=refusal.status if refusal else status,
        sitting=queries.get_sitting(session, sitting_id),
        form=form,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(form.errors or refusal),
    )


@router.post("/sittings/{sitting_id}/cancellation")
def cancel_sitting(
    *, request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form, sitting_id: UUID
) -> Response:
    """Cancel the sitting with a reason; 409 once an attempt was started."""
    data, state = parse(form, CancellationForm)
    if data is None:
        return _cancellation_page(request, session, sitting_id, state)
    try:
        sittings.cancel(session, clock, sitting_id=sitting_id, actor_id=viewer.person_id, reason=data.reason)
    except (errors.SittingBegun, errors.SittingCancelled) as refusal:  # nothing was written
        return _cancellation_page(request, session, sitting_id, state, refusal)
    return go(request, f"sittings/{sitting_id}", done="cancelled")
