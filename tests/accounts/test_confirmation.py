"""Confirming a registration: with its own password, once, and on to where one was going."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.rules import LINK_LIFE, MAIL_EVERY, MailPurpose
from app.platform.models import Job
from app.web.viewer import COOKIE
from tests.accounts.ground import PASSWORD, REGISTRATION, cheap, link_in, sign_in, somebody
from tests.accounts.test_registration import EMAIL, person, register
from tests.world import World


def confirm(world: World, link: str, password: str = PASSWORD) -> Any:
    return world.browser().post(link, {"password": password})


def test_a_person_registers_confirms_and_signs_in(world: World) -> None:
    cheap(world)
    reply = register(world)
    assert (reply.status_code, reply.headers["location"]) == (303, "/en/register/sent")
    world.work()
    [mail] = world.box.mails
    assert (mail.to, mail.language, mail.brand_id) == (EMAIL, "kk", "ceasai")
    link = link_in(mail.text)
    assert link.startswith("/kk/confirm/")
    browser = world.browser()
    assert EMAIL in browser.get(link).text
    assert COOKIE not in browser.http.cookies
    done = browser.post(link, {"password": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/kk/dashboard?done=confirmed")
    assert "расталды" in browser.get(done.headers["location"]).text
    assert browser.get("/en/settings").status_code == 200, "whoever confirms is signed in"
    assert sign_in(world.browser(), EMAIL).status_code == 303
    row = person(world)
    assert row is not None
    assert (row.name_cyrillic, row.name_latin) == ("Сейітқызы Айгерім", "Seiitkyzy Aigerim")
    assert row.sort_key
    assert row.password_hash is not None
    assert row.password_hash.startswith("$argon2id$")


def test_upper_slices_hear_of_a_confirmed_person_once(world: World) -> None:
    cheap(world)
    register(world)
    world.work()
    with world.read() as session:
        assert session.scalars(select(Job).where(Job.kind == "person.registered")).all() == []
    confirm(world, link_in(world.box.mails[0].text))
    row = person(world)
    assert row is not None
    with world.read() as session:
        [job] = session.scalars(select(Job).where(Job.kind == "person.registered")).all()
    assert job.payload == {"person_id": str(row.id)}


def test_opening_the_link_confirms_nothing(world: World) -> None:
    """Programs that look at every link in a mail must not use it up."""
    cheap(world)
    register(world)
    world.work()
    link = link_in(world.box.mails[0].text)
    for _ in range(3):
        assert world.browser().get(link).status_code == 200
    row = person(world)
    assert row is not None
    assert row.email_confirmed_at is None
    assert confirm(world, link).status_code == 303


def test_a_link_works_once(world: World) -> None:
    cheap(world)
    register(world)
    world.work()
    link = link_in(world.box.mails[0].text)
    assert confirm(world, link).status_code == 303
    assert confirm(world, link).status_code == 410
    assert world.browser().get(link).status_code == 410
    assert world.browser().get("/en/confirm/made-up").status_code == 410


@pytest.mark.parametrize(("early", "code"), [(timedelta(seconds=1), 303), (timedelta(), 410)])
def test_a_confirmation_link_lives_three_days(world: World, early: timedelta, code: int) -> None:
    assert LINK_LIFE[MailPurpose.CONFIRMATION] == timedelta(days=3)
    cheap(world)
    register(world)
    world.work()
    world.clock.advance(timedelta(days=3) - early)
    assert confirm(world, link_in(world.box.mails[0].text)).status_code == code


def test_nobody_confirms_a_registration_somebody_else_made_with_their_address(world: World) -> None:
    """The link alone is not enough: the letter may belong to a registration that was not its reader's."""
    cheap(world)
    register(world)
    world.work()
    world.clock.advance(MAIL_EVERY)
    register(world, password="the attackers own words")
    world.work()
    link = link_in(world.box.mails[-1].text)
    reply = confirm(world, link)
    assert reply.status_code == 422
    assert "not the password" in world.browser().post(link.replace("/kk/", "/en/"), {"password": "x"}).text
    row = person(world)
    assert row is not None
    assert row.email_confirmed_at is None
    assert sign_in(world.browser(), EMAIL, "the attackers own words").status_code == 409
    world.clock.advance(MAIL_EVERY)
    world.browser().post("/en/reset", {"email": EMAIL})
    world.work()
    world.browser().post(link_in(world.box.mails[-1].text), {"password": "another long one"})
    assert sign_in(world.browser(), EMAIL, "another long one").status_code == 303, "the way out is a reset"
    assert sign_in(world.browser(), EMAIL, "the attackers own words").status_code == 422
    assert confirm(world, link, "the attackers own words").status_code == 410


def test_wrong_passwords_at_a_confirmation_count_and_leave_the_link_alone(world: World) -> None:
    cheap(world)
    register(world)
    world.work()
    link = link_in(world.box.mails[0].text)
    assert [confirm(world, link, "wrong password").status_code for _ in range(6)] == [422] * 5 + [429]
    assert confirm(world, link, "").status_code == 422
    world.clock.advance(timedelta(seconds=30))
    assert confirm(world, link).status_code == 303


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/kk/join/secret-of-a-link", "/kk/join/secret-of-a-link"),
        ("//evil.example", "/kk/dashboard?done=confirmed"),
    ],
)
def test_where_somebody_was_going_survives_registration_and_confirmation(
    world: World, address: str, target: str
) -> None:
    cheap(world)
    browser = world.browser()
    page = browser.http.get("/en/register", params={"next": address}).text
    assert (f'name="next" value="{address}"' in page) == (target == address)
    assert ("/en/sign-in?next=" in page) == (target == address)
    browser.post("/en/register", REGISTRATION | {"next": address})
    world.work()
    [mail] = world.box.mails
    with world.read() as session:
        stored = str([job.payload for job in session.scalars(select(Job))])
    assert "secret-of-a-link" not in mail.text + stored
    assert browser.post(link_in(mail.text), {"password": PASSWORD}).headers["location"] == target
    assert "ceasai_next" not in browser.http.cookies


def test_the_sign_in_page_leads_on_to_registration(world: World) -> None:
    assert (
        'href="/en/register?next=%2Fen%2Fcourses"' in world.browser().get("/en/sign-in?next=/en/courses").text
    )
    assert 'href="/en/register"' in world.browser().get("/en/sign-in").text


def test_an_unconfirmed_account_takes_over_what_was_typed_last_and_old_links_die(world: World) -> None:
    """Nobody can lie in wait under another's address with a password of their own."""
    cheap(world)
    register(world, password="the attackers own words")
    world.work()
    world.clock.advance(MAIL_EVERY)
    register(world)
    world.work()
    first, second = (link_in(mail.text) for mail in world.box.mails)
    assert confirm(world, first).status_code == 410
    assert confirm(world, second).status_code == 303
    assert sign_in(world.browser(), EMAIL, "the attackers own words").status_code == 422
    assert sign_in(world.browser(), EMAIL).status_code == 303


@pytest.mark.parametrize("between", ["register", "sign-in", "sign-out"])
def test_nobody_is_sent_where_the_one_before_them_was_going(world: World, between: str) -> None:
    cheap(world)
    somebody(world, email="here@people.example")
    browser = world.browser()
    browser.post("/en/register", REGISTRATION | {"next": "/en/join/of-somebody-else"})
    assert browser.http.cookies["ceasai_next"]
    if between == "register":
        browser.post("/en/register", REGISTRATION | {"email": "second@people.example"})
    elif between == "sign-in":
        sign_in(browser, "here@people.example")
    else:
        browser.post("/en/sign-out")
    assert "ceasai_next" not in browser.http.cookies
