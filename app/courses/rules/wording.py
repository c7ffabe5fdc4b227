"""Whether a text speaks the words of the glossary.

Kazakh and Russian words change their endings, and verbs are made of nouns: two words are taken for forms of
one when the first half of the one begins the other. That is lenient on purpose: a check that calls a right
text wrong is switched off, and a wrong term almost never begins like the right one.
"""

import re
from collections.abc import Iterable
from functools import cache

from app.kernel.writing import plain_words, without_quotations

_LONG = 6
"""Letters from which a word is known by no fewer than 4, else by no fewer than 3: «доля» is also «доли»."""

_ASIDE = re.compile(r"\([^)]*\)")


_SAME_SOUND = str.maketrans("ёбгғ", "епкқ")
"""«ё» is written «е» as well; a Kazakh stem softens its last consonant: «топ», «тобы»."""


def line_of(text: str) -> str:
    """The words of a text in one line between spaces, without case, punctuation and what endings change."""
    return f" {plain_words(text)} ".translate(_SAME_SOUND)


def shows(shown: str, term: str) -> bool:
    """Whether the words of a link to a term hold at least one word of the term, in any form."""
    return any(beginning in line_of(shown) for beginning in _beginnings(term))


def uses(line: str, term: str) -> bool:
    """Whether every word of ``term``, in any form and order, is in a line; words in brackets may miss."""
    return all(beginning in line for beginning in _beginnings(_ASIDE.sub(" ", term)))


def names_in_english(line: str, term: str) -> bool:
    """Whether an English line says ``term``, word after word, in the singular or the plural."""
    singular, either = _english(term)
    return singular in line and either.search(line) is not None


def refused_word(text: str, never: Iterable[str]) -> str | None:
    """The first of the ``never`` beginnings that stands in ``text`` outside quotation marks, or None.

    What is quoted is spoken about: a text may teach that a word is wrong.
    """
    said = line_of(without_quotations(text))
    return next((phrase for phrase in never if _opening(phrase) in said), None)


@cache
def _opening(phrase: str) -> str:
    return line_of(phrase).rstrip()


@cache
def _beginnings(term: str) -> tuple[str, ...]:
    """How each word of a term begins in all its forms, after a space."""
    words = line_of(term).split()
    return tuple(f" {word[: max(4 if len(word) >= _LONG else 3, -(-len(word) // 2))]}" for word in words)


@cache
def _english(term: str) -> tuple[str, re.Pattern[str]]:
    """What a line must hold to be looked at closely, and the term in the singular and the plural."""
    words = line_of(_ASIDE.sub(" ", term)).rstrip()
    stem = words.removesuffix("y")
    ending = "(?:y|ies)" if stem != words else "(?:e?s)?"
    return stem, re.compile(rf"{re.escape(stem)}{ending} ")
