"""What the ratings of a written answer come to, how many it needs, and when a result may follow."""

import pytest

from app.exams.rules.forms import DELIVERED, delivered_from
from app.exams.rules.rating import (
    FinalPoints,
    closest,
    decide_points,
    gap_of,
    is_complete_rating,
    mean_of,
    raters_needed,
)
from app.exams.rules.releasing import releases_once_rated
from app.exams.rules.scoring import ScoredItem, points_of, raw_score, with_ratings
from app.exams.rules.states import ReleasePolicy, Review
from app.question_banks.rules import BankPurpose, ItemType
from app.question_banks.rules.rubrics import Criterion, Level

TITLE = dict.fromkeys(("kk", "ru", "en"), "x")
CRITERIA = (
    Criterion(TITLE, (Level(0, TITLE), Level(2, TITLE))),
    Criterion(TITLE, (Level(0, TITLE), Level(1, TITLE), Level(3, TITLE))),
)


@pytest.mark.parametrize(
    ("levels", "complete"),
    [
        ({"1": 2, "2": 3}, True),
        ({"1": 0, "2": 1}, True),
        ({"1": 1, "2": 3}, False),
        ({"1": 2}, False),
        ({"1": 2, "2": 3, "3": 0}, False),
        ({}, False),
    ],
)
def test_a_rating_names_one_of_the_levels_of_every_criterion(levels: dict[str, int], complete: bool) -> None:
    assert is_complete_rating(levels, CRITERIA) is complete


@pytest.mark.parametrize(("points", "gap"), [(1, 1), (3, 1), (4, 1), (7, 1), (8, 2), (10, 2)])
def test_two_ratings_may_differ_by_a_quarter_of_the_points_one_at_least(points: int, gap: int) -> None:
    assert gap_of(points) == gap


@pytest.mark.parametrize(
    ("totals", "points", "raters", "final"),
    [
        ([], 8, 2, None),
        ([5], 8, 2, None),
        ([5, 5], 8, 2, FinalPoints(5, (0, 1))),
        ([5, 7], 8, 2, FinalPoints(6, (0, 1))),
        ([4, 5], 8, 2, FinalPoints(5, (0, 1))),
        ([4, 7], 8, 3, None),
        ([4, 7, 8], 8, 3, FinalPoints(8, (1, 2))),
        ([8, 2, 3], 8, 3, FinalPoints(3, (1, 2))),
        ([2, 8, 5], 8, 3, FinalPoints(7, (1, 2))),
    ],
)
def test_two_close_ratings_decide_and_else_the_two_closest_of_three(
    totals: list[int], points: int, raters: int, final: FinalPoints | None
) -> None:
    assert raters_needed(totals, points=points) == raters
    assert decide_points(totals, points=points) == final


def test_of_equally_close_pairs_the_higher_one_counts_and_half_a_point_is_given() -> None:
    assert closest([1, 3, 5], range(3)) == (1, 2)
    assert closest([1, 3, 5], [0, 1]) == (0, 1)
    assert mean_of([1, 2], (0, 1)) == 2


def test_a_written_answer_scores_what_people_gave_it_and_never_more_than_its_place() -> None:
    place = ScoredItem(1, (), 4, "D1", ItemType.WRITTEN)
    other = ScoredItem(2, ("a",), 1, "D1")
    rated = with_ratings([place, other], {1: 3})
    assert raw_score(rated, {1: ["text"], 2: ["a"]}) == 4
    assert points_of(rated[0], []) == 0
    assert points_of(with_ratings([place], {1: 9})[0], ["text"]) == 4
    assert points_of(with_ratings([place], {})[0], ["text"]) == 0


@pytest.mark.parametrize(
    ("review", "terminated", "release", "released"),
    [
        (Review.NONE, False, ReleasePolicy.AT_ONCE, True),
        (Review.CLEARED, False, ReleasePolicy.AT_ONCE, True),
        (Review.QUEUED, False, ReleasePolicy.AT_ONCE, False),
        (Review.CLEARED, True, ReleasePolicy.AT_ONCE, False),
        (Review.IRREGULARITY, False, ReleasePolicy.AFTER_REVIEW, False),
        (Review.NONE, False, ReleasePolicy.AFTER_REVIEW, False),
        (Review.INCONCLUSIVE, False, ReleasePolicy.AFTER_REVIEW, True),
        (Review.NONE, False, ReleasePolicy.AFTER_WINDOW, False),
        (Review.CLEARED, False, ReleasePolicy.AFTER_WINDOW, False),
    ],
)
def test_a_rated_result_is_told_when_nothing_else_holds_it(
    review: Review, terminated: bool, release: ReleasePolicy, released: bool
) -> None:
    assert releases_once_rated(review=review, terminated=terminated, release=release) is released


def test_a_form_for_practice_holds_nothing_that_people_would_have_to_rate() -> None:
    assert delivered_from(BankPurpose.CERTIFICATION) == DELIVERED
    assert DELIVERED - delivered_from(BankPurpose.PRACTICE) == {ItemType.WRITTEN}
