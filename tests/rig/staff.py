"""The exam manager who pauses, lets go on and gives time; and the hand that kills processes."""

import asyncio
import signal
import time
from collections import Counter
from random import Random

import psutil

from tests.bench.server import Measured
from tests.rig.ledger import Ledger
from tests.rig.wire import Lost, Reply, Wire

STARTS_WITHIN = 120.0
"""Seconds a busy machine may take to start a worker; nobody kills it again before it works."""


class Manager:
    """A member of staff at a good network: every act is repeated until a whole reply is read."""

    def __init__(self, wire: Wire, ledger: Ledger, random: Random) -> None:
        self.wire, self.ledger, self.random = wire, ledger, random

    async def _post(self, attempt: str, act: str, pairs: list[tuple[str, str]]) -> Reply:
        while True:
            try:
                return await self.wire.post(f"/en/rooms/attempts/{attempt}/{act}", pairs)
            except Lost:
                await asyncio.sleep(0.2)

    async def pause(self, attempt: str) -> None:
        """Stop somebody's clock for a few seconds. A pause whose reply was lost is refused the second time."""
        reply = await self._post(attempt, "pause", [("reason", "a test of the rig")])
        if reply.status >= 500 or reply.status in {403, 404, 422}:
            self.ledger.surprises.append(f"pause: {reply.status}")
        self.ledger.counts["pauses"] += reply.status == 303
        await asyncio.sleep(self.random.uniform(1, 4))
        await self.resume(attempt)

    async def resume(self, attempt: str) -> None:
        """Let a paused attempt go on."""
        reply = await self._post(attempt, "resume", [])
        if reply.status not in {303, 409}:
            self.ledger.surprises.append(f"resume: {reply.status}")

    async def give_time(self, attempt: str) -> None:
        """One more minute; the form is sent twice, and counts once."""
        key = f"{self.random.getrandbits(64):016x}"
        pairs = [("reason", "a test of the rig"), ("minutes", "1"), ("key", key)]
        for _ in range(2):
            reply = await self._post(attempt, "time", pairs)
            if reply.status == 303:
                self.ledger.counts["grants of time acknowledged"] += 1
                self.ledger.grant(attempt, key, 60)
            elif reply.status != 409:
                self.ledger.surprises.append(f"time: {reply.status}")

    def another(self) -> "Manager":
        """The same person at another table."""
        return Manager(self.wire.another(), self.ledger, self.random)

    async def supervise(self, attempts: list[str], longer: list[str], until: float) -> None:
        """Do something to somebody every few seconds; time only to those who may sit ``longer``.

        Whoever has handed in is given time as well: then the attempt is open again.
        """
        while time.monotonic() < until:
            if self.random.random() < 0.6:
                await self.pause(self.random.choice(attempts))
            else:
                await self.give_time(self.random.choice(longer))
            await asyncio.sleep(self.random.uniform(0.5, 1.5))
        self.wire.close()


class Killer:
    """Kill -9 of a web process, which its supervisor starts again, and of the worker, which the rig does."""

    def __init__(self, server: Measured, random: Random) -> None:
        self.server, self.random = server, random
        self.killed: Counter[str] = Counter()
        self.without_worker = 0.0

    def _web(self) -> None:
        children = psutil.Process(self.server.parts[0].pid).children()
        if children:
            self.random.choice(children).send_signal(signal.SIGKILL)
            self.killed["web processes"] += 1

    async def _worker(self) -> None:
        self.server.parts[1].kill()
        self.server.parts[1].wait(timeout=20)
        self.killed["workers"] += 1
        began = time.monotonic()
        await asyncio.sleep(self.random.uniform(0.2, 1.5))
        self.server.parts[1] = self.server.spawn("worker")
        process = psutil.Process(self.server.parts[1].pid)
        while time.monotonic() - began < STARTS_WITHIN and not process.net_connections("tcp"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # the other process tells no event; with a connection it works
        self.without_worker = max(self.without_worker, time.monotonic() - began)

    async def _again(self, every: float, until: float, act: object) -> None:
        while True:
            await asyncio.sleep(self.random.uniform(0.6, 1.4) * every)
            if time.monotonic() > until:
                return
            done = act()  # type: ignore[operator]
            if asyncio.iscoroutine(done):
                await done

    async def rage(self, until: float, *, web_every: float, worker_every: float) -> None:
        """Kill until it is enough."""
        await asyncio.gather(
            self._again(web_every, until, self._web), self._again(worker_every, until, self._worker)
        )
