"""What the database keeps of banks, items and their versions.

An item version is immutable once written: a changed file makes a new version, so that nothing that was
ever delivered changes under an attempt.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word
from app.question_banks.rules import BankOrigin, BankPurpose, Cognitive, ItemStatus, ItemType, ScoringRule
from app.question_banks.rules.workflow import Step


class Bank(SQLModel, table=True):
    """A set of items with one purpose. ``specimen`` banks serve demonstrations only.

    A bank has one origin for life: what files hold is changed in files only (ADR 0022).
    """

    __tablename__ = "bank"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(max_length=64, unique=True)
    purpose: BankPurpose = Field(sa_column=Column(word(BankPurpose), nullable=False))
    origin: BankOrigin = Field(
        default=BankOrigin.FILES,
        sa_column=Column(word(BankOrigin), nullable=False, server_default=BankOrigin.FILES.value),
    )
    specimen: bool
    version: str = Field(max_length=16)
    title: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    imported_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Stimulus(SQLModel, table=True):
    """The situation that the items of a case set share; versioned by content."""

    __tablename__ = "stimulus"
    __table_args__ = (UniqueConstraint("bank_id", "slug", "content_hash"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    bank_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("bank.id"), nullable=False))
    slug: str = Field(max_length=64)
    text: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    content_hash: str = Field(max_length=64)


class Item(SQLModel, table=True):
    """One task of a bank, over all its versions. ``current_version_id`` is what new forms take."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("bank_id", "slug"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    bank_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("bank.id"), nullable=False))
    slug: str = Field(max_length=64)
    current_version_id: UUID | None = Field(default=None, index=True)


class ItemVersion(SQLModel, table=True):
    """An item as it read at one time, in three languages together. Never updated but for ``status``.

    ``choices``: list of ``{id, text: {kk, ru, en}, rationale: {kk, ru, en}}``. What ``key`` and
    ``interaction`` hold depends on the type: see ``rules.Answering``.
    """

    __tablename__ = "item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        UniqueConstraint("item_id", "content_hash"),
        CheckConstraint("points >= 1", name="points_positive"),
        Index("ix_item_version_pick", "domain", "status"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    item_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("item.id"), nullable=False))
    number: int
    status: ItemStatus = Field(sa_column=Column(word(ItemStatus), nullable=False))
    type: ItemType = Field(sa_column=Column(word(ItemType), nullable=False))
    scoring: ScoringRule = Field(sa_column=Column(word(ScoringRule), nullable=False))
    cognitive: Cognitive = Field(sa_column=Column(word(Cognitive), nullable=False))
    domain: str = Field(max_length=8)
    module: str | None = Field(default=None, max_length=8, index=True)
    tasks: list[str] = Field(sa_column=Column(Json, nullable=False))
    points: int
    key: list[str] = Field(sa_column=Column(Json, nullable=False))
    stem: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    choices: list[dict[str, Any]] = Field(sa_column=Column(Json, nullable=False))
    interaction: dict[str, Any] | None = Field(default=None, sa_column=Column(Json))
    sources: list[str] = Field(sa_column=Column(Json, nullable=False))
    enemies: list[str] = Field(sa_column=Column(Json, nullable=False))
    roles: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    stimulus_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("stimulus.id")))
    valid_until: date | None = None
    content_hash: str = Field(max_length=64)
    imported_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DraftSet(SQLModel, table=True):
    """Drafts that came from the files of others. No bank: nothing that examines or practises reads it.

    ``purpose``: what its items would be for; drafts of live items are shown to nobody who trains others.
    The bank of its approved items has the same slug.
    """

    __tablename__ = "draft_set"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(max_length=64, unique=True)
    purpose: BankPurpose = Field(
        default=BankPurpose.CERTIFICATION,
        sa_column=Column(word(BankPurpose), nullable=False, server_default=BankPurpose.CERTIFICATION.value),
    )
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ImportedDraft(SQLModel, table=True):
    """A draft as a file said it. The highest ``number`` of a slug is what its file said last.

    ``document``: see ``formats.draft.DraftItem.document``; a language that the file lacks is absent there and
    named in ``missing``. ``source_hash``: SHA-256 of the file.
    """

    __tablename__ = "imported_draft"
    __table_args__ = (
        UniqueConstraint("draft_set_id", "slug", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    draft_set_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("draft_set.id"), nullable=False))
    slug: str = Field(max_length=64)
    number: int
    format: str = Field(max_length=16)
    missing: list[str] = Field(sa_column=Column(Json, nullable=False))
    document: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    content_hash: str = Field(max_length=64)
    source_hash: str = Field(max_length=64)
    imported_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ItemDraft(SQLModel, table=True):
    """What people work on: one draft of a set, as it reads now.

    ``document`` as in ``ImportedDraft``. ``version`` counts its changes, so that nobody writes over what they
    have not seen. ``missing``, ``stale``: languages, apart by blanks, that lack a text, or whose text may no
    longer say what that of ``source_locale`` says. ``content_by``, ``languages_by``: who confirmed it since
    it was handed in. ``version_id``: the newest version of an item that it became.
    """

    __tablename__ = "item_draft"
    __table_args__ = (
        UniqueConstraint("draft_set_id", "slug"),
        CheckConstraint("version >= 1", name="version_positive"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    draft_set_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("draft_set.id"), nullable=False))
    slug: str = Field(max_length=64)
    version: int = 1
    status: ItemStatus = Field(sa_column=Column(word(ItemStatus), nullable=False, index=True))
    source_locale: str = Field(max_length=2)
    missing: str = Field(max_length=8)
    stale: str = Field(default="", max_length=8)
    document: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    content_hash: str = Field(max_length=64)
    content_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    languages_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    version_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("item_version.id")))
    updated_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DraftStep(SQLModel, table=True):
    """One thing that was done to a draft: who, when and why. Never changed.

    ``actor_id`` None: a command of the installation, or what followed from another step. ``version``,
    ``content_hash``: what the draft said after it; ``document`` is kept where the step changed it.
    """

    __tablename__ = "item_draft_step"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    draft_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("item_draft.id"), nullable=False, index=True))
    step: Step = Field(sa_column=Column(word(Step), nullable=False))
    status: ItemStatus = Field(sa_column=Column(word(ItemStatus), nullable=False))
    version: int
    content_hash: str = Field(max_length=64)
    document: dict[str, Any] | None = Field(default=None, sa_column=Column(Json))
    reason: str = Field(default="", max_length=1000)
    actor_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ItemUse(SQLModel, table=True):
    """What upper slices know of an item version in use: how often it was met and answered. Append-only.

    ``source``: who says so, as ``statistics:<run>``; the newest counts. ``persons`` reached ``points`` of
    ``possible`` on their first attempt; ``met`` of ``delivered`` attempts were shown it.
    """

    __tablename__ = "item_use"
    __table_args__ = (
        UniqueConstraint("item_version_id", "source"),
        CheckConstraint("points BETWEEN 0 AND possible", name="points_possible"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    item_version_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("item_version.id"), nullable=False))
    source: str = Field(max_length=80)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    persons: int
    points: int
    possible: int
    met: int
    delivered: int
