"""How many raters a submission needs, what their ratings come to, and who may rate.

Source: docs/decisions/0025-capstone.md; specification of exams, section 3b.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from uuid import UUID

from app.capstone.rules.briefs import LEVELS, Brief

RATERS = 2
"""How many rate every submission."""
SUBMISSIONS = 2
"""The first and one resubmission."""
RATING_TIME = timedelta(days=14)
"""How long a submission stays with a rater who has not rated it; after that a colleague can take it."""


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


@dataclass(frozen=True, slots=True)
class Place:
    """A rater of a submission: since when it is with them (aware UTC), and what became of it."""

    rater_id: UUID
    taken_at: datetime
    given_back: bool = False
    rated: bool = False


class Taking(StrEnum):
    """What happens when a rater asks for a submission."""

    FREE = "free"
    MINE = "mine"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    RATED = "rated"


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

    def closeness(pair: tuple[int, int]) -> tuple[int, int]:
        one, other = (ratings[place].points for place in pair)
        return abs(one - other), -(one + other)

    pair = min(combinations(agreeing, 2), key=closeness)
    total = sum(ratings[place].points for place in pair)
    return Settled(outcome, -(-total // 2), pair)


def taking(places: Collection[Place], rater_id: UUID, *, needed: int, at: datetime) -> Taking:
    """What a rater finds who asks for a submission at ``at``: ``needed`` raters are wanted in all.

    A place counts while it is rated, or with its rater for no longer than the rating time.
    """
    mine = next((place for place in places if place.rater_id == rater_id), None)
    if mine is not None and mine.rated:
        return Taking.RATED
    if mine is not None and mine.given_back:
        return Taking.GIVEN_BACK
    if mine is not None and _holds(mine, at):
        return Taking.MINE
    held = sum(_holds(place, at) for place in places)
    return Taking.FREE if held < needed else Taking.TAKEN


def _holds(place: Place, at: datetime) -> bool:
    return place.rated or (not place.given_back and at <= place.taken_at + RATING_TIME)


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
