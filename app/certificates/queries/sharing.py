"""What share links open, and which ones a holder has given out."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.certificates.models import Certificate, ShareLink
from app.kernel.ids import token_hash


@dataclass(frozen=True, slots=True)
class Link:
    """A share link that works now."""

    link_id: UUID
    number: str
    label: str
    created_at: datetime
    expires_at: datetime
    opened: int


def list_links(session: Session, person_id: UUID, *, at: datetime) -> list[Link]:
    """The person's links that work at ``at``, newest first."""
    rows = session.execute(
        select(
            col(ShareLink.id),
            col(Certificate.number),
            col(ShareLink.label),
            col(ShareLink.created_at),
            col(ShareLink.expires_at),
            col(ShareLink.opened),
        )
        .join(Certificate, col(Certificate.id) == col(ShareLink.certificate_id))
        .where(
            col(Certificate.person_id) == person_id,
            col(ShareLink.revoked_at).is_(None),
            col(ShareLink.expires_at) > at,
        )
        .order_by(col(ShareLink.created_at).desc(), col(ShareLink.id).desc())
    ).all()
    return [Link(*row) for row in rows]


def find_shared_names(
    session: Session, number: str, token: str, *, at: datetime
) -> tuple[str | None, str | None] | None:
    """The full names (Cyrillic, Latin) for whoever holds a working link; None when it does not work.

    One statement, so that a link that was ended is refused on the very next page.
    """
    row = session.execute(
        select(col(Certificate.name_cyrillic), col(Certificate.name_latin))
        .join(ShareLink, col(ShareLink.certificate_id) == col(Certificate.id))
        .where(
            col(ShareLink.token_hash) == token_hash(token),
            col(Certificate.number) == number,
            col(ShareLink.expires_at) > at,
            col(ShareLink.revoked_at).is_(None),
        )
    ).one_or_none()
    return None if row is None else (row.name_cyrillic, row.name_latin)
