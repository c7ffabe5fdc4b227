"""Where attempts stand, as far as it decides what is recorded of them and how long that is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, AttemptTransition
from app.exams.rules.states import AppealState, Axis, Lifecycle, Mode, ResultState, Review
from app.kernel.errors import NotFound


class Standing(NamedTuple):
    """An attempt's axes and their instants. Without any change yet, these are those of its making."""

    id: UUID
    lifecycle: Lifecycle
    review: Review
    result: ResultState
    appeal: AppealState
    ended_at: datetime
    changed_at: datetime
    asked: bool


def standings(session: Session, attempt_ids: Sequence[UUID]) -> list[Standing]:
    """Where these attempts stand."""
    if not attempt_ids:
        return []
    on_lifecycle = case((col(AttemptTransition.axis) == Axis.LIFECYCLE, col(AttemptTransition.at)))
    last = cast(ColumnElement[Any], func.max(on_lifecycle))
    rows = session.execute(
        select(
            col(Attempt.id),
            col(Attempt.lifecycle),
            col(Attempt.review),
            col(Attempt.result),
            col(Attempt.appeal),
            col(Attempt.submitted_at),
            col(Attempt.created_at),
            col(Attempt.review_asked_at),
            last.label("moved_at"),
            func.max(col(AttemptTransition.at)).label("changed_at"),
        )
        .outerjoin(AttemptTransition, col(AttemptTransition.attempt_id) == col(Attempt.id))
        .where(col(Attempt.id).in_(attempt_ids))
        .group_by(col(Attempt.id))
        .order_by(col(Attempt.id))
    )
    return [
        Standing(
            row.id,
            row.lifecycle,
            row.review,
            row.result,
            row.appeal,
            row.submitted_at or row.moved_at or row.created_at,
            row.changed_at or row.created_at,
            row.review_asked_at is not None,
        )
        for row in rows
    ]


class Taken(NamedTuple):
    """A candidate's own attempt, as far as pictures of it are taken."""

    id: UUID
    code: str
    sitting_id: UUID | None
    mode: Mode
    lifecycle: Lifecycle


def taken_of(session: Session, candidate_id: UUID, attempt_id: UUID) -> Taken:
    """The candidate's own attempt.

    Raises:
        NotFound: no such attempt, or another candidate's.
    """
    row = session.execute(
        select(
            col(Attempt.id),
            col(Attempt.code),
            col(Attempt.sitting_id),
            col(Attempt.mode),
            col(Attempt.lifecycle),
        ).where(col(Attempt.id) == attempt_id, col(Attempt.candidate_id) == candidate_id)
    ).first()
    if row is None:
        raise NotFound
    return Taken(*row)
