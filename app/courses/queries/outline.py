"""Reads for the catalogue, the outline and the learner's own page. Columns only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, false, func, select
from sqlmodel import Session

from app.courses.models import Course, Enrolment, Lesson, LessonProgress, LessonText, Module
from app.courses.rules.studying import (
    Stage,
    Step,
    continue_with,
    minutes_left,
    plural_count,
    stage_of,
    stage_of_module,
)
from app.kernel.errors import NotFound

# The checker sees the attributes of a model as values; in a statement they are columns.
_course: Any = Course
_module: Any = Module
_lesson: Any = Lesson
_text: Any = LessonText
_progress: Any = LessonProgress
_enrolment: Any = Enrolment


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A lesson as it stands in lists. ``place``: module and lesson slugs, as in its address."""

    step: Step
    slug: str
    place: str
    title: str
    number: int

    @property
    def stage(self) -> Stage:
        """How far it is."""
        return stage_of(self.step)


@dataclass(slots=True)
class ModuleLine:
    """A module with its lessons, in order."""

    slug: str
    code: str
    number: int
    title: dict[str, str]
    summary: dict[str, str]
    outcomes: list[dict[str, Any]]
    hours: Decimal
    lessons: list[LessonLine] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        """Its lessons, as rules see them."""
        return [line.step for line in self.lessons]

    @property
    def stage(self) -> Stage:
        """How far it is."""
        return stage_of_module(self.steps)

    @property
    def done(self) -> int:
        """Lessons that are done."""
        return sum(line.step.done for line in self.lessons)

    @property
    def minutes_left(self) -> int:
        """Minutes of the lessons that are not done."""
        return minutes_left(self.steps)

    @property
    def hours_count(self) -> int:
        """What the word for hours agrees with."""
        return plural_count(self.hours)


@dataclass(slots=True)
class CourseLine:
    """A course with its modules, and the learner's enrolment in it where there is one."""

    course_id: UUID
    slug: str
    title: dict[str, str]
    summary: dict[str, str]
    hours: Decimal
    level: int
    enrolled_at: datetime | None
    last_lesson_id: UUID | None
    last_studied_at: datetime | None
    completed_at: datetime | None
    modules: list[ModuleLine] = field(default_factory=list)

    @property
    def lessons(self) -> list[LessonLine]:
        """Every lesson, in order."""
        return [line for module in self.modules for line in module.lessons]

    @property
    def done(self) -> int:
        """Lessons that are done."""
        return sum(module.done for module in self.modules)

    @property
    def hours_count(self) -> int:
        """What the word for hours agrees with."""
        return plural_count(self.hours)

    @property
    def next_lesson(self) -> LessonLine | None:
        """Where the learner goes on; None when every lesson is done."""
        wanted = continue_with([line.step for line in self.lessons], self.last_lesson_id)
        return next((line for line in self.lessons if line.step.lesson_id == wanted), None)

    def module_of(self, lesson: LessonLine) -> ModuleLine:
        """The module a lesson belongs to."""
        return next(module for module in self.modules if lesson in module.lessons)


def _courses(person_id: UUID | None) -> Select[Any]:
    mine = _enrolment.person_id == person_id if person_id else false()
    return select(
        _course.id,
        _course.slug,
        _course.title,
        _course.summary,
        _course.hours,
        _course.level,
        _enrolment.enrolled_at,
        _enrolment.last_lesson_id,
        _enrolment.last_studied_at,
        _enrolment.completed_at,
    ).outerjoin(_enrolment, and_(_enrolment.course_id == _course.id, mine))


def _lines(rows: Iterable[Row[Any]]) -> list[CourseLine]:
    return [
        CourseLine(
            course_id=row.id,
            slug=row.slug,
            title=row.title,
            summary=row.summary,
            hours=Decimal(row.hours),
            level=row.level,
            enrolled_at=row.enrolled_at,
            last_lesson_id=row.last_lesson_id,
            last_studied_at=row.last_studied_at,
            completed_at=row.completed_at,
        )
        for row in rows
    ]


def _fill(session: Session, courses: list[CourseLine], locale: str, person_id: UUID | None) -> None:
    """Put the modules and lessons into ``courses``: one statement, however many there are."""
    if not courses:
        return
    mine = _progress.person_id == person_id if person_id else false()
    rows = session.execute(
        select(
            _module.course_id,
            _module.slug.label("module_slug"),
            _module.code,
            _module.title.label("module_title"),
            _module.summary,
            _module.outcomes,
            _module.hours,
            _lesson.id,
            _lesson.slug,
            _lesson.minutes,
            _text.title,
            _progress.opened_at,
            _progress.done_at,
        )
        .select_from(_module)
        .outerjoin(_lesson, and_(_lesson.module_id == _module.id, _lesson.retired_at.is_(None)))
        .outerjoin(
            _text,
            and_(_text.lesson_id == _lesson.id, _text.locale == locale),
        )
        .outerjoin(_progress, and_(_progress.lesson_id == _lesson.id, mine))
        .where(
            _module.course_id.in_([course.course_id for course in courses]),
            _module.retired_at.is_(None),
        )
        .order_by(_module.course_id, _module.position, _module.slug, _lesson.position)
    ).all()
    by_id = {course.course_id: course for course in courses}
    for row in rows:
        course = by_id[row.course_id]
        if not course.modules or course.modules[-1].slug != row.module_slug:
            course.modules.append(
                ModuleLine(
                    slug=row.module_slug,
                    code=row.code,
                    number=len(course.modules) + 1,
                    title=row.module_title,
                    summary=row.summary,
                    outcomes=row.outcomes,
                    hours=Decimal(row.hours),
                )
            )
        if row.id is None or row.title is None:
            continue
        module = course.modules[-1]
        module.lessons.append(
            LessonLine(
                step=Step(row.id, row.minutes, row.opened_at is not None, row.done_at is not None),
                slug=row.slug,
                place=f"{module.slug}/{row.slug}",
                title=row.title,
                number=len(module.lessons) + 1,
            )
        )


def list_courses(session: Session, locale: str, person_id: UUID | None) -> list[CourseLine]:
    """Every course with its outline. Two statements."""
    courses = _lines(session.execute(_courses(person_id).order_by(_course.level, _course.slug)))
    _fill(session, courses, locale, person_id)
    return courses


def list_enrolled(session: Session, locale: str, person_id: UUID) -> list[CourseLine]:
    """The courses a person studies, the latest studied first. Two statements."""
    latest = func.coalesce(_enrolment.last_studied_at, _enrolment.enrolled_at).desc()
    rows = session.execute(_courses(person_id).where(_enrolment.id.is_not(None)).order_by(latest))
    courses = _lines(rows)
    _fill(session, courses, locale, person_id)
    return courses


def get_course(session: Session, slug: str, locale: str, person_id: UUID | None) -> CourseLine:
    """One course with its outline. Two statements.

    Raises:
        NotFound: there is no such course.
    """
    courses = _lines(session.execute(_courses(person_id).where(_course.slug == slug)))
    if not courses:
        raise NotFound
    _fill(session, courses, locale, person_id)
    return courses[0]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The lessons before and after one, across modules."""

    before: LessonLine | None
    after: LessonLine | None


def neighbours(course: CourseLine, lesson: LessonLine) -> Neighbours:
    """Where "previous" and "next" lead."""
    before = after = None
    for first, second in pairwise(course.lessons):
        if second is lesson:
            before = first
        if first is lesson:
            after = second
    return Neighbours(before, after)


def find_lesson(course: CourseLine, module_slug: str, lesson_slug: str) -> LessonLine:
    """The lesson at an address within a course.

    Raises:
        NotFound: there is none.
    """
    for line in course.lessons:
        if line.place == f"{module_slug}/{lesson_slug}":
            return line
    raise NotFound
