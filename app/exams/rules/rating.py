"""Rating by people, blind: how many raters a piece of work needs, what their ratings come to, who may rate.

Points are whole. Written tasks of exams and capstones share this.

Source: docs/decisions/0025-capstone.md, 0028-written-tasks.md; specification of exams, section 1.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from uuid import UUID

from app.question_banks.rules.rubrics import Criterion

RATERS = 2
"""How many rate everything."""
RATING_TIME = timedelta(days=14)
"""How long a piece of work stays with a rater who has not rated it; after that a colleague can take it."""
GAP_SHARE = 4
"""By the item's points divided by this, one at least, two ratings may differ before a third is asked."""


@dataclass(frozen=True, slots=True)
class Place:
    """A rater of a piece of work: since when it is with them (aware UTC), and what became of it."""

    rater_id: UUID
    taken_at: datetime
    given_back: bool = False
    rated: bool = False


class Taking(StrEnum):
    """What happens when a rater asks for a piece of work."""

    FREE = "free"
    MINE = "mine"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    RATED = "rated"


@dataclass(frozen=True, slots=True)
class FinalPoints:
    """What the ratings of an answer come to; ``counted``: the places (from 0) of those averaged."""

    points: int
    counted: tuple[int, int]


def is_complete_rating(levels: Mapping[str, int], criteria: Sequence[Criterion]) -> bool:
    """Whether a rating gives each criterion, by its number from 1, one of its levels, and nothing else."""
    known = {str(at): {level.points for level in one.levels} for at, one in enumerate(criteria, 1)}
    return set(levels) == set(known) and all(points in known[name] for name, points in levels.items())


def gap_of(points: int) -> int:
    """By how much two ratings of an item may differ; with more a third is asked."""
    return max(1, points // GAP_SHARE)


def raters_needed(totals: Sequence[int], *, points: int) -> int:
    """Two; three once the first two totals differ by more than the gap of an item of ``points``."""
    if len(totals) < RATERS:
        return RATERS
    return RATERS + (abs(totals[0] - totals[1]) > gap_of(points))


def decide_points(totals: Sequence[int], *, points: int) -> FinalPoints | None:
    """THE points of a written answer; None while a rating is missing. ``totals`` in the order of the ratings.

    The mean of two ratings, or of the two closest of three, rounded up by half a point at most; of two pairs
    equally close the higher one counts.

    Source: docs/decisions/0028-written-tasks.md.
    """
    if len(totals) < raters_needed(totals, points=points):
        return None
    pair = closest(totals, range(len(totals)))
    return FinalPoints(mean_of(totals, pair), pair)


def closest(totals: Sequence[int], among: Collection[int]) -> tuple[int, int]:
    """The places of the two totals ``among`` these that differ least; of equals the higher ones."""

    def closeness(pair: tuple[int, int]) -> tuple[int, int]:
        one, other = (totals[place] for place in pair)
        return abs(one - other), -(one + other)

    return min(combinations(among, 2), key=closeness)


def mean_of(totals: Sequence[int], pair: tuple[int, int]) -> int:
    """The mean of two totals, rounded up by half a point at most."""
    return -(-sum(totals[place] for place in pair) // 2)


def taking(
    places: Collection[Place], rater_id: UUID, *, needed: int, at: datetime, time: timedelta = RATING_TIME
) -> Taking:
    """What a rater finds who asks for a piece of work at ``at``: ``needed`` raters are wanted in all.

    A place counts while it is rated, or with its rater for no longer than ``time``.
    """
    mine = next((place for place in places if place.rater_id == rater_id), None)
    if mine is not None and mine.rated:
        return Taking.RATED
    if mine is not None and mine.given_back:
        return Taking.GIVEN_BACK
    if mine is not None and _holds(mine, at, time):
        return Taking.MINE
    held = sum(_holds(place, at, time) for place in places)
    return Taking.FREE if held < needed else Taking.TAKEN


def _holds(place: Place, at: datetime, time: timedelta) -> bool:
    return place.rated or (not place.given_back and at <= place.taken_at + time)
