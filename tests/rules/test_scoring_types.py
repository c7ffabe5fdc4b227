"""What an answer to an item of each type scores, by each rule: whole points, never more than there are."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.rules.scoring import ScoredItem, domain_points, points_of
from app.question_banks.rules import SCORING_OF, ItemType, ScoringRule

MULTIPLE = ScoredItem(1, ("a", "c"), 2, "D1", ItemType.MULTIPLE)
PLUS_MINUS = ScoredItem(1, ("a", "c", "d"), 3, "D1", ItemType.MULTIPLE, ScoringRule.PLUS_MINUS)
PAIRS = ("a=x", "b=y", "c=x")
MATCHING = ScoredItem(1, PAIRS, 3, "D1", ItemType.MATCHING)
PER_PAIR = ScoredItem(1, PAIRS, 3, "D1", ItemType.MATCHING, ScoringRule.PER_PAIR)
ORDER = ("c", "a", "d", "b")
ORDERING = ScoredItem(1, ORDER, 3, "D1", ItemType.ORDERING)
ADJACENT = ScoredItem(1, ORDER, 3, "D1", ItemType.ORDERING, ScoringRule.ORDER_ADJACENT)
NUMERIC = ScoredItem(1, ("3.5",), 2, "D1", ItemType.NUMERIC, tolerance="0.01")
TEXT = ScoredItem(1, (), 2, "D1", ItemType.SHORT_TEXT, accepted=("Меншік иесі", "Собственник", "Owner"))
EXACT = ScoredItem(1, (), 2, "D1", ItemType.SHORT_TEXT, accepted=("ЖИ", "ИИ", "AI"), exact_case=True)
WRITTEN = ScoredItem(1, (), 5, "D1", ItemType.WRITTEN)


@pytest.mark.parametrize(
    ("item", "chosen", "points"),
    [
        (ScoredItem(1, ("true",), 1, "D1", ItemType.TRUE_FALSE), ["true"], 1),
        (ScoredItem(1, ("true",), 1, "D1", ItemType.TRUE_FALSE), ["false"], 0),
        (ScoredItem(1, ("b",), 1, "D1", ItemType.HOTSPOT), ["b"], 1),
        (MULTIPLE, ["a"], 0),
        (PLUS_MINUS, ["a", "c", "d"], 3),
        (PLUS_MINUS, ["a", "c"], 2),
        (PLUS_MINUS, ["a", "b", "c", "d"], 2),
        (PLUS_MINUS, ["a", "b"], 0),
        (PLUS_MINUS, ["b"], 0),
        (PLUS_MINUS, [], 0),
        (MATCHING, list(PAIRS), 3),
        (MATCHING, ["a=x", "b=y"], 0),
        (MATCHING, ["a=x", "b=y", "c=y"], 0),
        (PER_PAIR, list(PAIRS), 3),
        (PER_PAIR, ["a=x", "b=y", "c=y"], 2),
        (PER_PAIR, ["b=y"], 1),
        (PER_PAIR, ["a=y", "b=x"], 0),
        (ORDERING, list(ORDER), 3),
        (ORDERING, ["a", "c", "d", "b"], 0),
        (ORDERING, ["a=2", "b=4", "c=1"], 0),
        (ADJACENT, list(ORDER), 3),
        (ADJACENT, ["a", "d", "b", "c"], 2),
        (ADJACENT, ["d", "b", "c", "a"], 2),
        (ADJACENT, ["b", "d", "a", "c"], 0),
        (ADJACENT, ["a=2", "b=4", "c=1"], 0),
        (NUMERIC, ["3.5"], 2),
        (NUMERIC, ["3.51"], 2),
        (NUMERIC, ["3.49"], 2),
        (NUMERIC, ["3.511"], 0),
        (NUMERIC, ["three and a half"], 0),
        (TEXT, ["  меншік   ИЕСІ "], 2),
        (TEXT, ["СОБСТВЕННИК"], 2),
        (TEXT, ["owners"], 0),
        (EXACT, ["AI"], 2),
        (EXACT, ["Ai"], 0),
        (WRITTEN, ["A long and thoughtful text."], 0),
        (WRITTEN, [], 0),
    ],
)
def test_each_rule_scores_as_it_says(item: ScoredItem, chosen: list[str], points: int) -> None:
    assert points_of(item, chosen) == points
    assert domain_points([item], {1: chosen}) == {"D1": [points, item.points]}


def test_a_text_in_another_form_of_unicode_is_the_same_text() -> None:
    item = ScoredItem(1, (), 1, "D1", ItemType.SHORT_TEXT, accepted=("йод",))
    assert points_of(item, ["и\u0306од"]) == 1


@given(
    st.sampled_from([(MULTIPLE, "abcd"), (PLUS_MINUS, "abcde")]),
    st.integers(1, 10),
    st.data(),
)
def test_choices_score_within_bounds_and_in_any_order(case, points: int, data) -> None:
    item, choices = case
    item = ScoredItem(1, item.key, points, "D1", item.type, item.scoring)
    chosen = data.draw(st.lists(st.sampled_from(choices), unique=True))
    scored = points_of(item, chosen)
    assert 0 <= scored <= points
    assert points_of(item, data.draw(st.permutations(chosen))) == scored
    assert points_of(item, data.draw(st.permutations(item.key))) == points


@given(st.sampled_from([MATCHING, PER_PAIR]), st.integers(1, 10), st.data())
def test_pairs_score_within_bounds_and_in_any_order(item: ScoredItem, points: int, data) -> None:
    item = ScoredItem(1, item.key, points, "D1", item.type, item.scoring)
    rights = data.draw(st.lists(st.sampled_from(["", "x", "y", "z"]), min_size=3, max_size=3))
    chosen = [f"{left}={right}" for left, right in zip("abc", rights, strict=True) if right]
    scored = points_of(item, chosen)
    assert 0 <= scored <= points
    assert points_of(item, data.draw(st.permutations(chosen))) == scored
    assert (scored == points) >= (sorted(chosen) == sorted(item.key))


@given(st.sampled_from([ORDERING, ADJACENT]), st.integers(1, 10), st.permutations(ORDER))
def test_an_order_scores_all_points_exactly_when_it_is_the_key(item: ScoredItem, points: int, chosen) -> None:
    scored = points_of(ScoredItem(1, item.key, points, "D1", item.type, item.scoring), chosen)
    assert 0 <= scored <= points
    assert (scored == points) == (tuple(chosen) == item.key)


@given(
    st.decimals(-1000, 1000, places=4),
    st.decimals(0, 10, places=4),
    st.decimals(-10, 10, places=4),
)
def test_a_number_counts_up_to_the_tolerance_and_no_further(
    wanted: Decimal, tolerance: Decimal, off: Decimal
) -> None:
    item = ScoredItem(1, (f"{wanted:f}",), 1, "D1", ItemType.NUMERIC, tolerance=f"{tolerance:f}")
    assert points_of(item, [f"{wanted + off:f}"]) == int(abs(off) <= tolerance)


def test_every_type_has_a_rule_and_no_rule_is_without_a_type() -> None:
    assert set(SCORING_OF) == set(ItemType)
    assert frozenset().union(*SCORING_OF.values()) == set(ScoringRule)
