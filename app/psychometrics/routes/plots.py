"""Where the marks of a plot stand. Geometry only: each plot has its table, which says the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.psychometrics.rules.cells import Bar, Share
from app.psychometrics.rules.told import ToldItem

LEFT, RIGHT, TOP, BOTTOM = 64, 700, 24, 280
"""Edges of the drawing inside a view box of 720 by 330."""
LOWEST, HIGHEST = -0.4, 0.8
"""Discriminations that are drawn; others stand at the edge."""


@dataclass(frozen=True, slots=True)
class Column:
    """A bar of a histogram."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis: its place, and its number."""

    at: str
    value: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Persons by points. ``cut``: where the cut score stands; the area of a bar is its persons."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    cut: str


def histogram(bars: Sequence[Bar], *, cut_score: int, highest: int) -> Histogram:
    """Raw scores from 0 to ``highest``, with the cut before the first score that passes."""
    most = max((one.persons / (one.last - one.first + 1) for one in bars), default=1) or 1

    def x(points: float) -> float:
        return LEFT + (RIGHT - LEFT) * points / (highest + 1)

    columns = []
    for one in bars:
        height = (BOTTOM - TOP) * one.persons / (one.last - one.first + 1) / most
        columns.append(
            Column(
                f"{x(one.first) + 1:.1f}",
                f"{BOTTOM - height:.1f}",
                f"{x(one.last + 1) - x(one.first) - 2:.1f}",
                f"{height:.1f}",
            )
        )
    step = max(1, round(highest / 4))
    ticks = tuple(Tick(f"{x(points + 0.5):.1f}", points) for points in range(0, highest + 1, step))
    return Histogram(tuple(columns), ticks, f"{x(cut_score):.1f}")


@dataclass(frozen=True, slots=True)
class Dot:
    """An item on the map of items; ``word``: its status, which is a shape too."""

    x: str
    y: str
    position: int
    word: str


@dataclass(frozen=True, slots=True)
class Map:
    """Items by how many answer them right and how well they tell apart. ``zero``: where nothing is told."""

    dots: tuple[Dot, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def item_map(items: Iterable[ToldItem]) -> Map:
    """Every item whose figures exist."""

    def x(value: float) -> str:
        return f"{LEFT + (RIGHT - LEFT) * value:.1f}"

    def y(value: float) -> str:
        held = min(HIGHEST, max(LOWEST, value))
        return f"{BOTTOM - (BOTTOM - TOP) * (held - LOWEST) / (HIGHEST - LOWEST):.1f}"

    return Map(
        tuple(
            Dot(x(one.whole.facility.value), y(one.whole.discrimination), one.position, one.verdict.word)
            for one in items
            if one.whole.facility is not None and one.whole.discrimination is not None
        ),
        tuple(Tick(x(value / 4), value * 25) for value in range(5)),
        tuple(Tick(y(value / 10), value / 10) for value in range(-4, 9, 4)),
    )


@dataclass(frozen=True, slots=True)
class Curve:
    """Shares of right answers by group. ``dots``: x, y and whether it is only a bound."""

    line: str
    dots: tuple[tuple[str, str, bool], ...]
    ticks: tuple[Tick, ...]
    up: tuple[Tick, ...]


def curve(groups: Sequence[Share | None]) -> Curve | None:
    """From the group with the fewest points to that with the most; None where fewer than two may be told."""
    told = [(number, one) for number, one in enumerate(groups) if one is not None]
    if len(told) < 2:
        return None
    wide = (RIGHT - LEFT) / len(groups)

    def y(value: float) -> str:
        return f"{BOTTOM - (BOTTOM - TOP) * value:.1f}"

    points = [
        (f"{LEFT + wide * (number + 0.5):.1f}", y(one.value), one.sign != "exact") for number, one in told
    ]
    return Curve(
        "M" + "L".join(f"{across} {up}" for across, up, _ in points),
        tuple(points),
        tuple(Tick(f"{LEFT + wide * (number + 0.5):.1f}", number + 1) for number in range(len(groups))),
        tuple(Tick(y(value / 4), value * 25) for value in range(5)),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A curve of one form. ``number``: of the form; ``end``: where its label stands, the height."""

    number: int
    path: str
    end: str


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves of several forms over the same abilities."""

    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def curves(forms: Sequence[Sequence[float] | None], abilities: Sequence[float]) -> Curves | None:
    """Information of each form that has it, over abilities in order; None where no form has."""
    known = [(number, one) for number, one in enumerate(forms, start=1) if one is not None]
    if not known:
        return None
    most = max(max(one) for _, one in known) or 1.0
    first, last = abilities[0], abilities[-1]

    def x(ability: float) -> str:
        return f"{LEFT + (RIGHT - LEFT) * (ability - first) / (last - first):.1f}"

    def y(value: float) -> str:
        return f"{BOTTOM - (BOTTOM - TOP) * value / most:.1f}"

    return Curves(
        tuple(
            Line(
                number,
                "M" + "L".join(f"{x(at)} {y(value)}" for at, value in zip(abilities, one, strict=True)),
                y(one[-1]),
            )
            for number, one in known
        ),
        tuple(Tick(x(at), at) for at in abilities if at == int(at)),
        tuple(Tick(y(most * part / 4), most * part / 4) for part in range(5)),
    )
