"""Counts over supervised attempts, for the figures that are published about supervision."""

from typing import Any, NamedTuple

from sqlalchemy import and_, case, func, or_, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Centre, Room, Sitting
from app.exams.queries.attempts import terminated_condition
from app.exams.queries.reviewing import KeptOut
from app.exams.rules.states import Lifecycle, Mode, Review


class Group(NamedTuple):
    """Supervised attempts that are alike in everything named here, and how many they are."""

    locale: str | None
    region: str | None
    mode: str
    flagged: bool
    review: Review
    attempts: int


def supervised_groups(session: Session, *, flagged: KeptOut) -> list[Group]:
    """All scored attempts of supervised sittings, counted by group.

    ``flagged``: for the column of attempt ids, whether an incident was recorded; one that two people
    terminated counts as flagged too.
    """
    attempt: Any = col(Attempt.id)
    marked = case((or_(flagged(attempt), terminated_condition(attempt)), 1), else_=0)
    inner = (
        select(
            col(Attempt.locale).label("locale"),
            col(Centre.region).label("region"),
            col(Attempt.mode).label("mode"),
            marked.label("flagged"),
            col(Attempt.review).label("review"),
        )
        .outerjoin(Sitting, col(Sitting.id) == col(Attempt.sitting_id))
        .outerjoin(Room, col(Room.id) == col(Sitting.room_id))
        .outerjoin(Centre, col(Centre.id) == col(Room.centre_id))
        .where(and_(col(Attempt.lifecycle) == Lifecycle.SCORED, col(Attempt.mode) != Mode.UNPROCTORED))
        .subquery()
    )
    columns = inner.c.locale, inner.c.region, inner.c.mode, inner.c.flagged, inner.c.review
    rows = session.execute(select(*columns, func.count()).group_by(*columns))
    return [
        Group(str(row[0]) if row[0] else None, row[1], str(row[2]), bool(row[3]), row[4], row[5])
        for row in rows
    ]
