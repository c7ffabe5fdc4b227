"""A file of responses is read exactly, or refused with its line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.psychometrics.errors import BadTable
from app.psychometrics.rules import table
from app.psychometrics.rules.gates import told, use


def test_responses_are_read_with_what_was_left_out_and_who_belongs_where() -> None:
    made = table.read("id,i1,тіл, i2 \n7,1,kk,0\n\n8, ,ru,1\n".encode(), group="тіл")
    assert made.items == ("i1", "i2")
    assert made.cells.tolist() == [[1, 0], [table.OMITTED, 1]]
    assert made.scores.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert made.groups == ("kk", "ru")
    assert made.left_out == ("id", "тіл")


def test_a_byte_order_mark_line_ends_of_windows_and_quotes_change_nothing() -> None:
    plain = table.read(b"a,b\n1,0\n")
    assert table.read(b'\xef\xbb\xbf"a",b\r\n1,"0"\r\n').items == plain.items == ("a", "b")
    assert plain.groups is None


def test_a_column_named_by_the_caller_is_no_item() -> None:
    assert table.read(b"place,a\n17,1\n", not_items=["place"]).items == ("a",)


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        (b"", 1, "empty"),
        (b"\n\n", 1, "empty"),
        ("a,б\n1,0\n".encode("cp1251"), 1, "UTF-8"),
        (b"a,b\n1,0\n\xff,1\n", 3, "UTF-8"),
        ("a,b\n1,0\n".encode("utf-16"), 1, "UTF-8"),
        (b"a,b\n1,\x000\n", 2, "zero byte"),
        (b"a;b\n1;0\n", 1, "comma"),
        (b"a\tb\n1\t0\n", 1, "comma"),
        (b"1,0\n1,0\n", 1, "no heading"),
        (b",".join(b"i%d" % n for n in range(2001)) + b"\n", 1, "2001 columns; at most 2000"),
        (b"a,,b\n1,0,1\n", 1, "column 2 has no heading"),
        (b"a,b,a\n1,0,1\n", 1, "'a' stands twice"),
        (b"a, a\n1,0\n", 1, "'a' stands twice"),
        (b"a,b\n1,0\n1\n", 3, "1 cells, and the heading has 2"),
        (b"a,b\n1,0,1\n", 2, "3 cells"),
        (b"a,b\n1,2\n", 2, "'2' in the column 'b'"),
        (b"a,b\n1,1.0\n", 2, "'1.0' in the column 'b'"),
        (b"a\n" + b"x" * 50 + b"\n", 2, "x" * 20 + "…"),
        (b"a,b\n", 1, "no person"),
        (b"id,group\n1,2\n", 1, "no column is an item"),
        (b'a,b\n1,"0\n', 2, "no CSV"),
        (b"a,b\n1,0\n", 1, "no column is headed 'g'"),
        (b"a,g\n1,\n", 2, "'g' is empty"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_line(data: bytes, line: int, why: str) -> None:
    with pytest.raises(BadTable) as caught:
        table.read(data, group="g" if "'g'" in why else None)
    assert caught.value.line == line
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LARGEST", 7)
    assert table.read(b"a,b\n1,0").items == ("a", "b")
    with pytest.raises(BadTable, match="longer than 7 bytes"):
        table.read(b"a,b\n1,0\n")
    monkeypatch.setattr(table, "LARGEST", 100)
    monkeypatch.setattr(table, "MOST_CELLS", 4)
    assert table.read(b"a,b\n1,0\n1,0\n").cells.shape == (2, 2)
    with pytest.raises(BadTable, match="more than 4 responses"):
        table.read(b"a,b\n1,0\n1,0\n1,0\n")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_no_file_makes_another_error(data: bytes) -> None:
    try:
        made = table.read(data)
    except BadTable as error:
        assert error.line >= 1
    else:
        assert np.isin(made.cells, [-1, 0, 1]).all()


def test_the_gates_are_those_of_the_specification() -> None:
    assert [use(persons) for persons in (0, 29, 30, 99, 100)] == ["hide", "hide", "show", "show", "act"]
    assert [told(count) for count in (0, 1, 4, 5)] == [0, None, None, 5]
