"""What a candidate's browser says about the exam page, and the chain that shows when something is missing.

Every signal carries a hash over the one before: ``h(n) = sha256(h(n-1) + canonical JSON of the signal)``.
Every window of the page writes a chain of its own, so that two honest windows never spoil each other's.
What is missing or does not fit is a fact on the timeline, no judgement: networks lose things, browsers die.
What is not in ``FACTS`` is not taken: no text, no keys, no movement of a mouse, no guess at anything.

Source: specification of exams, section 5 (signals logged, not logged, transport).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.kernel.canonical import canonical_json, sha256_hex

GENESIS = "0" * 64
BATCH = 100
"""Signals of one delivery; the page sends every 10 seconds or after 20."""
MOST = 20_000
"""Signals of one attempt."""
LEAP = 1_000
"""How far a number may lie behind the highest one of its chain: pages send in order and lose little."""
MOST_CHAINS = 60
"""Windows of one attempt. A page that is loaded again goes on with a chain that no window writes any more."""
BATCHES_A_MINUTE = 60
_LATEST = 4_102_444_800_000
"""The year 2100 in milliseconds: no clock of a client says more."""
_WIDEST = 100_000


class SignalKind(StrEnum):
    """Everything a page may say."""

    HIDDEN = "hidden"
    SHOWN = "shown"
    BLURRED = "blurred"
    FOCUSED = "focused"
    FULLSCREEN_ENTERED = "fullscreen_entered"
    FULLSCREEN_LEFT = "fullscreen_left"
    COPIED = "copied"
    CUT = "cut"
    PASTED = "pasted"
    MENU = "menu"
    RESIZED = "resized"
    SCREENS = "screens"
    OFFLINE = "offline"
    ONLINE = "online"
    CAMERA_ON = "camera_on"
    CAMERA_ENDED = "camera_ended"
    CAMERA_MUTED = "camera_muted"
    CAMERA_UNMUTED = "camera_unmuted"
    CAMERA_FAILED = "camera_failed"
    DEVICES_CHANGED = "devices_changed"
    OTHER_TAB = "other_tab"


_LENGTH: dict[str, range | frozenset[str]] = {"length": range(10_000_001)}
FACTS: dict[SignalKind, dict[str, range | frozenset[str]]] = {
    SignalKind.COPIED: _LENGTH,
    SignalKind.CUT: _LENGTH,
    SignalKind.PASTED: _LENGTH,
    SignalKind.RESIZED: {"width": range(_WIDEST), "height": range(_WIDEST)},
    SignalKind.SCREENS: {"extended": frozenset({"true", "false", "unknown"})},
    SignalKind.CAMERA_FAILED: {"why": frozenset({"denied", "missing", "busy", "unsupported", "other"})},
}
"""What a kind says besides its time; the others say nothing more."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal as sent. ``at``: milliseconds since 1970 by the client's clock, a claim and no measure."""

    seq: int
    at: int
    kind: SignalKind
    facts: Mapping[str, int | str]
    hash: str


def link(before: str, *, seq: int, at: int, kind: str, facts: Mapping[str, int | str]) -> str:
    """The hash that binds a signal to the one before it, 64 hex digits."""
    body = {"at": at, "facts": dict(facts), "kind": str(kind), "seq": seq}
    return sha256_hex(before.encode() + canonical_json(body))


def _whole(value: Any, within: range) -> bool:
    return type(value) is int and value in within


def _is_hex(value: Any, length: int) -> bool:
    return isinstance(value, str) and len(value) == length and set(value) <= set("0123456789abcdef")


def is_chain(value: Any) -> bool:
    """Whether this names a chain: 32 hex digits that a window has drawn."""
    return _is_hex(value, 32)


def _says(value: Any, told: range | frozenset[str]) -> bool:
    return _whole(value, told) if isinstance(told, range) else isinstance(value, str) and value in told


def _facts_fit(kind: SignalKind, facts: Any) -> bool:
    known = FACTS.get(kind, {})
    if not isinstance(facts, dict) or set(facts) != set(known):
        return False
    return all(_says(facts[name], told) for name, told in known.items())


def read_signal(raw: Any) -> Signal | None:
    """One signal of a delivery; None: it has another shape, or says what is not taken."""
    if not isinstance(raw, dict) or set(raw) != {"seq", "at", "kind", "facts", "hash"}:
        return None
    known = isinstance(raw["kind"], str) and raw["kind"] in set(SignalKind)
    counted = _whole(raw["seq"], range(1, MOST + 1)) and _whole(raw["at"], range(_LATEST))
    if not known or not counted or not _is_hex(raw["hash"], 64):
        return None
    kind = SignalKind(raw["kind"])
    if not _facts_fit(kind, raw["facts"]):
        return None
    return Signal(raw["seq"], raw["at"], kind, raw["facts"], raw["hash"])


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as read. ``wrong``: the places, from 0, of what is no signal; then nothing is taken."""

    signals: tuple[Signal, ...]
    wrong: tuple[int, ...]


def read_batch(raw: Any) -> Delivery | None:
    """A whole delivery; None: no list of signals at all."""
    if not isinstance(raw, list) or not 0 < len(raw) <= BATCH:
        return None
    found = [read_signal(one) for one in raw]
    wrong = tuple(place for place, one in enumerate(found) if one is None)
    return Delivery(tuple(one for one in found if one is not None), wrong)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is there of an attempt: ``heads``, the highest number of each chain, and how many in all."""

    heads: Mapping[str, int]
    number: int


class Following(StrEnum):
    """Whether signals can follow in their chain: ``full`` means that the attempt takes no more of them."""

    FITS = "fits"
    FORKED = "forked"
    FULL = "full"


def following(kept: Kept, chain: str, signals: Iterable[Signal]) -> Following:
    """Whether these can follow in their chain: a known one or one more, without a leap, and not too many."""
    known = chain in kept.heads or len(kept.heads) < MOST_CHAINS
    numbers = sorted(one.seq for one in signals)
    if not known or kept.number + len(numbers) > MOST:
        return Following.FULL
    head = kept.heads.get(chain, 0)
    for seq in numbers:
        if seq - head > LEAP:
            return Following.FORKED
        head = max(head, seq)
    return Following.FITS


def is_full(chains: int, number: int) -> bool:
    """Whether later signals of an attempt may be missing, because it has as many as are kept."""
    return chains >= MOST_CHAINS or number > MOST - BATCH


class Flaw(StrEnum):
    """What a chain shows about itself."""

    MISSING = "missing"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Place:
    """A flaw before the signal ``seq``: how many are ``missing``, or that its hash does not fit."""

    flaw: Flaw
    seq: int
    missing: int = 0


def flaws_of(signals: Iterable[Signal]) -> tuple[Place, ...]:
    """Where a chain has holes or does not fit; ``signals`` in the order of ``seq``.

    After a hole nobody can say whether the next one fits; the one after it is checked again.
    """
    found: list[Place] = []
    before, expected = GENESIS, 1
    for one in signals:
        if one.seq != expected:
            found.append(Place(Flaw.MISSING, one.seq, one.seq - expected))
        elif one.hash != link(before, seq=one.seq, at=one.at, kind=one.kind, facts=one.facts):
            found.append(Place(Flaw.UNFIT, one.seq))
        before, expected = one.hash, one.seq + 1
    return tuple(found)
