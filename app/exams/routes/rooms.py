"""A proctor's rooms: who is expected, who waits at the door, admit, refuse, missing, close."""

from collections import Counter
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session

from app.exams.queries import rooms as queries
from app.exams.routes.reasons import ReasonForm
from app.exams.rules import booking as rules
from app.exams.rules.secure_browser import COMPARED
from app.exams.rules.states import Lifecycle, Mode
from app.exams.service import rooms as service
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form, FormState, parse
from app.web.pages import formats_of, go, page
from app.web.viewer import ClockDep, Viewer, holding

router = Router()
ProctorDep = Annotated[Viewer, Depends(holding("proctor"))]


@router.get("/rooms")
def list_rooms(request: Request, session: Read, clock: ClockDep, viewer: ProctorDep) -> Response:
    """The viewer's sittings: today's, and those to come."""
    fmt, now = formats_of(request), clock.now()
    today = fmt.local(now).replace(hour=0, minute=0, second=0)
    found = queries.list_rooms(session, viewer.person_id, since=today)
    return page(
        request,
        "exams/rooms.html",
        now=now,
        today=[one for one in found if fmt.local(one.opens_at).date() <= today.date()],
        later=[one for one in found if fmt.local(one.opens_at).date() > today.date()],
    )


@router.get("/rooms/{sitting_id}")
def show_room(
    request: Request, session: Read, clock: ClockDep, viewer: ProctorDep, sitting_id: UUID
) -> Response:
    """Everybody in the room with the state of their attempt; nobody the viewer has trained."""
    room = queries.room_of(session, viewer.person_id, sitting_id)
    now = clock.now()
    candidates = queries.list_candidates(session, viewer.person_id, sitting_id, at=now)
    counts = Counter(one.lifecycle for one in candidates)
    return page(
        request,
        "exams/room.html",
        "wall",
        room=room,
        candidates=candidates,
        waiting=counts[Lifecycle.CHECKIN],
        outside=counts[Lifecycle.SCHEDULED] + counts[Lifecycle.CHECKIN],
        uncompared=sum(one.identity_at is None and one.lifecycle in COMPARED for one in candidates)
        if room.mode is Mode.RECORD_AND_REVIEW
        else 0,
        compared_in=COMPARED,
        own=len(queries.own_trainees(session, viewer.person_id, sitting_id, at=now)),
        may_miss=rules.may_miss(opens_at=room.opens_at, at=now),
        check_in_from=room.opens_at - rules.CHECK_IN_BEFORE,
        check_in_until=room.opens_at + rules.CHECK_IN_AFTER,
        now=now,
        done=request.query_params.get("done", ""),
    )


def _after(request: Request, result: Refused | None, sitting_id: UUID, done: str) -> Response:
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, f"rooms/{sitting_id}", done=done)


@router.post("/rooms/{sitting_id}/attempts/{attempt_id}/admission")
def admit(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: ProctorDep,
    form: Form,
    sitting_id: UUID,
    attempt_id: UUID,
) -> Response:
    """The document was compared by eye: let the candidate in."""
    del form
    result = service.admit(
        session, clock, proctor_id=viewer.person_id, sitting_id=sitting_id, attempt_id=attempt_id
    )
    return _after(request, result, sitting_id, "admitted")


def _refusal_page(
    *,
    request: Request,
    session: Session,
    clock: Clock,
    viewer: Viewer,
    sitting_id: UUID,
    attempt_id: UUID,
    form: FormState,
) -> Response:
    room = queries.room_of(session, viewer.person_id, sitting_id)
    candidates = queries.list_candidates(session, viewer.person_id, sitting_id, at=clock.now())
    one = next((one for one in candidates if one.attempt_id == attempt_id), None)
    if one is None:
        raise NotFound
    return page(
        request,
        "exams/refusal.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        room=room,
        one=one,
        form=form,
        error_title=bool(form.errors),
    )


@router.get("/rooms/{sitting_id}/attempts/{attempt_id}/refusal")
def ask_refusal(
    *,
    request: Request,
    session: Read,
    clock: ClockDep,
    viewer: ProctorDep,
    sitting_id: UUID,
    attempt_id: UUID,
) -> Response:
    """Ask for the reason, and name what will happen."""
    return _refusal_page(
        request=request,
        session=session,
        clock=clock,
        viewer=viewer,
        sitting_id=sitting_id,
        attempt_id=attempt_id,
        form=FormState(),
    )


@router.post("/rooms/{sitting_id}/attempts/{attempt_id}/refusal")
def refuse(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: ProctorDep,
    form: Form,
    sitting_id: UUID,
    attempt_id: UUID,
) -> Response:
    """Turn the candidate away, with the reason they will read."""
    data, state = parse(form, ReasonForm)
    if data is None:
        return _refusal_page(
            request=request,
            session=session,
            clock=clock,
            viewer=viewer,
            sitting_id=sitting_id,
            attempt_id=attempt_id,
            form=state,
        )
    result = service.refuse(
        session,
        clock,
        proctor_id=viewer.person_id,
        sitting_id=sitting_id,
        attempt_id=attempt_id,
        reason=data.reason,
    )
    return _after(request, result, sitting_id, "refused")


@router.post("/rooms/{sitting_id}/attempts/{attempt_id}/no-show")
def mark_missing(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: ProctorDep,
    form: Form,
    sitting_id: UUID,
    attempt_id: UUID,
) -> Response:
    """The candidate did not come, and check-in has closed."""
    del form
    result = service.mark_missing(
        session, clock, proctor_id=viewer.person_id, sitting_id=sitting_id, attempt_id=attempt_id
    )
    return _after(request, result, sitting_id, "missing")


@router.post("/rooms/{sitting_id}/closure")
def close_room(
    *, request: Request, session: Write, clock: ClockDep, viewer: ProctorDep, form: Form, sitting_id: UUID
) -> Response:
    """Close the door: whoever is not admitted counts as not having come."""
    del form
    result = service.close_room(session, clock, proctor_id=viewer.person_id, sitting_id=sitting_id)
    return _after(request, result if isinstance(result, Refused) else None, sitting_id, "closed")
