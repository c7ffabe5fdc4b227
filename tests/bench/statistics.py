"""Time and memory of statistics: ``python -m tests.bench.statistics [PERSONS] [ITEMS]``, on SQLite.

A form with three languages and one item that differs between them; what the job costs, part by part.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.cli.database import migrate
from app.kernel.clock import FixedClock, SystemClock
from app.platform import installation
from app.platform.database import make_engine, read_session, write_session
from app.platform.settings import Settings
from app.psychometrics import apart, queries, service
from tests import factories
from tests.exams.delivery_world import make_exam
from tests.psychometrics.ground import fill
from tests.world import World


def held() -> int:
    """The most that this process has held, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


def cpu() -> float:
    """CPU seconds of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def timed(what: str, act: Any) -> Any:
    """Do it, and print the seconds it took and what the process has held by then."""
    start, before = perf_counter(), cpu()
    made = act()
    spent = f"{perf_counter() - start:7.2f} s, CPU {cpu() - before:6.2f} s"
    print(f"  {what:34}{spent}   process held {held()} MiB")
    return made


def prepared(folder: Path, persons: int, items: int) -> tuple[Settings, UUID, UUID]:
    """A database with the attempts, and a request for their figures."""
    settings = Settings(var_dir=folder, worker="separate")
    migrate(settings.database)
    engine = make_engine(settings.database)
    with write_session(engine) as session:
        installation.mark(session, SystemClock(), demonstration=True, data_region="kz")
    engine.dispose()
    world = World(settings, FixedClock(SystemClock().now()))
    form = make_exam(world, certification=True, items=items).form_ids[0]
    fill(world, form, persons, moved=lambda place, language: -1.5 if (place, language) == (10, "kk") else 0.0)
    with world.write() as session:
        service.ask(session, world.clock, form_id=form, person_id=factories.person(world, "exam_manager"))
    with world.read() as session:
        request = session.execute(text("SELECT id FROM statistics_request")).scalar_one()
    world.close()
    return settings, form, UUID(str(request))


def measure(settings: Settings, form: UUID, request: UUID) -> None:
    """Print what each part of the job, and a page, cost; run it in a process that has done nothing else."""
    engine = make_engine(settings.database)
    print(f"  before: {held()} MiB")
    with read_session(engine) as session:
        evidence = timed("answers and times read", lambda: service.read(session, request))
    question = timed("scored and put into a question", lambda: evidence.question)
    answer = timed("computed in a process of its own", lambda: apart.ask(question))
    print(f"  {answer.ended}; that process held {(answer.kibibytes or 0) // 1024} MiB")

    def keep() -> None:
        with write_session(engine) as session:
            service.keep(session, SystemClock(), request_id=request, evidence=evidence, answer=answer)

    timed("kept", keep)
    with read_session(engine) as session:
        run = queries.find_figures(session, form)
        timed("read for a page", lambda: queries.items_of(session, run.id) if run else None)
    engine.dispose()


def main() -> None:
    """Fill in one process, measure in another."""
    if sys.argv[1:2] == ["measure"]:
        measure(Settings(var_dir=Path(sys.argv[2])), UUID(sys.argv[3]), UUID(sys.argv[4]))
        return
    given = [int(value) for value in sys.argv[1:3]]
    persons, items = [*given, *(1000, 60)[len(given) :]]
    folder = Path(tempfile.mkdtemp())
    try:
        _, form, request = prepared(folder, persons, items)
        print(f"{persons} first attempts, {items} items")
        command = [sys.executable, "-m", "tests.bench.statistics", "measure", str(folder)]
        subprocess.run([*command, str(form), str(request)], check=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
