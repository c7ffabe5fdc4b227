"""What a manager does with a cohort: create it, say who teaches it, open and close its join link."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from app.accounts import queries as accounts
from app.accounts.rules import Role
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id, new_token, token_hash
from app.kernel.locales import Locale
from app.platform import audit
from app.platform.database import insert_once
from app.programmes import rules
from app.programmes.errors import CohortOutOfScope, NotAnInstructor
from app.programmes.models import Cohort, CohortInstructor, CohortMember, Programme, TrainingRelation
from app.programmes.rules import Sector, TrainingBasis
from app.programmes.service import relate


@dataclass(frozen=True, slots=True)
class NewCohort:
    """What a manager says of a cohort to be."""

    name: str
    programme: str
    """The programme's slug."""
    region: str | None
    sector: Sector | None
    employer: str | None
    locale: Locale
    starts_on: date
    ends_on: date
    target: int
    brand_id: str


def create_cohort(
    session: Session, clock: Clock, *, actor_id: UUID, scopes: frozenset[tuple[str, str]], wanted: NewCohort
) -> UUID:
    """Create a cohort within the manager's own area.

    Raises:
        CohortOutOfScope: none of the manager's scopes reaches such a cohort.
        NotFound: no such programme.
    """
    if not rules.covers(scopes, programme=wanted.programme, region=wanted.region, employer=wanted.employer):
        raise CohortOutOfScope
    programme_id = session.scalar(select(col(Programme.id)).where(col(Programme.slug) == wanted.programme))
    if programme_id is None:
        raise NotFound
    cohort_id = new_id()
    session.execute(
        insert(Cohort).values(
            id=cohort_id,
            programme_id=programme_id,
            name=wanted.name,
            region=wanted.region,
            sector=wanted.sector,
            employer=wanted.employer,
            locale=wanted.locale,
            brand_id=wanted.brand_id,
            starts_on=wanted.starts_on,
            ends_on=wanted.ends_on,
            target=wanted.target,
            created_by=actor_id,
            created_at=clock.now(),
        )
    )
    _note(session, clock, actor_id, "cohort.created", cohort_id, programme=wanted.programme)
    return cohort_id


def add_instructor(session: Session, clock: Clock, *, actor_id: UUID, cohort_id: UUID, email: str) -> None:
    """Let a person who holds the role of an instructor teach the cohort; each member becomes their learner.

    Raises:
        NotAnInstructor: nobody with this address holds the role.
    """
    person = accounts.find_by_email(session, email)
    if person is None or person.person_id not in accounts.people_with_role(session, Role.INSTRUCTOR):
        raise NotAnInstructor
    trainer_id, now = person.person_id, clock.now()
    fresh = insert_once(
        session,
        CohortInstructor,
        id=new_id(),
        cohort_id=cohort_id,
        person_id=trainer_id,
        since=now,
        until=None,
    )
    if not fresh:
        session.execute(
            update(CohortInstructor)
            .where(
                col(CohortInstructor.cohort_id) == cohort_id,
                col(CohortInstructor.person_id) == trainer_id,
                col(CohortInstructor.until).is_not(None),
            )
            .values(until=None)
            .execution_options(synchronize_session=False)
        )
    learners = session.scalars(
        select(col(CohortMember.person_id)).where(
            col(CohortMember.cohort_id) == cohort_id,
            col(CohortMember.left_at).is_(None),
            col(CohortMember.person_id) != trainer_id,
        )
    ).all()
    for learner_id in learners:
        relate(
            session,
            trainer_id=trainer_id,
            learner_id=learner_id,
            basis=TrainingBasis.COHORT_INSTRUCTOR,
            since=now,
            source=str(cohort_id),
        )
    _note(session, clock, actor_id, "cohort.instructor_added", cohort_id, instructor=trainer_id)


def end_instructor(
    session: Session, clock: Clock, *, actor_id: UUID, cohort_id: UUID, person_id: UUID
) -> None:
    """End somebody's teaching of the cohort. Their training relations end now and count for 24 months more.

    Raises:
        NotFound: this person does not teach the cohort now.
    """
    now = clock.now()
    ended: Any = session.execute(
        update(CohortInstructor)
        .where(
            col(CohortInstructor.cohort_id) == cohort_id,
            col(CohortInstructor.person_id) == person_id,
            col(CohortInstructor.until).is_(None),
        )
        .values(until=now)
        .execution_options(synchronize_session=False)
    )
    if ended.rowcount == 0:
        raise NotFound
    session.execute(
        update(TrainingRelation)
        .where(
            col(TrainingRelation.trainer_id) == person_id,
            col(TrainingRelation.basis) == TrainingBasis.COHORT_INSTRUCTOR,
            col(TrainingRelation.source) == str(cohort_id),
            col(TrainingRelation.until).is_(None),
        )
        .values(until=now)
        .execution_options(synchronize_session=False)
    )
    _note(session, clock, actor_id, "cohort.instructor_ended", cohort_id, instructor=person_id)


def open_join_link(session: Session, clock: Clock, *, actor_id: UUID, cohort_id: UUID) -> str:
    """Make a new join link and tell its token, which is shown once; an older link stops working."""
    token = new_token()
    _set_link(session, cohort_id, token_hash(token))
    _note(session, clock, actor_id, "cohort.join_link_opened", cohort_id)
    return token


def close_join_link(session: Session, clock: Clock, *, actor_id: UUID, cohort_id: UUID) -> None:
    """Stop the join link."""
    _set_link(session, cohort_id, None)
    _note(session, clock, actor_id, "cohort.join_link_closed", cohort_id)


def _set_link(session: Session, cohort_id: UUID, hashed: str | None) -> None:
    session.execute(
        update(Cohort)
        .where(col(Cohort.id) == cohort_id)
        .values(join_token_hash=hashed)
        .execution_options(synchronize_session=False)
    )


def note_export(session: Session, clock: Clock, *, actor_id: UUID, cohort_id: UUID, rows: int) -> None:
    """Write down that somebody took the people list away."""
    _note(session, clock, actor_id, "cohort.people_exported", cohort_id, rows=rows)


def _note(session: Session, clock: Clock, actor_id: UUID, action: str, cohort_id: UUID, **facts: Any) -> None:
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action=action,
        subject_kind="cohort",
        subject_id=cohort_id,
        **facts,
    )
