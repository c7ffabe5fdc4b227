"""One act begins while another has written and not yet committed: it decides on what the other one left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.exams.errors import SittingBegun
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Booking, Sitting
from app.exams.rules.states import BookingState, Lifecycle
from app.exams.service import delivery, sittings
from tests.exams import bench
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
