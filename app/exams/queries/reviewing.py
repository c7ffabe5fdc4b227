"""Who may review the record of which attempt, and the queue of those that wait."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, not_, or_, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting
from app.exams.models.forms import Exam
from app.exams.queries.paging import Paged, paged
from app.exams.queries.parts import acted_condition, reviewed_before_condition
from app.exams.queries.rating import rated_condition
from app.exams.rules.releasing import UNDER_REVIEW
from app.exams.rules.states import CLOSED, OPEN, Lifecycle, Mode, ResultState, Review
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.programmes.queries import trained_condition

KeptOut = Callable[[Any], ColumnElement[bool]]
"""What an upper slice knows: for the column of attempt ids, the condition that keeps the person out."""

FORGOTTEN_AFTER = timedelta(days=1)
"""How long after the window somebody who is paused keeps a sitting from being over."""


class Reviewed(NamedTuple):
    """An attempt as those see it who review its record: no name, no score, no outcome."""

    id: UUID
    code: str
    exam_title: Trilingual
    mode: Mode
    lifecycle: Lifecycle
    review: Review
    result: ResultState
    started_at: datetime | None
    deadline: datetime | None
    submitted_at: datetime | None
    candidate_id: UUID
    locale: str | None


_COLUMNS: tuple[Any, ...] = (
    Attempt.id,
    Attempt.code,
    Exam.title,
    Attempt.mode,
    Attempt.lifecycle,
    Attempt.review,
    Attempt.result,
    Attempt.started_at,
    Attempt.deadline,
    Attempt.submitted_at,
    Attempt.candidate_id,
    Attempt.locale,
)


def took_part_condition(person_id: UUID) -> ColumnElement[bool]:
    """A condition: the person had a part in the attempt, or rated an answer of it."""
    return or_(acted_condition(person_id), rated_condition(person_id, col(Attempt.id)))


def _open(reviewer_id: UUID, at: datetime) -> ColumnElement[bool]:
    """It is under review, and the reviewer may look at it; a second review is never the first one's."""
    candidate: Any = col(Attempt.candidate_id)
    return and_(
        col(Attempt.lifecycle).in_(CLOSED),
        col(Attempt.review).in_(UNDER_REVIEW),
        candidate != reviewer_id,
        not_(trained_condition(reviewer_id, candidate, at=at)),
        not_(took_part_condition(reviewer_id)),
        or_(
            col(Attempt.review) != Review.SECOND_REVIEW,
            not_(reviewed_before_condition(reviewer_id)),
        ),
    )


def list_open(
    session: Session, reviewer_id: UUID, *, at: datetime, page: int, kept_out: KeptOut
) -> Paged[Reviewed]:
    """What waits for this reviewer or a colleague, in the order in which the exams ended.

    Why an attempt is here plays no part in it: those with an incident and those drawn blind look alike.
    """
    return paged(
        session, _wanted(_open(reviewer_id, at), not_(kept_out(col(Attempt.id)))), Reviewed, page=page
    )


def get_open(
    session: Session, reviewer_id: UUID, attempt_id: UUID, *, at: datetime, kept_out: KeptOut
) -> Reviewed:
    """One that waits, for a reviewer who may look at it.

    Raises:
        NotFound: no such attempt, it is not under review, or not this reviewer's to see.
    """
    wanted = _wanted(_open(reviewer_id, at), not_(kept_out(col(Attempt.id))), col(Attempt.id) == attempt_id)
    return _one(session, wanted)


def reviewed_of(session: Session, candidate_id: UUID, attempt_id: UUID) -> Reviewed:
    """The candidate's own attempt, once it has ended.

    Raises:
        NotFound: no such attempt, another candidate's, or not ended yet.
    """
    wanted = _wanted(
        col(Attempt.id) == attempt_id,
        col(Attempt.candidate_id) == candidate_id,
        col(Attempt.lifecycle).not_in(OPEN),
    )
    return _one(session, wanted)


def get_reviewed(session: Session, attempt_id: UUID) -> Reviewed:
    """An attempt by its id; the caller has checked who may see it.

    Raises:
        NotFound: no such attempt.
    """
    return _one(session, _wanted(col(Attempt.id) == attempt_id))


def _one(session: Session, wanted: Select[Any]) -> Reviewed:
    row = session.execute(wanted).first()
    if row is None:
        raise NotFound
    return Reviewed(*row)


def _wanted(*conditions: ColumnElement[bool]) -> Select[Any]:
    wanted: Any = (
        select(*_COLUMNS)
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .where(*conditions)
        .order_by(col(Attempt.submitted_at), col(Attempt.id))
    )
    return wanted  # type: ignore[no-any-return]  # a Select of these columns


class Over(NamedTuple):
    """A supervised sitting that is over, and its scored attempts."""

    sitting_id: UUID
    attempt_ids: list[UUID]


def sittings_over(
    session: Session, *, since: datetime, until: datetime, kept_out: KeptOut, limit: int
) -> list[Over]:
    """Supervised sittings whose window closed within the time given and in which nobody sits any more.

    ``kept_out``: for the column of sitting ids, those that are not asked for. Who was paused and forgotten
    holds nobody up for more than a day.
    """
    open_still = exists(
        select(1).where(
            col(Attempt.sitting_id) == col(Sitting.id),
            col(Attempt.lifecycle).in_(OPEN),
            or_(col(Attempt.lifecycle) != Lifecycle.PAUSED, col(Sitting.closes_at) > until - FORGOTTEN_AFTER),
        )
    )
    sittings = session.scalars(
        select(col(Sitting.id))
        .where(
            col(Sitting.mode) != Mode.UNPROCTORED,
            col(Sitting.cancelled_at).is_(None),
            col(Sitting.closes_at) > since,
            col(Sitting.closes_at) <= until,
            ~open_still,
            not_(kept_out(col(Sitting.id))),
        )
        .order_by(col(Sitting.closes_at), col(Sitting.id))
        .limit(limit)
    ).all()
    found: dict[UUID, list[UUID]] = {sitting: [] for sitting in sittings}
    rows = session.execute(
        select(col(Attempt.sitting_id), col(Attempt.id))
        .where(col(Attempt.sitting_id).in_(sittings), col(Attempt.lifecycle).in_(CLOSED))
        .order_by(col(Attempt.id))
    )
    for sitting, attempt in rows:
        found[sitting].append(attempt)
    return [Over(sitting, attempts) for sitting, attempts in found.items()]


def unreviewed(session: Session, attempt_ids: list[UUID]) -> list[UUID]:
    """Of these attempts, those nobody has asked people to look at, in the order of their ids."""
    return list(
        session.scalars(
            select(col(Attempt.id))
            .where(
                col(Attempt.id).in_(attempt_ids),
                col(Attempt.review) == Review.NONE,
                col(Attempt.review_asked_at).is_(None),
            )
            .order_by(col(Attempt.id))
        )
    )
