"""One act begins while another has written and not yet committed: it decides on what the other one left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.exams.errors import SittingBegun
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Booking, Sitting
from app.exams.queries import attempts
from app.exams.rules.states import BookingState, Lifecycle
from app.exams.rules.transitions import Who
from app.exams.service import delivery, extra_time, hand_in, sittings, sweeper, together
from app.exams.service.batch import Order
from tests.exams import bench
from tests.exams.acts import REASON, roles_of
from tests.exams.delivery_world import Candidate, attempt, make_attempt, make_exam, make_sitting
from tests.factories import person
from tests.world import World

HOUR = timedelta(hours=1)
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()
"""


def _until_it_waits(world: World) -> None:
    """On PostgreSQL until somebody waits for a row; on SQLite the second one has not even begun."""
    if world.engine.dialect.name == "sqlite":
        return
    until = monotonic() + 10
    while monotonic() < until:
        with world.read() as session:
            if session.execute(text(WAITING)).scalar_one():
                return
        sleep(0.01)
    raise AssertionError("nobody waits")


def meanwhile(world: World, first: Callable[[Session], Any], second: Callable[[Session], Any]) -> Any:
    """What ``second`` comes to, begun before ``first`` commits."""

    def act() -> Any:
        with world.write() as session:
            return second(session)

    with ThreadPoolExecutor(1) as pool:
        with world.write() as session:
            first(session)
            begun = pool.submit(act)
            _until_it_waits(world)
        return begun.result(timeout=20)


def test_a_sitting_in_which_somebody_starts_meanwhile_is_not_called_off(world: World) -> None:
    bench.exams(world)
    sitting = bench.sitting(world, after=HOUR)
    early, late = bench.candidate(world), bench.candidate(world)
    places = [bench.place(world, who, sitting) for who in (early, late)]
    manager = person(world, "exam_manager")
    with world.write() as session:
        session.get_one(Attempt, places[0].attempt_id).lifecycle = Lifecycle.READY
    world.clock.advance(HOUR)
    with pytest.raises(SittingBegun):
        meanwhile(
            world,
            lambda session: delivery.start(
                session, world.clock, candidate_id=early, attempt_id=places[0].attempt_id, locale="en"
            ),
            lambda session: sittings.cancel(
                session, world.clock, sitting_id=sitting, actor_id=manager, reason="No proctor"
            ),
        )
    with world.read() as session:
        assert session.get_one(Sitting, sitting).cancelled_at is None
        for place in places:
            assert session.get_one(Booking, place.booking_id).state is BookingState.BOOKED
        states = [session.get_one(Attempt, place.attempt_id).lifecycle for place in places]
        assert states == [Lifecycle.IN_PROGRESS, Lifecycle.SCHEDULED]


@pytest.mark.parametrize("role", ["proctor", "exam_manager"])
def test_who_hands_in_while_a_room_gets_time_stays_closed_and_the_others_get_it(
    world: World, role: str
) -> None:
    exam = make_exam(world)
    giver = person(world, role)
    sitting = make_sitting(world, exam, proctors=[giver])
    people: list[UUID] = [person(world) for _ in range(3)]
    who = [Candidate(world, one, make_attempt(world, exam, one, sitting_id=sitting)) for one in people]
    for one in who:
        one.start()
    gone = who[1]
    lease = gone.lease()
    given = meanwhile(
        world,
        lambda session: hand_in.hand_in(
            session,
            world.clock,
            candidate_id=gone.person_id,
            attempt_id=gone.attempt_id,
            order=Order(lease=lease),
            locale="en",
        ),
        lambda session: together.give_time(
            session,
            world.clock,
            sitting_id=sitting,
            actor_id=giver,
            roles=roles_of(world, giver),
            reason=REASON,
            extra=extra_time.Extra("all-1", minutes=10),
        ),
    )
    added = {one.attempt_id: one.seconds for one in given if one.error is None}
    assert added == {one.attempt_id: 600 for one in who if one is not gone}
    assert attempt(world, gone.attempt_id).lifecycle is Lifecycle.SCORED


def test_who_gets_time_while_the_missing_are_written_down_has_not_missed_the_exam(world: World) -> None:
    exam = make_exam(world)
    sitting = make_sitting(world, exam, lasts=HOUR)
    late, given, manager = person(world), person(world), person(world, "exam_manager")
    waits, gone = (make_attempt(world, exam, one, sitting_id=sitting) for one in (given, late))
    world.clock.advance(HOUR)
    with world.read() as session:
        missing = attempts.never_started(session, world.clock.now(), limit=9)
    assert set(missing) == {waits, gone}
    missed = meanwhile(
        world,
        lambda session: extra_time.grant(
            session,
            world.clock,
            attempt_id=waits,
            actor_id=manager,
            roles={Who.EXAM_MANAGER},
            reason=REASON,
            extra=extra_time.Extra("one-1", minutes=10),
        ),
        lambda session: sweeper.miss(session, world.clock, waits),
    )
    assert missed is False
    with world.write() as session:
        assert sweeper.miss(session, world.clock, gone)
    assert [attempt(world, one).lifecycle for one in (waits, gone)] == [Lifecycle.READY, Lifecycle.NO_SHOW]
    assert Candidate(world, given, waits).start().status_code == HTTPStatus.SEE_OTHER
