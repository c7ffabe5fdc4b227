"""Scopes, funnel, plan, published cells and address lists: the decisions of programmes."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.programmes import rules
from app.programmes.rules import (
    AddressList,
    Hidden,
    ListProblem,
    MilestoneWord,
    Point,
    RowProblem,
    burn_up,
    covers,
    decode,
    funnel,
    harmless_cell,
    planned,
    publishable,
    read_file,
    read_pasted,
    required_weekly,
)

W = MilestoneWord


def test_a_day_is_cut_by_the_calendar_of_almaty() -> None:
    assert rules.counting_day(datetime(2026, 11, 22, 18, 59, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert rules.counting_day(datetime(2026, 11, 22, 19, 0, tzinfo=UTC)) == date(2026, 11, 23)


def test_words_stand_in_the_order_of_the_funnel() -> None:
    assert [rules.order(word) for word in W] == list(range(9))
    assert rules.order(W.CERTIFIED) > rules.order(W.INVITED)


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        (("all", ""), True),
        (("programme", "kz-1000"), True),
        (("programme", "global-500250"), False),
        (("region", "KZ-71"), True),
        (("region", "KZ-75"), False),
        (("employer", "Steppe Bank"), True),
        (("employer", "Other"), False),
        (("cohort", "c1"), True),
        (("cohort", "c2"), False),
        (("course", "kz-1000"), False),
        (("region", ""), False),
        (("cohort", ""), False),
    ],
)
def test_a_scope_reaches_exactly_its_own_cohorts(scope: tuple[str, str], reached: bool) -> None:
    assert (
        covers({scope}, programme="kz-1000", region="KZ-71", employer="Steppe Bank", cohort="c1") is reached
    )


def test_no_scope_reaches_nothing_and_a_cohort_without_region_is_not_every_regions() -> None:
    assert not covers(set(), programme="kz-1000", region=None, employer=None)
    assert not covers({("region", "KZ-71")}, programme="kz-1000", region=None, employer=None)
    assert not covers({("region", "")}, programme="kz-1000", region=None, employer=None)
    assert not covers({("cohort", "")}, programme="kz-1000", region=None, employer=None)


def test_the_funnels_rates_are_of_the_invited_and_active_is_who_studied_lately() -> None:
    steps = funnel({W.INVITED: 40, W.REGISTERED: 30, W.ACTIVE: 28, W.SAT: 8, W.COMPLETED: 5}, active_now=12)
    assert [(step.word, step.count, step.whole) for step in steps] == [
        (W.INVITED, 40, 40),
        (W.REGISTERED, 30, 40),
        (W.ACTIVE, 12, 40),
        (W.COMPLETED, 5, 40),
        (W.SCHEDULED, 0, 40),
        (W.SAT, 8, 40),
        (W.PASSED, 0, 40),
        (W.DECIDED, 0, 40),
        (W.CERTIFIED, 0, 40),
    ]


@pytest.mark.parametrize(("passed", "decided", "left"), [(5, 3, 2), (3, 3, 0), (2, 4, 0), (0, 0, 0)])
def test_who_passed_and_is_not_decided_waits(passed: int, decided: int, left: int) -> None:
    assert rules.waiting({W.PASSED: passed, W.DECIDED: decided}) == left


TEN = {"target": 100, "starts_on": date(2026, 9, 1), "ends_on": date(2026, 9, 10)}


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2026, 8, 1), 0),
        (date(2026, 8, 31), 0),
        (date(2026, 9, 1), 10),
        (date(2026, 9, 5), 50),
        (date(2026, 9, 10), 100),
        (date(2027, 1, 1), 100),
    ],
)
def test_the_plan_is_a_straight_line_from_nothing_to_the_target(day: date, count: int) -> None:
    assert planned(on=day, **TEN) == count


def test_the_plan_rounds_down() -> None:
    assert (
        planned(target=1000, starts_on=date(2026, 7, 1), ends_on=date(2027, 6, 30), on=date(2026, 11, 23))
        == 400
    )
    assert planned(target=10, starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 3), on=date(2026, 9, 2)) == 6


@pytest.mark.parametrize(
    ("reached", "on", "weekly"),
    [
        (1000, date(2027, 1, 1), 0),
        (1200, date(2027, 1, 1), 0),
        (212, date(2026, 11, 23), 26),  # 788 in 219 days: 25.19 a week, rounded up
        (986, date(2027, 6, 16), 7),  # 14 in 14 days
        (990, date(2027, 6, 29), 10),  # one day left: never more than are missing
        (990, date(2027, 6, 30), None),
        (990, date(2027, 8, 1), None),
    ],
)
def test_the_required_weekly_rate_is_arithmetic(reached: int, on: date, weekly: int | None) -> None:
    assert required_weekly(target=1000, reached=reached, ends_on=date(2027, 6, 30), on=on) == weekly


def test_the_burn_up_adds_up_from_the_eve_of_the_start() -> None:
    by_day = {date(2026, 8, 1): 2, date(2026, 9, 2): 3, date(2026, 9, 4): 1, date(2026, 9, 8): 7}
    assert burn_up(by_day, on=date(2026, 9, 5), **TEN) == (
        Point(date(2026, 8, 31), 2, 0),
        Point(date(2026, 9, 2), 5, 20),
        Point(date(2026, 9, 4), 6, 40),
        Point(date(2026, 9, 5), 6, 50),
    )


def test_the_burn_up_ends_with_the_last_day_and_begins_even_before_the_start() -> None:
    assert burn_up({}, on=date(2026, 1, 1), **TEN)[-1] == Point(date(2026, 9, 1), 0, 10)
    late = burn_up({date(2026, 9, 10): 4, date(2026, 12, 1): 9}, on=date(2027, 1, 1), **TEN)
    assert late[-1] == Point(date(2026, 9, 10), 4, 100)


@given(
    st.dictionaries(st.dates(date(2026, 8, 1), date(2026, 10, 1)), st.integers(0, 20), max_size=15),
    st.dates(date(2026, 9, 1), date(2026, 9, 10)),
)
def test_the_burn_up_never_falls_and_counts_everybody_once(by_day: dict[date, int], on: date) -> None:
    points = burn_up(by_day, on=on, **TEN)
    assert [p.reached for p in points] == sorted(p.reached for p in points)
    assert points[-1].day == on
    assert points[-1].reached == sum(count for day, count in by_day.items() if day <= on)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 7, 1), 3, date(2026, 10, 1)),
        (date(2026, 7, 1), 12, date(2027, 7, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 5, 31), 1, date(2026, 6, 30)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day: date, months: int, then: date) -> None:
    assert rules.add_months(day, months) == then


def test_beside_a_cell_of_one_to_four_people_every_cell_below_five_is_hidden() -> None:
    assert publishable({"a": 0, "b": 1, "c": 4, "d": 5}) == {
        "a": Hidden.SMALL,
        "b": Hidden.SMALL,
        "c": Hidden.SMALL,
        "d": 5,
    }
    assert publishable({"a": 1, "b": 1, "c": 50, "d": 0}) == {
        "a": Hidden.SMALL,
        "b": Hidden.SMALL,
        "c": 50,
        "d": Hidden.SMALL,
    }


def test_where_nobody_is_one_of_a_few_the_figures_stay_as_they_are() -> None:
    for cells in ({"a": 0, "b": 0}, {"a": 0, "b": 5, "c": 70}, {"a": 9, "b": 5}, {}):
        assert publishable(cells) == cells


def test_a_single_hidden_cell_takes_another_with_it() -> None:
    assert publishable({"a": 3, "b": 9, "c": 7}) == {"a": Hidden.SMALL, "b": 9, "c": Hidden.BESIDE}
    assert publishable({"a": 1, "b": 5, "c": 7}) == {"a": Hidden.SMALL, "b": 5, "c": Hidden.BESIDE}
    assert publishable({"a": 3}) == {"a": Hidden.SMALL}, "the total is all there is to tell"


def test_cells_that_can_only_hold_four_each_take_another_with_them() -> None:
    assert publishable({"a": 4, "b": 4, "c": 6, "d": 8}) == {
        "a": Hidden.SMALL,
        "b": Hidden.SMALL,
        "c": Hidden.BESIDE,
        "d": 8,
    }
    assert publishable({"a": 4, "b": 4, "c": 0}) == dict.fromkeys("abc", Hidden.SMALL)


def _possible(shown: dict[str, int | Hidden], total: int) -> dict[str, set[int]]:
    """By small cell, every number that fits what is published, the public total, and what the page means.

    The reader knows that a small cell holds at most 4, that not all of them are empty, since then nothing
    would be hidden, and that a cell hidden beside them holds at least 5.
    """
    small = [key for key, value in shown.items() if value is Hidden.SMALL]
    rest = total - sum(value for value in shown.values() if isinstance(value, int))
    beside = sum(value is Hidden.BESIDE for value in shown.values())
    fitting = [
        found
        for found in product(range(5), repeat=len(small))
        if any(found) and (rest - sum(found) >= 5 if beside else rest == sum(found))
    ]
    return {key: {found[place] for found in fitting} for place, key in enumerate(small)}


@given(st.lists(st.one_of(st.just(0), st.integers(0, 12)), max_size=6))
def test_what_is_published_and_the_total_never_tell_a_small_cell(counts: list[int]) -> None:
    cells = {"widest": 50} | {str(place): count for place, count in enumerate(counts)}
    shown = publishable(cells)
    if Hidden.SMALL in shown.values():
        assert 0 not in shown.values()
    assert sum(value is Hidden.BESIDE for value in shown.values()) <= 1
    for key, numbers in _possible(shown, sum(cells.values())).items():
        assert len(numbers) > 1, (cells, key)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 30), max_size=12))
def test_no_small_number_is_ever_published(cells: dict[str, int]) -> None:
    shown = publishable(cells)
    assert shown.keys() == cells.keys()
    assert all(value == 0 or value >= 5 for value in shown.values() if isinstance(value, int))
    hidden = [value for value in shown.values() if isinstance(value, Hidden)]
    if any(count >= 5 for count in cells.values()):
        assert len(hidden) != 1


# Lists of addresses -------------------------------------------------------------------------------


def rows(found: AddressList | ListProblem) -> list[tuple[int, str, RowProblem | None]]:
    assert isinstance(found, AddressList)
    return [(row.number, row.email, row.problem) for row in found.rows]


SHEET = "Аты-жөні{d}Пошта\nӘлия{d}Aliya@People.example\nҒани{d}gani@people.example\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_delimiter_and_encoding_are_found_by_looking(delimiter: str, encoding: str) -> None:
    found = read_file(SHEET.format(d=delimiter).encode(encoding))
    assert isinstance(found, AddressList)
    assert rows(found) == [(2, "aliya@people.example", None), (3, "gani@people.example", None)]
    assert found.delimiter == delimiter
    assert found.encoding == encoding


def test_windows_1251_is_what_is_left() -> None:
    found = read_file("Имя;Почта\r\nОльга;o@people.example\r\n".encode("cp1251"))
    assert isinstance(found, AddressList)
    assert (found.encoding, found.delimiter) == ("cp1251", ";")
    assert rows(found) == [(2, "o@people.example", None)]


def test_a_list_without_heading_keeps_its_first_row() -> None:
    assert rows(read_file(b"a@people.example\nb@people.example\n")) == [
        (1, "a@people.example", None),
        (2, "b@people.example", None),
    ]


def test_the_first_column_with_addresses_is_taken() -> None:
    body = b"name,work,home\nA,a@people.example,x@other.example\nB,b@people.example,\n"
    assert [email for _, email, _ in rows(read_file(body))] == ["a@people.example", "b@people.example"]


def test_each_row_says_what_is_wrong_with_it() -> None:
    body = b'mail,name\na@people.example,A\n,B\nnot an address,C\nA@people.example,D\n"x",\n\n,,\n'
    assert rows(read_file(body)) == [
        (2, "a@people.example", None),
        (3, "", RowProblem.NO_ADDRESS),
        (4, "", RowProblem.MALFORMED),
        (5, "a@people.example", RowProblem.REPEATED),
        (6, "", RowProblem.MALFORMED),
    ]


def test_a_row_that_is_too_short_has_no_address() -> None:
    assert rows(read_file(b"n,mail\nA,a@people.example\nB\n"))[1] == (3, "", RowProblem.NO_ADDRESS)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", ListProblem.EMPTY),
        (b" \n\t\n", ListProblem.EMPTY),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00", ListProblem.NOT_TEXT),
        (b"%PDF-1.7\n\x01\x02\x98", ListProblem.NOT_TEXT),
        (b"\xff\xfea", ListProblem.NOT_TEXT),
        (b"name\nA\n", ListProblem.NO_ADDRESSES),
        (b"a" * (rules.MAX_UPLOAD + 1), ListProblem.TOO_LARGE),
        (b"a@b.kz\n" + b"\n".join(b"a%d@b.kz" % n for n in range(rules.MAX_ADDRESSES)), ListProblem.TOO_MANY),
        (b'"' + b"x" * 200_000 + b'",a@b.kz\n', ListProblem.NOT_TEXT),
    ],
)
def test_a_list_that_cannot_be_read_says_why(body: bytes, problem: ListProblem) -> None:
    assert read_file(body) is problem


def test_what_is_no_text_is_not_decoded() -> None:
    assert decode(b"\x00\x01\x02") is None
    assert decode("Қазақ".encode()) == ("Қазақ", "utf-8")


def test_pasted_addresses_may_be_parted_in_any_way() -> None:
    found = read_pasted(
        "a@people.example, <b@people.example>;c@people.example\n\nӘлия Сынақ d@people.example\nnobody"
    )
    assert rows(found) == [
        (1, "a@people.example", None),
        (1, "b@people.example", None),
        (1, "c@people.example", None),
        (3, "d@people.example", None),
        (4, "", RowProblem.MALFORMED),
    ]
    assert read_pasted("  \n") is ListProblem.EMPTY


@given(st.binary(max_size=400))
def test_any_bytes_give_a_list_or_a_reason(body: bytes) -> None:
    found = read_file(body)
    assert isinstance(found, AddressList | ListProblem)
    if isinstance(found, AddressList):
        assert all((row.problem is not None) or "@" in row.email for row in found.rows)


@given(st.text(max_size=300))
def test_any_text_gives_a_list_or_a_reason(text: str) -> None:
    found = read_pasted(text)
    if isinstance(found, AddressList):
        good = [row.email for row in found.rows if row.problem is None]
        assert len(good) == len(set(good))


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+7 777", "'+7 777"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =cmd", "'  =cmd"),
        ("\t=cmd", "'\t=cmd"),
        ("\rx", "'\rx"),
        ("Әлия", "Әлия"),
        ("a@b.kz", "a@b.kz"),
        ("", ""),
    ],
)
def test_a_cell_is_never_run_by_a_spreadsheet(cell: str, safe: str) -> None:
    assert harmless_cell(cell) == safe


def test_the_conflict_window_is_two_years_and_active_is_a_fortnight() -> None:
    assert timedelta(days=730) == rules.CONFLICT_WINDOW
    assert timedelta(days=14) == rules.ACTIVE_WINDOW
