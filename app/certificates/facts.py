"""What one certificate says, as plain values: the PDF, the pages and the programs read it from here."""

from dataclasses import dataclass
from datetime import datetime

from app.kernel.locales import Trilingual


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One certificate as it stands now. Made by ``queries``, drawn by ``pdf``; never logged."""

    number: str
    """The 20 symbols without dashes."""
    kind: str
    """``certification`` or ``completion``."""
    achievement: str
    """Slug of the achievement, as in its public address."""
    title: Trilingual
    """What the holder may be called, or the course that was completed."""
    name_cyrillic: str | None
    name_latin: str | None
    """As the holder confirmed them; at least one is present."""
    body: Trilingual
    """The issuing body's full name."""
    scheme: str
    """The scheme's short name; for a completion the course's."""
    scheme_version: str
    level: str | None
    scope: Trilingual | None
    """What the scheme certifies; None for a completion."""
    issued_at: datetime
    """First award, aware UTC; a re-issue keeps it."""
    valid_from: datetime
    expires_at: datetime | None
    languages: tuple[str, ...]
    """Languages the examination was taken in, as locale words."""
    status: str
    """``active``, ``suspended``, ``revoked``, ``expired`` or ``superseded``."""
    reason: str | None
    """Code of the reason for a status other than active."""
    status_since: datetime | None
    specimen: bool
    """Issued by a demonstration: says SPECIMEN everywhere, for life."""
    verify_url: str
    """What the QR code holds: public base, ``/v/``, the 20 symbols."""
    brand_id: str
    jwt: str | None
    """The signed credential; None until it is signed."""
