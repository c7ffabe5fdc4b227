"""What a panel of judges comes to: sums, mean, standard error, and the cut scores somebody may decide on."""

from fractions import Fraction
from math import sqrt
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.psychometrics.rules.panel import (
    RUNNING,
    Estimate,
    Leaving,
    PanelStage,
    Spread,
    after_round,
    cuts_allowed,
    estimate,
    in_force,
    late_in,
    missing,
    round_of,
    spread,
    sum_of,
)

sums = st.lists(st.integers(0, 50_000), min_size=2, max_size=30)


def test_each_stage_has_its_round_and_each_round_its_end() -> None:
    assert [round_of(stage) for stage in PanelStage] == [1, 2, None, None]
    assert {stage for stage in PanelStage if round_of(stage)} == RUNNING
    assert (after_round(1), after_round(2)) == (PanelStage.ROUND_TWO, PanelStage.CLOSED)
    assert (late_in(1), late_in(2)) == (Leaving.LATE_ROUND_ONE, Leaving.LATE_ROUND_TWO)


def test_what_a_judge_has_not_rated_is_counted() -> None:
    assert missing([], [1, 2, 3]) == 3
    assert missing([3, 1], [1, 2, 3]) == 1
    assert missing([1, 2, 3], [1, 2, 3]) == 0


def test_what_the_second_round_does_not_change_holds_from_the_first() -> None:
    assert in_force({1: 50, 2: 60}, {2: 70}) == {1: 50, 2: 70}


def test_an_item_of_more_points_weighs_more() -> None:
    assert sum_of({1: 50, 2: 75}, {1: 1, 2: 4}) == 350


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ([300, 360, 420], Estimate(3, 360, 35)),  # deviation 60, by the root of 3: 34.64
        ([360, 360, 396], Estimate(3, 372, 12)),  # deviation 20.78, by the root of 3: exactly 12
        ([500, 500, 500], Estimate(3, 500, 0)),
        ([100, 101], Estimate(2, 101, 1)),  # 100.5 and 0.5: halves up
        ([0, 0], Estimate(2, 0, 0)),
    ],
)
def test_the_cut_is_the_mean_of_the_judges_sums_with_its_standard_error(
    of: list[int], expected: Estimate
) -> None:
    assert estimate(of) == expected


@given(sums)
def test_mean_and_error_are_those_of_the_textbook(of: list[int]) -> None:
    found = estimate(of)
    assert abs(found.mean - mean(map(Fraction, of))) <= Fraction(1, 2)
    assert found.error == pytest.approx(stdev(of) / sqrt(len(of)), abs=0.5001)
    assert min(of) <= found.mean <= max(of)


@given(sums)
def test_nobody_is_heard_more_than_another(of: list[int]) -> None:
    assert estimate(of) == estimate(sorted(of)) == estimate(of[::-1])


@pytest.mark.parametrize(
    ("mean_", "error", "most", "allowed"),
    [
        (5640, 120, 80, range(54, 59)),  # 54.0 to 58.8
        (5640, 119, 80, range(55, 59)),  # 54.02 to 58.78
        (5640, 0, 80, range(56, 58)),  # they agreed: the whole numbers beside it
        (5600, 0, 80, range(56, 57)),
        (7990, 300, 80, range(74, 81)),  # no more than the form has
        (40, 100, 80, range(1, 3)),  # 0 would pass everybody
        (0, 0, 80, range(1, 2)),
        (8000, 0, 80, range(80, 81)),
    ],
)
def test_a_cut_lies_within_two_standard_errors(mean_: int, error: int, most: int, allowed: range) -> None:
    assert cuts_allowed(Estimate(8, mean_, error), max_points=most) == allowed


@given(st.integers(0, 8000), st.integers(0, 2000))
def test_there_is_always_a_cut_to_decide_on(mean_: int, error: int) -> None:
    allowed = cuts_allowed(Estimate(8, mean_, error), max_points=80)
    assert len(allowed) >= 1
    assert allowed[0] >= 1
    assert allowed[-1] <= 80
    for cut in allowed:
        assert abs(100 * cut - mean_) <= max(2 * error, 100)


def test_what_a_panel_thinks_of_an_item() -> None:
    assert spread([50, 60, 65]) == Spread(583, 50, 65)
    assert spread([50, 51]) == Spread(505, 50, 51)
    assert spread([33, 33, 34, 34, 34, 34, 34, 34]) == Spread(338, 33, 34)  # 33.75
