"""The review of an attempt's record: asked for, taken, ended by one person or handed to a second one.

The tables of an attempt say which change leads where; here stands who is kept out. A refusal over a conflict
of interest leaves its trace. Nothing here touches a score.
"""

from typing import TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.errors import MoveNotAllowed, OwnSitting, SecondReviewerNeeded
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting
from app.exams.models.forms import Exam
from app.exams.queries import attempts as queries
from app.exams.queries.parts import reviewed_before_condition
from app.exams.queries.reviewing import took_part_condition
from app.exams.rules.releasing import releases_itself
from app.exams.rules.states import CLOSED, Axis, Lifecycle, ResultState, Review
from app.exams.rules.transitions import Who
from app.exams.service import doors, hand_in, history
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform.outbox import enqueue_later

HeldAttempt: TypeAlias = Attempt
"""An attempt whose row is held until the transaction ends."""
_AS_REVIEWER = frozenset({Who.INCIDENT_REVIEWER})


def ask(session: Session, clock: Clock, *, attempt_id: UUID) -> None:
    """Have people look at the record before the result is told, if it is not told yet. Asked twice is once.

    While the attempt runs this changes nothing of it; it waits for review as soon as it is closed.

    Raises:
        NotFound: no such attempt.
    """
    attempt = queries.get_attempt(session, attempt_id, for_update=True)
    if attempt.review_asked_at is not None:
        return
    attempt.review_asked_at = clock.now()
    session.flush()
    if attempt.lifecycle in CLOSED and attempt.review is Review.NONE:
        history.move(session, clock, attempt, Axis.REVIEW, Review.QUEUED, actor_id=None)
        event = hand_in.QUEUED_EVENT
        enqueue_later(session, clock, event, {"attempt_id": attempt.id}, dedupe_key=f"{event}:{attempt.id}")


def hold(session: Session, attempt_id: UUID) -> None:
    """Hold the row of an attempt: who steps in its review takes turns with whoever ends it.

    Raises:
        NotFound: no such attempt.
    """
    queries.get_attempt(session, attempt_id, for_update=True)


def door(
    session: Session, clock: Clock, *, attempt_id: UUID, reviewer_id: UUID, act: str
) -> Attempt | Refused:
    """The attempt, its row held, for a reviewer who neither trained the candidate nor supervised them.

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: it runs again.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=reviewer_id, act=act)
    if isinstance(attempt, Refused):
        return attempt
    if session.scalar(select(took_part_condition(reviewer_id)).where(col(Attempt.id) == attempt_id)):
        doors.note(session, clock, attempt, reviewer_id, "conflict.refused", act=act)
        return Refused(OwnSitting())
    if attempt.lifecycle not in CLOSED:
        raise MoveNotAllowed
    return attempt


def take(session: Session, clock: Clock, attempt: Attempt, *, reviewer_id: UUID) -> None:
    """Begin the review. The caller has come through ``door``.

    Raises:
        MoveNotAllowed: it does not wait for a first reviewer.
    """
    _move(session, clock, attempt, Review.IN_REVIEW, reviewer_id)
    doors.note(session, clock, attempt, reviewer_id, "review.taken")


def clear(session: Session, clock: Clock, attempt: Attempt, *, reviewer_id: UUID, reason: str) -> None:
    """End the first review: nothing was found. The caller has come through ``door``.

    Raises:
        MoveNotAllowed: it is not in a first review.
    """
    if attempt.review is not Review.IN_REVIEW:
        raise MoveNotAllowed
    _move(session, clock, attempt, Review.CLEARED, reviewer_id, reason=reason)
    doors.note(session, clock, attempt, reviewer_id, "review.cleared")
    _tell(session, clock, attempt)


def refer(session: Session, clock: Clock, attempt: Attempt, *, reviewer_id: UUID, reason: str) -> None:
    """Hand the record to a second reviewer, after the candidate was asked. The caller came through ``door``.

    Raises:
        MoveNotAllowed: it is not in a first review.
        ReasonMissing: a reason is needed.
    """
    _move(session, clock, attempt, Review.SECOND_REVIEW, reviewer_id, reason=reason)
    doors.note(session, clock, attempt, reviewer_id, "review.referred")


def conclude(
    session: Session, clock: Clock, attempt: Attempt, *, reviewer_id: UUID, finding: Review, reason: str
) -> Refused | None:
    """End the second review, by somebody who had no part in the first. The caller came through ``door``.

    ``finding``: cleared, irregularity or inconclusive, which counts as cleared.

    Raises:
        MoveNotAllowed: it is not in a second review, or that is no finding.
        ReasonMissing: a reason is needed.
    """
    if attempt.review is not Review.SECOND_REVIEW:
        raise MoveNotAllowed
    first = select(reviewed_before_condition(reviewer_id)).where(col(Attempt.id) == attempt.id)
    if session.scalar(first):
        doors.note(session, clock, attempt, reviewer_id, "conflict.refused", act="conclude")
        return Refused(SecondReviewerNeeded())
    _move(session, clock, attempt, finding, reviewer_id, reason=reason)
    doors.note(session, clock, attempt, reviewer_id, "review.concluded", finding=str(finding))
    _tell(session, clock, attempt)
    return None


def _move(
    session: Session,
    clock: Clock,
    attempt: Attempt,
    to: Review,
    reviewer_id: UUID,
    *,
    reason: str | None = None,
) -> None:
    history.move(
        session,
        clock,
        attempt,
        Axis.REVIEW,
        to,
        actor_id=reviewer_id,
        roles=_AS_REVIEWER,
        reason=reason,
        where=(col(Attempt.lifecycle).in_(CLOSED),),
    )


def _tell(session: Session, clock: Clock, attempt: Attempt) -> None:
    """Release what was withheld for the review alone."""
    if attempt.result is not ResultState.WITHHELD or attempt.lifecycle is not Lifecycle.SCORED:
        return  # told before, or raters have not ended: whoever scores it then tells it
    release = session.execute(select(col(Exam.release)).where(col(Exam.id) == attempt.exam_id)).scalar_one()
    closes_at = session.scalar(select(col(Sitting.closes_at)).where(col(Sitting.id) == attempt.sitting_id))
    if releases_itself(
        review=attempt.review,
        terminated=queries.was_terminated(session, attempt.id),
        release=release,
        window_over=closes_at is None or closes_at <= clock.now(),
    ):
        hand_in.release(session, clock, attempt_id=attempt.id, actor_id=None)
