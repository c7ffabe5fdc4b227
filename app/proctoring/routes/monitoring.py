"""Whether a sitting is monitored: switched by a named person with a reason, and the exam goes on."""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.accounts import queries as accounts
from app.exams.queries import rooms
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.proctoring.queries import pictures as queries
from app.proctoring.service import pictures as service
from app.web.forms import Form, FormModel, FormState, parse
from app.web.pages import go, page
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/rooms/{sitting_id}/monitoring")
Supervisor = Annotated[Viewer, Depends(holding("exam_manager", "proctor"))]


class SwitchForm(FormModel):
    """To what it is switched, and why."""

    to: Literal["on", "off"]
    reason: str = Field(min_length=3, max_length=1000)


def _page(request: Request, session: Session, viewer: Viewer, sitting_id: UUID, form: FormState) -> Response:
    room = rooms.room_of(session, viewer.person_id, sitting_id, manages=viewer.has("exam_manager"))
    switches = queries.switches_of(session, sitting_id)
    return page(
        request,
        "proctoring/monitoring.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        room=room,
        switches=switches,
        on=switches[-1].on if switches else True,
        names=accounts.names_of(session, [one.actor_id for one in switches]),
        form=form,
        error_title=bool(form.errors),
    )


@router.get("")
def show_monitoring(request: Request, session: Read, viewer: Supervisor, sitting_id: UUID) -> Response:
    """Whether pictures and signals are taken in this sitting, and who switched it."""
    return _page(request, session, viewer, sitting_id, FormState())


@router.post("")
def create_switch(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, sitting_id: UUID
) -> Response:
    """Switch it; the candidates' pages notice with their next delivery."""
    rooms.room_of(session, viewer.person_id, sitting_id, manages=viewer.has("exam_manager"))
    data, state = parse(form, SwitchForm)
    if data is None:
        return _page(request, session, viewer, sitting_id, state)
    service.switch(
        session,
        clock,
        sitting_id=sitting_id,
        actor_id=viewer.person_id,
        on=data.to == "on",
        reason=data.reason,
    )
    return go(request, f"rooms/{sitting_id}/monitoring")
