"""The wall of a proctor at a distance: what a tile says about pictures, and who is listed under a filter.

A reason for a look is a fact with a name. Nothing is weighed, and the order is that of places or names, never
of anything that a candidate did.

Source: specification of exams, section 5, rules 2 and 10.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.proctoring.rules.chain import SignalKind

LATE = timedelta(minutes=3)
"""Without a picture for longer, although a page takes one every 45 to 75 s: two or more did not come."""
RECENT = timedelta(minutes=10)
"""How far back a tile counts what the page said about itself."""
ON_A_PAGE = 12
"""Tiles that somebody can keep an eye on at once."""
CAMERA = {
    SignalKind.CAMERA_ON: True,
    SignalKind.CAMERA_UNMUTED: True,
    SignalKind.CAMERA_ENDED: False,
    SignalKind.CAMERA_MUTED: False,
    SignalKind.CAMERA_FAILED: False,
}
"""What a page says about its camera, and whether that is on then."""


class Eye(StrEnum):
    """Why somebody may want to look at a tile now, besides the cues of the board."""

    PICTURE_LATE = "picture_late"
    CAMERA_OFF = "camera_off"


def eyes(
    *,
    watched: bool,
    since: datetime | None,
    picture_at: datetime | None,
    camera: SignalKind | None,
    at: datetime,
) -> tuple[Eye, ...]:
    """What a tile says about the pictures of an attempt at ``at``.

    ``watched``: pictures are taken now. ``since``: from when on they could come.
    ``camera``: what the page said last about it.
    """
    if not watched:
        return ()
    heard = max((one for one in (since, picture_at) if one is not None), default=None)
    late = heard is None or at - heard > LATE
    off = camera is not None and not CAMERA[camera]
    return tuple(eye for eye, holds in ((Eye.CAMERA_OFF, off), (Eye.PICTURE_LATE, late)) if holds)


@dataclass(frozen=True, slots=True)
class Pane:
    """Which tiles a page shows, ``first`` to ``last``; everything counts from 1."""

    number: int
    pages: int
    first: int
    last: int
    total: int


def pane(total: int, number: int) -> Pane:
    """The tiles of a page; one that lies behind the end is the last one."""
    pages = max(1, -(-total // ON_A_PAGE))
    number = min(max(1, number), pages)
    start = (number - 1) * ON_A_PAGE
    return Pane(number, pages, start + 1, min(start + ON_A_PAGE, total), total)
