"""Numbers as people type them are read exactly, or not at all."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.numbers import LONGEST, PATTERN, read_decimal, within


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3,5", "3.5"),
        ("3.50", "3.50"),
        (" 1 234,5 ", "1234.5"),
        ("1\u202f234", "1234"),
        ("\u22125", "-5"),
        ("\u20135", "-5"),
        ("- 5", "-5"),
        ("+5", "5"),
        ("007", "7"),
        ("-0,0", "0.0"),
        (",5", "0.5"),
        ("", None),
        ("-", None),
        ("5.", None),
        ("1,000.5", None),
        ("1.000.000", None),
        ("1e3", None),
        ("5 %", None),
        ("\u0665", None),
        ("9" * LONGEST, "9" * LONGEST),
        ("9" * (LONGEST + 1), None),
    ],
)
def test_a_number_has_one_form(typed: str, read: str | None) -> None:
    assert read_decimal(typed) == read


@given(st.text("0123456789+-,. \u2212\u2013e", max_size=12))
def test_what_the_page_calls_a_number_is_what_the_server_reads(typed: str) -> None:
    assert (re.fullmatch(PATTERN, "".join(typed.split())) is not None) == (read_decimal(typed) is not None)


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("0,3", True),
        ("0.30000000000000000000000000000000001", False),
        ("0.1", False),
        ("0.2", False),
        ("x", False),
    ],
)
def test_nothing_is_lost_by_a_float(typed: str, right: bool) -> None:
    assert within(typed, wanted="0.3", tolerance="0") is right
