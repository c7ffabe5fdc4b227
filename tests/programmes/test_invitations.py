"""Inviting by a list: read, checked row by row, sent once; the letter and its link."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.platform.models import AuditEntry, Job
from app.programmes.models import CohortMember, Invitation, Milestone
from tests import factories
from tests.programmes import ground
from tests.world import Browser, World


def sheet(text: str, encoding: str = "utf-8", name: str = "list.csv") -> dict[str, Any]:
    return {"file": (name, text.encode(encoding), "text/csv")}


def manager(world: World, **values: Any) -> tuple[Browser, str, Any]:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss, **values)
    return world.browser(boss), f"/en/cohorts/{cohort_id}/invitations", cohort_id


def counts(world: World) -> tuple[int, int, int]:
    with world.read() as session:
        return tuple(  # type: ignore[return-value]
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Invitation, Milestone, Job)
        )


def test_a_file_is_shown_first_and_nothing_is_sent(world: World) -> None:
    browser, path, _ = manager(world)
    reply = browser.post(
        path, files=sheet("Аты;Пошта\nА;a@people.example\nБ;нет\nВ;a@people.example\nГ;\n", "cp1251")
    )
    assert reply.status_code == 200
    text = reply.text
    assert "windows-1251, semicolon" in text
    assert "3 of 4 rows need attention" in text
    assert "This is not a complete e-mail address." in text
    assert "The same address stands further up." in text
    assert "No address stands here." in text
    assert "Send 1 invitation" in text
    assert counts(world) == (0, 0, 0)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("kk", "Бұл толық электрондық пошта мекенжайы емес."),
        ("ru", "Это неполный адрес электронной почты."),
        ("en", "This is not a complete e-mail address."),
    ],
)
def test_errors_of_rows_are_said_in_the_readers_language(world: World, locale: str, said: str) -> None:
    browser, path, _ = manager(world)
    reply = browser.post(path.replace("/en/", f"/{locale}/"), {"addresses": "a@people.example\nbroken@\n"})
    assert said in reply.text


def test_sending_the_same_list_again_changes_nothing(world: World) -> None:
    browser, path, _ = manager(world)
    given = {"addresses": "a@people.example b@people.example", "step": "send"}
    first = browser.post(path, given)
    assert first.status_code == 303
    assert "2 new invitations" in browser.get(first.headers["location"]).text
    before = counts(world)
    assert before == (2, 2, 2)
    again = browser.post(path, {**given, "addresses": "B@People.example, a@people.example"})
    assert "Nothing new" in browser.get(again.headers["location"]).text
    assert counts(world) == before
    world.work()
    assert len(world.box.mails) == 2
    browser.post(path, given)
    world.work()
    assert len(world.box.mails) == 2
    checked = browser.post(path, {"addresses": "a@people.example c@people.example"}).text
    assert "invited already" in checked
    assert "Send 1 invitation" in checked


def test_a_member_is_not_invited_into_their_own_cohort(world: World) -> None:
    browser, path, cohort_id = manager(world)
    ground.member(world, cohort_id, person_id=factories.person(world, email="in@people.example"))
    assert "in the cohort" in browser.post(path, {"addresses": "in@people.example"}).text
    browser.post(path, {"addresses": "in@people.example", "step": "send"})
    assert counts(world)[0] == 0


@pytest.mark.parametrize(
    ("files", "data", "said"),
    [
        (None, {"addresses": "  "}, "There is nothing to read"),
        (sheet(""), {}, "There is nothing to read"),
        (sheet("name\nA\n"), {}, "No column holds e-mail addresses."),
        ({"file": ("x.xlsx", b"PK\x03\x04\x00\x01", "application/zip")}, {}, "This is not a text file."),
        ({"file": ("x.csv", b"a" * (1024 * 1024 + 1), "text/csv")}, {}, "The file is larger than 1 MB."),
    ],
)
def test_a_list_that_cannot_be_read_says_why(
    world: World, files: Any, data: dict[str, str], said: str
) -> None:
    browser, path, _ = manager(world)
    reply = browser.post(path, data, files=files)
    assert reply.status_code == 422
    assert said in reply.text
    assert "<title>Error:" in reply.text


def test_markup_in_a_list_is_only_text(world: World) -> None:
    browser, path, _ = manager(world)
    reply = browser.post(path, files=sheet("mail\n<script>x</script>@b\na@people.example\n", name="<b>.csv"))
    assert "<script>x" not in reply.text
    assert "<b>.csv" not in reply.text


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("kk", "Сізді ЖИ қауіпсіздігін тегін оқуға шақырамыз"),
        ("ru", "Приглашаем Вас"),
        ("en", "You are invited"),
    ],
)
def test_the_letter_is_in_the_cohorts_language_and_its_token_is_only_in_it(
    world: World, locale: str, words: str
) -> None:
    browser, path, _ = manager(world, locale=locale, name="A & B")
    browser.post(path, {"addresses": "a@people.example", "step": "send"})
    world.work()
    mail = world.box.mails[0]
    assert (mail.to, mail.language, mail.brand_id) == ("a@people.example", locale, "ceasai")
    assert words in mail.text
    assert "A & B" in mail.text and "A & B" in mail.subject
    link = re.search(rf"http://127\.0\.0\.1:8000/{locale}/invitations/(\S+)", mail.text)
    assert link
    with world.read() as session:
        kept = [
            str(list(row))
            for table in (Invitation, Job, AuditEntry)
            for row in session.execute(select(*table.__table__.columns))
        ]
        jobs = [str(row) for row in session.execute(select(col(Job.payload), col(Job.dedupe_key)))]
        entries = [str(row) for row in session.execute(select(col(AuditEntry.facts)))]
        sent = session.execute(select(col(Invitation.sent_at))).scalar_one()
    assert not any(link.group(1) in row for row in kept)
    assert not any("people.example" in row for row in jobs + entries)
    assert sent is not None


def test_an_invitation_is_accepted_once_and_by_one_person(world: World) -> None:
    browser, path, cohort_id = manager(world)
    browser.post(path, {"addresses": "a@people.example", "step": "send"})
    world.work()
    link = re.search(r"http://127\.0\.0\.1:8000(/kk/invitations/\S+)", world.box.mails[0].text)
    assert link
    address = link.group(1)
    stranger = world.browser()
    shown = stranger.get(address)
    assert shown.status_code == 200
    assert "/kk/sign-in?next=%2Fkk%2Finvitations%2F" in shown.text
    assert stranger.post(address).headers["location"] == "/kk/sign-in"
    guest = factories.person(world, email="other@people.example")
    mine = world.browser(guest)
    assert mine.get(address).status_code == 200
    with world.read() as session:
        assert session.execute(select(col(CohortMember.id))).first() is None  # looking is not joining
    assert mine.post(address).status_code == 303
    assert mine.post(address).status_code == 303  # the same person again changes nothing
    assert mine.get(address).status_code == 303
    other = world.browser(factories.person(world))
    assert other.get(address).status_code == 410
    assert other.post(address).status_code == 410
    with world.read() as session:
        members = session.scalars(select(col(CohortMember.person_id))).all()
    assert members == [guest]
    assert cohort_id


def test_an_unknown_token_is_not_found_and_a_closed_cohort_is_gone(world: World) -> None:
    browser, path, cohort_id = manager(world)
    browser.post(path, {"addresses": "a@people.example", "step": "send"})
    world.work()
    link = re.search(r"http://127\.0\.0\.1:8000(/kk/invitations/\S+)", world.box.mails[0].text)
    assert link
    guest = world.browser(factories.person(world))
    for wrong in ("/kk/invitations/nothing", "/kk/join/nothing"):
        assert guest.get(wrong).status_code == 404
        assert guest.post(wrong).status_code == 404
    ground.close(world, cohort_id)
    assert guest.get(link.group(1)).status_code == 410
    assert guest.post(link.group(1)).status_code == 410
    with world.read() as session:
        assert session.execute(select(col(Invitation.accepted_at))).scalar_one() is None


def test_a_letter_that_is_no_longer_wanted_is_not_sent(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohort_id = ground.cohort(world, boss)
    world.browser(boss).post(
        f"/en/cohorts/{cohort_id}/invitations", {"addresses": "a@people.example", "step": "send"}
    )
    guest = factories.person(world, email="a@people.example")
    token = ground.join_link(world, cohort_id, boss)
    assert world.browser(guest).post(f"/en/join/{token}").status_code == 303
    world.work()
    assert world.box.mails == []


def test_a_thousand_addresses_are_invited_in_one_go(world: World) -> None:
    browser, path, _ = manager(world)
    listed = " ".join(f"p{n}@people.example" for n in range(1000))
    reply = browser.post(path, {"addresses": listed, "step": "send"})
    assert reply.headers["location"].endswith("n=1000")
    assert counts(world) == (1000, 1000, 1000)
