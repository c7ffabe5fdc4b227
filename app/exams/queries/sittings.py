"""Reads of centres, rooms, sittings and requests, for exam managers."""

from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Application, Booking, Centre, Room, Sitting, SittingProctor
from app.exams.models.forms import Exam
from app.exams.queries.booking import SittingFacts, sittings
from app.exams.queries.paging import Paged, paged
from app.exams.rules.states import AccommodationState, ApplicationState, BookingState, Lifecycle
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.programmes.queries import trained_condition


class RequestFacts(NamedTuple):
    """A request for an accommodation as an exam manager sees it."""

    id: UUID
    person_id: UUID
    name_latin: str
    name_cyrillic: str | None
    title: Trilingual
    state: AccommodationState
    request: str
    created_at: datetime
    extra_percent: int
    extra_minutes: int
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str | None


class BookedFacts(NamedTuple):
    """A place as an exam manager sees it, with the names as in the document."""

    id: UUID
    name_latin: str
    name_cyrillic: str | None
    state: BookingState
    seat: int | None
    created_at: datetime
    code: str | None
    lifecycle: Lifecycle | None
    extra_seconds: int | None


class RoomFacts(NamedTuple):
    """A room with its centre."""

    id: UUID
    name: str
    capacity: int
    step_free: bool
    centre_id: UUID
    centre: Trilingual
    address: Trilingual
    timezone: str


def list_sittings(session: Session, *, at: datetime, over: bool, page: int) -> Paged[SittingFacts]:
    """Sittings for exam managers: those to come and under way, nearest first; or those over, newest first."""
    order = [col(Sitting.opens_at), col(Sitting.id)]
    wanted = (
        sittings().where(col(Sitting.closes_at) <= at).order_by(*(key.desc() for key in order))
        if over
        else sittings().where(col(Sitting.closes_at) > at).order_by(*order)
    )
    return paged(session, wanted, SittingFacts, page=page)


def get_sitting(session: Session, sitting_id: UUID) -> SittingFacts:
    """One sitting.

    Raises:
        NotFound: no such sitting.
    """
    row = session.execute(sittings().where(col(Sitting.id) == sitting_id)).first()
    if row is None:
        raise NotFound
    return SittingFacts(*row)


def has_begun(session: Session, sitting_id: UUID, *, at: datetime) -> bool:
    """Whether somebody has started an attempt of the sitting, or its window is over at ``at``."""
    started = exists(
        select(1).where(col(Attempt.sitting_id) == col(Sitting.id), col(Attempt.started_at).is_not(None))
    )
    found = session.scalar(
        select(col(Sitting.id)).where(
            col(Sitting.id) == sitting_id, or_(started, col(Sitting.closes_at) <= at)
        )
    )
    return found is not None


def list_proctors(session: Session, sitting_id: UUID) -> list[UUID]:
    """Who watches over a sitting."""
    return list(
        session.scalars(
            select(col(SittingProctor.person_id))
            .where(col(SittingProctor.sitting_id) == sitting_id)
            .order_by(col(SittingProctor.person_id))
        )
    )


def list_booked(session: Session, sitting_id: UUID) -> list[BookedFacts]:
    """The places of a sitting by seat, then its waiting list in order, then what was moved or given back."""
    rows = session.execute(
        select(
            col(Booking.id),
            col(Application.name_latin),
            col(Application.name_cyrillic),
            col(Booking.state),
            col(Booking.seat),
            col(Booking.created_at),
            col(Attempt.code),
            col(Attempt.lifecycle),
            col(Attempt.extra_seconds),
        )
        .join(Application, col(Application.id) == col(Booking.application_id))
        .outerjoin(Attempt, col(Attempt.id) == col(Booking.attempt_id))
        .where(col(Booking.sitting_id) == sitting_id)
        .order_by(col(Booking.created_at), col(Booking.id))
    )
    order = [BookingState.BOOKED, BookingState.USED, BookingState.WAITING]
    return sorted(
        (BookedFacts(*row) for row in rows),
        key=lambda one: (order.index(one.state) if one.state in order else 9, one.seat or 0),
    )


def _requests() -> Select[Any]:
    wanted: Any = select(
        col(Application.id),
        col(Application.person_id),
        col(Application.name_latin),
        col(Application.name_cyrillic),
        col(Exam.title),
        col(Application.accommodation),
        col(Application.accommodation_request),
        col(Application.created_at),
        col(Application.extra_percent),
        col(Application.extra_minutes),
        col(Application.accommodation_by),
        col(Application.accommodation_at),
        col(Application.accommodation_reason),
    ).join(Exam, col(Exam.id) == col(Application.exam_id))
    return cast(Select[Any], wanted)


def _to_decide() -> ColumnElement[bool]:
    return and_(
        col(Application.accommodation) == AccommodationState.REQUESTED,
        col(Application.state) == ApplicationState.ACCEPTED,
    )


def _own(viewer_id: UUID, at: datetime) -> ColumnElement[bool]:
    """The viewer's own request, or one of somebody they have trained."""
    person: Any = col(Application.person_id)
    return or_(person == viewer_id, trained_condition(viewer_id, person, at=at))


def list_waiting_requests(
    session: Session, viewer_id: UUID, *, at: datetime, page: int
) -> Paged[RequestFacts]:
    """Requests for accommodations that the viewer may decide, oldest first."""
    wanted = _requests().where(_to_decide(), ~_own(viewer_id, at))
    wanted = wanted.order_by(col(Application.created_at), col(Application.id))
    return paged(session, wanted, RequestFacts, page=page)


def count_left_to_colleagues(session: Session, viewer_id: UUID, *, at: datetime) -> int:
    """How many requests wait for somebody else, since they are the viewer's own or their trainees'."""
    found = session.execute(
        select(func.count()).select_from(Application).where(_to_decide(), _own(viewer_id, at))
    )
    return int(found.scalar_one())


def list_decided_requests(session: Session, *, page: int) -> Paged[RequestFacts]:
    """Requests for accommodations that were decided, newest decision first."""
    decided = [AccommodationState.APPROVED, AccommodationState.DECLINED]
    wanted = _requests().where(col(Application.accommodation).in_(decided))
    wanted = wanted.order_by(col(Application.accommodation_at).desc(), col(Application.id).desc())
    return paged(session, wanted, RequestFacts, page=page)


def get_request(session: Session, application_id: UUID) -> RequestFacts:
    """One request for an accommodation.

    Raises:
        NotFound: no such application, or it asks for nothing.
    """
    row = session.execute(
        _requests().where(
            col(Application.id) == application_id,
            col(Application.accommodation) != AccommodationState.NONE,
        )
    ).first()
    if row is None:
        raise NotFound
    return RequestFacts(*row)


def list_rooms(session: Session) -> list[RoomFacts]:
    """Every room with its centre."""
    rows = session.execute(
        select(
            col(Room.id),
            col(Room.name),
            col(Room.capacity),
            col(Room.step_free),
            col(Centre.id),
            col(Centre.name),
            col(Centre.address),
            col(Centre.timezone),
        )
        .join(Centre, col(Centre.id) == col(Room.centre_id))
        .order_by(col(Centre.slug), col(Room.name))
    )
    return [RoomFacts(*row) for row in rows]


class CentreFacts(NamedTuple):
    """A centre."""

    id: UUID
    name: Trilingual
    address: Trilingual
    timezone: str


def list_centres(session: Session) -> list[CentreFacts]:
    """Every centre."""
    rows = session.execute(
        select(col(Centre.id), col(Centre.name), col(Centre.address), col(Centre.timezone)).order_by(
            col(Centre.slug)
        )
    )
    return [CentreFacts(*row) for row in rows]
