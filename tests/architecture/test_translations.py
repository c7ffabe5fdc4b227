"""No sentence is missing in a language, and Kazakh is not Russian in disguise."""

import re
from collections.abc import Mapping
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from babel.messages import Catalog

from app.cli import messages
from app.kernel.errors import DomainError
from app.platform.settings import ROOT

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


SAME_ON_PURPOSE = re.compile(
    r"(?:[\W\d_]|%\(\w+\)s|PDF|JSON|LinkedIn|E-mail|CEASAI|SOAI|API|QR|CSV|JWT|Safe Exam Browser)*"
)
"""Nothing but signs, placeholders and names of products."""


def same_in_two_languages(catalogues: Mapping[str, Catalog]) -> tuple[list[set[str]], int]:
    """Long sentences that read alike in two languages, plurals with their like; and how many were compared."""
    found, compared = [], 0
    for message in catalogues["kk"]:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        english = strings(catalogues["en"].get(key, message.context))
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        own = english if message.context == "error" else ids
        russian = strings(catalogues["ru"].get(key, message.context))
        for texts in product(strings(message), russian, own):
            if SAME_ON_PURPOSE.fullmatch(texts[2]) or len(LETTERS.findall(texts[2])) < 3:
                continue
            compared += 1
            if len(set(texts)) != 3:
                found.append(set(texts))
    return found, compared


def test_no_sentence_equals_another_languages() -> None:
    """Long sentences that read the same in two languages were copied, not written."""
    found, compared = same_in_two_languages(CATALOGUES)
    assert compared > 500
    assert found == []


@pytest.mark.parametrize(
    ("english", "kazakh"),
    [
        ("The PDF of your certificate is ready", "The PDF of your certificate is ready"),
        (
            ("One letter was sent today", "%(n)s letters were sent today"),
            ("Бір хат жіберілді", "%(n)s letters were sent today"),
        ),
    ],
)
def test_a_copied_sentence_is_seen(english: Any, kazakh: Any) -> None:
    made = {locale: Catalog(locale) for locale in ("kk", "ru", "en")}
    plural = not isinstance(english, str)
    made["kk"].add(english, kazakh)
    made["ru"].add(english, ("Письмо отправлено",) * 3 if plural else "PDF Вашего сертификата готов")
    made["en"].add(english, ("", "") if plural else "")
    assert len(same_in_two_languages(made)[0]) >= 1


def refusals() -> set[type[DomainError]]:
    """Every refusal of the product, wherever it is defined."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        if "DomainError" in path.read_text():
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    found: set[type[DomainError]] = set()
    waiting = [DomainError]
    while waiting:
        for one in waiting.pop().__subclasses__():
            if one.__module__.startswith("app."):
                found.add(one)
                waiting.append(one)
    return found


def test_every_refusal_has_its_sentence_in_each_catalogue() -> None:
    found = refusals()
    assert len(found) > 40
    assert {one.__module__ for one in found} >= {
        "app.web.errors",
        "app.web.csrf",
        "app.web.limits",
        "app.exams.errors",
    }
    for one in found:
        for locale, catalogue in CATALOGUES.items():
            message = catalogue.get(one.code, "error")
            assert message is not None, (locale, one)
            assert strings(message)[0], (locale, one)
