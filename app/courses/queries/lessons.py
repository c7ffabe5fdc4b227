"""Reads for one lesson: what its page shows, the door its verbs go through, and what is done of a course."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import Executable, and_, bindparam, func, select
from sqlmodel import Session

from app.courses.models import CheckAnswer, Course, Lesson, LessonProgress, LessonText, Module
from app.kernel.errors import NotFound
from app.platform.database import kept, table_of

# The checker sees the attributes of a model as values; in a statement they are columns.
_course: Any = Course
_module: Any = Module
_lesson: Any = Lesson
_text: Any = LessonText
_progress: Any = LessonProgress
_answer: Any = CheckAnswer


@dataclass(frozen=True, slots=True)
class LessonPage:
    """The text of a lesson in one language, as its page shows it."""

    parts: list[dict[str, Any]]
    """In order: ``{"html": …}``, safe since the import, or ``{"check": id}``."""
    toc: list[dict[str, Any]]
    glossary: list[dict[str, str]]
    references: list[dict[str, Any]]
    checks: dict[str, dict[str, Any]]
    check_ids: list[str]


def get_lesson_page(session: Session, lesson_id: UUID, locale: str, content_hash: str) -> LessonPage:
    """The text of a lesson; read once as long as the course says ``content_hash``.

    Raises:
        NotFound: the lesson has no text in this language.
    """
    known, place = kept(session), ("lesson", lesson_id, locale)
    if place not in known or known[place][0] != content_hash:
        known[place] = (content_hash, _read_lesson_page(session, lesson_id, locale))
    found: LessonPage = known[place][1]
    return found


def _read_lesson_page(session: Session, lesson_id: UUID, locale: str) -> LessonPage:
    row = session.execute(
        select(
            _text.parts,
            _text.toc,
            _text.glossary,
            _text.references,
            _lesson.checks,
            _lesson.check_ids,
            _module.references.label("all_references"),
        )
        .select_from(_text)
        .join(_lesson, _lesson.id == _text.lesson_id)
        .join(_module, _module.id == _lesson.module_id)
        .where(_text.lesson_id == lesson_id, _text.locale == locale)
    ).first()
    if row is None:
        raise NotFound
    references = {
        reference["id"]: reference | {"retrieved": date.fromisoformat(reference["retrieved"])}
        for reference in row.all_references
    }
    return LessonPage(
        parts=[{"html": Markup(part["html"])} if "html" in part else part for part in row.parts],  # noqa: S704
        toc=row.toc,
        glossary=row.glossary,
        references=[references[name] for name in row.references if name in references],
        checks={check["id"]: check for check in row.checks},
        check_ids=row.check_ids,
    )


_given = table_of(CheckAnswer).c
_CHOSEN: Executable = select(_given.check_id, _given.chosen).where(
    _given.person_id == bindparam("person"), _given.lesson_id == bindparam("lesson")
)


def chosen_in(session: Session, lesson_id: UUID, person_id: UUID) -> dict[str, list[str]]:
    """A learner's latest answers to the checks of a lesson, by check id."""
    rows = session.execute(_CHOSEN, {"person": person_id, "lesson": lesson_id})
    return {row.check_id: row.chosen for row in rows}


@dataclass(frozen=True, slots=True)
class LessonDoor:
    """A lesson that exists, as the verbs need it."""

    course_id: UUID
    course_slug: str
    lesson_id: UUID
    check_ids: list[str]
    checks: dict[str, dict[str, Any]]


def lesson_at(session: Session, course_slug: str, module_slug: str, lesson_slug: str) -> LessonDoor:
    """The door to a lesson by its address.

    Raises:
        NotFound: there is none, or it was taken out of the course.
    """
    row = session.execute(
        select(_course.id.label("course_id"), _lesson.id, _lesson.check_ids, _lesson.checks)
        .select_from(_lesson)
        .join(_module, _module.id == _lesson.module_id)
        .join(_course, _course.id == _module.course_id)
        .where(
            _course.slug == course_slug,
            _module.slug == module_slug,
            _lesson.slug == lesson_slug,
            _module.retired_at.is_(None),
            _lesson.retired_at.is_(None),
        )
    ).first()
    if row is None:
        raise NotFound
    checks = {check["id"]: check for check in row.checks}
    return LessonDoor(row.course_id, course_slug, row.id, row.check_ids, checks)


def course_id_of(session: Session, slug: str) -> UUID:
    """The course at an address.

    Raises:
        NotFound: there is none.
    """
    found: UUID | None = session.execute(select(_course.id).where(_course.slug == slug)).scalar()
    if found is None:
        raise NotFound
    return found


def lessons_done(session: Session, course_id: UUID, person_id: UUID) -> tuple[int, int]:
    """How many lessons a course has now, and how many of them a person has done."""
    row = session.execute(
        select(func.count(_lesson.id), func.count(_progress.done_at))
        .select_from(_lesson)
        .join(_module, _module.id == _lesson.module_id)
        .outerjoin(
            _progress,
            and_(_progress.lesson_id == _lesson.id, _progress.person_id == person_id),
        )
        .where(
            _module.course_id == course_id,
            _module.retired_at.is_(None),
            _lesson.retired_at.is_(None),
        )
    ).one()
    return int(row[0]), int(row[1])
