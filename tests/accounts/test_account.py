"""An account as a whole: another address, closing, opening again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.accounts import service
from app.accounts.models import AccountClosure, AddressChange, Person
from app.accounts.rules import ADDRESS_LINK_LIFE, MAIL_EVERY
from app.platform.models import AuditEntry, Job
from app.web.viewer import COOKIE
from tests.accounts.ground import PASSWORD, CountingPasswords, cheap, link_in, sign_in, somebody
from tests.world import Browser, World

OLD, NEW = "old@people.example", "new@people.example"


def ask(browser: Browser, email: str = NEW, present: str = PASSWORD) -> Any:
    return browser.post("/en/settings/address", {"email": email, "present": present})


def email_of(world: World, who: UUID) -> str:
    with world.read() as session:
        return session.get_one(Person, who).email


def test_an_address_is_changed_from_the_new_one_and_the_old_one_is_told(world: World) -> None:
    cheap(world)
    who = somebody(world, email=OLD)
    browser, elsewhere = world.browser(who), world.browser(who)
    reply = ask(browser, " New@People.Example ")
    assert reply.headers["location"] == "/en/settings/address?done=sent"
    assert "within 24 hours" in browser.get(reply.headers["location"]).text
    world.work()
    [letter] = world.box.mails
    assert letter.to == NEW
    link = link_in(letter.text)
    assert NEW in browser.get(link).text
    assert email_of(world, who) == OLD, "looking changes nothing"
    done = browser.post(link)
    assert done.headers["location"] == "/en/settings?done=address"
    assert "Your e-mail address is changed." in browser.get(done.headers["location"]).text
    world.work()
    told = world.box.mails[-1]
    assert told.to == OLD
    assert "hello@" in told.text or "@" in told.text
    assert elsewhere.get("/en/settings").status_code == 303, "every other session has ended"
    assert sign_in(world.browser(), OLD).status_code == 422
    assert sign_in(world.browser(), NEW).status_code == 303
    admin = world.browser(somebody(world, "administrator"))
    assert NEW in admin.get(f"/en/admin/people?q={NEW}").text, "the search knows the new address"


def test_nothing_but_ids_of_an_address_leave_the_row(world: World) -> None:
    cheap(world)
    browser = world.browser(somebody(world, email=OLD))
    ask(browser)
    world.work()
    token = link_in(world.box.mails[0].text).rsplit("/", 1)[1]
    browser.post(link_in(world.box.mails[0].text))
    with world.read() as session:
        said = str([job.payload for job in session.scalars(select(Job))])
        said += str([(e.reason, e.facts) for e in session.scalars(select(AuditEntry))])
        assert token not in str(session.scalars(select(AddressChange.token_hash)).all())
    for secret in (OLD, NEW, token):
        assert secret not in said


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"email": "new@", "present": PASSWORD}, "email"),
        ({"email": "", "present": PASSWORD}, "email"),
        ({"email": NEW, "present": ""}, "present"),
    ],
)
def test_a_wrong_field_is_named(world: World, data: dict[str, str], field: str) -> None:
    cheap(world)
    reply = world.browser(somebody(world, email=OLD)).post("/en/settings/address", data)
    assert reply.status_code == 422
    assert f'href="#{field}"' in reply.text
    assert f'id="{field}-e"' in reply.text


def test_without_the_password_nothing_is_asked_for(world: World) -> None:
    cheap(world)
    browser = world.browser(somebody(world, email=OLD))
    reply = ask(browser, present="wrong password")
    assert reply.status_code == 422
    assert f'value="{NEW}"' in reply.text
    world.work()
    assert world.box.mails == []


def test_only_the_person_who_asked_can_use_the_link(world: World) -> None:
    """A mistyped address gives its reader nothing."""
    cheap(world)
    who = somebody(world, email=OLD)
    ask(world.browser(who))
    world.work()
    link = link_in(world.box.mails[0].text)
    assert world.browser().get(link).headers["location"].startswith("/en/sign-in?next=")
    stranger = world.browser(somebody(world))
    assert stranger.get(link).status_code == stranger.post(link).status_code == 410
    assert email_of(world, who) == OLD


def test_a_link_works_once_for_a_day_and_a_later_one_replaces_it(world: World) -> None:
    cheap(world)
    who = somebody(world, email=OLD)
    browser = world.browser(who)
    ask(browser)
    ask(browser, "later@people.example")
    world.work()
    links = {mail.to: link_in(mail.text) for mail in world.box.mails}
    assert set(links) == {"later@people.example"}, "the first gave way before its letter was made"
    world.clock.advance(MAIL_EVERY)
    ask(browser)
    world.work()
    assert browser.post(links["later@people.example"]).status_code == 410
    link = link_in(world.box.mails[-1].text)
    assert browser.post(link).status_code == 303
    assert browser.post(link).status_code == 410
    ask(browser, "third@people.example")
    world.work()
    [third] = [mail for mail in world.box.mails if mail.to == "third@people.example"]
    for _ in range(3):
        world.clock.advance(ADDRESS_LINK_LIFE / 3)
        browser.get("/en/settings")
    assert browser.post(link_in(third.text)).status_code == 410


def test_who_mistypes_in_between_gets_the_first_link_back(world: World) -> None:
    cheap(world)
    who = somebody(world, email=OLD)
    browser = world.browser(who)
    ask(browser)
    world.work()
    ask(browser, "mistyped@people.example")
    world.work()
    first, mistyped = (link_in(mail.text) for mail in world.box.mails)
    assert browser.post(first).status_code == 410
    ask(browser)
    world.work()
    assert len(world.box.mails) == 2, "the address has just had its letter"
    assert browser.post(mistyped).status_code == 410
    assert browser.post(first).status_code == 303
    assert email_of(world, who) == NEW
    ask(browser, OLD)
    ask(browser)
    assert browser.post(first).status_code == 410, "what was made once is not made again"


def test_a_link_that_gave_way_before_its_letter_was_made_gets_one(world: World) -> None:
    cheap(world)
    browser = world.browser(somebody(world, email=OLD))
    ask(browser)
    ask(browser, "mistyped@people.example")
    world.work()
    for _ in range(3):
        ask(browser)
    world.work()
    [letter] = [mail for mail in world.box.mails if mail.to == NEW]
    assert browser.post(link_in(letter.text)).status_code == 303


def test_asking_again_for_an_address_another_has_just_asked_for_ends_the_link_before(world: World) -> None:
    cheap(world)
    browser, other = world.browser(somebody(world, email=OLD)), world.browser(somebody(world))
    ask(browser, "first@people.example")
    world.work()
    ask(other)
    ask(browser)
    world.work()
    first = link_in(next(mail.text for mail in world.box.mails if mail.to == "first@people.example"))
    assert browser.post(first).status_code == 410
    taken = link_in(next(mail.text for mail in world.box.mails if mail.to == NEW))
    assert browser.post(taken).status_code == 410
    assert other.post(taken).status_code == 303


class Meanwhile(CountingPasswords):
    """Somebody changes the password in another tab, just after it was checked here."""

    def __init__(self, world: World, who: UUID) -> None:
        super().__init__()
        self._world, self._who = world, who

    def verify(self, password: str, kept: str | None) -> bool:
        fits = super().verify(password, kept)
        with self._world.write() as session:
            session.get_one(Person, self._who).password_hash = self.hash("another long one")
        return fits


@pytest.mark.parametrize("act", ["address", "closure"])
def test_a_password_that_was_changed_meanwhile_is_the_present_one_no_longer(world: World, act: str) -> None:
    who = somebody(world, email=OLD)
    browser = world.browser(who)
    world.app.state.passwords = Meanwhile(world, who)
    reply = ask(browser) if act == "address" else close(browser)
    assert reply.status_code == 422
    cheap(world)
    assert browser.get("/en/settings").status_code == 200
    with world.read() as session:
        assert session.scalars(select(AddressChange)).all() == []
        assert session.get_one(Person, who).disabled_at is None


def test_an_address_that_has_an_account_is_not_revealed_and_not_taken(world: World) -> None:
    cheap(world)
    who = somebody(world, email=OLD)
    somebody(world, email=NEW)
    browser = world.browser(who)
    assert ask(browser).headers["location"] == "/en/settings/address?done=sent"
    world.work()
    [letter] = world.box.mails
    assert letter.to == NEW
    assert "already" in letter.subject


def test_an_address_that_got_an_account_meanwhile_is_not_taken(world: World) -> None:
    cheap(world)
    who = somebody(world, email=OLD)
    browser = world.browser(who)
    ask(browser)
    world.work()
    somebody(world, email=NEW)
    assert browser.post(link_in(world.box.mails[0].text)).status_code == 410
    assert email_of(world, who) == OLD


def test_a_new_address_ends_links_sent_to_the_old_one(world: World) -> None:
    cheap(world)
    browser = world.browser(somebody(world, email=OLD))
    world.browser().post("/en/reset", {"email": OLD})
    ask(browser)
    world.work()
    reset, change = (link_in(next(m for m in world.box.mails if m.to == to).text) for to in (OLD, NEW))
    assert browser.post(change).status_code == 303
    assert world.browser().post(reset, {"password": "another long one"}).status_code == 410


def test_old_addresses_are_forgotten(world: World) -> None:
    cheap(world)
    browser = world.browser(somebody(world, email=OLD))
    ask(browser)
    world.work()
    browser.post(link_in(world.box.mails[0].text))
    world.clock.advance(timedelta(days=92))
    world.work()
    with world.read() as session:
        assert session.scalars(select(AddressChange)).all() == []


def close(browser: Browser, present: str = PASSWORD) -> Any:
    return browser.post("/en/settings/closure", {"present": present})


def test_a_person_closes_their_account(world: World) -> None:
    cheap(world)
    who = somebody(world, email=OLD)
    browser, elsewhere = world.browser(who), world.browser(who)
    world.browser().post("/en/reset", {"email": OLD})
    world.work()
    page = browser.get("/en/settings/closure").text
    for said in ("94-V", "17024", "stay valid", "nobody can sign in"):
        assert said in page
    reply = close(browser)
    assert reply.headers["location"] == "/en/sign-in?done=closed"
    assert COOKIE not in browser.http.cookies
    assert "Your account is closed." in browser.get(reply.headers["location"]).text
    assert elsewhere.get("/en/settings").status_code == 303
    assert sign_in(world.browser(), OLD).status_code == 422
    world.work()
    assert [mail.to for mail in world.box.mails] == [OLD, OLD]
    assert world.box.mails[1].subject == "Your account is closed: CEASAI"
    reset = link_in(world.box.mails[0].text)
    assert world.browser().post(reset, {"password": "another long one"}).status_code == 410
    with world.read() as session:
        assert [str(r.person_id) for r in session.scalars(select(AccountClosure))] == [str(who)]
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.closed")).all()
    assert entry.actor_id == who


@pytest.mark.parametrize("present", ["wrong password", ""])
def test_an_account_is_closed_with_its_password_only(world: World, present: str) -> None:
    cheap(world)
    browser = world.browser(somebody(world, email=OLD))
    assert close(browser, present).status_code == 422
    assert browser.get("/en/settings").status_code == 200


def test_no_account_is_closed_during_an_exam(world: World) -> None:
    cheap(world)
    who = somebody(world, email=OLD)
    browser = world.browser(who)
    with world.write() as session:
        service.keep_alive(session, who, world.clock.now() + timedelta(minutes=40))
    assert close(browser).status_code == 409
    world.clock.advance(timedelta(minutes=41))
    assert close(browser).status_code == 303


def test_an_account_without_a_password_is_shown_the_way_to_one(world: World) -> None:
    browser = world.browser(somebody(world, password=None))
    for page in ("closure", "address"):
        assert "This account has no password yet." in browser.get(f"/en/settings/{page}").text
    assert close(browser, "any").status_code == 422


def test_an_administrator_opens_a_closed_account_again_with_a_reason(world: World) -> None:
    cheap(world)
    who = somebody(world, email=OLD)
    admin = somebody(world, "administrator")
    browser = world.browser(admin)
    close(world.browser(who))
    path = f"/en/admin/people/{who}"
    assert "This account is closed" in browser.get(path).text
    empty = browser.post(f"{path}/reopening", {"reopen_reason": ""})
    assert empty.status_code == 422
    assert 'href="#reopen_reason"' in empty.text
    reply = browser.post(f"{path}/reopening", {"reopen_reason": "Came with the passport"})
    assert reply.headers["location"] == f"{path}?done=reopened"
    page = browser.get(reply.headers["location"]).text
    assert "Came with the passport" in page
    assert "This account is closed" not in page
    assert browser.post(f"{path}/reopening", {"reopen_reason": "Again"}).status_code == 409
    world.work()
    assert world.box.mails[-1].subject == "Your account is open again: CEASAI"
    assert sign_in(world.browser(), OLD).status_code == 303
    with world.read() as session:
        [row] = session.scalars(select(AccountClosure)).all()
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.reopened")).all()
    assert (row.reopened_by, row.reopened_reason) == (admin, "Came with the passport")
    assert "passport" not in str((entry.reason, entry.facts))
    assert entry.facts["closure"] == str(row.id)
    again = world.browser(who)
    assert close(again).status_code == 303, "what was opened can be closed again"


def test_nobody_reopens_what_is_not_closed_or_their_own(world: World) -> None:
    admin = somebody(world, "administrator")
    browser = world.browser(admin)
    for who in (admin, somebody(world)):
        reply = browser.post(f"/en/admin/people/{who}/reopening", {"reopen_reason": "x"})
        assert reply.status_code == 409
    assert browser.get(f"/en/admin/people/{admin}").status_code == 200


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_the_letters_about_an_account_are_in_its_language(world: World, locale: str) -> None:
    cheap(world)
    who = somebody(world, email=OLD, locale=locale)
    browser = world.browser(who)
    ask(browser)
    world.work()
    browser.post(link_in(world.box.mails[0].text))
    close(browser)
    world.work()
    admin = world.browser(somebody(world, "administrator"))
    admin.post(f"/en/admin/people/{who}/reopening", {"reopen_reason": "asked"})
    world.work()
    greeting = {"kk": "Сәлеметсіз бе!", "ru": "Здравствуйте!", "en": "Hello!"}[locale]
    assert [mail.to for mail in world.box.mails] == [NEW, OLD, NEW, NEW]
    for mail in world.box.mails:
        assert mail.language == locale
        assert mail.text.startswith(greeting)
        assert mail.subject.endswith(": CEASAI")
        assert "&#" not in mail.text
