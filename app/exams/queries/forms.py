"""Reads of exams, blueprints and forms."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting
from app.exams.models.forms import Blueprint, Exam, Form, FormReader
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


class FormFacts(NamedTuple):
    """A published form that has not been retired."""

    id: UUID
    slug: str
    exam_slug: str


def list_forms(session: Session, exams: Iterable[ExamFacts]) -> list[FormFacts]:
    """The forms a sitting of one of these exams may be planned with: those of their newest blueprints."""
    slugs = {exam.blueprint_id: exam.slug for exam in exams}
    rows = session.execute(
        select(col(Form.id), col(Form.slug), col(Form.blueprint_id)).where(
            col(Form.blueprint_id).in_(slugs), col(Form.retired_at).is_(None)
        )
    ).all()
    found = [FormFacts(row.id, row.slug, slugs[row.blueprint_id]) for row in rows]
    return sorted(found, key=lambda form: (form.exam_slug, form.slug))


def form_slugs(session: Session, ids: Sequence[str]) -> list[str]:
    """The names of these forms, as a sitting holds their ids."""
    if not ids:
        return []
    wanted = select(col(Form.slug)).where(col(Form.id).in_([UUID(one) for one in ids]))
    return list(session.scalars(wanted.order_by(col(Form.slug))))


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
    """Ids, as text, of the forms the candidate was given in any attempt at the exam, or as a judge."""
    given = select(col(Attempt.form_id)).where(
        col(Attempt.candidate_id) == candidate_id,
        col(Attempt.exam_id) == exam_id,
        col(Attempt.form_id).is_not(None),
    )
    read = select(col(FormReader.form_id)).where(col(FormReader.person_id) == candidate_id)
    rows = session.scalars(given.union(read))
    return {str(row) for row in rows}
