"""Nothing that is told counts one to four persons, and nothing that is told lets anybody compute them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.psychometrics.rules.cells import Bar, Share, Sign, bars, groups, share, shown_languages, told_counts
from app.psychometrics.rules.gates import enough_new


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (0, 9, None),
        (0, 10, Share(0, 10)),
        (1, 30, Share(4, 30, Sign.AT_MOST)),
        (4, 30, Share(4, 30, Sign.AT_MOST)),
        (5, 30, Share(5, 30)),
        (25, 30, Share(25, 30)),
        (26, 30, Share(26, 30, Sign.AT_LEAST)),
        (29, 30, Share(26, 30, Sign.AT_LEAST)),
        (30, 30, Share(30, 30)),
    ],
)
def test_a_share_of_few_is_a_bound(part: int, whole: int, told: Share | None) -> None:
    assert share(part, whole) == told


def test_the_value_of_a_share_is_from_0_to_1() -> None:
    assert Share(15, 60).value == 0.25


def test_a_language_has_figures_from_30_persons_on_the_largest_first() -> None:
    assert shown_languages({"kk": 30, "ru": 90, "en": 29}, 149) == ("ru", "kk")


def test_languages_of_one_size_stand_by_name() -> None:
    assert shown_languages({"ru": 40, "kk": 40}, 80) == ("kk", "ru")


def test_a_small_rest_takes_the_smallest_language_with_it() -> None:
    assert shown_languages({"kk": 30, "ru": 90, "en": 4}, 124) == ("ru",)
    assert shown_languages({"ru": 60, "kk": 2}, 62) == ()
    assert shown_languages({"ru": 60, "kk": 5}, 65) == ("ru",)


def test_counts_beside_a_small_one_are_hidden_too() -> None:
    assert told_counts({"a": 60, "b": 30, "c": 3}) == {"a": 60, "b": None, "c": None}
    assert told_counts({"a": 60, "b": 30, "c": 5}) == {"a": 60, "b": 30, "c": 5}


def test_bars_are_equally_wide_and_cover_every_score() -> None:
    made = bars({0: 10, 7: 20, 40: 30}, highest=40, most=20)
    assert made[0] == Bar(0, 2, 10)
    assert made[-1] == Bar(39, 40, 30)
    assert sum(one.persons for one in made) == 60


def test_a_bar_of_few_is_put_together_with_its_neighbour() -> None:
    assert bars({0: 3, 1: 9, 2: 8}, highest=2) == (Bar(0, 1, 12), Bar(2, 2, 8))
    assert bars({0: 9, 1: 8, 2: 3}, highest=2) == (Bar(0, 0, 9), Bar(1, 2, 11))
    assert bars({0: 9, 2: 3}, highest=2) == (Bar(0, 2, 12),)


@given(st.dictionaries(st.integers(0, 80), st.integers(0, 9)))
def test_no_bar_stands_for_one_to_four(counts: dict[int, int]) -> None:
    made, whole = bars(counts, highest=80), sum(counts.values())
    assert sum(one.persons for one in made) == whole
    assert [one.first for one in made[1:]] == [one.last + 1 for one in made[:-1]]
    if whole >= 5:
        assert not [one for one in made if 0 < one.persons < 5]


@pytest.mark.parametrize(("persons", "count"), [(39, 1), (40, 2), (99, 4), (100, 5), (1000, 5)])
def test_a_curve_has_groups_of_20_and_five_at_most(persons: int, count: int) -> None:
    assert groups(persons) == count


@pytest.mark.parametrize(
    ("before", "now", "enough"),
    [(None, 30, True), (30, 30, False), (30, 34, False), (30, 35, True), (35, 30, True)],
)
def test_figures_follow_figures_when_five_persons_are_between(
    before: int | None, now: int, enough: bool
) -> None:
    assert enough_new(before, now) is enough
