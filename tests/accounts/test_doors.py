"""What guards the doors: cross-site requests, the demonstration's one-click sign-in, the mail preview."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.accounts.models import Person, SignInSession
from app.kernel.clock import FixedClock
from app.platform.installation import InstallationFacts
from app.platform.mail import FileMail
from app.platform.settings import Settings
from app.web import csrf
from app.web.viewer import COOKIE
from app.worker import make_context, run_due
from tests.accounts.ground import REGISTRATION, cheap, follow, somebody
from tests.conftest import NOON
from tests.world import BASE, World

POSTS = [
    ("/en/sign-in", {"email": "a@people.example", "password": "x"}),
    ("/en/sign-in/demonstration", {"person": "00000000-0000-7000-8000-000000000000"}),
    ("/en/register", REGISTRATION),
    ("/en/reset", {"email": "a@people.example"}),
    ("/en/sign-out", {}),
    ("/en/settings/profile", {}),
    ("/en/settings/password", {}),
    ("/en/settings/sessions/end-others", {}),
]


@pytest.mark.parametrize(("path", "data"), POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": BASE},
        {"Sec-Fetch-Site": "same-site", "Origin": BASE},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_a_request_another_site_made_is_refused(
    world: World, path: str, data: dict[str, Any], headers: dict[str, str]
) -> None:
    cheap(world)
    browser = world.browser(somebody(world))
    reply = browser.http.post(path, data=data | {csrf.FIELD: browser.csrf_token()}, headers=headers)
    assert reply.status_code == 403
    assert 'data-code="cross-site"' in reply.text
    with world.read() as session:
        assert len(session.scalars(select(Person)).all()) == 1
        assert session.scalars(select(SignInSession.ended_at)).all() == [None]


@pytest.mark.parametrize("kind", ["missing", "another's", "garbage", "not ascii"])
def test_a_field_that_is_not_this_sessions_is_refused(world: World, kind: str) -> None:
    person = somebody(world)
    browser, other = world.browser(person), world.browser(person)
    given = {"missing": "", "another's": other.csrf_token(), "garbage": "AAAA", "not ascii": "қ"}[kind]
    reply = browser.post("/en/settings/sessions/end-others", {csrf.FIELD: given})
    assert reply.status_code == 403
    assert other.get("/en/settings").status_code == 200


def test_the_field_is_masked_anew_in_every_page(world: World) -> None:
    browser = world.browser(somebody(world))
    assert browser.csrf_token() != browser.csrf_token()
    pages = {browser.get("/en/settings").text for _ in range(2)}
    assert len(pages) == 2


def demo(world: World, **values: Any) -> Any:
    return somebody(
        world, "proctor", password=None, demo_role="proctor", name_latin="Sample Proctor", **values
    )


def test_a_demonstration_offers_its_people_at_one_click(world: World) -> None:
    person, other = demo(world), somebody(world, name_latin="Not Offered")
    browser = world.browser()
    page = browser.get("/en/sign-in?next=/en/rooms").text
    assert "Sample Proctor<small>proctor</small>" in page
    assert "Not Offered" not in page
    assert browser.post("/en/sign-in/demonstration", {"person": str(other)}).status_code == 404
    assert browser.post("/en/sign-in/demonstration", {"person": str(uuid4())}).status_code == 404
    reply = browser.post("/en/sign-in/demonstration", {"person": str(person), "next": "/en/rooms"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/en/rooms")
    assert "Sample Proctor" in browser.get("/en/settings").text
    assert browser.http.cookies["ceasai_locale"] == "en"


def test_changing_eyes_changes_the_session(world: World) -> None:
    one, two = demo(world), demo(world)
    browser = world.browser()
    browser.post("/en/sign-in/demonstration", {"person": str(one)})
    before = browser.http.cookies[COOKIE]
    follow(browser)
    browser.post("/en/sign-in/demonstration", {"person": str(two)})
    assert browser.http.cookies[COOKIE] != before
    with world.read() as session:
        assert len(session.scalars(select(SignInSession).where(SignInSession.ended_at.is_(None))).all()) == 1


@pytest.mark.parametrize("lack", ["demonstration", "loopback address", "loopback name"])
def test_outside_a_demonstration_on_loopback_neither_click_nor_preview_exists(
    settings: Settings, lack: str
) -> None:
    changes: dict[str, Any] = {
        "demonstration": {},
        "loopback address": {"bind_host": "0.0.0.0"},
        "loopback name": {"public_base": "https://lms.example.org"},
    }[lack]
    world = World(settings.model_copy(update=changes), FixedClock(NOON))
    if lack == "demonstration":
        world.app.state.installation = InstallationFacts(demonstration=False, data_region="kz")
    person = demo(world)
    browser = world.browser()
    assert "Sample Proctor" not in browser.get("/en/sign-in").text
    origin = world.settings.public_base
    assert (
        browser.post("/en/sign-in/demonstration", {"person": str(person)}, Origin=origin).status_code == 404
    )
    assert browser.get("/en/dev/mail").status_code == 404
    assert "dev/mail" not in browser.get("/en/register/sent").text
    with world.read() as session:
        assert session.scalars(select(SignInSession)).all() == []
    world.close()


def test_the_letters_of_a_demonstration_can_be_read_and_their_links_opened(world: World) -> None:
    cheap(world)
    browser = world.browser()
    assert "No letters yet" in browser.get("/en/dev/mail").text
    browser.post("/en/register", REGISTRATION)
    settings = world.settings
    sender = FileMail(settings.var_dir / "mail", settings.mail_sender, world.clock)
    run_due(make_context(world.engine, world.clock, settings, mail=sender))
    page = browser.get("/en/dev/mail").text
    assert REGISTRATION["email"] in page
    name = page.split("/en/dev/mail/")[1].split('"')[0]
    letter = browser.get(f"/en/dev/mail/{name}").text
    link = letter.split('class="btn line" href="')[1].split('"')[0]
    assert link.startswith("/kk/confirm/")
    assert browser.get(link).status_code == 200


def test_the_preview_reads_nothing_but_letters(world: World) -> None:
    (world.settings.var_dir / "mail").mkdir(parents=True, exist_ok=True)
    (world.settings.var_dir / "mail" / "notes.eml").write_text("secret")
    for name in ("notes", "..%2f..%2fsecret", str(uuid4())):
        assert world.browser().get(f"/en/dev/mail/{name}").status_code == 404


def test_mail_that_leaves_has_no_preview(settings: Settings) -> None:
    world = World(settings.model_copy(update={"mail": "smtp"}), FixedClock(NOON))
    assert world.browser().get("/en/dev/mail").status_code == 404
    world.close()


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
@pytest.mark.parametrize("path", ["sign-in", "register", "register/sent", "reset", "reset/sent", "dev/mail"])
def test_every_public_page_speaks_its_language_under_the_policy(world: World, locale: str, path: str) -> None:
    reply = world.browser().get(f"/{locale}/{path}")
    assert reply.status_code == 200
    assert f'<html lang="{locale}">' in reply.text
    assert reply.text.count("<h1") == 1
    assert "script-src 'self'" in reply.headers["content-security-policy"]
    assert "unsafe" not in reply.headers["content-security-policy"]


def test_an_address_without_a_language_leads_to_the_readers(world: World) -> None:
    reply = world.browser().get("/sign-in?next=/x", Accept_Language="ru-KZ,ru;q=0.9")
    assert reply.headers["location"] == "/ru/sign-in?next=/x"
