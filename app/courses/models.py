"""What the database keeps of courses, their lessons, and how far each learner has come."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.kernel.types import Json, UtcDateTime, word


class Course(SQLModel, table=True):
    """A course as it stands in the files now."""

    __tablename__ = "course"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(max_length=64, unique=True)
    version: str = Field(max_length=16)
    level: int
    hours: str = Field(max_length=8)
    """Study hours as a decimal text, so that no float decides anything."""
    title: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    summary: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    glossary: list[dict[str, Any]] = Field(sa_column=Column(Json, nullable=False, server_default="[]"))
    """Its terms, by id: ``{"id", "kk": {"term", "text"}, "ru": …, "en": …}``."""
    content_hash: str = Field(max_length=64)
    imported_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Module(SQLModel, table=True):
    """A part of a course, in order. ``retired_at``: no longer in the files; progress on it is kept."""

    __tablename__ = "module"
    __table_args__ = (UniqueConstraint("course_id", "slug"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    course_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("course.id"), nullable=False))
    slug: str = Field(max_length=64)
    code: str = Field(max_length=8)
    position: int
    hours: str = Field(max_length=8)
    title: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    summary: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    outcomes: list[dict[str, Any]] = Field(sa_column=Column(Json, nullable=False))
    references: list[dict[str, Any]] = Field(sa_column=Column(Json, nullable=False))
    checklist: dict[str, dict[str, str]] = Field(sa_column=Column(Json, nullable=False, server_default="{}"))
    """A page to print, by language: ``{"title", "html"}``, safe markup; empty when the module has none."""
    retired_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class Lesson(SQLModel, table=True):
    """A lesson, over its languages."""

    __tablename__ = "lesson"
    __table_args__ = (UniqueConstraint("module_id", "slug"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    module_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("module.id"), nullable=False))
    slug: str = Field(max_length=64)
    position: int
    minutes: int
    check_ids: list[str] = Field(sa_column=Column(Json, nullable=False))
    """The knowledge checks that must be answered before the lesson counts as done."""
    checks: list[dict[str, Any]] = Field(sa_column=Column(Json, nullable=False))
    """The checks themselves, three languages together, as in the file."""
    retired_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class LessonText(SQLModel, table=True):
    """A lesson in one language, rendered once at import: pages only read it."""

    __tablename__ = "lesson_text"
    __table_args__ = (UniqueConstraint("lesson_id", "locale"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    lesson_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("lesson.id"), nullable=False))
    locale: Locale = Field(sa_column=Column(word(Locale), nullable=False))
    title: str = Field(max_length=300)
    parts: list[dict[str, Any]] = Field(sa_column=Column(Json, nullable=False))
    """In order: ``{"html": …}`` safe markup, or ``{"check": id}`` where a knowledge check stands."""
    toc: list[dict[str, str]] = Field(sa_column=Column(Json, nullable=False))
    """Headings of the second level, in order: ``{"id", "title"}``; the ids are the same in every language."""
    glossary: list[dict[str, str]] = Field(sa_column=Column(Json, nullable=False))
    """Terms the text links to, in order of first use: ``{"id", "term", "text"}``; links go to ``#g-<id>``."""
    references: list[str] = Field(sa_column=Column(Json, nullable=False))
    """Ids of the module's references the text cites, in order of citation: the number the text shows;
    links go to ``#ref-<id>``."""
    search_text: str
    """Normalised words for search, separated by spaces."""
    content_hash: str = Field(max_length=64)


class Enrolment(SQLModel, table=True):
    """A person studies a course."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("person_id", "course_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    course_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("course.id"), nullable=False, index=True))
    enrolled_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    last_lesson_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("lesson.id")))
    last_studied_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    completed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class LessonProgress(SQLModel, table=True):
    """How far a person is in a lesson. Done = read to the end and every check answered."""

    __tablename__ = "lesson_progress"
    __table_args__ = (
        UniqueConstraint("person_id", "lesson_id"),
        CheckConstraint("done_at IS NULL OR read_at IS NOT NULL", name="done_means_read"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    lesson_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("lesson.id"), nullable=False, index=True))
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    read_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    done_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class CheckAnswer(SQLModel, table=True):
    """The first and the latest answer of a person to a knowledge check."""

    __tablename__ = "check_answer"
    __table_args__ = (UniqueConstraint("person_id", "lesson_id", "check_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    lesson_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("lesson.id"), nullable=False, index=True))
    check_id: str = Field(max_length=64)
    first_chosen: list[str] = Field(sa_column=Column(Json, nullable=False))
    chosen: list[str] = Field(sa_column=Column(Json, nullable=False))
    answered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class QuizState(StrEnum):
    """Where a practice quiz stands."""

    OPEN = "open"
    FINISHED = "finished"


class PracticeQuiz(SQLModel, table=True):
    """A drawn set of practice items for one person; the draw is a seed stored with what it made.

    A person has one open quiz of a module at most; ``module_code`` may be ``practice.MIXED``.
    """

    __tablename__ = "practice_quiz"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("(state = 'finished') = (correct IS NOT NULL)", name="finished_means_counted"),
        Index("ix_practice_quiz_person", "person_id", "module_code"),
        Index(
            "uq_practice_quiz_open",
            "person_id",
            "module_code",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    module_code: str = Field(max_length=8)
    seed: int
    item_version_ids: list[str] = Field(sa_column=Column(Json, nullable=False))
    size: int
    """How many items that is."""
    state: QuizState = Field(sa_column=Column(word(QuizState), nullable=False))
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    correct: int | None = None


class PracticeAnswer(SQLModel, table=True):
    """One answered practice item; answered once per quiz, with feedback at once."""

    __tablename__ = "practice_answer"
    __table_args__ = (UniqueConstraint("quiz_id", "item_version_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    quiz_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("practice_quiz.id"), nullable=False))
    item_version_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("item_version.id"), nullable=False))
    chosen: list[str] = Field(sa_column=Column(Json, nullable=False))
    correct: bool
    answered_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
