"""Doing one thing for several people of a sitting, or for all: person by person, and saying how each ended.

All rows are held, in one order, before the first is looked at: nobody finishes in between, and two who act at
once take turns. What cannot be done for somebody leaves nothing behind and is told with its reason.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.errors import (
    MoveNotAllowed,
    OpenAttempt,
    ReasonMissing,
    RecordReviewed,
    ResultStands,
    TerminationStands,
)
from app.exams.errors.rating import AnswersAtRaters
from app.exams.models.attempts import Attempt
from app.exams.queries.attempts import limit_seconds
from app.exams.queries.rooms import own_trainees
from app.exams.rules.board import Act, concerns
from app.exams.rules.states import Lifecycle
from app.exams.rules.transitions import Who
from app.exams.service import doors, extra_time, signed_in, supervision
from app.exams.service.supervision import Roles
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound

_ONE_BY_ONE = (
    MoveNotAllowed,
    ResultStands,
    RecordReviewed,
    TerminationStands,
    AnswersAtRaters,
    OpenAttempt,
)
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
    room = _hold(session, clock, sitting_id, actor_id, chosen)
    outcomes = _each(
        session,
        clock,
        room,
        Act.PAUSE,
        actor_id=actor_id,
        roles=roles,
        do=lambda attempt: supervision.pause_held(
            session, clock, attempt, actor_id=actor_id, roles=roles, reason=reason
        ),
    )
    done = {one.attempt_id for one in outcomes if one.error is None}
    signed_in.settle(session, [one.candidate_id for one in room.held if one.id in done])
    return outcomes


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
        clock,
        _hold(session, clock, sitting_id, actor_id, chosen),
        Act.RESUME,
        actor_id=actor_id,
        roles=roles,
        do=lambda attempt: supervision.resume_held(session, clock, attempt, actor_id=actor_id, roles=roles),
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
        FormCountedBefore: the same form gave other time before, or for another reason.
    """
    room = _hold(session, clock, sitting_id, actor_id, chosen)
    limits: dict[tuple[UUID | None, UUID], int] = {}

    def give(attempt: Attempt) -> int:
        which = (attempt.form_id, attempt.blueprint_id)
        if which not in limits:
            limits[which] = limit_seconds(session, attempt)
        # what one refusal to open again wrote is taken back, and nothing else
        with session.begin_nested() if extra_time.reopens(attempt) else nullcontext():
            return extra_time.grant_held(
                session,
                clock,
                attempt,
                actor_id=actor_id,
                roles=roles,
                reason=reason,
                extra=extra,
                limit_seconds=limits[which],
            )

    return _each(
        session,
        clock,
        room,
        Act.TIME,
        actor_id=actor_id,
        roles=roles,
        do=give,
    )


class _Room(NamedTuple):
    """The attempts that are held, in order, and whom of their candidates the actor has trained."""

    held: Sequence[Attempt]
    own: set[UUID]


def _hold(
    session: Session, clock: Clock, sitting_id: UUID, actor_id: UUID, chosen: Collection[UUID] | None
) -> _Room:
    wanted = select(Attempt).where(
        col(Attempt.sitting_id) == sitting_id, col(Attempt.lifecycle) != Lifecycle.WITHDRAWN
    )
    if chosen is not None:
        wanted = wanted.where(col(Attempt.id).in_(set(chosen)))
    wanted = wanted.order_by(col(Attempt.id)).with_for_update(key_share=True)
    held = session.scalars(wanted.execution_options(populate_existing=True)).all()
    if chosen is not None and len(held) != len(set(chosen)):
        raise NotFound
    return _Room(held, own_trainees(session, actor_id, sitting_id, at=clock.now()))


def _each(
    session: Session,
    clock: Clock,
    room: _Room,
    act: Act,
    *,
    actor_id: UUID,
    roles: Roles,
    do: Callable[[Attempt], int | None],
) -> list[Outcome]:
    outcomes = []
    for attempt in room.held:
        before = attempt.lifecycle
        if not concerns(
            act,
            before,
            deadline=attempt.deadline,
            submitted_at=attempt.submitted_at,
            reopens=Who.EXAM_MANAGER in roles,
        ):
            outcomes.append(not_concerned(attempt.id, before))
        elif attempt.candidate_id in room.own:
            refused = doors.own_trainee(session, clock, attempt, actor_id, act=str(act))
            outcomes.append(Outcome(attempt.id, before, refused.error))
        else:
            outcomes.append(_one(attempt, do))
    return outcomes


def _one(attempt: Attempt, do: Callable[[Attempt], int | None]) -> Outcome:
    attempt_id, before = attempt.id, attempt.lifecycle
    try:
        result = do(attempt)
    except _ONE_BY_ONE as error:
        return Outcome(attempt_id, before, error)
    return Outcome(attempt_id, before, again=result == 0, seconds=result or 0)
