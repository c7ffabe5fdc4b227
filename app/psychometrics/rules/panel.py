"""What a panel of judges comes to: the modified Angoff procedure in two rounds.

A judge thinks of a candidate who knows just enough and tells, in per cent, how likely that candidate gets an
item right; for an item of several points, which share of them. The sum over the items is the judge's cut, the
mean of these the panel's. Plain whole numbers: a rating is in per cent, so sums of points times ratings are
in hundredths of a point.

Source: Angoff (1971), Scales, norms, and equivalent scores, in Thorndike (ed.), Educational Measurement, 2nd
ed., p. 514 f.; the second round after feedback is the usual modification.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isqrt

LEAST = 3
"""Judges without whom there is no figure: a standard error needs some."""
WANTED = 8
"""Judges on whom a decision rests at least (specification of exams, 2)."""
MOST = 30
"""Judges of one study."""
HIGHEST = 100
"""The highest rating, in per cent."""
HUNDREDTHS = 100
"""Parts of a point."""


class PanelStage(StrEnum):
    """Where a study stands. Stored as written here, and never translated."""

    ROUND_ONE = "round_one"
    ROUND_TWO = "round_two"
    CLOSED = "closed"
    CALLED_OFF = "called_off"


class Leaving(StrEnum):
    """Why a judge counts no more."""

    WITHDRAWN = "withdrawn"
    LATE_ROUND_ONE = "late_round_one"
    LATE_ROUND_TWO = "late_round_two"


class Unfit(StrEnum):
    """Why somebody cannot be a judge."""

    UNKNOWN = "unknown"
    TRAINS = "trains"
    SAT = "sat"
    TWICE = "twice"


RUNNING = frozenset({PanelStage.ROUND_ONE, PanelStage.ROUND_TWO})
_ROUND = {PanelStage.ROUND_ONE: 1, PanelStage.ROUND_TWO: 2}
_NEXT = {1: PanelStage.ROUND_TWO, 2: PanelStage.CLOSED}
_LATE = {1: Leaving.LATE_ROUND_ONE, 2: Leaving.LATE_ROUND_TWO}


def round_of(stage: PanelStage) -> int | None:
    """The round that runs, 1 or 2; None when neither does."""
    return _ROUND.get(stage)


def after_round(number: int) -> PanelStage:
    """What follows round 1 or 2."""
    return _NEXT[number]


def late_in(number: int) -> Leaving:
    """What becomes of a judge who did not hand that round in."""
    return _LATE[number]


def missing(rated: Collection[int], places: Collection[int]) -> int:
    """How many places of the form a judge has not rated."""
    return len(set(places) - set(rated))


def in_force(first: Mapping[int, int], second: Mapping[int, int]) -> dict[int, int]:
    """A judge's ratings by place after round 2: what was not changed there holds from round 1."""
    return {**first, **second}


def sum_of(ratings: Mapping[int, int], points: Mapping[int, int]) -> int:
    """A judge's cut in hundredths of a point; ``points`` by place, each with a rating."""
    return sum(worth * ratings[place] for place, worth in points.items())


@dataclass(frozen=True, slots=True)
class Estimate:
    """The panel's cut with its standard error, both in hundredths of a point."""

    judges: int
    mean: int
    error: int


def estimate(sums: Sequence[int]) -> Estimate:
    """Mean of the judges' sums, and their standard deviation divided by the root of their number.

    The deviation is the sample's (n - 1). Both are rounded to hundredths, halves up. At least two sums.
    """
    n, total = len(sums), sum(sums)
    scatter = n * sum(one * one for one in sums) - total * total
    return Estimate(n, (2 * total + n) // (2 * n), (isqrt(4 * scatter // (n * n * (n - 1))) + 1) // 2)


def cuts_allowed(found: Estimate, *, max_points: int) -> range:
    """The whole cut scores somebody may decide on: within two standard errors of the panel's cut.

    The whole numbers next to the panel's cut always are, also when the judges agreed to the hundredth; 0 and
    more than the form has never are.
    """
    least, most = found.mean - 2 * found.error, found.mean + 2 * found.error
    lowest = min(-(-least // HUNDREDTHS), found.mean // HUNDREDTHS)
    highest = max(most // HUNDREDTHS, -(-found.mean // HUNDREDTHS))
    return range(min(max(1, lowest), max_points), min(max(1, highest), max_points) + 1)


@dataclass(frozen=True, slots=True)
class Spread:
    """What a panel thinks of one item, in per cent; ``mean`` in tenths of one."""

    mean: int
    lowest: int
    highest: int


def spread(ratings: Sequence[int]) -> Spread:
    """Mean, lowest and highest of at least one rating; the mean's halves up."""
    n = len(ratings)
    return Spread((20 * sum(ratings) + n) // (2 * n), min(ratings), max(ratings))
