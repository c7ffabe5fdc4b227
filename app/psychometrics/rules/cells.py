"""What may be told of small groups: no count of one to four persons, on a page or in a file.

Neither may it follow from what is told: a share is told as a bound, languages that would leave a small rest
are told together only, and bars of a chart are made wide enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.programmes.rules import publishable
from app.psychometrics.rules.gates import SHOW, SMALLEST_CELL

_MOST_HIDDEN = SMALLEST_CELL - 1


class Sign(StrEnum):
    """Whether a share is told as it is."""

    EXACT = "exact"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole`` persons, or as near to it as may be told."""

    part: int
    whole: int
    sign: Sign = Sign.EXACT

    @property
    def value(self) -> float:
        """From 0 to 1."""
        return self.part / self.whole


def share(part: int, whole: int) -> Share | None:
    """How many of ``whole`` it is; where it, or the rest, is one to four persons, only that it is so few.

    None without persons, or with so few that a bound would say nothing.
    """
    if whole < 2 * SMALLEST_CELL:
        return None
    if 0 < part < SMALLEST_CELL:
        return Share(_MOST_HIDDEN, whole, Sign.AT_MOST)
    if 0 < whole - part < SMALLEST_CELL:
        return Share(whole - _MOST_HIDDEN, whole, Sign.AT_LEAST)
    return Share(part, whole)


def plain(one: Share | None) -> bool:
    """Whether a share is told as it is."""
    return one is not None and one.sign is Sign.EXACT


def shares_of(
    parts: Sequence[tuple[int, int]], whole: Share | None, *, part: int, persons: int
) -> tuple[Share | None, ...]:
    """Shares of groups of which ``part`` of ``persons`` is the sum, told beside as ``whole``.

    Where one of them is a bound, the sum less the others would tell it: then all of them are bounds, and none
    is told where no group leaves room for another sum. Who is in none of the groups is a group too.
    """
    told = tuple(share(*one) for one in parts)
    others = (part - sum(one for one, _ in parts), persons - sum(of for _, of in parts))
    if plain(whole) and all(map(plain, told)) and (others[1] == 0 or plain(share(*others))):
        return told
    if plain(whole) and not any(
        plain(share(*one)) and SMALLEST_CELL <= one[0] <= one[1] - SMALLEST_CELL for one in parts
    ):
        return (None,) * len(told)
    return tuple(_about(one) if one and plain(one) else one for one in told)


def _about(one: Share) -> Share | None:
    if one.part in {0, one.whole}:
        at_most = one.part == 0
        part = _MOST_HIDDEN if at_most else one.whole - _MOST_HIDDEN
        return Share(part, one.whole, Sign.AT_MOST if at_most else Sign.AT_LEAST)
    least = one.part - one.part % SMALLEST_CELL - SMALLEST_CELL
    return Share(least, one.whole, Sign.AT_LEAST) if least else None


def told_counts(counts: Mapping[str, int]) -> dict[str, int | None]:
    """The counts of parts whose sum is told: None for small ones, and for what would give them away."""
    return {name: count if isinstance(count, int) else None for name, count in publishable(counts).items()}


def shown_languages(persons: Mapping[str, int], whole: int) -> tuple[str, ...]:
    """The languages with figures of their own: those of 30 persons or more, the largest first.

    While the others together are one to four persons the smallest is left out: the figures over all persons
    less those of the languages would tell of these few.
    """
    large = sorted(
        (name for name, count in persons.items() if count >= SHOW), key=lambda it: (-persons[it], it)
    )
    while large and 0 < whole - sum(persons[name] for name in large) < SMALLEST_CELL:
        large.pop()
    return tuple(large)


@dataclass(frozen=True, slots=True)
class Bar:
    """So many persons have ``first`` to ``last`` points, both included."""

    first: int
    last: int
    persons: int


def bars(counts: Mapping[int, int], *, highest: int, most: int = 20) -> tuple[Bar, ...]:
    """Persons by raw score from 0 to ``highest``, in at most ``most`` bars of which none holds one to four.

    Bars are equally wide but where neighbours had to be put together.
    """
    width = -(-(highest + 1) // most)
    made: list[Bar] = []
    for first in range(0, highest + 1, width):
        last = min(first + width - 1, highest)
        here = Bar(first, last, sum(counts.get(score, 0) for score in range(first, last + 1)))
        if made and 0 < made[-1].persons < SMALLEST_CELL:
            before = made.pop()
            here = Bar(before.first, last, before.persons + here.persons)
        made.append(here)
    while len(made) > 1 and 0 < made[-1].persons < SMALLEST_CELL:
        one, before = made.pop(), made.pop()
        made.append(Bar(before.first, one.last, before.persons + one.persons))
    return tuple(made)


def groups(persons: int, *, least: int = 20, most: int = 5) -> int:
    """Into how many groups of like size persons are parted for a curve; fewer than 2 are no curve."""
    return min(most, persons // least)
