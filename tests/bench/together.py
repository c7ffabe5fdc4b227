"""How long an act for a whole room holds its rows: ``python -m tests.bench.together [ATTEMPTS]``.

Everybody is paused, goes on and gets extra time, each in one transaction, on PostgreSQL with durable commits.
"""

import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import event

from app.cli.database import migrate
from app.exams.rules.transitions import Who
from app.exams.service import delivery, extra_time, together
from app.kernel.clock import FixedClock
from app.platform import installation, logging
from app.platform.database import make_engine, write_session
from app.platform.settings import Settings
from tests import factories
from tests.conftest import NOON
from tests.exams.delivery_world import make_attempt, make_exam, make_sitting
from tests.postgres import Server
from tests.world import World


def main() -> int:
    """Print seconds, CPU seconds and statements of each act."""
    logging.configure(json=True)
    attempts = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    server = Server()
    try:
        server.execute("CREATE DATABASE together")
        with tempfile.TemporaryDirectory(prefix="ceasai-together-") as folder:
            settings = Settings(database_url=server.database("together"), var_dir=Path(folder))
            migrate(settings.database)
            engine = make_engine(settings.database)
            with write_session(engine) as session:
                installation.mark(session, FixedClock(NOON), demonstration=True, data_region="kz")
            engine.dispose()
            world = World(settings, FixedClock(NOON))
            measure(world, attempts)
            world.close()
    finally:
        server.stop()
    return 0


def measure(world: World, attempts: int) -> None:
    """A room of so many people under way, and what each act for all of them takes."""
    exam = make_exam(world)
    sitting = make_sitting(world, exam)
    for _ in range(attempts):
        person = factories.person(world)
        attempt_id = make_attempt(world, exam, person, sitting_id=sitting)
        with world.write() as session:
            delivery.start(session, world.clock, candidate_id=person, attempt_id=attempt_id, locale="kk")
    world.clock.advance(timedelta(minutes=5))
    statements: list[str] = []
    event.listen(world.engine, "before_cursor_execute", lambda *facts: statements.append(facts[2]))
    facts = {
        "sitting_id": sitting,
        "actor_id": factories.person(world, "exam_manager"),
        "roles": frozenset({Who.EXAM_MANAGER}),
    }
    acts: dict[str, Callable[..., list[together.Outcome]]] = {
        "pause": lambda session: together.pause(session, world.clock, reason="Alarm", **facts),
        "resume": lambda session: together.resume(session, world.clock, **facts),
        "time": lambda session: together.give_time(
            session, world.clock, reason="Alarm", extra=extra_time.Extra("key-0001", 10), **facts
        ),
    }
    for name, act in acts.items():
        statements.clear()
        began, spent = perf_counter(), process_time()
        with world.write() as session:
            done = sum(one.error is None for one in act(session))
        took, spent = perf_counter() - began, process_time() - spent
        print(f"{name}: {done} done in {took:.2f} s, {spent:.2f} CPU-s, {len(statements)} statements")


if __name__ == "__main__":
    sys.exit(main())
