"""What the platform itself keeps: what this installation is, jobs to do, and who did what."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word


class Installation(SQLModel, table=True):
    """The single row that says what this database is. Written once; a trigger refuses to change it."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    demonstration: bool
    data_region: str = Field(max_length=16)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class JobState(StrEnum):
    """Where a job stands. ``dead`` waits for a person."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(SQLModel, table=True):
    """Something to do after the transaction that asked for it has committed.

    ``payload`` holds ids and codes, never a name, an address or a token.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_claim", "state", "run_at"),
        CheckConstraint("tries >= 0", name="tries_not_negative"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(max_length=64)
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    dedupe_key: str | None = Field(default=None, max_length=200, unique=True)
    state: JobState = Field(default=JobState.READY, sa_column=Column(word(JobState), nullable=False))
    tries: int = Field(default=0)
    run_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    lease_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    done_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    error: str | None = Field(default=None, max_length=200)
    """The kind of the last failure, never its text."""


class AuditEntry(SQLModel, table=True):
    """One consequential act. Inserted without reading the chain; the worker links it afterwards.

    ``hash = sha256(prev_hash + canonical JSON of the other columns)``, in the order of ``seq``.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("(seq IS NULL) = (hash IS NULL)", name="linked_together"),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    actor_id: UUID | None = Field(default=None, index=True)
    """None: the system itself."""
    action: str = Field(max_length=64)
    subject_kind: str = Field(max_length=32)
    subject_id: str = Field(max_length=64)
    reason: str | None = Field(default=None, max_length=1000)
    """Always empty: what somebody wrote stays on its own row. The chain of older entries counts it."""
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    seq: int | None = Field(default=None, unique=True)
    prev_hash: str | None = Field(default=None, max_length=64)
    hash: str | None = Field(default=None, max_length=64)
