"""The Rasch and the two-parameter model by marginal maximum likelihood.

The chance of a right answer at ability t is 1 / (1 + exp(-slope·(t - difficulty))), abilities are standard
normal, and the slope is one for all items (Rasch) or one an item. Inside, items have an intercept
-slope·difficulty, with which the likelihood is smooth also where a slope is 0. The maximum is found by a
quasi-Newton search over Gauss-Hermite nodes and confirmed by Newton's own steps.

Source: Bock and Lieberman (1970), Psychometrika 35, 179-197; Bock and Aitkin (1981), Psychometrika 46,
443-459; Thissen (1982), Psychometrika 47, 175-186 (one slope, standard normal abilities).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from app.psychometrics.errors import NotComputed, NotConverged
from app.psychometrics.rules.gates import PERSONS, Model
from app.psychometrics.rules.table import Scores

NODES = 61
"""Points of the quadrature. Twice as many change no digit that is shown."""
SETTLED = 1e-9
"""Newton's decrement at the maximum: by how much the log-likelihood could still grow."""
STEPS, SEARCH = 25, 2000
FLAT = 0.05
"""A slope below says nothing about ability, and a difficulty divided by it would be noise."""
STEEPEST = 8.0
"""A slope above comes from items that copy each other, not from ability; the search has no end there."""

Vector = NDArray[np.float64]


FEWEST_ITEMS = {Model.RASCH: 2, Model.TWO_PARAMETERS: 3}


@dataclass(frozen=True, slots=True)
class Estimate:
    """One item: ability's units are standard deviations of the persons. ``se``: standard errors.

    All but ``why_not`` are None for an item that no estimate exists for.
    """

    difficulty: float | None = None
    difficulty_se: float | None = None
    slope: float | None = None
    slope_se: float | None = None
    intercept: float | None = None
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """All items in the order given; ``log_likelihood`` with natural logarithms, over the items estimated."""

    items: tuple[Estimate, ...]
    log_likelihood: float
    parameters: int
    persons: int


def fit(scores: Scores, model: Model) -> Fit:
    """Estimate the items of persons × items.

    An item that everybody answers alike has no estimate and is left out of the likelihood.

    Raises:
        NotComputed: too few persons or items.
        NotConverged: the likelihood has no maximum inside the bounds.
    """
    persons = scores.shape[0]
    if persons < PERSONS[model]:
        raise NotComputed(f"{model} needs at least {PERSONS[model]} persons; there are {persons}")
    facility = scores.mean(axis=0)
    usable = np.flatnonzero((facility > 0) & (facility < 1))
    if usable.size < FEWEST_ITEMS[model]:
        raise NotComputed(
            f"{model} needs at least {FEWEST_ITEMS[model]} items that some answer right and some wrong; "
            f"there are {usable.size}"
        )
    rows, counts = np.unique(scores[:, usable], axis=0, return_counts=True)
    surface = _Surface(rows, counts.astype(np.float64), common=model is Model.RASCH)
    try:
        found, value, spread = _climb(surface, facility[usable])
    except NotConverged as error:
        raise NotConverged(error.why, tuple(int(usable[place]) for place in error.items)) from None
    made = dict(zip(usable.tolist(), _estimates(found, spread, surface.common), strict=True))
    unanimous = {0.0: "nobody answers it right", 1.0: "everybody answers it right"}
    return Fit(
        items=tuple(
            made[place] if place in made else Estimate(why_not=unanimous[float(facility[place])])
            for place in range(scores.shape[1])
        ),
        log_likelihood=value,
        parameters=found.size,
        persons=persons,
    )


class _Surface:
    """The log-likelihood over response patterns and how often each occurs.

    Parameters: one intercept an item, then the slope, or one an item.
    """

    def __init__(self, rows: Vector, counts: Vector, *, common: bool) -> None:
        self.rows, self.counts, self.common = rows, counts, common
        nodes, weights = hermegauss(NODES)
        self.nodes: Vector = nodes
        self.log_weights: Vector = np.log(weights / weights.sum())

    def __call__(self, at: Vector) -> tuple[float, Vector]:
        """The value and its gradient."""
        size = self.rows.shape[1]
        slopes = np.full(size, at[size]) if self.common else at[size:]
        logits = at[:size, None] + np.outer(slopes, self.nodes)
        # log P(pattern | node) = Σ x·logit - Σ log(1 + exp(logit))
        joint = self.rows @ logits - np.logaddexp(0, logits).sum(axis=0) + self.log_weights
        marginal = logsumexp(joint, axis=1)
        weight = np.exp(joint - marginal[:, None]) * self.counts[:, None]
        residual = self.rows.T @ weight - weight.sum(axis=0) * expit(logits)
        slope = residual @ self.nodes
        gradient = np.concatenate([residual.sum(axis=1), [slope.sum()] if self.common else slope])
        return float(self.counts @ marginal), gradient

    def information(self, at: Vector) -> Vector:
        """Minus the second derivatives, from differences of the gradient: parameters × parameters."""
        step = 1e-5
        columns = []
        for place in range(at.size):
            aside = np.zeros(at.size)
            aside[place] = step
            columns.append((self(at - aside)[1] - self(at + aside)[1]) / (2 * step))
        made = np.array(columns)
        return (made + made.T) / 2


def _climb(surface: _Surface, facility: Vector) -> tuple[Vector, float, Vector]:
    """The maximum, the value there and the covariance of the parameters."""
    size = facility.size
    start = np.concatenate([np.log(facility / (1 - facility)), np.ones(1 if surface.common else size)])
    downhill: Callable[[Vector], tuple[float, Vector]] = lambda at: tuple(-part for part in surface(at))  # type: ignore[assignment,return-value]  # noqa: E731
    bounds = [(-40.0, 40.0)] * size + [(-STEEPEST, STEEPEST)] * (start.size - size)
    at = minimize(
        downhill,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": SEARCH, "ftol": 1e-13},
    ).x
    if at[size:].sum() < 0:  # abilities mirrored are as likely: right answers are the able's
        at[size:] *= -1
    steep = np.flatnonzero(np.abs(at[size:]) >= STEEPEST)
    if steep.size:
        raise NotConverged(
            "no estimates: items copy each other, so that their slopes have no bound",
            tuple(range(size)) if surface.common else tuple(steep.tolist()),
        )
    for _ in range(STEPS):
        value, gradient = surface(at)
        try:
            factor = cho_factor(surface.information(at))
        except LinAlgError:
            break
        move = cho_solve(factor, gradient)
        if gradient @ move / 2 < SETTLED:
            return at, value, cho_solve(factor, np.eye(at.size))
        at = at + move
    raise NotConverged("no estimates: the likelihood has no maximum; the items may have nothing in common")


def _estimates(at: Vector, spread: Vector, common: bool) -> list[Estimate]:
    """Difficulties by the delta method: b = -d/a, so db = (-1/a) dd + (d/a²) da."""
    size = at.size - 1 if common else at.size // 2
    made = []
    for place in range(size):
        where = size if common else size + place
        intercept, slope = float(at[place]), float(at[where])
        slope_se = sqrt(spread[where, where])
        if abs(slope) < FLAT:
            made.append(
                Estimate(slope=slope, slope_se=slope_se, intercept=intercept, why_not="its slope is nearly 0")
            )
            continue
        by = np.array([-1 / slope, intercept / slope**2])
        part = spread[np.ix_([place, where], [place, where])]
        made.append(
            Estimate(
                difficulty=-intercept / slope,
                difficulty_se=sqrt(by @ part @ by),
                slope=slope,
                slope_se=slope_se,
                intercept=intercept,
            )
        )
    return made
