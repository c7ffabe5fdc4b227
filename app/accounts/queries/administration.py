"""What administrators see of people: who there is, which roles they hold, what the audit says of them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.accounts.models import Person, RoleGrant
from app.accounts.rules import Role, search_text
from app.platform.models import AuditEntry


def list_people(session: Session, *, query: str, offset: int, limit: int) -> tuple[list[Row[Any]], int]:
    """People whose names or address hold every word of ``query``, in Kazakh order; and how many there are."""
    statement = select(
        col(Person.id),
        col(Person.email),
        col(Person.name_cyrillic),
        col(Person.name_latin),
        col(Person.email_confirmed_at),
        col(Person.disabled_at),
    )
    for word in search_text(query).split()[:8]:
        statement = statement.where(col(Person.search_text).contains(word, autoescape=True))
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = session.execute(
        statement.order_by(col(Person.sort_key), col(Person.id)).offset(offset).limit(limit)
    ).all()
    return list(rows), total


def list_roles(session: Session, ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The roles several people hold now, in one statement."""
    found: dict[UUID, list[str]] = {}
    rows = session.execute(
        select(col(RoleGrant.person_id), col(RoleGrant.role))
        .distinct()
        .where(col(RoleGrant.person_id).in_(set(ids)), col(RoleGrant.revoked_at).is_(None))
    ).all()
    for row in sorted(rows, key=lambda row: list(Role).index(row.role)):
        found.setdefault(row.person_id, []).append(str(row.role))
    return found


def list_grants(session: Session, person_id: UUID) -> list[Row[Any]]:
    """Every role the person holds or held, with who gave and who took it and why; newest first."""
    giver, taker = aliased(Person), aliased(Person)
    return list(
        session.execute(
            select(
                col(RoleGrant.id),
                col(RoleGrant.role),
                col(RoleGrant.scope_kind),
                col(RoleGrant.scope_id),
                col(RoleGrant.granted_at),
                col(RoleGrant.granted_reason),
                col(giver.name_cyrillic).label("giver_cyrillic"),
                col(giver.name_latin).label("giver_latin"),
                col(RoleGrant.revoked_at),
                col(RoleGrant.revoked_reason),
                col(taker.name_cyrillic).label("taker_cyrillic"),
                col(taker.name_latin).label("taker_latin"),
            )
            .outerjoin(giver, col(giver.id) == col(RoleGrant.granted_by))
            .outerjoin(taker, col(taker.id) == col(RoleGrant.revoked_by))
            .where(col(RoleGrant.person_id) == person_id)
            .order_by(col(RoleGrant.granted_at).desc(), col(RoleGrant.id).desc())
        ).all()
    )


def list_audit(session: Session, person_id: UUID, *, limit: int = 50) -> list[Row[Any]]:
    """The newest entries of the audit log about a person's account."""
    return list(
        session.execute(
            select(
                col(AuditEntry.at),
                col(AuditEntry.action),
                col(AuditEntry.facts),
                col(Person.name_cyrillic),
                col(Person.name_latin),
            )
            .outerjoin(Person, col(Person.id) == col(AuditEntry.actor_id))
            .where(col(AuditEntry.subject_kind) == "person", col(AuditEntry.subject_id) == str(person_id))
            .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
            .limit(limit)
        ).all()
    )
