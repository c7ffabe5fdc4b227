"""No sentence is missing in a language, and Kazakh is not Russian in disguise."""

import re

import pytest

from app.cli import messages

CATALOGUES = {locale: messages.read(locale) for locale in ("kk", "ru", "en")}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
LETTERS = re.compile(r"[A-Za-zА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]{3,}")


def strings(message: object) -> list[str]:
    value = message.string
    return [value] if isinstance(value, str) else list(value or ())


def test_every_sentence_of_the_code_is_translated() -> None:
    assert messages.missing() == []


def test_the_check_is_able_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    template = messages.extract()
    template.add("A sentence nobody has translated")
    monkeypatch.setattr(messages, "extract", lambda: template)
    assert len(messages.missing()) == 3


def test_the_catalogue_is_up_to_date_with_the_code() -> None:
    in_code = {(str(m.id), m.context) for m in messages.extract() if m.id}
    for locale, catalogue in CATALOGUES.items():
        assert {(str(m.id), m.context) for m in catalogue if m.id} == in_code, locale
    assert len(in_code) > 50


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_placeholders_are_those_of_the_sentence(locale: str) -> None:
    for message in CATALOGUES[locale]:
        if not message.id or message.context == "error":
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        allowed = set().union(*(PLACEHOLDER.findall(text) for text in ids))
        for text in strings(message):
            assert set(PLACEHOLDER.findall(text)) <= allowed, (message.id, text)


def test_error_sentences_ask_for_the_same_facts_in_each_language() -> None:
    for message in CATALOGUES["en"]:
        if message.context != "error":
            continue
        facts = set(PLACEHOLDER.findall(str(message.string)))
        for locale in ("kk", "ru"):
            other = CATALOGUES[locale].get(message.id, "error")
            assert set(PLACEHOLDER.findall(str(other.string))) == facts, (locale, message.id)


SAME_ON_PURPOSE = re.compile(r"^[\W\d_]*$|PDF|JSON|LinkedIn|E-mail|CEASAI|SOAI|API|QR|CSV|JWT")


def test_no_sentence_equals_another_languages() -> None:
    """Long sentences that read the same in two languages were copied, not written."""
    compared = 0
    for message in CATALOGUES["kk"]:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        english = CATALOGUES["en"].get(key, message.context)
        texts = {
            "kk": strings(message)[0],
            "ru": strings(CATALOGUES["ru"].get(key, message.context))[0],
            "en": (strings(english) or [""])[0] or key,
        }
        if SAME_ON_PURPOSE.search(texts["en"]) or len(LETTERS.findall(texts["en"])) < 3:
            continue
        compared += 1
        assert len(set(texts.values())) == 3, texts
    assert compared > 30
