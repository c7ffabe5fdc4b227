"""A run of the rig: what happens when, and the verdict with its counts.

How it was seen to fail, the server broken on purpose each time: a save acknowledged and rolled back (lost), the
version left out of the UPDATE's condition (overwritten, answers), the window not asked for (surprise), a hand-in
that may be repeated (twice), no sweeper (open).
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from random import Random

from app.kernel.clock import SystemClock
from app.platform.settings import Settings
from tests.bench.server import Measured
from tests.rig.candidate import GRACE, Candidate, Plan
from tests.rig.ground import ITEMS, Ground
from tests.rig.ledger import Finding, Ledger, Stored, judge, percentile
from tests.rig.staff import Killer, Manager
from tests.rig.wire import in_its_own_loop
from tests.world import World

SWEPT = 8.0
"""Seconds after the grace in which the sweeper has closed everything, with a worker that was just killed."""

LONGEST = 30.0
"""Seconds for which the end of an attempt is waited."""


@dataclass(frozen=True)
class Scale:
    """How many candidates, and for how long. Times in seconds."""

    candidates: int = 100
    window: float = 30
    """After so long the time is over for every third candidate."""
    until: float = 60
    """The others hand in before."""
    pace: float = 2.0
    web_every: float = 7
    worker_every: float = 20
    seed: int = 20261123


@dataclass
class Verdict:
    """What was found, and the figures of the run."""

    findings: list[Finding]
    ledger: Ledger
    stored: dict[str, Stored]
    killed: Counter[str]
    worst_lag: timedelta
    without_worker: timedelta
    seconds: float

    def lines(self) -> list[str]:
        """The figures, one a line."""
        ledger, states = self.ledger, Counter(kept.lifecycle for kept in self.stored.values())
        kinds = Counter(event.kind for kept in self.stored.values() for event in kept.events)
        shares = {f"p{share:g}": percentile(ledger.latencies, share / 100) for share in (50, 95, 99)}
        return [
            f"candidates {len(self.stored)}, {_told(states)}; {self.seconds:.0f} s",
            f"asked: {_told(ledger.counts)}",
            f"log of answers: {_told(kinds)}",
            f"killed: {_told(self.killed)}; longest time without a worker {self.without_worker.total_seconds():.1f} s",
            f"worst lag of the sweeper {self.worst_lag.total_seconds():.1f} s after the grace",
            "a save, beside all this: "
            + ", ".join(f"{name} {s * 1000:.0f} ms" for name, s in shares.items()),
            f"findings: {len(self.findings)}",
            *(f"  {found.kind} {found.attempt} {found.facts}" for found in self.findings[:40]),
        ]


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


async def _shake(
    ground: Ground, server: Measured, scale: Scale, ledger: Ledger, random: Random
) -> tuple[Killer, list[BaseException]]:
    long, short = ground.sitting(timedelta(hours=3)), ground.sitting(timedelta(hours=3))
    now = SystemClock().now()
    people = []
    for number in range(scale.candidates):
        wrong = timedelta(hours=random.uniform(-12, 12))
        people.append(ground.candidate(short if number % 3 == 0 else long, date=format_datetime(now + wrong)))
    manager = Manager(ground.manager(), ledger, random)
    await asyncio.to_thread(server.start)
    ground.close_at(short, timedelta(seconds=scale.window))
    began = time.monotonic()
    over = began + scale.window + GRACE
    candidates = []
    for number, (attempt, wire) in enumerate(people):
        plan = Plan(ITEMS, scale.pace, began + random.uniform(0.6, 1) * scale.until, hands_in=True)
        if number % 3 == 0:  # the time runs out: some are there at the bell, some go on as if there were none
            bell = over + random.uniform(-0.4, 0.4) if number % 2 else None
            plan = Plan(ITEMS, scale.pace, over - 1 if bell else over + 3, hands_in=False, at_the_bell=bell)
        candidates.append(
            Candidate(attempt, wire, ledger, Random(random.random()), plan, random.choice(("kk", "ru", "en")))
        )
    killer = Killer(server, random)
    results = await asyncio.gather(
        *(candidate.live() for candidate in candidates),
        *(
            manager.another().supervise(
                [attempt for attempt, _ in part],
                [attempt for attempt, _ in part[1::3]],
                began + scale.until * 0.9,
            )
            for part in (people[: len(people) // 6 * 3], people[len(people) // 6 * 3 :])
        ),
        killer.rage(over - 1, web_every=scale.web_every, worker_every=scale.worker_every),
        return_exceptions=True,
    )
    for attempt, _ in people:
        await manager.resume(attempt)
    manager.wire.close()
    # whoever was paused has that time on top; who was let in again after the end may have hours
    open_ = [
        -kept.over_for.total_seconds() for kept in ground.stored().values() if kept.lifecycle != "scored"
    ]
    longest = max((left for left in open_ if left < LONGEST), default=0.0)
    await asyncio.sleep(max(0.0, longest) + SWEPT)
    return killer, [result for result in results if isinstance(result, BaseException)]


def run(settings: Settings, scale: Scale, *, processes: int = 2) -> Verdict:
    """Shake a server over an empty, migrated database, and judge."""
    began = time.monotonic()
    ledger, random = Ledger(), Random(scale.seed)
    world = World(settings, SystemClock())  # type: ignore[arg-type]  # it is asked for the time only
    server = Measured(settings, processes)
    try:
        ground = Ground(world)
        killer, broken = in_its_own_loop(_shake(ground, server, scale, ledger, random))
        server.stop()
        ledger.surprises += [f"the rig itself: {error!r}" for error in broken]
        stored = ground.stored()
    finally:
        server.stop()
        world.close()
    without = timedelta(seconds=killer.without_worker)
    return Verdict(
        judge(ledger, stored, without_worker=without),
        ledger,
        stored,
        killer.killed,
        max(kept.over_for for kept in stored.values()),
        without,
        time.monotonic() - began,
    )
