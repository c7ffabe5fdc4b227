"""Reads for the catalogue, the outline and the learner's own page. Columns only."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row, Uuid, and_, bindparam, func, select
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
from app.platform.database import kept, table_of

# The checker sees the attributes of a model as values; in a statement they are columns.
_module: Any = Module
_lesson: Any = Lesson
_text: Any = LessonText


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

    def with_progress(self, known: Row[Any] | None) -> "LessonLine":
        """The same for whoever is this far; None: who has not opened it."""
        if known is None:
            return self
        step = Step(
            self.step.lesson_id,
            self.step.minutes,
            opened=True,
            read=known.read_at is not None,
            done=known.done_at is not None,
        )
        return LessonLine(step, self.slug, self.place, self.title, self.number)


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
    has_checklist: bool
    lessons: list[LessonLine] = field(default_factory=list)

    def with_progress(self, far: dict[UUID, Row[Any]]) -> "ModuleLine":
        """The same for somebody who is ``far`` in lessons, by lesson."""
        lessons = [line.with_progress(far.get(line.step.lesson_id)) for line in self.lessons]
        return replace(self, lessons=lessons)

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
    content_hash: str
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


_course = table_of(Course).c
_enrolment = table_of(Enrolment).c
_progress = table_of(LessonProgress).c

# The statements behind the pages one studies with; ``person`` is None for a visitor, who is enrolled nowhere.
_COURSES = select(
    _course.id,
    _course.content_hash,
    _course.slug,
    _course.title,
    _course.summary,
    _course.hours,
    _course.level,
    _enrolment.enrolled_at,
    _enrolment.last_lesson_id,
    _enrolment.last_studied_at,
    _enrolment.completed_at,
).outerjoin_from(
    table_of(Course),
    table_of(Enrolment),
    and_(_enrolment.course_id == _course.id, _enrolment.person_id == bindparam("person", type_=Uuid())),
)
_EVERY = _COURSES.order_by(_course.level, _course.slug)
_ENROLLED = _COURSES.where(_enrolment.id.is_not(None)).order_by(
    func.coalesce(_enrolment.last_studied_at, _enrolment.enrolled_at).desc()
)
_ONE = _COURSES.where(_course.slug == bindparam("slug"))
_PROGRESS = select(_progress.lesson_id, _progress.read_at, _progress.done_at).where(
    _progress.person_id == bindparam("person")
)


def _lines(
    session: Session, asked: Executable, locale: str, person_id: UUID | None, **facts: str
) -> list[CourseLine]:
    """The courses asked for, with their outlines and how far the learner is in each lesson.

    Two statements, however many courses there are; one more each time the content has changed.
    """
    rows = session.execute(asked, {"person": person_id, **facts}).all()
    if not rows:
        return []
    courses = [
        CourseLine(
            course_id=row.id,
            slug=row.slug,
            content_hash=row.content_hash,
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
    outlines = _outlines(session, courses, locale)
    far = _progress_of(session, person_id) if person_id else {}
    for course in courses:
        modules = outlines[course.course_id]
        course.modules = [module.with_progress(far) for module in modules] if far else list(modules)
    return courses


def _progress_of(session: Session, person_id: UUID) -> dict[UUID, Row[Any]]:
    """How far the person is, by lesson opened."""
    return {row.lesson_id: row for row in session.execute(_PROGRESS, {"person": person_id})}


def _outlines(session: Session, courses: list[CourseLine], locale: str) -> dict[UUID, tuple[ModuleLine, ...]]:
    """The modules and lessons of each course as nobody has touched them; kept until the content changes."""
    known = kept(session)
    found, missing = {}, []
    for course in courses:
        content_hash, modules = known.get(("outline", course.course_id, locale), ("", ()))
        if content_hash == course.content_hash:
            found[course.course_id] = modules
        else:
            missing.append(course)
    if missing:
        read = _read_outlines(session, [course.course_id for course in missing], locale)
        for course in missing:
            found[course.course_id] = tuple(read[course.course_id])
            known["outline", course.course_id, locale] = (course.content_hash, found[course.course_id])
    return found


def _read_outlines(session: Session, course_ids: list[UUID], locale: str) -> dict[UUID, list[ModuleLine]]:
    rows = session.execute(
        select(
            _module.course_id,
            _module.slug.label("module_slug"),
            _module.code,
            _module.title.label("module_title"),
            _module.summary,
            _module.outcomes,
            _module.hours,
            _module.checklist,
            _lesson.id,
            _lesson.slug,
            _lesson.minutes,
            _text.title,
        )
        .select_from(_module)
        .outerjoin(_lesson, and_(_lesson.module_id == _module.id, _lesson.retired_at.is_(None)))
        .outerjoin(_text, and_(_text.lesson_id == _lesson.id, _text.locale == locale))
        .where(_module.course_id.in_(course_ids), _module.retired_at.is_(None))
        .order_by(_module.course_id, _module.position, _module.slug, _lesson.position)
    )
    found: dict[UUID, list[ModuleLine]] = {course_id: [] for course_id in course_ids}
    for row in rows:
        modules = found[row.course_id]
        if not modules or modules[-1].slug != row.module_slug:
            modules.append(
                ModuleLine(
                    slug=row.module_slug,
                    code=row.code,
                    number=len(modules) + 1,
                    title=row.module_title,
                    summary=row.summary,
                    outcomes=row.outcomes,
                    hours=Decimal(row.hours),
                    has_checklist=locale in row.checklist,
                )
            )
        if row.id is None or row.title is None:
            continue
        module = modules[-1]
        module.lessons.append(
            LessonLine(
                step=Step(row.id, row.minutes),
                slug=row.slug,
                place=f"{module.slug}/{row.slug}",
                title=row.title,
                number=len(module.lessons) + 1,
            )
        )
    return found


def list_courses(session: Session, locale: str, person_id: UUID | None) -> list[CourseLine]:
    """Every course with its outline."""
    return _lines(session, _EVERY, locale, person_id)


def list_enrolled(session: Session, locale: str, person_id: UUID) -> list[CourseLine]:
    """The courses a person studies, the latest studied first."""
    return _lines(session, _ENROLLED, locale, person_id)


def get_course(session: Session, slug: str, locale: str, person_id: UUID | None) -> CourseLine:
    """One course with its outline.

    Raises:
        NotFound: there is no such course.
    """
    courses = _lines(session, _ONE, locale, person_id, slug=slug)
    if not courses:
        raise NotFound
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
