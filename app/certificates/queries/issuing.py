"""Reads of the numbered steps of issuing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from app.certificates.models import Achievement, Certificate, CertificationCase, Decision
from app.certificates.rules.states import Kind, Status, Verdict
from app.exams.queries.released import stands
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual

_ACHIEVEMENT: tuple[Any, ...] = (
    Achievement.slug,
    Achievement.version,
    Achievement.kind,
    Achievement.title,
    Achievement.description,
    Achievement.criteria,
    Achievement.scheme,
    Achievement.scheme_version,
    Achievement.level,
    Achievement.validity_months,
)


_RESERVATION: tuple[Any, ...] = (
    Certificate.id,
    Certificate.number,
    Certificate.person_id,
    Certificate.achievement,
    Certificate.status,
    Certificate.payload,
    Certificate.list_number,
    func.coalesce(CertificationCase.decided_at, Certificate.valid_from),
)
_RESERVED = select(*_RESERVATION).outerjoin(
    CertificationCase, col(CertificationCase.id) == col(Certificate.case_id)
)


@dataclass(frozen=True, slots=True)
class AchievementFacts:
    """A version of an achievement with its scheme."""

    slug: str
    version: int
    kind: Kind
    title: Trilingual
    description: Trilingual
    criteria: Trilingual
    scheme: str
    scheme_version: str
    level: str | None
    validity_months: int | None


@dataclass(frozen=True, slots=True)
class GrantedCase:
    """A case on which certification was granted."""

    case_id: UUID
    person_id: UUID
    attempt_id: UUID
    achievement: str
    achievement_version: int
    name_cyrillic: str | None
    name_latin: str | None
    raw_score: int
    max_points: int
    cut_score: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """What was reserved and is to be signed."""

    id: UUID
    number: str
    person_id: UUID
    achievement: str
    status: Status
    payload: bytes
    list_number: int
    settled_at: datetime
    """When it was decided; without a case, when it was reserved. Aware UTC."""


def achievement_facts(session: Session, slug: str, version: int) -> AchievementFacts:
    """A version of an achievement.

    Raises:
        NotFound: it was never written down.
    """
    row = session.execute(
        select(*_ACHIEVEMENT).where(col(Achievement.slug) == slug, col(Achievement.version) == version)
    ).one_or_none()
    if row is None:
        raise NotFound
    return AchievementFacts(*row)


def granted_case(session: Session, case_id: UUID) -> GrantedCase:
    """The case, if certification was granted on it.

    Raises:
        NotFound: no such case, or it is undecided or refused.
    """
    columns: tuple[Any, ...] = (
        CertificationCase.id,
        CertificationCase.person_id,
        CertificationCase.attempt_id,
        CertificationCase.achievement,
        CertificationCase.achievement_version,
        CertificationCase.name_cyrillic,
        CertificationCase.name_latin,
        CertificationCase.raw_score,
        CertificationCase.max_points,
        CertificationCase.cut_score,
    )
    row = session.execute(
        select(*columns)
        .join(
            Decision,
            and_(
                col(Decision.case_id) == col(CertificationCase.id), col(Decision.verdict) == Verdict.GRANTED
            ),
        )
        .where(col(CertificationCase.id) == case_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return GrantedCase(*row)


def find_reservation(session: Session, source: str) -> Reservation | None:
    """What was reserved for a source, in whatever state it is now; None when nothing was."""
    row = session.execute(_RESERVED.where(col(Certificate.source) == source)).one_or_none()
    return Reservation(*row) if row else None


def reservation_of(session: Session, certificate_id: UUID) -> Reservation:
    """What was reserved under this id, in whatever state it is now.

    Raises:
        NotFound: nothing was.
    """
    row = session.execute(_RESERVED.where(col(Certificate.id) == certificate_id)).one_or_none()
    if row is None:
        raise NotFound
    return Reservation(*row)


def result_stands(session: Session, certificate_id: UUID) -> bool:
    """Whether the result a certificate rests on stands, its attempt held; without a case it rests on none."""
    attempt_id = session.scalar(
        select(col(CertificationCase.attempt_id))
        .join(Certificate, col(Certificate.case_id) == col(CertificationCase.id))
        .where(col(Certificate.id) == certificate_id)
    )
    return attempt_id is None or stands(session, attempt_id, for_update=True)


def list_standings(
    session: Session, person_id: UUID, achievement: str, *, for_update: bool = False
) -> list[tuple[Status, datetime]]:
    """Where every certificate of a person and achievement stands, and since when (aware UTC).

    ``for_update``: in one order and with what waits to be signed, so that two signings never deadlock.
    """
    statement = (
        select(col(Certificate.status), col(Certificate.status_since))
        .where(col(Certificate.person_id) == person_id, col(Certificate.achievement) == achievement)
        .order_by(col(Certificate.id))
    )
    rows = session.execute(statement.with_for_update() if for_update else statement).all()
    return [(row.status, row.status_since) for row in rows]


def open_list(session: Session, *, full: int) -> int:
    """The status list new certificates go into: the newest, or the next when it holds ``full`` of them."""
    row = session.execute(
        select(col(Certificate.list_number), func.count())
        .group_by(col(Certificate.list_number))
        .order_by(col(Certificate.list_number).desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return 1
    number, held = row
    return int(number) + 1 if held >= full else int(number)


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What the mail to a holder needs."""

    person_id: UUID
    number: str
    kind: str
    title: Trilingual
    expires_at: datetime | None
    brand_id: str


def mail_facts(session: Session, certificate_id: UUID) -> MailFacts | None:
    """An issued certificate for the mail to its holder."""
    columns: tuple[Any, ...] = (
        Certificate.person_id,
        Certificate.number,
        Certificate.kind,
        Certificate.title,
        Certificate.expires_at,
        Certificate.brand_id,
    )
    row = session.execute(
        select(*columns).where(
            col(Certificate.id) == certificate_id, col(Certificate.status) != Status.RESERVED
        )
    ).one_or_none()
    if row is None:
        return None
    return MailFacts(row.person_id, row.number, str(row.kind), row.title, row.expires_at, row.brand_id)


def case_person(session: Session, case_id: UUID) -> tuple[UUID, Trilingual] | None:
    """Whose case it is, and what it may lead to."""
    row = session.execute(
        select(col(CertificationCase.person_id), col(Achievement.title))
        .join(
            Achievement,
            and_(
                col(Achievement.slug) == col(CertificationCase.achievement),
                col(Achievement.version) == col(CertificationCase.achievement_version),
            ),
        )
        .where(col(CertificationCase.id) == case_id)
    ).one_or_none()
    return (row.person_id, row.title) if row else None
