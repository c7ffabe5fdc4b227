"""What is kept of supervision and review.

Every table but two is append-only: a correction is a new row. A key's row changes when the key is destroyed,
and signals go when their time is over.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field, SQLModel

from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word
from app.proctoring.rules.chain import SignalKind
from app.proctoring.rules.incidents import IncidentKind
from app.proctoring.rules.keeping import Keeping
from app.proctoring.rules.pictures import Format, Look, PictureKind, Verdict
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


class KeptKey(SQLModel, table=True):
    """The key of what is kept of one attempt for one time, encrypted; without it the files say nothing.

    First ``wrapped`` goes and ``destroyed_at`` is set; then the bytes go and ``emptied_at`` is set.
    """

    __tablename__ = "kept_key"
    __table_args__ = (
        CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed_is_gone"),
        CheckConstraint("emptied_at IS NULL OR destroyed_at IS NOT NULL", name="key_goes_first"),
        Index(
            "ix_kept_key_open",
            "attempt_id",
            sqlite_where=text("emptied_at IS NULL"),
            postgresql_where=text("emptied_at IS NULL"),
        ),
    )

    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), primary_key=True))
    keeping: Keeping = Field(sa_column=Column(word(Keeping), primary_key=True))
    wrapped: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    destroyed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    emptied_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class Picture(SQLModel, table=True):
    """A picture that was taken: what the bytes were; they stand encrypted in the file store, for a time."""

    __tablename__ = "picture"
    __table_args__ = (
        UniqueConstraint("attempt_id", "kind", "seq"),
        CheckConstraint("seq > 0 AND size > 0", name="counted"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    kind: PictureKind = Field(sa_column=Column(word(PictureKind), nullable=False))
    seq: int
    """Of a snapshot: the page's own number, so that one that is sent twice is kept once."""
    format: Format = Field(sa_column=Column(word(Format), nullable=False))
    size: int
    sha256: str = Field(max_length=64)
    """Of the picture itself, before it was encrypted."""
    file: str = Field(max_length=64)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """When it came."""


class IdentityCheck(SQLModel, table=True):
    """Somebody compared face and document by eye, or asked for other pictures with a reason."""

    __tablename__ = "identity_check"
    __table_args__ = (
        Index("ix_identity_check_attempt", "attempt_id", "id"),
        CheckConstraint("verdict <> 'again' OR reason IS NOT NULL", name="again_has_reason"),
        CheckConstraint("(face_id IS NULL) = (document_id IS NULL)", name="both_pictures"),
        CheckConstraint("face_id IS NOT NULL OR reason IS NOT NULL", name="without_has_reason"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    verdict: Verdict = Field(sa_column=Column(word(Verdict), nullable=False))
    face_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("picture.id")))
    """The pictures that were before whoever compared; none: it went without them, for the reason."""
    document_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("picture.id")))
    reason: str | None = Field(default=None, max_length=1000)
    actor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class PictureView(SQLModel, table=True):
    """Somebody of the staff looked at a picture, and why."""

    __tablename__ = "picture_view"
    __table_args__ = (Index("ix_picture_view_attempt", "attempt_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    picture_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("picture.id"), nullable=False))
    look: Look = Field(sa_column=Column(word(Look), nullable=False))
    actor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class MonitoringSwitch(SQLModel, table=True):
    """Somebody switched the monitoring of a sitting off or on again; the last row counts."""

    __tablename__ = "monitoring_switch"
    __table_args__ = (Index("ix_monitoring_switch_sitting", "sitting_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    sitting_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("sitting.id"), nullable=False))
    on: bool = Field(sa_column=Column("is_on", Boolean, nullable=False))
    reason: str = Field(max_length=1000)
    actor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SignalRow(SQLModel, table=True):
    """What the exam page said about itself; ``rules.chain`` says which words there are."""

    __tablename__ = "signal"
    __table_args__ = (Index("ix_signal_at", "at"),)

    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), primary_key=True))
    chain: str = Field(default="", sa_column=Column(String(32), primary_key=True, server_default=""))
    """Of the window that says it: 32 hex digits; without any, all windows wrote one chain."""
    seq: int = Field(primary_key=True)
    kind: SignalKind = Field(sa_column=Column(word(SignalKind), nullable=False))
    client_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    """Milliseconds since 1970 by the client's clock."""
    facts: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    hash: str = Field(max_length=64)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """When it came."""


class LegalHold(SQLModel, table=True):
    """Somebody stopped the destruction of what is kept of an attempt, or lifted such a hold (``lifts``)."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index("ix_legal_hold_attempt", "attempt_id", "id"),
        UniqueConstraint("lifts"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    lifts: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("legal_hold.id")))
    reason: str = Field(max_length=1000)
    actor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DeletionReceipt(SQLModel, table=True):
    """What was destroyed, how much, when, and from when the rule had it gone."""

    __tablename__ = "deletion_receipt"
    __table_args__ = (UniqueConstraint("attempt_id", "keeping"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    keeping: Keeping = Field(sa_column=Column(word(Keeping), nullable=False))
    number: int
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
