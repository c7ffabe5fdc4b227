"""An exam manager's pages: sittings with their places, centres and rooms."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Depends, Request, Response
from pydantic import Field, field_validator
from sqlmodel import Session

from app.accounts import queries as accounts
from app.exams import errors
from app.exams.queries import forms as form_queries
from app.exams.queries import sittings as queries
from app.exams.service import booking as service
from app.kernel.clock import Clock
from app.kernel.errors import DomainError
from app.kernel.locales import Locale
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormModel, FormState, parse
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router()
ManagerDep = Annotated[Viewer, Depends(holding("exam_manager"))]
KEPT_IN_LIST = timedelta(days=30)
"""How long a sitting that is over stays in the list."""


class SittingForm(FormModel):
    """A sitting as typed; its instants are in the time of the room's centre."""

    exam_slug: str
    room_id: UUID
    opens_at: datetime
    closes_at: datetime
    capacity: int = Field(ge=1, le=10_000)
    languages: list[Locale] = Field(min_length=1)
    proctors: list[UUID] = Field(min_length=1)


class CentreForm(FormModel):
    """A centre in three languages."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9-]{1,63}$")
    name_kk: str = Field(max_length=120)
    name_ru: str = Field(max_length=120)
    name_en: str = Field(max_length=120)
    address_kk: str = Field(max_length=200)
    address_ru: str = Field(max_length=200)
    address_en: str = Field(max_length=200)
    timezone: str = Field(max_length=64)

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(N_("Type the name of a time zone, such as Asia/Almaty."))
        return value


class RoomForm(FormModel):
    """A room of a centre."""

    centre_id: UUID
    room_name: str = Field(max_length=64)
    seats: int = Field(ge=1, le=10_000)
    step_free: bool = False


def _list_page(request: Request, session: Session, clock: Clock, form: FormState) -> Response:
    proctors = accounts.people_with_role(session, "proctor")
    return page(
        request,
        "exams/sittings.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        sittings=queries.list_sittings(session, since=clock.now() - KEPT_IN_LIST),
        exams=[exam for exam in form_queries.list_exams(session) if exam.certification],
        rooms=queries.list_rooms(session),
        proctors=accounts.names_of(session, proctors),
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("/sittings")
def list_sittings(request: Request, session: Read, clock: ClockDep, viewer: ManagerDep) -> Response:
    """Sittings of the last month and those to come, and the form for a new one."""
    del viewer
    start = FormState(values={"languages": [str(locale) for locale in Locale]})
    return _list_page(request, session, clock, start)


@router.post("/sittings")
def create_sitting(
    request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form
) -> Response:
    """Schedule a sitting; 422 with what is wrong, 409 when the room is taken then."""
    data, state = parse(form, SittingForm)
    room = next((one for one in queries.list_rooms(session) if data and one.id == data.room_id), None)
    if data is None or room is None:
        state.add("room_id", N_("Choose one of the options.")) if data else None
        return _list_page(request, session, clock, state)
    zone = ZoneInfo(room.timezone)
    opens_at = data.opens_at.replace(tzinfo=zone).astimezone(UTC)
    closes_at = data.closes_at.replace(tzinfo=zone).astimezone(UTC)
    if opens_at <= clock.now():
        state.add("opens_at", N_("Choose a time to come."))
        return _list_page(request, session, clock, state)
    try:
        made = service.create_sitting(
            session,
            clock,
            actor_id=viewer.person_id,
            exam_slug=data.exam_slug,
            room_id=data.room_id,
            opens_at=opens_at,
            closes_at=closes_at,
            capacity=data.capacity,
            proctor_ids=data.proctors,
            languages=[str(locale) for locale in data.languages],
        )
    except (errors.CapacityBeyondRoom, errors.WindowTooShort) as wrong:
        _say(state, wrong)
        return _list_page(request, session, clock, state)
    return go(request, f"sittings/{made}", done="made")


def _say(state: FormState, wrong: DomainError) -> None:
    """What the service found, at the field it is about."""
    if isinstance(wrong, errors.CapacityBeyondRoom):
        state.add("capacity", N_("The room has %(seats)s seats."), **wrong.facts)
    else:
        state.add("closes_at", N_("The exam takes %(minutes)s minutes: the end is too early."), **wrong.facts)


@router.get("/sittings/{sitting_id}")
def show_sitting(request: Request, session: Read, viewer: ManagerDep, sitting_id: UUID) -> Response:
    """A sitting with its places and its waiting list."""
    del viewer
    proctors = queries.list_proctors(session, sitting_id)
    return page(
        request,
        "exams/sitting.html",
        sitting=queries.get_sitting(session, sitting_id),
        booked=queries.list_booked(session, sitting_id),
        proctors=accounts.names_of(session, proctors),
        done=request.query_params.get("done", ""),
    )


def _centres_page(request: Request, session: Session, form: FormState) -> Response:
    return page(
        request,
        "exams/centres.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        centres=queries.list_centres(session),
        rooms=queries.list_rooms(session),
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("/centres")
def list_centres(request: Request, session: Read, viewer: ManagerDep) -> Response:
    """Centres with their rooms, and the forms for new ones."""
    del viewer
    return _centres_page(request, session, FormState(values={"timezone": "Asia/Almaty"}))


@router.post("/centres")
def create_centre(
    request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form
) -> Response:
    """Add a centre."""
    data, state = parse(form, CentreForm)
    if data is None:
        return _centres_page(request, session, state)
    service.create_centre(
        session,
        clock,
        actor_id=viewer.person_id,
        slug=data.slug,
        name={"kk": data.name_kk, "ru": data.name_ru, "en": data.name_en},
        address={"kk": data.address_kk, "ru": data.address_ru, "en": data.address_en},
        timezone=data.timezone,
    )
    return go(request, "centres", done="centre")


@router.post("/centres/rooms")
def create_room(
    request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form
) -> Response:
    """Add a room to a centre."""
    data, state = parse(form, RoomForm)
    if data is None:
        return _centres_page(request, session, state)
    service.create_room(
        session,
        clock,
        actor_id=viewer.person_id,
        centre_id=data.centre_id,
        name=data.room_name,
        capacity=data.seats,
        step_free=data.step_free,
    )
    return go(request, "centres", done="room")
