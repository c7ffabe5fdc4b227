"""Objections to items, and every step of theirs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from app.appeals.rules.challenges import ChallengeState, Verdict
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.kernel.types import Json, UtcDateTime, word

_OPEN = text("state IN ('filed', 'in_review')")


class ItemChallenge(SQLModel, table=True):
    """A candidate objects to one place of their own attempt, or to the exam as a whole (place 0).

    What the candidate wrote never changes. ``state`` and who read it move with the steps.
    """

    __tablename__ = "item_challenge"
    __table_args__ = (
        Index(
            "uq_item_challenge_open",
            "attempt_id",
            "position",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_item_challenge_state", "state", "filed_at"),
        Index("ix_item_challenge_item_version_id", "item_version_id"),
        CheckConstraint("position >= 0", name="position_not_negative"),
        CheckConstraint("(position = 0) = (item_version_id IS NULL)", name="a_place_has_an_item"),
        CheckConstraint("(state = 'filed') = (reader_id IS NULL)", name="read_unless_filed"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    candidate_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    position: int
    item_version_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("item_version.id")))
    body: str = Field(max_length=2000)
    locale: Locale = Field(sa_column=Column(word(Locale), nullable=False))
    state: ChallengeState = Field(sa_column=Column(word(ChallengeState), nullable=False))
    filed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    reader_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    """Who proposes an answer; somebody else decides."""


class ChallengeStep(SQLModel, table=True):
    """What people did with an objection: who, when, which way and why. Append-only."""

    __tablename__ = "challenge_step"
    __table_args__ = (UniqueConstraint("challenge_id", "state"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    challenge_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("item_challenge.id"), nullable=False))
    state: ChallengeState = Field(sa_column=Column(word(ChallengeState), nullable=False))
    verdict: Verdict = Field(sa_column=Column(word(Verdict), nullable=False))
    actor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    note: str | None = Field(default=None, max_length=2000)
    """For colleagues; the candidate never reads it."""
    answer: dict[str, str] | None = Field(default=None, sa_column=Column(Json))
    """What the candidate reads, by language."""
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
