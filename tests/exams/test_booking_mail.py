"""Letters that confirm a place, each with its date for the candidate's calendar."""

import email
import email.policy
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.accounts.models import Person
from app.exams.models.booking import Booking
from app.exams.rules.states import BookingState
from app.exams.service import booking, supervision
from app.kernel.clock import FixedClock
from app.kernel.locales import Locale
from app.platform.mail import FileMail, Mail
from tests.exams import bench
from tests.exams.acts import do
from tests.factories import person
from tests.world import World

DAY = timedelta(days=1)


def facts(mail: Mail) -> dict[str, str]:
    """The calendar file that goes with a letter."""
    assert [one.name for one in mail.attachments] == ["exam.ics"]
    lines = mail.attachments[0].text.replace("\r\n ", "").split("\r\n")
    return dict(re.split(r"[:;]", line, maxsplit=1) for line in lines if line)


def live(world: World, who: Any) -> Any:
    with world.read() as session:
        wanted = select(Booking.id).where(Booking.person_id == who, Booking.state == BookingState.BOOKED)
        return session.exec(wanted).one()


@pytest.mark.parametrize(
    ("locale", "words", "town"),
    [
        ("kk", ("орныңыз", "ауыстырылды", "бас тарттыңыз"), "Үлгі"),
        ("ru", ("Ваше место", "перенесен", "отказались"), "Образец"),
        ("en", ("Your place", "was moved", "given back"), "Specimen"),
    ],
)
def test_each_step_is_confirmed_in_the_candidates_language_and_the_calendar_follows(
    world: World, locale: str, words: tuple[str, str, str], town: str
) -> None:
    bench.exams(world)
    first, second = bench.sitting(world, after=5 * DAY), bench.sitting(world, after=6 * DAY)
    who = bench.candidate(world)
    with world.write() as session:
        row = session.get_one(Person, who)
        row.locale, row.timezone = Locale(locale), "Europe/London"
    bench.place(world, who, first)
    world.work()
    with world.write() as session:
        booking.move(session, world.clock, person_id=who, booking_id=live(world, who), to_sitting_id=second)
    world.work()
    with world.write() as session:
        booking.cancel(session, world.clock, person_id=who, booking_id=live(world, who))
    world.work()
    mails = world.box.mails
    assert [word in mail.subject for word, mail in zip(words, mails, strict=True)] == [True] * 3
    assert {mail.language for mail in mails} == {locale}
    for mail in mails:
        assert town in mail.text
        assert "12:00" in mail.text, "the hour of the place"
        assert "7:00" in mail.text, "and the candidate's own"
    made = [facts(mail) for mail in mails]
    assert len({one["UID"] for one in made}) == 1
    assert [one["SEQUENCE"] for one in made] == ["0", "1", "2"]
    assert [one["METHOD"] for one in made] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [one["DTSTART"] for one in made] == [
        "20261128T070000Z",
        "20261129T070000Z",
        "20261129T070000Z",
    ]
    world.work()
    assert len(world.box.mails) == 3


@pytest.mark.parametrize(
    ("locale", "subject"),
    [("kk", "орныңыздың күші жойылды"), ("ru", "больше не действует"), ("en", "no longer have your place")],
)
def test_who_loses_a_place_because_the_attempt_was_voided_is_told_and_the_calendar_follows(
    world: World, locale: str, subject: str
) -> None:
    bench.exams(world)
    who = bench.candidate(world)
    with world.write() as session:
        session.get_one(Person, who).locale = Locale(locale)
    place = bench.place(world, who, bench.sitting(world))
    world.work()
    world.box.mails.clear()
    do(world, supervision.void, place.attempt_id, person(world, "exam_manager"), reason="Booked by mistake")
    world.work()
    (mail,) = world.box.mails
    assert subject in mail.subject
    page = f"/{locale}/exams/attempts/{place.attempt_id}/before"
    assert page in mail.text
    assert "Booked by mistake" not in mail.text, "the reason is read after signing in"
    assert "Booked by mistake" in world.browser(who).get(page).text
    assert (facts(mail)["METHOD"], facts(mail)["SEQUENCE"]) == ("CANCEL", "1")


def test_a_waiting_place_has_no_date_until_it_is_given(world: World) -> None:
    bench.exams(world)
    sitting = bench.sitting(world, capacity=1)
    holder, waiter = bench.candidate(world), bench.candidate(world)
    place = bench.place(world, holder, sitting)
    bench.place(world, waiter, sitting)
    world.work()
    assert len(world.box.mails) == 1
    with world.write() as session:
        booking.cancel(session, world.clock, person_id=holder, booking_id=place.booking_id)
    world.work()
    told = [mail for mail in world.box.mails if "next in the waiting list" in mail.text]
    assert [facts(mail)["SEQUENCE"] for mail in told] == ["0"]


def test_what_was_changed_before_its_letter_went_out_is_told_once(world: World) -> None:
    bench.exams(world)
    who = bench.candidate(world)
    place = bench.place(world, who, bench.sitting(world))
    with world.write() as session:
        booking.cancel(session, world.clock, person_id=who, booking_id=place.booking_id)
    world.work()
    assert [facts(mail)["METHOD"] for mail in world.box.mails] == ["CANCEL"]


def test_the_file_goes_with_the_letter_as_it_was_written(world: World, tmp_path: Path) -> None:
    bench.exams(world)
    bench.place(world, bench.candidate(world), bench.sitting(world))
    world.work()
    mail = world.box.mails[0]
    FileMail(tmp_path, "office@exams.example", FixedClock(world.clock.now())).send(mail)
    raw = next(tmp_path.glob("*.eml")).read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == mail.text.strip()
    assert message["Content-Language"] == "en"
    (part,) = message.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part["Content-Type"].params["method"] == "PUBLISH"
    assert part.get_filename() == "exam.ics"
    assert part.get_payload(decode=True) == mail.attachments[0].text.encode()
