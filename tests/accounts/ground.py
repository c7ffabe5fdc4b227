"""What the tests of accounts share: people with passwords, forms as typed, a hasher that counts."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import SignInSession
from app.kernel.ids import token_hash
from app.platform.passwords import Passwords
from app.web.viewer import COOKIE
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
    """Fill in the sign-in form; afterwards the browser's pages carry its session's field."""
    reply = browser.post("/en/sign-in", {"email": email, "password": password, **extra})
    follow(browser)
    return reply


def follow(browser: Browser) -> None:
    """Learn which session the browser's cookie stands for, as its next page would show in the hidden field."""
    token = browser.http.cookies.get(COOKIE)
    with browser._world.read() as session:
        browser.session_id = session.scalar(
            select(SignInSession.id).where(
                SignInSession.token_hash == token_hash(token or ""), SignInSession.ended_at.is_(None)
            )
        )


def hold(browser: Browser, token: str) -> Browser:
    """Put a session cookie into a browser."""
    browser.http.cookies.set(COOKIE, token, domain="127.0.0.1", path="/")
    return browser


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
