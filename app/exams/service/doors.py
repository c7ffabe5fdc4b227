"""Doors that no trainer passes: to live items, and to one attempt for people who work with it.

Every act on an attempt leaves its trace.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.errors import OwnTrainee, TrainsOthers
from app.exams.models.attempts import Attempt
from app.exams.models.forms import Exam
from app.exams.queries import attempts as queries
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform import audit
from app.programmes import queries as programmes


def keep_trainers_out(session: Session, clock: Clock, *, person_id: UUID, exam_id: UUID) -> None:
    """Let nobody who trains others now come to the live items of an exam; a practice run has none.

    Raises:
        TrainsOthers: they do.
    """
    kept_out = session.scalar(
        select(col(Exam.id)).where(
            col(Exam.id) == exam_id,
            col(Exam.certification),
            programmes.trains_condition(person_id, at=clock.now()),
        )
    )
    if kept_out is not None:
        raise TrainsOthers


def supervised(
    session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, act: str
) -> Attempt | Refused:
    """The attempt, its row held, for somebody who never trained the candidate; else the refusal, noted.

    Raises:
        NotFound: no such attempt.
    """
    attempt = queries.get_attempt(session, attempt_id, for_update=True)
    if programmes.trained(session, actor_id, attempt.candidate_id, at=clock.now()):
        return own_trainee(session, clock, attempt, actor_id, act=act)
    return attempt


def own_trainee(session: Session, clock: Clock, attempt: Attempt, actor_id: UUID, *, act: str) -> Refused:
    """The refusal for a trainer of the candidate, written down with what they wanted to do."""
    note(session, clock, attempt, actor_id, "conflict.refused", act=act)
    return Refused(OwnTrainee())


def note(
    session: Session, clock: Clock, attempt: Attempt, actor_id: UUID | None, action: str, **facts: Any
) -> None:
    """Write an act on an attempt into the audit log; the reason stands in the attempt's own history."""
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action=action,
        subject_kind="attempt",
        subject_id=attempt.id,
        sitting=attempt.sitting_id,
        **facts,
    )
