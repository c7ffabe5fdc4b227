"""What an answer to an item of each type is: as it is sent, as it is stored, and when it is complete.

An answer is a list of words, whatever the type, so that one column, one log and one hash serve them all:
choice ids in order of the alphabet; of a matching ``left=target``; of an ordering every id, first to last,
and while it has gaps ``id=place``; of a numeric item and of a text the one text that was typed.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.numbers import read_decimal
from app.question_banks.rules import ACCEPTED_LONGEST, ItemType
from app.question_banks.rules.rubrics import count_words

LONGEST: dict[ItemType, int] = {
    ItemType.NUMERIC: ACCEPTED_LONGEST,
    ItemType.SHORT_TEXT: ACCEPTED_LONGEST,
    ItemType.WRITTEN: 20_000,
}
"""Signs of a typed answer; the page takes no more."""
MOST_WORDS = 64
"""Words of an answer: twice the lines of the longest matching or ordering."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a place of a form is answered. ``targets``: what the choices of a matching are paired with.

    ``words``: how many a written answer may have.
    """

    type: ItemType
    choices: tuple[str, ...]
    targets: tuple[str, ...] = ()
    words: int = 0


def shape_of(place: Mapping[str, Any]) -> Shape:
    """The shape of a place as an attempt's layout pins it.

    The layout of an attempt that began before there were other types says only whether several choices go.
    """
    before = ItemType.MULTIPLE if place["several"] else ItemType.SINGLE
    kind = ItemType(place.get("type", before))
    return Shape(kind, tuple(place["order"]), tuple(place.get("targets", ())), place.get("words", 0))


def read_answer(shape: Shape, sent: Sequence[str]) -> tuple[str, ...] | None:
    """What was sent in the form in which it is stored, or None when it could not be given to this item.

    Nothing is lost of what was typed: a numeric answer that cannot be read as a number stays as it is.
    """
    return _READ[shape.type](shape, tuple(sent)) if sent else ()


def may_be_answer(sent: Sequence[str]) -> bool:
    """Whether what was refused is kept as evidence: no more than an answer to any item could be."""
    return len(sent) <= MOST_WORDS and sum(len(word) for word in sent) <= max(LONGEST.values())


def is_complete(shape: Shape, chosen: Sequence[str]) -> bool:
    """Whether an item counts as answered: nothing of it is open, and a number can be read."""
    match shape.type:
        case ItemType.MATCHING:
            return len(chosen) == len(shape.choices)
        case ItemType.ORDERING:
            return set(chosen) == set(shape.choices)
        case ItemType.NUMERIC:
            return bool(chosen) and read_decimal(chosen[0]) is not None
    return bool(chosen)


def is_unread(shape: Shape, chosen: Sequence[str]) -> bool:
    """Whether what was typed is kept and does not count as it stands.

    Where a number is asked for, it cannot be read as one; of a written task, it is longer than it may be.
    """
    if shape.type is ItemType.WRITTEN:
        return bool(chosen) and count_words(chosen[0]) > shape.words
    return shape.type is ItemType.NUMERIC and bool(chosen) and read_decimal(chosen[0]) is None


def shared_places(shape: Shape, chosen: Sequence[str]) -> bool:
    """Whether two lines of an ordering were given the same place."""
    places = [place for _, _, place in (word.partition("=") for word in chosen) if place]
    return shape.type is ItemType.ORDERING and len(set(places)) < len(places)


def in_controls(shape: Shape, chosen: Sequence[str]) -> tuple[str, ...]:
    """A stored answer in the words of the page's controls: of an ordering ``id=place``, else as stored."""
    if shape.type is ItemType.ORDERING and set(chosen) == set(shape.choices):
        return tuple(f"{word}={place}" for place, word in enumerate(chosen, start=1))
    return tuple(chosen)


def _one(shape: Shape, sent: tuple[str, ...]) -> tuple[str, ...] | None:
    return sent if len(sent) == 1 and sent[0] in shape.choices else None


def _several(shape: Shape, sent: tuple[str, ...]) -> tuple[str, ...] | None:
    return tuple(sorted(set(sent))) if set(sent) <= set(shape.choices) else None


def _pairs(shape: Shape, sent: tuple[str, ...]) -> tuple[str, ...] | None:
    return tuple(sorted(sent)) if _each_once(sent, shape.choices, shape.targets) else None


def _order(shape: Shape, sent: tuple[str, ...]) -> tuple[str, ...] | None:
    if sorted(sent) == sorted(shape.choices):
        return sent
    places = tuple(str(place) for place in range(1, len(shape.choices) + 1))
    if not _each_once(sent, shape.choices, places):
        return None
    at = {place: word for word, _, place in (pair.partition("=") for pair in sent)}
    if len(at) == len(places):
        return tuple(at[place] for place in places)
    return tuple(sorted(sent))


def _each_once(pairs: Sequence[str], left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether these are pairs of both sides, and nothing of the left side stands in two of them."""
    parts = [pair.partition("=") for pair in pairs]
    named = [word for word, _, _ in parts]
    return len(set(named)) == len(named) and all(word in left and other in right for word, _, other in parts)


def _text(shape: Shape, sent: tuple[str, ...]) -> tuple[str, ...] | None:
    if len(sent) != 1:
        return None
    # a form without script sends two signs for the end of a line, the page counts one
    text = unicodedata.normalize("NFC", sent[0].replace("\r\n", "\n"))
    if len(text) > LONGEST[shape.type]:
        return None
    text = text.strip()
    return (text,) if text else ()


def _number(shape: Shape, sent: tuple[str, ...]) -> tuple[str, ...] | None:
    typed = _text(shape, sent)
    return (read_decimal(typed[0]) or typed[0],) if typed else typed


_READ: dict[ItemType, Callable[[Shape, tuple[str, ...]], tuple[str, ...] | None]] = {
    ItemType.SINGLE: _one,
    ItemType.TRUE_FALSE: _one,
    ItemType.HOTSPOT: _one,
    ItemType.MULTIPLE: _several,
    ItemType.MATCHING: _pairs,
    ItemType.ORDERING: _order,
    ItemType.NUMERIC: _number,
    ItemType.SHORT_TEXT: _text,
    ItemType.WRITTEN: _text,
}
