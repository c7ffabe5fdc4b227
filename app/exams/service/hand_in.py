"""The end of an attempt: handing in, closing, scoring, releasing.

Whoever ends an attempt comes through ``close``; what it scores is asked of ``score``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, bindparam, select
from sqlmodel import Session, col

from app.exams.errors import MoveNotAllowed
from app.exams.models.attempts import Attempt, AttemptTransition, ResponseEvent
from app.exams.models.forms import Exam
from app.exams.queries import attempts as queries
from app.exams.queries import rating as rating_queries
from app.exams.rules import delivery as rules
from app.exams.rules import scoring
from app.exams.rules.releasing import is_held, releases_once_rated
from app.exams.rules.states import (
    AT_RATERS,
    Axis,
    EventKind,
    Lifecycle,
    Outcome,
    ReleasePolicy,
    ResultState,
    Review,
)
from app.exams.rules.transitions import Who
from app.exams.service import answers, history, rating, score, secure_browser, signed_in
from app.exams.service.batch import Conflict, Order
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform import audit
from app.platform.database import table_of
from app.platform.outbox import enqueue_later
from app.programmes import service as programmes
from app.programmes.rules import MilestoneWord

RELEASED_EVENT = "result.released"
"""The job kind that upper slices bind to; payload ``{"attempt_id": …}``."""

NO_PROPOSAL: dict[str, Any] = {"termination_by": None, "termination_reason": None, "termination_at": None}
"""Written when an attempt ends or is opened again, which no proposal outlives that nobody confirmed."""

QUEUED_EVENT = "review.queued"
"""The job kind that says that people are to look at a record; payload ``{"attempt_id": …}``."""

RESULT_MAIL = "exams.result_mail"
"""The job kind that tells a candidate that a withheld result is there."""

_exam = table_of(Exam).c
_POLICY: Executable = select(_exam.certification, _exam.release).where(_exam.id == bindparam("exam"))
_EVENT_OF = {Lifecycle.SUBMITTED: EventKind.HAND_IN, Lifecycle.EXPIRED: EventKind.EXPIRE}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Whether the attempt is closed now.

    Not closed: answers that were sent along were refused (``conflicts``), or a page said too early that the
    time is up.
    """

    closed: bool
    conflicts: tuple[Conflict, ...] = ()


def hand_in(
    session: Session,
    clock: Clock,
    *,
    candidate_id: UUID,
    attempt_id: UUID,
    order: Order,
    locale: str,
    timeup: bool = False,
) -> HandedIn | Refused:
    """Save what ``order`` names, then close the candidate's attempt and score what was saved.

    Over a refused answer nothing is handed in: the candidate has not seen what would be scored. ``timeup``
    marks a hand-in that the page makes because its clock has run out: more than 2 s early it closes nothing.
    A refused hand-in leaves its trace; after the grace the sweeper closes the attempt.

    Raises:
        NotFound: no such attempt, or another candidate's.
        AttemptNotReady: it has not started.
        AnswerUnknown, VersionMissing: see ``answers.save``.
    """
    if order.answers or order.flags:
        saved = answers.save(
            session, clock, candidate_id=candidate_id, attempt_id=attempt_id, order=order, locale=locale
        )
        if isinstance(saved, Refused):
            return saved
        if saved.conflicts:
            return HandedIn(closed=False, conflicts=saved.conflicts)
    attempt = queries.attempt_of(session, candidate_id, attempt_id, for_update=True)
    now = clock.now()
    refusal = answers.refusal_of(attempt, order.lease, now)
    if refusal is not None:
        error, kind = refusal
        _note(session, attempt, kind, now)
        return Refused(error)
    stopped = secure_browser.stop_unless_proven(session, clock, attempt, order.proof)
    if stopped is not None:
        return stopped
    if timeup and attempt.deadline and rules.too_early_for_timeup(deadline=attempt.deadline, at=now):
        _note(session, attempt, EventKind.EARLY_TIMEUP, now)
        return HandedIn(closed=False)
    close(session, clock, attempt, Lifecycle.SUBMITTED, finished_at=now, actor_id=candidate_id)
    return HandedIn(closed=True)


def close(
    session: Session,
    clock: Clock,
    attempt: Attempt,
    how: Lifecycle,
    *,
    finished_at: datetime,
    actor_id: UUID | None,
    roles: Collection[Who] = (),
    reason: str | None = None,
) -> None:
    """End a running attempt in the way ``how``, score it, and release the result where the exam says so.

    With written answers the score waits until people have rated them: ``score_rated``. What two people
    terminated is looked at by a third before its result is told. The caller holds the attempt's row.
    Milestones and the event stand in the same transaction.

    Raises:
        MoveNotAllowed: it does not run.
        WrongRole: not this person's to end in this way.
        ReasonMissing: termination needs a reason.
    """
    layout, given = attempt.layout or [], queries.answers_of(session, attempt.id)
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        how,
        actor_id=actor_id,
        roles=roles,
        reason=reason,
        values={
            "submitted_at": finished_at,
            "remaining_ms": None,
            "counts": queries.count(layout, given)._asdict(),
            "answers_hash": queries.answers_hash(attempt.code, layout, given),
            # who proposed a termination that came about has a part in the attempt for good
            **({} if how is Lifecycle.TERMINATED else NO_PROPOSAL),
        },
    )
    if how in _EVENT_OF:
        _note(session, attempt, _EVENT_OF[how], clock.now())
    waiting = rating.ask(session, clock, attempt, given)
    chosen = {place: answer.chosen for place, answer in given.items()}
    scored = None if waiting else _score(session, clock, attempt, chosen)
    facts: dict[str, Any] = {"how": str(how), "answers_hash": attempt.answers_hash}
    if scored is None:
        facts["at_raters"] = waiting
    _audit(session, clock, attempt, "attempt.closed", actor_id=actor_id, scored=scored, **facts)
    signed_in.settle(session, [attempt.candidate_id])
    exam = session.execute(_POLICY, {"exam": attempt.exam_id}).one()
    if exam.certification:
        _milestone(session, clock, attempt, MilestoneWord.SAT)
    terminated = how is Lifecycle.TERMINATED
    _ask_review(session, clock, attempt, exam.release, terminated=terminated)
    if scored:
        _after_scoring(session, clock, attempt, exam, terminated=terminated)


def score_rated(session: Session, clock: Clock, *, attempt_id: UUID) -> bool:
    """Score a closed attempt whose written answers are all rated, and release its result where it may be.

    Once, however often it is asked: an attempt that is scored, or still waits for a rater, is left alone
    (False). A candidate is written to, as nobody waits at the screen.
    """
    attempt = queries.get_attempt(session, attempt_id, for_update=True)
    if attempt.lifecycle not in AT_RATERS or rating_queries.has_answers(session, attempt_id, unsettled=True):
        return False
    given = queries.answers_of(session, attempt_id)
    scored = _score(session, clock, attempt, {place: answer.chosen for place, answer in given.items()})
    _audit(session, clock, attempt, "attempt.rated", actor_id=None, scored=scored)
    exam = session.execute(_POLICY, {"exam": attempt.exam_id}).one()
    terminated = queries.was_terminated(session, attempt_id)
    if attempt.result is not ResultState.WITHHELD:
        entry = _after_scoring(session, clock, attempt, exam, terminated=terminated)
        if entry is not None:
            _write_letter(session, clock, entry)
    elif releases_once_rated(review=attempt.review, terminated=terminated, release=exam.release):
        release(session, clock, attempt_id=attempt_id, actor_id=None)
    return True


def _score(
    session: Session, clock: Clock, attempt: Attempt, chosen: Mapping[int, Sequence[str]]
) -> score.Scored:
    scored = score.by_rules_in_force(session, attempt, chosen)
    history.move(
        session, clock, attempt, Axis.LIFECYCLE, Lifecycle.SCORED, actor_id=None, values=scored.values
    )
    if scored.overrides:
        session.add(score.note_of(attempt.id, scored, at=clock.now()))
    return scored


def _audit(
    session: Session,
    clock: Clock,
    attempt: Attempt,
    action: str,
    *,
    actor_id: UUID | None,
    scored: score.Scored | None,
    **facts: Any,
) -> None:
    note = partial(
        audit.record,
        session,
        clock,
        actor_id=actor_id,
        action=action,
        subject_kind="attempt",
        subject_id=attempt.id,
        **facts,
    )
    if scored is None:
        note()
    else:
        note(raw_score=scored.raw_score, cut_score=scored.cut_score, outcome=str(scored.outcome))


def _ask_review(
    session: Session, clock: Clock, attempt: Attempt, policy: ReleasePolicy, *, terminated: bool
) -> None:
    looked_at = terminated or policy is ReleasePolicy.AFTER_REVIEW or attempt.review_asked_at is not None
    if looked_at and attempt.review is Review.NONE:
        history.move(session, clock, attempt, Axis.REVIEW, Review.QUEUED, actor_id=None)
        enqueue_later(
            session,
            clock,
            QUEUED_EVENT,
            {"attempt_id": attempt.id},
            dedupe_key=f"{QUEUED_EVENT}:{attempt.id}",
        )


def _after_scoring(
    session: Session, clock: Clock, attempt: Attempt, exam: Any, *, terminated: bool
) -> AttemptTransition | None:
    held = is_held(review=attempt.review, terminated=terminated)
    told = attempt.result in {ResultState.RELEASED, ResultState.REISSUED}
    if held and told:
        history.move(
            session,
            clock,
            attempt,
            Axis.RESULT,
            ResultState.WITHHELD,
            actor_id=None,
            reason="terminated after it was opened again"
            if terminated
            else "people look at its record first",
            values={"released_at": None},
        )
    elif not held and (told or scoring.releases_at_once(exam.release)):
        return _release(session, clock, attempt, actor_id=None, certification=exam.certification)
    return None


def release(
    session: Session,
    clock: Clock,
    *,
    attempt_id: UUID,
    actor_id: UUID | None,
    roles: Collection[Who] = (),
    reason: str | None = None,
) -> None:
    """Release a result and write to the candidate: the system, an officer, or a panel that restores it.

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: it is not scored, or the result is told, or waits for people.
        WrongRole: a certification officer or the system releases; an invalidated one a panel of appeal.
    """
    attempt = queries.get_attempt(session, attempt_id, for_update=True)
    if attempt.result not in {ResultState.WITHHELD, ResultState.INVALIDATED}:
        raise MoveNotAllowed
    if actor_id is None and is_held(
        review=attempt.review, terminated=queries.was_terminated(session, attempt_id)
    ):
        raise MoveNotAllowed
    certification = session.execute(_POLICY, {"exam": attempt.exam_id}).one().certification
    entry = _release(
        session,
        clock,
        attempt,
        actor_id=actor_id,
        roles=roles,
        reason=reason,
        certification=certification,
    )
    _write_letter(session, clock, entry)


def _write_letter(session: Session, clock: Clock, entry: AttemptTransition) -> None:
    attempt_id = entry.attempt_id
    key = f"{RESULT_MAIL}:{attempt_id}:{entry.seq}"
    enqueue_later(session, clock, RESULT_MAIL, {"attempt_id": attempt_id}, dedupe_key=key)


def reissue(
    session: Session,
    clock: Clock,
    attempt: Attempt,
    *,
    officer_id: UUID,
    reason: str,
    values: Mapping[str, Any],
) -> None:
    """Tell a released result anew with other figures (``values``: columns), as a recorded re-score asks for.

    The caller holds the attempt's row.

    Raises:
        MoveNotAllowed: it was not released, or it is being sat again.
        WrongRole: the officer is the candidate.
    """
    certification = session.execute(
        select(col(Exam.certification)).where(col(Exam.id) == attempt.exam_id)
    ).scalar_one()
    _release(
        session,
        clock,
        attempt,
        actor_id=officer_id,
        roles={Who.CERTIFICATION_OFFICER},
        reason=reason,
        certification=certification,
        values=values,
    )


def _release(
    session: Session,
    clock: Clock,
    attempt: Attempt,
    *,
    actor_id: UUID | None,
    roles: Collection[Who] = (),
    reason: str | None = None,
    certification: bool,
    values: Mapping[str, Any] | None = None,
) -> AttemptTransition:
    again = attempt.result is not ResultState.WITHHELD
    entry = history.move(
        session,
        clock,
        attempt,
        Axis.RESULT,
        ResultState.REISSUED if again else ResultState.RELEASED,
        actor_id=actor_id,
        roles=roles,
        reason=reason or ("scored again after it was reopened" if again else None),
        values={"released_at": clock.now(), **(values or {})},
        where=(col(Attempt.lifecycle) == Lifecycle.SCORED,),
    )
    if certification and attempt.outcome is Outcome.PASSED:
        _milestone(session, clock, attempt, MilestoneWord.PASSED)
    enqueue_later(
        session,
        clock,
        RELEASED_EVENT,
        {"attempt_id": attempt.id},
        dedupe_key=f"{RELEASED_EVENT}:{attempt.id}:{entry.seq}",
    )
    return entry


def _milestone(session: Session, clock: Clock, attempt: Attempt, word: MilestoneWord) -> None:
    programmes.record_milestone(
        session,
        person_id=attempt.candidate_id,
        word=word,
        at=clock.now(),
        source=f"attempt:{attempt.id}",
    )


def _note(session: Session, attempt: Attempt, kind: EventKind, at: datetime, **facts: Any) -> None:
    session.add(ResponseEvent(attempt_id=attempt.id, kind=kind, locale=attempt.locale, at=at, **facts))
