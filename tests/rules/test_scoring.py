"""What an attempt scores and whether it passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.rules.domains import DOMAINS, domain_title
from app.exams.rules.scoring import (
    Band,
    ScoredItem,
    band,
    decide_outcome,
    domain_points,
    raw_score,
    releases_at_once,
)
from app.exams.rules.states import Outcome, ReleasePolicy
from app.question_banks.rules import ItemType

KEY = ("a", "c")
ITEMS = (
    ScoredItem(1, ("b",), 1, "D1"),
    ScoredItem(2, KEY, 2, "D1", ItemType.MULTIPLE),
    ScoredItem(3, ("d",), 3, "D2"),
)


@pytest.mark.parametrize(
    ("responses", "points"),
    [
        ({}, 0),
        ({1: {"b"}}, 1),
        ({1: {"a"}}, 0),
        ({2: {"a"}}, 0),
        ({2: {"a", "c"}}, 2),
        ({2: {"a", "b", "c"}}, 0),
        ({1: {"b"}, 2: {"c", "a"}, 3: {"d"}}, 6),
        ({9: {"a"}}, 0),
        ({1: set()}, 0),
    ],
)
def test_an_item_scores_all_or_nothing(responses: dict[int, set[str]], points: int) -> None:
    given_ = {place: sorted(chosen) for place, chosen in responses.items()}
    assert raw_score(ITEMS, given_) == points
    assert sum(reached for reached, _ in domain_points(ITEMS, given_).values()) == points


def test_domains_add_up() -> None:
    assert domain_points(ITEMS, {2: KEY}) == {"D1": [2, 3], "D2": [0, 3]}


@pytest.mark.parametrize(
    ("points", "cut", "outcome"),
    [(56, 56, Outcome.PASSED), (55, 56, Outcome.FAILED), (80, 56, Outcome.PASSED), (0, 0, Outcome.PASSED)],
)
def test_at_or_above_the_cut_score_passes_and_nothing_else_is_considered(
    points: int, cut: int, outcome: Outcome
) -> None:
    assert decide_outcome(raw_score=points, cut_score=cut) is outcome


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_one_more_point_never_turns_a_pass_into_a_fail(points: int, cut: int) -> None:
    if decide_outcome(raw_score=points, cut_score=cut) is Outcome.PASSED:
        assert decide_outcome(raw_score=points + 1, cut_score=cut) is Outcome.PASSED


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        (0, Band.WEAK),
        (5, Band.WEAK),
        (6, Band.NEAR),
        (7, Band.GOOD),
        (8, Band.GOOD),
        (9, Band.STRONG),
        (10, Band.STRONG),
    ],
)
def test_four_bands_around_a_cut_of_seventy_per_cent(reached: int, expected: Band) -> None:
    assert band(reached=reached, possible=10, cut_score=56, max_points=80) is expected


def test_a_domain_without_points_has_the_lowest_band() -> None:
    assert band(reached=0, possible=0, cut_score=56, max_points=80) is Band.WEAK
    assert band(reached=0, possible=5, cut_score=0, max_points=0) is Band.WEAK


@given(st.integers(0, 20), st.integers(1, 20), st.integers(0, 100), st.integers(1, 100))
def test_more_points_never_lower_a_band(reached: int, possible: int, cut: int, most: int) -> None:
    here = band(reached=reached, possible=possible, cut_score=cut, max_points=most)
    assert band(reached=reached + 1, possible=possible, cut_score=cut, max_points=most) >= here


def test_only_one_policy_releases_at_once() -> None:
    assert [policy for policy in ReleasePolicy if releases_at_once(policy)] == [ReleasePolicy.AT_ONCE]


def test_every_domain_has_its_title_in_three_languages() -> None:
    for code, titles in DOMAINS.items():
        assert set(titles) == {"kk", "ru", "en"}
        assert domain_title(code, "kk") == titles["kk"]
    assert domain_title("D99", "en") == "D99"
