"""Saves per second and their latencies with everybody connected and nothing broken."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import psutil

from app.kernel.clock import SystemClock
from app.platform.settings import Settings
from tests.bench.server import Measured
from tests.rig.candidate import Candidate, Plan
from tests.rig.ground import ITEMS, Ground
from tests.rig.ledger import Ledger, percentile
from tests.rig.wire import in_its_own_loop
from tests.world import World


@dataclass(frozen=True)
class Load:
    """One load: how many saves in how many seconds, what they cost, how long they took."""

    name: str
    saves: int
    seconds: float
    web_cpu: float
    database_cpu: float
    latencies: list[float]

    def line(self) -> str:
        """All of it in one line."""
        shares = ", ".join(
            f"p{share} {percentile(self.latencies, share / 100) * 1000:.0f} ms" for share in (50, 95, 99)
        )
        cost = (self.web_cpu + self.database_cpu) / self.saves
        return (
            f"{self.name}: {self.saves / self.seconds:.0f} saves/s, {shares}; "
            f"{self.web_cpu / self.saves * 1000:.2f} ms CPU of the web processes a save "
            f"({self.saves / self.web_cpu:.0f} saves per second and core), "
            f"with the database {cost * 1000:.2f} ms ({1 / cost:.0f})"
        )


def _database_cpu(known: dict[int, float]) -> float:
    """CPU seconds of the server's processes so far; those that have ended keep what they were last seen with."""
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres":
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            known[process.pid] = times.user + times.system
    return sum(known.values())


async def _save(candidate: Candidate, until: float, pause: float) -> None:
    await asyncio.sleep(candidate.random.random() * pause)
    while (began := time.monotonic()) < until:
        await candidate.save_any()
        if pause:
            await asyncio.sleep(max(0.0, began + pause - time.monotonic()))


async def _loads(ground: Ground, server: Measured, count: int) -> list[Load]:
    sitting = ground.sitting(timedelta(hours=3))
    ledger, random = Ledger(), Random(count)
    plan = Plan(ITEMS, 0, 0, hands_in=False)
    candidates = [
        Candidate(*ground.candidate(sitting, date=""), ledger, Random(random.random()), plan)
        for _ in range(count)
    ]
    await asyncio.to_thread(server.start)
    await asyncio.gather(*(candidate.begin() for candidate in candidates))
    loads = []
    known: dict[int, float] = {}
    for name, pause, lasts in (("one save each 5 s", 5.0, 30.0), ("as fast as it goes", 0.0, 20.0)):
        ledger.latencies.clear()
        web, database, began = server.cpu(worker=False), _database_cpu(known), time.monotonic()
        await asyncio.gather(*(_save(candidate, began + lasts, pause) for candidate in candidates))
        seconds = time.monotonic() - began
        loads.append(
            Load(
                f"{count} candidates, {name}",
                len(ledger.latencies),
                seconds,
                server.cpu(worker=False) - web,
                _database_cpu(known) - database,
                list(ledger.latencies),
            )
        )
    for candidate in candidates:
        candidate.wire.close()
    return loads


def measure(settings: Settings, count: int, *, processes: int = 2) -> list[Load]:
    """Both loads on a server over a migrated database. Other work on the machine shows in the latencies."""
    world = World(settings, SystemClock())  # type: ignore[arg-type]  # it is asked for the time only
    server = Measured(settings, processes)
    try:
        return in_its_own_loop(_loads(Ground(world, "measured"), server, count))
    finally:
        server.stop()
        world.close()
