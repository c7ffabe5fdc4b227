"""Places: capacity, waiting list, moving, giving back, and the rules of repeating."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.accounts.models import Person
from app.exams import errors
from app.exams.models.attempts import Attempt, AttemptTransition
from app.exams.models.booking import Application, Booking, Sitting
from app.exams.rules.states import BookingState, Lifecycle
from app.exams.service import applications, booking, history, sittings
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform.models import AuditEntry
from app.programmes.models import Milestone
from app.programmes.rules import MilestoneWord
from tests.exams import bench
from tests.factories import person
from tests.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def attempt_of(world: World, place: Any) -> Attempt:
    with world.read() as session:
        return session.get_one(Attempt, place.attempt_id)


def booked(world: World, sitting_id: UUID) -> int:
    with world.read() as session:
        return session.get_one(Sitting, sitting_id).booked


def address(world: World, person_id: UUID) -> str:
    with world.read() as session:
        return session.get_one(Person, person_id).email


def states(world: World, sitting_id: UUID) -> Counter[BookingState]:
    with world.read() as session:
        return Counter(session.exec(select(Booking.state).where(Booking.sitting_id == sitting_id)))


def test_fifty_at_once_on_ten_places_give_ten_booked_and_forty_waiting(world: World) -> None:
    bench.exams(world)
    sitting_id = bench.sitting(world, capacity=10)
    candidates = [bench.candidate(world) for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        places = list(pool.map(lambda one: bench.place(world, one, sitting_id), candidates))
    with_place = [place for place in places if place.attempt_id]
    assert len(with_place) == 10
    assert sorted(place.seat for place in with_place) == list(range(1, 11))
    assert booked(world, sitting_id) == 10
    assert states(world, sitting_id) == {BookingState.BOOKED: 10, BookingState.WAITING: 40}
    with world.read() as session:
        attempts = session.exec(select(Attempt).where(Attempt.sitting_id == sitting_id)).all()
    assert len({attempt.candidate_id for attempt in attempts}) == 10
    assert {attempt.lifecycle for attempt in attempts} == {Lifecycle.SCHEDULED}


def test_one_person_pressing_twenty_times_gets_one_place(world: World) -> None:
    bench.exams(world)
    sittings = [bench.sitting(world), bench.sitting(world)]
    candidate = bench.candidate(world)

    def press(number: int) -> str:
        try:
            bench.place(world, candidate, sittings[number % 2])
        except errors.AlreadyBooked:
            return "refused"
        return "booked"

    with ThreadPoolExecutor(10) as pool:
        answers = Counter(pool.map(press, range(20)))
    assert answers == {"booked": 1, "refused": 19}
    assert booked(world, sittings[0]) + booked(world, sittings[1]) == 1


def test_a_place_makes_an_attempt_with_number_code_history_milestone_and_audit(world: World) -> None:
    bench.exams(world)
    sitting_id = bench.sitting(world)
    candidate = bench.candidate(world)
    place = bench.place(world, candidate, sitting_id)
    attempt = attempt_of(world, place)
    assert (attempt.number, attempt.extra_seconds, attempt.form_id) == (1, 0, None)
    assert len(attempt.code) == 11
    with world.read() as session:
        chain = session.exec(
            select(AttemptTransition).where(AttemptTransition.attempt_id == attempt.id)
        ).one()
        assert (chain.from_state, chain.to_state, chain.actor_id) == ("", "scheduled", candidate)
        assert history.first_broken(session, attempt.id) is None
        milestone = session.exec(select(Milestone).where(Milestone.person_id == candidate)).one()
        assert milestone.word is MilestoneWord.SCHEDULED
        audited = session.exec(
            select(AuditEntry.action).where(AuditEntry.subject_id == str(place.booking_id))
        )
        assert audited.all() == ["booking.made"]


def test_without_an_accepted_application_nothing_is_booked(world: World) -> None:
    bench.exams(world)
    sitting_id = bench.sitting(world)
    with pytest.raises(errors.ApplicationNeeded):
        bench.place(world, person(world), sitting_id)
    assert booked(world, sitting_id) == 0


def test_a_sitting_is_not_booked_after_its_hour(world: World) -> None:
    bench.exams(world)
    sitting_id = bench.sitting(world, after=HOUR)
    candidate = bench.candidate(world)
    world.clock.advance(HOUR)
    with pytest.raises(errors.BookingClosed):
        bench.place(world, candidate, sitting_id)


def test_a_sitting_nobody_knows_is_not_found(world: World) -> None:
    bench.exams(world)
    with pytest.raises(NotFound):
        bench.place(world, bench.candidate(world), new_id())


def test_an_open_attempt_bars_another_booking(world: World) -> None:
    bench.exams(world)
    sitting_id = bench.sitting(world)
    candidate = bench.candidate(world)
    place = bench.place(world, candidate, bench.sitting(world))
    with world.write() as session:  # as when a place was taken away while the attempt went on
        row = session.get_one(Booking, place.booking_id)
        row.state = BookingState.CANCELLED
    with pytest.raises(errors.OpenAttempt):
        bench.place(world, candidate, sitting_id)


def finish(world: World, place: Any, *, form: str, state: Lifecycle = Lifecycle.TERMINATED) -> None:
    bench.started(world, place.attempt_id, state, form)


def test_a_retake_waits_fourteen_days_and_counts_its_number(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    first = bench.place(world, candidate, bench.sitting(world, after=DAY))
    finish(world, first, form="demo-a")
    with pytest.raises(errors.TooSoonAfterAttempt) as refusal:
        bench.place(world, candidate, bench.sitting(world, after=13 * DAY))
    assert refusal.value.facts["earliest"] == world.clock.now() + 14 * DAY
    second = bench.place(world, candidate, bench.sitting(world, after=14 * DAY))
    assert attempt_of(world, second).number == 2
    with world.read() as session:
        assert session.get_one(Booking, first.booking_id).state is BookingState.USED


def test_after_two_attempts_none_is_left(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    for form in ("demo-a", "demo-b"):
        finish(world, bench.place(world, candidate, bench.sitting(world, after=30 * DAY)), form=form)
        world.clock.advance(30 * DAY)
    with pytest.raises(errors.NoAttemptsLeft):
        bench.place(world, candidate, bench.sitting(world, after=30 * DAY))


def test_a_void_attempt_does_not_count_and_its_form_is_not_given_again(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    for form in ("demo-a", "demo-b"):
        place = bench.place(world, candidate, bench.sitting(world, after=30 * DAY))
        finish(world, place, form=form, state=Lifecycle.VOID)
        world.clock.advance(30 * DAY)
    with pytest.raises(errors.NoFormLeft):
        bench.place(world, candidate, bench.sitting(world, after=30 * DAY))


def test_approved_extra_time_stands_on_the_attempt_in_exact_seconds(world: World) -> None:
    bench.exams(world)
    manager = person(world, "exam_manager")
    candidate = bench.candidate(world, accommodation_request="More time, please")
    with world.read() as session:
        application_id = session.exec(select(Application.id).where(Application.person_id == candidate)).one()
    with world.write() as session:
        applications.approve_accommodation(
            session,
            world.clock,
            application_id=application_id,
            approver_id=manager,
            percent=25,
            minutes=5,
            reason="document seen",
        )
    place = bench.place(world, candidate, bench.sitting(world))
    assert attempt_of(world, place).extra_seconds == 600 + 300


def test_a_place_given_back_goes_to_the_first_who_waits_and_they_are_told(world: World) -> None:
    bench.exams(world)
    sitting_id = bench.sitting(world, capacity=1)
    holder, first, second = (bench.candidate(world) for _ in range(3))
    place = bench.place(world, holder, sitting_id)
    waiting = bench.place(world, first, sitting_id)
    world.clock.advance(timedelta(seconds=1))
    bench.place(world, second, sitting_id)
    with world.write() as session:
        booking.cancel(session, world.clock, person_id=holder, booking_id=place.booking_id)
    with world.read() as session:
        promoted = session.get_one(Booking, waiting.booking_id)
        assert (promoted.state, promoted.seat) == (BookingState.BOOKED, 1)
        assert session.get_one(Attempt, place.attempt_id).lifecycle is Lifecycle.WITHDRAWN
    assert booked(world, sitting_id) == 1
    world.work()
    told = [mail for mail in world.box.mails if "next in the waiting list" in mail.text]
    assert [mail.to for mail in told] == [address(world, first)]
    assert "You have a place" in told[0].text
    count = len(world.box.mails)
    world.work()
    assert len(world.box.mails) == count


@pytest.mark.parametrize(("locale", "word"), [("kk", "орын"), ("ru", "место"), ("en", "place")])
def test_the_mail_speaks_the_readers_language(world: World, locale: str, word: str) -> None:
    bench.exams(world)
    sitting_id = bench.sitting(world, capacity=1)
    holder, waiter = bench.candidate(world), bench.candidate(world)
    with world.write() as session:
        from_db = session.get_one(Person, waiter)
        from_db.locale = locale
    place = bench.place(world, holder, sitting_id)
    bench.place(world, waiter, sitting_id)
    with world.write() as session:
        booking.cancel(session, world.clock, person_id=holder, booking_id=place.booking_id)
    world.work()
    told = [mail for mail in world.box.mails if mail.to == address(world, waiter)]
    assert [mail.language for mail in told] == [locale]
    assert word in told[0].text


def test_leaving_the_waiting_list_frees_no_place(world: World) -> None:
    bench.exams(world)
    sitting_id = bench.sitting(world, capacity=1)
    bench.place(world, bench.candidate(world), sitting_id)
    waiter = bench.candidate(world)
    waiting = bench.place(world, waiter, sitting_id)
    with world.write() as session:
        booking.cancel(session, world.clock, person_id=waiter, booking_id=waiting.booking_id)
    assert booked(world, sitting_id) == 1
    with pytest.raises(NotFound), world.write() as session:
        booking.cancel(session, world.clock, person_id=waiter, booking_id=waiting.booking_id)


def test_nobody_gives_back_anothers_place(world: World) -> None:
    bench.exams(world)
    place = bench.place(world, bench.candidate(world), bench.sitting(world))
    with pytest.raises(NotFound), world.write() as session:
        booking.cancel(session, world.clock, person_id=bench.candidate(world), booking_id=place.booking_id)


def test_a_place_cannot_be_given_back_once_check_in_has_opened(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    place = bench.place(world, candidate, bench.sitting(world, after=HOUR))
    world.clock.advance(timedelta(minutes=30))
    with pytest.raises(errors.TooLateToCancel), world.write() as session:
        booking.cancel(session, world.clock, person_id=candidate, booking_id=place.booking_id)


def move(world: World, candidate: UUID, place: Any, to: UUID) -> Any:
    with world.write() as session:
        return booking.move(
            session, world.clock, person_id=candidate, booking_id=place.booking_id, to_sitting_id=to
        )


def test_a_place_moves_with_its_attempt_and_the_old_one_goes_to_who_waits(world: World) -> None:
    bench.exams(world)
    old, new = bench.sitting(world, capacity=1), bench.sitting(world, after=5 * DAY)
    candidate, waiter = bench.candidate(world), bench.candidate(world)
    place = bench.place(world, candidate, old)
    waiting = bench.place(world, waiter, old)
    moved = move(world, candidate, place, new)
    assert moved.attempt_id == place.attempt_id
    assert attempt_of(world, moved).sitting_id == new
    assert (booked(world, old), booked(world, new)) == (1, 1)
    with world.read() as session:
        assert session.get_one(Booking, place.booking_id).state is BookingState.MOVED
        assert session.get_one(Booking, waiting.booking_id).state is BookingState.BOOKED


def test_a_place_moves_until_48_hours_before(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    new = bench.sitting(world, after=6 * DAY)
    place = bench.place(world, candidate, bench.sitting(world, after=3 * DAY))
    world.clock.advance(DAY + timedelta(seconds=1))
    with pytest.raises(errors.TooLateToMove):
        move(world, candidate, place, new)
    world.clock.advance(-timedelta(seconds=1))
    move(world, candidate, place, new)


def test_moving_to_a_full_sitting_keeps_the_old_place(world: World) -> None:
    bench.exams(world)
    full, old = bench.sitting(world, capacity=1), bench.sitting(world)
    bench.place(world, bench.candidate(world), full)
    candidate = bench.candidate(world)
    place = bench.place(world, candidate, old)
    with pytest.raises(errors.SittingFull):
        move(world, candidate, place, full)
    assert (booked(world, old), booked(world, full)) == (1, 1)
    assert attempt_of(world, place).sitting_id == old


def test_moving_many_to_and_fro_at_once_loses_no_place(world: World) -> None:
    bench.exams(world)
    one, two = bench.sitting(world, capacity=6), bench.sitting(world, capacity=6)
    candidates = [bench.candidate(world) for _ in range(8)]
    places = [
        (who, bench.place(world, who, one if n % 2 else two), two if n % 2 else one)
        for n, who in enumerate(candidates)
    ]

    def attempt(job: Any) -> None:
        who, place, to = job
        try:
            move(world, who, place, to)
        except errors.SittingFull:
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, places))
    assert booked(world, one) + booked(world, two) == 8
    assert states(world, one)[BookingState.BOOKED] == booked(world, one)
    assert states(world, two)[BookingState.BOOKED] == booked(world, two)


def test_a_sitting_needs_a_room_with_enough_seats_free_then_and_known_proctors(world: World) -> None:
    bench.exams(world)
    proctor, room_id = person(world, "proctor"), bench.room(world, capacity=5)
    opens_at = world.clock.now() + DAY

    def make(**other: Any) -> UUID:
        facts: dict[str, Any] = {
            "exam_slug": "ceasai-analyst",
            "room_id": room_id,
            "opens_at": opens_at,
            "closes_at": opens_at + 2 * HOUR,
            "capacity": 5,
            "proctor_ids": [proctor],
        }
        with world.write() as session:
            return sittings.create_sitting(session, world.clock, actor_id=None, **(facts | other))

    with pytest.raises(errors.CapacityBeyondRoom):
        make(capacity=6)
    with pytest.raises(errors.WindowTooShort):
        make(closes_at=opens_at + timedelta(minutes=39))
    with pytest.raises(NotFound):
        make(proctor_ids=[person(world)])
    make()
    with pytest.raises(errors.RoomTaken):
        make(opens_at=opens_at + HOUR, closes_at=opens_at + 4 * HOUR)
    make(opens_at=opens_at + 2 * HOUR, closes_at=opens_at + 4 * HOUR)


def test_a_name_of_a_centre_or_room_is_used_once(world: World) -> None:
    with world.write() as session:
        centre = sittings.create_centre(
            session,
            world.clock,
            actor_id=None,
            slug="astana",
            name=bench.THREE,
            address=bench.THREE,
            timezone="Asia/Almaty",
        )
        sittings.create_room(session, world.clock, actor_id=None, centre_id=centre, name="1", capacity=3)
    with pytest.raises(errors.NameTaken), world.write() as session:
        sittings.create_room(session, world.clock, actor_id=None, centre_id=centre, name="1", capacity=3)
    with pytest.raises(NotFound), world.write() as session:
        sittings.create_room(session, world.clock, actor_id=None, centre_id=new_id(), name="1", capacity=1)
