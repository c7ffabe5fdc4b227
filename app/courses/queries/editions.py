"""A course as certificates name it."""

from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from app.courses.models import Course
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual


class CourseEdition(NamedTuple):
    """Title and version of a course as it stands in the files now."""

    title: Trilingual
    version: str


def course_edition(session: Session, slug: str) -> CourseEdition:
    """The course at an address.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(
        select(col(Course.title), col(Course.version)).where(col(Course.slug) == slug)
    ).one_or_none()
    if row is None:
        raise NotFound
    return CourseEdition(row.title, row.version)
