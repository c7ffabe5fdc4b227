"""The steps of a review. Each is one person's, with their words; the finding is a second person's.

The axis of the attempt moves through ``exams.service.reviewing``; here stand the steps and the letters.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.exams.errors import OwnSitting, SecondReviewerNeeded
from app.exams.queries.reviewing import reviewed_of
from app.exams.rules.states import Review
from app.exams.service import doors
from app.exams.service import reviewing as exams
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform import audit
from app.platform.outbox import enqueue_later
from app.proctoring.errors import ReviewTaken, StatementNotAsked, StatementPending, StepNotPossible
from app.proctoring.models import RecordView, ReviewStep
from app.proctoring.queries import record as queries
from app.proctoring.queries import reviews
from app.proctoring.rules.reviewing import (
    FINDINGS,
    STATEMENT_TIME,
    Act,
    Letter,
    Purpose,
    StepKind,
    acts,
    letter_of_finding,
    takes_statement,
)

LETTER = "proctoring.letter"
"""The job kind; its payload holds the attempt and which letter it is."""


def take(session: Session, clock: Clock, *, attempt_id: UUID, reviewer_id: UUID) -> Refused | None:
    """Take a record that waits. Taken twice by the same person is once.

    Raises:
        NotFound: no such attempt.
        ReviewTaken: a colleague was first.
        StepNotPossible: it does not wait for a first reviewer.
    """
    return _take(session, clock, attempt_id, reviewer_id, Act.TAKE)


def take_over(session: Session, clock: Clock, *, attempt_id: UUID, reviewer_id: UUID) -> Refused | None:
    """Take a record over from a colleague who cannot go on. Taken twice by the same person is once.

    Raises:
        NotFound: no such attempt.
        StepNotPossible: nobody has it in a first review.
    """
    return _take(session, clock, attempt_id, reviewer_id, Act.TAKE_OVER)


def _take(session: Session, clock: Clock, attempt_id: UUID, reviewer_id: UUID, act: Act) -> Refused | None:
    attempt = _door(session, clock, attempt_id=attempt_id, reviewer_id=reviewer_id, act=str(act))
    if isinstance(attempt, Refused):
        return attempt
    able = _acts(session, clock, attempt_id, attempt.review, reviewer_id)
    if Act.CLEAR in able:
        return None
    if act not in able:
        raise ReviewTaken if Act.TAKE_OVER in able else StepNotPossible
    if act is Act.TAKE:
        exams.take(session, clock, attempt, reviewer_id=reviewer_id)
    else:
        doors.note(session, clock, attempt, reviewer_id, "review.taken_over")
    _step(session, clock, attempt_id, StepKind.TAKEN, reviewer_id)
    return None


def ask_statement(
    session: Session, clock: Clock, *, attempt_id: UUID, reviewer_id: UUID, words: str
) -> Refused | datetime:
    """Ask the candidate what they say to it; until when they can answer.

    Raises:
        NotFound, ReviewTaken, StepNotPossible: see ``clear``.
    """
    attempt = _mine(session, clock, attempt_id, reviewer_id, Act.ASK)
    if isinstance(attempt, Refused):
        return attempt
    due = clock.now() + STATEMENT_TIME
    _step(session, clock, attempt_id, StepKind.STATEMENT_ASKED, reviewer_id, words=words, due_at=due)
    doors.note(session, clock, attempt, reviewer_id, "review.statement_asked", until=due.isoformat())
    _write_later(session, clock, attempt_id, Letter.ASKED)
    return due


def give_statement(
    session: Session, clock: Clock, *, attempt_id: UUID, candidate_id: UUID, words: str
) -> None:
    """Answer, once: the candidate's own words join the record as they are.

    Raises:
        NotFound: no such attempt, or another candidate's.
        StatementNotAsked: nobody asked, it was answered, or the review has ended.
    """
    exams.hold(session, attempt_id)
    own = reviewed_of(session, candidate_id, attempt_id)
    steps = tuple(queries.steps_of(session, attempt_id))
    if not takes_statement(queries.standing_of(own.review, steps)):
        raise StatementNotAsked
    _step(session, clock, attempt_id, StepKind.STATEMENT_GIVEN, candidate_id, words=words)
    audit.record(
        session,
        clock,
        actor_id=candidate_id,
        action="review.statement_given",
        subject_kind="attempt",
        subject_id=attempt_id,
    )


def clear(
    session: Session, clock: Clock, *, attempt_id: UUID, reviewer_id: UUID, words: str
) -> Refused | None:
    """End the first review: nothing that would count against the candidate.

    Raises:
        NotFound: no such attempt.
        ReviewTaken: a colleague has it.
        StepNotPossible: it is not in a first review.
    """
    attempt = _mine(session, clock, attempt_id, reviewer_id, Act.CLEAR)
    if isinstance(attempt, Refused):
        return attempt
    _step(session, clock, attempt_id, StepKind.CLEARED, reviewer_id, words=words)
    exams.clear(session, clock, attempt, reviewer_id=reviewer_id, reason=words)
    _write_later(session, clock, attempt_id, Letter.CLEARED)
    return None


def refer(
    session: Session, clock: Clock, *, attempt_id: UUID, reviewer_id: UUID, words: str
) -> Refused | None:
    """Hand the record to a second reviewer, once the candidate has answered or their time is over.

    Raises:
        NotFound, ReviewTaken, StepNotPossible: see ``clear``.
        StatementPending: the candidate was not asked, or still has time.
    """
    attempt = _mine(session, clock, attempt_id, reviewer_id, Act.REFER)
    if isinstance(attempt, Refused):
        return attempt
    _step(session, clock, attempt_id, StepKind.REFERRED, reviewer_id, words=words)
    exams.refer(session, clock, attempt, reviewer_id=reviewer_id, reason=words)
    _write_later(session, clock, attempt_id, Letter.REFERRED)
    return None


def conclude(
    session: Session, clock: Clock, *, attempt_id: UUID, reviewer_id: UUID, finding: Review, words: str
) -> Refused | None:
    """End the second review, as somebody who had no part in the first.

    Raises:
        NotFound: no such attempt.
        StepNotPossible: it is not in a second review, or that is no finding.
    """
    attempt = _door(session, clock, attempt_id=attempt_id, reviewer_id=reviewer_id, act="conclude")
    if isinstance(attempt, Refused):
        return attempt
    if attempt.review is not Review.SECOND_REVIEW or finding not in FINDINGS:
        raise StepNotPossible
    if reviews.had_a_part(session, attempt_id, reviewer_id):
        doors.note(session, clock, attempt, reviewer_id, "conflict.refused", act="conclude")
        return Refused(SecondReviewerNeeded())
    refused = exams.conclude(session, clock, attempt, reviewer_id=reviewer_id, finding=finding, reason=words)
    if refused is not None:
        return refused
    _step(session, clock, attempt_id, StepKind.CONCLUDED, reviewer_id, words=words, finding=str(finding))
    _write_later(session, clock, attempt_id, letter_of_finding(finding))
    return None


def note_view(session: Session, clock: Clock, *, attempt_id: UUID, person_id: UUID, purpose: Purpose) -> None:
    """Write down that somebody of the staff looks at the record, and why. The candidate can read it."""
    session.add(RecordView(attempt_id=attempt_id, purpose=purpose, actor_id=person_id, at=clock.now()))
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="record.viewed",
        subject_kind="attempt",
        subject_id=attempt_id,
        purpose=str(purpose),
    )


def _door(
    session: Session, clock: Clock, *, attempt_id: UUID, reviewer_id: UUID, act: str
) -> exams.HeldAttempt | Refused:
    attempt = exams.door(session, clock, attempt_id=attempt_id, reviewer_id=reviewer_id, act=act)
    if isinstance(attempt, Refused):
        return attempt
    if reviews.recorded_incident(session, attempt_id, reviewer_id):
        doors.note(session, clock, attempt, reviewer_id, "conflict.refused", act=act)
        return Refused(OwnSitting())
    return attempt


def _acts(
    session: Session, clock: Clock, attempt_id: UUID, review: Review, reviewer_id: UUID
) -> frozenset[Act]:
    steps = tuple(queries.steps_of(session, attempt_id))
    return acts(queries.standing_of(review, steps, reviewer_id), at=clock.now())


def _mine(
    session: Session, clock: Clock, attempt_id: UUID, reviewer_id: UUID, act: Act
) -> exams.HeldAttempt | Refused:
    attempt = _door(session, clock, attempt_id=attempt_id, reviewer_id=reviewer_id, act=str(act))
    if isinstance(attempt, Refused):
        return attempt
    able = _acts(session, clock, attempt_id, attempt.review, reviewer_id)
    if act in able:
        return attempt
    if Act.TAKE_OVER in able:
        raise ReviewTaken
    if act is Act.REFER and Act.CLEAR in able:
        raise StatementPending
    raise StepNotPossible


def _step(
    session: Session,
    clock: Clock,
    attempt_id: UUID,
    kind: StepKind,
    actor_id: UUID,
    *,
    words: str | None = None,
    due_at: datetime | None = None,
    finding: str | None = None,
) -> None:
    step = ReviewStep(
        attempt_id=attempt_id,
        kind=kind,
        finding=finding,
        text=words,
        due_at=due_at,
        actor_id=actor_id,
        at=clock.now(),
    )
    session.add(step)
    session.flush()


def _write_later(session: Session, clock: Clock, attempt_id: UUID, letter: Letter) -> None:
    enqueue_later(
        session,
        clock,
        LETTER,
        {"attempt_id": attempt_id, "letter": str(letter)},
        dedupe_key=f"{LETTER}:{attempt_id}:{letter}",
    )
