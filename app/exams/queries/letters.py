"""What a letter about a place needs to know."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.exams.models.booking import Booking, Centre, Room, Sitting
from app.exams.models.forms import Exam
from app.exams.rules.states import BookingState, Mode
from app.kernel.locales import Trilingual


class PlaceLetter(NamedTuple):
    """A place as its letter tells it. Instants are aware UTC; ``timezone`` is the centre's."""

    person_id: UUID
    state: BookingState
    attempt_id: UUID | None
    seat: int | None
    exam_slug: str
    title: Trilingual
    opens_at: datetime
    closes_at: datetime
    cancelled_reason: str | None
    room: str
    centre: Trilingual
    address: Trilingual
    timezone: str
    mode: Mode


def find_place_letter(session: Session, booking_id: UUID) -> PlaceLetter | None:
    """What to write about a booking."""
    row = session.execute(
        select(
            col(Booking.person_id),
            col(Booking.state),
            col(Booking.attempt_id),
            col(Booking.seat),
            col(Exam.slug),
            col(Exam.title),
            col(Sitting.opens_at),
            col(Sitting.closes_at),
            col(Sitting.cancelled_reason),
            col(Room.name),
            col(Centre.name),
            col(Centre.address),
            col(Centre.timezone),
            col(Sitting.mode),
        )
        .join(Sitting, col(Sitting.id) == col(Booking.sitting_id))
        .join(Exam, col(Exam.id) == col(Booking.exam_id))
        .join(Room, col(Room.id) == col(Sitting.room_id))
        .join(Centre, col(Centre.id) == col(Room.centre_id))
        .where(col(Booking.id) == booking_id)
    ).first()
    return PlaceLetter(*row) if row else None


def count_moves(session: Session, attempt_id: UUID) -> int:
    """How often the place of an attempt was moved to another sitting."""
    found = session.execute(
        select(func.count())
        .select_from(Booking)
        .where(col(Booking.attempt_id) == attempt_id, col(Booking.state) == BookingState.MOVED)
    )
    return int(found.scalar_one())
