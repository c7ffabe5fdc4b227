"""Cohorts and members for the tests of this slice."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.accounts.rules import search_text
from app.kernel.locales import Locale
from app.programmes import service
from app.programmes.models import Cohort, CohortMember, Programme
from app.programmes.rules import MilestoneWord
from app.programmes.service import cohorts
from app.programmes.service.cohorts import NewCohort
from tests import factories
from tests.world import World

ALL = frozenset({("all", "")})


def programmes(world: World) -> None:
    with world.write() as session:
        service.ensure_programmes(session)


def cohort(world: World, manager: UUID, **values: Any) -> UUID:
    programmes(world)
    facts: dict[str, Any] = {
        "name": "Astana, hospitals",
        "programme": "kz-1000",
        "region": "KZ-71",
        "sector": None,
        "employer": None,
        "locale": Locale.KK,
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2027, 5, 31),
        "target": 100,
        "brand_id": "ceasai",
    }
    wanted = NewCohort(**(facts | values))
    with world.write() as session:
        return cohorts.create_cohort(session, world.clock, actor_id=manager, scopes=ALL, wanted=wanted)


def member(world: World, cohort_id: UUID, *, person_id: UUID | None = None, **values: Any) -> UUID:
    """Put somebody into a cohort directly, for pages that only read."""
    if person_id is None:
        person_id = factories.person(world)
    with world.write() as session:
        session.add(
            CohortMember(
                cohort_id=cohort_id, person_id=person_id, **({"joined_at": world.clock.now()} | values)
            )
        )
    return person_id


def person(world: World, *roles: str, **values: Any) -> UUID:
    """A person who can be found by name, as accounts keep them."""
    names = [values.get(key) for key in ("name_cyrillic", "name_latin", "email")]
    return factories.person(world, *roles, search_text=search_text(*names), **values)


def milestone(world: World, person_id: UUID, *words: str, source: str = "test") -> None:
    with world.write() as session:
        for word in words:
            service.record_milestone(
                session, person_id=person_id, word=MilestoneWord(word), at=world.clock.now(), source=source
            )


def programme_id(world: World, slug: str = "kz-1000") -> UUID:
    with world.read() as session:
        return session.execute(select(col(Programme.id)).where(col(Programme.slug) == slug)).scalar_one()


def join_link(world: World, cohort_id: UUID, manager: UUID) -> str:
    with world.write() as session:
        return cohorts.open_join_link(session, world.clock, actor_id=manager, cohort_id=cohort_id)


def close(world: World, cohort_id: UUID) -> None:
    with world.write() as session:
        row = session.get(Cohort, cohort_id)
        assert row is not None
        row.closed_at = world.clock.now()
