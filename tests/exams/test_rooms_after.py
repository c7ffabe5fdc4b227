"""What happens around a room: who never starts, who waits in vain, freed seats, extra time for all."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from app.exams.errors import AlreadyBooked
from app.exams.models.attempts import Attempt, TimeGrant
from app.exams.models.booking import Booking, Sitting
from app.exams.rules.states import BookingState, Lifecycle
from app.exams.service import supervision
from app.platform.models import AuditEntry
from tests.exams import bench
from tests.exams.acts import do, give
from tests.exams.delivery_world import count
from tests.exams.test_rooms import MINUTE, Hall, history_of
from tests.factories import person
from tests.world import World

WINDOW = 20 * MINUTE + timedelta(hours=3)
"""From now to the end of the hall's sitting."""


@pytest.mark.parametrize("came_to", [Lifecycle.SCHEDULED, Lifecycle.CHECKIN, Lifecycle.READY])
def test_the_system_ends_an_attempt_that_nobody_can_start_any_more(world: World, came_to: Lifecycle) -> None:
    hall = Hall(world)
    if came_to is not Lifecycle.SCHEDULED:
        hall.check_in()
    if came_to is Lifecycle.READY:
        hall.act("admission")
    world.clock.advance(WINDOW - timedelta(seconds=1))
    world.work()
    assert hall.state() is came_to
    world.clock.advance(timedelta(seconds=61))
    world.work()
    assert hall.state() is Lifecycle.NO_SHOW
    with world.read() as session:
        assert history_of(session, hall.attempts[0]).actor_id is None
        noted = session.exec(select(AuditEntry).where(AuditEntry.action == "attempt.no_show")).one()
    assert (noted.actor_id, noted.subject_id) == (None, str(hall.attempts[0]))
    again = bench.sitting(world)
    place = bench.place(world, hall.candidates[0], again)
    with world.read() as session:
        assert session.get_one(Attempt, place.attempt_id).number == 1, "what was never begun does not count"


def test_extra_time_moves_the_end_of_the_wait(world: World) -> None:
    hall = Hall(world)
    give(world, hall.attempts[0], person(world, "exam_manager"), minutes=30)
    world.clock.advance(WINDOW + 29 * MINUTE)
    world.work()
    assert hall.state() is Lifecycle.SCHEDULED
    world.clock.advance(2 * MINUTE)
    world.work()
    assert hall.state() is Lifecycle.NO_SHOW


@pytest.mark.parametrize("worker", [True, False])
def test_a_wait_in_a_past_sitting_stands_in_nobodys_way(world: World, worker: bool) -> None:
    bench.exams(world)
    narrow = bench.sitting(world, capacity=1)
    bench.place(world, bench.candidate(world), narrow)
    second = bench.candidate(world)
    assert bench.place(world, second, narrow).attempt_id is None
    later = bench.sitting(world, after=timedelta(days=60))
    with pytest.raises(AlreadyBooked):
        bench.place(world, second, later)
    world.clock.advance(timedelta(days=3))
    if worker:
        assert "In the waiting list" in world.browser(second).get("/en/exams").text
        world.work()
        assert "In the waiting list" not in world.browser(second).get("/en/exams").text
        assert count(world, AuditEntry, AuditEntry.action == "booking.wait_ended") == 1
    assert bench.place(world, second, later).attempt_id is not None
    with world.read() as session:
        rows = session.exec(select(Booking).where(Booking.person_id == second)).all()
    assert {(row.sitting_id, row.state) for row in rows} == {
        (narrow, BookingState.CANCELLED),
        (later, BookingState.BOOKED),
    }


def test_voiding_before_the_start_frees_the_seat_for_who_waits(world: World) -> None:
    bench.exams(world)
    manager = person(world, "exam_manager")
    narrow = bench.sitting(world, capacity=1)
    first, second = bench.candidate(world), bench.candidate(world)
    place = bench.place(world, first, narrow)
    assert bench.place(world, second, narrow).attempt_id is None
    do(world, supervision.void, place.attempt_id, manager, reason="Booked for the wrong exam")
    with world.read() as session:
        assert session.get_one(Sitting, narrow).booked == 1
        rows = session.exec(select(Booking).where(Booking.sitting_id == narrow)).all()
        states = {row.person_id: (row.state, row.seat) for row in rows}
    assert states[first][0] is BookingState.CANCELLED
    assert states[second] == (BookingState.BOOKED, 1)
    mine = world.browser(first)
    assert "Booked for the wrong exam" in mine.get(f"/en/exams/attempts/{place.attempt_id}/before").text
    assert bench.place(world, first, bench.sitting(world)).attempt_id is not None


def test_voiding_after_the_start_keeps_the_seat(world: World) -> None:
    hall = Hall(world)
    hall.check_in()
    hall.act("admission")
    world.clock.advance(20 * MINUTE)
    world.browser(hall.candidates[0]).post(f"/en/exams/attempts/{hall.attempts[0]}/start")
    assert hall.state() is Lifecycle.IN_PROGRESS
    do(world, supervision.void, hall.attempts[0], person(world, "exam_manager"), reason="Fire alarm")
    with world.read() as session:
        assert session.get_one(Sitting, hall.sitting).booked == 1


def test_no_place_is_given_in_a_room_whose_door_is_closed(world: World) -> None:
    hall = Hall(world)
    hall.check_in()
    hall.act("admission")
    assert hall.door.post(f"{hall.room}/closure").status_code == 303
    with world.write() as session:
        sitting = session.get_one(Sitting, hall.sitting)
        sitting.capacity = 1
    late = bench.candidate(world)
    with world.write() as session:
        held = session.exec(select(Booking).where(Booking.attempt_id == hall.attempts[0])).one()
        session.add(
            Booking(
                sitting_id=hall.sitting,
                exam_id=held.exam_id,
                person_id=late,
                application_id=held.application_id,
                state=BookingState.WAITING,
                created_at=world.clock.now(),
            )
        )
    do(world, supervision.void, hall.attempts[0], person(world, "exam_manager"), reason="Fire alarm")
    assert count(world, Attempt, Attempt.candidate_id == late) == 0


# 15 Extra time for all of a room


def key_of(html: str) -> str:
    match = re.search(r'name="key" value="([^"]+)"', html)
    assert match
    return match.group(1)


def test_rule_15_a_proctor_gives_the_whole_room_time_once(world: World) -> None:
    hall = Hall(world, candidates=3)
    hall.trained_by(hall.proctor, 2)
    here = f"{hall.room}/time"
    assert here in hall.door.get(hall.room).text
    page = hall.door.get(here)
    assert page.status_code == 200
    key = key_of(page.text)
    assert hall.door.post(here, {"minutes": "7", "key": key}).status_code == 422
    both = hall.door.post(here, {"minutes": "7", "percent": "5", "reason": "Power cut", "key": key})
    assert both.status_code == 422
    assert "Power cut" in both.text, "what was typed is kept"
    for _ in range(2):
        reply = hall.door.post(here, {"minutes": "7", "reason": "Power cut", "key": key})
        assert reply.status_code == 200
        assert "1 person was trained by you" in reply.text
    assert [hall.attempt(n).extra_seconds for n in range(3)] == [420, 420, 0]
    assert count(world, TimeGrant) == 2
    assert "For 2 people this form was counted before; nothing was done twice." in reply.text


def test_rule_15_a_room_is_given_time_by_its_own_proctor_or_an_exam_manager(world: World) -> None:
    hall = Hall(world)
    here = f"{hall.room}/time"
    given = {"minutes": "7", "reason": "Power cut", "key": "key-0001"}
    stranger = world.browser(person(world, "proctor"))
    assert stranger.get(here).status_code == 404
    assert stranger.post(here, given).status_code == 404
    manager = world.browser(person(world, "exam_manager"))
    assert here in manager.get(f"/en/sittings/{hall.sitting}").text
    assert manager.get(here).status_code == 200
    assert manager.post(here, given).status_code == 200
    assert hall.attempt().extra_seconds == 420


def test_rule_15_only_an_exam_manager_opens_again_what_the_time_closed(world: World) -> None:
    hall = Hall(world)
    hall.check_in()
    hall.act("admission")
    world.clock.advance(20 * MINUTE)
    world.browser(hall.candidates[0]).post(f"/en/exams/attempts/{hall.attempts[0]}/start")
    world.clock.advance(42 * MINUTE)
    world.work()
    assert hall.state() is Lifecycle.SCORED
    here = f"{hall.room}/time"
    hall.door.post(here, {"minutes": "7", "reason": "Power cut", "key": "key-0001"})
    assert hall.state() is Lifecycle.SCORED
    manager = world.browser(person(world, "exam_manager"))
    manager.post(here, {"minutes": "7", "reason": "Power cut", "key": "key-0002"})
    assert hall.state() is Lifecycle.IN_PROGRESS
