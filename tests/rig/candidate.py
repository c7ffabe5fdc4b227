"""One simulated candidate: a browser, or two, that answer, lose their connection, say things twice and too late."""

import asyncio
import re
import time
from collections import deque
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

from tests.exams.delivery_world import MULTIPLE
from tests.rig.ledger import Asked, Ledger
from tests.rig.wire import Cut, Lost, Reply, Wire

LOCALES = ("kk", "ru", "en")
CUTS = (None, None, None, None, None, None, None, Cut.BODY, Cut.REPLY, Cut.HALF)
GRACE = 60.0
_VERSION = re.compile(r'name="v-(\d+)" value="(\d+)"')
_LEASE = re.compile(r'name="lease" value="([^"]+)"')
_SAVED = re.compile(r'id="saved"[^>]*data-versions="([^"]*)" data-conflicts="([^"]*)"')


@dataclass(frozen=True)
class Plan:
    """How a candidate behaves. Times are seconds of the loop's clock."""

    items: int
    pace: float
    """Seconds between two acts, on average."""
    leaves: float
    """When the candidate hands in, or stops when the time runs out before."""
    hands_in: bool
    at_the_bell: float | None = None
    """When the candidate hands in beside the sweeper."""


@dataclass
class Candidate:
    """A person with a started attempt. ``wire`` is the browser; other windows are made of it."""

    attempt: str
    wire: Wire
    ledger: Ledger
    random: Random
    plan: Plan
    locale: str = "kk"
    lease: str = ""
    over: bool = False
    """Handed in, or told that it is closed."""
    versions: dict[int, int] = field(default_factory=dict)
    sent: deque[Asked] = field(default_factory=lambda: deque(maxlen=8))
    _number: int = 0

    @property
    def place(self) -> str:
        """The address of the exam page."""
        return f"/{self.locale}/exams/attempts/{self.attempt}"

    async def live(self) -> None:
        """The whole exam, whatever breaks on the way."""
        try:
            await self.begin()
            while time.monotonic() < self.plan.leaves and not self.over:
                await self._act()
                await asyncio.sleep(self.random.expovariate(1 / self.plan.pace))
            if self.plan.hands_in and not self.over:
                await self._end()
            elif self.plan.at_the_bell is not None:
                await asyncio.sleep(max(0, self.plan.at_the_bell - time.monotonic()))
                await asyncio.gather(
                    self._hand_in_once(), self._hand_in_once(), self._save_once(self._any_answer())
                )
            await self._evidence()
        finally:
            self.wire.close()

    # What a request may meet

    async def _tell(self, what: str, reply: Reply, *fine: int) -> bool:
        """Whether the reply is one of the ``fine`` ones; anything unforeseen is written down."""
        if reply.status in fine:
            return True
        known = {"attempt-closed", "time-over", "window-taken", "attempt-paused", "release-needed"}
        if reply.status >= 500 or reply.code not in known:
            self.ledger.surprises.append(f"{what}: {reply.status} {reply.code}")
        if reply.code in {"attempt-closed", "time-over"}:
            self.over = True
        return False

    async def _until_told(self, method: str, path: str, pairs: list[tuple[str, str]]) -> Reply:
        """Ask again and again until a whole reply is read."""
        while True:
            try:
                cut = self.random.choice(CUTS)
                if method == "GET":
                    return await self.wire.get(path, cut)
                return await self.wire.post(path, pairs, cut)
            except Lost:
                self.ledger.counts["replies lost"] += 1
                await asyncio.sleep(self.random.uniform(0.05, 0.4))

    async def begin(self) -> None:
        """Start, and open the page."""
        reply = await self._until_told("POST", f"{self.place}/start", [])
        await self._tell("start", reply, 303)
        await self._look()

    async def _look(self) -> None:
        """Open the page with every item; the versions on it are what the next saves build on."""
        reply = await self._until_told("GET", f"{self.place}?view=all", [])
        if reply.status == 303 or 'id="item"' not in reply.text:
            return  # paused, or over: something else is shown
        if not await self._tell("page", reply, 200):
            return
        found = _LEASE.search(reply.text)
        if found:
            self.lease = found.group(1)
        shown = {int(place): int(version) for place, version in _VERSION.findall(reply.text)}
        for place, version in self.versions.items():
            if shown.get(place, -1) < version:
                self.ledger.surprises.append(f"page: place {place} shows {shown.get(place)} after {version}")
        self.versions = shown

    # Saving

    def _answer(self, place: int) -> Asked:
        self._number += 1
        words = ("a", "b", "c", "d")
        chosen = self.random.sample(words, self.random.randint(0, 4 if place == MULTIPLE else 1))
        if self.random.random() < 0.9 and not chosen:
            chosen = [self.random.choice(words)]
        key = f"{self.random.getrandbits(64):016x}{self._number:04d}"
        return Asked(self.attempt, place, tuple(sorted(chosen)), self.versions.get(place, 0), key)

    def _any_answer(self) -> Asked:
        return self._answer(self.random.randint(1, self.plan.items))

    async def _send(self, asked: Asked, wire: Wire, lease: str, cut: Cut | None = None) -> Reply | None:
        """Send a save once and write down what was told; None when no whole reply came."""
        place = asked.place
        pairs = [("lease", lease), ("key", asked.key), ("seq", str(self._number))]
        pairs += [(f"v-{place}", str(asked.base))]
        pairs += [(f"a-{place}", word) for word in asked.chosen] or [("clear", str(place))]
        sent, began = self.ledger.ask(asked), time.monotonic()
        try:
            reply = await wire.post(f"{self.place}/answers", pairs, cut)
        except Lost:
            self.ledger.counts["saves without a reply"] += 1
            return None
        self.ledger.latencies.append(time.monotonic() - began)
        found = _SAVED.search(reply.text)
        if reply.status == 200 and found:
            version = int(found.group(1).split(":")[1])
            self.ledger.acknowledge(asked, version, sent)
            self.versions[place] = max(version, self.versions.get(place, 0))
        elif reply.status == 409 and found:
            self.ledger.refuse(asked, "stale")
            self.versions[place] = int(found.group(1).split(":")[1])
        else:
            await self._tell("save", reply)
            self.ledger.refuse(asked, reply.code or str(reply.status))
        return reply

    async def _save(self, asked: Asked) -> Reply | None:
        """As the page does: the same save with the same key, until the server has said something."""
        self.sent.append(asked)
        for turn in range(40):
            reply = await self._send(asked, self.wire, self.lease, self.random.choice(CUTS))
            if reply is not None:
                if reply.code == "window-taken":
                    await self._look()
                elif reply.code in {"attempt-paused", "release-needed"}:
                    await asyncio.sleep(0.5)
                    await self._look()
                return reply
            await asyncio.sleep(self.random.uniform(0.02, 0.1) * (turn + 1))
        return None

    async def _save_once(self, asked: Asked) -> None:
        wire = self.wire.another()
        await self._send(asked, wire, self.lease)
        wire.close()

    # What candidates and their networks do

    async def _act(self) -> None:
        acts = (
            (60, self._save_one),
            (6, self._say_twice_at_once),
            (6, self._say_again_later),
            (6, self._overtake),
            (4, self._two_at_once),
            (4, self._flag),
            (5, self._switch_language),
            (4, self._open_elsewhere),
            (3, self._beat),
            (2, self._bell_too_early),
        )
        await self.random.choices([act for _, act in acts], [weight for weight, _ in acts])[0]()

    async def _save_one(self) -> None:
        await self._save(self._any_answer())

    async def save_any(self) -> None:
        """One save over a good network."""
        await self._send(self._any_answer(), self.wire, self.lease)

    async def _say_twice_at_once(self) -> None:
        asked = self._any_answer()
        self.ledger.counts["duplicates"] += 1
        await asyncio.gather(*(self._save_once(asked) for _ in range(2)))
        await self._save(asked)

    async def _say_again_later(self) -> None:
        """An old save comes once more, long after newer ones of the same place: a router kept it."""
        if self.sent:
            self.ledger.counts["late duplicates"] += 1
            await self._save_once(self.random.choice(self.sent))

    async def _overtake(self) -> None:
        """The later of two saves of one place arrives first."""
        first = self._any_answer()
        second = Asked(self.attempt, first.place, ("a",), first.base + 1, f"{first.key}-2")
        self.ledger.counts["reordered"] += 1
        for asked in (second, first):
            await self._send(asked, self.wire, self.lease)
        await self._look()

    async def _two_at_once(self) -> None:
        """Two windows that share the lease save one place on one version."""
        place = self.random.randint(1, self.plan.items)
        self.ledger.counts["saves of one version at once"] += 1
        await asyncio.gather(*(self._save_once(self._answer(place)) for _ in range(2)))

    async def _flag(self) -> None:
        place = self.random.randint(1, self.plan.items)
        reply = await self._until_told(
            "POST",
            f"{self.place}/answers",
            [("lease", self.lease), (self.random.choice(("flag", "unflag")), str(place))],
        )
        await self._tell("flag", reply, 200)

    async def _switch_language(self) -> None:
        self.ledger.counts["language switches"] += 1
        self.locale = self.random.choice([locale for locale in LOCALES if locale != self.locale])
        await self._look()

    async def _open_elsewhere(self) -> None:
        """Another machine takes over; the window that was open is frozen and says so."""
        old, lease = self.wire, self.lease
        cookies = {name: value for name, value in old.cookies.items() if name == "ceasai_session"}
        self.wire = Wire(old.host, old.port, cookies, old.date, old.csrf)
        await self._look()
        if self.lease != lease:
            self.ledger.counts["takeovers"] += 1
            reply = await self._send(self._any_answer(), old, lease)
            if reply is not None and reply.status < 400:
                self.ledger.surprises.append("a frozen window saved an answer")
        old.close()

    async def _beat(self) -> None:
        reply = await self._until_told("GET", f"{self.place}/time", [])
        await self._tell("time", reply, 200)

    async def _bell_too_early(self) -> None:
        """The client's clock is hours ahead: its page believes that the time is up."""
        if not self.plan.hands_in:
            return  # once the time is really up, the same request hands in
        self.ledger.counts["time is up, said too early"] += 1
        reply = await self._until_told(
            "POST", f"{self.place}/submission", [("lease", self.lease), ("timeup", "1")]
        )
        if await self._tell("early bell", reply, 303) and self._is_receipt(reply):
            self.ledger.surprises.append("a wrong clock handed an attempt in")

    # The end

    @staticmethod
    def _is_receipt(reply: Reply) -> bool:
        return reply.status == 303 and urlsplit(reply.headers["location"]).path.endswith("/receipt")

    async def _hand_in_once(self) -> None:
        wire = self.wire.another()
        await self._hand_in(wire)
        wire.close()

    async def _hand_in(self, wire: Wire) -> None:
        try:
            cut = self.random.choice(CUTS)
            reply = await wire.post(f"{self.place}/submission", [("lease", self.lease), ("key", "end")], cut)
        except Lost:
            self.ledger.counts["hand-ins without a reply"] += 1
            return
        if self._is_receipt(reply):
            self.ledger.hand_in(self.attempt)
            self.ledger.counts["hand-ins acknowledged"] += 1
            self.over = True
        elif reply.status != 303:
            await self._tell("hand-in", reply)
            if reply.code in {"window-taken", "attempt-paused"}:
                await asyncio.sleep(0.5)
                await self._look()

    async def _end(self) -> None:
        """Hand in, twice at once and beside a last save; then again until the receipt is there."""
        await asyncio.gather(self._hand_in_once(), self._hand_in_once(), self._save_once(self._any_answer()))
        for _ in range(80):
            if self.over:
                return
            await self._hand_in(self.wire)
            await asyncio.sleep(0.2)
        self.ledger.surprises.append("the hand-in never got through")

    async def _evidence(self) -> None:
        """A page that was asleep sends what it still had: refused, and kept."""
        for _ in range(2):
            if self.over:
                await self._save(self._any_answer())
