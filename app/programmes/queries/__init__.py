"""Who has trained whom, the one source of every conflict-of-interest check; and somebody's brand."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlmodel import Session, col

from app.programmes.models import Cohort, CohortInstructor, CohortMember, Programme, TrainingRelation
from app.programmes.queries.shipped import shipped
from app.programmes.rules import CONFLICT_WINDOW


def trained_condition(
    trainer_id: UUID, learner: ColumnElement[Any], *, at: datetime, since: timedelta = CONFLICT_WINDOW
) -> ColumnElement[bool]:
    """A WHERE condition: ``trainer_id`` has trained the person in the column ``learner`` within ``since``.

    Queues filter with its negation; the act asks ``trained`` again.
    """
    return exists(
        select(1).where(
            col(TrainingRelation.trainer_id) == trainer_id,
            col(TrainingRelation.learner_id) == learner,
            or_(col(TrainingRelation.until).is_(None), col(TrainingRelation.until) > at - since),
        )
    )


def trained(
    session: Session, person_id: UUID, candidate_id: UUID, *, at: datetime, since: timedelta = CONFLICT_WINDOW
) -> bool:
    """Whether ``person_id`` is the candidate or has trained them within ``since`` before ``at``."""
    if person_id == candidate_id:
        return True
    found = session.execute(
        select(col(TrainingRelation.id))
        .where(
            and_(
                col(TrainingRelation.trainer_id) == person_id,
                col(TrainingRelation.learner_id) == candidate_id,
                or_(col(TrainingRelation.until).is_(None), col(TrainingRelation.until) > at - since),
            )
        )
        .limit(1)
    ).first()
    return found is not None


def trains_condition(person_id: UUID, *, at: datetime) -> ColumnElement[bool]:
    """A WHERE condition: the person trains others at that instant.

    They teach a cohort, also one that nobody has joined yet, or a training relation of theirs has not ended.
    What shows live items leaves them out with it. Source: specification of exams, section 1; ADR 0014.
    """
    teaches = exists(
        select(1).where(
            col(CohortInstructor.person_id) == person_id,
            or_(col(CohortInstructor.until).is_(None), col(CohortInstructor.until) > at),
        )
    )
    trains = exists(
        select(1).where(
            col(TrainingRelation.trainer_id) == person_id,
            or_(col(TrainingRelation.until).is_(None), col(TrainingRelation.until) > at),
        )
    )
    return or_(teaches, trains)


def find_brand(session: Session, person_id: UUID) -> str | None:
    """The brand of the cohort the person is in, of several the one joined last; None outside every cohort."""
    found: str | None = session.execute(
        select(col(Cohort.brand_id))
        .join(CohortMember, col(CohortMember.cohort_id) == col(Cohort.id))
        .where(col(CohortMember.person_id) == person_id, col(CohortMember.left_at).is_(None))
        .order_by(col(CohortMember.joined_at).desc(), col(CohortMember.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def needs_capstone(session: Session, person_id: UUID) -> bool:
    """Whether a programme the person is in asks for a passed capstone before it certifies."""
    asking = [slug for slug, programme in shipped().items() if programme.capstone_required]
    found = session.execute(
        select(col(CohortMember.id))
        .join(Cohort, col(Cohort.id) == col(CohortMember.cohort_id))
        .join(Programme, col(Programme.id) == col(Cohort.programme_id))
        .where(
            col(CohortMember.person_id) == person_id,
            col(CohortMember.left_at).is_(None),
            col(Programme.slug).in_(asking),
        )
        .limit(1)
    ).first()
    return found is not None
