"""The rubric of a written task as people write it, and the length of an answer."""

import pytest

from app.question_banks.rules.rubrics import (
    Criterion,
    Level,
    count_words,
    criteria_of,
    criterion_of,
    points_in,
    within_words,
)

THREE = {"kk": "Дәлел\n0: жоқ\n2: бар", "ru": "Довод\n0: нет\n2: есть", "en": "Argument\n0: none\n2: some"}


def every(text: str) -> dict[str, str]:
    return dict.fromkeys(("kk", "ru", "en"), text)


def test_a_criterion_has_its_name_and_its_levels_in_three_languages_from_the_lowest_up() -> None:
    turned = THREE | {"en": "Argument\n\n 2 :  some \n0: none"}
    assert criterion_of(turned) == Criterion(
        {"kk": "Дәлел", "ru": "Довод", "en": "Argument"},
        (
            Level(0, {"kk": "жоқ", "ru": "нет", "en": "none"}),
            Level(2, {"kk": "бар", "ru": "есть", "en": "some"}),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        {},
        every(""),
        every("Only a name"),
        every("Name\n0: nothing"),
        every("Name\n0: nothing\nmore"),
        every("Name\n1: little\n2: more"),
        every("Name\n0: nothing\n0: less\n2: more"),
        every("Name\n0: nothing\n2:"),
        every("Name\n0: nothing\n100: more"),
        THREE | {"en": "Argument\n0: none\n3: some"},
        {locale: THREE[locale] for locale in ("kk", "ru")},
    ],
)
def test_what_is_no_criterion_is_told_apart(text: dict[str, str]) -> None:
    assert criterion_of(text) is None
    assert criteria_of([THREE, text]) is None


def test_a_rubric_brings_the_points_of_its_highest_levels_and_an_empty_one_is_none() -> None:
    criteria = criteria_of([THREE, every("Name\n0: nothing\n1: part\n5: all")])
    assert criteria is not None
    assert points_in(criteria) == 7
    assert criteria_of([]) is None


@pytest.mark.parametrize(
    ("text", "most", "words", "kept"),
    [
        ("", 2, 0, ""),
        (" one\n two ", 2, 2, " one\n two "),
        ("one\n\ntwo  three", 2, 3, "one\n\ntwo"),
        ("бір екі\u00a0үш", 3, 3, "бір екі\u00a0үш"),
    ],
)
def test_words_stand_between_blanks_and_a_longer_text_is_cut_where_the_limit_is(
    text: str, most: int, words: int, kept: str
) -> None:
    assert count_words(text) == words
    assert within_words(text, most) == kept
