"""Reads of exams, blueprints and forms."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting
from app.exams.models.forms import Blueprint, Exam, Form
from app.exams.rules.states import Mode
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual


class ExamFacts(NamedTuple):
    """An exam with its newest blueprint. ``minutes``: the limit without anybody's extra time."""

    id: UUID
    slug: str
    title: Trilingual
    certification: bool
    mode: Mode
    blueprint_id: UUID
    items: int
    minutes: int
    attempts_allowed: int | None
    window_days: int
    wait_days: int


def list_exams(session: Session, *, slug: str | None = None) -> list[ExamFacts]:
    """Every exam with its newest blueprint, certification first; ``slug``: only that one."""
    rows = session.execute(
        select(
            col(Exam.id),
            col(Exam.slug),
            col(Exam.title),
            col(Exam.certification),
            col(Exam.default_mode),
            col(Blueprint.id),
            col(Blueprint.items),
            col(Blueprint.minutes),
            col(Blueprint.attempts_allowed),
            col(Blueprint.attempts_window_days),
            col(Blueprint.wait_days),
        )
        .join(Blueprint, col(Blueprint.exam_id) == col(Exam.id))
        .where(col(Exam.slug) == slug if slug is not None else col(Exam.slug) != "")
        .order_by(col(Exam.certification).desc(), col(Exam.slug), col(Blueprint.id).desc())
    ).all()
    newest: dict[UUID, ExamFacts] = {}
    for row in rows:
        newest.setdefault(row[0], ExamFacts(*row))
    return list(newest.values())


def get_exam(session: Session, slug: str) -> ExamFacts:
    """The exam of that name.

    Raises:
        NotFound: no such exam, or it has no blueprint yet.
    """
    found = list_exams(session, slug=slug)
    if not found:
        raise NotFound
    return found[0]


def published_forms(session: Session, blueprint_id: UUID, sitting_id: UUID | None) -> list[str]:
    """Ids, as text, of the forms that may be given: the sitting's where it names some, else all."""
    rows = session.scalars(
        select(col(Form.id)).where(col(Form.blueprint_id) == blueprint_id, col(Form.retired_at).is_(None))
    )
    named: list[str] = []
    if sitting_id is not None:
        named = (
            session.execute(select(col(Sitting.form_ids)).where(col(Sitting.id) == sitting_id)).scalar_one()
            or []
        )
    return [str(row) for row in rows if not named or str(row) in named]


def seen_forms(session: Session, candidate_id: UUID, exam_id: UUID) -> set[str]:
    """Ids, as text, of the forms the candidate was given in any attempt at the exam."""
    rows = session.scalars(
        select(col(Attempt.form_id)).where(
            col(Attempt.candidate_id) == candidate_id,
            col(Attempt.exam_id) == exam_id,
            col(Attempt.form_id).is_not(None),
        )
    )
    return {str(row) for row in rows}
