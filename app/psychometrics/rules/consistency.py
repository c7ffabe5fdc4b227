"""How often the same people would pass again: decision consistency from one sitting.

Source: Subkoviak (1976), Journal of Educational Measurement 13, 265-276: each person's true share of right
answers is estimated by Kelley's regression towards the mean, a second sitting of the same length is binomial.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules.classical import alpha
from app.psychometrics.rules.table import Scores


@dataclass(frozen=True, slots=True)
class Consistency:
    """Two sittings of like length. ``agreement``: share of people decided alike; ``kappa``: beyond chance."""

    passing: float
    agreement: float
    kappa: float | None


def of(scores: Scores, *, cut_score: int) -> Consistency | None:
    """The consistency of passing at ``cut_score`` points or more; None where alpha is unknown or negative.

    Raises:
        NotComputed: no score of this test is at the cut.
    """
    count = scores.shape[1]
    if not 1 <= cut_score <= count:
        raise NotComputed(f"a cut of {cut_score} points is none of a test of {count} items")
    reliability = alpha(scores) if scores.shape[0] > 1 else None
    if reliability is None or reliability < 0:
        return None
    share = scores.mean(axis=1)
    true = reliability * share + (1 - reliability) * share.mean()
    again = binom.sf(cut_score - 1, count, true)
    agreement = float(np.mean(again**2 + (1 - again) ** 2))
    passing = float(again.mean())
    chance = passing**2 + (1 - passing) ** 2
    return Consistency(
        passing=float((scores.sum(axis=1) >= cut_score).mean()),
        agreement=agreement,
        kappa=None if chance == 1 else (agreement - chance) / (1 - chance),
    )
