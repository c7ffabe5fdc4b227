"""What a proctor does in a room: admit, refuse, write down who is missing, close; and a candidate's check-in.

A proctor never acts on somebody they have trained: the room's list leaves them out, and each act asks again.
A refusal for that reason leaves its trace.
"""

from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.exams import errors
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting, SittingProctor
from app.exams.queries import rooms as queries
from app.exams.rules import booking as rules
from app.exams.rules.secure_browser import AT_A_DISTANCE
from app.exams.rules.states import Axis, Lifecycle, Mode
from app.exams.rules.transitions import Who
from app.exams.service import doors, history
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform import audit
from app.platform.outbox import enqueue_later
from app.programmes import queries as programmes

IDENTITY_EVENT = "identity.compared"
"""The job kind that upper slices bind to; payload ``{"attempt_id": …}``."""
_AT_THE_DOOR = frozenset({Who.PROCTOR})
_BY_SYSTEM = frozenset({Mode.UNPROCTORED, Mode.RECORD_AND_REVIEW})
"""Modes in which nobody stands at the door: check-in leads on by itself."""


def check_in(
    session: Session, clock: Clock, *, candidate_id: UUID, attempt_id: UUID, notice_version: str
) -> Lifecycle:
    """Acknowledge the notice and the rules, and check in; a second call changes nothing.

    On site the candidate then waits for a proctor; without a proctor the system leads on to ``ready``.

    Raises:
        NotFound: not the candidate's attempt.
        NoticeMissing: another version of the notice is in force.
        CheckInNotOpen, CheckInClosed: it is not time, or the room is closed.
        MoveNotAllowed: the attempt is past check-in for good.
    """
    attempt = _of_candidate(session, candidate_id, attempt_id)
    if attempt.lifecycle in {Lifecycle.CHECKIN, Lifecycle.READY}:
        return attempt.lifecycle
    if notice_version != rules.NOTICE_VERSION:
        raise errors.NoticeMissing
    sitting = session.get(Sitting, attempt.sitting_id) if attempt.sitting_id else None
    now = clock.now()
    window = rules.check_in_window(
        mode=attempt.mode,
        opens_at=sitting.opens_at if sitting else None,
        closes_at=sitting.closes_at if sitting else None,
        at=now,
    )
    if window is rules.Window.EARLY and sitting is not None:
        raise errors.CheckInNotOpen(opens=sitting.opens_at - rules.CHECK_IN_BEFORE)
    if window is rules.Window.LATE or (sitting is not None and sitting.room_closed_at is not None):
        raise errors.CheckInClosed
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.CHECKIN,
        actor_id=candidate_id,
        values={"notice_version": notice_version, "notice_at": now},
    )
    doors.note(session, clock, attempt, candidate_id, "attempt.checked_in", notice=notice_version)
    if attempt.mode in _BY_SYSTEM:
        session.flush()
        history.move(session, clock, attempt, Axis.LIFECYCLE, Lifecycle.READY, actor_id=None)
    return attempt.lifecycle


def admit(
    session: Session,
    clock: Clock,
    *,
    proctor_id: UUID,
    sitting_id: UUID,
    attempt_id: UUID,
    compared: bool = False,
) -> Refused | None:
    """Let a candidate in after comparing face and document by eye; who did it and when is kept.

    ``compared``: at a distance nobody is let in but by the act that notes the comparison of their pictures.

    Raises:
        NotFound: not a room of this proctor, or the attempt is not in it.
        RoomClosed: the room was closed.
        MoveNotAllowed: the candidate has not checked in, was dealt with, or was not compared.
    """
    attempt, refusal = _at_the_door(
        session, clock, proctor_id, sitting_id, attempt_id=attempt_id, act="admit"
    )
    if refusal is not None:
        return refusal
    if attempt.mode in AT_A_DISTANCE and not compared:
        raise errors.MoveNotAllowed
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.READY,
        actor_id=proctor_id,
        roles=_AT_THE_DOOR,
        values={"identity_by": proctor_id, "identity_at": clock.now()},
    )
    doors.note(session, clock, attempt, proctor_id, "attempt.admitted")
    return None


def note_identity(session: Session, clock: Clock, attempt: Attempt, *, actor_id: UUID) -> None:
    """Keep who compared face and document of somebody who is not let in at a door; the first time counts.

    ``attempt``: its row is held.
    """
    if attempt.identity_by is not None:
        return
    attempt.identity_by, attempt.identity_at = actor_id, clock.now()
    session.add(attempt)
    enqueue_later(
        session,
        clock,
        IDENTITY_EVENT,
        {"attempt_id": attempt.id},
        dedupe_key=f"{IDENTITY_EVENT}:{attempt.id}",
    )


def refuse(
    session: Session, clock: Clock, *, proctor_id: UUID, sitting_id: UUID, attempt_id: UUID, reason: str
) -> Refused | None:
    """Turn a candidate away at the door, with the reason they will read; the attempt does not count.

    Raises:
        NotFound: not a room of this proctor, or the attempt is not in it.
        RoomClosed: the room was closed.
        ReasonMissing: no reason.
        MoveNotAllowed: the candidate has not checked in, or has started.
    """
    attempt, refusal = _at_the_door(
        session, clock, proctor_id, sitting_id, attempt_id=attempt_id, act="refuse"
    )
    if refusal is not None:
        return refusal
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.REFUSED,
        actor_id=proctor_id,
        roles=_AT_THE_DOOR,
        reason=reason,
    )
    doors.note(session, clock, attempt, proctor_id, "attempt.refused")
    return None


def mark_missing(
    session: Session, clock: Clock, *, proctor_id: UUID, sitting_id: UUID, attempt_id: UUID
) -> Refused | None:
    """Write down that a candidate did not come, once check-in has closed; the attempt does not count.

    Raises:
        NotFound: not a room of this proctor, or the attempt is not in it.
        RoomClosed: the room was closed.
        NotYetMissing: check-in is still open.
        MoveNotAllowed: the candidate was admitted or dealt with.
    """
    attempt, refusal = _at_the_door(
        session, clock, proctor_id, sitting_id, attempt_id=attempt_id, act="no_show"
    )
    if refusal is not None:
        return refusal
    sitting = session.get_one(Sitting, sitting_id)
    if not rules.may_miss(opens_at=sitting.opens_at, at=clock.now()):
        raise errors.NotYetMissing
    _miss(session, clock, attempt, proctor_id)
    return None


def close_room(session: Session, clock: Clock, *, proctor_id: UUID, sitting_id: UUID) -> Refused | int:
    """Close the door: whoever was not admitted counts as not having come. Returns how many; once is enough.

    While somebody the proctor has trained waits at the door, the closing is refused: a colleague decides
    about them first. Whom the proctor has trained and who did not come, the system writes down.

    Raises:
        NotFound: not a room of this proctor.
        NotYetMissing: somebody is expected and check-in is still open.
    """
    _door(session, proctor_id, sitting_id)
    sitting = session.get_one(Sitting, sitting_id, with_for_update=True, populate_existing=True)
    if sitting.room_closed_at is not None:
        return 0
    now = clock.now()
    outside = session.scalars(
        select(Attempt)
        .where(
            col(Attempt.sitting_id) == sitting_id,
            col(Attempt.lifecycle).in_([Lifecycle.SCHEDULED, Lifecycle.CHECKIN]),
        )
        .order_by(col(Attempt.id))
        .with_for_update()
    ).all()
    if outside and not rules.may_miss(opens_at=sitting.opens_at, at=now):
        raise errors.NotYetMissing
    own = queries.own_trainees(session, proctor_id, sitting_id, at=now)
    for attempt in outside:
        if attempt.lifecycle is Lifecycle.CHECKIN and attempt.candidate_id in own:
            return doors.own_trainee(session, clock, attempt, proctor_id, act="close_room")
    for attempt in outside:
        _miss(session, clock, attempt, None if attempt.candidate_id in own else proctor_id)
    session.execute(
        update(Sitting)
        .where(col(Sitting.id) == sitting_id, col(Sitting.room_closed_at).is_(None))
        .values(room_closed_at=now)
        .execution_options(synchronize_session=False)
    )
    audit.record(
        session,
        clock,
        actor_id=proctor_id,
        action="room.closed",
        subject_kind="sitting",
        subject_id=sitting_id,
        missing=len(outside),
    )
    return len(outside)


def _miss(session: Session, clock: Clock, attempt: Attempt, actor_id: UUID | None) -> None:
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.NO_SHOW,
        actor_id=actor_id,
        roles=_AT_THE_DOOR,
    )
    doors.note(session, clock, attempt, actor_id, "attempt.no_show")


def _of_candidate(session: Session, candidate_id: UUID, attempt_id: UUID) -> Attempt:
    found = session.scalar(
        select(Attempt)
        .where(col(Attempt.id) == attempt_id, col(Attempt.candidate_id) == candidate_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def _door(session: Session, proctor_id: UUID, sitting_id: UUID) -> None:
    """The proctor is assigned to the sitting.

    Raises:
        NotFound: they are not, or there is no such sitting.
    """
    if session.get(SittingProctor, (sitting_id, proctor_id)) is None:
        raise NotFound


def _at_the_door(
    session: Session, clock: Clock, proctor_id: UUID, sitting_id: UUID, *, attempt_id: UUID, act: str
) -> tuple[Attempt, Refused | None]:
    """The attempt a proctor may act on, or the refusal when it is their own trainee's."""
    _door(session, proctor_id, sitting_id)
    attempt = session.scalar(
        select(Attempt)
        .where(col(Attempt.id) == attempt_id, col(Attempt.sitting_id) == sitting_id)
        .with_for_update()
    )
    if attempt is None:
        raise NotFound
    if programmes.trained(session, proctor_id, attempt.candidate_id, at=clock.now()):
        return attempt, doors.own_trainee(session, clock, attempt, proctor_id, act=act)
    if session.get_one(Sitting, sitting_id).room_closed_at is not None:
        raise errors.RoomClosed
    return attempt, None
