"""Sentences by language: gettext catalogues, loaded once."""

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

from app.kernel.locales import LOCALES
from app.platform.settings import ROOT, SettingsError


def N_(message: str) -> str:  # noqa: N802  # the field's own name for "mark, translate later"
    """Mark a sentence for translation; it is looked up when the reader is known."""
    return message


@cache
def catalogues(folder: Path = ROOT / "locales") -> dict[str, NullTranslations]:
    """The compiled catalogue of each language.

    Raises:
        SettingsError: a .mo file is missing.
    """
    found: dict[str, NullTranslations] = {}
    for locale in LOCALES:
        path = folder / locale / "LC_MESSAGES" / "messages.mo"
        try:
            with path.open("rb") as file:
                found[str(locale)] = Translations(file, domain="messages")
        except FileNotFoundError as error:
            msg = f"{path} is missing: run `ceasai messages compile`"
            raise SettingsError(msg) from error
    return found


def error_sentence(locale: str, code: str, facts: dict[str, object]) -> str:
    """The sentence for a refusal's code in a language, filled with its facts."""
    sentence = str(catalogues()[locale].pgettext("error", code))
    try:
        return sentence % facts
    except (KeyError, TypeError, ValueError):
        return sentence


def say(locale: str, message: str, **facts: object) -> str:
    """A marked sentence in a language."""
    text: str = catalogues()[locale].gettext(message)
    return text % facts if facts else text
