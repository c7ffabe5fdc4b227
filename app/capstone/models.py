"""What is kept of capstones: briefs, what was handed in, who has it, ratings, and outcomes.

Briefs, ratings and outcomes are append-only. Texts and files change until the hand-in; the guard
stands in the UPDATE of the submission that every such change makes first.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field, SQLModel

from app.capstone.rules.rating import Outcome
from app.capstone.rules.uploads import Kind
from app.exams.rules.rating import RATERS
from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word

_OPEN = text("told_at IS NULL")


class CapstoneBrief(SQLModel, table=True):
    """A version of a brief as it was when somebody first began it: what is rated is what was asked."""

    __tablename__ = "capstone_brief"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(max_length=64)
    version: int
    content: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    written_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class CapstoneSubmission(SQLModel, table=True):
    """One person's work on a brief; one open at a time. Raters know it by its ``code``."""

    __tablename__ = "capstone_submission"
    __table_args__ = (
        UniqueConstraint("person_id", "number"),
        Index(
            "uq_capstone_submission_open",
            "person_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_capstone_submission_waiting", "told_at", "settled_at", "handed_in_at"),
        CheckConstraint("(handed_in_at IS NULL) = (digest IS NULL)", name="receipt_has_digest"),
        CheckConstraint("settled_at IS NULL OR handed_in_at IS NOT NULL", name="settled_after_hand_in"),
        CheckConstraint("told_at IS NULL OR settled_at IS NOT NULL", name="told_after_settled"),
        CheckConstraint("number BETWEEN 1 AND 2", name="one_resubmission"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(max_length=16, unique=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    brief_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("capstone_brief.id"), nullable=False))
    number: int
    """1, or 2 for the resubmission."""
    begun_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    handed_in_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    digest: str | None = Field(default=None, max_length=64)
    """SHA-256 over all texts and files as they were handed in."""
    raters: int = RATERS
    """How many ratings are wanted: a third one when two differ too much."""
    settled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When the ratings came to an outcome."""
    told_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When an officer told it; nothing of it is shown or counts before."""


class CapstoneText(SQLModel, table=True):
    """What the candidate wrote for one part."""

    __tablename__ = "capstone_text"
    __table_args__ = (UniqueConstraint("submission_id", "part"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    submission_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("capstone_submission.id"), nullable=False))
    part: str = Field(max_length=32)
    body: str = Field(sa_column=Column(Text, nullable=False))
    saved_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class CapstoneFile(SQLModel, table=True):
    """A file of one part, with its bytes: they are committed, backed up and removed together with the row."""

    __tablename__ = "capstone_file"
    __table_args__ = (
        UniqueConstraint("submission_id", "part", "sha256"),
        CheckConstraint("size > 0", name="not_empty"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    submission_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("capstone_submission.id"), nullable=False))
    part: str = Field(max_length=32)
    name: str = Field(max_length=120)
    """As the candidate named it. Raters never see it."""
    kind: Kind = Field(sa_column=Column(word(Kind), nullable=False))
    size: int
    sha256: str = Field(max_length=64)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    stored_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class CapstonePlace(SQLModel, table=True):
    """A rater has a submission, or gave it back and why."""

    __tablename__ = "capstone_place"
    __table_args__ = (
        UniqueConstraint("submission_id", "rater_id"),
        CheckConstraint("(given_back_at IS NULL) = (reason IS NULL)", name="given_back_with_reason"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    submission_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("capstone_submission.id"), nullable=False))
    rater_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    taken_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    given_back_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    reason: str | None = Field(default=None, max_length=1000)


class CapstoneRating(SQLModel, table=True):
    """What one rater found: a level and a comment for each criterion. Append-only, one per rater."""

    __tablename__ = "capstone_rating"
    __table_args__ = (UniqueConstraint("submission_id", "rater_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    submission_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("capstone_submission.id"), nullable=False))
    rater_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    levels: dict[str, int] = Field(sa_column=Column(Json, nullable=False))
    comments: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    points: int
    outcome: Outcome = Field(sa_column=Column(word(Outcome), nullable=False))
    """What this rating alone would come to."""
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class CapstoneOutcome(SQLModel, table=True):
    """What the ratings of a submission came to. Append-only; nobody is shown it before it is told."""

    __tablename__ = "capstone_outcome"

    submission_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("capstone_submission.id"), primary_key=True)
    )
    outcome: Outcome = Field(sa_column=Column(word(Outcome), nullable=False))
    points: int
    most: int
    counted: list[str] = Field(sa_column=Column(Json, nullable=False))
    """The ids of the ratings whose mean the points are."""
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class CapstoneTelling(SQLModel, table=True):
    """A certification officer read the ratings and told the candidate the outcome. Append-only."""

    __tablename__ = "capstone_telling"

    submission_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("capstone_submission.id"), primary_key=True)
    )
    officer_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    words: str | None = Field(default=None, max_length=1000)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
