"""Letters about a place: asked for in the transaction that changes it, written by the worker."""

from uuid import UUID

from sqlmodel import Session

from app.exams.rules.booking import Letter
from app.kernel.clock import Clock
from app.platform.outbox import enqueue_later

BOOKING_MAIL = "exams.booking_mail"
"""The job kind; its payload holds the booking and which letter it is."""


def write_later(session: Session, clock: Clock, booking_id: UUID, letter: Letter) -> None:
    """Ask for one letter about a booking; asked for twice, it is written once."""
    enqueue_later(
        session,
        clock,
        BOOKING_MAIL,
        {"booking_id": booking_id, "letter": str(letter)},
        dedupe_key=f"booking_mail:{booking_id}:{letter}",
    )
