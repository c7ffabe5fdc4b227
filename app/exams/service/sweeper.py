"""What the system itself does to attempts: it closes what is over or never began, and releases."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting
from app.exams.queries import attempts as queries
from app.exams.rules import delivery as rules
from app.exams.rules.releasing import is_held
from app.exams.rules.states import Axis, Lifecycle, ResultState
from app.exams.service import doors, hand_in, history
from app.kernel.clock import Clock


def expire(session: Session, clock: Clock, attempt_id: UUID) -> timedelta | None:
    """Close an attempt whose time and grace are over, on what was saved; finish time = deadline.

    Returns how long after the grace this was; None when there was nothing to close any more, or somebody else
    holds the attempt: a worker beside this one, which goes through the same list.
    """
    attempt = queries.find_free(session, attempt_id)
    now = clock.now()
    if attempt is None or attempt.lifecycle not in rules.RUNNING or attempt.deadline is None:
        return None
    if not rules.is_due(deadline=attempt.deadline, at=now):
        return None
    hand_in.close(session, clock, attempt, Lifecycle.EXPIRED, finished_at=attempt.deadline, actor_id=None)
    return rules.lag(deadline=attempt.deadline, at=now)


def interrupt(session: Session, clock: Clock, attempt_id: UUID) -> bool:
    """Note that an attempt has been silent; the clock goes on. False: it has spoken meanwhile."""
    attempt = queries.get_attempt(session, attempt_id, for_update=True)
    if attempt.lifecycle is not Lifecycle.IN_PROGRESS or attempt.last_seen_at is None:
        return False
    if not rules.is_silent(last_seen_at=attempt.last_seen_at, at=clock.now()):
        return False
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.INTERRUPTED,
        actor_id=None,
        where=(col(Attempt.last_seen_at) == attempt.last_seen_at,),
    )
    return True


def release_due(session: Session, clock: Clock, attempt_id: UUID) -> bool:
    """Release a result whose window has closed.

    False: it was released or invalidated meanwhile, or waits for people to look at its record.
    """
    attempt = queries.get_attempt(session, attempt_id, for_update=True)
    if attempt.result is not ResultState.WITHHELD or attempt.lifecycle is not Lifecycle.SCORED:
        return False
    if is_held(review=attempt.review, terminated=queries.was_terminated(session, attempt_id)):
        return False
    hand_in.release(session, clock, attempt_id=attempt_id, actor_id=None)
    return True


def miss(session: Session, clock: Clock, attempt_id: UUID) -> bool:
    """End an attempt in whose window nobody can start any more.

    False: it has started or ended meanwhile, or was given time to start.
    """
    attempt = queries.get_attempt(session, attempt_id, for_update=True)
    if attempt.lifecycle not in rules.BEFORE_START or attempt.sitting_id is None:
        return False
    closes_at = session.get_one(Sitting, attempt.sitting_id).closes_at
    extra = timedelta(seconds=attempt.extra_seconds)
    if not rules.start_is_over(window_close=closes_at, extra=extra, at=clock.now()):
        return False
    history.move(session, clock, attempt, Axis.LIFECYCLE, Lifecycle.NO_SHOW, actor_id=None)
    doors.note(session, clock, attempt, None, "attempt.no_show")
    return True
