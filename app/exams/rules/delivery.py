"""When an answer counts, how long an attempt runs, who must let a candidate back in.

Plain values in, plain values out. Instants are aware UTC; the server's clock is the only one that decides.

Source: specification of exams, section 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.exams.rules.states import EventKind, Lifecycle, Mode

GRACE = timedelta(seconds=60)
"""Allowance for the network after the deadline: saves still count and are marked late."""
EARLY = timedelta(seconds=2)
"""A page may believe by this much too early that the time is up."""
SILENCE = timedelta(seconds=60)
"""Without a request for this long an attempt counts as interrupted."""
RELEASE_AFTER = timedelta(minutes=5)
"""After a longer silence a proctor lets the candidate back in, where somebody supervises."""
SEEN_EVERY = timedelta(seconds=15)
"""How often the last request of an attempt is written down."""
SWEEP_EVERY = timedelta(seconds=2)
"""How often the sweeper looks."""
SWEEP_WITHIN = timedelta(seconds=5)
"""How long after its grace an attempt is closed at the latest."""

RUNNING = frozenset({Lifecycle.IN_PROGRESS, Lifecycle.INTERRUPTED})
"""The clock runs and answers are taken."""
BEFORE_START = frozenset({Lifecycle.SCHEDULED, Lifecycle.CHECKIN, Lifecycle.READY})


class Arrival(StrEnum):
    """How an answer stands to the deadline."""

    ON_TIME = "on_time"
    LATE = "late"
    OVER = "over"


def deadline_of(
    *, start: datetime, limit: timedelta, extra: timedelta, window_close: datetime | None
) -> datetime:
    """min(start + limit + extra, window close + extra); without a window only the first."""
    own = start + limit + extra
    return own if window_close is None else min(own, window_close + extra)


def start_is_over(*, window_close: datetime, extra: timedelta, at: datetime) -> bool:
    """Whether nobody can start any more at ``at``: a deadline would be no later than that."""
    return window_close + extra <= at


def arrival(*, deadline: datetime, at: datetime) -> Arrival:
    """Whether an answer that reached the server at ``at`` is in time, late but scored, or too late."""
    if at <= deadline:
        return Arrival.ON_TIME
    return Arrival.LATE if at <= deadline + GRACE else Arrival.OVER


def is_due(*, deadline: datetime, at: datetime) -> bool:
    """Whether the sweeper closes the attempt: exactly when answers are no longer taken."""
    return arrival(deadline=deadline, at=at) is Arrival.OVER


def lag(*, deadline: datetime, at: datetime) -> timedelta:
    """How long after the end of the grace the sweeper came; the specification allows 5 s."""
    return at - deadline - GRACE


def open_until(
    *, deadline: datetime, paused: bool, extra_seconds: int, window_close: datetime | None
) -> datetime:
    """Until when an open attempt may take answers; a paused one may go on as long as its room is open."""
    if paused and window_close is not None:
        deadline = max(deadline, window_close + timedelta(seconds=extra_seconds))
    return deadline + GRACE


def too_early_for_timeup(*, deadline: datetime, at: datetime) -> bool:
    """Whether a page says "time is up" so early that only its answers are kept and nothing is handed in."""
    return at < deadline - EARLY


def closed_by_time(*, deadline: datetime, submitted_at: datetime) -> bool:
    """Whether an attempt ended because its time did, and not because the candidate wanted it to."""
    return submitted_at >= deadline - EARLY


def is_silent(*, last_seen_at: datetime, at: datetime) -> bool:
    """Whether the attempt counts as interrupted."""
    return at - last_seen_at > SILENCE


def is_seen_again(*, last_seen_at: datetime | None, at: datetime) -> bool:
    """Whether a request is worth writing down."""
    return last_seen_at is None or at - last_seen_at >= SEEN_EVERY


def needs_release(
    *, mode: Mode, lifecycle: Lifecycle, scripted: bool, last_seen_at: datetime | None, at: datetime
) -> bool:
    """Whether a proctor must let an interrupted candidate back in.

    ``scripted`` False: the page sends no heartbeat of its own, so silence says nothing.
    """
    return (
        lifecycle is Lifecycle.INTERRUPTED
        and scripted
        and mode in {Mode.LIVE, Mode.RECORD_AND_REVIEW}
        and last_seen_at is not None
        and at - last_seen_at > RELEASE_AFTER
    )


def granted_seconds(*, minutes: int | None, percent: int | None, limit_seconds: int) -> int:
    """Extra time in exact seconds: whole minutes, or a share of the limit rounded up to a second."""
    share = -(-limit_seconds * percent // 100) if percent else 0
    return (minutes or 0) * 60 + share


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    """One line of the log of answers, as far as a score depends on it."""

    kind: EventKind
    position: int | None
    chosen: tuple[str, ...]
    version: int | None


def replay(events: Iterable[AnswerEvent]) -> dict[int, tuple[str, ...]]:
    """The answers that the log alone leads to, by position; places without an answer are absent.

    The version orders the changes of a place; refused answers and flags change nothing.
    """
    latest: dict[int, AnswerEvent] = {}
    for event in events:
        if event.kind not in {EventKind.SAVE, EventKind.CLEAR} or event.position is None:
            continue
        known = latest.get(event.position)
        if known is None or (event.version or 0) > (known.version or 0):
            latest[event.position] = event
    return {place: event.chosen for place, event in latest.items() if event.chosen}
