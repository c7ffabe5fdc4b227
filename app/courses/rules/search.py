"""What counts as the same word in a search: one normaliser for the text and for the query.

Both databases are given the same finished words, so that they find the same lessons. Kazakh letters are
folded to the Russian letters people type when their keyboard has no Kazakh layout.
"""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

FOLD = str.maketrans("әғқңөұүһіё", "агкноуухие")
"""A Kazakh letter to the letter typed in its place. Applied to texts and to queries alike."""

SHORTEST_STEM = 3
"""A Kazakh word is never cut to fewer letters."""

_KAZAKH_ENDINGS = """
дың дің тың тің ның нің ға ге қа ке на не да де та те нда нде дан ден тан тен нан нен ды ді ты ті ны ні мен
бен пен лар лер дар дер тар тер сы сі ы і лық лік дық дік тық тік лығы лігі ғы гі
"""
_KAZAKH_SUFFIXES = tuple(
    sorted(set(_KAZAKH_ENDINGS.translate(FOLD).split()), key=lambda suffix: (-len(suffix), suffix))
)
_WORD = re.compile(r"\w+")
_LATIN = re.compile(r"[a-z0-9_]+")


def normalise(text: str, locale: str) -> list[str]:
    """The words of ``text`` as they are stored and looked for, in order.

    ``locale`` is kk, ru or en and chooses how Cyrillic words lose their endings; a Latin word is treated as
    English in every language, since laws and systems keep their names. A stem is folded, so that
    «қауіпсіздік» is also found as «кауипсиздик».

    Source: Snowball stemmers for Russian and English; no stemmer of Kazakh exists there or in PostgreSQL, so
    at most three endings are taken off, of which none leaves fewer than three letters.
    """
    return [_stem(word, locale) for word in _WORD.findall(unicodedata.normalize("NFC", text).casefold())]


@lru_cache(maxsize=50_000)
def _stem(word: str, locale: str) -> str:
    """A word without its endings. Remembered: a course says the same words again and again."""
    if _LATIN.fullmatch(word):
        stem = snowballstemmer.stemmer("english").stemWord(word)
    elif locale == "kk":
        stem = _kazakh_stem(word.translate(FOLD))
    else:  # a stemmer of its own each time: it keeps the word in itself, and two requests may search at once
        stem = snowballstemmer.stemmer("russian").stemWord(word.replace("ё", "е"))
    return str(stem).translate(FOLD)


def _kazakh_stem(word: str) -> str:
    """A folded Kazakh word without its endings."""
    for _ in range(3):
        for suffix in _KAZAKH_SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST_STEM:
                word = word[: -len(suffix)]
                break
        else:
            break
    return word
