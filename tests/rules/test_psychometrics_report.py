"""What is told of a table: every figure under its name, what is missing said in words."""

import json

import numpy as np
import pytest

from app.psychometrics.errors import NotComputed, NotConverged
from app.psychometrics.rules.gates import Model
from app.psychometrics.rules.report import report
from app.psychometrics.rules.table import Table
from tests.rules.published import lsat6, simulated


def as_table(scores: np.ndarray, groups: list[str] | None = None, left_out: tuple[str, ...] = ()) -> Table:
    names = tuple(f"i{number}" for number in range(1, scores.shape[1] + 1))
    return Table(names, scores.astype(np.int8), None if groups is None else tuple(groups), left_out)


def test_the_classical_report_of_lsat6() -> None:
    made = report(as_table(lsat6(), left_out=("id",)), Model.CLASSICAL)
    assert (made["model"], made["use"], made["left_out"], made["notes"]) == ("classical", "act", ["id"], [])
    assert made["items"][0]["id"] == "i1"
    assert made["items"][0]["facility"] == 0.924
    assert made["items"][0]["discrimination"] == pytest.approx(0.112833)
    assert made["test"]["alpha"] == pytest.approx(0.294997)
    assert made["test"]["persons"] == 1000
    assert "log_likelihood" not in made["test"]
    assert "difficulty" not in made["items"][0]
    assert "cut_score" not in made["test"]
    assert "groups" not in made


def test_a_model_adds_its_estimates_and_its_likelihood() -> None:
    made = report(as_table(lsat6()), Model.RASCH)
    assert made["items"][4]["difficulty"] == pytest.approx(-2.7802, abs=1e-4)
    assert made["items"][4]["slope"] == pytest.approx(0.7551, abs=1e-4)
    assert made["test"]["log_likelihood"] == pytest.approx(-2466.938, abs=1e-3)
    assert "why_not" not in made["items"][4]


def test_what_holds_at_the_cut_is_told_when_there_is_one() -> None:
    made = report(as_table(lsat6()), Model.CLASSICAL, cut_score=4)["test"]
    assert made["cut_score"] == 4
    assert made["conditional_sem"] == 1
    assert made["consistency"]["passing"] == pytest.approx(0.655)
    unknown = report(as_table(np.ones((40, 2))), Model.CLASSICAL, cut_score=1)["test"]
    assert unknown["consistency"] is None


def test_few_persons_are_told_to_be_few() -> None:
    scores = simulated(100, [0.0, 0.2, -0.3], seed=1)
    few, some, many = (report(as_table(scores[:number]), Model.CLASSICAL) for number in (29, 30, 100))
    assert (few["use"], some["use"], many["use"]) == ("hide", "show", "act")
    assert "say nothing" in few["notes"][0]
    assert "change no item" in some["notes"][0]
    assert many["notes"] == []


def test_items_without_figures_are_named() -> None:
    scores = np.column_stack([np.ones(1000), lsat6(), np.zeros(1000)])
    made = report(as_table(scores), Model.RASCH)
    assert made["items"][0]["difficulty"] is None
    assert [note for note in made["notes"] if note.startswith("i1")] == [
        "i1: everybody answers it right, so it tells nobody apart",
        "i1 has no difficulty: everybody answers it right",
    ]
    assert any(note == "i7: nobody answers it right, so it tells nobody apart" for note in made["notes"])
    json.dumps(made, allow_nan=False)


def test_a_negative_alpha_is_told() -> None:
    contrary = np.array([[1, 0], [0, 1]] * 60, dtype=float)
    contrary[0] = 1
    made = report(as_table(contrary), Model.CLASSICAL)
    assert made["test"]["alpha"] < 0
    assert made["test"]["sem"] is None
    assert any("alpha is negative" in note for note in made["notes"])


def test_differences_between_groups_are_told_by_item() -> None:
    scores = simulated(400, [0.0] * 8, seed=2)
    groups = ["kk"] * 200 + ["ru"] * 190 + ["en"] * 6 + ["de"] * 4
    scores[:, 7] = [name == "kk" for name in groups]
    made = report(as_table(scores, groups), Model.CLASSICAL, compare=True)
    assert made["groups"] == {"kk": 200, "ru": 190}
    plain = made["items"][0]["dif"]
    assert plain["class"] in {"A", "B", "C"}
    assert plain["general"]["df"] == 1
    assert (plain["pairs"][0]["reference"], plain["pairs"][0]["focal"]) == ("kk", "ru")
    assert plain["pairs"][0]["chi2"] >= 0
    assert set(plain["logistic"]) == {"uniform", "nonuniform", "effect"}
    apart = made["items"][7]["dif"]
    assert (
        apart["class"] is apart["logistic"] is apart["pairs"][0]["delta"] is apart["pairs"][0]["chi2"] is None
    )
    assert "the group 'en' is left out: 6 persons, and 30 are needed" in made["notes"]
    assert "the group 'de' is left out: a few persons, and 30 are needed" in made["notes"]
    json.dumps(made, allow_nan=False)


def test_each_group_has_figures_of_its_own_unless_it_is_small() -> None:
    scores = simulated(300, [0.0, 0.5, -0.5], seed=4)
    groups = ["kk"] * 200 + ["ru"] * 67 + ["en"] * 29 + ["de"] * 4
    made = report(as_table(scores, groups), Model.CLASSICAL)["by_group"]
    alone = report(as_table(scores[:200]), Model.CLASSICAL)
    assert made["kk"]["use"] == "act"
    assert made["kk"]["test"]["alpha"] == alone["test"]["alpha"]
    assert [item["facility"] for item in made["kk"]["items"]] == [item["facility"] for item in alone["items"]]
    assert (made["ru"]["persons"], made["ru"]["use"]) == (67, "show")
    assert made["en"] == {"persons": 29, "use": "hide"}
    assert made["de"] == {"persons": None, "use": "hide"}
    assert "by_group" not in alone


def test_an_unfair_match_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.psychometrics.rules.dif.ROUNDS", 1)
    scores = simulated(400, [0.0] * 8, seed=2)
    groups = ["kk"] * 200 + ["ru"] * 200
    scores[:, 7] = [name == "kk" for name in groups]
    notes = report(as_table(scores, groups), Model.CLASSICAL, compare=True)["notes"]
    assert any("no fair match" in note for note in notes)


def test_items_in_the_way_of_a_model_are_named() -> None:
    one = simulated(300, [0.0], seed=2)
    with pytest.raises(NotConverged, match="slopes have no bound: i1, i2, i3$"):
        report(as_table(np.tile(one, (1, 3))), Model.RASCH)
    with pytest.raises(NotConverged, match="i7, i8 and others$"):
        report(as_table(np.tile(one, (1, 9))), Model.RASCH)
    with pytest.raises(NotConverged, match="nothing in common$"):
        report(as_table(np.tile(np.eye(3), (200, 1))), Model.TWO_PARAMETERS)


def test_groups_must_be_named_to_be_compared() -> None:
    with pytest.raises(NotComputed, match="the column that names them"):
        report(as_table(lsat6()), Model.CLASSICAL, compare=True)
