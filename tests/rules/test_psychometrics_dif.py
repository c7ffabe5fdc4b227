"""Differences between groups: published tables, simulated differences found, none found where there is none."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules import dif, tables
from app.psychometrics.rules.dif import EtsClass, ets_class, study
from tests.rules.published import ADMISSIONS, SATISFACTION


def test_the_odds_of_the_berkeley_admissions_are_the_published_ones() -> None:
    """Source: R, `mantelhaen.test(UCBAdmissions)`: 0.9046968 (0.7719074 to 1.0603298), 1.4269, p = 0.2323."""
    found = tables.common_odds(ADMISSIONS)
    assert found is not None
    assert found.odds_ratio == pytest.approx(0.9046968, abs=1e-7)
    assert exp(found.log_odds - 1.959964 * found.se) == pytest.approx(0.7719074, abs=1e-6)
    assert exp(found.log_odds + 1.959964 * found.se) == pytest.approx(1.0603298, abs=1e-6)
    assert found.tested.chi2 == pytest.approx(1.4269, abs=5e-5)
    assert found.tested.p == pytest.approx(0.2323, abs=5e-5)


def test_the_general_association_of_jobs_and_incomes_is_the_published_one() -> None:
    """Source: Agresti (2002), Categorical Data Analysis, page 297: 10.2 on 9 degrees of freedom, p = 0.33."""
    found = tables.general_association(SATISFACTION)
    assert found is not None
    assert (found.chi2, found.df, found.p) == (
        pytest.approx(10.2001, abs=5e-5),
        9,
        pytest.approx(0.3345, abs=5e-5),
    )


def test_the_general_test_of_two_groups_is_the_plain_one_without_correction() -> None:
    plain = tables.common_odds(ADMISSIONS, corrected=False)
    general = tables.general_association(ADMISSIONS)
    assert plain is not None
    assert general is not None
    assert general.chi2 == pytest.approx(plain.tested.chi2)
    assert plain.tested.chi2 == pytest.approx(1.5246, abs=5e-5)  # R: mantelhaen.test(correct = FALSE)


def test_one_layer_worked_out_by_hand() -> None:
    found = tables.common_odds(np.array([[[20.0, 10.0], [10.0, 20.0]]]))
    assert found is not None
    assert found.odds_ratio == pytest.approx(4)
    assert found.se == pytest.approx((1 / 20 + 1 / 10 + 1 / 10 + 1 / 20) ** 0.5)
    assert found.tested.chi2 == pytest.approx((20 - 15 - 0.5) ** 2 / (30**4 / (60**2 * 59)))


@settings(max_examples=80, deadline=None)
@given(arrays(np.float64, (4, 3, 2), elements=st.integers(0, 6)))
def test_the_order_of_groups_and_empty_strata_change_no_test(layers: np.ndarray) -> None:
    padded = np.concatenate([layers[::-1, [2, 0, 1]], np.zeros((1, 3, 2)), [[[3, 0], [5, 0], [0, 0]]]])
    before, after = tables.general_association(layers), tables.general_association(padded)
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert after.chi2 == pytest.approx(before.chi2, abs=1e-9)
    here, there = tables.common_odds(layers[:, :2]), tables.common_odds(layers[:, 1::-1])
    assert (here is None) == (there is None)
    if here is not None and there is not None:
        assert here.log_odds == pytest.approx(-there.log_odds)
        assert here.se == pytest.approx(there.se)
        assert here.tested.chi2 >= 0


def test_tables_that_say_nothing_have_no_test() -> None:
    assert tables.general_association(np.zeros((3, 2, 2))) is None
    apart = np.zeros((2, 4, 2))  # two pairs of groups that never meet
    apart[0, :2] = [[3, 4], [5, 1]]
    apart[1, 2:] = [[2, 4], [6, 1]]
    assert tables.general_association(apart) is None
    assert tables.common_odds(np.array([[[5.0, 0.0], [3.0, 0.0]]])) is None
    assert tables.common_odds(np.array([[[5.0, 0.0], [0.0, 3.0]]])) is None


@pytest.mark.parametrize(
    ("delta", "se", "p", "expected"),
    [
        (0.99, 0.1, 0.0001, "A"),
        (-1.2, 0.5, 0.05, "A"),
        (1.0, 0.1, 0.049, "B"),
        (-1.49, 0.1, 0.001, "B"),
        (1.5, 0.31, 0.001, "B"),
        (-1.5, 0.30, 0.001, "C"),
        (2.0, 0.607, 0.001, "C"),
        (2.0, 0.608, 0.001, "B"),
    ],
)
def test_the_classes_are_those_of_the_specification(delta: float, se: float, p: float, expected: str) -> None:
    assert ets_class(delta, se, p) is EtsClass(expected)


def answers(
    shift: dict[tuple[str, int], float], *, seed: int, sizes: dict[str, int]
) -> tuple[np.ndarray, list[str]]:
    """Twenty items; ``shift`` makes one harder for a group. The groups differ in ability, which is no difference."""
    chance = np.random.default_rng(seed)
    groups = [name for name, size in sizes.items() for _ in range(size)]
    means = {name: 0.4 * place for place, name in enumerate(sizes)}
    ability = chance.normal(size=len(groups)) + [means[name] for name in groups]
    hard = np.tile(np.linspace(-1.5, 1.5, 20), (len(groups), 1))
    for (name, item), by in shift.items():
        hard[np.array(groups) == name, item] += by
    return (chance.random(hard.shape) < 1 / (1 + np.exp(hard - ability[:, None]))).astype(float), groups


SIZES = {"kk": 1500, "ru": 1200, "en": 700}


def test_an_item_that_is_harder_in_one_language_is_found_and_the_others_are_not() -> None:
    found = study(*answers({("ru", 7): 1.1}, seed=1, sizes=SIZES))
    assert found.groups == SIZES
    item = found.items[7]
    assert item.ets is EtsClass.C
    by_names = {(pair.reference, pair.focal): pair for pair in item.pairs}
    assert by_names["kk", "ru"].delta < -1.5  # harder for the focal group
    assert by_names["ru", "en"].delta > 1.5
    assert by_names["kk", "en"].ets is EtsClass.A
    assert item.general.p < 1e-6
    assert item.general.df == 2
    assert item.logistic.uniform.p < 1e-6
    assert item.logistic.nonuniform.p > 0.01
    assert item.logistic.effect > 0.02
    assert all(other.ets is not EtsClass.C for place, other in enumerate(found.items) if place != 7)
    assert found.unsettled == []


def test_the_shift_is_measured_on_the_scale_of_ets() -> None:
    found = study(*answers({("ru", 10): 0.8}, seed=2, sizes={"kk": 2000, "ru": 2000}))
    pair = found.items[10].pairs[0]
    assert pair.delta == pytest.approx(-2.35 * 0.8, abs=3 * pair.se)
    assert pair.se == pytest.approx(0.2, abs=0.05)


def test_without_purification_the_differing_items_would_accuse_the_others() -> None:
    """A quarter of the items is harder for one group: matched on all, easy items look easier than they are."""
    scores, groups = answers({("ru", item): 1.2 for item in range(5)}, seed=3, sizes={"kk": 2000, "ru": 2000})
    found = study(scores, groups)
    assert [item.ets for item in found.items[:5]] == [EtsClass.C] * 5
    fair = [abs(item.pairs[0].delta) for item in found.items[5:]]
    member = np.array([name == "ru" for name in groups]).astype(int)
    everything = np.ones(20, dtype=bool)
    raw = [
        abs(-2.35 * tables.common_odds(dif._layers(scores, member, 2, place, everything)).log_odds)
        for place in range(5, 20)
    ]
    assert sum(fair) < 0.7 * sum(raw)


def test_a_difference_along_the_total_is_seen_by_the_logistic_models() -> None:
    scores, groups = answers({}, seed=4, sizes={"kk": 2000, "ru": 2000})
    total, ru = scores.sum(axis=1), np.array(groups) == "ru"
    chance = np.random.default_rng(4)
    logit = np.where(ru, 0.1, 0.5) * (total - total.mean())
    scores[:, 3] = chance.random(4000) < 1 / (1 + np.exp(-logit))
    seen = study(scores, groups).items[3].logistic
    assert seen.nonuniform.p < 1e-6


def test_a_small_group_is_left_out_and_said() -> None:
    scores, groups = answers({}, seed=5, sizes={"kk": 200, "ru": 150, "en": 29, "de": 30})
    found = study(scores, groups)
    assert found.groups == {"kk": 200, "ru": 150, "de": 30}
    assert found.too_small == {"en": 29}
    assert [(pair.reference, pair.focal) for pair in found.items[0].pairs] == [
        ("kk", "ru"),
        ("kk", "de"),
        ("ru", "de"),
    ]
    alone = study(scores[[name != "en" for name in groups]], [name for name in groups if name != "en"])
    assert [item.pairs for item in alone.items] == [item.pairs for item in found.items]


def test_what_cannot_be_compared_is_refused() -> None:
    scores, groups = answers({}, seed=6, sizes={"kk": 60, "ru": 29})
    with pytest.raises(NotComputed, match="two groups of at least 30"):
        study(scores, groups)
    with pytest.raises(NotComputed, match="at least two items"):
        study(scores[:60, :1], ["kk"] * 30 + ["ru"] * 30)
    with pytest.raises(NotComputed, match="89 groups are too many"):
        study(scores, [str(number) for number in range(89)])


def test_an_item_without_an_odds_ratio_has_no_class() -> None:
    scores, groups = answers({}, seed=7, sizes={"kk": 200, "ru": 200})
    scores[:, 0] = 1
    scores[:, 1] = [name == "kk" for name in groups]
    found = study(scores, groups)
    for item in found.items[:2]:
        assert item.ets is None
        assert item.pairs[0].delta is item.pairs[0].tested is None
        assert item.logistic is None
    assert found.items[0].general is None
    assert found.items[1].general.p < 1e-9


def test_groups_that_differ_in_most_items_are_said_to_have_no_fair_match() -> None:
    shift = {("ru", item): 2.5 * (-1) ** item for item in range(20)}
    found = study(*answers(shift, seed=8, sizes={"kk": 800, "ru": 800}))
    assert found.unsettled == [("kk", "ru")]


def test_flags_that_come_and_go_are_said_to_be_unsettled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dif, "ROUNDS", 1)
    found = study(*answers({("ru", 7): 1.5}, seed=9, sizes={"kk": 800, "ru": 800}))
    assert found.unsettled == [("kk", "ru")]
    assert found.items[7].ets is EtsClass.C


def test_the_likelihood_ratio_is_twice_the_growth() -> None:
    assert tables.ratio(1.920729, 1).p == pytest.approx(0.05, abs=1e-5)
    assert tables.ratio(-1e-9, 1).chi2 == 0
    assert log(tables.ratio(50, 2).p) == pytest.approx(-50)


def test_the_item_that_is_looked_at_is_always_part_of_the_total() -> None:
    """Without it, groups that differ in ability would seem to differ on every item (Zwick 1990)."""
    scores = np.array([[1, 1, 0, 1], [0, 1, 1, 0]], dtype=float)
    fair = np.array([True, True, False, False])
    assert dif._matching(scores, 0, fair).tolist() == [2, 1]
    assert dif._matching(scores, 2, fair).tolist() == [2, 2]
    assert fair.tolist() == [True, True, False, False]
