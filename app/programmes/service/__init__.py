"""What every slice writes down about people in programmes: milestones, study, training."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Executable, bindparam, or_, select, update
from sqlmodel import Session, col

from app.kernel.ids import new_id
from app.platform.database import insert_once, table_of
from app.programmes.models import Cohort, CohortMember, Milestone, Programme, TrainingRelation
from app.programmes.queries.shipped import shipped
from app.programmes.rules import MilestoneWord, TrainingBasis, order

_member = table_of(CohortMember).c
_cohort = table_of(Cohort).c
_IN_COHORTS = (_member.person_id == bindparam("person"), _member.left_at.is_(None))
_MEMBERSHIPS: Executable = (
    select(_member.cohort_id, _cohort.programme_id, _member.region)
    .join_from(table_of(CohortMember), table_of(Cohort), _cohort.id == _member.cohort_id)
    .where(*_IN_COHORTS)
    .order_by(_member.cohort_id)  # two that record at once take the rows in the same order
)
_ADVANCE: Executable = (
    update(table_of(CohortMember))
    .where(*_IN_COHORTS, _member.state.in_(bindparam("below", expanding=True)))
    .values(state=bindparam("word"))
)


def ensure_programmes(session: Session) -> None:
    """Write the shipped programmes into the database, or bring them up to date. Safe to repeat."""
    for programme in shipped().values():
        values = {
            "title": programme.title,
            "summary": programme.summary,
            "target": programme.target,
            "target_word": programme.target_word,
            "starts_on": programme.starts_on,
            "ends_on": programme.ends_on,
            "list_price_pence": programme.list_price_pence,
            "phases": [phase.model_dump() for phase in programme.phases],
        }
        if not insert_once(session, Programme, id=new_id(), slug=programme.slug, **values):
            session.execute(update(Programme).where(col(Programme.slug) == programme.slug).values(**values))


def record_milestone(
    session: Session, *, person_id: UUID, word: MilestoneWord, at: datetime, source: str
) -> int:
    """Write down that a person reached a step, once in each cohort they are in (or once without one).

    ``at``: aware UTC. ``source``: what it rests on, e.g. ``attempt:<id>``. Returns how many rows were new.
    Idempotent by constraint.
    """
    memberships = session.execute(_MEMBERSHIPS, {"person": person_id}).all()
    places = [(row.cohort_id, row.programme_id, row.region) for row in memberships] or [(None, None, None)]
    fresh = 0
    for cohort_id, programme_id, region in places:
        fresh += insert_once(
            session,
            Milestone,
            id=new_id(),
            person_id=person_id,
            person_key=str(person_id),
            cohort_id=cohort_id,
            cohort_key=str(cohort_id or ""),
            programme_id=programme_id,
            region=region or "",
            word=word,
            at=at,
            source=source,
            folded=False,
        )
    if memberships:
        advance(session, person_id, word)
    return fresh


def advance(session: Session, person_id: UUID, word: MilestoneWord) -> None:
    """Move a member's state up to ``word`` in every cohort; it never moves back."""
    below = [other for other in MilestoneWord if order(other) < order(word)]
    session.execute(_ADVANCE, {"person": person_id, "below": below, "word": word})


def touch_activity(session: Session, person_id: UUID, at: datetime) -> None:
    """Write down that a person studied at ``at`` (aware UTC), in every cohort they are in.

    The first time is also the milestone ``active``. One SELECT and one UPDATE when nothing is new.
    """
    seen = session.scalars(
        select(col(CohortMember.last_active_at)).where(
            col(CohortMember.person_id) == person_id, col(CohortMember.left_at).is_(None)
        )
    ).all()
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
            .execution_options(synchronize_session=False)
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
    """Write down that somebody trains somebody, once per basis and source; a relation that ended goes on."""
    fresh = insert_once(
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
    if not fresh:
        session.execute(
            update(TrainingRelation)
            .where(
                col(TrainingRelation.trainer_id) == trainer_id,
                col(TrainingRelation.learner_id) == learner_id,
                col(TrainingRelation.basis) == basis,
                col(TrainingRelation.source) == source,
                col(TrainingRelation.until).is_not(None),
            )
            .values(until=None)
            .execution_options(synchronize_session=False)
        )
