"""When a candidate may object, which way an objection goes, and who decides about it.

Source: specification of exams, sections 3 (30 days) and 5, rules 7 and 9; docs/decisions/0020-rescores.md.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.appeals.errors import SecondPersonNeeded

FILE_WITHIN = timedelta(days=30)
"""How long after its release a result may be objected to."""
ANSWER_WITHIN = timedelta(days=14)
"""How long an objection waits for its answer at most; shown to both sides."""
MOST_OPEN = 10
"""Open objections to one attempt at once."""
MOST = 30
"""Objections to one attempt in all."""
WHOLE_EXAM = 0
"""The place of an objection that is not to one item."""


class ChallengeState(StrEnum):
    """Where an objection stands."""

    FILED = "filed"
    IN_REVIEW = "in_review"
    """One person has read it and proposes an answer; another one decides."""
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Verdict(StrEnum):
    """What a reader proposes, and what the second person decides."""

    UPHOLD = "uphold"
    DISMISS = "dismiss"


class Filing(StrEnum):
    """Whether an objection may be filed now."""

    OPEN = "open"
    NOT_RELEASED = "not_released"
    TOO_LATE = "too_late"
    TOO_MANY = "too_many"


OPEN_STATES = (ChallengeState.FILED, ChallengeState.IN_REVIEW)
"""It waits for people."""

_ENDS = {Verdict.UPHOLD: ChallengeState.UPHELD, Verdict.DISMISS: ChallengeState.DISMISSED}


def filing(*, released_at: datetime | None, at: datetime, open_now: int, filed: int) -> Filing:
    """Whether a candidate may object now. ``released_at`` None: not released; instants are aware UTC.

    ``open_now`` and ``filed`` count the objections to this attempt that wait, and all of them.
    """
    if released_at is None:
        return Filing.NOT_RELEASED
    if at > released_at + FILE_WITHIN:
        return Filing.TOO_LATE
    return Filing.TOO_MANY if open_now >= MOST_OPEN or filed >= MOST else Filing.OPEN


def is_place(position: int, places: int) -> bool:
    """Whether an exam of so many places has this one; the whole exam counts as one."""
    return WHOLE_EXAM <= position <= places


def due_at(filed_at: datetime) -> datetime:
    """When the answer is due."""
    return filed_at + ANSWER_WITHIN


def decide_challenge(*, wish: Verdict, reader: UUID, decider: UUID) -> ChallengeState:
    """THE decision on an objection: what a second, different person wants.

    Two people, whoever they are, so that an author or a reviewer of the item never decides alone.

    Raises:
        SecondPersonNeeded: the decider is the one who read it first.
    """
    if reader == decider:
        raise SecondPersonNeeded
    return _ENDS[wish]
