"""What is drawn rather than written: the woven band, the mark, the QR code. All as vector squares."""

import re
from functools import cache
from pathlib import Path

import segno
from reportlab.pdfgen.canvas import Canvas

_IMAGES = Path(__file__).parents[2] / "web/static/img"
_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\3z")
BAND_WIDE, BAND_TALL = 24, 11
"""Squares of one repeat of the band."""
MARK = 21
"""Squares of the mark's side."""
QUIET = 4
"""Modules of white around a QR code. Source: ISO/IEC 18004, 6.3.8."""

Runs = tuple[tuple[int, int, int], ...]
"""Filled squares in rows: column, row from the top, length."""


def _runs(image: str) -> Runs:
    text = (_IMAGES / image).read_text()
    return tuple((int(x), int(y), int(length)) for x, y, length in _RUN.findall(text))


def _squares(runs: Runs) -> str:
    """One path in units of a square, top left corner at the origin: whole numbers keep it short."""
    return " ".join(f"{column} {-row - 1} {length} 1 re" for column, row, length in runs)


def _fill(canvas: Canvas, squares: str, *, x: float, top: float, unit: float) -> None:
    canvas.saveState()
    canvas.transform(unit, 0, 0, unit, x, top)
    canvas._code.append(f"{squares} f")  # noqa: SLF001  # a path object formats every number anew: 20 ms a page
    canvas.restoreState()


@cache
def _band(repeats: int) -> str:
    one = _runs("band.svg")
    return _squares(
        tuple((x + BAND_WIDE * repeat, y, length) for repeat in range(repeats) for x, y, length in one)
    )


@cache
def _mark() -> tuple[str, str]:
    ground = ((1, 0, MARK - 2), *((0, row, MARK) for row in range(1, MARK - 1)), (1, MARK - 1, MARK - 2))
    return _squares(ground), _squares(_runs("mark.svg"))


def band(canvas: Canvas, *, x: float, top: float, unit: float, repeats: int) -> None:
    """The woven band in the present fill colour; ``unit`` is a square's side in points."""
    _fill(canvas, _band(repeats), x=x, top=top, unit=unit)


def mark(canvas: Canvas, *, x: float, top: float, side: float, colour: str) -> None:
    """The body's mark: a square of ``colour`` with the diamond left white."""
    ground, diamond = _mark()
    canvas.setFillColor(colour)
    _fill(canvas, ground, x=x, top=top, unit=side / MARK)
    canvas.setFillColor("#ffffff")
    _fill(canvas, diamond, x=x, top=top, unit=side / MARK)


def qr(canvas: Canvas, content: str, *, x: float, top: float, side: float) -> None:
    """A QR code (level M) with its quiet zone on white, ``side`` points in all."""
    matrix = segno.make(content, error="m", micro=False).matrix
    unit = side / (len(matrix) + 2 * QUIET)
    runs: list[tuple[int, int, int]] = []
    for row, modules in enumerate(matrix):
        start = None
        for column, dark in enumerate((*modules, 0)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                runs.append((start + QUIET, row + QUIET, column - start))
                start = None
    canvas.setFillColor("#ffffff")
    canvas.rect(x, top - side, side, side, stroke=0, fill=1)
    canvas.setFillColor("#14201e")
    _fill(canvas, _squares(tuple(runs)), x=x, top=top, unit=unit)
