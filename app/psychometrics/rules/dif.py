"""Differential item functioning: whether people of like ability but another group find an item harder.

Ability is matched on the total over items that do not differ themselves, always with the item that is looked
at. The class is one of three, as the Educational Testing Service names them.

Source: Holland and Thayer (1988), Differential item performance and the Mantel-Haenszel procedure;
Zieky (1993) for the classes, as the specification of the exams, section 7, reads them; Swaminathan and Rogers
(1990), Journal of Educational Measurement 27, for the logistic models; Nagelkerke (1991), Biometrika 78.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules import tables
from app.psychometrics.rules.gates import SHOW
from app.psychometrics.rules.table import Scores

PER_LOG_ODDS = -2.35
"""What makes a log odds ratio a difference in ETS's delta; below 0 the item is harder for the focal group."""
MOST_GROUPS = 8
ROUNDS = 10
"""Purifications at most: flags that come and go never settle."""
SIGNIFICANT = 0.05


class EtsClass(StrEnum):
    """How much an item differs: A not or little, B somewhat, C too much."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Pair:
    """One item in two groups. ``delta``, ``se``: on ETS's scale.

    All are None where no odds ratio exists: nobody differs, or one group is right where the other is wrong.
    """

    reference: str
    focal: str
    delta: float | None = None
    se: float | None = None
    tested: tables.Tested | None = None
    ets: EtsClass | None = None


@dataclass(frozen=True, slots=True)
class Logistic:
    """Whether the group adds to the total, and whether it does so differently along the total.

    ``effect``: by how much Nagelkerke's R² grows from the total alone to both; from 0 to 1.
    """

    uniform: tables.Tested
    nonuniform: tables.Tested
    effect: float


@dataclass(slots=True)
class ItemDif:
    """What is known of one item; ``ets`` is the worst of its pairs."""

    general: tables.Tested | None
    pairs: list[Pair] = field(default_factory=list)
    logistic: Logistic | None = None

    @property
    def ets(self) -> EtsClass | None:
        """C before B before A; None when no pair could be judged."""
        return max((pair.ets for pair in self.pairs if pair.ets is not None), default=None)


@dataclass(frozen=True, slots=True)
class Study:
    """All items in the order given. ``groups``: by name how many persons; ``too_small`` were left out."""

    items: list[ItemDif]
    groups: dict[str, int]
    too_small: dict[str, int]
    unsettled: list[tuple[str, str]]
    """Pairs whose purification found no end: read them with care."""


def ets_class(delta: float, se: float, p: float) -> EtsClass:
    """A when the difference is small or may be chance, C when it is surely large, else B."""
    size = abs(delta)
    if size < 1 or p >= SIGNIFICANT:
        return EtsClass.A
    return EtsClass.C if size >= 1.5 and size - 1.645 * se > 1 else EtsClass.B


def study(scores: Scores, groups: Sequence[str]) -> Study:
    """Compare the groups on every item; the largest is the reference of each pair it is in.

    Raises:
        NotComputed: fewer than two groups of 30 persons, more groups than languages have, or a single item.
    """
    counts = Counter(groups)
    if len(counts) > MOST_GROUPS:
        raise NotComputed(f"{len(counts)} groups are too many to compare; at most {MOST_GROUPS}")
    large = sorted((name for name in counts if counts[name] >= SHOW), key=lambda name: (-counts[name], name))
    if len(large) < 2:
        raise NotComputed(f"differences between groups need two groups of at least {SHOW} persons")
    if scores.shape[1] < 2:
        raise NotComputed("differences between groups need at least two items")
    places = np.array([large.index(name) if name in large else -1 for name in groups])
    scores, member = scores[places >= 0], places[places >= 0]
    whole = np.ones(scores.shape[1], dtype=bool)
    items = [
        ItemDif(tables.general_association(_layers(scores, member, len(large), place, whole)))
        for place in range(scores.shape[1])
    ]
    fair, unsettled = whole.copy(), []
    for first, second in combinations(range(len(large)), 2):
        both = (member == first) | (member == second)
        names = large[first], large[second]
        pairs, clean, settled = _purified(scores[both], (member[both] == second).astype(int), names)
        for item, pair in zip(items, pairs, strict=True):
            item.pairs.append(pair)
        fair &= clean
        if not settled:
            unsettled.append(names)
    for place, item in enumerate(items):
        item.logistic = _logistic(scores[:, place], _matching(scores, place, fair), member)
    return Study(
        items,
        {name: counts[name] for name in large},
        {name: count for name, count in sorted(counts.items()) if count < SHOW},
        unsettled,
    )


def _purified(
    scores: Scores, member: NDArray[np.int_], names: tuple[str, str]
) -> tuple[list[Pair], NDArray[np.bool_], bool]:
    """Every item of two groups, matched on the items of class A; which those are; whether they settled."""
    anchors = np.ones(scores.shape[1], dtype=bool)
    pairs: list[Pair] = []
    for _ in range(ROUNDS):
        pairs = [_pair(_layers(scores, member, 2, place, anchors), names) for place in range(scores.shape[1])]
        clean = np.array([pair.ets is EtsClass.A for pair in pairs])
        if (clean == anchors).all():
            return pairs, anchors, True
        if 2 * clean.sum() < clean.size:  # what most items measure differs: no total is a fair match
            break
        anchors = clean
    return pairs, anchors, False


def _pair(layers: tables.Layers, names: tuple[str, str]) -> Pair:
    found = tables.common_odds(layers)
    if found is None:
        return Pair(*names)
    delta, se = PER_LOG_ODDS * found.log_odds, -PER_LOG_ODDS * found.se
    return Pair(*names, delta, se, found.tested, ets_class(delta, se, found.tested.p))


def _matching(scores: Scores, place: int, anchors: NDArray[np.bool_]) -> NDArray[np.float64]:
    chosen = anchors.copy()
    chosen[place] = True
    return np.asarray(scores[:, chosen].sum(axis=1))


def _layers(
    scores: Scores, member: NDArray[np.int_], groups: int, place: int, anchors: NDArray[np.bool_]
) -> tables.Layers:
    """Strata by matching total × groups × (right, wrong)."""
    total = _matching(scores, place, anchors).astype(int)
    wrong = 1 - scores[:, place].astype(int)
    strata = scores.shape[1] + 1
    flat = np.bincount((total * groups + member) * 2 + wrong, minlength=strata * groups * 2)
    return flat.reshape(strata, groups, 2).astype(np.float64)


def _logistic(
    answer: NDArray[np.float64], total: NDArray[np.float64], member: NDArray[np.int_]
) -> Logistic | None:
    """Three nested models; None when one of them has no maximum, as with groups that are always right."""
    if total.std() == 0 or answer.std() == 0:
        return None
    level = (total - total.mean()) / total.std()
    others = np.arange(1, member.max() + 1)
    belongs = (member[:, None] == others).astype(np.float64)
    one = np.ones((answer.size, 1))
    steps = [
        np.column_stack(parts)
        for parts in ((one, level), (one, level, belongs), (one, level, belongs, belongs * level[:, None]))
    ]
    heights = [_height(design, answer) for design in steps]
    if None in heights:
        return None
    alone, shifted, turned = (float(height or 0) for height in heights)
    return Logistic(
        uniform=tables.ratio(shifted - alone, others.size),
        nonuniform=tables.ratio(turned - shifted, others.size),
        effect=max(0.0, _nagelkerke(turned, answer) - _nagelkerke(alone, answer)),
    )


def _height(design: NDArray[np.float64], answer: NDArray[np.float64]) -> float | None:
    """The largest log-likelihood of a logistic regression, or None when it has no maximum."""

    def downhill(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logit = design @ at
        value = float(np.logaddexp(0, logit).sum() - answer @ logit)
        return value, design.T @ (expit(logit) - answer)

    found = minimize(downhill, np.zeros(design.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-5})
    # a perfectly separated answer is fitted ever better by ever larger coefficients
    return -float(found.fun) if np.abs(found.jac).max() < 1e-2 and np.abs(found.x).max() < 15 else None


def _nagelkerke(height: float, answer: NDArray[np.float64]) -> float:
    share = float(answer.mean())
    size = answer.size
    empty = size * (share * np.log(share) + (1 - share) * np.log(1 - share))
    return float((1 - np.exp(2 * (empty - height) / size)) / (1 - np.exp(2 * empty / size)))
