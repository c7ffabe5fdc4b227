"""When the three languages of a lesson are the same lesson, and how long it may be."""

import re
from collections.abc import Sequence

from app.kernel.canonical import sha256_hex

ENGLISH_WORDS = (900, 1800)
"""Words of a lesson in English. Source: docs/content-format.md."""
CHECKLIST_WORDS = (120, 420)
"""Words of a checklist in English: one printed page in any language. Source: docs/content-format.md."""
SHORTEST_TRANSLATION = 65
"""Per cent of the English words that Kazakh and Russian have at least. Source: docs/content-format.md."""

LONGEST_TRANSLATION = 110
"""Per cent of the English words that Kazakh and Russian have at most: they are the denser languages."""
READING_PACE = (20, 70)
"""English words of a lesson for each minute it says it takes, checks, figures and exercises included."""

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


def source_hash(english_body: str) -> str:
    """What a translation says it was written from: the first 16 hex digits of SHA-256.

    ``english_body``: the English file after the line that closes its front matter, unchanged.
    """
    return sha256_hex(english_body.encode())[:16]


def heading_ids(titles: Sequence[str]) -> list[str]:
    """The ids of a lesson's headings, made from the English titles and used in every language.

    So an address with its fragment leads to the same place after the language is changed.
    """
    made: list[str] = []
    for title in titles:
        name = "s-" + (_NOT_IN_A_NAME.sub("-", title.lower()).strip("-")[:60].strip("-") or "part")
        number, fresh = 1, name
        while fresh in made:
            number += 1
            fresh = f"{name}-{number}"
        made.append(fresh)
    return made


def first_difference(expected: Sequence[str], found: Sequence[str]) -> int | None:
    """The index at which two sequences part, which may be the length of the shorter; None when equal."""
    for index, (one, other) in enumerate(zip(expected, found, strict=False)):
        if one != other:
            return index
    return None if len(expected) == len(found) else min(len(expected), len(found))


def length_fault(
    *, words: int, english_words: int, locale: str, english: tuple[int, int] = ENGLISH_WORDS
) -> str | None:
    """What is wrong with the length of a text in ``locale``, or None.

    ``english``: the least and the most words it may have in English.
    """
    least, most = english
    if locale == "en":
        return None if least <= words <= most else f"{words} words; in English {least} to {most} are right"
    if 100 * words < SHORTEST_TRANSLATION * english_words:
        return f"{words} words, fewer than {SHORTEST_TRANSLATION} % of the English {english_words}"
    if 100 * words > LONGEST_TRANSLATION * english_words:
        return f"{words} words, more than {LONGEST_TRANSLATION} % of the English {english_words}"
    return None


def pace_fault(*, words: int, minutes: int) -> str | None:
    """What is wrong with the minutes of a lesson of so many English words, or None."""
    slowest, quickest = READING_PACE
    if slowest * minutes <= words <= quickest * minutes:
        return None
    return f"{words} words in {minutes} minutes; {slowest} to {quickest} a minute are right"
