"""Who had a part in an attempt: conditions on its row, for those who are to judge it without one."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlmodel import col

from app.exams.models.attempts import Attempt, AttemptTransition, TimeGrant
from app.exams.models.booking import SittingProctor
from app.exams.models.secure_browser import BrowserEntry
from app.exams.models.unsent import UnsentLoad
from app.exams.rules.states import Axis


def acted_condition(person_id: UUID) -> ColumnElement[bool]:
    """A condition: the person was a proctor of the attempt's sitting, or did something about it."""
    proctored = exists(
        select(1).where(
            col(SittingProctor.sitting_id) == col(Attempt.sitting_id),
            col(SittingProctor.person_id) == person_id,
        )
    )
    acted = [
        exists(select(1).where(attempt == col(Attempt.id), actor == person_id))
        for attempt, actor in (
            (col(TimeGrant.attempt_id), col(TimeGrant.approver_id)),
            (col(BrowserEntry.attempt_id), col(BrowserEntry.actor_id)),
            (col(UnsentLoad.attempt_id), col(UnsentLoad.actor_id)),
        )
    ]
    return or_(
        proctored,
        _changed(person_id, Axis.LIFECYCLE),
        *acted,
        func.coalesce(col(Attempt.identity_by) == person_id, False),
        func.coalesce(col(Attempt.termination_by) == person_id, False),
    )


def reviewed_before_condition(person_id: UUID) -> ColumnElement[bool]:
    """A condition: the person has made a change in the review of the attempt."""
    return _changed(person_id, Axis.REVIEW)


def decided_result_condition(person_id: UUID) -> ColumnElement[bool]:
    """A condition: the person released, corrected or invalidated the result of the attempt."""
    return _changed(person_id, Axis.RESULT)


def _changed(person_id: UUID, axis: Axis) -> ColumnElement[bool]:
    return exists(
        select(1).where(
            col(AttemptTransition.attempt_id) == col(Attempt.id),
            col(AttemptTransition.axis) == axis,
            col(AttemptTransition.actor_id) == person_id,
        )
    )
