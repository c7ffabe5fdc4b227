"""What an officer does with a result that waits for a person: release it, or invalidate it."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.errors import (
    MoveNotAllowed,
    NothingFound,
    OwnSitting,
    ReasonMissing,
    ReviewOpen,
    SecondReviewerNeeded,
)
from app.exams.errors.appealing import AppealHeard
from app.exams.models.attempts import Attempt
from app.exams.queries import attempts as queries
from app.exams.queries.parts import reviewed_before_condition
from app.exams.queries.reviewing import KeptOut, took_part_condition
from app.exams.rules.releasing import Releasing, releasing
from app.exams.rules.states import HEARD, Axis, Lifecycle, ResultState, Review
from app.exams.rules.transitions import Who
from app.exams.service import doors, hand_in, history
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, Refused
from app.platform.outbox import enqueue_later

INVALIDATED_EVENT = "result.invalidated"
"""The job kind that upper slices bind to; payload ``{"attempt_id": …}``."""

INVALIDATED_MAIL = "exams.invalidated_mail"
"""The job kind that tells a candidate that their result was invalidated, and why."""


def release(
    session: Session,
    clock: Clock,
    *,
    attempt_id: UUID,
    officer_id: UUID,
    reason: str | None,
    kept_out: KeptOut,
) -> Refused | None:
    """Release a withheld result as a certification officer; the candidate gets a letter.

    ``kept_out``: what an upper slice knows of the officer's part in the attempt.

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: its result does not wait for a person.
        ReviewOpen: the review has not ended.
        ReasonMissing: it was terminated or an irregularity was found, and no reason is given.
        AppealHeard: a panel hears the candidate's appeal.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=officer_id, act="release")
    if isinstance(attempt, Refused):
        return attempt
    conflict = _conflict(session, attempt, officer_id, kept_out)
    if conflict is not None:
        doors.note(session, clock, attempt, officer_id, "conflict.refused", act="release")
        return Refused(conflict)
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


def invalidate(
    session: Session, clock: Clock, *, attempt_id: UUID, officer_id: UUID, reason: str, kept_out: KeptOut
) -> Refused | None:
    """Invalidate a result after two reviewers found an irregularity; the candidate is told why, by letter.

    The score stays as it is: what is taken back is what it says. Nobody who reviewed the record or
    supervised the attempt does this; ``kept_out`` as in ``release``.

    Raises:
        NotFound: no such attempt.
        NothingFound: no irregularity was found.
        MoveNotAllowed: it is not scored, or was invalidated before.
        ReasonMissing: a reason is needed.
        AppealHeard: see ``release``.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=officer_id, act="invalidate")
    if isinstance(attempt, Refused):
        return attempt
    conflict = _conflict(session, attempt, officer_id, kept_out)
    if conflict is not None:
        doors.note(session, clock, attempt, officer_id, "conflict.refused", act="invalidate")
        return Refused(conflict)
    if attempt.review is not Review.IRREGULARITY:
        raise NothingFound
    entry = history.move(
        session,
        clock,
        attempt,
        Axis.RESULT,
        ResultState.INVALIDATED,
        actor_id=officer_id,
        roles={Who.CERTIFICATION_OFFICER},
        reason=reason,
        where=(col(Attempt.lifecycle) == Lifecycle.SCORED,),
    )
    doors.note(session, clock, attempt, officer_id, "result.invalidated")
    enqueue_later(
        session,
        clock,
        INVALIDATED_MAIL,
        {"attempt_id": attempt_id},
        dedupe_key=f"{INVALIDATED_MAIL}:{attempt_id}:{entry.seq}",
    )
    enqueue_later(
        session,
        clock,
        INVALIDATED_EVENT,
        {"attempt_id": attempt_id},
        dedupe_key=f"{INVALIDATED_EVENT}:{attempt_id}:{entry.seq}",
    )
    return None


def _conflict(session: Session, attempt: Attempt, officer_id: UUID, kept_out: KeptOut) -> DomainError | None:
    """Why the officer does not decide: they reviewed the record, supervised the attempt, or had a part.

    Raises:
        AppealHeard: nobody decides while a panel hears an appeal.
    """
    if attempt.appeal in HEARD:
        raise AppealHeard
    for condition, error in (
        (reviewed_before_condition(officer_id), SecondReviewerNeeded()),
        (took_part_condition(officer_id), OwnSitting()),
        (kept_out(col(Attempt.id)), OwnSitting()),
    ):
        if session.scalar(select(condition).where(col(Attempt.id) == attempt.id)):
            return error
    return None
