"""What the database keeps of cases, decisions, certificates, keys and status lists.

Decisions, events and what was signed are append-only: a correction is a new row.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlmodel import Field, SQLModel

from app.certificates.rules.states import EventKind, KeyState, Kind, Purpose, Reason, Status, Verdict
from app.kernel.ids import new_id
from app.kernel.types import Json, UtcDateTime, word

_LIVE = text("status IN ('active', 'suspended')")


class Achievement(SQLModel, table=True):
    """A version of what can be achieved: the text behind its public address. Immutable once written."""

    __tablename__ = "achievement"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(max_length=80)
    version: int
    kind: Kind = Field(sa_column=Column(word(Kind), nullable=False))
    title: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    description: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    criteria: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    scheme: str = Field(max_length=120)
    scheme_version: str = Field(max_length=32)
    level: str | None = Field(default=None, max_length=16)
    validity_months: int | None = None
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class CertificationCase(SQLModel, table=True):
    """A person who passed waits for a decision. What the officer needs is copied at the release."""

    __tablename__ = "certification_case"
    __table_args__ = (
        Index("ix_certification_case_open", "decided_at", "opened_at"),
        CheckConstraint("(identity_by IS NULL) = (identity_at IS NULL)", name="identity_together"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False, unique=True))
    achievement: str = Field(max_length=80)
    achievement_version: int
    raw_score: int
    max_points: int
    cut_score: int
    mode: str = Field(max_length=32)
    review: str = Field(max_length=32)
    identity_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    identity_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    mark_version: str | None = Field(default=None, max_length=16)
    name_cyrillic: str | None = Field(default=None, max_length=200)
    name_latin: str | None = Field(default=None, max_length=200)
    names_confirmed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    capstone_required: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    """What the programme of the candidate asked for when the case was opened."""
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    decided_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Written with the decision, so that the queue needs no join."""


class Decision(SQLModel, table=True):
    """The recorded act of a certification officer. One per case, never changed."""

    __tablename__ = "certification_decision"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("certification_case.id"), nullable=False, unique=True)
    )
    verdict: Verdict = Field(sa_column=Column(word(Verdict), nullable=False))
    officer_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    reason: str | None = Field(default=None, max_length=1000)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Certificate(SQLModel, table=True):
    """One certificate: reserved with its exact bytes first, then signed. Only the status moves afterwards."""

    __tablename__ = "certificate"
    __table_args__ = (
        Index(
            "uq_certificate_live",
            "person_id",
            "achievement",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        UniqueConstraint("list_number", "status_index"),
        CheckConstraint("name_latin IS NOT NULL OR name_cyrillic IS NOT NULL", name="one_name_at_least"),
        CheckConstraint("(status = 'reserved') = (jwt IS NULL)", name="signed_unless_reserved"),
        CheckConstraint("(jwt IS NULL) = (key_thumbprint IS NULL)", name="jwt_and_key_together"),
        CheckConstraint("expires_at IS NULL OR expires_at > valid_from", name="dates_forward"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(max_length=20, unique=True)
    source: str = Field(max_length=120, unique=True)
    """``case:<id>``, ``course:<slug>:<person>`` or ``correction:<id>``. Nothing is issued twice for one."""
    kind: Kind = Field(sa_column=Column(word(Kind), nullable=False))
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    case_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("certification_case.id")))
    achievement: str = Field(max_length=80)
    achievement_version: int
    title: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    body: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    scheme: str = Field(max_length=120)
    scheme_version: str = Field(max_length=32)
    level: str | None = Field(default=None, max_length=16)
    languages: list[str] = Field(sa_column=Column(Json, nullable=False))
    name_cyrillic: str | None = Field(default=None, max_length=200)
    name_latin: str | None = Field(default=None, max_length=200)
    name_public: bool = Field(default=False)
    """The holder lets strangers read the full name."""
    status: Status = Field(sa_column=Column(word(Status), nullable=False))
    reason: Reason | None = Field(default=None, sa_column=Column(word(Reason)))
    status_since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    issued_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    valid_from: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    subject_uuid: UUID
    """Random: the credential's subject must have an id, and it links to nothing."""
    list_number: int
    status_index: int
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The exact bytes that are signed."""
    jwt: str | None = None
    key_thumbprint: str | None = Field(default=None, sa_column=Column(ForeignKey("signing_key.thumbprint")))
    brand_id: str = Field(max_length=32)
    specimen: bool
    verify_url: str = Field(max_length=300)


class CertificateEvent(SQLModel, table=True):
    """What was done to a certificate, by whom and why. Append-only; ``actor_id`` None is the system."""

    __tablename__ = "certificate_event"
    __table_args__ = (Index("ix_certificate_event_certificate", "certificate_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    certificate_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("certificate.id"), nullable=False))
    kind: EventKind = Field(sa_column=Column(word(EventKind), nullable=False))
    reason: Reason | None = Field(default=None, sa_column=Column(word(Reason)))
    note: str | None = Field(default=None, max_length=1000)
    actor_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ShareLink(SQLModel, table=True):
    """The holder lets somebody read one certificate in full. The token is stored only as its hash."""

    __tablename__ = "share_link"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    certificate_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("certificate.id"), nullable=False, index=True)
    )
    label: str = Field(max_length=80)
    """The holder's own note of whom it is for."""
    token_hash: str = Field(max_length=64, unique=True)
    opened: int = Field(default=0)
    """How often it was exchanged for a cookie."""
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class SigningKey(SQLModel, table=True):
    """A key of the issuer. The private half is an encrypted file; only the public half is here."""

    __tablename__ = "signing_key"
    __table_args__ = (
        Index(
            "uq_signing_key_active",
            "state",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    thumbprint: str = Field(max_length=43, primary_key=True)
    """RFC 7638, SHA-256, base64url."""
    alg: str = Field(max_length=8)
    public_jwk: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    state: KeyState = Field(sa_column=Column(word(KeyState), nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    activated_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    retired_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    compromised_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class StatusList(SQLModel, table=True):
    """A signed list of bits, one per certificate. ``version`` grows with every change it must show."""

    __tablename__ = "status_list"

    purpose: Purpose = Field(sa_column=Column(word(Purpose), primary_key=True))
    number: int = Field(primary_key=True)
    version: int = Field(default=1)
    signed_version: int = Field(default=0)
    bits: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    jwt: str | None = None
    signed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    valid_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
