"""The secure browser's settings of an attempt, and what happened about them. Both tables are append-only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Uuid
from sqlmodel import Field, SQLModel

from app.exams.rules.secure_browser import BrowserEvent
from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word


class BrowserFile(SQLModel, table=True):
    """The settings one attempt is sat with: made once, so that every copy of the file has the same key."""

    __tablename__ = "browser_file"

    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), primary_key=True))
    settings: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    config_key: str = Field(max_length=64)
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class BrowserEntry(SQLModel, table=True):
    """A request that did not prove the settings, or what a person decided about it and why."""

    __tablename__ = "browser_entry"
    __table_args__ = (Index("ix_browser_entry_attempt", "attempt_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    event: BrowserEvent = Field(sa_column=Column(word(BrowserEvent), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    actor_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    """None: the system noted it."""
    reason: str | None = Field(default=None, max_length=1000)
