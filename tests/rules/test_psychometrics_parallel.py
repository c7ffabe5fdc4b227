"""What forms are to have alike comes from statistics, and is told form by form."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules import parallel
from app.psychometrics.rules.assembly import Candidate, Demand, Target
from app.psychometrics.rules.parallel import Parameters, compared, measured, parameters, proportional, targets


@given(st.lists(st.sampled_from(["D1", "D2", "D3", "D4"]), min_size=1, max_size=90), st.integers(1, 120))
def test_shares_add_up_and_are_within_one_of_exact(domains: list[str], length: int) -> None:
    made = proportional([Candidate(str(place), domain) for place, domain in enumerate(domains)], length)
    assert sum(made.values()) == length
    for domain in set(domains):
        assert abs(made.get(domain, 0) - length * domains.count(domain) / len(domains)) < 1
    assert all(made.values())


def test_a_report_of_statistics_is_read() -> None:
    assert parameters(
        {
            "items": [
                {"id": "a", "facility": 1, "difficulty": 0.5, "slope": 1.5},
                {"id": "b", "facility": 0.25},
            ]
        }
    ) == {
        "a": Parameters(1.0, 0.5, 1.5),
        "b": Parameters(0.25),
    }


@pytest.mark.parametrize(
    "report",
    [
        None,
        [],
        {},
        {"items": {}},
        {"items": [1]},
        {"items": [{"id": "a"}]},
        {"items": [{"id": "a", "facility": "0.5"}]},
        {"items": [{"id": "a", "facility": True}]},
        {"items": [{"id": "a", "facility": 0.5, "slope": []}]},
    ],
)
def test_what_is_no_report_is_refused(report: object) -> None:
    with pytest.raises(NotComputed, match="no report of statistics"):
        parameters(report)


BANK = [Candidate("a", "D1"), Candidate("b", "D1"), Candidate("c", "D1", "case"), Candidate("d", "D2")]


def test_with_a_model_it_is_information_and_difficulty() -> None:
    made, unknown = measured(
        BANK, {"a": Parameters(0.5, 0.0, 1.0), "b": Parameters(0.5, 1.0, 2.0), "x": Parameters(0.1)}
    )
    assert unknown == ["c", "d"]
    a, b, c, d = (item.measures for item in made)
    assert a["information at 0"] == pytest.approx(0.25)
    assert b["information at 1"] == pytest.approx(1.0)
    right = 1 / (1 + exp(4))
    assert b["information at -1"] == pytest.approx(4 * right * (1 - right))
    assert c["difficulty"] == pytest.approx(0.5)
    assert c == d, "a domain of which nothing is known takes the mean of all"


def test_without_a_model_for_all_it_is_facility() -> None:
    made, unknown = measured(BANK, {"a": Parameters(0.4, 0.0, 1.0), "d": Parameters(0.9)})
    assert [item.measures for item in made] == [{"facility": value} for value in (0.4, 0.4, 0.4, 0.9)]
    assert unknown == ["b", "c"]


def test_without_statistics_there_is_nothing_to_have_alike() -> None:
    made, unknown = measured(BANK, {})
    assert [item.measures for item in made] == [{}] * 4
    assert unknown == ["a", "b", "c", "d"]
    assert targets(made, {"D1": 2}) == {}


def test_targets_are_what_every_form_can_have() -> None:
    bank = [
        Candidate("a", "D1", measures={"facility": 0.2, "difficulty": -1, "information at 0": 0.1}),
        Candidate("b", "D1", measures={"facility": 0.4, "difficulty": 2, "information at 0": 0.3}),
        Candidate("c", "D2", measures={"facility": 0.9, "difficulty": 1, "information at 0": 0.5}),
    ]
    made = targets(bank, {"D1": 2, "D2": 1, "D3": 1})
    assert made["facility"] == Target(pytest.approx(1.5), pytest.approx(0.02))
    assert made["difficulty"] == Target(pytest.approx(2), pytest.approx(0.08))
    assert made["information at 0"] == Target(pytest.approx(0.9), pytest.approx(0.018))


def test_forms_are_told_beside_each_other() -> None:
    bank = [
        Candidate(
            "a", "D1", traits=frozenset({"single"}), measures={"difficulty": 1, "information at 0": 0.1}
        ),
        Candidate(
            "b",
            "D2",
            "case",
            traits=frozenset({"single"}),
            measures={"difficulty": 2, "information at 0": 0.2},
        ),
        Candidate(
            "c", "D2", traits=frozenset({"multiple"}), measures={"difficulty": 4, "information at 0": 0.4}
        ),
    ]
    demand = Demand({"D1": 1, "D2": 1}, 2, targets=targets(bank, {"D1": 1, "D2": 1}))
    made = compared(bank, [("a", "b"), ("a", "c")], demand)
    assert made["forms"][0] == {
        "items": ["a", "b"],
        "domains": {"D1": 1, "D2": 1},
        "in_cases": 1,
        "traits": {"single": 2},
        "measures": {"difficulty": 1.5, "information at 0": 0.3},
    }
    assert made["targets"] == {"difficulty": 2.0, "information at 0": 0.4}
    assert made["overlap"] == [{"forms": [1, 2], "items": 1}]
    assert parallel.ABILITIES == (-1.0, 0.0, 1.0)
