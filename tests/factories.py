"""People and things for tests. Names are obviously invented."""

from itertools import count
from typing import Any
from uuid import UUID

from app.accounts.models import Person, RoleGrant
from app.accounts.rules import Role, ScopeKind
from app.kernel.locales import Locale
from tests.world import World

_numbers = count(1)


def person(world: World, *roles: str, scope: tuple[str, str] = ("all", ""), **values: Any) -> UUID:
    """A confirmed account holding ``roles`` in ``scope``; returns its id."""
    number = next(_numbers)
    now = world.clock.now()
    facts: dict[str, Any] = {
        "email": f"sample{number}@people.example",
        "email_confirmed_at": now,
        "name_cyrillic": f"Үлгіұлы Сынақ {number}",
        "name_latin": f"Sample Testperson {number}",
        "locale": Locale.EN,
        "sort_key": f"{number:06d}",
        "created_at": now,
    }
    row = Person(**(facts | values))
    with world.write() as session:
        session.add(row)
        session.flush()
        made = row.id
    for role in roles:
        grant(world, made, role, scope=scope)
    return made


def grant(world: World, person_id: UUID, role: str, *, scope: tuple[str, str] = ("all", "")) -> None:
    """Give somebody another role."""
    with world.write() as session:
        session.add(
            RoleGrant(
                person_id=person_id,
                role=Role(role),
                scope_kind=ScopeKind(scope[0]),
                scope_id=scope[1],
                granted_reason="test",
                granted_at=world.clock.now(),
            )
        )
