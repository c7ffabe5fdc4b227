"""The record of an attempt as named facts with their times, as far as exams keep them. It judges nothing."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, ResponseEvent
from app.exams.queries import attempts, secure_browser, supervision
from app.exams.rules.states import Axis, EventKind

_TOLD_BY_HISTORY = (EventKind.START, EventKind.HAND_IN, EventKind.EXPIRE)
_ANSWERING = (EventKind.SAVE, EventKind.CLEAR, EventKind.FLAG, EventKind.UNFLAG)


class Recorded(NamedTuple):
    """Something that happened. ``source`` and ``word`` together name it; ``place`` is a place of the form.

    ``seconds``: how much time was given.
    """

    at: datetime
    source: str
    word: str
    actor_id: UUID | None
    reason: str | None
    place: int | None = None
    seconds: int | None = None


def recorded(session: Session, attempt_id: UUID) -> list[Recorded]:
    """Everything exams have recorded about how an attempt went; neither its answers nor its score."""
    found: list[Recorded] = []
    identity = session.execute(
        select(col(Attempt.identity_at), col(Attempt.identity_by)).where(col(Attempt.id) == attempt_id)
    ).first()
    if identity is not None and identity.identity_at is not None:
        found.append(Recorded(identity.identity_at, "identity", "compared", identity.identity_by, None))
    found += [
        Recorded(entry.at, "lifecycle", f"{entry.from_state}:{entry.to_state}", entry.actor_id, entry.reason)
        for entry in attempts.history_of(session, attempt_id)
        if entry.axis is Axis.LIFECYCLE
    ]
    found += [
        Recorded(row.at, "answers", str(row.kind), None, None, row.position)
        for row in session.execute(
            select(col(ResponseEvent.at), col(ResponseEvent.kind), col(ResponseEvent.position))
            .where(
                col(ResponseEvent.attempt_id) == attempt_id,
                col(ResponseEvent.kind).not_in((*_TOLD_BY_HISTORY, *_ANSWERING)),
            )
            .order_by(col(ResponseEvent.id))
        )
    ]
    found += [
        Recorded(one.at, "browser", str(one.event), one.actor_id, one.reason)
        for one in secure_browser.entries_of(session, attempt_id)
    ]
    found += [
        Recorded(one.at, "unsent", "loaded", one.actor_id, one.reason)
        for one in supervision.loads_of(session, attempt_id)
    ]
    found += [
        Recorded(one.at, "time", "given", one.approver_id, one.reason, seconds=one.seconds)
        for one in supervision.grants_of(session, attempt_id)
    ]
    return found


def count_saves(session: Session, attempt_id: UUID) -> int:
    """How often an answer was saved or cleared."""
    kinds = (EventKind.SAVE, EventKind.CLEAR)
    counted = select(func.count()).where(
        col(ResponseEvent.attempt_id) == attempt_id, col(ResponseEvent.kind).in_(kinds)
    )
    return int(session.execute(counted).scalar_one())


def sitting_of(session: Session, attempt_id: UUID) -> UUID | None:
    """The sitting of an attempt; None: it has none."""
    return session.scalar(select(col(Attempt.sitting_id)).where(col(Attempt.id) == attempt_id))
