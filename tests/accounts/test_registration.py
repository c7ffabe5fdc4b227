"""Getting an account, confirming it, and a new password by mail: nothing is revealed about who exists."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from app.accounts import queries
from app.accounts.models import MailToken, Person
from app.accounts.rules import MAIL_EVERY
from app.kernel.clock import FixedClock
from app.kernel.ids import token_hash
from app.platform.models import AuditEntry, Job
from app.platform.settings import Settings
from app.web.viewer import COOKIE
from tests.accounts.ground import PASSWORD, REGISTRATION, cheap, hold, link_in, sign_in, somebody
from tests.conftest import NOON
from tests.world import World

EMAIL = REGISTRATION["email"]


def register(world: World, **changes: str) -> Any:
    return world.browser().post("/en/register", REGISTRATION | changes)


def person(world: World, email: str = EMAIL) -> Person | None:
    with world.read() as session:
        return session.scalars(select(Person).where(Person.email == email)).one_or_none()


@pytest.mark.parametrize(("early", "code"), [(timedelta(seconds=1), 303), (timedelta(), 410)])
def test_a_reset_link_lives_one_hour(world: World, early: timedelta, code: int) -> None:
    cheap(world)
    somebody(world, email=EMAIL)
    world.browser().post("/en/reset", {"email": EMAIL})
    world.work()
    world.clock.advance(timedelta(hours=1) - early)
    reply = world.browser().post(link_in(world.box.mails[0].text), {"password": "another long one"})
    assert reply.status_code == code


def test_a_link_of_one_purpose_serves_no_other(world: World) -> None:
    cheap(world)
    register(world)
    world.work()
    link = link_in(world.box.mails[0].text).replace("/confirm/", "/reset/")
    assert world.browser().get(link).status_code == 410
    assert world.browser().post(link, {"password": "another long one"}).status_code == 410


def test_tokens_exist_in_the_letter_alone(world: World) -> None:
    cheap(world)
    register(world)
    world.work()
    token = link_in(world.box.mails[0].text).rsplit("/", 1)[1]
    with world.read() as session:
        assert session.scalars(select(MailToken.token_hash)).one() == token_hash(token)
        payloads = [str(job.payload) + str(job.dedupe_key) for job in session.scalars(select(Job))]
        facts = [str(entry.facts) + str(entry.reason) for entry in session.scalars(select(AuditEntry))]
    for text in payloads + facts:
        assert token not in text
        assert EMAIL not in text
        assert "Seiitkyzy" not in text


def statements_of(world: World, act: Any) -> list[str]:
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(world.engine, "before_cursor_execute", note)
    act()
    event.remove(world.engine, "before_cursor_execute", note)
    return seen


def test_registration_reveals_nothing_about_who_exists(world: World) -> None:
    passwords = cheap(world)
    somebody(world, email="known@people.example")
    known = register(world, email="known@people.example")
    unknown = register(world, email="unknown@people.example")
    assert known.status_code == unknown.status_code == 303
    assert known.headers["location"] == unknown.headers["location"]
    assert known.text == unknown.text
    assert passwords.hashed == 2, "a password is hashed in either case"
    world.work()
    assert {mail.to for mail in world.box.mails} == {"known@people.example", "unknown@people.example"}
    [said] = [mail for mail in world.box.mails if mail.to == "known@people.example"]
    assert link_in(said.text) == "/en/sign-in"
    assert "already" in said.subject


def test_registering_with_a_known_address_changes_nothing_about_it(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL, name_latin="Real Name")
    register(world, password="the attackers own words")
    row = person(world)
    assert row is not None
    assert row.name_latin == "Real Name"
    assert sign_in(world.browser(), EMAIL).status_code == 303


def test_whoever_registers_with_a_closed_account_is_told_by_mail_how_it_is_opened(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL, disabled_at=world.clock.now())
    assert register(world).headers["location"] == "/en/register/sent"
    world.work()
    [mail] = world.box.mails
    assert "closed" in mail.subject


def test_one_address_gets_one_letter_in_two_minutes(world: World) -> None:
    cheap(world)
    somebody(world, email="known@people.example")
    for _ in range(3):
        world.browser().post("/en/reset", {"email": "known@people.example"})
        register(world)
    world.work()
    assert sorted(mail.to for mail in world.box.mails) == [EMAIL, "known@people.example"]
    world.clock.advance(MAIL_EVERY)
    world.browser().post("/en/reset", {"email": "known@people.example"})
    world.work()
    assert len(world.box.mails) == 3


def test_letters_name_nobody(world: World) -> None:
    """Otherwise whoever types another's address could make us send words of their own."""
    cheap(world)
    register(world, name_latin="Click evil.example now")
    world.work()
    assert "evil" not in world.box.mails[0].text + world.box.mails[0].subject


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "aigerim@"}, "email"),
        ({"name_latin": ""}, "name_latin"),
        ({"name_latin": "Айгерім"}, "name_latin"),
        ({"name_latin": "<script>alert(1)</script>"}, "name_latin"),
        ({"name_cyrillic": "Aigerim"}, "name_cyrillic"),
        ({"password": "short"}, "password"),
        ({"password": EMAIL}, "password"),
        ({"password": "password1234"}, "password"),
        ({"locale": "de"}, "locale"),
        ({"residence_country": "zz"}, "residence_country"),
        ({"residence_country": "KZ"}, "residence_country"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_is_kept(
    world: World, changes: dict[str, str], field: str
) -> None:
    cheap(world)
    reply = register(world, **changes)
    assert reply.status_code == 422
    assert f'href="#{field}"' in reply.text
    assert "<title>Error:" in reply.text
    assert "<script>alert" not in reply.text
    if field != "email":
        assert f'value="{EMAIL}"' in reply.text
    if field != "password":
        assert PASSWORD not in reply.text
    assert person(world) is None


def test_a_name_in_cyrillic_is_not_needed(world: World) -> None:
    cheap(world)
    assert register(world, name_cyrillic="").status_code == 303
    row = person(world)
    assert row is not None
    assert row.name_cyrillic is None


def test_an_installation_elsewhere_refuses_residents_of_kazakhstan(settings: Settings) -> None:
    world = World(settings, FixedClock(NOON))
    world.app.state.settings = settings.model_copy(update={"data_region": "eu"})
    cheap(world)
    reply = register(world)
    assert reply.status_code == 409
    assert "keeps data elsewhere" in reply.text
    assert f'value="{EMAIL}"' in reply.text
    assert person(world) is None
    assert register(world, residence_country="de").status_code == 303
    world.close()


def test_reset_reveals_nothing_about_who_exists(world: World) -> None:
    cheap(world)
    somebody(world, email="known@people.example")
    replies = []

    def ask(email: str) -> None:
        replies.append(world.browser().post("/en/reset", {"email": email}))

    known = statements_of(world, lambda: ask("known@people.example"))
    unknown = statements_of(world, lambda: ask("unknown@people.example"))
    assert known == unknown
    assert replies[0].text == replies[1].text
    assert replies[0].headers["location"] == replies[1].headers["location"] == "/en/reset/sent"
    world.work()
    assert [mail.to for mail in world.box.mails] == ["known@people.example"]


def test_a_new_password_ends_every_session_and_every_other_link(world: World) -> None:
    cheap(world)
    who = somebody(world, email=EMAIL)
    elsewhere = world.browser(who)
    for _ in range(2):
        world.browser().post("/en/reset", {"email": EMAIL})
        world.clock.advance(MAIL_EVERY)
    world.work()
    first, second = (link_in(mail.text) for mail in world.box.mails)
    browser = world.browser()
    assert "Set a new password" in browser.get(second.replace("/kk/", "/en/")).text
    assert browser.post(second, {"password": "another long one"}).headers["location"] == (
        "/en/sign-in?done=reset"
    )
    assert elsewhere.get("/en/settings").status_code == 303
    assert world.browser().post(first, {"password": "yet another one"}).status_code == 410
    assert sign_in(world.browser(), EMAIL).status_code == 422
    assert sign_in(world.browser(), EMAIL, "another long one").status_code == 303


def test_a_new_password_ends_waiting(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL)
    for _ in range(5):
        sign_in(world.browser(), EMAIL, "wrong password")
    world.browser().post("/en/reset", {"email": EMAIL})
    world.work()
    world.browser().post(link_in(world.box.mails[0].text), {"password": "another long one"})
    assert sign_in(world.browser(), EMAIL, "another long one").status_code == 303


def test_a_weak_new_password_does_not_use_up_the_link(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL)
    world.browser().post("/en/reset", {"email": EMAIL})
    world.work()
    link = link_in(world.box.mails[0].text)
    for weak in ("short", EMAIL, "1234567890", ""):
        assert world.browser().post(link, {"password": weak}).status_code == 422
    assert world.browser().post(link, {"password": "another long one"}).status_code == 303


def test_a_reset_confirms_the_address_it_was_sent_to(world: World) -> None:
    cheap(world)
    somebody(world, email=EMAIL, email_confirmed_at=None)
    world.browser().post("/en/reset", {"email": EMAIL})
    world.work()
    world.browser().post(link_in(world.box.mails[0].text), {"password": "another long one"})
    assert sign_in(world.browser(), EMAIL, "another long one").status_code == 303


def test_pages_whose_address_holds_a_token_tell_it_to_nobody(world: World) -> None:
    cheap(world)
    register(world)
    world.work()
    reply = world.browser().get(link_in(world.box.mails[0].text))
    assert reply.headers["referrer-policy"] == "same-origin"
    assert reply.headers["cache-control"] == "no-store"
    assert 'rel="canonical"' not in reply.text
    assert 'content="noindex"' in reply.text


def test_what_is_over_is_forgotten(world: World) -> None:
    cheap(world)
    register(world)
    world.work()
    browser = world.browser(somebody(world))
    token = browser.http.cookies[COOKIE]
    world.clock.advance(timedelta(days=200))
    world.work()
    with world.read() as session:
        assert session.scalars(select(MailToken)).all() == []
        assert queries.find_viewer(session, token, world.clock.now()) is None
    assert hold(world.browser(), token).get("/en/settings").status_code == 303


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_letter_is_in_the_readers_language(world: World, locale: str) -> None:
    cheap(world)
    somebody(world, email="known@people.example", locale=locale)
    register(world, email="known@people.example")
    register(world, locale=locale)
    world.browser().post("/en/reset", {"email": "known@people.example"})
    world.work()
    assert len(world.box.mails) == 3
    greeting = {"kk": "Сәлеметсіз бе!", "ru": "Здравствуйте!", "en": "Hello!"}[locale]
    for mail in world.box.mails:
        assert mail.language == locale
        assert mail.text.startswith(greeting)
        assert f"http://127.0.0.1:8000/{locale}/" in mail.text
        assert "&#" not in mail.text
        assert mail.subject.endswith(": CEASAI")
