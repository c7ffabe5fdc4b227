"""Where the lines of a burn-up chart run. Geometry only; the figures come from ``rules.burn_up``."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.programmes.rules import Point, planned
from app.web.formats import Formats

LEFT, RIGHT, TOP, BOTTOM = 48, 690, 30, 280
"""Edges of the plot inside a view box of 720 by 330."""
_LABELS = 12
"""Months that fit side by side."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis: its place and its text."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A burn-up chart as its template draws it."""

    plan: str
    line: str
    area: str
    dot: tuple[str, str]
    target_y: str
    values: tuple[Tick, ...]
    months: tuple[Tick, ...]
    tag_left: bool
    """The dot stands so far right that its label goes to the left of it."""
    tag_low: bool
    """The dot stands so low that its label goes above it."""
    rows: tuple[Point, ...]
    """The table behind the chart: the end of each month and the last day."""


def burn_up_chart(
    points: tuple[Point, ...], *, target: int, starts_on: date, ends_on: date, fmt: Formats
) -> Chart:
    """The chart of a cohort from the eve of its start to its end."""
    eve, last = points[0].day, points[-1]
    days = max((ends_on - eve).days, 1)
    top = max(target, last.reached, 1)

    def x(day: date) -> str:
        return f"{LEFT + (RIGHT - LEFT) * (day - eve).days / days:.1f}"

    def y(value: int) -> str:
        return f"{BOTTOM - (BOTTOM - TOP) * value / top:.1f}"

    # steps, not a ramp: between two days on which somebody was certified nothing happened
    climb = "".join(f"H{x(point.day)}V{y(point.reached)}" for point in points[1:])
    begin = y(points[0].reached)
    steps = range(5) if target % 4 == 0 else range(0, 5, 4)
    return Chart(
        plan=f"M{LEFT} {BOTTOM} {RIGHT} {y(target)}",
        line=f"M{LEFT} {begin}{climb}",
        area=f"M{LEFT} {BOTTOM}V{begin}{climb}V{BOTTOM}z",
        dot=(x(last.day), y(last.reached)),
        target_y=y(target),
        values=tuple(Tick(y(target * step // 4), fmt.number(target * step // 4)) for step in steps),
        months=_months(eve, ends_on, fmt),
        tag_left=(last.day - eve).days * 2 > days,
        tag_low=last.reached * 6 < top,
        rows=_rows(points, target, starts_on, ends_on),
    )


def _months(eve: date, ends_on: date, fmt: Formats) -> tuple[Tick, ...]:
    """A label under the middle of each month, or of each so-many-th when there are many."""
    days = max((ends_on - eve).days, 1)
    spans, day = [], eve + timedelta(days=1)
    while day <= ends_on:
        after = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        until = min(after, ends_on + timedelta(days=1))
        if (until - day).days * 36 >= days or after > ends_on:
            middle = ((day - eve).days + (until - eve).days - 1) / 2
            spans.append(Tick(f"{LEFT + (RIGHT - LEFT) * middle / days:.1f}", fmt.month(day)))
        day = until
    return tuple(spans[:: -(-len(spans) // _LABELS) or 1])


def _rows(points: tuple[Point, ...], target: int, starts_on: date, ends_on: date) -> tuple[Point, ...]:
    rows, day, last = [], starts_on, points[-1]
    while True:
        end = (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        if end >= last.day:
            break
        reached = [point.reached for point in points if point.day <= end][-1]
        plan = planned(target=target, starts_on=starts_on, ends_on=ends_on, on=end)
        rows.append(Point(end, reached, plan))
        day = end + timedelta(days=1)
    return (*rows, last)
