"""Whether a text is written as its language is: its alphabet, its words, no markup in plain text.

Plain values in, plain values out. Shares are whole percents of the letters of a text.
"""

import re
import unicodedata

KAZAKH_LETTERS = frozenset("әғқңөұүһі")
"""Letters of the Kazakh alphabet that the Russian one does not have."""

ENOUGH_LETTERS = 40
"""Fewer letters than this prove nothing about the language of a text."""

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_MIXED = re.compile(r"[a-zA-Z][\u0400-\u04ff]|[\u0400-\u04ff][a-zA-Z]")
_SPACES = re.compile(r"\s+")


def holds_markup(text: str) -> bool:
    """Whether something in ``text`` would be read as HTML by a browser; «x < 5» would not."""
    return _MARKUP.search(text) is not None


def words(text: str) -> list[str]:
    """The words and numbers of ``text`` as written; a compound with a hyphen or an apostrophe is one."""
    return _WORD.findall(text)


def plain_words(text: str) -> str:
    """The words of ``text`` in one line, without case and punctuation, so that equal wording is equal."""
    return " ".join(words(unicodedata.normalize("NFC", text).casefold()))


def collapsed(text: str) -> str:
    """``text`` in one line with single spaces."""
    return _SPACES.sub(" ", text).strip()


def alphabet_fault(text: str, locale: str) -> str | None:
    """What is wrong with the alphabet of ``text`` for a reader of ``locale`` (kk, ru, en), or None.

    Names and quoted terms of another language are fine: only a text as a whole is judged, and a word that
    changes its alphabet in the middle, which no reader sees and no search finds.
    """
    mixed = next((word for word in words(text) if _MIXED.search(word)), None)
    if mixed is not None:
        return f"the word “{mixed}” mixes Latin and Cyrillic letters"
    letters = [letter for letter in text.casefold() if letter.isalpha()]
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in letters)
    kazakh = sum(letter in KAZAKH_LETTERS for letter in letters)
    many = len(letters) >= ENOUGH_LETTERS
    if locale == "en" and (100 * cyrillic > 60 * len(letters) if many else 0 < len(letters) == cyrillic):
        return "the English text is written in Cyrillic"
    if locale != "en" and many and 100 * cyrillic < 30 * len(letters):
        return "the text is not written in Cyrillic"
    if locale == "kk" and many and kazakh == 0:
        return "the Kazakh text has no Kazakh letter"
    if locale == "ru" and many and 100 * kazakh > 10 * len(letters):
        return "the Russian text is written in Kazakh letters"
    return None
