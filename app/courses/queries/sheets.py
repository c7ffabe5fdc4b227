"""Reads for what stands beside the lessons: a module's checklist and a course's glossary."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.courses.models import Course, Module
from app.kernel.errors import NotFound
from app.kernel.ordering import kazakh_sort_key

# The checker sees the attributes of a model as values; in a statement they are columns.
_course: Any = Course
_module: Any = Module


@dataclass(frozen=True, slots=True)
class Checklist:
    """A page to print, in one language. ``html`` is safe since the import."""

    course: dict[str, str]
    module: dict[str, str]
    module_slug: str
    title: str
    html: str


def get_checklist(session: Session, slug: str, module: str, locale: str) -> Checklist:
    """A module's checklist.

    Raises:
        NotFound: no such module, or it has no checklist.
    """
    row = session.execute(
        select(_course.title, _module.title.label("module"), _module.checklist)
        .join(_course, _course.id == _module.course_id)
        .where(_course.slug == slug, _module.slug == module, _module.retired_at.is_(None))
    ).first()
    if row is None or locale not in row.checklist:
        raise NotFound
    return Checklist(row.title, row.module, module, **row.checklist[locale])


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary entry in one language, with the same term in the others."""

    id: str
    term: str
    text: str
    others: dict[str, str]


def get_glossary(session: Session, slug: str, locale: str) -> tuple[dict[str, str], list[Term]]:
    """A course's title, and its terms in the order of the reader's alphabet.

    Raises:
        NotFound: there is no such course.
    """
    row = session.execute(select(_course.title, _course.glossary).where(_course.slug == slug)).first()
    if row is None:
        raise NotFound
    terms = [
        Term(
            id=entry["id"],
            term=entry[locale]["term"],
            text=entry[locale]["text"],
            others={other: entry[other]["term"] for other in ("kk", "ru", "en") if other != locale},
        )
        for entry in row.glossary
    ]
    return row.title, sorted(terms, key=lambda term: kazakh_sort_key(term.term))
