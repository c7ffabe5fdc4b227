"""The door through which supervising people reach one attempt, and what they see of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, func, or_, select, true
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, AttemptTransition, TimeGrant
from app.exams.models.booking import Sitting, SittingProctor
from app.exams.models.forms import Exam
from app.exams.models.unsent import UnsentLoad
from app.exams.queries.attempts import terminated_condition
from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import Axis, Lifecycle, Mode, ResultState, Review
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.programmes import queries as programmes

_candidate: Any = Attempt.candidate_id


class Supervised(NamedTuple):
    """An attempt as a supervising person sees it: states and times, no answers, no score."""

    id: UUID
    code: str
    candidate_id: UUID
    exam_title: Trilingual
    sitting_id: UUID | None
    mode: Mode
    number: int
    lifecycle: Lifecycle
    review: Review
    result: ResultState
    started_at: datetime | None
    deadline: datetime | None
    submitted_at: datetime | None
    last_seen_at: datetime | None
    remaining_ms: int | None
    extra_seconds: int
    lease_number: int
    termination_by: UUID | None
    termination_reason: str | None
    terminated: bool
    """Whether two people ended it, ever: then it is not opened again."""
    assigned: bool
    """Whether the viewer is a proctor of its sitting."""
    browser_check: BrowserCheck
    secure_browser: bool | None
    """Whether its sitting asks for the secure browser."""


def begun_of(session: Session, attempts: Collection[UUID]) -> dict[UUID, datetime]:
    """By attempt, since when it runs: it began then, or went on after a pause or an interruption."""
    rows = session.execute(
        select(col(AttemptTransition.attempt_id), func.max(col(AttemptTransition.at)))
        .where(
            col(AttemptTransition.attempt_id).in_(list(attempts)),
            col(AttemptTransition.axis) == Axis.LIFECYCLE,
            col(AttemptTransition.to_state) == str(Lifecycle.IN_PROGRESS),
        )
        .group_by(col(AttemptTransition.attempt_id))
    )
    return {row[0]: row[1] for row in rows}


class Grant(NamedTuple):
    """Extra time that was given."""

    seconds: int
    reason: str
    approver_id: UUID
    at: datetime


def supervised_of(
    session: Session, attempt_id: UUID, *, person_id: UUID, manages: bool, at: datetime
) -> Supervised:
    """An attempt for an exam manager, or for a proctor of its sitting; never for the candidate's trainer.

    Raises:
        NotFound: no such attempt, or not theirs to see.
    """
    assigned = _assigned(person_id)
    row = session.execute(
        select(
            col(Attempt.id),
            col(Attempt.code),
            col(Attempt.candidate_id),
            col(Exam.title),
            col(Attempt.sitting_id),
            col(Attempt.mode),
            col(Attempt.number),
            col(Attempt.lifecycle),
            col(Attempt.review),
            col(Attempt.result),
            col(Attempt.started_at),
            col(Attempt.deadline),
            col(Attempt.submitted_at),
            col(Attempt.last_seen_at),
            col(Attempt.remaining_ms),
            col(Attempt.extra_seconds),
            col(Attempt.lease_number),
            col(Attempt.termination_by),
            col(Attempt.termination_reason),
            terminated_condition(col(Attempt.id)),
            assigned,
            col(Attempt.browser_check),
            col(Sitting.secure_browser),
        )
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .outerjoin(Sitting, col(Sitting.id) == col(Attempt.sitting_id))
        .where(
            col(Attempt.id) == attempt_id,
            col(Attempt.candidate_id) != person_id,
            or_(assigned, true() if manages else false()),
            ~programmes.trained_condition(person_id, _candidate, at=at),
        )
    ).first()
    if row is None:
        raise NotFound
    return Supervised(*row)


def is_proctor_of(session: Session, attempt_id: UUID, *, person_id: UUID, manages: bool) -> bool:
    """The door to an act: whether the person is a proctor of the attempt's sitting; a manager need not be.

    It opens for a trainer of the candidate too, and shows nothing: the act refuses them and leaves its trace.

    Raises:
        NotFound: no such attempt, or not theirs to act on.
    """
    assigned = session.scalar(select(_assigned(person_id)).where(col(Attempt.id) == attempt_id))
    if assigned is None or not (assigned or manages):
        raise NotFound
    return assigned


class Loaded(NamedTuple):
    """A file with unsent answers that was loaded; ``changes`` counts places by what became of them."""

    at: datetime
    actor_id: UUID
    reason: str
    changes: dict[str, int]
    sha256: str


def loads_of(session: Session, attempt_id: UUID) -> list[Loaded]:
    """The files with unsent answers that staff loaded, in order."""
    rows = session.execute(
        select(
            col(UnsentLoad.at),
            col(UnsentLoad.actor_id),
            col(UnsentLoad.reason),
            col(UnsentLoad.changes),
            col(UnsentLoad.sha256),
        )
        .where(col(UnsentLoad.attempt_id) == attempt_id)
        .order_by(col(UnsentLoad.at), col(UnsentLoad.id))
    )
    return [Loaded(*row) for row in rows]


def _assigned(person_id: UUID) -> ColumnElement[bool]:
    return exists(
        select(1).where(
            col(SittingProctor.sitting_id) == col(Attempt.sitting_id),
            col(SittingProctor.person_id) == person_id,
        )
    )


def grants_of(session: Session, attempt_id: UUID) -> list[Grant]:
    """The extra time an attempt was given while supervised, in order."""
    rows = session.execute(
        select(col(TimeGrant.seconds), col(TimeGrant.reason), col(TimeGrant.approver_id), col(TimeGrant.at))
        .where(col(TimeGrant.attempt_id) == attempt_id)
        .order_by(col(TimeGrant.at), col(TimeGrant.id))
    )
    return [Grant(*row) for row in rows]
