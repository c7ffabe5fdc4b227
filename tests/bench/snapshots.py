"""How many snapshots come in: ``python -m tests.bench.snapshots [SNAPSHOTS]``.

One after the other through the whole application in this process, 20 kB each, on PostgreSQL with durable
commits and a file that is on the disk: one core's share, its CPU and its statements.
"""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import event

from app.cli.database import migrate
from app.exams.rules.states import Mode
from app.kernel.clock import FixedClock
from app.platform import installation, logging
from app.platform.database import make_engine, write_session
from app.platform.settings import Settings
from app.web.limits import make_limiter
from tests.conftest import NOON
from tests.postgres import Server
from tests.proctoring.camera_world import Distance, snapshot
from tests.world import World

PICTURE = b"RIFF\x00\x50\x00\x00WEBPVP8 " + bytes(range(256)) * 80


def main() -> int:
    """Print snapshots a second, milliseconds of CPU and statements of each."""
    logging.configure(json=True)
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    server = Server()
    try:
        server.execute("CREATE DATABASE snapshots")
        with tempfile.TemporaryDirectory(prefix="ceasai-snapshots-") as folder:
            settings = Settings(database_url=server.database("snapshots"), var_dir=Path(folder))
            migrate(settings.database)
            engine = make_engine(settings.database)
            with write_session(engine) as session:
                installation.mark(session, FixedClock(NOON), demonstration=True, data_region="kz")
            engine.dispose()
            world = World(settings, FixedClock(NOON))
            measure(world, number)
            world.close()
    finally:
        server.stop()
    return 0


def measure(world: World, number: int) -> None:
    """Ten candidates send in turn."""
    distance = Distance(world, Mode.LIVE)
    people = [distance.candidate() for _ in range(10)]
    for who in people:
        assert snapshot(who, 1, PICTURE).status_code == 204
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(world.engine, "before_cursor_execute", count)
    wall, work = perf_counter(), process_time()
    for place in range(number):
        if place % 20 == 0:
            world.app.state.limiter = make_limiter()  # a minute for each candidate is over
            world.clock.advance(timedelta(seconds=1))
        reply = snapshot(people[place % 10], 2 + place // 10, PICTURE)
        assert reply.status_code == 204, reply.status_code
    wall, work = perf_counter() - wall, process_time() - work
    print(f"snapshots            {number}")
    print(f"a second             {number / wall:8.0f}")
    print(f"CPU of each, ms      {1000 * work / number:8.2f}   (the sender's part included)")
    print(f"statements of each   {statements / number:8.2f}")


if __name__ == "__main__":
    raise SystemExit(main())
