"""What a certification officer sees of an issued certificate: where it stands, and what happened to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import not_, select
from sqlmodel import Session, col

from app.certificates.models import Certificate, CertificateEvent
from app.certificates.rules.states import EventKind, Reason, Status, standing
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.programmes.queries import trained_condition


@dataclass(frozen=True, slots=True)
class RegisteredCertificate:
    """A certificate as an officer sees it."""

    id: UUID
    person_id: UUID
    number: str
    kind: str
    title: Trilingual
    name_cyrillic: str | None
    name_latin: str | None
    status: Status
    standing: str
    issued_at: datetime
    expires_at: datetime | None
    specimen: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """One thing that happened to a certificate."""

    kind: EventKind
    reason: Reason | None
    note: str | None
    actor_id: UUID | None
    at: datetime


def get_certificate(
    session: Session, officer_id: UUID, number: str, *, at: datetime
) -> RegisteredCertificate:
    """An issued certificate for an officer who may act on it.

    Raises:
        NotFound: nothing was issued under this number, or it is the officer's own or a trainee's.
    """
    columns: tuple[Any, ...] = (
        Certificate.id,
        Certificate.person_id,
        Certificate.number,
        Certificate.kind,
        Certificate.title,
        Certificate.name_cyrillic,
        Certificate.name_latin,
        Certificate.status,
        Certificate.issued_at,
        Certificate.expires_at,
        Certificate.specimen,
    )
    person: Any = col(Certificate.person_id)
    row = session.execute(
        select(*columns).where(
            col(Certificate.number) == number,
            col(Certificate.status) != Status.RESERVED,
            person != officer_id,
            not_(trained_condition(officer_id, person, at=at)),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return RegisteredCertificate(
        id=row.id,
        person_id=row.person_id,
        number=row.number,
        kind=str(row.kind),
        title=row.title,
        name_cyrillic=row.name_cyrillic,
        name_latin=row.name_latin,
        status=row.status,
        standing=standing(row.status, expires_at=row.expires_at, at=at),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        specimen=row.specimen,
    )


def list_events(session: Session, certificate_id: UUID) -> list[EventLine]:
    """What happened to a certificate, the newest first."""
    columns: tuple[Any, ...] = (
        CertificateEvent.kind,
        CertificateEvent.reason,
        CertificateEvent.note,
        CertificateEvent.actor_id,
        CertificateEvent.at,
    )
    rows = session.execute(
        select(*columns)
        .where(col(CertificateEvent.certificate_id) == certificate_id)
        .order_by(col(CertificateEvent.at).desc(), col(CertificateEvent.id).desc())
    )
    return [EventLine(*row) for row in rows]
