"""Classical test theory: how hard an item is, how well it tells people apart, how far a total may be trusted.

Scores are persons × items of 0.0 and 1.0. Variances and covariances divide by n - 1 throughout, so that
coefficient alpha has the same divisor above and below. What cannot be computed is None, never 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules.table import OMITTED, Scores, Table


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item over all persons.

    ``facility``, ``omit_rate``: shares of 1. ``discrimination``: correlation with the total of the others.
    ``moodle_index``, ``efficiency``, ``effective_weight``: per cent, as Moodle's quiz statistics define them.
    """

    id: str
    facility: float
    omit_rate: float
    discrimination: float | None
    alpha_if_deleted: float | None
    moodle_index: float | None
    efficiency: float | None
    effective_weight: float | None


@dataclass(frozen=True, slots=True)
class WholeTest:
    """The test over all persons; scores and ``sem`` in points, ``sd`` over n - 1."""

    persons: int
    items: int
    mean: float
    sd: float
    alpha: float | None
    sem: float | None


def each_item(table: Table) -> list[ItemFigures]:
    """Each item's figures, in the order of the table.

    Raises:
        NotComputed: fewer than two persons.
    """
    scores = table.scores
    _at_least_two(scores)
    total = scores.sum(axis=1)
    spread = scores.var(axis=0, ddof=1)
    omitted = (table.cells == OMITTED).mean(axis=0)
    weights = _effective_weights(scores, total)
    made = []
    for place, name in enumerate(table.items):
        item = scores[:, place]
        rest = total - item
        found = correlation(item, rest)
        made.append(
            ItemFigures(
                id=name,
                facility=float(item.mean()),
                omit_rate=float(omitted[place]),
                discrimination=found,
                alpha_if_deleted=_alpha(len(table.items) - 1, float(spread.sum() - spread[place]), rest),
                moodle_index=None if found is None else 100 * found,
                efficiency=_efficiency(item, rest),
                effective_weight=weights[place],
            )
        )
    return made


def whole_test(scores: Scores) -> WholeTest:
    """The test's figures.

    Raises:
        NotComputed: fewer than two persons.
    """
    _at_least_two(scores)
    total = scores.sum(axis=1)
    sd, found = float(total.std(ddof=1)), alpha(scores)
    return WholeTest(
        persons=scores.shape[0],
        items=scores.shape[1],
        mean=float(total.mean()),
        sd=sd,
        alpha=found,
        # a negative alpha says that the items do not belong together: no error follows from it
        sem=None if found is None or found < 0 else sd * sqrt(1 - found),
    )


def alpha(scores: Scores) -> float | None:
    """Coefficient alpha, for 0/1 items KR-20; None for fewer than two items or when all totals are alike.

    Source: Cronbach (1951), Psychometrika 16; Kuder and Richardson (1937), Psychometrika 2, formula 20.
    """
    return _alpha(scores.shape[1], float(scores.var(axis=0, ddof=1).sum()), scores.sum(axis=1))


def _alpha(count: int, parts: float, total: NDArray[np.float64]) -> float | None:
    """Alpha from the number of items, the sum of their variances and the totals."""
    whole = float(total.var(ddof=1))
    if count < 2 or whole == 0:
        return None
    # items that copy each other give 1, which rounding must not carry beyond
    return min(1.0, count / (count - 1) * (1 - parts / whole))


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Pearson's r, which for 0/1 and points is the point-biserial; None when one of them never varies."""
    spread = float(one.var(ddof=1) * other.var(ddof=1))
    if spread == 0:
        return None
    return min(1.0, max(-1.0, _covariance(one, other) / sqrt(spread)))


def conditional_sem(score: int, *, items: int) -> float | None:
    """The standard error of measurement at a raw score, in points; None for fewer than two items.

    Source: Lord (1955), Educational and Psychological Measurement 15: binomial errors.
    """
    return sqrt(score * (items - score) / (items - 1)) if items > 1 else None


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of an item. ``share``: of those who answered; ``rest``: mean points on the other items."""

    id: str
    key: bool
    chosen: int
    share: float
    rest: float | None
    discrimination: float | None


def distractors(
    chosen: Sequence[str | None], rest: NDArray[np.float64], *, choices: Sequence[str], key: frozenset[str]
) -> list[Choice]:
    """How each choice of a single-answer item works.

    ``chosen``: one a person, None when left out; ``rest``: each person's points on the other items. A
    distractor that draws the able (a positive ``discrimination``) points to a wrong key or a second
    right answer.
    """
    marks = np.array([mark or "" for mark in chosen])
    answered = marks != ""
    made = []
    for choice in choices:
        took = marks == choice
        count = int(took.sum())
        made.append(
            Choice(
                id=choice,
                key=choice in key,
                chosen=count,
                share=count / max(1, int(answered.sum())),
                rest=float(rest[took].mean()) if count else None,
                discrimination=correlation(took[answered].astype(np.float64), rest[answered])
                if answered.sum() > 1
                else None,
            )
        )
    return made


def _at_least_two(scores: Scores) -> None:
    if scores.shape[0] < 2:
        raise NotComputed("statistics need at least two persons")


def _covariance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Over n - 1. Points are whole, so the sums are exact and the order of the persons changes nothing."""
    shared = one.size * float(one @ other) - float(one.sum()) * float(other.sum())
    return shared / (one.size * (one.size - 1))


def _efficiency(item: NDArray[np.float64], rest: NDArray[np.float64]) -> float | None:
    """The covariance with the rest as a share of the largest that these marks could have, in per cent.

    Source: Moodle, quiz report statistics, discriminative efficiency.
    """
    largest = _covariance(np.sort(item), np.sort(rest))
    return None if largest <= 0 else 100 * _covariance(item, rest) / largest


def _effective_weights(scores: Scores, total: NDArray[np.float64]) -> list[float | None]:
    """How much of the totals' spread each item makes, in per cent; None when it works against the total.

    Source: Moodle, quiz report statistics, effective weight.
    """
    shared = [_covariance(scores[:, place], total) for place in range(scores.shape[1])]
    roots = [sqrt(value) if value >= 0 else None for value in shared]
    whole = sum(root for root in roots if root is not None)
    return [100 * root / whole if root is not None and whole else None for root in roots]
