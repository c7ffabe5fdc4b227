"""Signing in, staying in, and being kept out."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from app.accounts import service
from app.accounts.models import SignInSession, SignInThrottle
from app.accounts.rules import SESSION_IDLE, SESSION_LIFE
from app.kernel.ids import token_hash
from app.platform.settings import Settings
from app.web.viewer import COOKIE
from tests.accounts.ground import PASSWORD, cheap, hold, sign_in, somebody
from tests.world import World


def test_the_right_password_opens_a_session(world: World) -> None:
    cheap(world)
    somebody(world, email="a@people.example", locale="ru")
    browser = world.browser()
    reply = sign_in(browser, " A@People.Example ")
    assert (reply.status_code, reply.headers["location"]) == (303, "/en/dashboard")
    assert browser.get("/en/settings").status_code == 200
    assert browser.http.cookies["ceasai_locale"] == "ru"


def test_the_session_cookie_is_for_this_host_only_and_out_of_reach_of_scripts(world: World) -> None:
    cheap(world)
    somebody(world, email="a@people.example")
    reply = sign_in(world.browser(), "a@people.example")
    cookie = next(c for c in reply.headers.get_list("set-cookie") if c.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "Secure" not in cookie  # plain http on loopback


def test_over_tls_the_session_cookie_is_secure(settings: Settings) -> None:
    from app.kernel.clock import FixedClock
    from tests.conftest import NOON

    secure = settings.model_copy(
        update={"public_base": "https://lms.example.org", "allowed_hosts": ("lms.example.org",)}
    )
    world = World(secure, FixedClock(NOON))
    cheap(world)
    somebody(world, email="a@people.example")
    browser = world.browser()
    browser.http.base_url = "https://lms.example.org"
    reply = sign_in(browser, "a@people.example")
    assert reply.status_code == 303
    assert all("Secure" in c for c in reply.headers.get_list("set-cookie"))
    world.close()


def test_the_database_keeps_only_the_hash_of_the_cookie(world: World) -> None:
    cheap(world)
    somebody(world, email="a@people.example")
    browser = world.browser()
    sign_in(browser, "a@people.example")
    token = browser.http.cookies[COOKIE]
    with world.read() as session:
        row = session.scalars(select(SignInSession)).one()
    assert row.token_hash == token_hash(token)
    assert token not in row.token_hash


def test_a_wrong_password_and_an_unknown_address_read_alike(world: World) -> None:
    cheap(world)
    somebody(world, email="known@people.example")
    wrong = sign_in(world.browser(), "known@people.example", "not the password")
    unknown = sign_in(world.browser(), "xnown@people.example", "not the password")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.text.replace("known@", "xnown@") == unknown.text
    assert "E-mail or password is not right" in wrong.text


def test_a_wrong_password_and_an_unknown_address_cost_the_same(world: World) -> None:
    """One hash is checked either way, and the same statements run."""
    passwords = cheap(world)
    somebody(world, email="known@people.example")
    somebody(world, email="without@people.example", password=None)
    seen: dict[str, list[str]] = {}

    def watch(email: str) -> None:
        statements: list[str] = []

        def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        event.listen(world.engine, "before_cursor_execute", note)
        sign_in(world.browser(), email, "not the password")
        event.remove(world.engine, "before_cursor_execute", note)
        seen[email] = statements

    for email in ("known@people.example", "nobody@people.example", "without@people.example"):
        watch(email)
    assert len(passwords.verified) == 3
    assert seen["known@people.example"] == seen["nobody@people.example"] == seen["without@people.example"]


def test_the_typed_address_is_kept_and_the_password_is_not(world: World) -> None:
    cheap(world)
    reply = sign_in(world.browser(), "typed@people.example", "typed-password-1")
    assert 'value="typed@people.example"' in reply.text
    assert "typed-password-1" not in reply.text


def test_spaces_around_a_password_count(world: World) -> None:
    cheap(world)
    somebody(world, email="a@people.example", password="  spaces around  ")
    assert sign_in(world.browser(), "a@people.example", "spaces around").status_code == 422
    assert sign_in(world.browser(), "a@people.example", "  spaces around  ").status_code == 303


def test_five_failures_make_an_address_wait_thirty_seconds_then_longer(world: World) -> None:
    passwords = cheap(world)
    somebody(world, email="a@people.example")
    for _ in range(5):
        assert sign_in(world.browser(), "a@people.example", "wrong password").status_code == 422
    reply = sign_in(world.browser(), "a@people.example")
    assert reply.status_code == 429
    assert len(passwords.verified) == 5, "while it waits nothing is hashed"
    world.clock.advance(timedelta(seconds=29))
    assert sign_in(world.browser(), "a@people.example").status_code == 429
    world.clock.advance(timedelta(seconds=1))
    assert sign_in(world.browser(), "a@people.example", "wrong password").status_code == 422
    world.clock.advance(timedelta(seconds=59))
    assert sign_in(world.browser(), "a@people.example").status_code == 429
    world.clock.advance(timedelta(seconds=1))
    assert sign_in(world.browser(), "a@people.example").status_code == 303
    with world.read() as session:
        assert [row.blocked_until for row in session.scalars(select(SignInThrottle))] == [None]


def test_the_wait_of_one_address_is_not_anothers(world: World) -> None:
    cheap(world)
    somebody(world, email="a@people.example")
    somebody(world, email="b@people.example")
    for _ in range(5):
        sign_in(world.browser(), "a@people.example", "wrong password")
    assert sign_in(world.browser(), "b@people.example").status_code == 303


def test_an_unknown_address_waits_as_a_known_one_does(world: World) -> None:
    cheap(world)
    for _ in range(5):
        sign_in(world.browser(), "nobody@people.example", "wrong password")
    reply = sign_in(world.browser(), "nobody@people.example", "wrong password")
    assert reply.status_code == 429


def test_waiting_survives_a_restart(world: World) -> None:
    cheap(world)
    somebody(world, email="a@people.example")
    for _ in range(5):
        sign_in(world.browser(), "a@people.example", "wrong password")
    restarted = World(world.settings, world.clock)
    cheap(restarted)
    assert sign_in(restarted.browser(), "a@people.example").status_code == 429
    restarted.close()


def test_the_address_of_a_stranger_is_not_collected(world: World) -> None:
    cheap(world)
    sign_in(world.browser(), "stranger@people.example", "wrong password")
    with world.read() as session:
        rows = session.scalars(select(SignInThrottle)).all()
    assert len(rows) == 2
    assert all("stranger" not in row.key for row in rows)


def test_an_exam_hall_of_300_behind_one_address_signs_in(settings: Settings) -> None:
    from app.kernel.clock import FixedClock
    from tests.conftest import NOON

    default = Settings.model_fields["ip_limit_per_minute"].default
    world = World(settings.model_copy(update={"ip_limit_per_minute": default}), FixedClock(NOON))
    cheap(world)
    for number in range(300):
        somebody(world, email=f"hall{number}@people.example")
    codes = {sign_in(world.browser(), f"hall{n}@people.example").status_code for n in range(300)}
    assert codes == {303}
    world.close()


def test_an_address_that_knocks_too_often_is_told_to_wait(settings: Settings) -> None:
    from app.kernel.clock import FixedClock
    from tests.conftest import NOON

    world = World(settings.model_copy(update={"ip_limit_per_minute": 3}), FixedClock(NOON))
    cheap(world)
    codes = [sign_in(world.browser(), f"x{n}@people.example", "wrong password").status_code for n in range(4)]
    assert codes == [422, 422, 422, 429]
    world.close()


def test_the_session_changes_at_sign_in(world: World) -> None:
    """A session id planted in a browser is worth nothing afterwards."""
    cheap(world)
    victim = somebody(world, email="a@people.example")
    planted = world.browser(victim)
    before = planted.http.cookies[COOKIE]
    assert sign_in(planted, "a@people.example").status_code == 303
    after = planted.http.cookies[COOKIE]
    assert after != before
    thief = hold(world.browser(), before)
    assert thief.get("/en/settings").status_code == 303


@pytest.mark.parametrize("value", ["attacker-chosen-session", ""])
def test_a_cookie_the_server_did_not_make_is_not_taken_over(world: World, value: str) -> None:
    cheap(world)
    somebody(world, email="a@people.example")
    browser = world.browser()
    hold(browser, value)
    reply = sign_in(browser, "a@people.example")
    assert value == "" or value not in " ".join(reply.headers.get_list("set-cookie"))


def test_get_never_signs_in(world: World) -> None:
    cheap(world)
    person = somebody(world, email="a@people.example", demo_role="learner")
    browser = world.browser()
    browser.get(f"/en/sign-in?email=a@people.example&password={PASSWORD}&person={person}")
    browser.get(f"/en/sign-in/demonstration?person={person}")
    assert COOKIE not in browser.http.cookies
    with world.read() as session:
        assert session.scalars(select(SignInSession)).all() == []


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/ /evil.example",
        "",
    ],
)
def test_a_foreign_next_address_is_not_followed(world: World, address: str) -> None:
    cheap(world)
    somebody(world, email="a@people.example")
    reply = sign_in(world.browser(), "a@people.example", next=address)
    assert reply.headers["location"] == "/en/dashboard"
    assert "evil.example" not in world.browser().http.get("/en/sign-in", params={"next": address}).text.split(
        "<main"
    )[1].replace("evil.example@", "")


def test_after_signing_in_the_page_asked_for_is_shown(world: World) -> None:
    cheap(world)
    somebody(world, email="a@people.example")
    browser = world.browser()
    sent = browser.get("/kk/settings?x=1")
    assert sent.headers["location"] == "/kk/sign-in?next=/kk/settings%3Fx%3D1"
    assert 'name="next" value="/kk/settings?x=1"' in browser.get(sent.headers["location"]).text
    reply = sign_in(browser, "a@people.example", next="/kk/settings?x=1")
    assert reply.headers["location"] == "/kk/settings?x=1"


def test_signing_out_ends_the_session(world: World) -> None:
    cheap(world)
    somebody(world, email="a@people.example")
    person = somebody(world)
    browser = world.browser(person)
    token = browser.http.cookies[COOKIE]
    assert browser.post("/en/sign-out").status_code == 303
    hold(browser, token)
    assert browser.get("/en/settings").status_code == 303


def test_an_unconfirmed_address_cannot_sign_in_and_gets_a_new_letter(world: World) -> None:
    cheap(world)
    somebody(world, email="new@people.example", email_confirmed_at=None)
    assert sign_in(world.browser(), "new@people.example", "wrong password").status_code == 422
    reply = sign_in(world.browser(), "new@people.example")
    assert reply.status_code == 409
    world.work()
    assert [mail.to for mail in world.box.mails] == ["new@people.example"]


def test_a_closed_account_is_as_good_as_unknown(world: World) -> None:
    cheap(world)
    person = somebody(world, email="a@people.example", disabled_at=world.clock.now())
    assert sign_in(world.browser(), "a@people.example").status_code == 422
    assert world.browser(person).get("/en/settings").status_code == 303


def test_a_session_ends_after_idling(world: World) -> None:
    browser = world.browser(somebody(world))
    world.clock.advance(SESSION_IDLE - timedelta(minutes=1))
    assert browser.get("/en/settings").status_code == 200
    world.clock.advance(SESSION_IDLE - timedelta(minutes=1))
    assert browser.get("/en/settings").status_code == 200, "each use counts anew"
    world.clock.advance(SESSION_IDLE)
    assert browser.get("/en/settings").status_code == 303


def test_a_session_ends_after_its_life_however_busy(world: World) -> None:
    browser = world.browser(somebody(world))
    for _ in range(60):
        world.clock.advance(SESSION_LIFE / 60 - timedelta(seconds=1))
        assert browser.get("/en/settings").status_code == 200
    world.clock.advance(timedelta(minutes=2))
    assert browser.get("/en/settings").status_code == 303


def test_no_limit_ends_a_session_during_an_open_attempt(world: World) -> None:
    person = somebody(world)
    browser = world.browser(person)
    until = world.clock.now() + SESSION_LIFE + timedelta(days=1)
    with world.write() as session:
        service.keep_alive(session, person, until)
        service.keep_alive(session, person, until - timedelta(days=5))
    world.clock.advance(SESSION_LIFE + timedelta(hours=23))
    assert browser.get("/en/settings").status_code == 200
    world.clock.advance(timedelta(hours=2))
    assert browser.get("/en/settings").status_code == 303


def test_a_session_opened_during_an_attempt_is_kept_as_well(world: World) -> None:
    cheap(world)
    person = somebody(world, email="a@people.example")
    world.browser(person)
    with world.write() as session:
        service.keep_alive(session, person, world.clock.now() + timedelta(days=2))
    other = world.browser()
    sign_in(other, "a@people.example")
    world.clock.advance(timedelta(days=1))
    assert other.get("/en/settings").status_code == 200


def test_keeping_alive_does_not_wake_an_ended_session(world: World) -> None:
    person = somebody(world)
    browser = world.browser(person)
    token = browser.http.cookies[COOKIE]
    browser.post("/en/sign-out")
    with world.write() as session:
        service.keep_alive(session, person, world.clock.now() + timedelta(days=2))
    hold(browser, token)
    assert browser.get("/en/settings").status_code == 303


def test_the_last_use_is_written_at_most_every_five_minutes(world: World) -> None:
    browser = world.browser(somebody(world))
    writes: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE"):
            writes.append(statement)

    event.listen(world.engine, "before_cursor_execute", note)
    browser.get("/en/settings")
    world.clock.advance(timedelta(minutes=4, seconds=59))
    browser.get("/en/settings")
    assert writes == []
    world.clock.advance(timedelta(seconds=1))
    browser.get("/en/settings")
    browser.get("/en/settings")
    assert len(writes) == 1


def test_somebody_signed_in_is_led_on_from_the_sign_in_page(world: World) -> None:
    browser = world.browser(somebody(world))
    assert browser.get("/ru/sign-in?next=/ru/courses").headers["location"] == "/ru/courses"
    assert browser.get("/ru/sign-in").headers["location"] == "/ru/dashboard"
