"""Which cut score holds for a form: the one decided on last, else the one it was published with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.forms import Form, FormCut


class CutFacts(NamedTuple):
    """A cut score somebody decided on. ``source_id``: the study it rests on."""

    form_id: UUID
    number: int
    cut_score: int
    cut_before: int
    source_id: UUID
    decided_by: UUID
    reason: str
    at: datetime


_CUT = tuple(getattr(FormCut, name) for name in CutFacts._fields)


def cut_in_force() -> ColumnElement[int]:
    """The cut score in force of the ``Form`` of the statement around it."""
    decided = (
        select(col(FormCut.cut_score))
        .where(col(FormCut.form_id) == col(Form.id))
        .order_by(col(FormCut.number).desc())
        .limit(1)
        .correlate(Form)
        .scalar_subquery()
    )
    return func.coalesce(decided, col(Form.cut_score))


def cut_of(session: Session, form_id: UUID) -> int:
    """The cut score in force of a form that exists."""
    return int(session.execute(select(cut_in_force()).where(col(Form.id) == form_id)).scalar_one())


def cuts_of(session: Session, form_ids: Iterable[UUID]) -> dict[UUID, list[CutFacts]]:
    """By form every decision on its cut score, the newest first; nothing for a form without."""
    wanted: Any = select(*_CUT).where(col(FormCut.form_id).in_(list(form_ids)))
    found: dict[UUID, list[CutFacts]] = {}
    for row in session.execute(wanted.order_by(col(FormCut.form_id), col(FormCut.number).desc())):
        found.setdefault(row[0], []).append(CutFacts(*row))
    return found


def find_decision(session: Session, source_id: UUID) -> CutFacts | None:
    """The decision that rests on a study."""
    wanted: Any = select(*_CUT).where(col(FormCut.source_id) == source_id)
    row = session.execute(wanted).first()
    return CutFacts(*row) if row else None


def those_who_sat(session: Session, exam_id: UUID, people: Iterable[UUID]) -> set[UUID]:
    """Those of ``people`` who have an attempt at the exam, however it stands."""
    wanted = select(col(Attempt.candidate_id)).where(
        col(Attempt.exam_id) == exam_id, col(Attempt.candidate_id).in_(list(people))
    )
    return set(session.scalars(wanted))
