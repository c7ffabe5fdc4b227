"""Releasing a result that waits for a person: what an exam's policy or a termination holds back."""

from uuid import UUID

from sqlmodel import Session

from app.exams.errors import MoveNotAllowed, ReasonMissing, ReviewOpen
from app.exams.queries import attempts as queries
from app.exams.rules.releasing import Releasing, releasing
from app.exams.rules.states import Lifecycle, ResultState, Review
from app.exams.rules.transitions import Who
from app.exams.service import doors, hand_in
from app.kernel.clock import Clock
from app.kernel.errors import Refused


def release(
    session: Session, clock: Clock, *, attempt_id: UUID, officer_id: UUID, reason: str | None
) -> Refused | None:
    """Release a withheld result as a certification officer; the candidate gets a letter.

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: its result does not wait for a person.
        ReviewOpen: reviewers are at work.
        ReasonMissing: it was terminated or an irregularity was found, and no reason is given.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=officer_id, act="release")
    if isinstance(attempt, Refused):
        return attempt
    waits = attempt.result is ResultState.WITHHELD and attempt.review is not Review.NONE
    if attempt.lifecycle is not Lifecycle.SCORED or not waits:
        raise MoveNotAllowed
    asked = releasing(review=attempt.review, terminated=queries.was_terminated(session, attempt_id))
    if asked is Releasing.NOT_YET:
        raise ReviewOpen
    given = reason.strip() if reason else ""
    if asked is Releasing.WITH_REASON and not given:
        raise ReasonMissing
    hand_in.release(
        session,
        clock,
        attempt_id=attempt_id,
        actor_id=officer_id,
        roles={Who.CERTIFICATION_OFFICER},
        reason=given or None,
    )
    doors.note(session, clock, attempt, officer_id, "result.released")
    return None
