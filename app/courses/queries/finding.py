"""Search across lessons: the same statement and the same answer on both databases.

The importer stores the normalised words of each lesson; a query is normalised by the same function, so a word
is found by how it begins after its endings were taken off.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, select
from sqlmodel import Session

from app.courses.models import Course, Lesson, LessonText, Module
from app.courses.rules import finding

# The checker sees the attributes of a model as values; in a statement they are columns.
_course: Any = Course
_module: Any = Module
_lesson: Any = Lesson
_text: Any = LessonText

MOST_RESULTS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A lesson that holds every word looked for."""

    course_slug: str
    place: str
    title: str
    minutes: int
    module_title: dict[str, str]
    snippet: list[finding.Piece]


def search_lessons(session: Session, query: str, locale: str) -> tuple[list[Found], int]:
    """The lessons of one language that hold every word of ``query``, best first; and how many there are.

    Two statements: which lessons, then the texts of those that are shown.
    """
    words = finding.query_words(query, locale)
    if not words:
        return [], 0
    padded = literal(" ").concat(_text.search_text)
    rows = session.execute(
        select(
            _text.id,
            _text.title,
            _text.search_text,
            _lesson.slug,
            _lesson.minutes,
            _module.slug.label("module_slug"),
            _module.title.label("module_title"),
            _course.slug.label("course_slug"),
        )
        .select_from(_text)
        .join(_lesson, _lesson.id == _text.lesson_id)
        .join(_module, _module.id == _lesson.module_id)
        .join(_course, _course.id == _module.course_id)
        .where(
            _text.locale == locale,
            _lesson.retired_at.is_(None),
            _module.retired_at.is_(None),
            *(padded.contains(f" {word}", autoescape=True) for word in words),
        )
        .order_by(_course.level, _course.slug, _module.position, _lesson.position)
    ).all()

    def order(row: Any) -> int:
        return -finding.score(title=row.title, search_text=row.search_text, words=words, locale=locale)

    shown = sorted(rows, key=order)[:MOST_RESULTS]  # of equal ones the course's own order stands
    texts = _parts(session, [row.id for row in shown])
    found = [
        Found(
            course_slug=row.course_slug,
            place=f"{row.module_slug}/{row.slug}",
            title=row.title,
            minutes=row.minutes,
            module_title=row.module_title,
            snippet=finding.snippet(finding.plain_text(texts[row.id]), words, locale),
        )
        for row in shown
    ]
    return found, len(rows)


def _parts(session: Session, ids: list[Any]) -> dict[Any, list[str]]:
    if not ids:
        return {}
    rows = session.execute(select(_text.id, _text.parts).where(_text.id.in_(ids)))
    return {row.id: [part["html"] for part in row.parts if "html" in part] for row in rows}
