"""Exams, blueprints and frozen forms."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from app.exams.rules.states import Mode, ReleasePolicy
from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word


class Exam(SQLModel, table=True):
    """What a candidate can be examined in. Only one with ``certification`` can lead to certification."""

    __tablename__ = "exam"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(max_length=64, unique=True)
    title: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    certification: bool
    achievement: str | None = Field(default=None, max_length=64)
    """Which achievement a passed attempt may lead to."""
    default_mode: Mode = Field(sa_column=Column(word(Mode), nullable=False))
    release: ReleasePolicy = Field(sa_column=Column(word(ReleasePolicy), nullable=False))


class Blueprint(SQLModel, table=True):
    """A version of what forms of an exam are made of. Immutable."""

    __tablename__ = "blueprint"
    __table_args__ = (
        UniqueConstraint("exam_id", "version"),
        CheckConstraint("minutes > 0 AND items > 0", name="sizes_positive"),
        CheckConstraint("cut_score >= 0", name="cut_score_not_negative"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    exam_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("exam.id"), nullable=False))
    version: str = Field(max_length=32)
    domains: dict[str, int] = Field(sa_column=Column(Json, nullable=False))
    """Items by domain code, in the order of the code."""
    items: int
    minutes: int
    cut_score: int
    attempts_allowed: int | None = None
    """None: as many as one likes (practice run)."""
    attempts_window_days: int = Field(default=365)
    wait_days: int = Field(default=14)


class Form(SQLModel, table=True):
    """A published, frozen list of item versions with its cut score. A retake never gets one already seen."""

    __tablename__ = "form"
    __table_args__ = (
        UniqueConstraint("blueprint_id", "slug"),
        CheckConstraint("cut_score >= 0", name="cut_score_not_negative"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    blueprint_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("blueprint.id"), nullable=False))
    slug: str = Field(max_length=32)
    seed: int
    specimen: bool
    minutes: int
    cut_score: int
    max_points: int
    content_hash: str = Field(max_length=64)
    published_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    retired_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class FormItem(SQLModel, table=True):
    """One place of a form. ``position`` counts from 1."""

    __tablename__ = "form_item"

    form_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("form.id"), primary_key=True))
    position: int = Field(primary_key=True)
    item_version_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("item_version.id"), nullable=False))
    domain: str = Field(max_length=8)
    points: int


class FormCut(SQLModel, table=True):
    """A cut score somebody decided on for a form; the newest ``number`` is in force. Append-only.

    A form without one has the cut score it was published with. ``source_id``: the study it rests on, on a
    floor above; one gives one cut score.
    """

    __tablename__ = "form_cut"
    __table_args__ = (
        UniqueConstraint("form_id", "number"),
        CheckConstraint("number >= 1 AND cut_score >= 1", name="from_one"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    form_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("form.id"), nullable=False))
    number: int
    cut_score: int
    cut_before: int
    source_id: UUID = Field(unique=True)
    decided_by: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    reason: str = Field(max_length=1000)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class FormReader(SQLModel, table=True):
    """Somebody was given a form to read with its keys, so they never sit it. Append-only."""

    __tablename__ = "form_reader"

    form_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("form.id"), primary_key=True))
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), primary_key=True))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
