"""How many raters a submission needs, and what their ratings come to.

Source: docs/decisions/0025-capstone.md; specification of exams, section 3b.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.capstone.rules.briefs import LEVELS, Brief
from app.exams.rules.rating import RATERS, closest, mean_of

SUBMISSIONS = 2
"""The first and one resubmission."""


class Outcome(StrEnum):
    """What a capstone comes to."""

    PASSED = "passed"
    FAILED = "failed"


class Standing(StrEnum):
    """Where a capstone stands for the certification case of a person."""

    NONE = "none"
    OPEN = "open"
    FAILED = "failed"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating: its total, and what it alone would come to."""

    points: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Settled:
    """What the ratings come to: points are whole. ``counted``: the places (from 0) of those averaged."""

    outcome: Outcome
    points: int
    counted: tuple[int, ...]


def complete(levels: Mapping[str, int], brief: Brief) -> bool:
    """Whether a rating gives each criterion, and nothing else, one of the levels."""
    named = {criterion.id for criterion in brief.criteria}
    return set(levels) == named and all(level in LEVELS for level in levels.values())


def rated(levels: Mapping[str, int], brief: Brief) -> Rated:
    """What one rating comes to: the sum, and passed at or above the mark with no 0 where none may be."""
    points = sum(levels.values())
    missed = any(criterion.needed and levels[criterion.id] == 0 for criterion in brief.criteria)
    passed = points >= brief.pass_points and not missed
    return Rated(points, Outcome.PASSED if passed else Outcome.FAILED)


def raters_needed(ratings: Sequence[Rated], brief: Brief) -> int:
    """Two; three once two ratings differ in their outcome or by more points than the gap."""
    if len(ratings) < RATERS:
        return RATERS
    one, other = ratings[:RATERS]
    apart = abs(one.points - other.points) > brief.gap or one.outcome is not other.outcome
    return RATERS + 1 if apart else RATERS


def decide_capstone(ratings: Sequence[Rated], brief: Brief) -> Settled | None:
    """THE outcome of a capstone, which a person tells; None while a rating is missing.

    Two agreeing ratings decide; of three, the outcome that two or all three gave. The points are the mean of
    the two closest totals among the ratings with that outcome, rounded up by half a point at most; of two
    pairs equally close the higher one counts. The mean of passed ratings is never below the mark.

    Source: docs/decisions/0025-capstone.md.
    """
    if len(ratings) < raters_needed(ratings, brief):
        return None
    passes = sum(one.outcome is Outcome.PASSED for one in ratings)
    outcome = Outcome.PASSED if 2 * passes > len(ratings) else Outcome.FAILED
    agreeing = [place for place, one in enumerate(ratings) if one.outcome is outcome]
    totals = [one.points for one in ratings]
    pair = closest(totals, agreeing)
    return Settled(outcome, mean_of(totals, pair), pair)


def standing_of(outcomes: Sequence[Outcome], *, open_now: bool) -> Standing:
    """Where a person's capstone stands by the outcomes they were told, and by what is still open."""
    if Outcome.PASSED in outcomes:
        return Standing.PASSED
    if open_now:
        return Standing.OPEN
    return Standing.FAILED if outcomes else Standing.NONE


def may_begin(outcomes: Sequence[Outcome], *, open_now: bool) -> bool:
    """Whether a person can begin: the first time, or once more after a fail."""
    told = standing_of(outcomes, open_now=open_now)
    return told is Standing.NONE or (told is Standing.FAILED and len(outcomes) < SUBMISSIONS)
