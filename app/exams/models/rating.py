"""Written answers as people rate them: what waits, who has it, and the ratings, which are append-only.

A row of ``written_answer`` is made when its attempt is closed, and goes when the attempt is opened again
before any rater took an answer of it; the text itself stays with the attempt.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from app.exams.rules.rating import RATERS
from app.kernel.ids import new_id, random_id
from app.kernel.locales import Locale
from app.kernel.types import Json, UtcDateTime, word


class WrittenAnswer(SQLModel, table=True):
    """An answer that people rate. Raters know it by its ``code``, which says nothing of the attempt."""

    __tablename__ = "written_answer"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        Index("ix_written_answer_waiting", "settled_at", "waits_since"),
        CheckConstraint("(points IS NULL) = (settled_at IS NULL)", name="settled_with_points"),
    )

    id: UUID = Field(default_factory=random_id, primary_key=True)
    """Random: raters see it, and an id of the house would tell when the exam ended."""
    code: str = Field(max_length=16, unique=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    position: int
    item_version_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("item_version.id"), nullable=False))
    locale: Locale | None = Field(default=None, sa_column=Column(word(Locale)))
    """The language of the page on which it was saved last; what it is written in, its rater sees."""
    most: int
    """The points of its place on the form."""
    waits_since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    raters: int = RATERS
    """How many ratings are wanted: a third one when two differ too much."""
    points: int | None = None
    settled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When the ratings came to its points."""


class RatingPlace(SQLModel, table=True):
    """A rater has an answer, or gave it back and why."""

    __tablename__ = "rating_place"
    __table_args__ = (
        UniqueConstraint("answer_id", "rater_id"),
        CheckConstraint("(given_back_at IS NULL) = (reason IS NULL)", name="given_back_with_reason"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    answer_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("written_answer.id"), nullable=False))
    rater_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    taken_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    given_back_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    reason: str | None = Field(default=None, max_length=1000)


class AnswerRating(SQLModel, table=True):
    """What one rater found: a level for each criterion, and why. Append-only, one per rater."""

    __tablename__ = "answer_rating"
    __table_args__ = (UniqueConstraint("answer_id", "rater_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    answer_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("written_answer.id"), nullable=False))
    rater_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    levels: dict[str, int] = Field(sa_column=Column(Json, nullable=False))
    """By the number of the criterion, from 1: points."""
    comment: str = Field(max_length=2000)
    points: int
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
