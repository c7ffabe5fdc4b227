"""What makes a bank give its keys away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.question_banks import rules
from app.question_banks.rules import BankPurpose


@pytest.mark.parametrize(
    ("purpose", "specimen", "demonstration", "may"),
    [
        (BankPurpose.CERTIFICATION, False, False, True),
        (BankPurpose.CERTIFICATION, False, True, True),
        (BankPurpose.CERTIFICATION, True, True, True),
        (BankPurpose.CERTIFICATION, True, False, False),
        (BankPurpose.PRACTICE, False, True, False),
        (BankPurpose.PRACTICE, True, True, False),
    ],
)
def test_a_specimen_examines_in_a_demonstration_only(
    purpose: BankPurpose, specimen: bool, demonstration: bool, may: bool
) -> None:
    assert rules.may_build_forms(purpose, specimen=specimen, demonstration=demonstration) is may


@pytest.mark.parametrize(
    ("counts", "uneven"),
    [
        ({"a": 5, "b": 5, "c": 5, "d": 5}, {}),
        ({"a": 6, "b": 6, "c": 4, "d": 4}, {}),
        ({"a": 7, "b": 5, "c": 4, "d": 4}, {"a": 7}),
        ({"a": 6, "b": 6, "c": 5, "d": 3}, {"d": 3}),
        ({"a": 19}, {}),
        ({"a": 20}, {"a": 20, "b": 0, "c": 0, "d": 0}),
    ],
)
def test_key_positions_hold_20_to_30_per_cent_each_from_20_items_on(
    counts: dict[str, int], uneven: dict[str, int]
) -> None:
    keys = [place for place, count in counts.items() for _ in range(count)]
    assert rules.uneven_positions(keys, "abcd") == uneven


def test_the_key_is_longest_only_when_nothing_else_is_as_long() -> None:
    assert rules.key_is_longest({"a": 9, "b": 8}, "a")
    assert not rules.key_is_longest({"a": 9, "b": 9}, "a")
    assert not rules.key_is_longest({"a": 7, "b": 8}, "a")


def test_the_key_is_shortest_only_when_nothing_else_is_as_short() -> None:
    assert rules.key_is_shortest({"a": 7, "b": 8}, "a")
    assert not rules.key_is_shortest({"a": 9, "b": 9}, "a")
    assert not rules.key_is_shortest({"a": 9, "b": 8}, "a")


@pytest.mark.parametrize(
    ("part", "whole", "share", "out"),
    [
        (7, 20, (15, 35), False),
        (8, 20, (15, 35), True),
        (3, 20, (15, 35), False),
        (2, 20, (15, 35), True),
        (0, 19, (15, 35), False),
        (19, 19, (15, 35), False),
        (3, 20, (0, 10), True),
        (0, 20, (0, 10), False),
    ],
)
def test_shares_are_judged_from_20_items_on(part: int, whole: int, share: tuple[int, int], out: bool) -> None:
    assert rules.out_of_share(part, whole, share) is out


@pytest.mark.parametrize(
    ("text", "yearly"),
    [
        ("A fine of 100 MCI", True),
        ("the monthly calculation index of 2026", True),
        ("штраф в 100 МРП", True),
        ("месячного расчётного показателя", True),
        ("100 АЕК мөлшерінде", True),
        ("айлық есептік көрсеткіштің", True),
        ("a fine of 100,000 tenge", False),
        ("committee decimal", False),
    ],
)
def test_a_key_that_rests_on_the_yearly_index_is_seen(text: str, yearly: bool) -> None:
    assert rules.rests_on_a_yearly_figure(text) is yearly


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("kk", "Жоғарыда айтылғандардың барлығы"),
        ("kk", "Жоғарыдағылардың бәрі"),
        ("kk", "Аталғандардың ешқайсысы"),
        ("kk", "Барлық жауап дұрыс"),
        ("ru", "Всё вышеперечисленное"),
        ("ru", "Ничего из перечисленного"),
        ("ru", "Все ответы верны"),
        ("ru", "Верны все варианты"),
        ("en", "All of the above"),
        ("en", "None of the above."),
        ("en", "None of these"),
        ("en", "All answers are right"),
    ],
)
def test_all_of_the_above_is_seen_in_three_languages(locale: str, text: str) -> None:
    assert rules.refers_to_other_choices(text, locale)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("kk", "Жүйенің барлық пайдаланушысына хабарлау"),
        ("ru", "Сообщить всем пользователям системы"),
        ("en", "Tell all of the users of the system"),
        ("en", "To the video and the table: both of them are built on data"),
    ],
)
def test_an_answer_that_speaks_of_all_is_an_answer(locale: str, text: str) -> None:
    assert not rules.refers_to_other_choices(text, locale)


def test_equal_and_nearly_equal_stems_are_alike() -> None:
    long = "which duty of the owner does article fifteen of the law on artificial intelligence name first"
    stems = [long, "what should she do", f"{long} here", "what should she do now", long, "what should she do"]
    assert rules.alike(stems) == [(0, 2), (0, 4), (2, 4), (1, 5)]


@given(st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=10).map(" ".join), max_size=12))
def test_the_short_cut_finds_what_comparing_everything_finds(stems: list[str]) -> None:
    def plainly(one: str, other: str) -> bool:
        left, right = set(one.split()), set(other.split())
        if not left or not right:
            return False
        enough = min(len(left), len(right)) >= rules.SHORTEST_LIKE
        return one == other or (enough and 100 * len(left & right) >= rules.LIKENESS * len(left | right))

    expected = [
        (earlier, later)
        for later in range(len(stems))
        for earlier in range(later)
        if plainly(stems[earlier], stems[later])
    ]
    assert rules.alike(stems) == expected


@pytest.mark.parametrize(
    ("counts", "off"),
    [
        ({"understand": 30, "apply": 45, "analyse": 25}, {}),
        ({"understand": 35, "apply": 40, "analyse": 25}, {}),
        ({"understand": 36, "apply": 39, "analyse": 25}, {"understand": 36, "apply": 39}),
        ({"apply": 10}, {"understand": 0, "apply": 100, "analyse": 0}),
        ({}, {}),
    ],
)
def test_a_mix_is_off_beyond_five_points(counts: dict[str, int], off: dict[str, int]) -> None:
    assert rules.off_the_mix(counts, {"understand": 30, "apply": 45, "analyse": 25}) == off
