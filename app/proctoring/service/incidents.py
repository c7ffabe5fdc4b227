"""Writing down what was seen, and correcting it. Both only add rows; the record is then reviewed.

Nothing here ends, stops or scores anything.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.exams.errors import WrongRole
from app.exams.rules.transitions import Who
from app.exams.service import doors, reviewing
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.proctoring import models
from app.proctoring.errors import IncidentWithdrawn, RecordClosed, SeenAtImpossible
from app.proctoring.queries import record as queries
from app.proctoring.rules.incidents import IncidentKind, can_have_been_seen, takes_incidents

SUPERVISING = frozenset({Who.PROCTOR, Who.EXAM_MANAGER})


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody saw: which of the known facts, when (aware UTC), in their words."""

    kind: IncidentKind
    at: datetime
    words: str


def record(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, roles: Collection[Who], seen: Seen
) -> Refused | UUID:
    """Write an incident down as a proctor of the sitting or an exam manager; its id.

    Raises:
        NotFound: no such attempt.
        WrongRole: a proctor or an exam manager records.
        RecordClosed: reviewers have begun, or the attempt did not take place.
        SeenAtImpossible: the time lies before the attempt was made or in the future.
    """
    return _add(session, clock, attempt_id=attempt_id, actor_id=actor_id, roles=roles, seen=seen)


def correct(
    session: Session,
    clock: Clock,
    *,
    attempt_id: UUID,
    incident_id: UUID,
    actor_id: UUID,
    roles: Collection[Who],
    seen: Seen | None,
    reason: str,
) -> Refused | UUID:
    """Correct an incident, or withdraw it (``seen`` None); what stood before stays readable.

    Raises:
        NotFound: no such attempt, or it has no such incident.
        IncidentWithdrawn: it was withdrawn before.
        WrongRole, RecordClosed, SeenAtImpossible: see ``record``.
    """
    reviewing.hold(session, attempt_id)  # of two who correct at once, the second sees what the first wrote
    known = {one.id: one.stands for one in queries.incidents_of(session, attempt_id)}
    if incident_id not in known:
        raise NotFound
    before = known[incident_id]
    if before.withdrawn:
        raise IncidentWithdrawn
    return _add(
        session,
        clock,
        attempt_id=attempt_id,
        actor_id=actor_id,
        roles=roles,
        seen=seen or Seen(before.kind, before.seen_at, before.seen),
        corrects=incident_id,
        withdrawn=seen is None,
        reason=reason,
    )


def _add(
    session: Session,
    clock: Clock,
    *,
    attempt_id: UUID,
    actor_id: UUID,
    roles: Collection[Who],
    seen: Seen,
    corrects: UUID | None = None,
    withdrawn: bool = False,
    reason: str | None = None,
) -> Refused | UUID:
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="incident")
    if isinstance(attempt, Refused):
        return attempt
    if SUPERVISING.isdisjoint(roles):
        raise WrongRole
    if not takes_incidents(lifecycle=attempt.lifecycle, review=attempt.review):
        raise RecordClosed
    now = clock.now()
    if not can_have_been_seen(seen.at, made_at=attempt.created_at, now=now):
        raise SeenAtImpossible
    row = models.Incident(
        attempt_id=attempt_id,
        corrects=corrects,
        kind=seen.kind,
        seen_at=seen.at,
        seen=seen.words,
        withdrawn=withdrawn,
        reason=reason,
        actor_id=actor_id,
        at=now,
    )
    session.add(row)
    session.flush()
    action = "incident.corrected" if corrects else "incident.recorded"
    doors.note(session, clock, attempt, actor_id, action, incident=row.id, kind=str(seen.kind))
    reviewing.ask(session, clock, attempt_id=attempt_id)
    return row.id
