"""The three languages, as equals."""

from enum import StrEnum


class Locale(StrEnum):
    """A language of the product, by the word that stands in addresses (ISO 639-1)."""

    KK = "kk"
    RU = "ru"
    EN = "en"


LOCALES = tuple(Locale)
"""In the order in which they are always shown."""

OWN_NAMES = {Locale.KK: "Қазақша", Locale.RU: "Русский", Locale.EN: "English"}

Trilingual = dict[str, str]
"""A text by locale word; all three keys are present wherever this type is used."""


def in_language(text: Trilingual, locale: str) -> str:
    """The text for a reader of ``locale``.

    Raises:
        KeyError: the language is missing, which the content check and the schemas exclude.
    """
    return text[locale]
