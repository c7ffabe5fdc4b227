"""How the product addresses its readers in Russian and Kazakh, and how it spells and dates."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from app.cli import messages
from app.kernel.locales import LOCALES
from app.platform.settings import ROOT
from app.web.formats import formats

YOU = {
    "ru": re.compile(r"\b(?:вы|вас|вам|вами|ваш(?:[аеиуойем]\w*)?)\b"),
    # after a hyphen it is the ending "without": ЖИ-сіз
    "kk": re.compile(r"(?<!-)\bсіз(?:дің|ге|ді|ден|де|бен|дікі\w*)?\b"),
}
QUOTED = re.compile(r"«[^»]*»")
"""What somebody says to others: there a small letter may be right."""
WITHOUT_YO = re.compile(
    r"\b(?:еще|ее|свое|мое|отчет\w*|учет\w*|расчет\w*|подсчет\w*|объем\w*|надежн\w*|трех|четырех|причем|"
    r"идет|дает|берет|найдет|придет|ждет|черн(?:ый|ая|ое)|четк\w+|жестк\w+)\b",
    re.IGNORECASE,
)


def catalogue(locale: str) -> Iterator[tuple[str, str]]:
    """Every sentence of the interface, with what it is called in the code."""
    for message in messages.read(locale):
        strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
        for string in strings:
            if message.id and string:
                yield str(message.id), string


def shipped(locale: str) -> Iterator[tuple[str, str]]:
    """Every page-long text of the interface."""
    for path in sorted((ROOT / "app").rglob(f"*.{locale}.html")):
        yield path.name, path.read_text()


def lessons(locale: str) -> Iterator[tuple[str, str]]:
    """Every lesson without what is said in quotation marks."""
    for path in sorted((ROOT / "courses").rglob(f"*.{locale}.md")):
        yield path.name, QUOTED.sub("", path.read_text())


@pytest.mark.parametrize("locale", ["ru", "kk"])
@pytest.mark.parametrize(("texts", "at_least"), [(catalogue, 500), (shipped, 5), (lessons, 8)])
def test_a_reader_is_addressed_with_a_capital(locale: str, texts: object, at_least: int) -> None:
    read = list(texts(locale))  # type: ignore[operator]
    assert len(read) >= at_least
    assert [(name, found[0]) for name, text in read if (found := YOU[locale].search(text))] == []


@pytest.mark.parametrize(
    ("locale", "text", "wrong"),
    [
        ("ru", "Мы напишем вам.", True),
        ("ru", "Мы напишем Вам.", False),
        ("ru", "Выбор важен: вышка, ваза.", False),
        ("kk", "Бұл сізге тиесілі емес.", True),
        ("kk", "Бұл Сізге тиесілі емес. ЖИ-сіз нұсқа.", False),
    ],
)
def test_the_check_of_address_is_able_to_fail(locale: str, text: str, *, wrong: bool) -> None:
    assert bool(YOU[locale].search(text)) is wrong


def test_the_interface_never_writes_yo() -> None:
    data = [(path.name, path.read_text()) for path in (ROOT / "app").rglob("*.yaml")]
    read = [*catalogue("ru"), *shipped("ru"), *data]
    assert len(data) >= 3
    assert [name for name, text in read if re.search("[ёЁ]", text)] == []


def test_the_courses_always_write_yo() -> None:
    read = [(path.name, path.read_text()) for path in sorted((ROOT / "courses").rglob("*.ru.md"))]
    assert sum(text.count("ё") for _, text in read) > 100
    assert [(name, found[0]) for name, text in read if (found := WITHOUT_YO.search(text))] == []
    assert WITHOUT_YO.search("Отчет готов.")


@pytest.mark.parametrize("locale", list(LOCALES))
def test_no_date_doubles_the_full_stop_after_it(locale: str) -> None:
    form = formats(locale, "Asia/Almaty")
    for month in range(1, 13):
        written = form.date(date(2026, month, 23))
        assert not written.endswith("."), f"«… {written}.»"
        assert "2026" in written


@pytest.mark.parametrize("locale", list(LOCALES))
def test_no_sentence_ends_twice(locale: str) -> None:
    assert [text for _, text in catalogue(locale) if re.search(r"(?<!\.)\.\.(?!\.)|г\.\.", text)] == []
