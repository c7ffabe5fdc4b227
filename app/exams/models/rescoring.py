"""Corrections of items, and what the score of an attempt rests on since. Both append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from app.exams.rules.overriding import OverrideKind
from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word


class ScoringOverride(SQLModel, table=True):
    """What holds instead of the key of an item version; the newest of a version is in force.

    ``source_id``: what it was decided in, on a floor above.
    """

    __tablename__ = "scoring_override"
    __table_args__ = (Index("ix_scoring_override_item_version_id", "item_version_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    item_version_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("item_version.id"), nullable=False))
    kind: OverrideKind = Field(sa_column=Column(word(OverrideKind), nullable=False))
    keys: list[list[str]] = Field(sa_column=Column(Json, nullable=False))
    source_id: UUID = Field(unique=True)
    decided_by: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    reason: str = Field(max_length=1000)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class AttemptScoring(SQLModel, table=True):
    """A score that rests on corrections, with the one it replaced; the newest row of an attempt is in force.

    ``pinned_*``: cut score and possible points as the attempt's start fixed them. ``source_id`` None: scored
    so when it was closed.
    """

    __tablename__ = "attempt_scoring"
    __table_args__ = (
        UniqueConstraint("attempt_id", "source_id"),
        CheckConstraint("(raw_before IS NULL) = (passed_before IS NULL)", name="before_together"),
        CheckConstraint("(source_id IS NULL) = (officer_id IS NULL)", name="a_rescore_names_its_officer"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    source_id: UUID | None = None
    overrides: list[str] = Field(sa_column=Column(Json, nullable=False))
    pinned_cut: int
    pinned_max: int
    raw_before: int | None = None
    max_before: int | None = None
    cut_before: int | None = None
    passed_before: bool | None = None
    raw_after: int
    max_after: int
    cut_after: int
    passed_after: bool
    officer_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    reason: str | None = Field(default=None, max_length=1000)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
