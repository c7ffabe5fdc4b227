"""Hashing: its cost, its limit, and that it stays outside transactions."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.platform import passwords
from app.platform.passwords import Passwords
from tests.accounts.ground import CHEAP, PASSWORD, REGISTRATION, CountingPasswords, sign_in, somebody
from tests.world import Lent, World


def test_a_hash_costs_what_the_sheet_asks_for() -> None:
    made = Passwords()
    assert made.hash("a long password").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert made._nobody.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), "an unknown address costs the same"


def test_nobody_has_a_password_that_fits() -> None:
    assert not CHEAP.verify("a password that nobody has", None)
    assert CHEAP.verify(PASSWORD, CHEAP.hash(PASSWORD))
    assert not CHEAP.verify(PASSWORD + " ", CHEAP.hash(PASSWORD))
    assert CHEAP.verify("и\u0306од йод", CHEAP.hash("йод и\u0306од")), "keyboards spell й in two ways"


def test_two_hashes_at_once_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1
            return "x"

    made = Passwords(memory_kib=8, time=1)
    monkeypatch.setattr(made, "_hasher", Slow())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(made.hash, ["p"] * 12))
    assert most == 2
    assert passwords._gate._initial_value == 2  # type: ignore[attr-defined]


def test_no_password_is_hashed_inside_a_transaction(world: World) -> None:
    lent = Lent(world.engine)

    class Watching(CountingPasswords):
        def hash(self, password: str) -> str:
            lent.note()
            return super().hash(password)

        def verify(self, password: str, kept: str | None) -> bool:
            lent.note()
            return super().verify(password, kept)

    world.app.state.passwords = Watching()
    person = somebody(world, email="a@people.example")
    sign_in(world.browser(), "a@people.example")
    sign_in(world.browser(), "a@people.example", "wrong password")
    world.browser().post("/en/register", REGISTRATION)
    world.browser(person).post("/en/settings/password", {"present": PASSWORD, "password": "another long one"})
    assert lent.noted == [0] * 5
