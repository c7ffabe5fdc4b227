"""What can be done to programmes and cohorts. Nothing here commits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from app.kernel.ids import new_id
from app.platform.database import insert_once
from app.programmes.models import Cohort, CohortMember, Milestone, TrainingRelation
from app.programmes.rules import MilestoneWord, TrainingBasis

_ORDER = list(MilestoneWord)


def record_milestone(
    session: Session, *, person_id: UUID, word: MilestoneWord, at: datetime, source: str
) -> int:
    """Write down that a person reached a step, once in each cohort they are in (or once without one).

    ``at``: aware UTC. ``source``: what it rests on, e.g. ``attempt:<id>``. Returns how many rows were new.
    Idempotent by constraint.
    """
    memberships = session.execute(
        select(CohortMember.id, CohortMember.cohort_id, Cohort.programme_id, CohortMember.state)
        .join(Cohort, col(Cohort.id) == col(CohortMember.cohort_id))
        .where(col(CohortMember.person_id) == person_id, col(CohortMember.left_at).is_(None))
    ).all()
    places = [(row.cohort_id, row.programme_id) for row in memberships] or [(None, None)]
    fresh = 0
    for cohort_id, programme_id in places:
        fresh += insert_once(
            session,
            Milestone,
            id=new_id(),
            person_id=person_id,
            person_key=str(person_id),
            cohort_id=cohort_id,
            cohort_key=str(cohort_id or ""),
            programme_id=programme_id,
            word=word,
            at=at,
            source=source,
            folded=False,
        )
    for row in memberships:
        if _ORDER.index(word) > _ORDER.index(MilestoneWord(row.state)):
            session.execute(update(CohortMember).where(col(CohortMember.id) == row.id).values(state=word))
    return fresh


def touch_activity(session: Session, person_id: UUID, at: datetime) -> None:
    """Write down that a person studied at ``at`` (aware UTC), in every cohort they are in.

    The first time is also the milestone ``active``. One SELECT and one UPDATE when nothing is new.
    """
    seen = (
        session.execute(
            select(CohortMember.last_active_at).where(
                col(CohortMember.person_id) == person_id, col(CohortMember.left_at).is_(None)
            )
        )
        .scalars()
        .all()
    )
    if None in seen or not seen:
        record_milestone(session, person_id=person_id, word=MilestoneWord.ACTIVE, at=at, source="study")
    if seen:
        session.execute(
            update(CohortMember)
            .where(
                col(CohortMember.person_id) == person_id,
                col(CohortMember.left_at).is_(None),
                or_(col(CohortMember.last_active_at).is_(None), col(CohortMember.last_active_at) < at),
            )
            .values(last_active_at=at)
        )


def relate(
    session: Session,
    *,
    trainer_id: UUID,
    learner_id: UUID,
    basis: TrainingBasis,
    since: datetime,
    source: str = "",
) -> None:
    """Write down that somebody trains somebody, once per basis and source."""
    insert_once(
        session,
        TrainingRelation,
        id=new_id(),
        trainer_id=trainer_id,
        learner_id=learner_id,
        basis=basis,
        source=source,
        since=since,
        until=None,
    )
