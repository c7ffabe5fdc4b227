"""Decimal numbers as people type them in Kazakhstan, Russia and Britain, read without a float."""

import re
from decimal import Decimal
from fractions import Fraction

LONGEST = 40
"""Signs of a number that is read; a longer one is no answer to any item."""
PATTERN = r"[+\-\u2212\u2013]?(\d+([.,]\d+)?|[.,]\d+)"
"""What reads as a number once its spaces are out, for a browser that looks while somebody types."""

_NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d+))?", re.ASCII)
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", ",": "."})


def read_decimal(text: str) -> str | None:
    """A number in one form, ``-1234.50``, or None for a text that is no number.

    Read are a decimal point or comma, spaces of any width between digits, hyphen, minus sign or en dash in
    front. Not read: points or commas between thousands, exponents, units. Zeros at the end stay: they are
    what was written.
    """
    packed = "".join(text.split()).translate(_MINUS)
    found = _NUMBER.fullmatch(packed) if len(packed) <= LONGEST else None
    if found is None or (found[2] == "" and found[3] is None):
        return None
    whole = found[2].lstrip("0") or "0"
    number = whole if found[3] is None else f"{whole}.{found[3]}"
    return f"-{number}" if found[1] == "-" and Decimal(number) != 0 else number


def within(text: str, *, wanted: str, tolerance: str) -> bool:
    """Whether a number lies within the tolerance of the one wanted, both ends included; exact."""
    number = read_decimal(text)
    return number is not None and abs(Fraction(number) - Fraction(wanted)) <= Fraction(tolerance)
