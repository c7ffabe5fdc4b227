"""What the holder decides: who reads the full name, and share links."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.certificates.errors import ShareEnded
from app.certificates.models import Certificate, ShareLink
from app.certificates.rules.states import Status
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_token, token_hash
from app.platform import audit


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a share link opens, and until when."""

    number: str
    expires_at: datetime


def _own(session: Session, person_id: UUID, number: str) -> UUID:
    found: UUID | None = session.execute(
        select(col(Certificate.id)).where(
            col(Certificate.number) == number,
            col(Certificate.person_id) == person_id,
            col(Certificate.status) != Status.RESERVED,
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def show_name(session: Session, clock: Clock, *, person_id: UUID, number: str, public: bool) -> None:
    """Let strangers read the full name on the verification page, or hide it again.

    Raises:
        NotFound: no such certificate, or it is another person's.
    """
    certificate_id = _own(session, person_id, number)
    session.execute(
        update(Certificate).where(col(Certificate.id) == certificate_id).values(name_public=public)
    )
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="certificates.name_shown" if public else "certificates.name_hidden",
        subject_kind="certificate",
        subject_id=certificate_id,
    )


def create_share(
    session: Session, clock: Clock, *, person_id: UUID, number: str, label: str, life: timedelta
) -> str:
    """A new share link; returns its token, which is shown once and stored only as its hash.

    Raises:
        NotFound: no such certificate, or it is another person's.
    """
    certificate_id = _own(session, person_id, number)
    token, now = new_token(), clock.now()
    link = ShareLink(
        certificate_id=certificate_id,
        label=label,
        token_hash=token_hash(token),
        created_at=now,
        expires_at=now + life,
    )
    session.add(link)
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="certificates.shared",
        subject_kind="certificate",
        subject_id=certificate_id,
        link=link.id,
    )
    return token


def revoke_share(session: Session, clock: Clock, *, person_id: UUID, link_id: UUID) -> None:
    """End one share link now; whoever exchanged it sees the masked name from their next page on.

    Raises:
        NotFound: no such link, it is another person's, or it was ended before.
    """
    own = select(col(Certificate.id)).where(col(Certificate.person_id) == person_id)
    ended = session.execute(
        update(ShareLink)
        .where(
            col(ShareLink.id) == link_id,
            col(ShareLink.revoked_at).is_(None),
            col(ShareLink.certificate_id).in_(own),
        )
        .values(revoked_at=clock.now())
        .returning(col(ShareLink.certificate_id))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if ended is None:
        raise NotFound
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="certificates.share_ended",
        subject_kind="certificate",
        subject_id=ended,
        link=link_id,
    )


def exchange(session: Session, clock: Clock, token: str) -> Exchanged:
    """What a share link opens; counts the opening.

    Raises:
        ShareEnded: the link is unknown, expired or ended; which of them is not told.
    """
    row = session.execute(
        update(ShareLink)
        .where(
            col(ShareLink.token_hash) == token_hash(token),
            col(ShareLink.expires_at) > clock.now(),
            col(ShareLink.revoked_at).is_(None),
        )
        .values(opened=col(ShareLink.opened) + 1)
        .returning(col(ShareLink.certificate_id), col(ShareLink.expires_at))
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise ShareEnded
    number = session.execute(
        select(col(Certificate.number)).where(col(Certificate.id) == row.certificate_id)
    ).scalar_one()
    return Exchanged(number=number, expires_at=row.expires_at)
