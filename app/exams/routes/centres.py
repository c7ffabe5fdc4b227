"""An exam manager's pages: where exams are sat, centres with their rooms."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import Depends, Request, Response
from pydantic import Field, field_validator
from sqlmodel import Session

from app.exams.errors import NameTaken
from app.exams.queries import sittings as queries
from app.exams.service import sittings as service
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router()
ManagerDep = Annotated[Viewer, Depends(holding("exam_manager"))]
HOME_ZONE = "Asia/Almaty"


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


def _centres_page(request: Request, session: Session, form: FormState, *, taken: bool = False) -> Response:
    """``taken``: the only thing that is wrong is a name in use, which is no malformed form but a conflict."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(
        request,
        "exams/centres.html",
        status=HTTPStatus.CONFLICT if taken else status,
        switch_path=f"/{locale_of(request)}/centres",
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
    return _centres_page(request, session, FormState(values={"timezone": HOME_ZONE}))


@router.post("/centres")
def create_centre(
    request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form
) -> Response:
    """Add a centre; 409 when its short name is in use, with everything typed kept."""
    data, state = parse(form, CentreForm)
    if data is None:
        return _centres_page(request, session, state)
    try:
        service.create_centre(
            session,
            clock,
            actor_id=viewer.person_id,
            slug=data.slug,
            name={"kk": data.name_kk, "ru": data.name_ru, "en": data.name_en},
            address={"kk": data.address_kk, "ru": data.address_ru, "en": data.address_en},
            timezone=data.timezone,
        )
    except NameTaken:
        state.add("slug", N_("Another centre has this short name."))
        return _centres_page(request, session, state, taken=True)
    return go(request, "centres", done="centre")


@router.post("/centres/rooms")
def create_room(
    request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form
) -> Response:
    """Add a room to a centre; 409 when the centre has one of that name."""
    data, state = parse(form, RoomForm)
    if data is None:
        return _centres_page(request, session, state)
    if data.centre_id not in {one.id for one in queries.list_centres(session)}:
        state.add("centre_id", N_("Choose one of the options."))
        return _centres_page(request, session, state)
    try:
        service.create_room(
            session,
            clock,
            actor_id=viewer.person_id,
            centre_id=data.centre_id,
            name=data.room_name,
            capacity=data.seats,
            step_free=data.step_free,
        )
    except NameTaken:
        state.add("room_name", N_("The centre has a room of this name."))
        return _centres_page(request, session, state, taken=True)
    return go(request, "centres", done="room")
