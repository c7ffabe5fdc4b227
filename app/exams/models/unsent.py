"""Files with answers that a page could not send, as staff loaded them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime


class UnsentLoad(SQLModel, table=True):
    """One file that was loaded: what it held, who loaded it and why, what became of it. Append-only."""

    __tablename__ = "unsent_load"
    __table_args__ = (UniqueConstraint("attempt_id", "sha256"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    sha256: str = Field(max_length=64)
    """Of the file's content; the same content is loaded once."""
    made_at: str = Field(max_length=40)
    """What the device's clock said, which decides nothing."""
    answers: list[dict[str, Any]] = Field(sa_column=Column(Json, nullable=False))
    """As in the file: ``{"seq", "place", "chosen", "version", "key", "at"}``."""
    changes: dict[str, int] = Field(sa_column=Column(Json, nullable=False))
    """How many places were saved, were stored already, hold a newer answer, or are kept as evidence."""
    reason: str = Field(max_length=1000)
    actor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
