"""What a corrected item scores: another key, points for everybody, or nothing at all."""

from uuid import UUID

import pytest

from app.exams.rules.overriding import Override, OverrideKind, cut_after, overridden
from app.exams.rules.scoring import ScoredItem, domain_points, raw_score
from app.question_banks.rules import ItemType

ONE, TWO = UUID(int=1), UUID(int=2)
ITEMS = (ScoredItem(1, ("a",), 2, "D1"), ScoredItem(2, ("b",), 1, "D2"))
RIGHT = {1: ("a",), 2: ("b",)}


def scored(kind: OverrideKind, *keys: tuple[str, ...], chosen: dict[int, tuple[str, ...]]) -> int:
    override = Override(UUID(int=9), ONE, kind, keys)
    return raw_score(overridden(ITEMS, (ONE, TWO), {ONE: override}), chosen)


def test_without_a_correction_nothing_changes() -> None:
    assert overridden(ITEMS, (ONE, TWO), {}) == ITEMS
    assert raw_score(ITEMS, RIGHT) == 3


def test_a_new_key_replaces_the_old_one() -> None:
    assert scored(OverrideKind.NEW_KEY, ("c",), chosen=RIGHT) == 1
    assert scored(OverrideKind.NEW_KEY, ("c",), chosen={1: ("c",)}) == 2


def test_of_several_keys_each_is_right() -> None:
    for word, points in (("a", 2), ("c", 2), ("d", 0)):
        assert scored(OverrideKind.NEW_KEY, ("a",), ("c",), chosen={1: (word,)}) == points


def test_everybody_gets_the_points_also_who_left_it_empty() -> None:
    for chosen in ({}, {1: ("d",)}, {1: ("a",)}):
        assert scored(OverrideKind.EVERYBODY, chosen=chosen) == 2


def test_a_withdrawn_item_counts_for_nobody_and_for_no_domain() -> None:
    left = overridden(ITEMS, (ONE, TWO), {ONE: Override(UUID(int=9), ONE, OverrideKind.WITHDRAWN)})
    assert raw_score(left, RIGHT) == 1
    assert domain_points(left, RIGHT) == {"D2": [1, 1]}


def test_a_short_text_has_new_accepted_texts() -> None:
    item = ScoredItem(1, (), 1, "D1", ItemType.SHORT_TEXT, accepted=("mask",))
    override = Override(UUID(int=9), ONE, OverrideKind.NEW_KEY, (("veil",), ("cover",)))
    (changed,) = overridden([item], [ONE], {ONE: override})
    assert [raw_score([changed], {1: (text,)}) for text in ("mask", "veil", "Cover")] == [0, 1, 1]


@pytest.mark.parametrize(
    ("cut", "possible", "remaining", "after"),
    [(56, 80, 80, 56), (56, 80, 79, 55), (17, 24, 23, 16), (4, 6, 5, 3), (0, 6, 5, 0)],
)
def test_the_cut_score_falls_with_a_withdrawn_item_and_is_rounded_in_the_candidates_favour(
    cut: int, possible: int, remaining: int, after: int
) -> None:
    assert cut_after(cut_score=cut, max_points=possible, remaining=remaining) == after


def test_whoever_just_passed_with_a_withdrawn_item_of_one_point_right_still_passes() -> None:
    for possible in range(2, 120):
        for cut in range(1, possible + 1):
            assert cut - 1 >= cut_after(cut_score=cut, max_points=possible, remaining=possible - 1) or (
                cut == possible
            )
