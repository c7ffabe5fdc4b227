"""What supervising people do to an attempt besides its time: let in, end with four eyes, void."""

from uuid import UUID

from sqlmodel import Session

from app.exams.errors import MoveNotAllowed, NothingProposed, ReasonMissing, SamePerson
from app.exams.models.attempts import Attempt
from app.exams.rules.states import Axis, Lifecycle
from app.exams.service import hand_in, history
from app.exams.service.time import supervised
from app.kernel.clock import Clock
from app.platform import audit

_TERMINABLE = frozenset({Lifecycle.IN_PROGRESS, Lifecycle.INTERRUPTED, Lifecycle.PAUSED})


def let_in(session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID) -> None:
    """Let an interrupted candidate back in; the clock has gone on.

    Raises:
        NotFound: no such attempt.
        OwnTrainee: a trainer takes no part in examining their own trainee.
        MoveNotAllowed: it is not interrupted.
    """
    attempt = supervised(session, clock, attempt_id, actor_id)
    if attempt.lifecycle is not Lifecycle.INTERRUPTED:
        raise MoveNotAllowed
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.IN_PROGRESS,
        actor_id=actor_id,
        values={"last_seen_at": clock.now()},
    )
    _audit(session, clock, attempt, actor_id, action="attempt.let_in")


def propose_termination(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, reason: str
) -> None:
    """Propose to end an attempt. The candidate goes on until another person confirms.

    Raises:
        NotFound: no such attempt.
        OwnTrainee: a trainer takes no part in examining their own trainee.
        ReasonMissing: a reason is needed.
        MoveNotAllowed: it does not run.
    """
    attempt = supervised(session, clock, attempt_id, actor_id)
    if not reason.strip():
        raise ReasonMissing
    if attempt.lifecycle not in _TERMINABLE:
        raise MoveNotAllowed
    attempt.termination_by = actor_id
    attempt.termination_reason = reason.strip()
    attempt.termination_at = clock.now()
    _audit(session, clock, attempt, actor_id, action="attempt.termination_proposed", reason=reason)


def withdraw_termination(session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID) -> None:
    """Take the proposal back: the candidate goes on.

    Raises:
        NotFound: no such attempt.
        OwnTrainee: a trainer takes no part in examining their own trainee.
        NothingProposed: there is no proposal.
    """
    attempt = supervised(session, clock, attempt_id, actor_id)
    if attempt.termination_by is None:
        raise NothingProposed
    attempt.termination_by = attempt.termination_reason = attempt.termination_at = None
    _audit(session, clock, attempt, actor_id, action="attempt.termination_withdrawn")


def confirm_termination(session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID) -> None:
    """End the attempt as another person proposed; it is scored on what was saved.

    Raises:
        NotFound: no such attempt.
        OwnTrainee: a trainer takes no part in examining their own trainee.
        NothingProposed: there is no proposal.
        SamePerson: the one who proposed does not confirm.
        MoveNotAllowed: it does not run any more.
    """
    attempt = supervised(session, clock, attempt_id, actor_id)
    if attempt.termination_by is None or attempt.termination_reason is None:
        raise NothingProposed
    if attempt.termination_by == actor_id:
        raise SamePerson
    reason = attempt.termination_reason
    hand_in.close(
        session,
        clock,
        attempt,
        Lifecycle.TERMINATED,
        finished_at=clock.now(),
        actor_id=actor_id,
        reason=reason,
    )
    _audit(session, clock, attempt, actor_id, action="attempt.terminated", reason=reason)


def void(session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, reason: str) -> None:
    """Void an attempt through no fault of the candidate: it does not count, and a new one may begin at once.

    Raises:
        NotFound: no such attempt.
        OwnTrainee: a trainer takes no part in examining their own trainee.
        ReasonMissing: a reason is needed.
        MoveNotAllowed: it was handed in or ended before.
    """
    attempt = supervised(session, clock, attempt_id, actor_id)
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.VOID,
        actor_id=actor_id,
        reason=reason,
        values={"lease": None, "remaining_ms": None},
    )
    _audit(session, clock, attempt, actor_id, action="attempt.voided", reason=reason)


def _audit(
    session: Session,
    clock: Clock,
    attempt: Attempt,
    actor_id: UUID,
    *,
    action: str,
    reason: str | None = None,
) -> None:
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action=action,
        subject_kind="attempt",
        subject_id=attempt.id,
        reason=reason.strip() if reason else None,
    )
