"""Tests of association in layers of tables: the statistics behind differential item functioning.

``layers`` are strata × groups × answers of counts; a stratum of one group or one answer says nothing.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

Layers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tested:
    """A chi-square, its degrees of freedom and the chance of a larger one where there is no difference."""

    chi2: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class CommonOdds:
    """The common odds ratio of two groups, as a logarithm with its standard error, and its test."""

    log_odds: float
    se: float
    tested: Tested

    @property
    def odds_ratio(self) -> float:
        """Above 1, the first group has the first answer more often than its like in the second."""
        return exp(self.log_odds)


def general_association(layers: Layers) -> Tested | None:
    """The generalised Mantel-Haenszel test, any number of groups and answers; None where nothing varies.

    Source: Mantel and Haenszel (1959), JNCI 22; Landis, Heyman and Koch (1978), International Statistical
    Review 46: general association. For items: Somes (1986), The American Statistician 40.
    """
    layers = _telling(layers)
    # a group or an answer that no stratum has would make the covariance singular
    layers = layers[:, layers.sum(axis=(0, 2)) > 0][:, :, layers.sum(axis=(0, 1)) > 0]
    groups, answers = layers.shape[1] - 1, layers.shape[2] - 1
    if min(layers.shape) < 1 or min(groups, answers) < 1:
        return None
    apart, spread = np.zeros(groups * answers), np.zeros((groups * answers,) * 2)
    for layer in layers:
        size = layer.sum()
        rows, columns = layer.sum(axis=1)[:-1] / size, layer.sum(axis=0)[:-1] / size
        apart += (layer[:-1, :-1] - size * np.outer(rows, columns)).ravel()
        spread += (
            np.kron(np.diag(rows) - np.outer(rows, rows), np.diag(columns) - np.outer(columns, columns))
            * size**2
            / (size - 1)
        )
    if np.linalg.matrix_rank(spread) < spread.shape[0]:
        return None
    return _tested(float(apart @ np.linalg.solve(spread, apart)), groups * answers)


def common_odds(layers: Layers, *, corrected: bool = True) -> CommonOdds | None:
    """Mantel and Haenszel's common odds ratio of 2 × 2 layers; None where it is 0, infinite or unknown.

    ``corrected``: the test subtracts Yates' half. Source: Mantel and Haenszel (1959), JNCI 22; the standard
    error from Robins, Breslow and Greenland (1986), Biometrics 42.
    """
    layers = _telling(layers)
    (a, b), (c, d) = layers[:, 0].T, layers[:, 1].T
    size = layers.sum(axis=(1, 2))
    up, down = a * d / size, b * c / size
    if up.sum() == 0 or down.sum() == 0:
        return None
    with_, against = (a + d) / size, (b + c) / size
    variance = (
        (with_ * up).sum() / (2 * up.sum() ** 2)
        + (with_ * down + against * up).sum() / (2 * up.sum() * down.sum())
        + (against * down).sum() / (2 * down.sum() ** 2)
    )
    expected = (a + b) * (a + c) / size
    spread = (a + b) * (c + d) * (a + c) * (b + d) / (size**2 * (size - 1))
    apart = abs(float((a - expected).sum()))
    if corrected:
        apart = max(0.0, apart - 0.5)
    return CommonOdds(log(up.sum() / down.sum()), sqrt(variance), _tested(apart**2 / float(spread.sum()), 1))


def ratio(growth: float, df: int) -> Tested:
    """The likelihood-ratio test: twice the growth of the log-likelihood."""
    return _tested(max(0.0, 2 * growth), df)


def _telling(layers: Layers) -> Layers:
    """The strata with at least two groups and two answers; the others add nothing to any sum."""
    several = ((layers.sum(axis=2) > 0).sum(axis=1) > 1) & ((layers.sum(axis=1) > 0).sum(axis=1) > 1)
    return np.asarray(layers[several])


def _tested(value: float, df: int) -> Tested:
    return Tested(value, df, float(chi2.sf(value, df)))
