"""Doing one thing for several people of a sitting, or for all: person by person, and saying how each ended.

All rows are held, in one order, before the first is looked at: nobody finishes in between, and two who act at
once take turns. What cannot be done for somebody leaves nothing behind and is told with its reason.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.errors import MoveNotAllowed, OpenAttempt, ReasonMissing, ResultStands, TerminationStands
from app.exams.models.attempts import Attempt
from app.exams.rules.board import Act, concerns
from app.exams.rules.states import Lifecycle
from app.exams.rules.transitions import Who
from app.exams.service import extra_time, supervision
from app.exams.service.supervision import Roles
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound, Refused

_ONE_BY_ONE = (MoveNotAllowed, ResultStands, TerminationStands, OpenAttempt)
"""Refusals that are about one attempt; any other ends the whole act."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended for one attempt, which stood in ``lifecycle`` before; without ``error`` it was done.

    ``again``: the same form had done it before. ``seconds`` were added.
    """

    attempt_id: UUID
    lifecycle: Lifecycle
    error: DomainError | None = None
    again: bool = False
    seconds: int = 0


def not_concerned(attempt_id: UUID, lifecycle: Lifecycle) -> Outcome:
    """The act does nothing to an attempt in that state; the refusal names it."""
    return Outcome(attempt_id, lifecycle, MoveNotAllowed(state=str(lifecycle)))


def pause(
    session: Session,
    clock: Clock,
    *,
    sitting_id: UUID,
    actor_id: UUID,
    roles: Roles,
    reason: str,
    chosen: Collection[UUID] | None = None,
) -> list[Outcome]:
    """Stop the clocks of the chosen attempts of a sitting, or of all that run.

    Raises:
        NotFound: a chosen attempt is not of this sitting.
        ReasonMissing: a reason is needed.
        WrongRole: a proctor or an exam manager pauses.
    """
    if not reason.strip():
        raise ReasonMissing
    return _each(
        session,
        _wanted(sitting_id, chosen),
        Act.PAUSE,
        roles,
        lambda attempt_id: supervision.pause(
            session, clock, attempt_id=attempt_id, actor_id=actor_id, roles=roles, reason=reason
        ),
    )


def resume(
    session: Session,
    clock: Clock,
    *,
    sitting_id: UUID,
    actor_id: UUID,
    roles: Roles,
    chosen: Collection[UUID] | None = None,
) -> list[Outcome]:
    """Let the chosen paused attempts of a sitting go on, or all, each with exactly the time it had.

    Raises:
        NotFound: a chosen attempt is not of this sitting.
        WrongRole: a proctor or an exam manager resumes.
    """
    return _each(
        session,
        _wanted(sitting_id, chosen),
        Act.RESUME,
        roles,
        lambda attempt_id: supervision.resume(
            session, clock, attempt_id=attempt_id, actor_id=actor_id, roles=roles
        ),
    )


def give_time(
    session: Session,
    clock: Clock,
    *,
    sitting_id: UUID,
    actor_id: UUID,
    roles: Roles,
    reason: str,
    extra: extra_time.Extra,
    chosen: Collection[UUID] | None = None,
) -> list[Outcome]:
    """Give the chosen attempts of a sitting the same extra time, or everybody who has not finished.

    An exam manager's grant also opens what only the time ended. Who handed in early stays closed.

    Raises:
        NotFound: a chosen attempt is not of this sitting.
        ReasonMissing: a reason is needed.
        NoTimeGiven: neither minutes nor per cent.
    """
    return _each(
        session,
        _wanted(sitting_id, chosen),
        Act.TIME,
        roles,
        lambda attempt_id: extra_time.grant(
            session,
            clock,
            attempt_id=attempt_id,
            actor_id=actor_id,
            roles=roles,
            reason=reason,
            extra=extra,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    sitting_id: UUID
    chosen: frozenset[UUID] | None


def _wanted(sitting_id: UUID, chosen: Collection[UUID] | None) -> _Wanted:
    return _Wanted(sitting_id, None if chosen is None else frozenset(chosen))


def _each(
    session: Session, wanted: _Wanted, act: Act, roles: Roles, do: Callable[[UUID], Refused | int | None]
) -> list[Outcome]:
    held = select(
        col(Attempt.id), col(Attempt.lifecycle), col(Attempt.deadline), col(Attempt.submitted_at)
    ).where(col(Attempt.sitting_id) == wanted.sitting_id, col(Attempt.lifecycle) != Lifecycle.WITHDRAWN)
    if wanted.chosen is not None:
        held = held.where(col(Attempt.id).in_(wanted.chosen))
    rows = session.execute(held.order_by(col(Attempt.id)).with_for_update(key_share=True)).all()
    if wanted.chosen is not None and len(rows) != len(wanted.chosen):
        raise NotFound
    outcomes = []
    for row in rows:
        if concerns(
            act,
            row.lifecycle,
            deadline=row.deadline,
            submitted_at=row.submitted_at,
            reopens=Who.EXAM_MANAGER in roles,
        ):
            outcomes.append(_one(session, row.id, row.lifecycle, do))
        else:
            outcomes.append(not_concerned(row.id, row.lifecycle))
    return outcomes


def _one(
    session: Session, attempt_id: UUID, lifecycle: Lifecycle, do: Callable[[UUID], Refused | int | None]
) -> Outcome:
    try:
        with session.begin_nested():  # what one refusal wrote is taken back, and nothing else
            result = do(attempt_id)
    except _ONE_BY_ONE as error:
        return Outcome(attempt_id, lifecycle, error)
    if isinstance(result, Refused):
        return Outcome(attempt_id, lifecycle, result.error)
    return Outcome(attempt_id, lifecycle, again=result == 0, seconds=result or 0)
