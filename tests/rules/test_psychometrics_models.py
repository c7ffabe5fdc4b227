"""The Rasch and the two-parameter model find published estimates, recover what was simulated, and say when they cannot."""

import numpy as np
import pytest

from app.psychometrics.errors import NotComputed, NotConverged
from app.psychometrics.rules import marginal
from app.psychometrics.rules.gates import Model
from app.psychometrics.rules.marginal import fit
from tests.rules.published import lsat6, simulated


def test_the_rasch_model_of_lsat6_is_the_published_one() -> None:
    """Source: Rizopoulos (2006), Journal of Statistical Software 17(5), 1-25, `rasch(LSAT)`.

    The intercepts less their mean are those of Bock and Aitkin (1981), Psychometrika 46, table 2.
    """
    found = fit(lsat6(), Model.RASCH)
    assert found.log_likelihood == pytest.approx(-2466.938, abs=5e-4)
    assert found.parameters == 6
    assert [item.difficulty for item in found.items] == pytest.approx(
        [-3.6153, -1.3224, -0.3176, -1.7301, -2.7802], abs=1e-4
    )
    assert [item.difficulty_se for item in found.items] == pytest.approx(
        [0.3266, 0.1422, 0.0977, 0.1691, 0.2510], abs=2e-4
    )
    assert {item.slope for item in found.items} == {found.items[0].slope}
    assert found.items[0].slope == pytest.approx(0.7551, abs=5e-5)
    assert found.items[0].slope_se == pytest.approx(0.0694, abs=1e-4)
    intercepts = np.array([item.intercept for item in found.items])
    assert intercepts - intercepts.mean() == pytest.approx([1.255, -0.476, -1.235, -0.168, 0.625], abs=2e-3)


def test_the_two_parameter_model_of_lsat6_is_the_published_one() -> None:
    """Source: Rizopoulos (2006), `ltm(LSAT ~ z1)`: 21 nodes there, so the third decimal may differ."""
    found = fit(lsat6(), Model.TWO_PARAMETERS)
    assert found.log_likelihood == pytest.approx(-2466.653, abs=1e-3)
    assert found.parameters == 10
    assert [item.difficulty for item in found.items] == pytest.approx(
        [-3.3597, -1.3696, -0.2799, -1.8659, -3.1236], abs=3e-3
    )
    assert [item.slope for item in found.items] == pytest.approx(
        [0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=1e-3
    )
    assert [item.difficulty_se for item in found.items] == pytest.approx(
        [0.8669, 0.3073, 0.0997, 0.4341, 0.8700], abs=2e-3
    )
    assert [item.slope_se for item in found.items] == pytest.approx(
        [0.2581, 0.1867, 0.2326, 0.1852, 0.2100], abs=1e-3
    )


DIFFICULTIES = [-2.0, -1.2, -0.6, -0.2, 0.0, 0.3, 0.7, 1.1, 1.6, 2.2]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_simulated_rasch_data_give_their_difficulties_back(seed: int) -> None:
    found = fit(simulated(3000, DIFFICULTIES, seed=seed), Model.RASCH)
    for item, true in zip(found.items, DIFFICULTIES, strict=True):
        assert abs(item.difficulty - true) < 4 * item.difficulty_se < 0.5
    assert abs(found.items[0].slope - 1) < 4 * found.items[0].slope_se < 0.2


def test_simulated_slopes_come_back_also_where_one_is_turned_round() -> None:
    slopes = [0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 0.7, 1.0, -0.8, 1.3]
    found = fit(simulated(4000, DIFFICULTIES, slopes, seed=5), Model.TWO_PARAMETERS)
    for item, true, steep in zip(found.items, DIFFICULTIES, slopes, strict=True):
        assert abs(item.slope - steep) < 4 * item.slope_se < 0.9
        assert abs(item.difficulty - true) < 4 * item.difficulty_se


def test_more_nodes_change_no_digit_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fit(lsat6(), Model.TWO_PARAMETERS)
    monkeypatch.setattr(marginal, "NODES", 122)
    after = fit(lsat6(), Model.TWO_PARAMETERS)
    assert before.log_likelihood == pytest.approx(after.log_likelihood, abs=1e-6)
    for one, other in zip(before.items, after.items, strict=True):
        assert one.difficulty == pytest.approx(other.difficulty, abs=1e-4)


@pytest.mark.parametrize("model", [Model.RASCH, Model.TWO_PARAMETERS])
def test_the_order_of_persons_and_items_changes_no_estimate(model: Model) -> None:
    scores = lsat6()
    order = [3, 0, 4, 1, 2]
    shuffled = scores[np.random.default_rng(8).permutation(1000)][:, order]
    before, after = fit(scores, model), fit(shuffled, model)
    assert before.log_likelihood == pytest.approx(after.log_likelihood, abs=1e-7)
    for place, item in zip(order, after.items, strict=True):
        assert item.difficulty == pytest.approx(before.items[place].difficulty, abs=1e-4)
        assert item.slope == pytest.approx(before.items[place].slope, abs=1e-4)


def test_the_freer_model_is_never_less_likely() -> None:
    scores = simulated(600, DIFFICULTIES, seed=11)
    assert fit(scores, Model.TWO_PARAMETERS).log_likelihood >= fit(scores, Model.RASCH).log_likelihood


def test_an_item_that_everybody_answers_alike_is_left_out_and_said() -> None:
    scores = lsat6()
    with_two = np.column_stack([np.ones(1000), scores, np.zeros(1000)])
    found = fit(with_two, Model.RASCH)
    assert found.items[0].why_not == "everybody answers it right"
    assert found.items[6].why_not == "nobody answers it right"
    assert found.items[0].difficulty is found.items[0].slope is None
    assert found.log_likelihood == pytest.approx(fit(scores, Model.RASCH).log_likelihood)
    assert found.items[1].difficulty == pytest.approx(-3.6153, abs=1e-4)


def test_too_few_persons_or_items_are_refused() -> None:
    scores = simulated(500, DIFFICULTIES, seed=1)
    for model, least in ((Model.RASCH, 200), (Model.TWO_PARAMETERS, 500)):
        fit(scores[:least], model)
        with pytest.raises(NotComputed, match=f"at least {least} persons; there are {least - 1}"):
            fit(scores[: least - 1], model)
    fit(scores[:, :2], Model.RASCH)
    with pytest.raises(NotComputed, match="at least 2 items"):
        fit(np.column_stack([scores[:, :1], np.ones(500)]), Model.RASCH)
    with pytest.raises(NotComputed, match="at least 3 items"):
        fit(scores[:, :2], Model.TWO_PARAMETERS)


def test_items_that_copy_each_other_are_named_and_have_no_estimates() -> None:
    one = simulated(600, [0.0], seed=2)
    with pytest.raises(NotConverged, match="copy each other") as caught:
        fit(np.tile(one, (1, 4)), Model.RASCH)
    assert caught.value.items == (0, 1, 2, 3)
    scores = simulated(600, DIFFICULTIES, seed=2)
    copied = np.column_stack([np.ones(600), scores, scores[:, 4]])
    with pytest.raises(NotConverged, match="copy each other") as caught:
        fit(copied, Model.TWO_PARAMETERS)
    assert caught.value.items == (5, 11), "places of the whole table, the item that all answer right included"


def test_items_with_nothing_in_common_have_no_difficulty() -> None:
    """Of two items at most one is right: their common slope is 0, and no ability is behind them."""
    chance = np.random.default_rng(4).integers(0, 3, 600)
    found = fit(np.column_stack([chance == 0, chance == 1]).astype(float), Model.RASCH)
    for item in found.items:
        assert item.why_not == "its slope is nearly 0"
        assert item.difficulty is None
        assert item.slope == pytest.approx(0, abs=0.05)


def test_items_that_exclude_each_other_have_no_slopes_of_their_own() -> None:
    with pytest.raises(NotConverged, match="nothing in common"):
        fit(np.tile(np.eye(3), (200, 1)), Model.TWO_PARAMETERS)


@pytest.mark.parametrize("seed", range(4))
def test_a_common_slope_is_never_turned_round(seed: int) -> None:
    """Where items say almost nothing, the search may end on the mirrored side."""
    coins = np.random.default_rng(seed).integers(0, 2, (600, 5)).astype(float)
    for item in fit(coins, Model.RASCH).items:
        assert item.slope > -marginal.FLAT


def test_a_search_that_finds_no_end_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marginal, "SEARCH", 1)
    monkeypatch.setattr(marginal, "STEPS", 1)
    with pytest.raises(NotConverged):
        fit(lsat6(), Model.TWO_PARAMETERS)
