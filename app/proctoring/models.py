"""What is kept of supervision and review. Every table here is append-only: a correction is a new row."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Text, Uuid, text
from sqlmodel import Field, SQLModel

from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word
from app.proctoring.rules.incidents import IncidentKind
from app.proctoring.rules.reviewing import Purpose, StepKind

_ONCE = text("kind <> 'taken'")


class Incident(SQLModel, table=True):
    """What somebody saw, or a later correction of it with its reason."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_attempt", "attempt_id", "id"),
        CheckConstraint("(corrects IS NULL) = (reason IS NULL)", name="correction_has_reason"),
        CheckConstraint("NOT withdrawn OR corrects IS NOT NULL", name="withdrawal_is_correction"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    corrects: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("incident.id")))
    """The incident this row corrects: always its first row."""
    kind: IncidentKind = Field(sa_column=Column(word(IncidentKind), nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen: str = Field(max_length=2000)
    withdrawn: bool = Field(default=False)
    reason: str | None = Field(default=None, max_length=1000)
    actor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ReviewStep(SQLModel, table=True):
    """A step of a review: by whom, when, and in which words."""

    __tablename__ = "review_step"
    __table_args__ = (
        Index("ix_review_step_attempt", "attempt_id", "id"),
        Index(
            "uq_review_step_once",
            "attempt_id",
            "kind",
            unique=True,
            sqlite_where=_ONCE,
            postgresql_where=_ONCE,
        ),
        CheckConstraint("(kind = 'statement_asked') = (due_at IS NOT NULL)", name="asked_has_deadline"),
        CheckConstraint("(kind = 'concluded') = (finding IS NOT NULL)", name="concluded_has_finding"),
        CheckConstraint("kind = 'taken' OR text IS NOT NULL", name="step_has_text"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    kind: StepKind = Field(sa_column=Column(word(StepKind), nullable=False))
    finding: str | None = Field(default=None, max_length=32)
    text: str | None = Field(default=None, sa_column=Column(Text))
    due_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    actor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class RecordView(SQLModel, table=True):
    """Somebody of the staff looked at a record, and why."""

    __tablename__ = "record_view"
    __table_args__ = (Index("ix_record_view_attempt", "attempt_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    purpose: Purpose = Field(sa_column=Column(word(Purpose), nullable=False))
    actor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ReviewSample(SQLModel, table=True):
    """The draw of one sitting: from which attempts, with which seed, and which were drawn."""

    __tablename__ = "review_sample"

    sitting_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("sitting.id"), primary_key=True))
    seed: str = Field(max_length=64)
    unflagged: list[str] = Field(sa_column=Column(Json, nullable=False))
    drawn: list[str] = Field(sa_column=Column(Json, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SupervisionFigures(SQLModel, table=True):
    """The figures about supervision as they were published on a day of the installation's zone.

    ``attempts``: how many exams they rest on, never published by itself.
    """

    __tablename__ = "supervision_figures"

    day: date = Field(sa_column=Column(Date, primary_key=True))
    attempts: int
    figures: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
