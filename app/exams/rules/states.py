"""Where an attempt stands: separate axes, one transition table each.

Source: specification of exams, section 3. Telemetry never writes these.
"""

from enum import StrEnum


class Mode(StrEnum):
    """How a sitting is supervised. ``unproctored`` never leads to certification."""

    ON_SITE = "on_site"
    LIVE = "live"
    RECORD_AND_REVIEW = "record_and_review"
    UNPROCTORED = "unproctored"


class Lifecycle(StrEnum):
    """The delivery of an attempt."""

    SCHEDULED = "scheduled"
    CHECKIN = "checkin"
    READY = "ready"
    IN_PROGRESS = "in_progress"
    INTERRUPTED = "interrupted"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    SCORED = "scored"
    NO_SHOW = "no_show"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    VOID = "void"


class Review(StrEnum):
    """Whether people have looked at the record of the sitting."""

    NONE = "none"
    QUEUED = "queued"
    IN_REVIEW = "in_review"
    SECOND_REVIEW = "second_review"
    CLEARED = "cleared"
    IRREGULARITY = "irregularity"
    INCONCLUSIVE = "inconclusive"
    REVERSED = "reversed"
    """An irregularity had been found, and a panel of appeal reversed the finding; counts as cleared."""


class ResultState(StrEnum):
    """Whether the candidate may see the outcome."""

    WITHHELD = "withheld"
    RELEASED = "released"
    REISSUED = "reissued"
    INVALIDATED = "invalidated"


class AppealState(StrEnum):
    """Where an appeal stands."""

    NONE = "none"
    FILED = "filed"
    PANEL = "panel"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Axis(StrEnum):
    """Which of the four an entry of the attempt's history belongs to."""

    LIFECYCLE = "lifecycle"
    REVIEW = "review"
    RESULT = "result"
    APPEAL = "appeal"


class Outcome(StrEnum):
    """The decision on a scored attempt."""

    PASSED = "passed"
    FAILED = "failed"


class ReleasePolicy(StrEnum):
    """When a result is released."""

    AT_ONCE = "at_once"
    AFTER_WINDOW = "after_window"
    AFTER_REVIEW = "after_review"


class EventKind(StrEnum):
    """What an answer event records."""

    SAVE = "save"
    CLEAR = "clear"
    FLAG = "flag"
    UNFLAG = "unflag"
    START = "start"
    HAND_IN = "hand_in"
    EXPIRE = "expire"
    LANGUAGE = "language"
    TAKEOVER = "takeover"
    REFUSED_STALE = "refused_stale"
    REFUSED_LATE = "refused_late"
    REFUSED_CLOSED = "refused_closed"
    """Nothing was taken just then: closed, paused, or waiting for a proctor; the history says which."""
    REFUSED_WINDOW = "refused_window"
    EARLY_TIMEUP = "early_timeup"


class ApplicationState(StrEnum):
    """Where an application to be examined stands."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AccommodationState(StrEnum):
    """Where a request for an accommodation stands."""

    NONE = "none"
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"


class BookingState(StrEnum):
    """A candidate's place in a sitting."""

    BOOKED = "booked"
    WAITING = "waiting"
    MOVED = "moved"
    CANCELLED = "cancelled"
    USED = "used"
    """The attempt it was for is over; marked when the person books again."""


OPEN = (
    Lifecycle.SCHEDULED,
    Lifecycle.CHECKIN,
    Lifecycle.READY,
    Lifecycle.IN_PROGRESS,
    Lifecycle.INTERRUPTED,
    Lifecycle.PAUSED,
)
"""The states in which an attempt takes up the candidate's one open place for an exam."""

AT_RATERS = frozenset({Lifecycle.SUBMITTED, Lifecycle.EXPIRED, Lifecycle.TERMINATED})
"""Closed, and not scored while people rate its written answers."""
HEARD = frozenset({AppealState.FILED, AppealState.PANEL})
"""An appeal against what was decided about the attempt waits for its panel."""
CLOSED = AT_RATERS | {Lifecycle.SCORED}
"""The attempt has been sat."""
