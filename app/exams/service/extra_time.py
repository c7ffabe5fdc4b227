"""Extra time: seconds are exact, and nothing is added twice.

An approved accommodation stands in ``Attempt.extra_seconds`` from booking on; a grant adds to it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from app.accounts import service as accounts
from app.exams.errors import (
    FormCountedBefore,
    MoveNotAllowed,
    NoTimeGiven,
    OpenAttempt,
    ReasonMissing,
    RecordReviewed,
    ResultStands,
    TerminationStands,
)
from app.exams.errors.appealing import AppealHeard
from app.exams.errors.rating import AnswersAtRaters
from app.exams.models.attempts import Attempt, TimeGrant
from app.exams.queries import attempts as queries
from app.exams.queries.rating import went_to_raters
from app.exams.rules import delivery as rules
from app.exams.rules.releasing import may_reopen
from app.exams.rules.states import HEARD, Axis, Lifecycle, Outcome, ResultState
from app.exams.service import doors, hand_in, history, rating
from app.exams.service.supervision import Roles
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.platform.database import insert_once, table_of

_attempt, _grant = table_of(Attempt).c, table_of(TimeGrant).c


@dataclass(frozen=True, slots=True)
class Extra:
    """How much time: whole minutes, or a share of the limit in per cent. ``key`` makes it count once."""

    key: str
    minutes: int | None = None
    percent: int | None = None


def grant(
    session: Session,
    clock: Clock,
    *,
    attempt_id: UUID,
    actor_id: UUID,
    roles: Roles,
    reason: str,
    extra: Extra,
) -> int | Refused:
    """Give one candidate extra time, before, while or after the attempt runs; how many seconds were added.

    After closing, an exam manager's grant opens the attempt again: state and lease together, with what was
    left of its time plus the grant, counted from now. The same ``extra.key`` a second time adds nothing (0).

    Raises:
        NotFound: no such attempt.
        ReasonMissing: a reason is needed.
        NoTimeGiven: neither minutes nor per cent.
        FormCountedBefore: the same key gave other time before, or for another reason.
        ResultStands: a passed result was released, or the result was invalidated.
        RecordReviewed: people look at its record, or have judged it.
        TerminationStands: two people ended the attempt.
        AnswersAtRaters: a rater took a written answer of it.
        OpenAttempt: the candidate has another open attempt at the exam.
        WrongRole: it is closed, and only an exam manager opens it again.
        MoveNotAllowed: the attempt ended in a way that leads nowhere (void, withdrawn, …).
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="time")
    if isinstance(attempt, Refused):
        return attempt
    limit = queries.limit_seconds(session, attempt)
    return grant_held(
        session,
        clock,
        attempt,
        actor_id=actor_id,
        roles=roles,
        reason=reason,
        extra=extra,
        limit_seconds=limit,
    )


def grant_held(
    session: Session,
    clock: Clock,
    attempt: Attempt,
    *,
    actor_id: UUID,
    roles: Roles,
    reason: str,
    extra: Extra,
    limit_seconds: int,
) -> int:
    """``grant`` past the door, the attempt's row held; how many seconds were added.

    A refusal comes before anything is written, but where the grant ``reopens`` the attempt.
    """
    if not reason.strip():
        raise ReasonMissing
    seconds = rules.granted_seconds(minutes=extra.minutes, percent=extra.percent, limit_seconds=limit_seconds)
    if seconds <= 0:
        raise NoTimeGiven
    if not insert_once(
        session,
        TimeGrant,
        id=new_id(),
        attempt_id=attempt.id,
        grant_key=extra.key,
        seconds=seconds,
        reason=reason.strip(),
        approver_id=actor_id,
        at=clock.now(),
    ):
        given = session.execute(
            select(_grant.seconds, _grant.reason).where(
                _grant.attempt_id == attempt.id, _grant.grant_key == extra.key
            )
        ).one()
        if (given.seconds, given.reason) != (seconds, reason.strip()):
            raise FormCountedBefore
        return 0
    facts = _apply(session, clock, attempt, seconds, actor_id=actor_id, roles=roles, reason=reason)
    doors.note(session, clock, attempt, actor_id, "attempt.time_granted", seconds=seconds, **facts)
    return seconds


def reopens(attempt: Attempt) -> bool:
    """Whether a grant opens the attempt again: it neither waits, nor runs, nor is paused."""
    if attempt.lifecycle in rules.RUNNING:
        return attempt.deadline is None
    return attempt.lifecycle not in {*rules.BEFORE_START, Lifecycle.PAUSED}


def _apply(
    session: Session,
    clock: Clock,
    attempt: Attempt,
    seconds: int,
    *,
    actor_id: UUID,
    roles: Roles,
    reason: str,
) -> dict[str, Any]:
    total = attempt.extra_seconds + seconds
    if attempt.lifecycle in rules.BEFORE_START:
        _write(session, attempt, extra_seconds=total)
    elif attempt.lifecycle is Lifecycle.PAUSED:
        _write(
            session, attempt, extra_seconds=total, remaining_ms=(attempt.remaining_ms or 0) + seconds * 1000
        )
    elif attempt.lifecycle in rules.RUNNING and attempt.deadline is not None:
        deadline = attempt.deadline + timedelta(seconds=seconds)
        _write(session, attempt, extra_seconds=total, deadline=deadline)
        accounts.keep_alive(session, attempt.candidate_id, deadline + rules.GRACE)
    else:
        return _reopen(session, clock, attempt, seconds, actor_id=actor_id, roles=roles, reason=reason)
    return {}


def _write(session: Session, attempt: Attempt, **values: Any) -> None:
    result: Any = session.execute(
        update(table_of(Attempt))
        .where(_attempt.id == attempt.id, _attempt.lifecycle == attempt.lifecycle)
        .values(**values)
    )
    if result.rowcount != 1:
        raise MoveNotAllowed
    for name, value in values.items():
        set_committed_value(attempt, name, value)


def _reopen(
    session: Session,
    clock: Clock,
    attempt: Attempt,
    seconds: int,
    *,
    actor_id: UUID,
    roles: Roles,
    reason: str,
) -> dict[str, Any]:
    now = clock.now()
    released = attempt.result in {ResultState.RELEASED, ResultState.REISSUED}
    if attempt.result is ResultState.INVALIDATED or (released and attempt.outcome is Outcome.PASSED):
        raise ResultStands
    if queries.was_terminated(session, attempt.id):
        raise TerminationStands
    if not may_reopen(attempt.review):
        raise RecordReviewed
    if attempt.appeal in HEARD:
        raise AppealHeard
    if went_to_raters(session, attempt.id):
        raise AnswersAtRaters
    if queries.find_open(session, attempt.candidate_id, attempt.exam_id) is not None:
        raise OpenAttempt
    if attempt.deadline is None or attempt.submitted_at is None:
        raise MoveNotAllowed
    left = max(timedelta(), attempt.deadline - attempt.submitted_at)
    deadline = now + left + timedelta(seconds=seconds)
    before = {
        "raw_score": attempt.raw_score,
        "outcome": str(attempt.outcome) if attempt.outcome else None,
        "answers_hash": attempt.answers_hash,
        "submitted_at": attempt.submitted_at.isoformat(),
    }
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.IN_PROGRESS,
        actor_id=actor_id,
        roles=roles,
        reason=reason,
        values={
            "deadline": deadline,
            "extra_seconds": attempt.extra_seconds + seconds,
            "lease": None,
            "last_seen_at": now,
            "submitted_at": None,
            "raw_score": None,
            "outcome": None,
            "domain_points": None,
            "counts": None,
            "answers_hash": None,
            **hand_in.NO_PROPOSAL,
        },
    )
    rating.withdraw(session, attempt.id)
    accounts.keep_alive(session, attempt.candidate_id, deadline + rules.GRACE)
    return {"reopened": True, **before}
