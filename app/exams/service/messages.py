"""Sending short messages to candidates in an exam, and noting that they read them. Nothing is changed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import Session, col

from app.exams.errors import FormCountedBefore, MessageEmpty, OwnTrainee
from app.exams.models.attempts import Attempt
from app.exams.models.messages import Message, MessageReading, MessageRecipient
from app.exams.queries.attempts import attempt_of
from app.exams.queries.rooms import own_trainees
from app.exams.rules.messages import Ready, may_reach
from app.exams.rules.states import Lifecycle
from app.exams.service.together import Outcome, not_concerned
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.platform import audit
from app.platform.database import insert_once


@dataclass(frozen=True, slots=True)
class Words:
    """What is said: a ready sentence, or an own text and its language. ``key`` makes it one message."""

    key: str
    ready: Ready | None = None
    body: str | None = None
    language: Locale | None = None


def send(
    session: Session,
    clock: Clock,
    *,
    sitting_id: UUID,
    actor_id: UUID,
    words: Words,
    chosen: Collection[UUID] | None = None,
) -> list[Outcome]:
    """Send one message to the chosen attempts of a sitting, or to all; for whom it was done and for whom not.

    One act: the message and all its recipients in two inserts, without holding any attempt, so nobody's save
    waits. Whom the actor has trained gets nothing from them. The same ``words.key`` again sends nothing, and
    says whom it reached. The caller has checked that the actor supervises the sitting.

    Raises:
        MessageEmpty: neither a ready sentence nor a text.
        NotFound: a chosen attempt is not of this sitting.
        FormCountedBefore: the same key sent other words before, or to others.
    """
    body = (words.body or "").strip() or None
    if (words.ready is None) == (body is None):
        raise MessageEmpty
    wanted = select(col(Attempt.id), col(Attempt.candidate_id), col(Attempt.lifecycle)).where(
        col(Attempt.sitting_id) == sitting_id, col(Attempt.lifecycle) != Lifecycle.WITHDRAWN
    )
    if chosen is not None:
        wanted = wanted.where(col(Attempt.id).in_(set(chosen)))
    rows = session.execute(wanted.order_by(col(Attempt.id))).all()
    if chosen is not None and len(rows) != len(set(chosen)):
        raise NotFound
    own = own_trainees(session, actor_id, sitting_id, at=clock.now())
    outcomes = [_outcome(row, own=row.candidate_id in own) for row in rows]
    reached = [one.attempt_id for one in outcomes if one.error is None]
    message_id = new_id()
    values: dict[str, Any] = {
        "id": message_id,
        "sitting_id": sitting_id,
        "author_id": actor_id,
        "ready": words.ready,
        "body": body,
        "language": words.language if body else None,
        "send_key": words.key,
        "at": clock.now(),
    }
    if not reached or not insert_once(session, Message, **values):
        return _sent_before(session, values, outcomes, reached)
    session.execute(
        insert(MessageRecipient),
        [{"message_id": message_id, "attempt_id": attempt_id} for attempt_id in reached],
    )
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="message.sent",
        subject_kind="sitting",
        subject_id=sitting_id,
        message=message_id,
        reached=len(reached),
        left_out=len(outcomes) - len(reached),
        everybody=chosen is None,
    )
    return outcomes


def _sent_before(
    session: Session, values: dict[str, Any], outcomes: list[Outcome], reached: list[UUID]
) -> list[Outcome]:
    known = session.scalars(
        select(Message).where(
            col(Message.sitting_id) == values["sitting_id"], col(Message.send_key) == values["send_key"]
        )
    ).first()
    if known is None:
        return outcomes
    sent = set(
        session.scalars(
            select(col(MessageRecipient.attempt_id)).where(col(MessageRecipient.message_id) == known.id)
        )
    )
    same = all(getattr(known, name) == values[name] for name in ("author_id", "ready", "body", "language"))
    if not same or not set(reached) <= sent <= {one.attempt_id for one in outcomes}:
        raise FormCountedBefore
    return [
        Outcome(one.attempt_id, one.lifecycle, again=True)
        if one.attempt_id in sent and not isinstance(one.error, OwnTrainee)
        else one
        for one in outcomes
    ]


def _outcome(row: Any, *, own: bool) -> Outcome:
    if own:
        return Outcome(row.id, row.lifecycle, OwnTrainee())
    return (
        Outcome(row.id, row.lifecycle) if may_reach(row.lifecycle) else not_concerned(row.id, row.lifecycle)
    )


def read(session: Session, clock: Clock, *, candidate_id: UUID, attempt_id: UUID, message_id: UUID) -> None:
    """The candidate says that they have read a message; said again, the first time stands.

    Raises:
        NotFound: no such attempt or message, or another candidate's.
    """
    attempt = attempt_of(session, candidate_id, attempt_id)
    if session.get(MessageRecipient, (message_id, attempt.id)) is None:
        raise NotFound
    insert_once(session, MessageReading, message_id=message_id, attempt_id=attempt.id, at=clock.now())
