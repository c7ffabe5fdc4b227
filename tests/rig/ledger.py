"""What the clients were told, and the judge who holds it against what the database keeps.

The ledger knows nothing of the server's code but the form of an idempotency key: it is the candidate's word
against the server's. A save is *acknowledged* when its client has read a complete 200; a connection that was cut
before the last byte acknowledges nothing, whatever the server has done.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from app.kernel.canonical import canonical_json, sha256_hex

SWEEP_WITHIN = timedelta(seconds=5)
"""How long after its grace an attempt may be open; the time without a worker comes on top."""


def stored_key(key: str, place: int, chosen: Iterable[str]) -> str:
    """The idempotency key of a save as the log holds it."""
    return sha256_hex(canonical_json([key, place, sorted(set(chosen)), None]))


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer that a client asks to save, however often it sends it: ``base`` is the version it builds on."""

    attempt: str
    place: int
    chosen: tuple[str, ...]
    base: int
    key: str


@dataclass(frozen=True, slots=True)
class Told:
    """A complete 200 to ``asked``: the version it named, and the ledger's count at sending and at reading."""

    asked: Asked
    version: int
    sent: int
    read: int


@dataclass
class Ledger:
    """Everything that clients were told, in the order in which they were told."""

    clock: int = 0
    asked: set[Asked] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)
    refused: list[tuple[Asked, str]] = field(default_factory=list)
    handed_in: dict[str, int] = field(default_factory=dict)
    granted: dict[str, dict[str, int]] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    def tick(self) -> int:
        """The next moment of this ledger."""
        self.clock += 1
        return self.clock

    def ask(self, asked: Asked) -> int:
        """A save goes out; its moment."""
        self.asked.add(asked)
        self.counts["saves sent"] += 1
        return self.tick()

    def acknowledge(self, asked: Asked, version: int, sent: int) -> None:
        """A complete 200 was read."""
        self.told.append(Told(asked, version, sent, self.tick()))
        self.counts["saves acknowledged"] += 1

    def refuse(self, asked: Asked, code: str) -> None:
        """A complete refusal was read."""
        self.refused.append((asked, code))
        self.counts[f"refused {code}"] += 1

    def hand_in(self, attempt: str) -> None:
        """The way to the receipt was read."""
        self.handed_in.setdefault(attempt, self.tick())

    def grant(self, attempt: str, key: str, seconds: int) -> None:
        """A proctor was told that the time is given."""
        self.granted.setdefault(attempt, {})[key] = seconds


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the log of answers."""

    kind: str
    place: int | None
    chosen: tuple[str, ...]
    version: int | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database keeps of one attempt.

    ``over_for``: how long its grace had been over when it was closed, or at the judging when it is open;
    negative: closed before, or still running.
    """

    lifecycle: str
    events: tuple[Event, ...]
    answers: Mapping[int, tuple[tuple[str, ...], int]]
    replayed: Mapping[int, tuple[str, ...]]
    raw_score: int | None
    recomputed: int
    over_for: timedelta
    extra_seconds: int = 0
    broken_at: int | None = None
    endings: int = 1
    releases: int = 1
    reopened: int = 0
    """How often it was opened again after its end."""
    decisions: int = 0
    hash_holds: bool = True


OPEN = frozenset({"in_progress", "interrupted", "paused"})
EVIDENCE = {
    "stale": "refused_stale",
    "time-over": "refused_late",
    "attempt-closed": "refused_",
    "window-taken": "refused_window",
    "attempt-paused": "refused_closed",
    "release-needed": "refused_closed",
}
"""The event, or how its name begins, that keeps an answer refused with this code."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be. ``kind`` is one word."""

    kind: str
    attempt: str
    facts: str


def judge(
    ledger: Ledger, stored: Mapping[str, Stored], *, without_worker: timedelta = timedelta()
) -> list[Finding]:
    """Hold the ledger against the database; an empty list is an acquittal.

    ``without_worker`` is the longest time in which no worker ran: by so much the sweeper may come later.
    """
    found = [Finding("surprise", "", text) for text in ledger.surprises]
    for attempt, kept in stored.items():
        found += [Finding(kind, attempt, facts) for kind, facts in _of_itself(kept, without_worker)]
        given = sum(ledger.granted.get(attempt, {}).values())
        if kept.extra_seconds != given:
            found.append(Finding("time", attempt, f"{kept.extra_seconds} s and not {given}"))
        if attempt in ledger.handed_in and kept.lifecycle != "scored" and not kept.reopened:
            found.append(Finding("not-handed-in", attempt, kept.lifecycle))
    return found + list(_against(ledger, stored))


def _of_itself(kept: Stored, without_worker: timedelta) -> Iterator[tuple[str, str]]:
    """What is wrong with an attempt whatever anybody was told."""
    if kept.over_for > SWEEP_WITHIN + without_worker:
        yield "open", f"{kept.over_for} after the grace"
    if kept.broken_at is not None:
        yield "chain", f"entry {kept.broken_at}"
    done = kept.lifecycle == "scored"
    ended = int(done) + kept.reopened
    if kept.endings != ended or kept.releases != ended or kept.decisions > 1:
        yield "twice", f"{kept.endings} endings, {kept.releases} releases, {kept.decisions} decisions"
    if done and (kept.raw_score != kept.recomputed or not kept.hash_holds):
        yield "score", f"{kept.raw_score} stored, {kept.recomputed} from the log"
    chosen = {place: tuple(words) for place, (words, _) in kept.answers.items() if words}
    if chosen != dict(kept.replayed):
        yield "answers", f"{chosen} stored, {dict(kept.replayed)} from the log"
    for place, (_, version) in kept.answers.items():
        versions = sorted(event.version or 0 for event in _changes(kept, place))
        if versions != list(range(1, version + 1)):
            yield "torn", f"place {place}: version {version}, the log has {versions}"


def _changes(kept: Stored, place: int) -> list[Event]:
    return [event for event in kept.events if event.kind in {"save", "clear"} and event.place == place]


def _against(ledger: Ledger, stored: Mapping[str, Stored]) -> Iterator[Finding]:
    """What does not agree with what clients were told."""
    asked = {(one.attempt, stored_key(one.key, one.place, one.chosen)): one for one in ledger.asked}
    by_version: dict[tuple[str, int, int], tuple[str, ...]] = {}
    done: set[tuple[str, str]] = set()
    evidence: set[tuple[str, int, tuple[str, ...], str]] = set()
    for attempt, kept in stored.items():
        for event in kept.events:
            if event.kind.startswith("refused_") and event.place is not None:
                evidence.add((attempt, event.place, event.chosen, event.kind))
            if event.kind not in {"save", "clear"} or event.place is None:
                continue
            by_version[attempt, event.place, event.version or 0] = event.chosen
            known = asked.get((attempt, event.key or ""))
            if known is None:
                yield Finding("invented", attempt, f"place {event.place}: nobody asked for {event.chosen}")
                continue
            done.add((attempt, event.key or ""))
            if event.version != known.base + 1:
                yield Finding("overwritten", attempt, f"place {event.place}: {known.base} → {event.version}")
    for told in ledger.told:
        one = told.asked
        held = stored.get(one.attempt)
        mine = (one.attempt, stored_key(one.key, one.place, one.chosen))
        same = by_version.get((one.attempt, one.place, told.version), ()) == one.chosen
        if held is None or not (mine in done or same):
            yield Finding("lost", one.attempt, f"place {one.place}: {one.chosen}, version {told.version}")
        elif held.answers[one.place][1] < told.version:
            yield Finding("behind", one.attempt, f"place {one.place}: less than version {told.version}")
        if told.sent > ledger.handed_in.get(one.attempt, told.sent) and not (held and held.reopened):
            yield Finding("after-the-end", one.attempt, f"place {one.place} saved after the hand-in")
    for one, code in ledger.refused:
        wanted = EVIDENCE.get(code)
        if wanted is None:
            yield Finding("surprise", one.attempt, f"refused with {code}")
        elif not any(
            (one.attempt, one.place, one.chosen, kind) in evidence
            for kind in EVIDENCE_KINDS
            if kind.startswith(wanted)
        ):
            yield Finding("no-evidence", one.attempt, f"place {one.place}: {one.chosen}, {code}")


EVIDENCE_KINDS = ("refused_stale", "refused_late", "refused_closed", "refused_window")


def percentile(figures: Iterable[float], share: float) -> float:
    """The figure below which ``share`` of them lie; 0 without any."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
