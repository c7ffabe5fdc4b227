"""Reads of the accounts slice."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlmodel import Session, col

from app.accounts.models import Person, RoleGrant, SignInSession
from app.accounts.rules import SESSION_IDLE
from app.kernel.ids import token_hash


@dataclass(frozen=True, slots=True)
class ViewerFacts:
    """The signed-in person as pages see them; fulfils ``app.web.viewer.Viewer``."""

    person_id: UUID
    session_id: UUID
    display_name: str
    locale: str
    timezone: str
    seen_at: datetime
    grants: frozenset[tuple[str, str, str]]

    def has(self, role: str) -> bool:
        """Whether the role is held in any scope."""
        return any(grant[0] == role for grant in self.grants)

    def scopes(self, role: str) -> frozenset[tuple[str, str]]:
        """The scopes in which the role is held."""
        return frozenset((kind, scope) for held, kind, scope in self.grants if held == role)


def find_viewer(session: Session, token: str, now: datetime) -> ViewerFacts | None:
    """Who holds this session cookie; None when it is unknown, ended, idle too long, or the account is closed.

    One statement, columns only.
    """
    rows = session.execute(
        select(
            SignInSession.id,
            SignInSession.seen_at,
            Person.id.label("person_id"),  # type: ignore[attr-defined]
            Person.name_cyrillic,
            Person.name_latin,
            Person.locale,
            Person.timezone,
            RoleGrant.role,
            RoleGrant.scope_kind,
            RoleGrant.scope_id,
        )
        .join(Person, col(Person.id) == col(SignInSession.person_id))
        .outerjoin(
            RoleGrant, and_(col(RoleGrant.person_id) == col(Person.id), col(RoleGrant.revoked_at).is_(None))
        )
        .where(
            col(SignInSession.token_hash) == token_hash(token),
            col(SignInSession.ended_at).is_(None),
            col(SignInSession.expires_at) > now,
            col(SignInSession.seen_at) > now - SESSION_IDLE,
            col(Person.disabled_at).is_(None),
        )
    ).all()
    if not rows:
        return None
    first = rows[0]
    return ViewerFacts(
        person_id=first.person_id,
        session_id=first.id,
        display_name=first.name_cyrillic or first.name_latin,
        locale=str(first.locale),
        timezone=first.timezone,
        seen_at=first.seen_at,
        grants=frozenset(
            (str(row.role), str(row.scope_kind), row.scope_id) for row in rows if row.role is not None
        ),
    )
