"""Which pictures are taken of a candidate, in which modes, and which bytes count as one.

A failing camera is a fact on the timeline and never stops an exam.
Source: specification of exams, section 5 (signals, transport, rules 4 and 10).
"""

from enum import StrEnum

from app.exams.rules.delivery import RUNNING
from app.exams.rules.secure_browser import AT_A_DISTANCE
from app.exams.rules.states import OPEN, Lifecycle, Mode
from app.proctoring.rules.keeping import Keeping

LARGEST_SNAPSHOT = 128 * 1024
LARGEST_IDENTITY = 5 * 1024 * 1024
"""Bytes; what a telephone's camera makes of a document."""
MOST_SNAPSHOTS = 2000
"""Of one attempt; at one in 45 seconds this is a whole day."""
MOST_IDENTITY = 10
"""Of one attempt, both kinds together: a camera may need some tries."""
IDENTITY_A_MINUTE = 6
"""Pictures of both kinds that an attempt may send in a minute."""
COPIES_A_MINUTE = 2
"""How often a minute a candidate downloads a record that holds pictures or signals."""
A_MINUTE = 4
"""Snapshots an attempt may send in a minute: one in 45 to 75 seconds, and some that a reload adds."""


class PictureKind(StrEnum):
    """What a picture shows."""

    FACE = "face"
    DOCUMENT = "document"
    SNAPSHOT = "snapshot"


class Format(StrEnum):
    """What the bytes are, by how they begin."""

    WEBP = "image/webp"
    JPEG = "image/jpeg"
    PNG = "image/png"


class Verdict(StrEnum):
    """What a person says who has seen face and document beside each other."""

    MATCHED = "matched"
    AGAIN = "again"


class Look(StrEnum):
    """Why somebody of the staff looked at a picture."""

    IDENTITY = "identity"
    SUPERVISION = "supervision"
    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    DECISION = "decision"
    APPEAL = "appeal"


class Fault(StrEnum):
    """Why bytes are not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NO_PICTURE = "no_picture"


def keeping_of(kind: PictureKind) -> Keeping:
    """How long a picture is kept, and under which key."""
    return Keeping.SNAPSHOTS if kind is PictureKind.SNAPSHOT else Keeping.IDENTITY


def kinds_of(keeping: Keeping) -> tuple[PictureKind, ...]:
    """Which pictures go as one."""
    return tuple(kind for kind in PictureKind if keeping_of(kind) is keeping)


def format_of(content: bytes) -> Format | None:
    """What the bytes are; None: no picture of a kind that is taken."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Format.WEBP
    if content[:3] == b"\xff\xd8\xff":
        return Format.JPEG
    return Format.PNG if content[:8] == b"\x89PNG\r\n\x1a\n" else None


def largest(kind: PictureKind) -> int:
    """The most bytes a picture of this kind may have."""
    return LARGEST_SNAPSHOT if kind is PictureKind.SNAPSHOT else LARGEST_IDENTITY


def fault_of(kind: PictureKind, content: bytes) -> Fault | None:
    """Why these bytes are not taken as such a picture; None: they are. A snapshot is never a PNG."""
    if not content:
        return Fault.EMPTY
    if len(content) > largest(kind):
        return Fault.TOO_LARGE
    found = format_of(content)
    if found is None or (kind is PictureKind.SNAPSHOT and found is Format.PNG):
        return Fault.NO_PICTURE
    return None


def supervises(kind: PictureKind, *, lifecycle: Lifecycle, last: Verdict | None) -> Look | None:
    """Why a proctor of the sitting looks at a picture now; None: nothing they do needs it any more.

    Snapshots while the exam is open; face and document until they were found to match. Afterwards pictures
    are for those who review the record and decide about it.
    """
    if kind is PictureKind.SNAPSHOT:
        return Look.SUPERVISION if lifecycle in OPEN else None
    return None if last is Verdict.MATCHED else Look.IDENTITY


def watches(*, mode: Mode, lifecycle: Lifecycle, monitored: bool) -> bool:
    """Whether snapshots and signals of an attempt are taken now: only while it runs, and is monitored."""
    return monitored and mode in AT_A_DISTANCE and lifecycle in RUNNING


def takes_identity(*, mode: Mode, lifecycle: Lifecycle, last: Verdict | None) -> bool:
    """Whether pictures of face and document are taken: from check-in until the end, or until they match.

    ``last``: what was said last of the ones that came; after a match others only if they are asked for.
    """
    if last is Verdict.MATCHED:
        return False
    there = lifecycle in {Lifecycle.CHECKIN, Lifecycle.READY, Lifecycle.PAUSED} or lifecycle in RUNNING
    return mode in AT_A_DISTANCE and there
