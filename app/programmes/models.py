"""What the database keeps of programmes, cohorts, training relations, milestones and counters."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.kernel.types import Json, UtcDateTime
from app.kernel.types import word as word_type
from app.programmes.rules import MilestoneWord, Sector, TrainingBasis


class Programme(SQLModel, table=True):
    """What is run, towards which target, in which span of time. Shipped as data."""

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("target > 0", name="target_positive"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(max_length=32, unique=True)
    title: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    summary: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    target: int
    target_word: MilestoneWord = Field(sa_column=Column(word_type(MilestoneWord), nullable=False))
    """Which milestone the target counts."""
    starts_on: date
    ends_on: date | None = None
    """The day by which the target is to be reached; None without such a day."""
    list_price_pence: int | None = None
    """Notional list price of a seat, in pence; only the programme of free seats has one."""
    phases: list[dict[str, Any]] = Field(sa_column=Column(Json, nullable=False))


class Cohort(SQLModel, table=True):
    """A group that studies together. The join link's token is stored only as its hash."""

    __tablename__ = "cohort"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("programme.id"), nullable=False, index=True))
    name: str = Field(max_length=120)
    region: str | None = Field(default=None, max_length=8)
    """ISO 3166-2:KZ, or None for a cohort of no region."""
    sector: Sector | None = Field(default=None, sa_column=Column(word_type(Sector)))
    employer: str | None = Field(default=None, max_length=120)
    locale: Locale = Field(sa_column=Column(word_type(Locale), nullable=False))
    course_slug: str = Field(default="ceasai-analyst", max_length=64)
    brand_id: str = Field(default="ceasai", max_length=32)
    starts_on: date
    ends_on: date
    target: int
    join_token_hash: str | None = Field(default=None, max_length=64, unique=True)
    created_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class CohortMember(SQLModel, table=True):
    """A person in a cohort, with what the equity view needs to know."""

    __tablename__ = "cohort_member"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    cohort_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("cohort.id"), nullable=False))
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    region: str | None = Field(default=None, max_length=8)
    sector: Sector | None = Field(default=None, sa_column=Column(word_type(Sector)))
    employer: str | None = Field(default=None, max_length=120)
    joined_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    left_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_active_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    state: MilestoneWord = Field(
        default=MilestoneWord.REGISTERED, sa_column=Column(word_type(MilestoneWord), nullable=False)
    )
    """The furthest milestone, written with it: lists sort and filter by it."""


class CohortInstructor(SQLModel, table=True):
    """Who teaches a cohort; makes training relations with its members."""

    __tablename__ = "cohort_instructor"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    cohort_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("cohort.id"), nullable=False))
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class Invitation(SQLModel, table=True):
    """An e-mail address asked into a cohort. The token is minted when the mail is sent, stored hashed."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("cohort_id", "email"), Index("ix_invitation_email", "email"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    cohort_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("cohort.id"), nullable=False))
    email: str = Field(max_length=254)
    locale: Locale = Field(sa_column=Column(word_type(Locale), nullable=False))
    token_hash: str | None = Field(default=None, max_length=64, unique=True)
    invited_by: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    invited_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    sent_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    accepted_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    person_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))


class TrainingRelation(SQLModel, table=True):
    """Somebody trained somebody. The only source of every conflict-of-interest check."""

    __tablename__ = "training_relation"
    __table_args__ = (
        UniqueConstraint("trainer_id", "learner_id", "basis", "source"),
        Index("ix_training_relation_learner", "learner_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    trainer_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    learner_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    basis: TrainingBasis = Field(sa_column=Column(word_type(TrainingBasis), nullable=False))
    source: str = Field(default="", max_length=64)
    """What made it, e.g. the cohort's id."""
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class Milestone(SQLModel, table=True):
    """A step that was reached, once per person, cohort and word. Append-only."""

    __tablename__ = "milestone"
    __table_args__ = (
        UniqueConstraint("person_key", "cohort_key", "word"),
        Index("ix_milestone_cohort_word", "cohort_id", "word", "at"),
        Index(
            "ix_milestone_unfolded",
            "id",
            sqlite_where=text("folded = 0"),
            postgresql_where=text("NOT folded"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id"), index=True))
    person_key: str = Field(max_length=64)
    """The person's id; for somebody only invited, the invitation's."""
    cohort_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("cohort.id")))
    cohort_key: str = Field(default="", max_length=36)
    """The cohort's id as text, empty without one: NULLs would not be unique."""
    programme_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("programme.id")))
    region: str = Field(default="", max_length=8)
    """The member's region when it was recorded (ISO 3166-2:KZ); empty without one."""
    word: MilestoneWord = Field(sa_column=Column(word_type(MilestoneWord), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    source: str = Field(max_length=80)
    """What it rests on, e.g. ``attempt:<id>``."""
    folded: bool = Field(default=False)


class Counter(SQLModel, table=True):
    """How many reached a word on a day, folded from milestones by the worker.

    In a cohort every milestone counts. In a programme a person counts once per word, on the day and in the
    region of their first milestone there, however many of its cohorts they are in.
    """

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("scope_kind", "scope_id", "region", "word", "day"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    scope_kind: str = Field(max_length=16)
    """``cohort`` or ``programme``."""
    scope_id: str = Field(max_length=36)
    region: str = Field(default="", max_length=8)
    """Only in a programme: its totals are the sum over regions."""
    word: MilestoneWord = Field(sa_column=Column(word_type(MilestoneWord), nullable=False))
    day: date
    """By the calendar of ``rules.COUNTING_ZONE``."""
    count: int
    as_of: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
