"""What waits for a reviewer. The conditions are those of the acts: who may not act does not see it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlmodel import Session, col

from app.exams.queries import reviewing as exams
from app.exams.queries.paging import Paged
from app.proctoring.models import Incident, ReviewSample, ReviewStep
from app.proctoring.rules.reviewing import StepKind


class Taken(NamedTuple):
    """Who took a review last, and until when the candidate can answer."""

    by: UUID | None
    asked_until: datetime | None
    answered: bool


def kept_out(reviewer_id: UUID) -> exams.KeptOut:
    """Keeps out who recorded an incident, and from a second review who had a part in the first."""

    def condition(attempt: Any) -> ColumnElement[bool]:
        return or_(
            _recorded(attempt, reviewer_id),
            and_(_stepped(attempt, kind=StepKind.REFERRED), _stepped(attempt, by=reviewer_id)),
        )

    return condition


def had_any_part(officer_id: UUID) -> exams.KeptOut:
    """Keeps out of the decision who recorded an incident of the attempt or made any step of its review."""

    def condition(attempt: Any) -> ColumnElement[bool]:
        return or_(_recorded(attempt, officer_id), _stepped(attempt, by=officer_id))

    return condition


def _recorded(attempt: Any, person_id: UUID) -> ColumnElement[bool]:
    return exists(select(1).where(col(Incident.attempt_id) == attempt, col(Incident.actor_id) == person_id))


def _stepped(attempt: Any, *, kind: StepKind | None = None, by: UUID | None = None) -> ColumnElement[bool]:
    wanted = select(1).where(col(ReviewStep.attempt_id) == attempt)
    if kind is not None:
        wanted = wanted.where(col(ReviewStep.kind) == kind)
    if by is not None:
        wanted = wanted.where(col(ReviewStep.actor_id) == by)
    return exists(wanted)


def recorded_incident(session: Session, attempt_id: UUID, person_id: UUID) -> bool:
    """Whether the person wrote an incident of the attempt down, or corrected one."""
    wanted = col(Incident.attempt_id) == attempt_id, col(Incident.actor_id) == person_id
    return session.scalar(select(col(Incident.id)).where(*wanted).limit(1)) is not None


def had_a_part(session: Session, attempt_id: UUID, person_id: UUID) -> bool:
    """Whether the person made a step of the review."""
    wanted = col(ReviewStep.attempt_id) == attempt_id, col(ReviewStep.actor_id) == person_id
    return session.scalar(select(col(ReviewStep.id)).where(*wanted).limit(1)) is not None


def list_open(session: Session, reviewer_id: UUID, *, at: datetime, page: int) -> Paged[exams.Reviewed]:
    """The queue of a reviewer."""
    return exams.list_open(session, reviewer_id, at=at, page=page, kept_out=kept_out(reviewer_id))


def get_open(session: Session, reviewer_id: UUID, attempt_id: UUID, *, at: datetime) -> exams.Reviewed:
    """One of the queue.

    Raises:
        NotFound: no such attempt, it is not under review, or not this reviewer's to see.
    """
    return exams.get_open(session, reviewer_id, attempt_id, at=at, kept_out=kept_out(reviewer_id))


def taken(session: Session, attempt_ids: list[UUID]) -> dict[UUID, Taken]:
    """How far each review of a list is."""
    rows = session.execute(
        select(
            col(ReviewStep.attempt_id), col(ReviewStep.kind), col(ReviewStep.actor_id), col(ReviewStep.due_at)
        )
        .where(col(ReviewStep.attempt_id).in_(attempt_ids))
        .order_by(col(ReviewStep.at), col(ReviewStep.id))
    )
    found = dict.fromkeys(attempt_ids, Taken(None, None, answered=False))
    for attempt_id, kind, actor_id, due_at in rows:
        now = found[attempt_id]
        if kind is StepKind.TAKEN:
            found[attempt_id] = now._replace(by=actor_id)
        elif kind is StepKind.STATEMENT_ASKED:
            found[attempt_id] = now._replace(asked_until=due_at)
        elif kind is StepKind.STATEMENT_GIVEN:
            found[attempt_id] = now._replace(answered=True)
    return found


def drawn_before(sitting: Any) -> ColumnElement[bool]:
    """A condition: the draw of the sitting was made."""
    return exists(select(1).where(col(ReviewSample.sitting_id) == sitting))


def flagged(attempt: Any) -> ColumnElement[bool]:
    """A condition: an incident was recorded for the attempt, whatever became of it."""
    return exists(select(1).where(col(Incident.attempt_id) == attempt))


def with_incident(session: Session, attempt_ids: list[UUID]) -> set[UUID]:
    """Which of these attempts are flagged."""
    wanted = select(col(Incident.attempt_id)).where(col(Incident.attempt_id).in_(attempt_ids)).distinct()
    return set(session.scalars(wanted))
