"""Who may apply, book, move, cancel and check in, and how many minutes a candidate has.

Instants are aware UTC. Nothing here reads a clock.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.exams.rules.states import OPEN, Lifecycle, Mode

CONDUCT_VERSION = "1.0"
"""The code of conduct in force; see the page ``conduct``."""
MARK_VERSION = "1.0"
"""The agreement on the use of the certification mark in force; see the page ``scheme``."""
NOTICE_VERSION = "1.2"
"""The notice on how an exam is supervised and what is recorded; see the page ``exams/notice``."""
VERSIONS_FROM = date(2026, 11, 23)
"""The day from which the three texts are in force."""

CHECK_IN_BEFORE = timedelta(minutes=30)
CHECK_IN_AFTER = timedelta(minutes=15)
"""Check-in runs from 30 minutes before the hour to 15 after. Source: specification of exams, section 3."""
MOVE_UNTIL = timedelta(hours=48)
"""A place can be moved until this long before the hour. Source: specification of exams, section 3a."""
MOST_PERCENT = 200
MOST_MINUTES = 240
"""Bounds of an accommodation; what is needed beyond them is another arrangement, not extra time."""

COUNTED = frozenset(
    {
        Lifecycle.IN_PROGRESS,
        Lifecycle.INTERRUPTED,
        Lifecycle.PAUSED,
        Lifecycle.SUBMITTED,
        Lifecycle.EXPIRED,
        Lifecycle.TERMINATED,
        Lifecycle.SCORED,
    }
)
"""Attempts that use up an attempt: those in which a form was seen. A void one never counts."""


class Window(StrEnum):
    """Where an instant lies as to check-in."""

    EARLY = "early"
    OPEN = "open"
    LATE = "late"


class Bar(StrEnum):
    """Why a person may not book a sitting now."""

    NO_ATTEMPTS_LEFT = "no_attempts_left"
    TOO_SOON = "too_soon"
    OPEN_ATTEMPT = "open_attempt"
    NO_FORM_LEFT = "no_form_left"


class Letter(StrEnum):
    """Which letter about a place is written."""

    BOOKED = "booked"
    PROMOTED = "promoted"
    """A place became free for somebody in the waiting list."""
    MOVED = "moved"
    CANCELLED = "cancelled"
    """The candidate gave the place back."""
    CALLED_OFF = "called_off"
    """The sitting does not take place."""
    VOIDED = "voided"
    """The attempt was voided before its start, and its place went with it."""


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An earlier attempt at the same exam."""

    state: Lifecycle
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class AttemptRules:
    """What the blueprint says of repeating. ``allowed`` None: as often as one likes."""

    allowed: int | None
    window_days: int
    wait_days: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands before an attempt at a certain hour."""

    counted: int
    left: int | None
    earliest: datetime | None
    """When the waiting time after the last attempt ends; None without one."""


def standing(past: Collection[PastAttempt], rules: AttemptRules, *, at: datetime) -> Standing:
    """How many attempts count at the instant ``at`` (the hour of the sitting) and how many are left.

    An attempt counts when it was started within the window before ``at`` and was not voided; one that
    was cancelled, refused at the door or missed does not, since no form was seen.
    """
    starts = sorted(one.started_at for one in past if one.started_at and one.state in COUNTED)
    within = [start for start in starts if start > at - timedelta(days=rules.window_days)]
    left = None if rules.allowed is None else max(0, rules.allowed - len(within))
    earliest = starts[-1] + timedelta(days=rules.wait_days) if starts else None
    return Standing(len(within), left, earliest)


def booking_bar(
    past: Collection[PastAttempt], rules: AttemptRules, *, opens_at: datetime, forms_left: int
) -> Bar | None:
    """Why this sitting cannot be booked; None: it can.

    Source: specification of exams, sections 2 (a retake never gets a form already seen) and 3a; scheme,
    section 1 (14 days, 3 attempts in 12 months).
    """
    if any(one.state in OPEN for one in past):
        return Bar.OPEN_ATTEMPT
    now = standing(past, rules, at=opens_at)
    if now.left == 0:
        return Bar.NO_ATTEMPTS_LEFT
    if now.earliest is not None and opens_at < now.earliest:
        return Bar.TOO_SOON
    if forms_left < 1:
        return Bar.NO_FORM_LEFT
    return None


def extra_seconds(*, limit_minutes: int, percent: int, minutes: int) -> int:
    """An accommodation in exact seconds: a share of the limit, rounded up to a second, plus whole minutes."""
    return -(-limit_minutes * 60 * percent // 100) + minutes * 60


def check_in_window(
    *, mode: Mode, opens_at: datetime | None, closes_at: datetime | None, at: datetime
) -> Window:
    """Whether a candidate may check in at ``at``.

    A booked sitting: 30 minutes before to 15 after the hour, both included. An unproctored attempt opens
    with its window; without a window it is always open.
    """
    if opens_at is None or closes_at is None:
        return Window.OPEN
    if mode is Mode.UNPROCTORED:
        first, last = opens_at, closes_at
    else:
        first, last = opens_at - CHECK_IN_BEFORE, opens_at + CHECK_IN_AFTER
    if at < first:
        return Window.EARLY
    return Window.LATE if at > last else Window.OPEN


class Door(StrEnum):
    """What the door of a sitting's room does: words for lists of sittings."""

    AHEAD = "ahead"
    OPEN = "open"
    CLOSED = "closed"
    OVER = "over"


def door_at(*, opens_at: datetime, closes_at: datetime, closed_at: datetime | None, at: datetime) -> Door:
    """What a door does: it opens and closes with check-in, unless the proctor closes it before."""
    if at >= closes_at:
        return Door.OVER
    if closed_at is not None or at > opens_at + CHECK_IN_AFTER:
        return Door.CLOSED
    return Door.AHEAD if at < opens_at - CHECK_IN_BEFORE else Door.OPEN


def may_book(*, opens_at: datetime, at: datetime) -> bool:
    """Whether places of a sitting are still given: until its hour."""
    return at < opens_at


def may_move(*, opens_at: datetime, at: datetime) -> bool:
    """Whether a place can still be moved to another sitting: until 48 hours before its hour."""
    return at <= opens_at - MOVE_UNTIL


def may_cancel(*, opens_at: datetime, at: datetime) -> bool:
    """Whether a place can still be given back: until check-in opens."""
    return at < opens_at - CHECK_IN_BEFORE


def may_miss(*, opens_at: datetime, at: datetime) -> bool:
    """Whether somebody who is not there can be written down as missing: once check-in has closed."""
    return at > opens_at + CHECK_IN_AFTER


def next_seat(taken: Collection[int]) -> int:
    """The lowest seat that is free, from 1."""
    return next(seat for seat in range(1, len(taken) + 2) if seat not in set(taken))
