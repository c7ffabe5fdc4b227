"""Scores of two forms are made comparable as in the textbook, and not at all where that would be a guess."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.psychometrics.errors import NotComputed
from app.psychometrics.rules import equating
from app.psychometrics.rules.equating import (
    Moments,
    chained_linear,
    equate,
    equipercentile,
    method_for,
    tucker,
)
from app.psychometrics.rules.gates import Method
from app.psychometrics.rules.table import Table
from tests.rules.published import simulated

NEW = Moments(15.8205, 5.1063, 6.5278**2, 2.3760**2, 13.4088)
OLD = Moments(18.6728, 5.8626, 6.8784**2, 2.4515**2, 14.7603)
"""Two forms of 36 items with 12 in common. Source: Kolen and Brennan (2014), chapter 4, the illustrative example."""


def test_tuckers_line_is_that_of_the_textbook() -> None:
    """Source: Kolen and Brennan (2014), chapter 4: slope 1.0289, intercept .5370 for the new form's group."""
    assert tucker(NEW, OLD) == pytest.approx((1.0289, 0.5370), abs=5e-5)


def test_the_chain_is_two_linear_steps() -> None:
    slope, intercept = chained_linear(NEW, OLD)
    for score in (0, 15.8205, 36):
        common = 5.1063 + 2.3760 / 6.5278 * (score - 15.8205)
        assert slope * score + intercept == pytest.approx(18.6728 + 6.8784 / 2.4515 * (common - 5.8626))


def test_equal_percentiles_are_those_of_the_textbook() -> None:
    """Source: Kolen and Brennan (2014), chapter 2: five scores with shares of tenths."""
    x, y = (np.repeat(np.arange(5.0), counts) for counts in ([2, 3, 2, 2, 1], [1, 2, 2, 3, 2]))
    found = equipercentile(np.arange(5.0), x, y, (4, 4))
    assert found == pytest.approx([0.5, 1.75, 2.8333, 3.5, 4.25], abs=5e-5)


def test_where_nobody_scored_the_middle_of_the_gap_is_taken() -> None:
    x, y = np.array([0.0, 1.0]), np.array([0.0, 4.0])
    assert equipercentile(np.array([0.5]), x, y, (1, 4)) == pytest.approx([2.0])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 8), min_size=2, max_size=40), st.lists(st.integers(0, 8), min_size=2, max_size=40)
)
def test_a_higher_score_is_never_worth_less(one: list[int], other: list[int]) -> None:
    worth = equipercentile(np.arange(9.0), np.array(one, float), np.array(other, float), (8, 8))
    assert (np.diff(worth) >= -1e-9).all()
    itself = equipercentile(np.arange(9.0), np.array(one, float), np.array(one, float), (8, 8))
    for score in set(one):
        assert itself[score] == pytest.approx(score, abs=1e-9)


def forms(persons: int, *, shift: float = 0.0, seed: int = 1) -> tuple[Table, Table]:
    """Two forms of 30 items, 10 of them common; the new one is easier by ``shift`` in what it has alone."""
    common = [0.2 * place - 1 for place in range(10)]
    alone = [0.1 * place - 1 for place in range(20)]
    names = [f"c{place}" for place in range(10)]
    new = simulated(persons, [*common, *(it - shift for it in alone)], seed=seed)
    old = simulated(persons, [*common, *alone], seed=seed + 50)
    return (
        Table((*names, *(f"n{place}" for place in range(20))), new.astype(np.int8), None, ()),
        Table((*names, *(f"o{place}" for place in range(20))), old.astype(np.int8), None, ()),
    )


def test_the_method_goes_by_the_smaller_group() -> None:
    assert [method_for(persons) for persons in (99, 100, 399, 400)] == [
        Method.IDENTITY,
        Method.TUCKER,
        Method.TUCKER,
        Method.EQUIPERCENTILE,
    ]
    new, old = forms(400)
    assert equate(new, old).method is Method.EQUIPERCENTILE
    fewer = Table(old.items, old.cells[:399], None, ())
    found = equate(new, fewer)
    assert (found.method, found.persons) == (Method.TUCKER, (400, 399))
    few = equate(Table(new.items, new.cells[:99], None, ()), old)
    assert few.method is Method.IDENTITY
    assert few.scores == tuple(float(score) for score in range(31))


@pytest.mark.parametrize("method", [Method.TUCKER, Method.CHAINED_LINEAR, Method.EQUIPERCENTILE])
def test_an_easier_form_is_worth_less_and_a_like_one_the_same(method: Method) -> None:
    alike = equate(*forms(4000), method)
    assert alike.scores[15] == pytest.approx(15, abs=0.4)
    assert len(alike.common) == 10
    assert not alike.few_common
    easier = equate(*forms(4000, shift=0.8), method)
    # 20 items easier by 0.8 give about 20 · 0.8 · 0.2 points more
    assert 1.5 < 18 - easier.scores[18] < 4
    assert all(0 <= score <= 30 for score in easier.scores)


def test_what_cannot_be_equated_is_refused() -> None:
    new, old = forms(150)
    apart = Table(tuple(f"x{place}" for place in range(30)), old.cells, None, ())
    with pytest.raises(NotComputed, match="no item in common"):
        equate(new, apart)
    assert equate(new, apart, Method.IDENTITY).few_common
    same = Table(old.items, np.ones_like(old.cells), None, ())
    with pytest.raises(NotComputed, match="the same score"):
        equate(new, same)
    assert equating.LINEAR < equating.EQUIPERCENTILE
