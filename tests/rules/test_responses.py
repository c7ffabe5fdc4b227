"""An answer of each type as it is sent, stored and shown again; and when an item counts as answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.rules.responses import (
    LONGEST,
    Shape,
    in_controls,
    is_complete,
    is_unread,
    may_be_answer,
    read_answer,
    shape_of,
    shared_places,
)
from app.question_banks.rules import ItemType

ABC = ("a", "b", "c")
SINGLE, MULTIPLE = Shape(ItemType.SINGLE, ABC), Shape(ItemType.MULTIPLE, ABC)
MATCHING, ORDERING = Shape(ItemType.MATCHING, ABC, ("x", "y")), Shape(ItemType.ORDERING, ABC)
NUMERIC, TEXT = Shape(ItemType.NUMERIC, ()), Shape(ItemType.SHORT_TEXT, ())
WRITTEN = Shape(ItemType.WRITTEN, (), words=3)


@pytest.mark.parametrize(
    ("shape", "sent", "stored"),
    [
        (SINGLE, [], ()),
        (SINGLE, ["b"], ("b",)),
        (SINGLE, ["a", "b"], None),
        (SINGLE, ["z"], None),
        (SINGLE, [""], None),
        (Shape(ItemType.TRUE_FALSE, ("true", "false")), ["false"], ("false",)),
        (Shape(ItemType.HOTSPOT, ABC), ["c"], ("c",)),
        (Shape(ItemType.HOTSPOT, ABC), ["c", "a"], None),
        (MULTIPLE, ["c", "a", "c"], ("a", "c")),
        (MULTIPLE, ["c", "z"], None),
        (MATCHING, ["c=x", "a=x"], ("a=x", "c=x")),
        (MATCHING, ["a=x", "a=y"], None),
        (MATCHING, ["a=z"], None),
        (MATCHING, ["z=x"], None),
        (MATCHING, ["a"], None),
        (ORDERING, ["c", "a", "b"], ("c", "a", "b")),
        (ORDERING, ["a=2", "b=3", "c=1"], ("c", "a", "b")),
        (ORDERING, ["b=3", "a=2"], ("a=2", "b=3")),
        (ORDERING, ["b=2", "a=2", "c=1"], ("a=2", "b=2", "c=1")),
        (ORDERING, ["a=2", "a=3"], None),
        (ORDERING, ["a=4"], None),
        (ORDERING, ["a", "b"], None),
        (ORDERING, ["a", "b", "b"], None),
        (ORDERING, ["z=1"], None),
        (NUMERIC, ["\u22121\u00a0234,50 "], ("-1234.50",)),
        (NUMERIC, [" half a dozen "], ("half a dozen",)),
        (NUMERIC, ["1,000.5"], ("1,000.5",)),
        (NUMERIC, ["  "], ()),
        (NUMERIC, ["1", "2"], None),
        (NUMERIC, ["9" * (LONGEST[ItemType.NUMERIC] + 1)], None),
        (TEXT, ["  Меншік  иесі\n"], ("Меншік  иесі",)),
        (TEXT, ["и\u0306од"], ("йод",)),
        (TEXT, ["a", "b"], None),
        (TEXT, ["x" * 200], ("x" * 200,)),
        (TEXT, ["x" * 201], None),
        (WRITTEN, ["x" * 20_000], ("x" * 20_000,)),
        (WRITTEN, ["x" * 20_001], None),
        (WRITTEN, ["x" * 19_998 + "\r\ny"], ("x" * 19_998 + "\ny",)),
        (WRITTEN, [" \r\n "], ()),
    ],
)
def test_an_answer_is_stored_in_one_form_or_could_not_be_given(shape: Shape, sent, stored) -> None:
    assert read_answer(shape, sent) == stored
    if stored:
        assert read_answer(shape, stored) == stored
        assert read_answer(shape, in_controls(shape, stored)) == stored


@pytest.mark.parametrize(
    ("shape", "chosen", "complete"),
    [
        (SINGLE, [], False),
        (SINGLE, ["a"], True),
        (MULTIPLE, ["a"], True),
        (MATCHING, ["a=x", "b=x"], False),
        (MATCHING, ["a=x", "b=x", "c=y"], True),
        (ORDERING, ["a=1", "b=1", "c=2"], False),
        (ORDERING, ["b", "a", "c"], True),
        (NUMERIC, [], False),
        (NUMERIC, ["12"], True),
        (NUMERIC, ["a dozen"], False),
        (TEXT, ["words"], True),
    ],
)
def test_an_item_counts_as_answered_when_nothing_of_it_is_open(shape: Shape, chosen, complete) -> None:
    assert is_complete(shape, chosen) is complete


@pytest.mark.parametrize(
    ("shape", "chosen", "unread", "shared"),
    [
        (NUMERIC, ["a dozen"], True, False),
        (NUMERIC, ["12"], False, False),
        (NUMERIC, [], False, False),
        (TEXT, ["a dozen"], False, False),
        (ORDERING, ["a=1", "b=1"], False, True),
        (ORDERING, ["a=1", "b=2"], False, False),
        (ORDERING, ["b", "a", "c"], False, False),
        (MATCHING, ["a=x", "b=x"], False, False),
        (WRITTEN, [], False, False),
        (WRITTEN, ["one two\nthree"], False, False),
        (WRITTEN, ["one two three four"], True, False),
    ],
)
def test_what_the_page_warns_of(shape: Shape, chosen, unread: bool, shared: bool) -> None:
    assert (is_unread(shape, chosen), shared_places(shape, chosen)) == (unread, shared)


@given(st.permutations(ABC))
def test_an_order_given_by_places_is_that_order(order) -> None:
    places = [f"{word}={place}" for place, word in enumerate(order, start=1)]
    assert read_answer(ORDERING, sorted(places)) == tuple(order)
    assert sorted(in_controls(ORDERING, order)) == sorted(places)


@given(
    st.sampled_from([SINGLE, MULTIPLE, MATCHING, ORDERING, NUMERIC, TEXT]), st.lists(st.text(), max_size=4)
)
def test_what_is_stored_is_read_again_as_it_is(shape: Shape, sent) -> None:
    stored = read_answer(shape, sent)
    if stored is not None:
        assert read_answer(shape, stored) == stored


def test_the_layout_of_an_older_attempt_says_only_whether_several_choices_go() -> None:
    assert shape_of({"order": ["b", "a"], "several": False}) == Shape(ItemType.SINGLE, ("b", "a"))
    assert shape_of({"order": ["b", "a"], "several": True}) == Shape(ItemType.MULTIPLE, ("b", "a"))
    layout = {"order": ["b"], "several": False, "type": "matching", "targets": ["x", "y"]}
    assert shape_of(layout) == Shape(ItemType.MATCHING, ("b",), ("x", "y"))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ([], True),
        (["x" * 20_000], True),
        (["x" * 20_001], False),
        (["x"] * 64, True),
        (["x"] * 65, False),
    ],
)
def test_evidence_is_no_longer_than_an_answer_could_be(sent: list[str], kept: bool) -> None:
    assert may_be_answer(sent) is kept
