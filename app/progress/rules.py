"""How a programme's progress is said to the public: its part of the target, its plan, its phases in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.programmes.rules import add_months, planned


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a programme stands. ``planned`` is None without a day by which the target is to be reached."""

    reached: int
    target: int
    planned: int | None
    by_region: Mapping[str, int]


def progress(
    by_region: Mapping[str, int], *, target: int, starts_on: date, ends_on: date | None, on: date
) -> Progress:
    """Where a programme stands on a day; the people without a region count in the total."""
    plan = None if ends_on is None else planned(target=target, starts_on=starts_on, ends_on=ends_on, on=on)
    return Progress(sum(by_region.values()), target, plan, by_region)


class Stage(StrEnum):
    """Where a phase stands on a day."""

    AHEAD = "ahead"
    HERE = "here"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Span:
    """A phase in time; ``ends_on`` None: it has no end."""

    starts_on: date
    ends_on: date | None
    stage: Stage


def span(*, programme_starts_on: date, from_month: int, months: int | None, on: date) -> Span:
    """When a phase runs and where it stands on a day. Phases may overlap, so each is looked at alone."""
    start = add_months(programme_starts_on, from_month)
    end = None if months is None else add_months(programme_starts_on, from_month + months) - timedelta(days=1)
    if on < start:
        return Span(start, end, Stage.AHEAD)
    return Span(start, end, Stage.OVER if end is not None and on > end else Stage.HERE)
