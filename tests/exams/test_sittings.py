"""Planned sittings in a manager's hands: lists without gaps, other proctors, calling one off."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.accounts.models import Person
from app.exams import errors
from app.exams.models.attempts import Attempt, AttemptTransition
from app.exams.models.booking import Booking, Sitting, SittingProctor
from app.exams.queries import paging
from app.exams.rules.states import BookingState, Lifecycle
from app.exams.service import sittings
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform.models import AuditEntry
from tests.exams import bench
from tests.factories import person
from tests.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rows(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/en/sittings/([0-9a-f-]+)"', page)


def test_every_sitting_is_on_some_page_and_those_to_come_are_first(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    bench.exams(world)
    old = [bench.sitting(world, after=HOUR * n) for n in range(1, 4)]
    world.clock.advance(60 * DAY)
    fresh = [bench.sitting(world, after=DAY * n) for n in range(1, 4)]
    browser = world.browser(person(world, "exam_manager"))
    assert rows(browser.get("/en/sittings").text) == [str(one) for one in fresh[:2]]
    assert rows(browser.get("/en/sittings?page=2").text) == [str(fresh[2])]
    assert rows(browser.get("/en/sittings?view=over").text) == [str(old[2]), str(old[1])]
    last = browser.get("/en/sittings?view=over&page=2").text
    assert rows(last) == [str(old[0])]
    assert 'href="/en/sittings?page=1&amp;view=over"' in last
    candidate = world.browser(bench.candidate(world))
    first, second = (
        candidate.get(f"/en/exams/ceasai-analyst/sittings?page={n}").text.count("Book this place")
        for n in (1, 2)
    )
    assert (first, second) == (2, 1)


def test_a_candidates_attempts_are_all_listed_and_a_running_one_is_always_found(
    world: World, monkeypatch: Any
) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    bench.exams(world)
    candidate = bench.candidate(world)
    place = bench.place(world, candidate, bench.sitting(world))
    bench.started(world, place.attempt_id)
    with world.write() as session:
        running = session.get_one(Attempt, place.attempt_id)
        facts = running.model_dump(exclude={"id", "code", "lifecycle"})
        for number in range(3):
            later = {"created_at": world.clock.now() + HOUR * (number + 1)}
            session.add(Attempt(**facts | later, code=f"AAAAA-0000{number}", lifecycle=Lifecycle.VOID))
    browser = world.browser(candidate)
    first, second = browser.get("/en/exams").text, browser.get("/en/exams?page=2").text
    assert re.findall(r"AAAAA-0000(\d)</td>", first) == ["2", "1"]
    assert re.findall(r"AAAAA-0000(\d)</td>", second) == ["0"]
    for page in (first, second):
        assert f'href="/en/exams/attempts/{place.attempt_id}"' in page


def proctors(world: World, sitting_id: UUID) -> set[UUID]:
    with world.read() as session:
        wanted = select(SittingProctor.person_id).where(SittingProctor.sitting_id == sitting_id)
        return set(session.exec(wanted))


def test_other_proctors_are_assigned_until_an_attempt_has_started(world: World) -> None:
    bench.exams(world)
    one, two, three = (person(world, "proctor") for _ in range(3))
    sitting = bench.sitting(world, proctors=[one, two])
    place = bench.place(world, bench.candidate(world), sitting)
    browser = world.browser(person(world, "exam_manager"))
    page, address = f"/en/sittings/{sitting}", f"/en/sittings/{sitting}/proctors"
    assert browser.get(page).text.count(" checked") == 2
    reply = browser.post(address, {"proctors": [str(two), str(three)]})
    assert reply.headers["location"] == f"{page}?done=proctors"
    assert proctors(world, sitting) == {two, three}
    with world.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "sitting.proctors")).one()
    assert entry.facts == {"added": [str(three)], "removed": [str(one)]}
    for nobody in ({}, {"proctors": [str(person(world))]}):
        wrong = browser.post(address, nobody)
        assert wrong.status_code == 422
        assert 'id="proctors-e"' in wrong.text
    bench.started(world, place.attempt_id)
    assert "Save the proctors" not in browser.get(page).text
    assert browser.post(address, {"proctors": [str(one)]}).status_code == 409
    assert proctors(world, sitting) == {two, three}


def test_a_cancelled_sitting_frees_everybody_and_tells_them(world: World) -> None:
    bench.exams(world)
    manager, sitting = person(world, "exam_manager"), bench.sitting(world, capacity=2)
    booked = [bench.candidate(world) for _ in range(2)]
    waiter, gone = bench.candidate(world), bench.candidate(world)
    places = [bench.place(world, who, sitting) for who in booked]
    bench.place(world, waiter, sitting)
    with world.write() as session:
        left = session.get_one(Booking, bench_place(session, world, gone, sitting))
        left.state = BookingState.CANCELLED
        session.get_one(Attempt, places[1].attempt_id).lifecycle = Lifecycle.CHECKIN
    world.work()
    world.box.mails.clear()
    browser = world.browser(manager)
    address = f"/en/sittings/{sitting}/cancellation"
    assert "All of them are told by e-mail" in browser.get(address).text
    empty = browser.post(address, {"reason": "  "})
    assert empty.status_code == 422
    assert 'id="reason-e"' in empty.text
    reply = browser.post(address, {"reason": "The heating of the building failed"})
    assert reply.headers["location"] == f"/en/sittings/{sitting}?done=cancelled"
    page = browser.get(f"/en/sittings/{sitting}?done=cancelled").text
    assert "The heating of the building failed" in page
    assert "Cancel this sitting…" not in page
    with world.read() as session:
        row = session.get_one(Sitting, sitting)
        assert (row.booked, row.cancelled_reason) == (0, "The heating of the building failed")
        states = set(session.exec(select(Booking.state).where(Booking.sitting_id == sitting)))
        assert states == {BookingState.CANCELLED}
        for place in places:
            assert session.get_one(Attempt, place.attempt_id).lifecycle is Lifecycle.VOID
        last = session.exec(select(AttemptTransition).where(AttemptTransition.to_state == "void")).first()
        assert last is not None
        assert (last.actor_id, last.reason) == (manager, "The heating of the building failed")
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "sitting.cancelled")).one()
        assert entry.facts == {"places": 2, "waiting": 1}
    world.work()
    told = {mail.to: mail for mail in world.box.mails}
    assert len(world.box.mails) == 3
    assert set(told) == {address_of(world, who) for who in (*booked, waiter)}
    for mail in world.box.mails:
        assert "The heating of the building failed" in mail.text
        assert "does not take place" in mail.subject
    assert [len(told[address_of(world, who)].attachments) for who in (*booked, waiter)] == [1, 1, 0]
    again = bench.sitting(world)
    for who in (*booked, waiter):
        assert bench.place(world, who, again).attempt_id


def bench_place(session: Any, world: World, who: UUID, sitting: UUID) -> UUID:
    """A booking that was given back before the sitting was called off."""
    application = session.exec(select(Booking.application_id)).first()
    exam = session.get_one(Sitting, sitting).exam_id
    row = Booking(
        sitting_id=sitting,
        exam_id=exam,
        person_id=who,
        application_id=application,
        state=BookingState.CANCELLED,
        created_at=world.clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


def address_of(world: World, who: UUID) -> str:
    with world.read() as session:
        return session.get_one(Person, who).email


@pytest.mark.parametrize("how", ["started", "over"])
def test_a_sitting_that_has_begun_is_not_cancelled_and_the_reason_is_kept(world: World, how: str) -> None:
    bench.exams(world)
    sitting = bench.sitting(world, after=HOUR)
    place = bench.place(world, bench.candidate(world), sitting)
    if how == "over":
        world.clock.advance(DAY)
    else:
        bench.started(world, place.attempt_id, Lifecycle.TERMINATED)
    browser = world.browser(person(world, "exam_manager"))
    reply = browser.post(f"/en/sittings/{sitting}/cancellation", {"reason": "A reason typed at length"})
    assert reply.status_code == 409
    assert "A reason typed at length" in reply.text
    with world.read() as session:
        assert session.get_one(Sitting, sitting).cancelled_at is None
        assert session.get_one(Booking, place.booking_id).state is BookingState.BOOKED


def test_a_cancelled_sitting_stays_cancelled_and_takes_nobody(world: World) -> None:
    bench.exams(world)
    manager, sitting = person(world, "exam_manager"), bench.sitting(world)
    with world.write() as session:
        told = sittings.cancel(
            session, world.clock, sitting_id=sitting, actor_id=manager, reason="No proctor"
        )
    assert told == 0
    with pytest.raises(errors.SittingCancelled), world.write() as session:
        sittings.cancel(session, world.clock, sitting_id=sitting, actor_id=manager, reason="Again")
    with pytest.raises(errors.SittingCancelled), world.write() as session:
        sittings.assign(
            session,
            world.clock,
            sitting_id=sitting,
            actor_id=manager,
            proctor_ids=[person(world, "proctor")],
        )
    with pytest.raises(errors.BookingClosed):
        bench.place(world, bench.candidate(world), sitting)
    assert "Book this place" not in world.browser(person(world)).get("/en/exams/ceasai-analyst/sittings").text


def test_a_sitting_nobody_knows_is_not_found(world: World) -> None:
    browser = world.browser(person(world, "exam_manager"))
    for page in (f"/en/sittings/{new_id()}", f"/en/sittings/{new_id()}/cancellation"):
        assert browser.get(page).status_code == 404
    assert browser.post(f"/en/sittings/{new_id()}/cancellation", {"reason": "x"}).status_code == 404
    proctor = str(person(world, "proctor"))
    assert browser.post(f"/en/sittings/{new_id()}/proctors", {"proctors": [proctor]}).status_code == 404
    bench.exams(world)
    with pytest.raises(NotFound), world.write() as session:
        sittings.assign(
            session, world.clock, sitting_id=bench.sitting(world), actor_id=new_id(), proctor_ids=[]
        )
