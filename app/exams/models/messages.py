"""Messages of staff to candidates in an exam: what was sent, to whom, who has read it. All append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from app.exams.rules.messages import LONGEST, Ready
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.kernel.types import UtcDateTime, word


class Message(SQLModel, table=True):
    """One message to one, several or all of a sitting: a ready sentence, or a text in its language."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("sitting_id", "send_key"),
        CheckConstraint("(ready IS NULL) <> (body IS NULL)", name="ready_or_own"),
        CheckConstraint("(body IS NULL) = (language IS NULL)", name="own_text_has_a_language"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    sitting_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("sitting.id"), nullable=False))
    author_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    ready: Ready | None = Field(default=None, sa_column=Column(word(Ready)))
    body: str | None = Field(default=None, max_length=LONGEST)
    language: Locale | None = Field(default=None, sa_column=Column(word(Locale)))
    """In which its writer wrote it; it is not translated."""
    send_key: str = Field(max_length=64)
    """Of the form it was sent with: a form that is sent again is the same message."""
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class MessageRecipient(SQLModel, table=True):
    """An attempt that a message is for."""

    __tablename__ = "message_recipient"
    __table_args__ = (Index("ix_message_recipient_attempt", "attempt_id"),)

    message_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("message.id"), primary_key=True))
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), primary_key=True))


class MessageReading(SQLModel, table=True):
    """The candidate of an attempt has said that they read a message."""

    __tablename__ = "message_reading"

    message_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("message.id"), primary_key=True))
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), primary_key=True))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
