"""Correcting a name: before the decision in the case itself, after it by a newer certificate.

A signed certificate is never changed. Its correction has a number of its own, the first award and the end of
the certificate it stands for, and supersedes it.

Source: docs/decisions/0011-renewal-and-correction.md.
"""

from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.accounts.queries import Names
from app.certificates.credential import Issuer, Score
from app.certificates.errors import AlreadyDecided, OwnTrainee, StatusNotAllowed
from app.certificates.models import Certificate, CertificateEvent, CertificationCase
from app.certificates.queries.issuing import achievement_facts, find_reservation
from app.certificates.rules.states import EventKind, Status
from app.certificates.service.issuing import Award, Kept, reserve
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform import audit
from app.platform.outbox import enqueue_later
from app.programmes.queries import trained


def _refused(
    session: Session, clock: Clock, officer_id: UUID, subject_kind: str, subject_id: UUID
) -> Refused:
    audit.record(
        session,
        clock,
        actor_id=officer_id,
        action="certificates.correction_refused",
        subject_kind=subject_kind,
        subject_id=subject_id,
        why=OwnTrainee.code,
    )
    return Refused(OwnTrainee())


def correct_case(
    session: Session, clock: Clock, *, officer_id: UUID, case_id: UUID, names: Names
) -> Refused | None:
    """Put the names of an undecided case right; the holder is asked to confirm them again.

    Raises:
        NotFound: no such case.
        AlreadyDecided: the decision has been made.
    """
    person_id = session.execute(
        select(col(CertificationCase.person_id)).where(col(CertificationCase.id) == case_id)
    ).scalar_one_or_none()
    if person_id is None:
        raise NotFound
    if trained(session, officer_id, person_id, at=clock.now()):
        return _refused(session, clock, officer_id, "certification_case", case_id)
    changed = session.execute(
        update(CertificationCase)
        .where(col(CertificationCase.id) == case_id, col(CertificationCase.decided_at).is_(None))
        .values(name_cyrillic=names.cyrillic, name_latin=names.latin, names_confirmed_at=None)
        .returning(col(CertificationCase.id))
    ).all()
    if not changed:
        raise AlreadyDecided
    audit.record(
        session,
        clock,
        actor_id=officer_id,
        action="certificates.names_corrected",
        subject_kind="certification_case",
        subject_id=case_id,
    )
    enqueue_later(session, clock, "certificates.names_mail", {"case_id": case_id})
    return None


def correct_certificate(
    session: Session,
    clock: Clock,
    *,
    officer_id: UUID,
    number: str,
    names: Names,
    note: str,
    issuer: Issuer,
) -> str | Refused:
    """Reserve a certificate with other names in the place of one in force; returns the new number.

    The worker signs it, and the old one is superseded with its signature.

    Raises:
        NotFound: nothing was issued under this number.
        StatusNotAllowed: it is not in force, has expired, or its correction is on its way.
    """
    now = clock.now()
    old = session.execute(
        select(Certificate).where(col(Certificate.number) == number).with_for_update()
    ).scalar_one_or_none()
    if old is None or old.status is Status.RESERVED:
        raise NotFound
    if trained(session, officer_id, old.person_id, at=now):
        return _refused(session, clock, officer_id, "certificate", old.id)
    source = f"correction:{old.id}"
    over = old.expires_at is not None and old.expires_at <= now
    if old.status is not Status.ACTIVE or over or find_reservation(session, source) is not None:
        raise StatusNotAllowed
    award = Award(
        source=source,
        person_id=old.person_id,
        case_id=old.case_id,
        achievement=achievement_facts(session, old.achievement, old.achievement_version),
        name_cyrillic=names.cyrillic,
        name_latin=names.latin,
        score=_score(session, old),
        languages=tuple(old.languages),
        kept=Kept(old.issued_at, old.expires_at, old.brand_id),
    )
    made = reserve(session, clock, award, issuer=issuer, default_brand=old.brand_id)
    session.add(
        CertificateEvent(certificate_id=made.id, kind=EventKind.ISSUE, note=note, actor_id=officer_id, at=now)
    )
    audit.record(
        session,
        clock,
        actor_id=officer_id,
        action="certificates.corrected",
        subject_kind="certificate",
        subject_id=old.id,
        by=made.id,
    )
    enqueue_later(session, clock, "certificates.sign", {"certificate_id": made.id})
    return made.number


def _score(session: Session, old: Certificate) -> Score | None:
    if old.case_id is None:
        return None
    row = session.execute(
        select(
            col(CertificationCase.raw_score),
            col(CertificationCase.max_points),
            col(CertificationCase.cut_score),
        ).where(col(CertificationCase.id) == old.case_id)
    ).one()
    return Score(row.raw_score, row.max_points, row.cut_score, old.level or "")
