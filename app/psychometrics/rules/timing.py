"""How long candidates were at an item, from the times at which they answered.

Nothing watches what somebody reads: the time from one answer to the next counts for the next. Where a page
sent several answers at once, or one right behind another because they had waited, nothing is known.

Source: specification of the exams, section 7; Wise and Kong (2005), Applied Measurement in Education 18, for
answers given too fast to have been thought about.
"""

from collections.abc import Iterable, Sequence
from statistics import median

RAPID_SECONDS = 3.0
RAPID_SHARE = 0.1
"""Of the item's median; the larger of the two is what an answer needs at least."""
AT_ONCE = 1.0
"""Seconds. Two answers nearer to each other were not given one after the other but sent so."""

Mark = tuple[float, int]
"""Seconds since the start, and the place that was answered; 0 where only the clock begins anew."""


def place_seconds(marks: Iterable[Mark]) -> dict[int, float]:
    """Seconds by place, over all its answers; without places of which nothing is known."""
    spent: dict[int, float] = {}
    unknown: set[int] = set()
    before = 0.0
    for at, places in _moments(marks):
        here = places - {0}
        if len(here) == 1 and 0 not in places and at - before >= AT_ONCE:
            (place,) = here
            spent[place] = spent.get(place, 0.0) + at - before
        else:
            unknown |= here
        before = at
    return {place: seconds for place, seconds in spent.items() if place not in unknown}


def _moments(marks: Iterable[Mark]) -> list[tuple[float, set[int]]]:
    """What happened at each moment, in order."""
    found: dict[float, set[int]] = {}
    for at, place in marks:
        found.setdefault(at, set()).add(place)
    return sorted(found.items())


def middle(seconds: Sequence[float]) -> float | None:
    """The median; None of nothing."""
    return float(median(seconds)) if seconds else None


def rapid(seconds: Sequence[float]) -> int:
    """How many answers were below 3 seconds or a tenth of the median, whichever is longer."""
    usual = middle(seconds) or 0.0
    least = max(RAPID_SECONDS, RAPID_SHARE * usual)
    return sum(one < least for one in seconds)
