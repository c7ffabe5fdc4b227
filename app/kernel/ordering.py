"""The order of names and terms as a reader of Kazakh expects it, the same in every database."""

import unicodedata

_ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_PLACES = {letter: f"{place:02d}" for place, letter in enumerate(_ALPHABET, start=20)}
_PLACES |= {letter: f"{place:02d}" for place, letter in enumerate("abcdefghijklmnopqrstuvwxyz", start=65)}
_PLACES |= {digit: f"{place:02d}" for place, digit in enumerate("0123456789", start=5)}
SORT_KEY_LENGTH = 400
"""Digits of a key at most: what a column holds."""


def kazakh_sort_key(text: str) -> str:
    """A key of digits, two a letter, that sorts alike in every database: the order of the Kazakh alphabet.

    Spaces come first, then digits, Cyrillic with the nine Kazakh letters in their places, Latin letters
    (marks on them ignored), anything else last. Case, apostrophes and hyphens do not count.
    """
    key = []
    for letter in unicodedata.normalize("NFC", text).lower():
        if letter in "-'’ʼ.":
            continue
        plain = letter if letter in _PLACES else unicodedata.normalize("NFD", letter)[0]
        key.append("00" if letter.isspace() else _PLACES.get(plain, "99"))
    return "".join(key)[:SORT_KEY_LENGTH]
