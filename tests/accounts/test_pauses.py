"""Wrong passwords make their origin wait, and nobody else."""

from datetime import timedelta

import pytest

from app.accounts.routes.browsers import KNOWN_COOKIE, MOST_KNOWN
from app.accounts.rules import SPREAD_FAILURES
from app.platform.settings import Settings
from tests.accounts.ground import PASSWORD, cheap, link_in, sign_in, somebody
from tests.world import Browser, World

EMAIL = "a@people.example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Behind a proxy that says who asks."""
    return settings.model_copy(update={"trusted_proxies": ("testclient",)})


def at(world: World, address: str) -> Browser:
    browser = world.browser()
    browser.http.headers["X-Forwarded-For"] = address
    return browser


def fail(world: World, address: str, times: int) -> list[int]:
    return [sign_in(at(world, address), EMAIL, "wrong password").status_code for _ in range(times)]


def test_wrong_passwords_typed_elsewhere_keep_nobody_out(world: World) -> None:
    """Five wrong passwords cost an attacker one line; they must not cost a candidate the exam."""
    cheap(world)
    somebody(world, email=EMAIL)
    assert fail(world, "203.0.113.9", 6) == [422] * 5 + [429]
    assert sign_in(at(world, "203.0.113.9"), EMAIL).status_code == 429
    assert sign_in(at(world, "198.51.100.7"), EMAIL).status_code == 303


def test_a_browser_that_has_signed_in_before_is_not_paused_by_its_neighbours(world: World) -> None:
    """A whole exam hall stands behind one address."""
    cheap(world)
    somebody(world, email=EMAIL)
    mine = at(world, "203.0.113.9")
    assert sign_in(mine, EMAIL).status_code == 303
    mine.post("/en/sign-out")
    mine.session_id = None
    assert fail(world, "203.0.113.9", 6) == [422] * 5 + [429]
    assert sign_in(mine, EMAIL).status_code == 303


def test_a_known_browser_waits_for_its_own_wrong_passwords(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL)
    mine = at(world, "203.0.113.9")
    sign_in(mine, EMAIL)
    mine.post("/en/sign-out")
    mine.session_id = None
    for _ in range(5):
        assert sign_in(mine, EMAIL, "wrong password").status_code == 422
    assert sign_in(mine, EMAIL).status_code == 429
    assert sign_in(at(world, "203.0.113.9"), EMAIL).status_code == 303, "others are not concerned"


@pytest.mark.parametrize("kind", ["made up", "another account's", "cut"])
def test_a_proof_that_is_not_this_accounts_is_worth_nothing(world: World, kind: str) -> None:
    cheap(world)
    somebody(world, email=EMAIL)
    somebody(world, email="b@people.example")
    other = at(world, "203.0.113.9")
    sign_in(other, "b@people.example")
    true = other.http.cookies[KNOWN_COOKIE]
    value = {"made up": "nonce." + "0" * 64, "another account's": true, "cut": true[:-1]}[kind]
    fail(world, "203.0.113.9", 5)
    thief = at(world, "203.0.113.9")
    thief.http.cookies.set(KNOWN_COOKIE, value, domain="127.0.0.1", path="/")
    assert sign_in(thief, EMAIL).status_code == 429


def test_the_proof_is_out_of_reach_of_scripts_and_names_nobody(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL)
    reply = sign_in(at(world, "203.0.113.9"), EMAIL)
    [cookie] = [c for c in reply.headers.get_list("set-cookie") if c.startswith(KNOWN_COOKIE)]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "people" not in cookie


def test_a_proof_signs_nobody_in(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL)
    mine = at(world, "203.0.113.9")
    sign_in(mine, EMAIL)
    thief = at(world, "203.0.113.9")
    thief.http.cookies.set(KNOWN_COOKIE, mine.http.cookies[KNOWN_COOKIE], domain="127.0.0.1", path="/")
    assert thief.get("/en/settings").status_code == 303


def test_a_shared_browser_is_known_for_several_accounts_and_not_for_ever_more(world: World) -> None:
    cheap(world)
    shared = at(world, "203.0.113.9")
    for number in range(MOST_KNOWN + 2):
        somebody(world, email=f"n{number}@people.example")
        assert sign_in(shared, f"n{number}@people.example").status_code == 303
        sign_in(shared, f"n{number}@people.example")
    assert len(shared.http.cookies[KNOWN_COOKIE].split("~")) == MOST_KNOWN


def test_a_reset_makes_the_browser_known(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL)
    fail(world, "203.0.113.9", 5)
    world.browser().post("/en/reset", {"email": EMAIL})
    world.work()
    mine = at(world, "203.0.113.9")
    mine.post(link_in(world.box.mails[0].text), {"password": "another long one"})
    fail(world, "203.0.113.9", 5)
    assert sign_in(mine, EMAIL, "another long one").status_code == 303


def test_an_attack_from_many_networks_gets_one_try_from_each_and_stops_nobody(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL)
    for number in range(SPREAD_FAILURES // 4):
        assert fail(world, f"203.0.113.{number}", 4) == [422] * 4
    assert fail(world, "198.51.100.1", 2) == [422, 429]
    assert sign_in(at(world, "198.51.100.2"), EMAIL).status_code == 303, "the right password at the first try"
    world.clock.advance(timedelta(days=1, seconds=1))
    assert fail(world, "198.51.100.3", 2) == [422, 422], "a day without wrong passwords ends it"


def test_ipv6_counts_by_the_network_one_connection_is_given(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL)
    for number in range(5):
        assert fail(world, f"2001:db8:1:2::{number}", 1) == [422]
    assert fail(world, "2001:db8:1:2:ffff::1", 1) == [429]
    assert fail(world, "2001:db8:1:3::1", 1) == [422]


def test_the_present_password_counts_as_at_sign_in(world: World) -> None:
    cheap(world)
    browser = world.browser(somebody(world, email=EMAIL))
    data = {"present": "wrong one", "password": "another long one"}
    codes = [browser.post("/en/settings/password", data).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]
    assert browser.post("/en/settings/closure", {"present": PASSWORD}).status_code == 429
    assert sign_in(at(world, "198.51.100.7"), EMAIL).status_code == 303
