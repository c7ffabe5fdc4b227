"""What the tests of accounts share: people with passwords, forms as typed, a hasher that counts."""

import re
from typing import Any
from uuid import UUID

from app.platform.passwords import Passwords
from tests import factories
from tests.world import BASE, Browser, World

PASSWORD = "бірнеше сөз қатар"
CHEAP = Passwords(memory_kib=8, time=1)
"""A hash says how dear it is to check: tests of everything but the hash itself use cheap ones."""


class CountingPasswords(Passwords):
    """The real thing, counting how often it is asked."""

    def __init__(self) -> None:
        super().__init__(memory_kib=8, time=1)
        self.verified: list[str | None] = []
        self.hashed = 0

    def hash(self, password: str) -> str:
        self.hashed += 1
        return super().hash(password)

    def verify(self, password: str, kept: str | None) -> bool:
        self.verified.append(kept)
        return super().verify(password, kept)


def cheap(world: World) -> CountingPasswords:
    """Give the application a hasher that is quick and counts."""
    made = CountingPasswords()
    world.app.state.passwords = made
    return made


def somebody(world: World, *roles: str, password: str | None = PASSWORD, **values: Any) -> UUID:
    """A confirmed person with a password."""
    return factories.person(world, *roles, password_hash=CHEAP.hash(password) if password else None, **values)


def sign_in(browser: Browser, email: str, password: str = PASSWORD, **extra: str) -> Any:
    """Fill in the sign-in form."""
    return browser.post("/en/sign-in", {"email": email, "password": password, **extra})


REGISTRATION = {
    "name_cyrillic": "Сейітқызы Айгерім",
    "name_latin": "Seiitkyzy Aigerim",
    "email": "aigerim@people.example",
    "password": PASSWORD,
    "locale": "kk",
    "residence_country": "kz",
}


def link_in(text: str) -> str:
    """The path of the one link a letter carries."""
    found = re.findall(re.escape(BASE) + r"(/\S+)", text)
    assert len(found) == 1, text
    return str(found[0])
