"""Three languages, one lesson."""

import hashlib

import pytest

from app.courses.rules import lessons as rules


def test_the_source_hash_is_16_digits_of_the_english_body() -> None:
    assert rules.source_hash("Text.\n") == hashlib.sha256(b"Text.\n").hexdigest()[:16]
    assert rules.source_hash("Text.") != rules.source_hash("Text.\n")


def test_headings_have_one_id_in_every_language() -> None:
    titles = ["Three roles", "Three roles!", "Үш рөл", "A/B & c", "x" * 90]
    assert rules.heading_ids(titles) == [
        "s-three-roles",
        "s-three-roles-2",
        "s-part",
        "s-a-b-c",
        "s-" + "x" * 60,
    ]


@pytest.mark.parametrize(
    ("expected", "found", "at"),
    [
        ("abc", "abc", None),
        ("abc", "abd", 2),
        ("abc", "ab", 2),
        ("ab", "abc", 2),
        ("", "", None),
        ("", "a", 0),
    ],
)
def test_languages_part_where_their_structure_parts(expected: str, found: str, at: int | None) -> None:
    assert rules.first_difference(expected, found) == at


@pytest.mark.parametrize(
    ("locale", "words", "fine"),
    [("en", 900, True), ("en", 899, False), ("en", 1800, True), ("en", 1801, False)]
    + [("kk", 650, True), ("kk", 649, False), ("ru", 650, True), ("ru", 100, False)]
    + [("kk", 1100, True), ("kk", 1101, False), ("ru", 1100, True), ("ru", 2000, False)],
)
def test_a_lesson_has_900_to_1800_words_and_translations_65_to_110_per_cent_of_them(
    locale: str, words: int, fine: bool
) -> None:
    assert (rules.length_fault(words=words, english_words=1000, locale=locale) is None) is fine


@pytest.mark.parametrize(
    ("words", "minutes", "fine"),
    [(1000, 50, True), (1000, 51, False), (1050, 15, True), (1051, 15, False), (1000, 1, False)],
)
def test_a_lesson_takes_the_minutes_its_words_need(words: int, minutes: int, fine: bool) -> None:
    assert (rules.pace_fault(words=words, minutes=minutes) is None) is fine
