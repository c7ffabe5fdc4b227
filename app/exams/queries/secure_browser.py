"""Reads about the secure browser: an attempt's settings, and what happened about them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting
from app.exams.models.secure_browser import BrowserEntry, BrowserFile
from app.exams.rules.secure_browser import BrowserCheck, BrowserEvent


class Entry(NamedTuple):
    """One line of the history."""

    event: BrowserEvent
    at: datetime
    actor_id: UUID | None
    reason: str | None


def entries_of(session: Session, attempt_id: UUID) -> list[Entry]:
    """Everything that happened about an attempt's secure browser, in order."""
    rows = session.execute(
        select(
            col(BrowserEntry.event),
            col(BrowserEntry.at),
            col(BrowserEntry.actor_id),
            col(BrowserEntry.reason),
        )
        .where(col(BrowserEntry.attempt_id) == attempt_id)
        .order_by(col(BrowserEntry.id))
    )
    return [Entry(*row) for row in rows]


def find_key(session: Session, attempt_id: UUID) -> str | None:
    """The Config Key of the settings that were given out for an attempt."""
    return session.scalar(
        select(col(BrowserFile.config_key)).where(col(BrowserFile.attempt_id) == attempt_id)
    )


def is_asked(session: Session, attempt: Attempt) -> bool:
    """Whether the attempt is, or will be, taken in the secure browser."""
    if attempt.started_at is not None or attempt.browser_check is BrowserCheck.EXEMPT:
        return attempt.browser_check in {BrowserCheck.REQUIRED, BrowserCheck.HELD}
    asked = session.scalar(select(col(Sitting.secure_browser)).where(col(Sitting.id) == attempt.sitting_id))
    return bool(asked)
