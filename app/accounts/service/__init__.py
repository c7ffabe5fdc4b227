"""What can be done to people, roles and sessions. Nothing here hashes a password, and nothing commits.

Getting in (registration, confirmation, reset, sign-in) is in ``entry``, how often that may be tried in
``pauses``, one's own settings in ``own``, a new address in ``address``, the end of an account in ``closing``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Executable, bindparam, func, insert, or_, select, update
from sqlmodel import Session, col

from app.accounts import rules
from app.accounts.errors import EmailTaken, OwnRoles, ResidencyElsewhere, RoleHeld, ScopeUnfit
from app.accounts.models import Person, RoleGrant, SignInSession
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id, new_token, token_hash
from app.kernel.ordering import kazakh_sort_key
from app.platform import audit
from app.platform.database import insert_once, table_of
from app.platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh session: the cookie's value, told once, and the language its person has chosen."""

    token: str
    session_id: UUID
    locale: str


def check_residence(settings: Settings, country: str) -> None:
    """Refuse a resident whose country keeps its people's data elsewhere. ``country``: ISO 3166-1, lower case.

    Raises:
        ResidencyElsewhere: this installation may not hold the person's data.
    """
    if not rules.may_reside(
        country, data_region=settings.data_region, residency_countries=settings.residency_countries
    ):
        raise ResidencyElsewhere


def name_columns(name_cyrillic: str | None, name_latin: str | None, email: str) -> dict[str, Any]:
    """A person's name columns, with what is made from them for sorting and searching."""
    return {
        "name_cyrillic": name_cyrillic,
        "name_latin": name_latin,
        "sort_key": kazakh_sort_key(name_cyrillic or name_latin or ""),
        "search_text": rules.search_text(name_cyrillic, name_latin, email),
    }


def create_person(
    session: Session,
    clock: Clock,
    *,
    email: str,
    name_cyrillic: str | None,
    name_latin: str | None,
    locale: str,
    password_hash: str | None = None,
    timezone: str = "Asia/Almaty",
    residence_country: str = "kz",
    confirmed: bool = False,
    demo_role: str | None = None,
) -> UUID:
    """Make an account; its id. One name at least is given; ``check_residence`` is asked before.

    Raises:
        EmailTaken: another account has the address.
    """
    address, now, person_id = rules.normalise_email(email), clock.now(), new_id()
    fresh = insert_once(
        session,
        Person,
        id=person_id,
        email=address,
        email_confirmed_at=now if confirmed else None,
        password_hash=password_hash,
        **name_columns(name_cyrillic, name_latin, address),
        locale=locale,
        timezone=timezone,
        residence_country=residence_country,
        demo_role=demo_role,
        created_at=now,
        disabled_at=None,
    )
    if not fresh:
        raise EmailTaken
    return person_id


def changed(session: Session, statement: Any) -> bool:
    """Run an UPDATE or DELETE whose WHERE is its guard; whether it touched a row."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)  # noqa: S101  # what an UPDATE or DELETE always gives
    return result.rowcount > 0


def open_session(
    session: Session, clock: Clock, *, person_id: UUID, device: str, leaving: UUID | None
) -> Opened:
    """Open a session under a new secret and end the one this browser leaves.

    A session opened during an attempt is kept as long as the attempt's other sessions are.
    """
    token, now, session_id = new_token(), clock.now(), new_id()
    kept = (
        select(func.max(col(SignInSession.keep_until)))
        .where(col(SignInSession.person_id) == person_id)
        .scalar_subquery()
    )
    session.execute(
        insert(SignInSession).values(
            id=session_id,
            person_id=person_id,
            token_hash=token_hash(token),
            created_at=now,
            seen_at=now,
            expires_at=now + rules.SESSION_LIFE,
            keep_until=kept,
            device=device,
        )
    )
    if leaving is not None:
        end_session(session, clock, session_id=leaving)
    locale = session.scalar(select(col(Person.locale)).where(col(Person.id) == person_id))
    return Opened(token, session_id, str(locale))


def end_session(session: Session, clock: Clock, *, session_id: UUID, person_id: UUID | None = None) -> bool:
    """End one session (of ``person_id``, when given); whether it was still open."""
    statement = update(SignInSession).where(
        col(SignInSession.id) == session_id, col(SignInSession.ended_at).is_(None)
    )
    if person_id is not None:
        statement = statement.where(col(SignInSession.person_id) == person_id)
    return changed(session, statement.values(ended_at=clock.now()))


def end_sessions(session: Session, clock: Clock, person_id: UUID, *, but: UUID | None = None) -> None:
    """End a person's sessions, all or all ``but`` one."""
    statement = update(SignInSession).where(
        col(SignInSession.person_id) == person_id, col(SignInSession.ended_at).is_(None)
    )
    if but is not None:
        statement = statement.where(col(SignInSession.id) != but)
    session.execute(statement.values(ended_at=clock.now()))


def touch(session: Session, session_id: UUID, now: datetime) -> None:
    """Write down that a session was used, at most every ``SEEN_EVERY``."""
    session.execute(
        update(SignInSession)
        .where(col(SignInSession.id) == session_id, col(SignInSession.seen_at) <= now - rules.SEEN_EVERY)
        .values(seen_at=now)
    )


_session = table_of(SignInSession).c
_KEEP_ALIVE: Executable = (
    update(table_of(SignInSession))
    .where(
        _session.person_id == bindparam("person"),
        _session.ended_at.is_(None),
        or_(_session.keep_until.is_(None), _session.keep_until < bindparam("until")),
    )
    .values(keep_until=bindparam("until", type_=_session.keep_until.type))
)
_KEEP_ONLY: Executable = (
    update(table_of(SignInSession))
    .where(_session.person_id == bindparam("person"), _session.keep_until.is_not(None))
    .values(keep_until=bindparam("until", type_=_session.keep_until.type))
)


def keep_alive(session: Session, person_id: UUID, until: datetime) -> None:
    """Keep a person's open sessions until an attempt's end (aware UTC), however long they idle."""
    session.execute(_KEEP_ALIVE, {"person": person_id, "until": until})


def keep_only(session: Session, until: Mapping[UUID, datetime | None]) -> None:
    """Keep the sessions of each person until then at the most (aware UTC), or for no attempt any longer.

    Ended ones too: a session opened later is kept as long as these are.
    """
    if until:
        session.execute(_KEEP_ONLY, [{"person": one, "until": end} for one, end in until.items()])


@dataclass(frozen=True, slots=True)
class _Change:
    grant_id: UUID
    person_id: UUID
    role: rules.Role
    kind: rules.ScopeKind
    scope_id: str
    by: UUID | None


def grant(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    role: str,
    by: UUID | None,
    reason: str,
    scope_kind: str = "all",
    scope_id: str = "",
) -> None:
    """Give a role in a scope. ``by`` None is the system. Roles that reach others' data end open sessions.

    Raises:
        ScopeUnfit: the role cannot be given there.
        OwnRoles: ``by`` is the person.
        RoleHeld: it is held there already.
    """
    word, kind = rules.Role(role), rules.ScopeKind(scope_kind)
    if not rules.scope_fits(word, kind, scope_id):
        raise ScopeUnfit
    if by == person_id:
        raise OwnRoles
    grant_id = new_id()
    if not insert_once(
        session,
        RoleGrant,
        id=grant_id,
        person_id=person_id,
        role=word,
        scope_kind=kind,
        scope_id=scope_id,
        granted_by=by,
        granted_reason=reason,
        granted_at=clock.now(),
    ):
        raise RoleHeld
    _role_changed(session, clock, "role.granted", _Change(grant_id, person_id, word, kind, scope_id, by))


def revoke(
    session: Session, clock: Clock, *, person_id: UUID, grant_id: UUID, by: UUID | None, reason: str
) -> None:
    """Take a role away. The row stays, with who took it and why.

    Raises:
        OwnRoles: ``by`` is the person.
        NotFound: the person holds no such role now.
    """
    if by == person_id:
        raise OwnRoles
    row = session.execute(
        update(RoleGrant)
        .where(
            col(RoleGrant.id) == grant_id,
            col(RoleGrant.person_id) == person_id,
            col(RoleGrant.revoked_at).is_(None),
        )
        .values(revoked_by=by, revoked_reason=reason, revoked_at=clock.now())
        .returning(col(RoleGrant.role), col(RoleGrant.scope_kind), col(RoleGrant.scope_id))
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        raise NotFound
    _role_changed(
        session,
        clock,
        "role.revoked",
        _Change(grant_id, person_id, row.role, row.scope_kind, row.scope_id, by),
    )


def _role_changed(session: Session, clock: Clock, action: str, change: _Change) -> None:
    audit.record(
        session,
        clock,
        actor_id=change.by,
        action=action,
        subject_kind="person",
        subject_id=change.person_id,
        grant=change.grant_id,  # the reason is on its row
        role=str(change.role),
        scope_kind=str(change.kind),
        scope_id=change.scope_id,
    )
    if rules.ends_sessions(change.role):
        end_sessions(session, clock, change.person_id)
