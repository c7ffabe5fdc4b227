"""Extra time for everybody of a room: the power failed, an alarm went off."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session

from app.exams.queries import rooms as queries
from app.exams.routes.reasons import TimeForm, check_time, fresh_key
from app.exams.routes.roles import acting_in
from app.exams.rules.transitions import Who
from app.exams.service import extra_time
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormState, parse
from app.web.pages import go, page
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/rooms/{sitting_id}/time")

Supervisor = Annotated[Viewer, Depends(holding("exam_manager", "proctor"))]


def _roles(session: Session, viewer: Viewer, sitting_id: UUID) -> frozenset[Who]:
    return acting_in(viewer, assigned=queries.is_assigned(session, viewer.person_id, sitting_id))


def _page(request: Request, session: Session, viewer: Viewer, sitting_id: UUID, form: FormState) -> Response:
    manages = viewer.has("exam_manager")
    room = queries.room_of(session, viewer.person_id, sitting_id, manages=manages)
    return page(
        request,
        "exams/room_time.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/rooms/{sitting_id}/time",
        room=room,
        roles=_roles(session, viewer, sitting_id),
        form=form,
        error_title=bool(form.errors),
        key=form.value("key") or fresh_key(),
        given=request.query_params.get("given", ""),
    )


@router.get("")
def ask_time(request: Request, session: Read, viewer: Supervisor, sitting_id: UUID) -> Response:
    """Ask how much and why, and say whom it reaches."""
    return _page(request, session, viewer, sitting_id, FormState())


@router.post("")
def create_time(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, sitting_id: UUID
) -> Response:
    """Give everybody of the room the same extra time."""
    queries.room_of(session, viewer.person_id, sitting_id, manages=viewer.has("exam_manager"))
    data, state = parse(form, TimeForm)
    check_time(data, state)
    if data is None or state.errors:
        return _page(request, session, viewer, sitting_id, state)
    added = extra_time.grant_all(
        session,
        clock,
        sitting_id=sitting_id,
        actor_id=viewer.person_id,
        roles=_roles(session, viewer, sitting_id),
        reason=data.reason,
        extra=extra_time.Extra(data.key, data.minutes, data.percent),
    )
    return go(request, f"rooms/{sitting_id}/time", given=len(added))
