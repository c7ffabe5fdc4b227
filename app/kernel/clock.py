"""The one source of "now"."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """An aware UTC instant, whole seconds."""
        ...


class SystemClock:
    """The machine's clock, cut to whole seconds."""

    def now(self) -> datetime:
        """The current instant, aware UTC, whole seconds."""
        return datetime.now(UTC).replace(microsecond=0)


class FixedClock:
    """A clock that is set by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.at

    def advance(self, by: timedelta) -> datetime:
        """Move forward and tell the new instant."""
        self.at += by
        return self.at
