"""Forms that are put together keep every demand, are as alike as can be, and the reasons are told when there are none."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules import assembly
from app.psychometrics.rules.assembly import Candidate, Demand, Result, Target, assemble
from app.psychometrics.rules.gates import Assembled

DOMAINS = {"D1": 4, "D2": 6}


@st.composite
def banks(draw: st.DrawFn) -> list[Candidate]:
    """Single items and case sets of two domains with enemies, traits, measures and exposure."""
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    made: list[Candidate] = []
    for number in range(draw(st.integers(20, 45))):
        case = f"c{number // 3}" if number % 9 < 3 else None
        domain = made[-1].domain if case and number % 3 else ("D1", "D2", "D2", "D1", "D9")[number % 5]
        made.append(
            Candidate(
                f"i{number:02}",
                domain,
                case,
                frozenset({f"i{chance.integers(0, 20):02}"}) if number % 5 == 0 else frozenset(),
                frozenset({"hard"} if chance.random() < 0.4 else {"easy"}),
                {"difficulty": float(chance.normal())},
                float(chance.uniform(0, 0.25)),
            )
        )
    return made


@settings(max_examples=40, deadline=None)
@given(
    bank=banks(),
    seed=st.integers(0, 99),
    forms=st.integers(1, 3),
    cases=st.sampled_from([0, 3]),
    shared=st.sampled_from([(1, 0), (2, 3), (3, 10)]),
)
def test_whatever_is_put_together_keeps_every_demand(
    bank: list[Candidate], seed: int, forms: int, cases: int, shared: tuple[int, int]
) -> None:
    demand = Demand(
        DOMAINS,
        forms,
        cases=cases,
        limits={"hard": (2, 6)},
        targets={"difficulty": Target(0, 0.5)},
        most_forms=shared[0],
        overlap=shared[1],
        exposure_cap=0.22,
    )
    found = assemble(bank, demand, seed=seed, seconds=10)
    assert len(found.forms) in {0, forms}
    if not found.forms:
        assert found.status is Assembled.IMPOSSIBLE
        return
    by_id = {item.id: item for item in bank}
    for form in found.forms:
        items = [by_id[name] for name in form]
        assert len(set(form)) == len(form)
        assert Counter(item.domain for item in items) == DOMAINS
        assert 2 <= sum("hard" in item.traits for item in items) <= 6
        assert all(item.exposure <= 0.22 for item in items)
        in_cases = [item for item in items if item.case]
        assert len(in_cases) >= cases
        assert not in_cases or cases
        for item in items:
            mates = {other.id for other in bank if item.case and other.case == item.case}
            assert mates <= set(form), "a case set stays together"
            assert not item.enemies & (set(form) - mates - {item.id}), "enemies never meet"
            places = sorted(form.index(mate) for mate in mates)
            assert places == list(range(places[0], places[0] + len(places))) if places else True, "in one run"
        off = abs(sum(item.measures["difficulty"] for item in items)) / 0.5
        assert found.deviation is not None
        assert off <= found.deviation + 1e-9
    for one, other in combinations(found.forms, 2):
        assert len(set(one) & set(other)) <= shared[1]
    assert max(Counter(name for form in found.forms for name in form).values()) <= shared[0]
    assert (found.status is Assembled.WITHIN_TOLERANCE) == (found.deviation <= 1 + 1e-5)


def singles(values: list[float], domain: str = "D1") -> list[Candidate]:
    return [
        Candidate(f"{domain}-{place}", domain, measures={"m": value}) for place, value in enumerate(values)
    ]


def sums(found: Result, bank: list[Candidate]) -> list[float]:
    by_id = {item.id: item for item in bank}
    return sorted(sum(by_id[name].measures["m"] for name in form) for form in found.forms)


def test_the_best_there_is_is_found() -> None:
    """Of 1, 2, 4, 8 by twos into two forms of one target, 7.5: nothing is nearer than 6 and 9, or 5 and 10."""
    bank = singles([1, 2, 4, 8])
    found = assemble(bank, Demand({"D1": 2}, 2, targets={"m": Target(7.5, 0.1)}), seed=1, seconds=10)
    assert sums(found, bank) == [6, 9]
    assert found.status is Assembled.BEST
    assert found.deviation == pytest.approx(15)
    assert found.bound == pytest.approx(15)
    assert found.gap == pytest.approx(0, abs=1e-6)


def test_the_largest_deviation_is_made_small_not_the_sum() -> None:
    """One form could be exact at the other's cost; both a little off is better."""
    bank = singles([0, 4, 1, 5])
    found = assemble(bank, Demand({"D1": 2}, 2, targets={"m": Target(4, 0.01)}), seed=1, seconds=10)
    assert sums(found, bank) == [4, 6] or sums(found, bank) == [5, 5]
    assert found.deviation == pytest.approx(100)


def test_within_tolerance_is_as_good_as_there() -> None:
    bank = singles([0.1 * place for place in range(40)])
    found = assemble(bank, Demand({"D1": 10}, 3, targets={"m": Target(19.5, 0.5)}), seed=3, seconds=20)
    assert found.status is Assembled.WITHIN_TOLERANCE
    assert found.gap == 0
    assert all(abs(total - 19.5) <= 0.5 + 1e-4 for total in sums(found, bank))


def test_the_same_seed_gives_the_same_forms_whatever_the_order_of_the_bank() -> None:
    bank = singles([0.1 * place for place in range(40)])
    demand = Demand({"D1": 10}, 2, targets={"m": Target(19.5, 1)})
    first = assemble(bank, demand, seed=3, seconds=20)
    assert assemble(bank[::-1], demand, seed=3, seconds=20) == first
    assert assemble(bank, demand, seed=4, seconds=20).forms != first.forms


def test_forms_without_targets_are_found_too() -> None:
    found = assemble(singles([0] * 6), Demand({"D1": 3}, 2), seed=1, seconds=10)
    assert (found.status, found.deviation, found.gap) == (Assembled.WITHIN_TOLERANCE, 0, 0)


def test_what_is_short_is_said() -> None:
    bank = [*singles([1, 2, 3]), Candidate("a", "D2", "case"), Candidate("b", "D2", "case")]
    found = assemble(
        bank, Demand({"D1": 2, "D2": 1}, 2, cases=2, limits={"hard": (1, 3)}), seed=1, seconds=10
    )
    assert found.status is Assembled.IMPOSSIBLE
    assert found.forms == ()
    assert tuple(map(str, found.shortages)) == (
        "3 items of D1 fit, and 2 forms need 4",
        "0 items “hard” fit, and 2 forms need 2",
        "2 items in case sets fit, and 2 forms need 4",
    )
    # twice the places, when an item may be in both forms
    assert assemble(bank[:3], Demand({"D1": 2}, 2, most_forms=2, overlap=2), seed=1, seconds=10).forms


def test_what_cannot_be_is_found_to_be_impossible() -> None:
    enemies = [
        Candidate(f"i{n}", "D1", enemies=frozenset({f"i{m}" for m in range(4)} - {f"i{n}"})) for n in range(4)
    ]
    found = assemble(enemies, Demand({"D1": 2}, 1), seed=1, seconds=10)
    assert (found.status, found.forms, found.shortages) == (Assembled.IMPOSSIBLE, (), ())


def test_a_case_set_is_left_out_as_a_whole() -> None:
    """One of its items was met by too many, or is of no domain of the form."""
    kept = Candidate("c", "D1", "second"), Candidate("d", "D1", "second")
    for spoilt in (Candidate("b", "D1", "first", exposure=0.3), Candidate("b", "D9", "first")):
        bank = [Candidate("a", "D1", "first"), spoilt, *kept]
        found = assemble(bank, Demand({"D1": 2}, 1, cases=2, exposure_cap=0.2), seed=1, seconds=10)
        assert found.forms == (("c", "d"),)


def test_time_that_is_over_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = singles([2.0 ** (place / 3) for place in range(60)])
    demand = Demand({"D1": 10}, 4, targets={"m": Target(9000, 1e-3)})
    nothing = assemble(bank, demand, seed=1, seconds=0)
    assert (nothing.status, nothing.forms, nothing.deviation) == (Assembled.TIME_OVER, (), None)
    some = assemble(bank, demand, seed=1, seconds=2)
    assert some.status is Assembled.TIME_OVER
    assert len(some.forms) == 4
    assert some.gap is not None
    assert 0 < some.gap <= 1
    monkeypatch.setattr(assembly, "STATUS", {})
    with pytest.raises(NotComputed, match="the search for forms failed"):
        assemble(bank[:10], Demand({"D1": 1}, 1), seed=1, seconds=2)
