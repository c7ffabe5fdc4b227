"""What the database keeps of people, their roles and their sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Uuid, text
from sqlmodel import Field, SQLModel

from app.accounts.rules import MailPurpose, Role, ScopeKind
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.kernel.ordering import SORT_KEY_LENGTH
from app.kernel.types import UtcDateTime, word


class Person(SQLModel, table=True):
    """An account. Names are typed by the person, as in the document; we never transliterate or split them."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("name_latin IS NOT NULL OR name_cyrillic IS NOT NULL", name="one_name_at_least"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str = Field(max_length=254, unique=True)
    """Normalised: trimmed, NFC, lower case."""
    email_confirmed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    password_hash: str | None = Field(default=None, max_length=255)
    name_cyrillic: str | None = Field(default=None, max_length=200)
    name_latin: str | None = Field(default=None, max_length=200)
    locale: Locale = Field(sa_column=Column(word(Locale), nullable=False))
    timezone: str = Field(default="Asia/Almaty", max_length=64)
    residence_country: str = Field(default="kz", max_length=2)
    """ISO 3166-1 alpha-2, lower case."""
    sort_key: str = Field(default="", max_length=SORT_KEY_LENGTH, index=True)
    """Made by us from the name, in the order of the Kazakh alphabet: databases do not sort it alike."""
    search_text: str = Field(default="", max_length=700)
    """Names and address folded, for the search over people."""
    demo_role: str | None = Field(default=None, max_length=64)
    """In a demonstration: the part this person plays on the sign-in page."""
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    disabled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class RoleGrant(SQLModel, table=True):
    """A role somebody holds in a scope, who gave it and why. Ended, never deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(
            "uq_role_grant_live",
            "person_id",
            "role",
            "scope_kind",
            "scope_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    role: Role = Field(sa_column=Column(word(Role), nullable=False))
    scope_kind: ScopeKind = Field(sa_column=Column(word(ScopeKind), nullable=False))
    scope_id: str = Field(default="", max_length=120)
    """A slug, a code, an id, or an employer's name as its cohorts carry it."""
    granted_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    granted_reason: str = Field(max_length=1000)
    granted_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    revoked_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    revoked_reason: str | None = Field(default=None, max_length=1000)
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class SignInSession(SQLModel, table=True):
    """A signed-in browser. The cookie's value is stored only as its hash."""

    __tablename__ = "sign_in_session"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    keep_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Until then no limit ends the session: its person has an open attempt."""
    device: str = Field(default="", max_length=120)
    """Browser and system in words, from the User-Agent, for the person's own list of sessions."""


class SignInThrottle(SQLModel, table=True):
    """How often something was tried for one account: wrong passwords from one origin, or mails asked for.

    ``key`` is a hash, so that the addresses of strangers are not collected; ``failures`` stays 0 for mails.
    """

    __tablename__ = "sign_in_throttle"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures_not_negative"),)

    key: str = Field(max_length=64, primary_key=True)
    failures: int = Field(default=0)
    blocked_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    updated_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


class MailToken(SQLModel, table=True):
    """A link sent by mail, usable once. Only its hash is kept; the token exists in the letter alone."""

    __tablename__ = "mail_token"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    purpose: MailPurpose = Field(sa_column=Column(word(MailPurpose), nullable=False))
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AddressChange(SQLModel, table=True):
    """A new address somebody asked for, and the link that proves it is read. Forgotten after a while.

    ``token_hash`` is written when the letter is made; ``former`` when the address has been changed.
    """

    __tablename__ = "address_change"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    email: str = Field(max_length=254)
    """Normalised."""
    token_hash: str | None = Field(default=None, max_length=64, unique=True)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When it was used, or gave way to a later one."""
    former: str | None = Field(default=None, max_length=254)


class AccountClosure(SQLModel, table=True):
    """That somebody closed their account, and who opened it again and why."""

    __tablename__ = "account_closure"
    __table_args__ = (
        CheckConstraint(
            "(reopened_at IS NULL) = (reopened_by IS NULL) "
            "AND (reopened_at IS NULL) = (reopened_reason IS NULL)",
            name="reopened_by_somebody_with_a_reason",
        ),
        Index(
            "uq_account_closure_live",
            "person_id",
            unique=True,
            sqlite_where=text("reopened_at IS NULL"),
            postgresql_where=text("reopened_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    closed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    reopened_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    reopened_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    reopened_reason: str | None = Field(default=None, max_length=1000)
