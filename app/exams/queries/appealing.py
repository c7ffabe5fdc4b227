"""What appeals read of an attempt: what was decided about it and when, and who had no part in it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, not_, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, AttemptTransition
from app.exams.models.forms import Exam
from app.exams.queries.attempts import terminated_condition
from app.exams.queries.parts import decided_result_condition, reviewed_before_condition
from app.exams.queries.reviewing import KeptOut, took_part_condition
from app.exams.rules.appealing import Decided
from app.exams.rules.states import AppealState, Axis, Lifecycle, Mode, Outcome, ResultState, Review
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.programmes.queries import trained_condition


class Appealed(NamedTuple):
    """An attempt as a panel sees it: no name; the score, since it may be what the appeal is about."""

    id: UUID
    code: str
    candidate_id: UUID
    exam_title: Trilingual
    certification: bool
    mode: Mode
    lifecycle: Lifecycle
    review: Review
    result: ResultState
    appeal: AppealState
    outcome: Outcome | None
    raw_score: int | None
    max_points: int | None
    cut_score: int | None
    started_at: datetime | None
    submitted_at: datetime | None
    terminated: bool
    decided_at: datetime | None

    def decided(self, filed_at: datetime | None = None) -> Decided:
        """For the rules; ``filed_at``: when the last appeal was filed."""
        return Decided(
            lifecycle=self.lifecycle,
            review=self.review,
            result=self.result,
            outcome=self.outcome,
            appeal=self.appeal,
            certification=self.certification,
            decided_at=self.decided_at,
            filed_at=filed_at,
        )


def appealed_of(session: Session, attempt_id: UUID, *, candidate_id: UUID | None = None) -> Appealed:
    """An attempt; with ``candidate_id`` only their own. Else the caller has checked who may see it.

    Raises:
        NotFound: no such attempt, or another candidate's.
    """
    changed = (
        select(func.max(col(AttemptTransition.at)))
        .where(
            col(AttemptTransition.attempt_id) == col(Attempt.id),
            col(AttemptTransition.axis).in_((Axis.REVIEW, Axis.RESULT)),
        )
        .scalar_subquery()
    )
    columns: tuple[Any, ...] = (
        Attempt.id,
        Attempt.code,
        Attempt.candidate_id,
        Exam.title,
        Exam.certification,
        Attempt.mode,
        Attempt.lifecycle,
        Attempt.review,
        Attempt.result,
        Attempt.appeal,
        Attempt.outcome,
        Attempt.raw_score,
        Attempt.max_points,
        Attempt.cut_score,
        Attempt.started_at,
        Attempt.submitted_at,
    )
    wanted = (
        select(*columns, terminated_condition(col(Attempt.id)), changed)
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .where(col(Attempt.id) == attempt_id)
    )
    if candidate_id is not None:
        wanted = wanted.where(col(Attempt.candidate_id) == candidate_id)
    row = session.execute(wanted).first()
    if row is None:
        raise NotFound
    return Appealed(*row)


def had_no_part(person_id: UUID, attempt: Any, *, at: datetime, kept_out: KeptOut) -> ColumnElement[bool]:
    """A condition: the person is not the candidate of the attempt (a column), their trainer, or had a part.

    A part is: supervising, acting on it, reviewing its record, rating an answer, deciding about its result,
    and what ``kept_out`` knows of.
    """
    candidate: Any = col(Attempt.candidate_id)
    return exists(
        select(1).where(
            col(Attempt.id) == attempt,
            candidate != person_id,
            not_(trained_condition(person_id, candidate, at=at)),
            not_(took_part_condition(person_id)),
            not_(reviewed_before_condition(person_id)),
            not_(decided_result_condition(person_id)),
            not_(kept_out(col(Attempt.id))),
        )
    )
