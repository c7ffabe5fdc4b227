"""Everything of a form at once: published figures come out of it, and what is missing says why."""

import json
from typing import Any

import numpy as np
import pytest

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules.snapshot import snapshot
from app.psychometrics.rules.snapshot_input import Place, Taken
from tests.rules.published import lsat6, simulated


def places(count: int, *, possible: int = 1) -> list[Place]:
    return [
        {"item": f"i{number}", "possible": possible, "choices": ["a", "b"], "key": ["a"]}
        for number in range(1, count + 1)
    ]


def taken(scores: np.ndarray, languages: str = "en", **more: Any) -> list[Taken]:
    """As attempts; ``languages`` in turn, "-" for one taken in several."""
    names = languages.split()
    return [
        {
            "language": names[number % len(names)].replace("-", ""),
            "points": [None if value < 0 else int(value) for value in row],
            "chosen": [None if value < 0 else "a" if value else "b" for value in row],
            "seconds": [None if value < 0 else 30.0 for value in row],
            "spent": 1800.0 + number,
            "closed_by_time": number == 0,
            **more,  # type: ignore[typeddict-item]
        }
        for number, row in enumerate(scores)
    ]


def test_lsat6_comes_out_as_it_was_published() -> None:
    """Source: ltm, `rasch(LSAT)` and `ltm(LSAT ~ z1)`; Bock and Lieberman (1970), Psychometrika 35."""
    made = snapshot(places(5), taken(lsat6()), cut_score=4)
    assert made["test"]["alpha"] == pytest.approx(0.294997, abs=1e-6)
    rasch, two = made["models"]
    assert rasch["log_likelihood"] == pytest.approx(-2466.938, abs=1e-3)
    assert two["log_likelihood"] == pytest.approx(-2466.653, abs=1e-3)
    last = made["items"][4]
    assert (last["persons"], last["right"], last["points"], last["possible"]) == (1000, 870, 870, 1000)
    assert last["models"]["rasch"]["difficulty"] == pytest.approx(-2.7802, abs=1e-4)
    assert last["models"]["2pl"]["slope"] == pytest.approx(0.6575, abs=2e-3)
    assert sum(group["persons"] for group in last["curve"]) == 1000
    assert sum(group["right"] for group in last["curve"]) == 870
    assert [choice["chosen"] for choice in last["choices"]] == [870, 130]
    assert made["scores"] == {"0": 3, "1": 20, "2": 85, "3": 237, "4": 357, "5": 298}
    json.dumps(made, allow_nan=False)


def test_the_test_has_its_figures_at_the_cut_and_its_speed() -> None:
    made = snapshot(places(5), taken(lsat6()[::2]), cut_score=4)
    assert made["test"]["conditional_sem"] == pytest.approx(1.0)
    assert 0 < made["test"]["consistency"]["agreement"] < 1
    assert made["speed"] == {"median_seconds": 2049.5, "closed_by_time": 1, "not_reached": 0}


def test_what_was_left_out_is_wrong_and_counted() -> None:
    scores = lsat6()[:200].copy()
    scores[:10, 4] = -1
    made = snapshot(places(5), taken(scores), cut_score=4)
    assert made["items"][4]["omitted"] == 10
    assert made["items"][4]["omit_rate"] == 0.05
    assert made["items"][4]["timed"] == 190
    assert made["speed"]["not_reached"] == 10


def test_an_item_of_several_points_is_right_with_all_of_them_and_nothing_is_said_at_the_cut() -> None:
    some = places(5)
    some[0]["possible"] = 2
    made = snapshot(some, taken(lsat6()), cut_score=4)
    assert made["items"][0]["right"] == 0
    assert (made["items"][0]["points"], made["items"][0]["possible"]) == (924, 2000)
    assert not made["dichotomous"]
    assert "consistency" not in made["test"]


def test_a_cut_that_no_score_reaches_says_nothing() -> None:
    assert "consistency" not in snapshot(places(5), taken(lsat6()), cut_score=6)["test"]


def test_without_reliability_no_consistency_is_told() -> None:
    scores = np.array([[1, 0], [0, 1]] * 20, dtype=float)
    assert snapshot(places(2), taken(scores), cut_score=1)["test"]["consistency"] is None


def test_below_30_persons_there_is_nothing() -> None:
    with pytest.raises(NotComputed, match="30 persons"):
        snapshot(places(5), taken(lsat6()[:29]), cut_score=4)


def test_below_40_persons_there_is_no_curve() -> None:
    assert snapshot(places(5), taken(lsat6()[:39]), cut_score=4)["items"][0]["curve"] == []
    assert len(snapshot(places(5), taken(lsat6()[::20]), cut_score=4)["items"][0]["curve"]) == 2


def test_whoever_has_as_many_points_is_in_the_same_group() -> None:
    made = snapshot(places(5), taken(lsat6()), cut_score=4)
    for item in made["items"]:
        assert len(item["curve"]) <= 5, "totals of four items have five values"


def languages_apart() -> list[Taken]:
    """Item 3 is far harder in Kazakh; some took it in two languages, four in English."""
    scores = simulated(604, [-1, -0.5, 0, 0.5, 1, -0.8, 0.3, 0.9], seed=11)
    made = taken(scores, "kk ru")
    for number, one in enumerate(made):
        if one["language"] == "kk" and number % 3:
            one["points"][2] = 0
    for one in made[:40]:
        one["language"] = ""
    for one in made[40:44]:
        one["language"] = "en"
    return made


def test_languages_are_compared_and_a_difference_is_found() -> None:
    made = snapshot(places(8), languages_apart(), cut_score=4)
    assert made["shown_languages"] == ["kk", "ru"]
    assert made["languages"] == {"several": 40, "en": 4, "kk": 280, "ru": 280}
    assert made["dif"]["why"] is None
    assert made["items"][2]["dif"]["class"] == "C"
    assert [item["dif"]["class"] for item in made["items"]].count("C") == 1
    assert {pair["ets"] for pair in made["items"][2]["dif"]["pairs"]} == {"C"}
    by_language = made["items"][2]["by_language"]
    assert set(by_language) == {"kk", "ru"}
    assert by_language["kk"]["persons"] == 280
    assert by_language["kk"]["facility"] < by_language["ru"]["facility"]
    assert by_language["kk"]["right"] == by_language["kk"]["points"]


@pytest.mark.parametrize(("languages", "items"), [("en", 5), ("kk ru", 1)])
def test_one_language_or_one_item_is_no_comparison(languages: str, items: int) -> None:
    made = snapshot(places(items), taken(lsat6()[:, :items], languages), cut_score=1)
    assert made["dif"] == {"why": "one_language", "unsettled": []}
    assert made["items"][0]["dif"] is None


def test_models_say_why_they_are_missing() -> None:
    few = snapshot(places(5), taken(lsat6()[::6]), cut_score=4)
    assert [one["why"] for one in few["models"]] == ["too_few", "too_few"]
    some = snapshot(places(5), taken(lsat6()[::3]), cut_score=4)
    assert [one["why"] for one in some["models"]] == [None, "too_few"]
    assert set(some["items"][0]["models"]) == {"rasch"}
    alike = snapshot(places(2), taken(np.ones((600, 2))), cut_score=1)
    assert [one["why"] for one in alike["models"]] == ["not_computed", "not_computed"]
    copied = np.repeat(simulated(600, [0.0], seed=1), 3, axis=1)
    made = snapshot(places(3), taken(copied), cut_score=1)
    assert made["test"]["alpha"] == 1.0
    assert {one["why"] for one in made["models"]} == {"not_converged"}
    assert made["models"][0]["items"] == ["i1", "i2", "i3"]
