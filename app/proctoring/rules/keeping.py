"""How long what was recorded of an exam is kept, and what keeps it longer.

Identity pictures go seven days after the exam, whatever comes of it. Snapshots and signals go a time after
the last thing that happened about the attempt, and not while somebody reviews it; after a finding against the
candidate they stay long enough to appeal, and while an appeal is heard. A legal hold, which names a person
and a reason, stops everything. An exam that was paused and never went on counts as ended when it was paused.

Source: specification of exams, section 5, rule 6.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.exams.rules.states import CLOSED, HEARD, OPEN, AppealState, Lifecycle, ResultState, Review


class Keeping(StrEnum):
    """What is kept under one key and goes as one."""

    IDENTITY = "identity"
    SNAPSHOTS = "snapshots"
    SIGNALS = "signals"


TIMES = {
    Keeping.IDENTITY: timedelta(days=7),
    Keeping.SNAPSHOTS: timedelta(days=30),
    Keeping.SIGNALS: timedelta(days=365),
}
"""Counted from the end of the exam (identity), else from the result or the last decision about it."""

_LOOKED_AT = frozenset({Review.QUEUED, Review.IN_REVIEW, Review.SECOND_REVIEW})
_AGAINST = frozenset({Review.IRREGULARITY, Review.INCONCLUSIVE})
OBJECTED = timedelta(days=44)
"""More after a finding or an invalidation: 30 days in which to appeal, and 14 until that is answered.

While a panel hears an appeal nothing but the pictures of the identity check goes.
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """Where an attempt stands, as far as it decides how long anything is kept. Instants are aware UTC."""

    lifecycle: Lifecycle
    review: Review
    result: ResultState
    appeal: AppealState
    ended_at: datetime
    """When it was handed in or closed; while open, its last move."""
    changed_at: datetime
    """The last change on any axis: the result, a finding, the decision of an appeal."""
    asked: bool = False
    """Whether people are to look at its record and nobody has begun."""
    held: bool = False
    """Whether a legal hold stands."""


def due_at(keeping: Keeping, fate: Fate) -> datetime | None:
    """From when something must be gone; None: it is kept for now, and nobody can say until when."""
    if fate.held:
        return None
    if keeping is Keeping.IDENTITY:
        return fate.ended_at + TIMES[keeping]
    if fate.lifecycle in OPEN and fate.lifecycle is not Lifecycle.PAUSED:
        return None
    waits = fate.lifecycle in CLOSED and fate.result is ResultState.WITHHELD
    looked_at = fate.review in _LOOKED_AT or (fate.asked and fate.review is Review.NONE)
    if waits or looked_at or fate.appeal in HEARD:
        return None
    against = fate.review in _AGAINST or fate.result is ResultState.INVALIDATED
    return max(fate.ended_at, fate.changed_at) + TIMES[keeping] + (OBJECTED if against else timedelta())


def is_due(keeping: Keeping, fate: Fate, *, at: datetime) -> bool:
    """Whether it has to be destroyed at ``at``."""
    due = due_at(keeping, fate)
    return due is not None and due <= at
