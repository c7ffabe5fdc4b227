"""Suspending, reinstating and revoking a certificate, and the lists that tell the world."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.certificates import status as lists
from app.certificates.errors import OwnTrainee, StatusNotAllowed
from app.certificates.models import Certificate, CertificateEvent, StatusList
from app.certificates.rules.states import TRANSITIONS, EventKind, Purpose, Reason, Status
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later
from app.programmes.queries import trained


def begin_lists(session: Session, clock: Clock, number: int) -> None:
    """Both lists of this number exist, and are signed before a certificate that points to them gets about."""
    for purpose in Purpose:
        if insert_once(session, StatusList, purpose=purpose, number=number, version=1, signed_version=0):
            _sign_later(session, clock, purpose, number)


def touch_lists(session: Session, clock: Clock, number: int) -> None:
    """Both lists of this number must be signed anew: a status has changed."""
    session.execute(
        update(StatusList)
        .where(col(StatusList.number) == number)
        .values(version=col(StatusList.version) + 1)
        .execution_options(synchronize_session=False)
    )
    for purpose in Purpose:
        _sign_later(session, clock, purpose, number)


def _sign_later(session: Session, clock: Clock, purpose: Purpose, number: int) -> None:
    enqueue_later(session, clock, "certificates.sign_list", {"purpose": str(purpose), "number": number})


def change_status(
    session: Session,
    clock: Clock,
    *,
    officer_id: UUID,
    number: str,
    event: EventKind,
    reason: Reason,
    note: str,
) -> Status | Refused:
    """Suspend, reinstate or revoke; recorded with its reason, and shown to verifiers at once.

    An officer who trained the holder is refused, and the attempt is audited.

    Raises:
        NotFound: nothing was issued under this number.
        StatusNotAllowed: the certificate does not stand where this change leads from.
    """
    now = clock.now()
    row = session.execute(
        select(
            col(Certificate.id),
            col(Certificate.person_id),
            col(Certificate.achievement),
            col(Certificate.list_number),
        ).where(col(Certificate.number) == number, col(Certificate.status) != Status.RESERVED)
    ).one_or_none()
    if row is None:
        raise NotFound
    if trained(session, officer_id, row.person_id, at=now):
        audit.record(
            session,
            clock,
            actor_id=officer_id,
            action="certificates.status_refused",
            subject_kind="certificate",
            subject_id=row.id,
            why=OwnTrainee.code,
        )
        return Refused(OwnTrainee())
    allowed, target = TRANSITIONS[event]
    changed = session.execute(
        update(Certificate)
        .where(col(Certificate.id) == row.id, col(Certificate.status).in_(allowed))
        .values(status=target, reason=None if target is Status.ACTIVE else reason, status_since=now)
        .returning(col(Certificate.id))
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise StatusNotAllowed
    made = CertificateEvent(
        certificate_id=row.id, kind=event, reason=reason, note=note, actor_id=officer_id, at=now
    )
    session.add(made)
    audit.record(
        session,
        clock,
        actor_id=officer_id,
        action=f"certificates.{event}",
        subject_kind="certificate",
        subject_id=row.id,
        event=made.id,  # what the officer wrote is on its row
        code=str(reason),
    )
    touch_lists(session, clock, row.list_number)
    if event is EventKind.REINSTATE:
        _resume(session, clock, row.person_id, row.achievement)
    enqueue_later(session, clock, "certificates.status_mail", {"certificate_id": row.id, "event": str(event)})
    return target


def _resume(session: Session, clock: Clock, person_id: UUID, achievement: str) -> None:
    """Sign what was granted meanwhile and has waited. After a revocation nothing is: that is decided anew."""
    waiting = session.scalars(
        select(col(Certificate.id)).where(
            col(Certificate.person_id) == person_id,
            col(Certificate.achievement) == achievement,
            col(Certificate.status) == Status.RESERVED,
        )
    )
    for certificate_id in waiting:
        enqueue_later(session, clock, "certificates.sign", {"certificate_id": certificate_id})


def list_version(session: Session, purpose: Purpose, number: int) -> int:
    """The version of a list that is about to be signed.

    Raises:
        NotFound: there is no such list.
    """
    version: int | None = session.execute(
        select(col(StatusList.version)).where(
            col(StatusList.purpose) == purpose, col(StatusList.number) == number
        )
    ).scalar_one_or_none()
    if version is None:
        raise NotFound
    return version


def keep_signed(
    session: Session,
    *,
    purpose: Purpose,
    number: int,
    version: int,
    packed: bytes,
    jwt: str,
    at: datetime,
) -> bool:
    """Store a signed list, unless a newer version was stored meanwhile. ``at``: when it was signed."""
    kept = session.execute(
        update(StatusList)
        .where(
            col(StatusList.purpose) == purpose,
            col(StatusList.number) == number,
            col(StatusList.signed_version) <= version,
        )
        .values(signed_version=version, bits=packed, jwt=jwt, signed_at=at, valid_until=at + lists.LIFE)
        .returning(col(StatusList.number))
    ).all()
    return bool(kept)
