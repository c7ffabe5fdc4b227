"""Reads of centres, rooms, sittings and requests, for exam managers."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Application, Booking, Centre, Room, Sitting, SittingProctor
from app.exams.models.forms import Exam
from app.exams.queries.booking import UPCOMING, SittingFacts, sittings
from app.exams.rules.states import AccommodationState, BookingState, Lifecycle
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual


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


def list_sittings(session: Session, *, since: datetime) -> list[SittingFacts]:
    """Every sitting that ends after ``since``, for exam managers; nearest first."""
    rows = session.execute(
        sittings()
        .where(col(Sitting.closes_at) > since)
        .order_by(col(Sitting.opens_at), col(Sitting.id))
        .limit(UPCOMING)
    )
    return [SittingFacts(*row) for row in rows]


def get_sitting(session: Session, sitting_id: UUID) -> SittingFacts:
    """One sitting.

    Raises:
        NotFound: no such sitting.
    """
    row = session.execute(sittings().where(col(Sitting.id) == sitting_id)).first()
    if row is None:
        raise NotFound
    return SittingFacts(*row)


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


def list_requests(session: Session) -> list[RequestFacts]:
    """Requests for accommodations: those to decide first, oldest first; then the newest decided ones."""
    rows = session.execute(
        select(
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
        )
        .join(Exam, col(Exam.id) == col(Application.exam_id))
        .where(col(Application.accommodation) != AccommodationState.NONE)
        .order_by(col(Application.created_at).desc())
        .limit(500)
    )
    found = [RequestFacts(*row) for row in rows]
    to_decide = [one for one in found if one.state is AccommodationState.REQUESTED]
    return to_decide[::-1] + [one for one in found if one.state is not AccommodationState.REQUESTED]


def get_request(session: Session, application_id: UUID) -> RequestFacts:
    """One request for an accommodation.

    Raises:
        NotFound: no such application, or it asks for nothing.
    """
    found = next((one for one in list_requests(session) if one.id == application_id), None)
    if found is None:
        raise NotFound
    return found


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
