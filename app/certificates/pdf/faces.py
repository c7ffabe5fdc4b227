"""The paper's fonts: which letters they hold, how wide a line runs, where it breaks."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).with_name("fonts")
SANS, BOLD, SERIF = "NotoSans-Regular", "NotoSans-Bold", "NotoSerif-Medium"
STATELY, PLAIN = (SERIF, BOLD), (BOLD, SERIF)
"""Faces a name is tried in: on a certificate, and on a completion."""


@cache
def _font(face: str) -> TTFont:
    font = TTFont(face, FOLDER / f"{face}.ttf", asciiReadable=False)
    pdfmetrics.registerFont(font)
    return font


def load() -> None:
    """Make every face known to ReportLab; read once per process."""
    rl_config.useA85 = 0  # plain streams: a third shorter, and 10 ms a page
    for face in (SANS, BOLD, SERIF):
        _font(face)


def normal(text: str) -> str:
    """The text as it is drawn: composed letters, single spaces, no control or format characters."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in composed).split())


def letters_missing(text: str, face: str) -> str:
    """The characters of ``text`` that ``face`` cannot draw, in order, each once."""
    known = _font(face).face.charToGlyph
    return "".join(dict.fromkeys(c for c in normal(text) if ord(c) not in known and c != " "))


def unprintable(text: str) -> str:
    """The letters no certificate can show; empty when the name can be printed as typed."""
    return "" if face_for(text, STATELY) else letters_missing(text, SERIF)


def face_for(text: str, order: tuple[str, ...]) -> str | None:
    """The first face that holds every letter of ``text``; None when none does: no box is ever drawn."""
    return next((face for face in order if not letters_missing(text, face)), None)


def width(text: str, face: str, size: float) -> float:
    """Points that ``text`` takes in one line."""
    taken: float = _font(face).stringWidth(text, size)
    return taken


def _broken(word: str, face: str, size: float, room: float) -> list[str]:
    """A word in pieces that fit; one piece when it does."""
    if width(word, face, size) <= room:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, face, size) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def wrap(text: str, face: str, size: float, room: float) -> tuple[str, ...]:
    """``text`` in lines of at most ``room`` points; a word that is too long is broken."""
    lines = [""]
    for word in text.split():
        for index, piece in enumerate(_broken(word, face, size, room)):
            longer = f"{lines[-1]} {piece}".strip()
            if index == 0 and width(longer, face, size) <= room:
                lines[-1] = longer
            else:
                lines.append(piece)
    return tuple(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines in the size at which they fit."""

    lines: tuple[str, ...]
    face: str
    size: float

    @property
    def leading(self) -> float:
        """Points from one baseline to the next."""
        return self.size * 1.22

    @property
    def height(self) -> float:
        """Points the lines take from top to bottom."""
        return len(self.lines) * self.leading


def fit(
    texts: tuple[str, ...], face: str, *, room: float, tall: float, largest: float, least: float
) -> tuple[Fitted, ...]:
    """Every text in one common size: the largest of whole half points at which none is taller than ``tall``.

    At ``least`` the lines are kept whole, however many they are.
    """
    size = largest
    while True:
        fitted = tuple(Fitted(wrap(text, face, size, room), face, size) for text in texts)
        if size <= least or all(one.height <= tall for one in fitted):
            return fitted
        size -= 0.5
