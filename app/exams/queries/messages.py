"""Reads of messages: what a candidate has not read yet, what was sent in a sitting, who has read it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.messages import Message, MessageReading, MessageRecipient
from app.exams.rules.messages import Ready
from app.kernel.locales import Locale


class Told(NamedTuple):
    """A message as its candidate sees it: a ready sentence by its word, or a text in ``language``."""

    id: UUID
    author_id: UUID
    ready: Ready | None
    body: str | None
    language: Locale | None
    at: datetime
    read_at: datetime | None


class Sent(NamedTuple):
    """A message as staff see it; ``readers`` and ``unread`` are attempts."""

    id: UUID
    author_id: UUID
    ready: Ready | None
    body: str | None
    language: Locale | None
    at: datetime
    readers: list[tuple[UUID, datetime]]
    unread: list[UUID]


def _read_by_its_candidate() -> ColumnElement[bool]:
    return and_(
        col(MessageReading.message_id) == col(MessageRecipient.message_id),
        col(MessageReading.attempt_id) == col(MessageRecipient.attempt_id),
    )


def unread_count(attempt: ColumnElement[UUID]) -> ScalarSelect[int]:
    """A column: how many messages to the attempt its candidate has not said to have read."""
    return (
        select(func.count())
        .select_from(MessageRecipient)
        .outerjoin(MessageReading, _read_by_its_candidate())
        .where(col(MessageRecipient.attempt_id) == attempt, col(MessageReading.at).is_(None))
        .scalar_subquery()
    )


def told_to(session: Session, attempt_id: UUID, *, unread: bool = False) -> list[Told]:
    """The messages to an attempt, oldest first; ``unread`` only those not said to be read.

    The caller has checked whose attempt it is.
    """
    wanted: Any = (
        select(
            col(Message.id),
            col(Message.author_id),
            col(Message.ready),
            col(Message.body),
            col(Message.language),
            col(Message.at),
            col(MessageReading.at).label("read_at"),
        )
        .join(MessageRecipient, col(MessageRecipient.message_id) == col(Message.id))
        .outerjoin(MessageReading, _read_by_its_candidate())
        .where(col(MessageRecipient.attempt_id) == attempt_id)
        .order_by(col(Message.at), col(Message.id))
    )
    if unread:
        wanted = wanted.where(col(MessageReading.at).is_(None))
    return [Told(*row) for row in session.execute(wanted)]


def sent_in(session: Session, sitting_id: UUID, attempts: Sequence[UUID]) -> list[Sent]:
    """The messages of a sitting, newest first, with who of ``attempts`` has read them and who has not."""
    messages = session.execute(
        select(
            col(Message.id),
            col(Message.author_id),
            col(Message.ready),
            col(Message.body),
            col(Message.language),
            col(Message.at),
        )
        .where(col(Message.sitting_id) == sitting_id)
        .order_by(col(Message.at).desc(), col(Message.id).desc())
    ).all()
    rows = session.execute(
        select(
            col(MessageRecipient.message_id),
            col(MessageRecipient.attempt_id),
            col(MessageReading.at).label("read_at"),
        )
        .join(Message, col(Message.id) == col(MessageRecipient.message_id))
        .outerjoin(MessageReading, _read_by_its_candidate())
        .where(col(Message.sitting_id) == sitting_id)
    )
    readers: dict[UUID, list[tuple[UUID, datetime]]] = defaultdict(list)
    unread: dict[UUID, list[UUID]] = defaultdict(list)
    listed = set(attempts)
    for message_id, attempt_id, read_at in rows:
        if attempt_id not in listed:
            continue
        if read_at is None:
            unread[message_id].append(attempt_id)
        else:
            readers[message_id].append((attempt_id, read_at))
    return [
        Sent(
            row.id,
            row.author_id,
            row.ready,
            row.body,
            row.language,
            row.at,
            readers=readers[row.id],
            unread=unread[row.id],
        )
        for row in messages
    ]


def unread_by_attempt(session: Session, sitting_id: UUID) -> dict[UUID, int]:
    """How many messages each attempt of a sitting has not read; those without any are absent."""
    rows = session.execute(
        select(col(MessageRecipient.attempt_id), func.count())
        .join(Attempt, col(Attempt.id) == col(MessageRecipient.attempt_id))
        .outerjoin(MessageReading, _read_by_its_candidate())
        .where(col(Attempt.sitting_id) == sitting_id, col(MessageReading.at).is_(None))
        .group_by(col(MessageRecipient.attempt_id))
    )
    return {row[0]: row[1] for row in rows}
