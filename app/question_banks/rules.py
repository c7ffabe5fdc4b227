"""Words and bounds of items and banks: status, type, scoring rule, and what makes a bank give keys away."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum


class ItemStatus(StrEnum):
    """Where an item version stands. Source: specification of the item bank, section 1."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ACTIVE = "active"
    RETIRED = "retired"


class ItemType(StrEnum):
    """How an item is answered. Others of the specification come with their first use."""

    SINGLE = "single"
    MULTIPLE = "multiple"


class Cognitive(StrEnum):
    """What answering takes; the blueprint fixes the mix 30 / 45 / 25 per cent."""

    UNDERSTAND = "understand"
    APPLY = "apply"
    ANALYSE = "analyse"


class ScoringRule(StrEnum):
    """How a response becomes points. Whole points only."""

    ALL_OR_NOTHING = "all_or_nothing"


class BankPurpose(StrEnum):
    """Practice items and live items never share a bank."""

    PRACTICE = "practice"
    CERTIFICATION = "certification"


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
