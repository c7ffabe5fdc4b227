"""What a demonstration reads of what it has made. Nothing of this is reachable by a page."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Room
from app.question_banks import queries as banks


def keys_of_layout(session: Session, attempt_id: UUID) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The key of every place of an attempt's form, positions from 1: a perfect candidate's choices."""
    layout = session.scalar(select(col(Attempt.layout)).where(col(Attempt.id) == attempt_id)) or []
    keys = banks.keys_by_id(session, [UUID(place["item"]) for place in layout])
    for position, place in enumerate(layout, start=1):
        yield position, keys[UUID(place["item"])].key


def rooms(session: Session) -> list[UUID]:
    """Every room, by name."""
    return list(session.scalars(select(col(Room.id)).order_by(col(Room.name))))
