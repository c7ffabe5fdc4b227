"""The same word is found whatever its ending, its letters or the keyboard it was typed on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.courses.rules.search import FOLD, SHORTEST_STEM, normalise


@pytest.mark.parametrize(
    ("locale", "forms"),
    [
        ("kk", "қауіпсіздік қауіпсіздігі қауіпсіздіктің кауипсиздик"),
        ("kk", "тәуекел тәуекелдер тәуекелдерді тәуекелдің тауекел"),
        ("kk", "заң заңы заңның заңға зан"),
        ("ru", "риск риски рисков рисками"),
        ("ru", "учёт учета учёта"),
        ("en", "system systems System SYSTEMS"),
        ("en", "assess assessing assessed"),
    ],
)
def test_forms_of_a_word_are_one_word(locale: str, forms: str) -> None:
    assert len(set(normalise(forms, locale))) == 1


def test_words_apart_stay_apart() -> None:
    assert normalise("иегер меншік иесі", "kk") == ["иегер", "меншик", "иес"]
    assert len(set(normalise("собственник владелец пользователь", "ru"))) == 3


def test_a_latin_name_is_the_same_word_in_every_language() -> None:
    assert {tuple(normalise("ISO 42001 systems", locale)) for locale in ("kk", "ru", "en")} == {
        ("iso", "42001", "system")
    }


def test_composed_and_decomposed_letters_are_equal() -> None:
    assert normalise("й Ё", "ru") == normalise("\u0438\u0306 \u0415\u0308", "ru")


@given(st.text(max_size=60), st.sampled_from(["kk", "ru", "en"]))
def test_every_word_is_lower_case_folded_and_without_spaces(text: str, locale: str) -> None:
    for word in normalise(text, locale):
        assert word
        assert not any(letter.isspace() for letter in word)
        assert word == word.translate(FOLD)


@given(st.text(alphabet="абвгдежзиклмнопрстуыәғқңөұүһі", min_size=1, max_size=20))
def test_a_kazakh_word_keeps_at_least_three_letters(word: str) -> None:
    (stem,) = normalise(word, "kk")
    assert len(stem) >= min(SHORTEST_STEM, len(word))
    assert word.translate(FOLD).startswith(stem)
