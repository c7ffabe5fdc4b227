"""How long the sweeper needs when a whole room is due at once: ``python -m tests.bench.sweeping [ATTEMPTS]``.

Attempts of 60 items whose answers are saved, on PostgreSQL and on SQLite; durable commits as in production.
"""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

from app.cli.database import migrate
from app.exams import jobs
from app.exams.service import answers, delivery
from app.exams.service.batch import Given, Order
from app.kernel.clock import FixedClock
from app.platform import installation, logging
from app.platform.database import make_engine, write_session
from app.platform.settings import Settings
from tests import factories
from tests.conftest import NOON
from tests.exams.delivery_world import LIMIT, make_attempt, make_exam
from tests.postgres import Server
from tests.world import World

ITEMS = 60


def room(world: World, attempts: int) -> None:
    """So many attempts under way, every item answered, all started in the same second."""
    exam = make_exam(world, certification=True, items=ITEMS)
    for _ in range(attempts):
        person = factories.person(world)
        attempt_id = make_attempt(world, exam, person)
        with world.write() as session:
            facts = {"candidate_id": person, "attempt_id": attempt_id, "locale": "kk"}
            entrance = delivery.start(session, world.clock, **facts)
            given = tuple(Given(place, frozenset("a"), 0) for place in range(1, ITEMS + 1))
            answers.save(session, world.clock, order=Order(lease=str(entrance.lease), answers=given), **facts)


def main() -> int:
    """Print seconds, CPU seconds and the worst lag for either database."""
    logging.configure(json=True)
    attempts = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    server = Server()
    try:
        server.execute("CREATE DATABASE sweeping")
        with tempfile.TemporaryDirectory(prefix="ceasai-sweeping-") as folder:
            for url in (server.database("sweeping"), f"sqlite:///{folder}/sweeping.db"):
                settings = Settings(database_url=url, var_dir=Path(folder))
                migrate(settings.database)
                engine = make_engine(settings.database)
                with write_session(engine) as session:
                    installation.mark(session, FixedClock(NOON), demonstration=True, data_region="kz")
                engine.dispose()
                clock = FixedClock(NOON)
                world = World(settings, clock)
                room(world, attempts)
                clock.advance(LIMIT + timedelta(minutes=2))
                began, spent, closed, worst = perf_counter(), process_time(), 0, 0.0
                while (swept := jobs.sweep(world.context)).closed:
                    closed += swept.closed
                    worst = perf_counter() - began
                print(
                    f"{url.split(':')[0]}: {closed} closed in {worst:.1f} s, {process_time() - spent:.1f} CPU-s"
                )
                world.close()
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
