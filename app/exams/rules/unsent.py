"""A file with answers that a page could not send: reading it, and what it would change.

Plain values in, plain values out. A page without a connection writes the file, and staff load it. It holds
places, choice ids and the device's own times, no text of an item and no name.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.kernel.canonical import canonical_json, sha256_hex

KIND = "ceasai-unsent-answers"
"""What the file says it is."""
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Signs that no form of ours lets through, and of which PostgreSQL stores no NUL."""
MAX_FILE = 2 * 1024 * 1024
"""Bytes. A form of 500 items, each changed twice, needs 128 KiB; the rest has room for ten written tasks of
20,000 Cyrillic letters, each changed twice."""
MAX_ANSWERS = 1000
MAX_CHOSEN = 50
_WHOLE = range(10**9)


class FileProblem(StrEnum):
    """Why a file is not taken."""

    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    ALTERED = "altered"
    """Its checksum does not fit what it holds: damaged, or changed by hand."""
    OTHER_ATTEMPT = "other_attempt"
    UNKNOWN_PLACE = "unknown_place"
    """It names a place or a choice that the attempt does not have."""


@dataclass(frozen=True, slots=True)
class UnsentAnswer:
    """One answer that waited: ``version`` is what it was based on, ``at`` what the device's clock said."""

    seq: int
    place: int
    chosen: tuple[str, ...]
    version: int
    key: str
    at: str


@dataclass(frozen=True, slots=True)
class UnsentFile:
    """A file whose checksum fits; the answers in the order in which they were given."""

    code: str
    made_at: str
    answers: tuple[UnsentAnswer, ...]
    sha256: str


def read_unsent(raw: bytes, *, code: str) -> UnsentFile | FileProblem:
    """The answers in a file for the attempt with this ``code``, or why it is not taken.

    The SHA-256 shows damage and careless changes; it is no signature, so a person decides what is loaded.
    """
    if len(raw) > MAX_FILE:
        return FileProblem.TOO_LARGE
    try:
        held = json.loads(raw.decode("utf-8-sig"), parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return FileProblem.UNREADABLE
    if not isinstance(held, dict) or held.get("kind") != KIND or held.get("version") != 1:
        return FileProblem.UNREADABLE
    told = held.pop("sha256", None)
    answers = _answers(held.get("answers"))
    made_at = held.get("made_at")
    if answers is None or not isinstance(made_at, str) or not isinstance(told, str):
        return FileProblem.UNREADABLE
    if not _is_word(made_at, 40):
        return FileProblem.UNREADABLE
    if sha256_hex(_plain(held)) != told.lower():
        return FileProblem.ALTERED
    if held.get("attempt") != code:
        return FileProblem.OTHER_ATTEMPT
    return UnsentFile(code, made_at, answers, told.lower())


def instant(told: str) -> datetime | None:
    """The moment that a device wrote down, aware; None when it is none."""
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _plain(held: dict[str, Any]) -> bytes:
    try:
        return canonical_json(held)
    except UnicodeEncodeError:  # half of a surrogate pair
        return b""


def _is_word(value: object, longest: int) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= longest


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in _WHOLE


def _answers(held: object) -> tuple[UnsentAnswer, ...] | None:
    if not isinstance(held, list) or not 0 < len(held) <= MAX_ANSWERS:
        return None
    found = [_answer(one) for one in held]
    if None in found:
        return None
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.seq))


def _answer(held: object) -> UnsentAnswer | None:
    if not isinstance(held, dict):
        return None
    chosen = held.get("chosen")
    fine = (
        all(_is_whole(held.get(name)) for name in ("seq", "place", "version"))
        and isinstance(chosen, list)
        and len(chosen) <= MAX_CHOSEN
        and all(isinstance(word, str) and not _UNSTORABLE.search(word) for word in chosen)
        and _is_word(held.get("key"), 64)
        and _is_word(held.get("at"), 40)
    )
    if not fine:
        return None
    return UnsentAnswer(
        held["seq"], held["place"], tuple(held["chosen"]), held["version"], held["key"], held["at"]
    )


class Change(StrEnum):
    """What loading the last answer to a place would do."""

    SAVE = "save"
    STORED = "stored"
    """It has arrived meanwhile, or is the same as what is stored."""
    NEWER = "newer"
    """Another answer was stored after the page lost its connection; that one stays."""
    EVIDENCE = "evidence"
    """Nothing is taken any more: it is kept with the attempt and not scored."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The last answer to a place, the version it now builds on, and what loading it would do."""

    answer: UnsentAnswer
    based_on: int
    change: Change


def weigh(
    answers: Sequence[UnsentAnswer], held: Mapping[int, tuple[Sequence[str], int]], *, taken: bool
) -> tuple[Weighed, ...]:
    """Hold a file against what is stored: ``held`` is chosen and version by place.

    The words of ``answers`` are in the form in which they would be stored.

    ``taken`` False: nothing is taken any more.

    An earlier answer of the file may have arrived although its page was never told: then the next one builds
    on it.
    """
    last: dict[int, UnsentAnswer] = {}
    base: dict[int, int] = {}
    for answer in answers:
        chosen, version = held[answer.place]
        base.setdefault(answer.place, answer.version)
        before = last.get(answer.place)
        if before and version == base[answer.place] + 1 and before.chosen == tuple(chosen):
            base[answer.place] = version
        last[answer.place] = answer
    return tuple(
        Weighed(answer, base[place], _change(answer, base[place], held[place], taken=taken))
        for place, answer in sorted(last.items())
    )


def _change(answer: UnsentAnswer, base: int, held: tuple[Sequence[str], int], *, taken: bool) -> Change:
    chosen, version = held
    if answer.chosen == tuple(chosen):
        return Change.STORED
    if not taken:
        return Change.EVIDENCE
    return Change.SAVE if version == base else Change.NEWER
