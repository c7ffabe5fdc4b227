"""Reads of the accounts slice: who looks at a page, whom to write to, whose password it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Row, Subquery, and_, bindparam, not_, or_, select
from sqlmodel import Session, col

from app.accounts.models import MailToken, Person, RoleGrant, SignInSession, SignInThrottle
from app.accounts.rules import SEEN_EVERY, SESSION_IDLE, MailPurpose, Role, normalise_email, scope_fits
from app.kernel.canonical import sha256_hex
from app.kernel.errors import NotFound
from app.kernel.ids import token_hash
from app.platform.database import table_of


@dataclass(frozen=True, slots=True)
class ViewerFacts:
    """The signed-in person as pages see them; fulfils ``app.web.viewer.Viewer``."""

    person_id: UUID
    session_id: UUID
    display_name: str
    locale: str
    timezone: str
    stale: bool
    grants: frozenset[tuple[str, str, str]]

    def has(self, role: str) -> bool:
        """Whether the role is held in any scope."""
        return any(grant[0] == role for grant in self.grants)

    def scopes(self, role: str) -> frozenset[tuple[str, str]]:
        """The scopes in which the role is held."""
        return frozenset((kind, scope) for held, kind, scope in self.grants if held == role)


def _live(session: Any) -> ColumnElement[bool]:
    """A session that is not ended, and within both limits or kept by an open attempt; see ``_live_at``."""
    return and_(
        session.ended_at.is_(None),
        or_(
            and_(session.expires_at > bindparam("now"), session.seen_at > bindparam("idle_since")),
            session.keep_until > bindparam("now"),
        ),
    )


_IS_LIVE = _live(SignInSession)


def _live_at(now: datetime) -> dict[str, datetime]:
    return {"now": now, "idle_since": now - SESSION_IDLE}


_person = table_of(Person)
_session = table_of(SignInSession)
_grant = table_of(RoleGrant)

# The statement behind every signed-in page.
_VIEWER: Executable = (
    select(
        _session.c.id,
        _session.c.seen_at,
        _person.c.id.label("person_id"),
        _person.c.name_cyrillic,
        _person.c.name_latin,
        _person.c.locale,
        _person.c.timezone,
        _grant.c.role,
        _grant.c.scope_kind,
        _grant.c.scope_id,
    )
    .join_from(_session, _person, _person.c.id == _session.c.person_id)
    .outerjoin(_grant, and_(_grant.c.person_id == _person.c.id, _grant.c.revoked_at.is_(None)))
    .where(
        _session.c.token_hash == bindparam("token_hash"), _live(_session.c), _person.c.disabled_at.is_(None)
    )
)


def find_viewer(session: Session, token: str, now: datetime) -> ViewerFacts | None:
    """Who holds this session cookie; None when it is unknown, ended, idle too long, or the account is closed.

    One statement, columns only. A role in a scope that it does not honour gives nothing.
    """
    rows = session.execute(_VIEWER, {"token_hash": token_hash(token), **_live_at(now)}).all()
    if not rows:
        return None
    first = rows[0]
    return ViewerFacts(
        person_id=first.person_id,
        session_id=first.id,
        display_name=first.name_cyrillic or first.name_latin,
        locale=str(first.locale),
        timezone=first.timezone,
        stale=now - first.seen_at >= SEEN_EVERY,
        grants=frozenset(
            (str(row.role), str(row.scope_kind), row.scope_id)
            for row in rows
            if row.role is not None and scope_fits(row.role, row.scope_kind, row.scope_id)
        ),
    )


@dataclass(frozen=True, slots=True)
class Names:
    """A person's names as typed. As text: the one to show where the language does not decide."""

    cyrillic: str | None
    latin: str | None

    def __str__(self) -> str:
        return self.cyrillic or self.latin or ""

    def shown(self, locale: str) -> str:
        """The name for a reader of ``locale``: Latin in English, Cyrillic otherwise, else the other one."""
        first, second = (self.latin, self.cyrillic) if locale == "en" else (self.cyrillic, self.latin)
        return first or second or ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to, and in which language and zone."""

    person_id: UUID
    email: str
    names: Names
    locale: str
    timezone: str
    confirmed: bool


_IS_OPEN = col(Person.disabled_at).is_(None)


def _find_contact(session: Session, condition: ColumnElement[bool]) -> Contact | None:
    row = session.execute(
        select(
            col(Person.id),
            col(Person.email),
            col(Person.name_cyrillic),
            col(Person.name_latin),
            col(Person.locale),
            col(Person.timezone),
            col(Person.email_confirmed_at),
        ).where(condition)
    ).first()
    if row is None:
        return None
    names = Names(row.name_cyrillic, row.name_latin)
    return Contact(
        row.id, row.email, names, str(row.locale), row.timezone, row.email_confirmed_at is not None
    )


def find_contact(session: Session, person_id: UUID) -> Contact | None:
    """Whom to write to; None when there is no such open account."""
    return _find_contact(session, and_(col(Person.id) == person_id, _IS_OPEN))


def find_closed(session: Session, person_id: UUID) -> Contact | None:
    """Whom to write to of a closed account; None when it is open, or there is none."""
    return _find_contact(session, and_(col(Person.id) == person_id, not_(_IS_OPEN)))


def find_closed_by_email(session: Session, email: str) -> Contact | None:
    """The closed account with a normalised address."""
    return _find_contact(session, and_(col(Person.email) == email, not_(_IS_OPEN)))


def get_contact(session: Session, person_id: UUID) -> Contact:
    """Whom to write to.

    Raises:
        NotFound: no such account, or it is closed.
    """
    found = find_contact(session, person_id)
    if found is None:
        raise NotFound
    return found


def find_by_email(session: Session, email: str) -> Contact | None:
    """The open account with an address, in whatever form it was typed."""
    return _find_contact(session, and_(col(Person.email) == normalise_email(email), _IS_OPEN))


def names_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, Names]:
    """The names of several people, in one statement; unknown ids are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.execute(
        select(col(Person.id), col(Person.name_cyrillic), col(Person.name_latin)).where(
            col(Person.id).in_(wanted)
        )
    )
    return {row.id: Names(row.name_cyrillic, row.name_latin) for row in rows}


def people_with_role(session: Session, role: str, *, scope: tuple[str, str] | None = None) -> list[UUID]:
    """Who holds a role now, in whatever scope; with ``scope`` (kind, id), who holds it there or for all."""
    statement = (
        select(col(RoleGrant.person_id))
        .distinct()
        .where(col(RoleGrant.role) == Role(role), col(RoleGrant.revoked_at).is_(None))
    )
    if scope is not None:
        there = and_(col(RoleGrant.scope_kind) == scope[0], col(RoleGrant.scope_id) == scope[1])
        statement = statement.where(or_(there, col(RoleGrant.scope_kind) == "all"))
    return sorted(session.scalars(statement))


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against."""

    person_id: UUID
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a password comes from: a browser that is known for the account, or a network."""

    key: str
    known: bool


def throttle_key(purpose: str, email: str, origin: str = "") -> str:
    """The row that counts for an address: a hash, so that strangers' addresses are not collected."""
    return sha256_hex(f"{purpose}:{email}:{origin}".encode())


def find_credentials(session: Session, email: str) -> Credentials | None:
    """The open account a normalised address belongs to, for checking its password."""
    row = session.execute(
        select(col(Person.id), col(Person.password_hash)).where(
            col(Person.email) == email, col(Person.disabled_at).is_(None)
        )
    ).first()
    return Credentials(row.id, row.password_hash) if row else None


def find_pause(session: Session, email: str, origin: Origin) -> datetime | None:
    """Until when passwords for a normalised address from an origin wait, as last written."""
    return session.scalar(
        select(col(SignInThrottle.blocked_until)).where(
            col(SignInThrottle.key) == throttle_key("sign-in", email, origin.key)
        )
    )


def find_link(session: Session, purpose: MailPurpose, token: str, now: datetime) -> Contact | None:
    """Whose link this is, while it can be used. Reading it does not use it."""
    person_id = session.scalar(
        select(col(MailToken.person_id)).where(
            col(MailToken.token_hash) == token_hash(token),
            col(MailToken.purpose) == purpose,
            col(MailToken.used_at).is_(None),
            col(MailToken.expires_at) > now,
        )
    )
    return find_contact(session, person_id) if person_id else None


def get_profile(session: Session, person_id: UUID) -> Row[Any]:
    """What a person sees and changes of their own account, and what an administrator sees of it.

    Raises:
        NotFound: no such account.
    """
    row = session.execute(
        select(
            col(Person.id),
            col(Person.email),
            col(Person.email_confirmed_at),
            col(Person.name_cyrillic),
            col(Person.name_latin),
            col(Person.locale),
            col(Person.timezone),
            col(Person.residence_country),
            col(Person.created_at),
            col(Person.disabled_at),
            col(Person.password_hash).is_not(None).label("has_password"),
        ).where(col(Person.id) == person_id)
    ).first()
    if row is None:
        raise NotFound
    return row


def list_sessions(session: Session, person_id: UUID, now: datetime) -> list[Row[Any]]:
    """The live sessions of a person, last used first."""
    return list(
        session.execute(
            select(
                col(SignInSession.id),
                col(SignInSession.created_at),
                col(SignInSession.seen_at),
                col(SignInSession.device),
            )
            .where(col(SignInSession.person_id) == person_id, _IS_LIVE)
            .order_by(col(SignInSession.seen_at).desc(), col(SignInSession.id).desc()),
            _live_at(now),
        ).all()
    )


_DEMONSTRATION: Executable = select(
    _person.c.id, _person.c.name_cyrillic, _person.c.name_latin, _person.c.demo_role, _person.c.sort_key
).where(_person.c.demo_role.is_not(None), _person.c.disabled_at.is_(None))


def list_demonstration(session: Session) -> list[Row[Any]]:
    """The people of a demonstration through whose eyes it can be seen."""
    order = {str(role): place for place, role in enumerate(Role)}
    rows = session.execute(_DEMONSTRATION).all()
    return sorted(rows, key=lambda row: (order.get(row.demo_role, len(order)), row.sort_key))


def people() -> Subquery:
    """People as something other slices' reads may join: id, names, email, sort_key, search_text, locale."""
    return select(
        col(Person.id),
        col(Person.name_cyrillic),
        col(Person.name_latin),
        col(Person.email),
        col(Person.sort_key),
        col(Person.search_text),
        col(Person.locale),
    ).subquery("people")
