"""Classical statistics agree with published figures, and stay the same where they must."""

from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules import classical, consistency
from app.psychometrics.rules.table import OMITTED, Table
from tests.rules.published import lsat6, simulated


def as_table(scores: np.ndarray) -> Table:
    return Table(tuple(f"i{n}" for n in range(scores.shape[1])), scores.astype(np.int8), None, ())


def test_the_figures_of_lsat6_are_the_published_ones() -> None:
    """Source: Rizopoulos (2006), Journal of Statistical Software 17(5), `descript(LSAT)`."""
    whole, items = classical.whole_test(lsat6()), classical.each_item(as_table(lsat6()))
    assert whole.alpha == pytest.approx(0.2950, abs=5e-5)
    assert [item.facility for item in items] == pytest.approx([0.924, 0.709, 0.553, 0.763, 0.870])
    assert [item.alpha_if_deleted for item in items] == pytest.approx(
        [0.2754, 0.2376, 0.2168, 0.2459, 0.2663], abs=5e-5
    )
    # the point-biserial with the item left out of the total
    assert [item.discrimination for item in items] == pytest.approx(
        [0.1128, 0.1532, 0.1728, 0.1444, 0.1216], abs=5e-5
    )


GUTTMAN = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=float)
"""By hand: totals 3, 2, 1, 0; Σpq over n - 1 is 1/4 + 1/3 + 1/4, their variance 5/3."""


def test_a_small_test_worked_out_by_hand() -> None:
    whole = classical.whole_test(GUTTMAN)
    assert (whole.persons, whole.items, whole.mean) == (4, 3, 1.5)
    assert whole.sd == pytest.approx(sqrt(5 / 3))
    assert whole.alpha == pytest.approx(3 / 2 * (1 - (5 / 6) / (5 / 3)))  # 0.75
    assert whole.sem == pytest.approx(sqrt(5 / 3) * 0.5)
    first, second, _ = classical.each_item(as_table(GUTTMAN))
    # the first item against 2, 1, 0, 0
    assert first.discrimination == pytest.approx(0.25 / sqrt(0.25 * 11 / 12))
    assert first.moodle_index == pytest.approx(100 * first.discrimination)
    # no other order of the same marks goes better with the totals
    assert [first.efficiency, second.efficiency] == pytest.approx([100, 100])
    weights = [item.effective_weight for item in classical.each_item(as_table(GUTTMAN))]
    shares = [sqrt(0.5), sqrt(2 / 3), sqrt(0.5)]
    assert weights == pytest.approx([100 * share / sum(shares) for share in shares])


def test_what_was_left_out_is_wrong_and_counted() -> None:
    cells = np.array([[1, OMITTED], [OMITTED, 1], [1, 1], [0, OMITTED]], dtype=np.int8)
    first, second = classical.each_item(Table(("a", "b"), cells, None, ()))
    assert (first.facility, first.omit_rate) == (0.5, 0.25)
    assert (second.facility, second.omit_rate) == (0.5, 0.5)


def test_what_does_not_exist_is_none_and_not_nought() -> None:
    constant = np.array([[1, 0, 1], [1, 0, 0], [1, 0, 1]], dtype=float)
    right, wrong, _ = classical.each_item(as_table(constant))
    for item in (right, wrong):
        assert item.discrimination is item.moodle_index is item.efficiency is None
        assert item.effective_weight == 0
    assert classical.alpha(constant[:, :1]) is None
    assert classical.alpha(np.ones((5, 3))) is None
    assert classical.whole_test(np.ones((5, 3))).sem is None
    assert [item.effective_weight for item in classical.each_item(as_table(np.ones((5, 2))))] == [None, None]
    with pytest.raises(NotComputed, match="two persons"):
        classical.whole_test(np.ones((1, 3)))
    with pytest.raises(NotComputed, match="two persons"):
        classical.each_item(as_table(np.ones((1, 3))))


def test_items_that_contradict_each_other_have_a_negative_alpha_and_no_error() -> None:
    contrary = np.array([[1, 0, 1], [0, 1, 1], [1, 0, 0], [0, 1, 1]], dtype=float)
    whole = classical.whole_test(contrary)
    assert whole.alpha is not None
    assert whole.alpha < 0
    assert whole.sem is None
    assert classical.each_item(as_table(contrary))[0].effective_weight is None
    assert consistency.of(contrary, cut_score=2) is None


def test_items_that_are_all_alike_are_perfectly_reliable() -> None:
    one = np.array([0, 1, 1, 0, 1, 1], dtype=float)
    for count in (2, 5, 40):
        whole = classical.whole_test(np.tile(one[:, None], (1, count)))
        assert whole.alpha == pytest.approx(1)
        assert whole.sem == pytest.approx(0, abs=1e-6)


def test_what_shares_nothing_with_the_total_weighs_exactly_nothing() -> None:
    """The root of a rounding error is seen: one order of the persons once gave 1.5e-7, another one 0."""
    rows = "01100 11000 01100 01100 01100 00000 10000 00000 10000"
    scores = np.array([[float(sign) for sign in row] for row in rows.split()])
    found = {
        item.effective_weight
        for turned in (scores, scores[::-1], np.roll(scores, 1, axis=0))
        for item in classical.each_item(as_table(turned))[:1]
    }
    assert found == {0.0}


@settings(max_examples=60, deadline=None)
@given(data=st.data(), scores=arrays(np.float64, (9, 5), elements=st.sampled_from([0.0, 1.0])))
def test_the_order_of_persons_and_of_items_changes_no_figure(data: st.DataObject, scores: np.ndarray) -> None:
    people = data.draw(st.permutations(range(9)))
    order = data.draw(st.permutations(range(5)))
    before = classical.each_item(as_table(scores))
    for place, after in zip(order, classical.each_item(as_table(scores[people][:, order])), strict=True):
        for name in before[place].__slots__[1:]:
            one, other = getattr(before[place], name), getattr(after, name)
            assert one == other or one == pytest.approx(other, abs=1e-9), name
    one, other = classical.whole_test(scores), classical.whole_test(scores[people][:, order])
    assert one.alpha == other.alpha or one.alpha == pytest.approx(other.alpha)


@settings(max_examples=60, deadline=None)
@given(
    one=arrays(np.float64, 8, elements=st.integers(0, 9)),
    other=arrays(np.float64, 8, elements=st.integers(0, 9)),
    more=st.integers(1, 5),
)
def test_adding_a_constant_changes_no_correlation(one: np.ndarray, other: np.ndarray, more: int) -> None:
    found = classical.correlation(one, other)
    assert found == classical.correlation(other, one) or found == pytest.approx(
        classical.correlation(other, one)
    )
    moved = classical.correlation(one + more, other * more)
    assert found == moved or found == pytest.approx(moved, abs=1e-9)
    assert found is None or -1 <= found <= 1


def test_a_wrong_key_shows_in_the_choices() -> None:
    rest = np.array([9, 8, 8, 7, 3, 2, 1, 0], dtype=float)
    chosen = ["b", "b", "b", "a", "a", "c", "c", None]
    a, b, c, d = classical.distractors(chosen, rest, choices="abcd", key=frozenset("a"))
    assert [choice.chosen for choice in (a, b, c, d)] == [2, 3, 2, 0]
    assert [choice.key for choice in (a, b, c, d)] == [True, False, False, False]
    assert b.share == pytest.approx(3 / 7)
    assert b.rest == pytest.approx(25 / 3)
    assert b.discrimination is not None
    assert a.discrimination is not None
    assert b.discrimination > 0.7 > a.discrimination
    assert d.rest is d.discrimination is None
    nobody = classical.distractors([None, "a"], rest[:2], choices="a", key=frozenset("a"))
    assert nobody[0].discrimination is None


def test_the_error_at_a_score_is_binomial() -> None:
    assert classical.conditional_sem(56, items=80) == pytest.approx(sqrt(56 * 24 / 79))
    assert classical.conditional_sem(0, items=80) == 0
    assert classical.conditional_sem(1, items=1) is None


def test_the_consistency_of_a_small_test_worked_out_by_hand() -> None:
    """Three items, alpha 0.75, cut at 2: each person's chance of two or three right, by the binomial formula."""
    true = [0.75 * share + 0.25 * 0.5 for share in (1, 2 / 3, 1 / 3, 0)]
    again = [sum(comb(3, k) * p**k * (1 - p) ** (3 - k) for k in (2, 3)) for p in true]
    agreement = sum(chance**2 + (1 - chance) ** 2 for chance in again) / 4
    mean = sum(again) / 4
    by_chance = mean**2 + (1 - mean) ** 2
    found = consistency.of(GUTTMAN, cut_score=2)
    assert found is not None
    assert found.passing == 0.5
    assert found.agreement == pytest.approx(agreement)
    assert found.kappa == pytest.approx((agreement - by_chance) / (1 - by_chance))


def test_a_longer_test_decides_more_consistently() -> None:
    scores = simulated(500, [0.0] * 80, seed=3)
    short, long = consistency.of(scores[:, :10], cut_score=6), consistency.of(scores, cut_score=48)
    assert short is not None
    assert long is not None
    assert long.agreement > short.agreement + 0.05
    assert long.agreement > 0.85


def test_a_cut_must_be_a_score_of_the_test() -> None:
    for cut in (0, 4, -1):
        with pytest.raises(NotComputed, match="is none of a test of 3 items"):
            consistency.of(GUTTMAN, cut_score=cut)
    assert consistency.of(GUTTMAN[:1], cut_score=2) is None


def test_where_everybody_surely_passes_chance_explains_it_all() -> None:
    sure = np.ones((200, 60))
    sure[0, :2] = 0
    sure[1, 1:3] = 0
    found = consistency.of(sure, cut_score=1)
    assert found is not None
    assert found.agreement == 1
    assert found.kappa is None
