"""What staff do to an attempt in tests: the service's verbs, in the roles the person really holds."""

import inspect
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import RoleGrant
from app.exams.rules.transitions import Who
from app.exams.service import extra_time, reviewing
from app.kernel.errors import Refused
from tests import factories
from tests.exams.delivery_world import Candidate, attempt
from tests.world import World

REASON = "The power failed"


def roles_of(world: World, actor: UUID) -> frozenset[Who]:
    """The roles the person holds, as far as an attempt knows them."""
    with world.read() as session:
        held = session.scalars(
            select(RoleGrant.role).where(RoleGrant.person_id == actor, RoleGrant.revoked_at.is_(None))
        ).all()
    return frozenset(Who(str(role)) for role in held if str(role) in set(Who))


def do(world: World, act: Any, attempt_id: UUID | None, actor: UUID, **more: Any) -> Any:
    """One verb of supervision."""
    if "roles" in inspect.signature(act).parameters:
        more = {"roles": roles_of(world, actor)} | more
    with world.write() as session:
        return act(session, world.clock, attempt_id=attempt_id, actor_id=actor, **more)


def give(world: World, attempt_id: UUID | None, actor: UUID, key: str = "grant-01", **extra: int) -> Any:
    """Extra time for one."""
    return do(world, extra_time.grant, attempt_id, actor, reason=REASON, extra=extra_time.Extra(key, **extra))


def refusal(result: Any) -> type[Exception]:
    """Which refusal a verb returned."""
    assert isinstance(result, Refused)
    return type(result.error)


def open_until(world: World, who: Candidate) -> timedelta:
    """What is left of the candidate's time."""
    row = attempt(world, who.attempt_id)
    assert row.deadline is not None
    return row.deadline - world.clock.now()


def cleared(world: World, who: Candidate) -> None:
    """A reviewer takes the record and finds nothing that counts."""
    reviewer = factories.person(world, "incident_reviewer")
    assert who.attempt_id is not None
    with world.write() as session:
        held = reviewing.door(
            session, world.clock, attempt_id=who.attempt_id, reviewer_id=reviewer, act="review"
        )
        assert not isinstance(held, Refused)
        reviewing.take(session, world.clock, held, reviewer_id=reviewer)
        reviewing.clear(session, world.clock, held, reviewer_id=reviewer, reason="Nothing that counts")
