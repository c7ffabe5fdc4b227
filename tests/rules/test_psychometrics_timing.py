"""How long people were at an item, and when an answer came too fast to have been read."""

import pytest

from app.psychometrics.rules.timing import middle, place_seconds, rapid


def test_the_time_since_the_answer_before_counts_for_the_next() -> None:
    assert place_seconds([(30, 1), (75, 2), (80, 1)]) == {1: 35, 2: 45}


def test_marks_may_come_in_any_order() -> None:
    assert place_seconds([(75, 2), (30, 1)]) == {1: 30, 2: 45}


def test_of_answers_sent_together_nothing_is_known() -> None:
    assert place_seconds([(30, 1), (60, 2), (60, 3), (90, 4)]) == {1: 30, 4: 30}


def test_of_an_answer_right_behind_another_nothing_is_known() -> None:
    assert place_seconds([(30, 1), (30.5, 2), (40, 3)]) == {1: 30, 3: 9.5}


def test_a_place_with_one_unknown_time_is_unknown() -> None:
    assert place_seconds([(30, 1), (30.2, 2), (60, 2)]) == {1: 30}


def test_after_a_break_the_clock_begins_anew() -> None:
    assert place_seconds([(30, 1), (900, 0), (920, 2)]) == {1: 30, 2: 20}
    assert place_seconds([(900, 0), (900, 2)]) == {}


def test_the_median_of_nothing_is_none() -> None:
    assert middle([]) is None
    assert middle([3, 1, 2, 10]) == 2.5


@pytest.mark.parametrize(
    ("seconds", "count"),
    [
        ([], 0),
        ([2.9, 20, 20], 1),
        ([3, 20, 20], 0),
        ([9, 100, 100], 1),
        ([10, 100, 100], 0),
    ],
)
def test_rapid_is_below_3_seconds_or_a_tenth_of_the_median(seconds: list[float], count: int) -> None:
    assert rapid(seconds) == count
