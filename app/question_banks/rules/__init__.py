"""Words and bounds of items and banks: status, type, scoring rule, and what makes a bank give keys away."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from app.kernel.locales import LOCALES
from app.kernel.numbers import read_decimal
from app.question_banks.rules.rubrics import MOST_CRITERIA, criteria_of, criterion_of, points_in


class ItemStatus(StrEnum):
    """Where an item version stands. Source: specification of the item bank, section 1."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ACTIVE = "active"
    RETIRED = "retired"


class ItemType(StrEnum):
    """How an item is answered. Source: specification of the item bank, section 1."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    MATCHING = "matching"
    ORDERING = "ordering"
    NUMERIC = "numeric"
    SHORT_TEXT = "short_text"
    HOTSPOT = "hotspot"
    WRITTEN = "written"


class Cognitive(StrEnum):
    """What answering takes; the blueprint fixes the mix 30 / 45 / 25 per cent."""

    UNDERSTAND = "understand"
    APPLY = "apply"
    ANALYSE = "analyse"


class ScoringRule(StrEnum):
    """How a response becomes points. Whole points only; what each does stands in ``exams.rules.scoring``."""

    ALL_OR_NOTHING = "all_or_nothing"
    PLUS_MINUS = "plus_minus"
    PER_PAIR = "per_pair"
    ORDER_ADJACENT = "order_adjacent"


SCORING_OF: dict[ItemType, frozenset[ScoringRule]] = {
    kind: frozenset({ScoringRule.ALL_OR_NOTHING}) for kind in ItemType
} | {
    ItemType.MULTIPLE: frozenset({ScoringRule.ALL_OR_NOTHING, ScoringRule.PLUS_MINUS}),
    ItemType.MATCHING: frozenset({ScoringRule.ALL_OR_NOTHING, ScoringRule.PER_PAIR}),
    ItemType.ORDERING: frozenset({ScoringRule.ALL_OR_NOTHING, ScoringRule.ORDER_ADJACENT}),
}
"""Which rules may score which type."""
CHOSEN_FROM_A_LIST = frozenset({ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE})
"""Types answered by choosing from a list of texts: those that practice quizzes show."""


class BankPurpose(StrEnum):
    """Practice items and live items never share a bank."""

    PRACTICE = "practice"
    CERTIFICATION = "certification"


class BankOrigin(StrEnum):
    """Where the items of a bank are written: in files beside the courses, or on this installation's pages."""

    FILES = "files"
    DATABASE = "database"


def may_build_forms(purpose: BankPurpose, *, specimen: bool, demonstration: bool) -> bool:
    """Whether examination forms may be built from a bank, and a certification bank loaded at all.

    A specimen is public, so that only an installation marked as a demonstration may examine with it.
    """
    return purpose is BankPurpose.CERTIFICATION and (demonstration or not specimen)


ENOUGH_ITEMS = 20
"""Shares are judged from this many items on; in fewer, one item is too large a share."""
POSITION_SHARE = (20, 30)
"""Per cent of the single-answer items that a key position may hold. Source: specs of the item bank."""
LENGTH_SHARE = (15, 35)
"""Per cent of the single-answer items whose key is the longest choice, and whose key is the shortest.

Of four choices a quarter would be by chance: more, and the length tells the key; less, and it tells the rest.
"""
MULTIPLE_SHARE = (0, 10)
"""Per cent of the items that have several keys."""
MIX_TOLERANCE = 5
"""Points of per cent by which the cognitive mix of a bank may differ from its blueprint."""
LIKENESS = 85
"""Per cent of their words that two stems share when they are alike."""
SHORTEST_LIKE = 6
"""Different words of a stem below which only equal wording counts: «What should she do first?» is no copy."""

_ALL_OR_NONE = {
    "kk": re.compile(
        r"\b(жоғары|төмен|осы|аталған)\w*\s+(айтылған\w*\s+|аталған\w*\s+|көрсетілген\w*\s+|жауап\w*\s+)*"
        r"(барлығы|бәрі|ешқайсысы|ешбірі|бірде-бірі)\b"
        r"|\b(барлық|бүкіл|ешбір|бірде-бір)\s+(жауап|нұсқа)\w*\s+(дұрыс|қате)"
    ),
    "ru": re.compile(
        r"\b(вс[её]|ничего|ни\s+одно|ни\s+один|ни\s+одного|ни\s+одна)\s+(из\s+)?"
        r"(вышеперечисленн|перечисленн|вышеуказанн|указанн\w+\s+выше|названн\w+\s+выше|этих\s+ответ|предложенн)"
        r"|\b(все|оба|ни\s+один\s+из)\s+ответ\w*|\bверн[ыо]\s+(вс[её]|оба|обе)\b"
    ),
    "en": re.compile(
        r"\b(all|none|both|neither|any)\s+of\s+(the\s+)?above\b"
        r"|^\W*(all|none|both|neither)\s+of\s+(these|them|the\s+(answers|options|choices))\b"
        r"|\b(all|no|none\s+of\s+the)\s+(answers?|options?|choices?)\s+(is|are)\b"
    ),
}


def refers_to_other_choices(text: str, locale: str) -> bool:
    """Whether a choice is «all of the above» or «none of the above» (kk, ru, en) instead of an answer."""
    return _ALL_OR_NONE[locale].search(text.casefold()) is not None


_YEARLY = re.compile(r"\b(mci|monthly calculation ind\w+|аек|айлық есептік\w*|мрп|месячн\w+ расч[её]тн\w+)\b")


def rests_on_a_yearly_figure(text: str) -> bool:
    """Whether a text names the monthly calculation index, which the budget law sets anew each year."""
    return _YEARLY.search(text.casefold()) is not None


def uneven_positions(keys: Sequence[str], positions: Sequence[str]) -> dict[str, int]:
    """How often each position is the key, of those positions that are so too rarely or too often.

    ``keys``: the key of each single-answer item; ``positions``: the ids of the choices.
    """
    counts = {position: sum(key == position for key in keys) for position in positions}
    return {
        position: count
        for position, count in counts.items()
        if out_of_share(count, len(keys), POSITION_SHARE)
    }


def key_is_longest(lengths: Mapping[str, int], key: str) -> bool:
    """Whether the key is longer, in letters, than every other choice."""
    return all(lengths[key] > length for choice, length in lengths.items() if choice != key)


def key_is_shortest(lengths: Mapping[str, int], key: str) -> bool:
    """Whether the key is shorter, in letters, than every other choice."""
    return all(lengths[key] < length for choice, length in lengths.items() if choice != key)


def out_of_share(part: int, whole: int, share: tuple[int, int]) -> bool:
    """Whether ``part`` is less or more of ``whole`` than the share in per cent, where that can be judged."""
    least, most = share
    return whole >= ENOUGH_ITEMS and not least * whole <= 100 * part <= most * whole


def off_the_mix(counts: Mapping[str, int], mix: Mapping[str, int]) -> dict[str, int]:
    """The shares, in whole per cent, that differ from ``mix`` by more than ``MIX_TOLERANCE`` points."""
    whole = sum(counts.values())
    return {
        word: round(100 * counts.get(word, 0) / whole)
        for word, wanted in mix.items()
        if whole and abs(100 * counts.get(word, 0) - wanted * whole) > MIX_TOLERANCE * whole
    }


def alike(stems: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of stems with the same words, or nearly so: indexes, the earlier first.

    Stems are given in plain words (``kernel.writing.plain_words``). Two sets of words that share ``LIKENESS``
    per cent share one of their rarest words, so that only such pairs are compared.

    Source: Chaudhuri, Ganti, Kaushik, "A Primitive Operator for Similarity Joins" (ICDE 2006), prefix filter.
    """
    bags = [frozenset(stem.split()) for stem in stems]
    often = Counter(word for bag in bags for word in bag)
    first_with: dict[str, list[int]] = {}
    found = []
    for index, bag in enumerate(bags):
        rarest = sorted(bag, key=lambda word: (often[word], word))
        prefix = rarest[: len(bag) - -(-LIKENESS * len(bag) // 100) + 1]
        for other in sorted({earlier for word in prefix for earlier in first_with.get(word, ())}):
            same = stems[index] == stems[other]
            shared, either = len(bag & bags[other]), len(bag | bags[other])
            if same or (
                min(len(bag), len(bags[other])) >= SHORTEST_LIKE and 100 * shared >= LIKENESS * either
            ):
                found.append((other, index))
        for word in prefix:
            first_with.setdefault(word, []).append(index)
    return found


ACCEPTED_LONGEST = 200
"""Signs of a short text, given or accepted."""
MOST_WORDS = 2000
"""Words that a written task asks for at most."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NUMBERS_OF = {"rect": 4, "circle": 3}


@dataclass(frozen=True, slots=True)
class Answering:
    """What decides whether an item can be answered and scored, whatever format it comes from.

    ``interaction``, by type, and None for the others: matching ``{"targets": [{"id", "text"}]}``; numeric
    ``{"tolerance": "0.01"}``; short_text ``{"accepted": {kk, ru, en: [texts]}, "case_sensitive"}``; hotspot
    ``{"image", "width", "height", "alt", "regions": {choice id: {"shape", "coords"}}}``, in the picture's own
    units (a rect: left, top, right, bottom; a circle: centre and radius; a poly: corners); written
    ``{"rubric": [texts by language, see rules.rubrics], "words"}``.
    ``key``: choice ids; of a matching ``left=target``; of an ordering every id in the right order; of a
    numeric its number; empty for short_text and written.
    """

    type: ItemType
    scoring: ScoringRule
    choices: tuple[str, ...]
    key: tuple[str, ...]
    interaction: Mapping[str, Any] | None = None
    points: int = 1


class Fault(NamedTuple):
    """What is wrong with an item: where in it, and a sentence."""

    place: tuple[str | int, ...]
    says: str


def faults(item: Answering) -> list[Fault]:
    """Everything because of which an item could not be answered, or not be scored, as it stands."""
    found = [
        Fault(("choices", at), f"“{word}” is no id: lower-case letters, digits and single hyphens only")
        for at, word in enumerate(item.choices)
        if not _ID.fullmatch(word)
    ]
    if len(set(item.choices)) != len(item.choices):
        found.append(Fault(("choices",), "two choices have the same id"))
    if item.scoring not in SCORING_OF[item.type]:
        found.append(Fault(("scoring",), f"“{item.scoring}” does not score the type “{item.type}”"))
    if (item.interaction is not None) != (item.type in _PARTS):
        word = "is missing" if item.interaction is None else "is not for this type"
        return [*found, Fault(("interaction",), f"“interaction” {word}")]
    if item.type in _UNLISTED and item.choices:
        found.append(Fault(("choices",), "an item of this type has no choices"))
    return [*found, *_key_faults(item), *_PARTS.get(item.type, _no_parts)(item, item.interaction or {})]


def _key_faults(item: Answering) -> Iterator[Fault]:
    key, kind = item.key, item.type
    if kind in {ItemType.SHORT_TEXT, ItemType.WRITTEN}:
        if key:
            yield Fault(("key",), "an item of this type has an empty key")
        return
    if kind in {ItemType.MATCHING, ItemType.NUMERIC}:
        return  # looked at with their parts
    for at, chosen in enumerate(key):
        if chosen not in item.choices:
            yield Fault(("key", at), f"the key “{chosen}” is no choice of this item")
    if len(set(key)) != len(key):
        yield Fault(("key",), "the key names a choice twice")
    if kind is ItemType.MULTIPLE:
        if not 2 <= len(set(key)) < len(item.choices):
            says = "a multiple-response item has at least two keys and at least one other choice"
            yield Fault(("key",), says)
    elif kind is ItemType.ORDERING:
        if set(key) != set(item.choices) or len(key) < 2:
            yield Fault(("key",), "the key of an ordering names every choice, two at least, in order")
    elif len(key) != 1:
        yield Fault(("key",), "a single-answer item has exactly one key")
    if kind is ItemType.TRUE_FALSE and item.choices != ("true", "false"):
        yield Fault(("choices",), "the choices are true and false, in this order")


def _no_parts(_item: Answering, _parts: Mapping[str, Any]) -> Iterator[Fault]:
    return iter(())


def _matching(item: Answering, parts: Mapping[str, Any]) -> Iterator[Fault]:
    targets = [target["id"] for target in parts["targets"]]
    if len(set(targets)) != len(targets) or len(targets) < 2:
        yield Fault(("interaction", "targets"), "there are two targets at least, each id once")
    for at, word in enumerate(targets):
        if not _ID.fullmatch(word):
            says = f"“{word}” is no id: lower-case letters, digits and single hyphens only"
            yield Fault(("interaction", "targets", at), says)
    pairs = [word.partition("=") for word in item.key]
    for at, (left, _, right) in enumerate(pairs):
        if left not in item.choices or right not in targets:
            yield Fault(("key", at), f"“{item.key[at]}” is no pair of a choice and a target")
    if sorted(left for left, _, _ in pairs) != sorted(item.choices) or len(pairs) < 2:
        yield Fault(("key",), "the key of a matching pairs every choice, two at least, exactly once")


def _numeric(item: Answering, parts: Mapping[str, Any]) -> Iterator[Fault]:
    if len(item.key) != 1 or read_decimal(item.key[0]) != item.key[0]:
        yield Fault(("key",), "the key of a numeric item is one decimal number, as in 3.5")
    tolerance = parts["tolerance"]
    if read_decimal(tolerance) != tolerance or tolerance.startswith("-"):
        yield Fault(("interaction", "tolerance"), "the tolerance is a decimal number from 0, as in 0.01")


def _short_text(_item: Answering, parts: Mapping[str, Any]) -> Iterator[Fault]:
    for locale in LOCALES:
        texts = parts["accepted"].get(str(locale), [])
        if not texts:
            yield Fault(("interaction", "accepted"), f"no answer is accepted in “{locale}”")
        for at, text in enumerate(texts):
            if not text.strip() or len(text) > ACCEPTED_LONGEST:
                says = f"an accepted answer has 1 to {ACCEPTED_LONGEST} signs"
                yield Fault(("interaction", "accepted", str(locale), at), says)


def _hotspot(item: Answering, parts: Mapping[str, Any]) -> Iterator[Fault]:
    width, height, regions = parts["width"], parts["height"], parts["regions"]
    for choice in item.choices:
        if choice not in regions:
            yield Fault(("interaction", "regions"), f"the choice “{choice}” has no region")
    for name, region in regions.items():
        place, coords = ("interaction", "regions", name), region["coords"]
        if name not in item.choices:
            yield Fault(place, f"“{name}” is no choice of this item")
        wanted = _NUMBERS_OF.get(region["shape"])
        if (wanted is None and (len(coords) < 6 or len(coords) % 2)) or (wanted and len(coords) != wanted):
            yield Fault(place, "a rect has 4 numbers, a circle 3, a poly 6 or more, and those in pairs")
        elif not _inside(region["shape"], coords, width, height):
            yield Fault(place, "the region lies outside the picture")


def _inside(shape: str, coords: Sequence[int], width: int, height: int) -> bool:
    if shape == "circle":
        x, y, radius = coords
        return radius > 0 and radius <= min(x, width - x, y, height - y)
    corners = list(zip(coords[::2], coords[1::2], strict=True))
    if shape == "rect" and not (corners[0][0] < corners[1][0] and corners[0][1] < corners[1][1]):
        return False
    return all(0 <= x <= width and 0 <= y <= height for x, y in corners)


def _written(item: Answering, parts: Mapping[str, Any]) -> Iterator[Fault]:
    place = ("interaction", "rubric")
    if not 1 <= parts["words"] <= MOST_WORDS:
        yield Fault(("interaction", "words"), f"a written task has a length of 1 to {MOST_WORDS} words")
    if not 1 <= len(parts["rubric"]) <= MOST_CRITERIA:
        yield Fault(place, f"a written task has a rubric of 1 to {MOST_CRITERIA} criteria")
        return
    for at, text in enumerate(parts["rubric"]):
        if criterion_of(text) is None:
            says = (
                "the criterion cannot be read: a name, then two levels or more, as in “2: says why”, from 0"
            )
            yield Fault((*place, at), says)
    criteria = criteria_of(parts["rubric"])
    if criteria is not None and points_in(criteria) != item.points:
        says = f"the highest levels come to {points_in(criteria)} points, the item has {item.points}"
        yield Fault(place, says)


_PARTS: dict[ItemType, Callable[[Answering, Mapping[str, Any]], Iterator[Fault]]] = {
    ItemType.MATCHING: _matching,
    ItemType.NUMERIC: _numeric,
    ItemType.SHORT_TEXT: _short_text,
    ItemType.HOTSPOT: _hotspot,
    ItemType.WRITTEN: _written,
}
_UNLISTED = frozenset({ItemType.NUMERIC, ItemType.SHORT_TEXT, ItemType.WRITTEN})
