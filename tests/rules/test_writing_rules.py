"""Each language in its alphabet, no markup in plain text, and names of other languages left in peace."""

import pytest

from app.kernel.writing import alphabet_fault, collapsed, holds_markup, plain_words, words

KAZAKH = "Жүйенің иегері тәуекелдерді басқаруға және пайдаланушыларға көмек көрсетуге міндетті."
RUSSIAN = "Владелец системы обязан управлять рисками и помогать пользователям при её работе."
ENGLISH = "The holder of a system must manage its risks and support the people who use it."


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        (KAZAKH, "kk"),
        (RUSSIAN, "ru"),
        (ENGLISH, "en"),
        ("The Russian text says собственник и владелец, the Kazakh text says меншік иесі and иегер.", "en"),
        ("Казахский текст говорит «меншік иесі» и «иегер», и это две разные роли вокруг системы.", "ru"),
        ("ISO/IEC 42001", "kk"),
        ("GPT-4", "ru"),
        (f"Компания «Сарыарқа Көмір» и фонд «Қызыл Тау Кен» – вымышленные. {RUSSIAN}", "ru"),
        ("Он", "ru"),
        ("95 %", "en"),
        ("ЖИ-мен", "kk"),
    ],
)
def test_a_text_in_its_language_is_fine(text: str, locale: str) -> None:
    assert alphabet_fault(text, locale) is None


@pytest.mark.parametrize(
    ("text", "locale", "fault"),
    [
        (RUSSIAN, "en", "the English text is written in Cyrillic"),
        ("Владелец", "en", "the English text is written in Cyrillic"),
        (ENGLISH, "ru", "the text is not written in Cyrillic"),
        (ENGLISH, "kk", "the text is not written in Cyrillic"),
        (
            "Все риски под постоянным надзором человека, всегда и всюду",
            "kk",
            "the Kazakh text has no Kazakh letter",
        ),
        (
            "Жүйенің иегері тәуекелдерді өзі басқаруға тиіс",
            "ru",
            "the Russian text is written in Kazakh letters",
        ),
        (
            f"{KAZAKH} Осыдан кейін. {RUSSIAN}",
            "kk",
            f"the Kazakh text has no Kazakh letter: {RUSSIAN[:40]}…",
        ),
        (
            f"{RUSSIAN * 9} {KAZAKH}",
            "ru",
            f"the Russian text is written in Kazakh letters: {KAZAKH[:40]}…",
        ),
        ("жүйеніng", "kk", "the word “жүйеніng” mixes Latin and Cyrillic letters"),
        ("Cистема", "ru", "the word “Cистема” mixes Latin and Cyrillic letters"),
    ],
)
def test_a_text_in_another_alphabet_is_seen(text: str, locale: str, fault: str) -> None:
    assert alphabet_fault(text, locale) == fault


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "</p>", "<!-- x -->", "<b onclick=x>", "a &lt; b", "&#60;", "<?php"],
)
def test_markup_is_seen(text: str) -> None:
    assert holds_markup(text)


@pytest.mark.parametrize("text", ["x < 5 and y > 3", "a < b", "R&D", "A & B; C", "5<6", "<—", "«<5»"])
def test_signs_that_are_no_markup_are_fine(text: str) -> None:
    assert not holds_markup(text)


def test_words_count_compounds_once() -> None:
    assert words("The owner's risk-based plan: 3 steps") == [
        "The",
        "owner's",
        "risk-based",
        "plan",
        "3",
        "steps",
    ]


def test_equal_wording_is_equal_whatever_its_case_and_signs() -> None:
    assert plain_words("Кто отвечает?") == plain_words("«кто» — ОТВЕЧАЕТ")
    assert collapsed(" a \n\n b ") == "a b"
