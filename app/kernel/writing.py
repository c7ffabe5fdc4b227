"""Whether a text is written as its language is: its alphabet, its words, no markup in plain text.

Plain values in, plain values out. Shares are whole percents of the letters of a text.
"""

import re
import unicodedata

KAZAKH_LETTERS = frozenset("әғқңөұүһі")
"""Letters of the Kazakh alphabet that the Russian one does not have."""

ENOUGH_LETTERS = 40
"""Fewer letters than this prove nothing about the language of a text."""
ENOUGH_IN_A_SENTENCE = 60
"""The same for one sentence of a text, which may hold a name and little else."""

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_MIXED = re.compile(r"[a-zA-Z][\u0400-\u04ff]|[\u0400-\u04ff][a-zA-Z]")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|„[^“]*“")
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


def without_quotations(text: str) -> str:
    """``text`` without what stands in quotation marks: names, and words that are spoken about."""
    return _QUOTED.sub(" ", text)


def collapsed(text: str) -> str:
    """``text`` in one line with single spaces."""
    return _SPACES.sub(" ", text).strip()


def alphabet_fault(text: str, locale: str) -> str | None:
    """What is wrong with the alphabet of ``text`` for a reader of ``locale`` (kk, ru, en), or None.

    Names and quoted terms of another language are fine: only a text as a whole is judged; the longer
    sentences of a Kazakh or a Russian one, without what they quote; and a word that changes its alphabet in
    the middle, which no reader sees and no search finds.
    """
    mixed = next((word for word in words(text) if _MIXED.search(word)), None)
    if mixed is not None:
        return f"the word “{mixed}” mixes Latin and Cyrillic letters"
    if locale != "en":
        for sentence in _SENTENCE.split(without_quotations(text)):
            fault = _cyrillic_fault(sentence, locale, enough=ENOUGH_IN_A_SENTENCE)
            if fault is not None:
                return f"{fault}: {sentence[:40]}…"
    letters = [letter for letter in text.casefold() if letter.isalpha()]
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in letters)
    many = len(letters) >= ENOUGH_LETTERS
    if locale == "en" and (100 * cyrillic > 60 * len(letters) if many else 0 < len(letters) == cyrillic):
        return "the English text is written in Cyrillic"
    if locale != "en" and many and 100 * cyrillic < 30 * len(letters):
        return "the text is not written in Cyrillic"
    return None if locale == "en" else _cyrillic_fault(text, locale, enough=ENOUGH_LETTERS)


def _cyrillic_fault(text: str, locale: str, *, enough: int) -> str | None:
    """Whether a text of ``enough`` letters or more, given to a Kazakh or Russian reader, is for the other."""
    letters = [letter for letter in text.casefold() if letter.isalpha()]
    kazakh = sum(letter in KAZAKH_LETTERS for letter in letters)
    if len(letters) < enough:
        return None
    if locale == "kk" and kazakh == 0 and any("\u0400" <= letter <= "\u04ff" for letter in letters):
        return "the Kazakh text has no Kazakh letter"
    if locale == "ru" and 100 * kazakh > 10 * len(letters):
        return "the Russian text is written in Kazakh letters"
    return None
