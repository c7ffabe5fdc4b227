"""What the live board of a sitting says in words: who needs a look, how old things are, whom an act concerns.

Plain values in, plain values out. A reason for a look is a fact with a name; nothing is weighed or ranked.

Source: specification of exams, sections 4 and 5.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.exams.rules.delivery import BEFORE_START, RUNNING, SILENCE, closed_by_time
from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import CLOSED, OPEN, EventKind, Lifecycle


class Act(StrEnum):
    """What can be done for one, several or all of a sitting."""

    MESSAGE = "message"
    TIME = "time"
    PAUSE = "pause"
    RESUME = "resume"


class Filter(StrEnum):
    """Which rows the board lists."""

    ALL = "all"
    ATTENTION = "attention"
    WRITING = "writing"
    DONE = "done"


class Sort(StrEnum):
    """In which order: by place in the room or by name, never by anything a candidate did."""

    SEAT = "seat"
    NAME = "name"


class Cue(StrEnum):
    """Why somebody may want to look at an attempt now."""

    WAITS = "waits"
    NOT_STARTED = "not_started"
    SILENT = "silent"
    PAUSED = "paused"
    HELD = "held"
    ENDING = "ending"
    """One person proposed to end it; another decides."""


class Noted(StrEnum):
    """What is counted of an attempt, each by its own name."""

    TAKEOVER = "takeover"
    INTERRUPTED = "interrupted"
    REFUSED = "refused"
    LANGUAGE = "language"


COUNTED = {
    EventKind.TAKEOVER: Noted.TAKEOVER,
    EventKind.LANGUAGE: Noted.LANGUAGE,
    EventKind.REFUSED_STALE: Noted.REFUSED,
    EventKind.REFUSED_LATE: Noted.REFUSED,
    EventKind.REFUSED_CLOSED: Noted.REFUSED,
    EventKind.REFUSED_WINDOW: Noted.REFUSED,
}
"""The events of answers that the board counts, and as what."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an attempt decides whether it needs a look. ``at`` is now; instants are aware UTC."""

    lifecycle: Lifecycle
    browser_check: BrowserCheck
    scripted: bool
    last_seen_at: datetime | None
    opens_at: datetime
    ending: bool
    at: datetime


def cues_of(standing: Standing) -> tuple[Cue, ...]:
    """Why to look at an attempt, every reason that holds.

    Silence says something only where the page sends requests of its own; an attempt that the system has
    marked as interrupted is silent in any case.
    """
    found = []
    state = standing.lifecycle
    if state is Lifecycle.CHECKIN:
        found.append(Cue.WAITS)
    if state in BEFORE_START and standing.at >= standing.opens_at:
        found.append(Cue.NOT_STARTED)
    if state is Lifecycle.INTERRUPTED or (state is Lifecycle.IN_PROGRESS and _is_silent(standing)):
        found.append(Cue.SILENT)
    if state is Lifecycle.PAUSED:
        found.append(Cue.PAUSED)
    if state in OPEN and standing.browser_check is BrowserCheck.HELD:
        found.append(Cue.HELD)
    if state in OPEN and standing.ending:
        found.append(Cue.ENDING)
    return tuple(found)


def _is_silent(standing: Standing) -> bool:
    seen = standing.last_seen_at
    return standing.scripted and seen is not None and standing.at - seen > SILENCE


def fits(lifecycle: Lifecycle, reasons: tuple[Cue, ...], wanted: Filter) -> bool:
    """Whether the board lists an attempt under a filter."""
    if wanted is Filter.ATTENTION:
        return bool(reasons)
    if wanted is Filter.WRITING:
        return lifecycle in RUNNING or lifecycle is Lifecycle.PAUSED
    if wanted is Filter.DONE:
        return lifecycle in CLOSED
    return True


class AgeUnit(StrEnum):
    """In what an age is told."""

    NOW = "now"
    HALF = "half"
    MINUTES = "minutes"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Age:
    """How long ago something was, as coarse as a person tells it. ``n`` is 0 for the first two."""

    unit: AgeUnit
    n: int = 0


_HALF = timedelta(seconds=30)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_HOURS_FROM = timedelta(hours=2)


def age_of(since: datetime, at: datetime) -> Age:
    """Just now, half a minute, whole minutes below two hours, whole hours from there on."""
    passed = at - since
    if passed < _HALF:
        return Age(AgeUnit.NOW)
    if passed < _MINUTE:
        return Age(AgeUnit.HALF)
    if passed < _HOURS_FROM:
        return Age(AgeUnit.MINUTES, passed // _MINUTE)
    return Age(AgeUnit.HOURS, passed // _HOUR)


def minutes_left(
    *, lifecycle: Lifecycle, deadline: datetime | None, remaining_ms: int | None, at: datetime
) -> int | None:
    """Whole minutes an attempt still has, rounded up as a clock of minutes runs out; None: none runs."""
    if lifecycle is Lifecycle.PAUSED and remaining_ms is not None:
        return -(-remaining_ms // 60_000)
    if lifecycle in RUNNING and deadline is not None:
        return max(0, -((at - deadline) // _MINUTE))
    return None


def concerns(
    act: Act,
    lifecycle: Lifecycle,
    *,
    deadline: datetime | None,
    submitted_at: datetime | None,
    reopens: bool,
) -> bool:
    """Whether an act for several people does anything to an attempt.

    Time for several opens what only the end of the time closed, where the one who gives it may (``reopens``).
    Who handed in is opened again on their own page only, by somebody who means exactly them.
    """
    if act is Act.PAUSE:
        return lifecycle in RUNNING
    if act is Act.RESUME:
        return lifecycle is Lifecycle.PAUSED
    if act is Act.TIME and reopens and lifecycle in CLOSED - {Lifecycle.TERMINATED}:
        return (
            deadline is not None
            and submitted_at is not None
            and closed_by_time(deadline=deadline, submitted_at=submitted_at)
        )
    return lifecycle in OPEN
