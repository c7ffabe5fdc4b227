"""What supervising people may write down about an attempt, how it is corrected, and until when.

Source: specification of exams, section 5, rules 1 and 2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.exams.rules.states import Lifecycle, Review


class IncidentKind(StrEnum):
    """What can be seen or heard. What somebody meant by it is no kind of incident."""

    ANOTHER_PERSON = "another_person"
    LEFT_VIEW = "left_view"
    TALKING = "talking"
    PHONE = "phone"
    NOTES = "notes"
    OTHER_DEVICE = "other_device"
    OTHER_PROGRAM = "other_program"
    DOCUMENT = "document"
    DISTURBANCE = "disturbance"
    TECHNICAL = "technical"
    OTHER = "other"


NEVER_TOOK_PLACE = frozenset(
    {Lifecycle.SCHEDULED, Lifecycle.NO_SHOW, Lifecycle.WITHDRAWN, Lifecycle.REFUSED, Lifecycle.VOID}
)


def takes_incidents(*, lifecycle: Lifecycle, review: Review) -> bool:
    """Whether something may be added to a record or corrected in it.

    Not once reviewers have begun: the candidate answers what is there, and nothing joins it later.
    """
    return lifecycle not in NEVER_TOOK_PLACE and review in {Review.NONE, Review.QUEUED}


def can_have_been_seen(seen_at: datetime, *, made_at: datetime, now: datetime) -> bool:
    """Whether the time of an incident lies between the making of the attempt and now. All are aware UTC."""
    return made_at <= seen_at <= now


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One row as stored: an incident, or a later correction of it (``corrects`` names the incident)."""

    id: UUID
    corrects: UUID | None
    kind: IncidentKind
    seen_at: datetime
    seen: str
    withdrawn: bool
    reason: str | None
    actor_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as it stands, with every wording it ever had: ``rows`` in order, the last one counts."""

    rows: tuple[IncidentRow, ...]

    @property
    def id(self) -> UUID:
        """The incident, whatever was corrected in it."""
        return self.rows[0].id

    @property
    def stands(self) -> IncidentRow:
        """The wording that counts."""
        return self.rows[-1]


def incidents_of(rows: Iterable[IncidentRow]) -> tuple[Incident, ...]:
    """The incidents of an attempt in the order in which they were recorded; ``rows`` in theirs."""
    found: dict[UUID, list[IncidentRow]] = {}
    for row in rows:
        found.setdefault(row.corrects or row.id, []).append(row)
    return tuple(Incident(tuple(several)) for several in found.values())
