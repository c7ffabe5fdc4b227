"""Which score of an older form a score of a new form is worth, by the items that both forms have.

The scores are made comparable for the candidates of the new form, to whom they will be given. The table is
for people who read a scale; who passes is decided by the cut frozen with each form.

Source: Kolen and Brennan (2014), Test Equating, Scaling, and Linking, third edition, chapters 2, 4 and 5; the
sizes from the specification of the exams, section 7.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules.gates import Method
from app.psychometrics.rules.table import Table

LINEAR, EQUIPERCENTILE = 100, 400
"""Persons of the smaller group from which each kind of method is taken."""
DIGITS = 12
"""Of a share, beyond which it is the same."""
FEW_COMMON = 0.2
"""Share of the new form that the common items should make at least."""

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Equated:
    """``scores``: by score of the new form, from 0 up, what it is worth on the old one, within its bounds.

    ``persons``: of the new and the old form.
    """

    method: Method
    scores: tuple[float, ...]
    common: tuple[str, ...]
    persons: tuple[int, int]
    few_common: bool


def method_for(persons: int) -> Method:
    """What so many persons, of the smaller group, allow."""
    if persons < LINEAR:
        return Method.IDENTITY
    return Method.TUCKER if persons < EQUIPERCENTILE else Method.EQUIPERCENTILE


def equate(new: Table, old: Table, method: Method | None = None) -> Equated:
    """The table from the new form's scores to the old one's; common items are those of the same name.

    ``method``: another than the sizes allow, by whoever answers for it.

    Raises:
        NotComputed: forms without common items, or whose scores do not vary, cannot be equated.
    """
    common = tuple(name for name in new.items if name in old.items)
    chosen = method or method_for(min(len(new.cells), len(old.cells)))
    given = np.arange(len(new.items) + 1, dtype=np.float64)
    worth = given if chosen is Method.IDENTITY else _worth(given, new, old, common, chosen)
    return Equated(
        chosen,
        tuple(float(score) for score in np.clip(worth, 0, len(old.items))),
        common,
        (len(new.cells), len(old.cells)),
        len(common) < FEW_COMMON * len(new.items),
    )


def _worth(given: Points, new: Table, old: Table, common: tuple[str, ...], method: Method) -> Points:
    if not common:
        raise NotComputed("the forms have no item in common")
    x, v1 = new.scores.sum(axis=1), new.scores[:, [new.items.index(name) for name in common]].sum(axis=1)
    y, v2 = old.scores.sum(axis=1), old.scores[:, [old.items.index(name) for name in common]].sum(axis=1)
    if min(x.std(), v1.std(), y.std(), v2.std()) == 0:
        raise NotComputed("everybody has the same score on one of the forms or on the common items")
    if method is Method.EQUIPERCENTILE:
        middle = equipercentile(given, x, v1, (len(new.items), len(common)))
        return equipercentile(middle, v2, y, (len(common), len(old.items)))
    line = tucker if method is Method.TUCKER else chained_linear
    slope, intercept = line(Moments.of(x, v1), Moments.of(y, v2))
    return slope * given + intercept


@dataclass(frozen=True, slots=True)
class Moments:
    """Means, variances and covariance of the total and the common items in one group."""

    total: float
    common: float
    total_variance: float
    common_variance: float
    covariance: float

    @classmethod
    def of(cls, total: Points, common: Points) -> "Moments":
        """Those of a group of persons; variances divide by n."""
        spread = np.cov(total, common, ddof=0)
        return cls(
            float(total.mean()),
            float(common.mean()),
            float(spread[0, 0]),
            float(spread[1, 1]),
            float(spread[0, 1]),
        )


def tucker(new: Moments, old: Moments) -> tuple[float, float]:
    """Slope and intercept for the new form's candidates; both have one regression on the common items."""
    steep = old.covariance / old.common_variance
    mean = old.total + steep * (new.common - old.common)
    variance = old.total_variance + steep**2 * (new.common_variance - old.common_variance)
    slope = float(np.sqrt(variance / new.total_variance))
    return slope, mean - slope * new.total


def chained_linear(new: Moments, old: Moments) -> tuple[float, float]:
    """Slope and intercept by way of the common items: from the new form to them, from them to the old one."""
    there = np.sqrt(new.common_variance / new.total_variance)
    back = np.sqrt(old.total_variance / old.common_variance)
    slope = float(there * back)
    return slope, float(old.total + back * (new.common - old.common)) - slope * new.total


def equipercentile(at: Points, given: Points, wanted: Points, most: tuple[int, int]) -> Points:
    """The scores of ``wanted`` with the percentile that the scores ``at`` have in ``given``.

    ``most``: the highest possible scores of both. A whole score is spread evenly over ± 1/2.
    """
    return _score_at(_rank(at, given, most[0]), wanted, most[1])


def _shares(points: Points, most: int) -> Points:
    """How much of the group is below each half: -1/2 (nobody), 1/2 and so on to the highest score's."""
    counts = np.bincount(points.astype(int), minlength=most + 1)
    return np.concatenate([[0.0], np.cumsum(counts) / points.size])


def _rank(at: Points, points: Points, most: int) -> Points:
    """The share of a group below each score, which may lie between whole ones."""
    shares = _shares(points, most)
    return np.interp(at, np.arange(shares.size) - 0.5, shares)


def _score_at(rank: Points, points: Points, most: int) -> Points:
    """The score with a given share below it; where nobody scored, the middle of the gap."""
    shares, rank = _shares(points, most).round(DIGITS), rank.round(DIGITS)
    first = np.searchsorted(shares, rank, side="left")
    last = np.searchsorted(shares, rank, side="right") - 1
    below = np.maximum(first - 1, 0)
    rise = np.where(first > last, shares[first] - shares[below], 1)
    inside = below + (rank - shares[below]) / rise
    return np.asarray(np.where(first > last, inside, (first + last) / 2) - 0.5)
