"""Appeals of candidates, the seats of their panels, and the votes, which are append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from app.appeals.rules.challenges import Verdict
from app.appeals.rules.panel import SEATS
from app.exams.rules.appealing import Against
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.kernel.types import UtcDateTime, word

_OPEN = text("decided_at IS NULL")


class Appeal(SQLModel, table=True):
    """A candidate appeals against what was decided about an attempt. What they wrote never changes."""

    __tablename__ = "appeal"
    __table_args__ = (
        Index("uq_appeal_open", "attempt_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_appeal_decided_at", "decided_at", "filed_at"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_with_outcome"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False, index=True))
    against: Against = Field(sa_column=Column(word(Against), nullable=False))
    body: str = Field(max_length=5000)
    locale: Locale = Field(sa_column=Column(word(Locale), nullable=False))
    """The language of the page on which it was written."""
    filed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seats: int = SEATS
    """How many votes are wanted: a third one when two differ."""
    outcome: Verdict | None = Field(default=None, sa_column=Column(word(Verdict)))
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AppealSeat(SQLModel, table=True):
    """A member of the panel has an appeal, or gave it back and why."""

    __tablename__ = "appeal_seat"
    __table_args__ = (
        UniqueConstraint("appeal_id", "member_id"),
        CheckConstraint("(given_back_at IS NULL) = (reason IS NULL)", name="given_back_with_reason"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    appeal_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("appeal.id"), nullable=False))
    member_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    taken_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    given_back_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    reason: str | None = Field(default=None, max_length=1000)


class AppealVote(SQLModel, table=True):
    """What one member of the panel found, and why; the candidate reads it. Append-only, one per member."""

    __tablename__ = "appeal_vote"
    __table_args__ = (UniqueConstraint("appeal_id", "member_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    appeal_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("appeal.id"), nullable=False))
    member_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    verdict: Verdict = Field(sa_column=Column(word(Verdict), nullable=False))
    reasons: str = Field(max_length=4000)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
