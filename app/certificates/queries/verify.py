"""What a verifier may know of a certificate, and what its holder's document says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Executable, bindparam, select
from sqlmodel import Session

from app.certificates.facts import CertificateFacts
from app.certificates.models import Certificate
from app.certificates.rules.achievements import scope_of
from app.certificates.rules.names import masked
from app.certificates.rules.states import Reason, Status, standing
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.platform.database import table_of

_certificate = table_of(Certificate).c
_COLUMNS = (
    _certificate.number,
    _certificate.kind,
    _certificate.achievement,
    _certificate.achievement_version,
    _certificate.title,
    _certificate.body,
    _certificate.scheme,
    _certificate.scheme_version,
    _certificate.level,
    _certificate.languages,
    _certificate.name_cyrillic,
    _certificate.name_latin,
    _certificate.name_public,
    _certificate.status,
    _certificate.reason,
    _certificate.status_since,
    _certificate.issued_at,
    _certificate.valid_from,
    _certificate.expires_at,
    _certificate.specimen,
    _certificate.verify_url,
    _certificate.brand_id,
)
_ISSUED = (_certificate.number == bindparam("number"), _certificate.status != Status.RESERVED)
_STATUS: Executable = select(*_COLUMNS).where(*_ISSUED)
_FACTS: Executable = select(*_COLUMNS, _certificate.jwt).where(*_ISSUED)
_HOLDER: Executable = select(_certificate.person_id).where(*_ISSUED)


@dataclass(frozen=True, slots=True)
class VerifiedCertificate:
    """What a stranger is told. The full names are there only by the holder's choice."""

    number: str
    """The 20 symbols without dashes."""
    status: str
    """``active``, ``suspended``, ``revoked``, ``expired`` or ``superseded``."""
    reason: str | None
    """Code of the reason for a status other than active."""
    status_since: datetime | None
    """When it was suspended, revoked, superseded, or expired; None while active."""
    kind: str
    achievement: str
    achievement_version: int
    title: Trilingual
    body: Trilingual
    scheme: str
    scheme_version: str
    level: str | None
    scope: Trilingual | None
    languages: tuple[str, ...]
    issued_at: datetime
    valid_from: datetime
    expires_at: datetime | None
    masked_cyrillic: str | None
    masked_latin: str | None
    name_cyrillic: str | None
    name_latin: str | None
    specimen: bool
    verify_url: str
    brand_id: str


def _since(status: str, since: datetime, expires_at: datetime | None) -> datetime | None:
    if status == str(Status.ACTIVE):
        return None
    return expires_at if status == "expired" else since


def _reason(status: str, reason: Reason | None) -> str | None:
    return str(reason) if reason is not None and status not in {"active", "expired"} else None


def find_status(session: Session, number: str, *, at: datetime) -> VerifiedCertificate | None:
    """What stands behind a normalised number at the instant ``at`` (aware UTC); None when nothing was issued.

    One statement, columns only. A number that is only reserved is not issued yet.
    """
    row = session.execute(_STATUS, {"number": number}).one_or_none()
    if row is None:
        return None
    status = standing(row.status, expires_at=row.expires_at, at=at)
    return VerifiedCertificate(
        number=row.number,
        status=status,
        reason=_reason(status, row.reason),
        status_since=_since(status, row.status_since, row.expires_at),
        kind=str(row.kind),
        achievement=row.achievement,
        achievement_version=row.achievement_version,
        title=row.title,
        body=row.body,
        scheme=row.scheme,
        scheme_version=row.scheme_version,
        level=row.level,
        scope=scope_of(row.scheme, row.scheme_version),
        languages=tuple(row.languages),
        issued_at=row.issued_at,
        valid_from=row.valid_from,
        expires_at=row.expires_at,
        masked_cyrillic=masked(row.name_cyrillic),
        masked_latin=masked(row.name_latin),
        name_cyrillic=row.name_cyrillic if row.name_public else None,
        name_latin=row.name_latin if row.name_public else None,
        specimen=row.specimen,
        verify_url=row.verify_url,
        brand_id=row.brand_id,
    )


def certificate_facts(session: Session, number: str, *, at: datetime) -> CertificateFacts:
    """Everything an issued certificate says, with full names: for its holder and for share links.

    The caller has checked who asks.

    Raises:
        NotFound: nothing was issued under this number.
    """
    row = session.execute(_FACTS, {"number": number}).one_or_none()
    if row is None:
        raise NotFound
    status = standing(row.status, expires_at=row.expires_at, at=at)
    return CertificateFacts(
        number=row.number,
        kind=str(row.kind),
        achievement=row.achievement,
        title=row.title,
        name_cyrillic=row.name_cyrillic,
        name_latin=row.name_latin,
        body=row.body,
        scheme=row.scheme,
        scheme_version=row.scheme_version,
        level=row.level,
        scope=scope_of(row.scheme, row.scheme_version),
        issued_at=row.issued_at,
        valid_from=row.valid_from,
        expires_at=row.expires_at,
        languages=tuple(row.languages),
        status=status,
        reason=_reason(status, row.reason),
        status_since=_since(status, row.status_since, row.expires_at),
        specimen=row.specimen,
        verify_url=row.verify_url,
        brand_id=row.brand_id,
        jwt=row.jwt,
    )


def holder_of(session: Session, number: str) -> UUID | None:
    """Whose certificate it is; None when nothing was issued under this number."""
    found: UUID | None = session.execute(_HOLDER, {"number": number}).scalar_one_or_none()
    return found
