"""What a certification officer sees of results that wait: how the exam went, not how it came out."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.forms import Exam
from app.exams.queries.attempts import terminated_condition
from app.exams.rules.releasing import Releasing, releasing
from app.exams.rules.states import Lifecycle, Mode, ResultState, Review
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.programmes.queries import trained_condition

PAGE = 50


class Withheld(NamedTuple):
    """A scored attempt whose result is not told yet. No score, no outcome: they decide nothing here."""

    id: UUID
    code: str
    candidate_id: UUID
    exam_title: Trilingual
    mode: Mode
    review: Review
    submitted_at: datetime
    deadline: datetime
    terminated: bool

    @property
    def asks(self) -> Releasing:
        """What releasing it asks of the officer."""
        return releasing(review=self.review, terminated=self.terminated)

    @property
    def by_time(self) -> bool:
        """Whether the end of the time closed it."""
        return not self.terminated and self.submitted_at >= self.deadline


def _waiting(officer_id: UUID, at: datetime) -> ColumnElement[bool]:
    """It waits for a person, and the officer is neither the candidate nor somebody who trained them."""
    candidate: Any = col(Attempt.candidate_id)
    return and_(
        col(Attempt.lifecycle) == Lifecycle.SCORED,
        col(Attempt.result) == ResultState.WITHHELD,
        col(Attempt.review) != Review.NONE,
        candidate != officer_id,
        not_(trained_condition(officer_id, candidate, at=at)),
    )


def count_withheld(session: Session, officer_id: UUID, *, at: datetime) -> int:
    """How many results wait for this officer or a colleague."""
    counted = select(func.count()).select_from(Attempt).where(_waiting(officer_id, at))
    return int(session.execute(counted).scalar_one())


def list_withheld(session: Session, officer_id: UUID, *, at: datetime, offset: int = 0) -> list[Withheld]:
    """A page of the results that wait, the longest waiting first."""
    return _read(session, _waiting(officer_id, at), offset=offset)


def get_withheld(session: Session, officer_id: UUID, attempt_id: UUID, *, at: datetime) -> Withheld:
    """A result that waits, for an officer who may release it.

    Raises:
        NotFound: no such attempt, it does not wait, or it is the officer's own or a trainee's.
    """
    found = _read(session, and_(_waiting(officer_id, at), col(Attempt.id) == attempt_id), offset=0)
    if not found:
        raise NotFound
    return found[0]


def _read(session: Session, condition: ColumnElement[bool], *, offset: int) -> list[Withheld]:
    rows = session.execute(
        select(  # type: ignore[call-overload]  # SQLModel types at most four columns
            Attempt.id,
            Attempt.code,
            Attempt.candidate_id,
            Exam.title,
            Attempt.mode,
            Attempt.review,
            Attempt.submitted_at,
            Attempt.deadline,
            terminated_condition(col(Attempt.id)),
        )
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .where(condition)
        .order_by(col(Attempt.submitted_at), col(Attempt.id))
        .offset(offset)
        .limit(PAGE)
    )
    return [Withheld(*row) for row in rows]
