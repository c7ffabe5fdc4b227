"""Reads of what an attempt ended with: the receipt, its verification, the result.

Only the candidate's own; points and keys of single items never come this way.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, AttemptTransition
from app.exams.models.booking import Sitting
from app.exams.models.forms import Blueprint, Exam
from app.exams.queries import attempts
from app.exams.rules import booking as booking_rules
from app.exams.rules import scoring
from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import (
    AT_RATERS,
    Axis,
    Lifecycle,
    Mode,
    Outcome,
    ReleasePolicy,
    ResultState,
    Review,
)
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual

_ID_LENGTH = 36


class Ended(NamedTuple):
    """An attempt, as far as its receipt and result show it. What is withheld is left out by ``result_of``."""

    id: UUID
    code: str
    exam_id: UUID
    exam_slug: str
    exam_title: Trilingual
    certification: bool
    release: ReleasePolicy
    number: int
    mode: Mode
    lifecycle: Lifecycle
    result: ResultState
    started_at: datetime | None
    deadline: datetime | None
    submitted_at: datetime | None
    released_at: datetime | None
    counts: dict[str, int] | None
    answers_hash: str | None
    outcome: Outcome | None
    raw_score: int | None
    max_points: int | None
    cut_score: int | None
    domain_points: dict[str, list[int]] | None
    attempts_allowed: int | None
    attempts_window_days: int
    wait_days: int
    window_close: datetime | None
    browser_check: BrowserCheck

    @property
    def is_released(self) -> bool:
        """Whether the candidate may see the outcome."""
        return (
            self.result in {ResultState.RELEASED, ResultState.REISSUED} and self.lifecycle is Lifecycle.SCORED
        )

    @property
    def at_raters(self) -> bool:
        """Whether people rate its written answers now."""
        return self.lifecycle in AT_RATERS


@dataclass(frozen=True, slots=True)
class DomainBand:
    """How one domain went: its code, its items' points in all, the band."""

    domain: str
    possible: int
    band: scoring.Band


@dataclass(frozen=True, slots=True)
class Retake:
    """When and how often the exam may be sat again; ``left`` None: as often as one likes."""

    left: int | None
    earliest: datetime | None


def ended_of(session: Session, candidate_id: UUID, attempt_id: UUID) -> Ended:
    """The candidate's own attempt.

    Raises:
        NotFound: no such attempt, or another candidate's.
    """
    return _ended(session, candidate_id, Attempt.id == attempt_id)


def ended_by_code(session: Session, candidate_id: UUID, code: str) -> Ended:
    """The candidate's own attempt by the code on its receipt.

    Raises:
        NotFound: no such attempt, or another candidate's.
    """
    return _ended(session, candidate_id, Attempt.code == code.strip().upper())


def _ended(session: Session, candidate_id: UUID, which: object) -> Ended:
    row = session.execute(
        select(
            col(Attempt.id),
            col(Attempt.code),
            col(Attempt.exam_id),
            col(Exam.slug),
            col(Exam.title),
            col(Exam.certification),
            col(Exam.release),
            col(Attempt.number),
            col(Attempt.mode),
            col(Attempt.lifecycle),
            col(Attempt.result),
            col(Attempt.started_at),
            col(Attempt.deadline),
            col(Attempt.submitted_at),
            col(Attempt.released_at),
            col(Attempt.counts),
            col(Attempt.answers_hash),
            col(Attempt.outcome),
            col(Attempt.raw_score),
            col(Attempt.max_points),
            col(Attempt.cut_score),
            col(Attempt.domain_points),
            col(Blueprint.attempts_allowed),
            col(Blueprint.attempts_window_days),
            col(Blueprint.wait_days),
            col(Sitting.closes_at),
            col(Attempt.browser_check),
        )
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .join(Blueprint, col(Blueprint.id) == col(Attempt.blueprint_id))
        .outerjoin(Sitting, col(Sitting.id) == col(Attempt.sitting_id))
        .where(which, col(Attempt.candidate_id) == candidate_id)  # type: ignore[arg-type]  # a SQLModel column
    ).first()
    if row is None:
        raise NotFound
    return Ended(*row)


def stored_hash(session: Session, attempt_id: UUID) -> str | None:
    """The hash of the answers as they are stored now, made anew; None before the start."""
    row = session.execute(
        select(col(Attempt.code), col(Attempt.layout)).where(col(Attempt.id) == attempt_id)
    ).one()
    if row.layout is None:
        return None
    return attempts.answers_hash(row.code, row.layout, attempts.answers_of(session, attempt_id))


class Receipt(NamedTuple):
    """What a receipt is compared with, for whoever holds one."""

    id: UUID
    answers_hash: str | None
    submitted_at: datetime | None


def find_receipt(session: Session, code: str) -> Receipt | None:
    """The attempt a receipt names by its code."""
    row = session.execute(
        select(col(Attempt.id), col(Attempt.answers_hash), col(Attempt.submitted_at)).where(
            col(Attempt.code) == code.strip().upper()
        )
    ).first()
    return Receipt(*row) if row else None


def get_started(session: Session, wanted: str) -> Attempt:
    """An attempt that has started, by its id or its code, for whoever runs the installation.

    Raises:
        NotFound: no such attempt, or it has not started.
    """
    by_id = len(wanted) == _ID_LENGTH
    which = col(Attempt.id) == UUID(wanted) if by_id else col(Attempt.code) == wanted
    found = session.scalar(select(Attempt).where(which, col(Attempt.started_at).is_not(None)))
    if found is None:
        raise NotFound
    return found


def held_answers(session: Session, attempt_id: UUID) -> dict[int, tuple[str, ...]]:
    """The stored answers by position, their words in the stored order; places without one are absent."""
    given = attempts.answers_of(session, attempt_id)
    return {place: tuple(answer.chosen) for place, answer in given.items() if answer.chosen}


def bands(domain_points: Mapping[str, list[int]], *, cut_score: int, max_points: int) -> list[DomainBand]:
    """The bands of the domains, in the order of their codes."""
    return [
        DomainBand(
            domain,
            possible,
            scoring.band(reached=reached, possible=possible, cut_score=cut_score, max_points=max_points),
        )
        for domain, (reached, possible) in sorted(domain_points.items())
    ]


def retake_of(session: Session, ended: Ended, candidate_id: UUID, *, at: datetime) -> Retake:
    """When the candidate may sit the exam again: after the waiting time, while attempts are left."""
    past = attempts.past_attempts(session, candidate_id, ended.exam_id)
    rules = booking_rules.AttemptRules(ended.attempts_allowed, ended.attempts_window_days, ended.wait_days)
    standing = booking_rules.standing(past, rules, at=at)
    earliest = standing.earliest
    if standing.left == 0:
        starts = sorted(
            one.started_at for one in past if one.started_at and one.state in booking_rules.COUNTED
        )
        counted = starts[-(ended.attempts_allowed or 1) :]
        freed = counted[0] + timedelta(days=ended.attempts_window_days)
        earliest = max(freed, earliest) if earliest else freed
    if earliest is not None and earliest <= at:
        earliest = None
    return Retake(standing.left, earliest)


def waiting_for_release(session: Session, at: datetime, *, limit: int) -> list[UUID]:
    """Scored attempts whose result is released after the window, and whose window has closed by ``at``.

    One that waits for a review is left to people, and so is one that two people terminated.
    """
    return list(
        session.scalars(
            select(col(Attempt.id))
            .join(Exam, col(Exam.id) == col(Attempt.exam_id))
            .outerjoin(Sitting, col(Sitting.id) == col(Attempt.sitting_id))
            .where(
                col(Exam.release) == ReleasePolicy.AFTER_WINDOW,
                col(Attempt.lifecycle) == Lifecycle.SCORED,
                col(Attempt.result) == ResultState.WITHHELD,
                col(Attempt.review).in_((Review.NONE, Review.CLEARED, Review.INCONCLUSIVE)),
                ~attempts.terminated_condition(col(Attempt.id)),
                (col(Sitting.id).is_(None)) | (col(Sitting.closes_at) <= at),
            )
            .limit(limit)
        )
    )


class ResultLetter(NamedTuple):
    """What the letter about a released result needs; not the result."""

    attempt_id: UUID
    person_id: UUID
    code: str
    title: Trilingual


_TOLD = (ResultState.RELEASED, ResultState.REISSUED)


def find_result_letter(
    session: Session, attempt_id: UUID, states: Collection[ResultState] = _TOLD
) -> ResultLetter | None:
    """What to write to the candidate; None when the result is no longer in one of those states."""
    row = session.execute(
        select(col(Attempt.id), col(Attempt.candidate_id), col(Attempt.code), col(Exam.title))
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .where(col(Attempt.id) == attempt_id, col(Attempt.result).in_(states))
    ).first()
    return ResultLetter(*row) if row else None


def find_invalidation(session: Session, attempt_id: UUID) -> str | None:
    """Why a result was invalidated, in the words of the person who did it. The caller checked whose it is."""
    return session.scalar(
        select(col(AttemptTransition.reason))
        .where(
            col(AttemptTransition.attempt_id) == attempt_id,
            col(AttemptTransition.axis) == Axis.RESULT,
            col(AttemptTransition.to_state) == str(ResultState.INVALIDATED),
        )
        .limit(1)
    )
