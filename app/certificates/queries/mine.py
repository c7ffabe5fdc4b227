"""What a person sees of their own certificates and of names that wait for their confirmation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, not_, select
from sqlmodel import Session, col

from app.capstone.queries.work import passed_condition
from app.certificates.models import Achievement, Certificate, CertificationCase
from app.certificates.rules.states import Status, standing
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual

_OWN: tuple[Any, ...] = (
    Certificate.number,
    Certificate.kind,
    Certificate.achievement,
    Certificate.title,
    Certificate.status,
    Certificate.issued_at,
    Certificate.expires_at,
    Certificate.name_public,
    Certificate.specimen,
)
_CASE: tuple[Any, ...] = (
    CertificationCase.id,
    Achievement.title,
    CertificationCase.name_cyrillic,
    CertificationCase.name_latin,
    CertificationCase.names_confirmed_at,
    CertificationCase.opened_at,
    CertificationCase.decided_at,
    and_(col(CertificationCase.capstone_required), not_(passed_condition(col(CertificationCase.person_id)))),
)


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """One line of "my certificates"."""

    number: str
    kind: str
    achievement: str
    title: Trilingual
    status: str
    issued_at: datetime
    expires_at: datetime | None
    name_public: bool
    specimen: bool


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case of the person's own: the names as typed, and whether they are confirmed."""

    case_id: UUID
    title: Trilingual
    name_cyrillic: str | None
    name_latin: str | None
    names_confirmed_at: datetime | None
    opened_at: datetime
    decided_at: datetime | None
    capstone_missing: bool
    """The programme asks for a capstone, and it was not told to be passed yet."""


def list_own(session: Session, person_id: UUID, *, at: datetime) -> list[OwnCertificate]:
    """The person's issued certificates, newest first."""
    rows = session.execute(
        select(*_OWN)
        .where(col(Certificate.person_id) == person_id, col(Certificate.status) != Status.RESERVED)
        .order_by(col(Certificate.issued_at).desc(), col(Certificate.id).desc())
    ).all()
    return [
        OwnCertificate(
            number=row.number,
            kind=str(row.kind),
            achievement=row.achievement,
            title=row.title,
            status=standing(row.status, expires_at=row.expires_at, at=at),
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            name_public=row.name_public,
            specimen=row.specimen,
        )
        for row in rows
    ]


def _own_cases(person_id: UUID) -> Select[Any]:
    return (
        select(*_CASE)
        .join(
            Achievement,
            (col(Achievement.slug) == col(CertificationCase.achievement))
            & (col(Achievement.version) == col(CertificationCase.achievement_version)),
        )
        .where(col(CertificationCase.person_id) == person_id)
    )


def list_own_cases(session: Session, person_id: UUID) -> list[OwnCase]:
    """The person's cases that are not decided yet, oldest first."""
    rows = session.execute(
        _own_cases(person_id)
        .where(col(CertificationCase.decided_at).is_(None))
        .order_by(col(CertificationCase.opened_at))
    ).all()
    return [OwnCase(*row) for row in rows]


def own_case(session: Session, person_id: UUID, case_id: UUID) -> OwnCase:
    """One case of the person's own.

    Raises:
        NotFound: no such case, or it is another person's.
    """
    row = session.execute(_own_cases(person_id).where(col(CertificationCase.id) == case_id)).one_or_none()
    if row is None:
        raise NotFound
    return OwnCase(*row)
