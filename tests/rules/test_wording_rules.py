"""A text speaks the words of the glossary, in whatever form its grammar asks for."""

import pytest

from app.courses.rules import wording


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("иегердің міндеттері", "Иегер"),
        ("Нарығына шығаратын тұлға", "Нарыққа шығару"),
        ("тектес модельдер топтарына", "Тектес модельдер тобы"),
        ("Уполномоченному органу сообщают", "Уполномоченный орган"),
        ("доли ложноположительных", "Доля ложноположительных"),
        ("полноту считают отдельно", "Полнота (recall)"),
        ("все живые отчеты", "Живой отчёт"),
    ],
)
def test_a_term_is_used_in_any_form(text: str, term: str) -> None:
    assert wording.uses(wording.line_of(text), term)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("меншік иесінің міндеттері", "Иегер"),
        ("орган сообщает", "Уполномоченный орган"),
        ("тестовый набор", "Проверочная выборка"),
        ("жеке дерек", "Дербес деректер"),
    ],
)
def test_another_word_is_not_the_term(text: str, term: str) -> None:
    assert not wording.uses(wording.line_of(text), term)


@pytest.mark.parametrize(
    ("text", "term", "named"),
    [
        ("The holders keep it.", "Holder", True),
        ("Two policies apply.", "Policy", True),
        ("The risk registers", "Risk register", True),
        ("A register of risks", "Risk register", False),
        ("Stakeholders keep it.", "Holder", False),
        ("the miss is counted", "Miss (false negative)", True),
    ],
)
def test_english_names_a_term_word_after_word(text: str, term: str, named: bool) -> None:  # noqa: FBT001
    assert wording.names_in_english(wording.line_of(text), term) is named


def test_a_link_shows_a_word_of_its_term() -> None:
    assert wording.shows("аудиттен", "ЖИ жүйесінің аудиті")
    assert not wording.shows("Рекомендательные документы", "Мягкое право")


def test_a_refused_word_is_found_by_its_beginning_but_may_be_quoted() -> None:
    never = ["жеке дерек", "интеллектт"]
    assert wording.refused_word("Жеке деректерді өңдейді", never) == "жеке дерек"
    assert wording.refused_word("Жасанды интеллекттің түрі", never) == "интеллектт"
    assert wording.refused_word("Дербес деректерді өңдейді", never) is None
    assert wording.refused_word("«Жеке деректер» деген дұрыс емес", never) is None
    assert wording.refused_word("Not “жеке деректер”", never) is None
