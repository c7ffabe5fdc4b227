"""What supervising people do to an attempt besides giving time: pause, let in, end with four eyes, void.

``roles`` are those in which the person acts at this attempt; the tables of an attempt say who may do what.
A trainer of the candidate is refused, and the refusal leaves its trace.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.accounts import service as accounts
from app.exams.errors import (
    MoveNotAllowed,
    NothingProposed,
    ReasonMissing,
    SamePerson,
    SecureBrowserHeld,
)
from app.exams.models.attempts import Attempt
from app.exams.rules import delivery as rules
from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import Axis, Lifecycle
from app.exams.rules.transitions import Who
from app.exams.service import doors, hand_in, history, places, signed_in
from app.kernel.clock import Clock
from app.kernel.errors import Refused

Roles = Collection[Who]
_TERMINABLE = frozenset({Lifecycle.IN_PROGRESS, Lifecycle.INTERRUPTED, Lifecycle.PAUSED})


def pause(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, roles: Roles, reason: str
) -> Refused | None:
    """Stop the clock and hide the items; what is left of the time is kept to the second.

    Raises:
        NotFound: no such attempt.
        ReasonMissing: a reason is needed.
        MoveNotAllowed: it does not run, or its time is over.
        WrongRole: a proctor or an exam manager pauses.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="pause")
    if isinstance(attempt, Refused):
        return attempt
    pause_held(session, clock, attempt, actor_id=actor_id, roles=roles, reason=reason)
    signed_in.settle(session, [attempt.candidate_id])
    return None


def pause_held(
    session: Session, clock: Clock, attempt: Attempt, *, actor_id: UUID, roles: Roles, reason: str
) -> None:
    """``pause`` past the door, its row held; the caller settles how long the candidate is signed in.

    A refusal comes before anything is written.
    """
    now = clock.now()
    if attempt.deadline is None or attempt.deadline <= now:
        raise MoveNotAllowed
    left = attempt.deadline - now
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.PAUSED,
        actor_id=actor_id,
        roles=roles,
        reason=reason,
        values={"remaining_ms": left // timedelta(milliseconds=1)},
    )
    doors.note(session, clock, attempt, actor_id, "attempt.paused")


def resume(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, roles: Roles
) -> Refused | None:
    """Let a paused attempt go on with exactly the time it had.

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: it is not paused.
        WrongRole: a proctor or an exam manager resumes.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="resume")
    if isinstance(attempt, Refused):
        return attempt
    resume_held(session, clock, attempt, actor_id=actor_id, roles=roles)
    return None


def resume_held(session: Session, clock: Clock, attempt: Attempt, *, actor_id: UUID, roles: Roles) -> None:
    """``resume`` past the door, the attempt's row held. A refusal comes before anything is written."""
    if attempt.lifecycle is not Lifecycle.PAUSED:
        raise MoveNotAllowed
    now = clock.now()
    deadline = now + timedelta(milliseconds=attempt.remaining_ms or 0)
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.IN_PROGRESS,
        actor_id=actor_id,
        roles=roles,
        values={"deadline": deadline, "remaining_ms": None, "last_seen_at": now},
    )
    accounts.keep_alive(session, attempt.candidate_id, deadline + rules.GRACE)
    doors.note(session, clock, attempt, actor_id, "attempt.resumed")


def let_in(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, roles: Roles
) -> Refused | None:
    """Let an interrupted candidate back in; the clock has gone on.

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: it is not interrupted.
        SecureBrowserHeld: it was stopped over its browser, and is let go on with a reason.
        WrongRole: a proctor or an exam manager lets in.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="let_in")
    if isinstance(attempt, Refused):
        return attempt
    if attempt.lifecycle is not Lifecycle.INTERRUPTED:
        raise MoveNotAllowed
    if attempt.browser_check is BrowserCheck.HELD:
        raise SecureBrowserHeld
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.IN_PROGRESS,
        actor_id=actor_id,
        roles=roles,
        values={"last_seen_at": clock.now()},
    )
    doors.note(session, clock, attempt, actor_id, "attempt.let_in")
    return None


def propose_termination(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, reason: str
) -> Refused | None:
    """Propose to end an attempt. The candidate goes on until another person confirms.

    Raises:
        NotFound: no such attempt.
        ReasonMissing: a reason is needed.
        MoveNotAllowed: it does not run.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="terminate")
    if isinstance(attempt, Refused):
        return attempt
    if not reason.strip():
        raise ReasonMissing
    if attempt.lifecycle not in _TERMINABLE:
        raise MoveNotAllowed
    attempt.termination_by = actor_id
    attempt.termination_reason = reason.strip()
    attempt.termination_at = clock.now()
    doors.note(session, clock, attempt, actor_id, "attempt.termination_proposed")
    return None


def withdraw_termination(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID
) -> Refused | None:
    """Take the proposal back: the candidate goes on.

    Raises:
        NotFound: no such attempt.
        NothingProposed: there is no proposal.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="withdraw")
    if isinstance(attempt, Refused):
        return attempt
    if attempt.termination_by is None or attempt.lifecycle not in _TERMINABLE:
        raise NothingProposed
    attempt.termination_by = attempt.termination_reason = attempt.termination_at = None
    doors.note(session, clock, attempt, actor_id, "attempt.termination_withdrawn")
    return None


def confirm_termination(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, roles: Roles
) -> Refused | None:
    """End the attempt as another person proposed; it is scored on what was saved, the result is withheld.

    Raises:
        NotFound: no such attempt.
        NothingProposed: there is no proposal.
        SamePerson: the one who proposed does not confirm.
        MoveNotAllowed: it does not run any more.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="terminate")
    if isinstance(attempt, Refused):
        return attempt
    proposer, reason = attempt.termination_by, attempt.termination_reason
    if proposer is None or reason is None:
        raise NothingProposed
    if proposer == actor_id:
        raise SamePerson
    hand_in.close(
        session,
        clock,
        attempt,
        Lifecycle.TERMINATED,
        finished_at=clock.now(),
        actor_id=actor_id,
        roles=roles,
        reason=reason,
    )
    doors.note(session, clock, attempt, actor_id, "attempt.terminated", proposed_by=proposer)
    return None


def void(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, roles: Roles, reason: str
) -> Refused | None:
    """Void an attempt through no fault of the candidate: it does not count, and a new one may begin at once.

    Before the start its place in the sitting becomes free, for whoever waits for one.

    Raises:
        NotFound: no such attempt.
        ReasonMissing: a reason is needed.
        MoveNotAllowed: it was handed in or ended before, or moved to another sitting meanwhile.
        WrongRole: an exam manager voids.
    """
    sitting = _hold_sitting(session, attempt_id)
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="void")
    if isinstance(attempt, Refused):
        return attempt
    if attempt.sitting_id != (sitting.id if sitting else None):
        raise MoveNotAllowed
    started = attempt.lifecycle not in rules.BEFORE_START
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.VOID,
        actor_id=actor_id,
        roles=roles,
        reason=reason,
        values={"lease": None, "remaining_ms": None, **hand_in.NO_PROPOSAL},
    )
    signed_in.settle(session, [attempt.candidate_id])
    if sitting is not None and not started:
        places.give_up(session, clock, sitting, attempt.id)
    doors.note(session, clock, attempt, actor_id, "attempt.voided")
    return None


def _hold_sitting(session: Session, attempt_id: UUID) -> places.SittingFacts | None:
    """The attempt's sitting, locked before the attempt, as booking does it."""
    sitting_id = session.scalar(select(col(Attempt.sitting_id)).where(col(Attempt.id) == attempt_id))
    return places.lock(session, sitting_id)[sitting_id] if sitting_id else None
