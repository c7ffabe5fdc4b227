"""What a certification officer sees of results that wait: how the exam went, not how it came out."""

from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.forms import Exam
from app.exams.queries.attempts import terminated_condition
from app.exams.queries.paging import Paged, paged
from app.exams.queries.parts import reviewed_before_condition
from app.exams.queries.reviewing import KeptOut, took_part_condition
from app.exams.rules.releasing import Releasing, releasing
from app.exams.rules.states import HEARD, Lifecycle, Mode, ResultState, Review
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.programmes.queries import trained_condition


class Withheld(NamedTuple):
    """A scored attempt whose result a person decides about. No score, no outcome: they decide nothing."""

    id: UUID
    code: str
    candidate_id: UUID
    exam_title: Trilingual
    mode: Mode
    review: Review
    result: ResultState
    submitted_at: datetime
    deadline: datetime
    terminated: bool

    @property
    def asks(self) -> Releasing:
        """What releasing it asks of the officer."""
        return releasing(review=self.review, terminated=self.terminated)

    @property
    def told(self) -> bool:
        """Whether the candidate knows the result already."""
        return self.result is not ResultState.WITHHELD

    @property
    def by_time(self) -> bool:
        """Whether the end of the time closed it."""
        return not self.terminated and self.submitted_at >= self.deadline


def _waiting(officer_id: UUID, at: datetime, kept_out: KeptOut) -> ColumnElement[bool]:
    """It waits for a person, and the officer is not the candidate, and neither trained nor supervised them.

    Nor did the officer review it, or have the part in it that ``kept_out`` knows of.

    After a finding a result that was told before waits too: it can be invalidated. Nothing waits for an
    officer while a panel hears an appeal.
    """
    candidate: Any = col(Attempt.candidate_id)
    return and_(
        col(Attempt.lifecycle) == Lifecycle.SCORED,
        col(Attempt.appeal).not_in(HEARD),
        or_(
            and_(col(Attempt.result) == ResultState.WITHHELD, col(Attempt.review) != Review.NONE),
            and_(col(Attempt.result) != ResultState.INVALIDATED, col(Attempt.review) == Review.IRREGULARITY),
        ),
        candidate != officer_id,
        not_(reviewed_before_condition(officer_id)),
        not_(took_part_condition(officer_id)),
        not_(kept_out(col(Attempt.id))),
        not_(trained_condition(officer_id, candidate, at=at)),
    )


def count_withheld(session: Session, officer_id: UUID, *, at: datetime, kept_out: KeptOut) -> int:
    """How many results wait for this officer or a colleague."""
    counted = select(func.count()).select_from(Attempt).where(_waiting(officer_id, at, kept_out))
    return int(session.execute(counted).scalar_one())


def list_withheld(
    session: Session, officer_id: UUID, *, at: datetime, page: int, kept_out: KeptOut
) -> Paged[Withheld]:
    """The results that wait, the longest waiting first."""
    return paged(session, _withheld(officer_id, at, kept_out), Withheld, page=page)


def get_withheld(
    session: Session, officer_id: UUID, attempt_id: UUID, *, at: datetime, kept_out: KeptOut
) -> Withheld:
    """A result that waits, for an officer who may release it.

    Raises:
        NotFound: no such attempt, it does not wait, or it is the officer's own or a trainee's.
    """
    row = session.execute(_withheld(officer_id, at, kept_out).where(col(Attempt.id) == attempt_id)).first()
    if row is None:
        raise NotFound
    return Withheld(*row)


def _withheld(officer_id: UUID, at: datetime, kept_out: KeptOut) -> Select[Any]:
    wanted: Any = (
        select(
            col(Attempt.id),
            col(Attempt.code),
            col(Attempt.candidate_id),
            col(Exam.title),
            col(Attempt.mode),
            col(Attempt.review),
            col(Attempt.result),
            col(Attempt.submitted_at),
            col(Attempt.deadline),
            terminated_condition(col(Attempt.id)),
        )
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .where(_waiting(officer_id, at, kept_out))
        .order_by(col(Attempt.submitted_at), col(Attempt.id))
    )
    return cast(Select[Any], wanted)
