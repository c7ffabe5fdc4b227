"""Issuing in numbered steps, so that a crash between any two of them issues nothing twice.

1. ``reserve``: the number, the place in the status list and the exact bytes to be signed are stored; commit.
2. The worker signs those bytes and verifies its own signature over them, outside any transaction.
3. ``finish``: the token is stored and the certificate becomes active; commit.

A rerun finds the reservation of step 1 and signs the same bytes.

Source: specification of certificates, section 1 (after letsencrypt/boulder).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlmodel import Session, col

from app.certificates import status as lists
from app.certificates.credential import AchievementText, Draft, Issuer, Score, document, encode
from app.certificates.models import Certificate, CertificateEvent
from app.certificates.queries.issuing import (
    AchievementFacts,
    Reservation,
    achievement_facts,
    find_reservation,
    granted_case,
    list_standings,
    open_list,
    result_stands,
)
from app.certificates.rules import number as numbers
from app.certificates.rules.achievements import expiry
from app.certificates.rules.states import EventKind, Kind, Reason, Status, in_the_way, source_of_case
from app.certificates.service.status import begin_lists, touch_lists
from app.exams.queries.released import languages_taken
from app.kernel.clock import Clock
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later
from app.programmes.queries import find_brand
from app.programmes.rules import MilestoneWord
from app.programmes.service import record_milestone

_TRIES = 64
"""Random places tried in a list: at three quarters full, all 64 taken happens once in 10⁸ certificates."""


class ListCrowded(Exception):
    """No free place was found in the open status list; the job is repeated."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a correction keeps of the certificate it stands for; instants are aware UTC."""

    awarded_at: datetime
    expires_at: datetime | None
    brand_id: str


@dataclass(frozen=True, slots=True)
class Award:
    """What is to be certified to whom, and what it rests on."""

    source: str
    person_id: UUID
    case_id: UUID | None
    achievement: AchievementFacts
    name_cyrillic: str | None
    name_latin: str | None
    score: Score | None
    languages: tuple[str, ...]
    """Languages the examination was taken in; none when there was no examination."""
    kept: Kept | None = None
    """None: nothing is corrected, and a term begins now."""


def award_of_case(session: Session, case_id: UUID) -> Award:
    """The award a granted case leads to.

    Raises:
        NotFound: the case is unknown, undecided or refused.
    """
    found = granted_case(session, case_id)
    achieved = achievement_facts(session, found.achievement, found.achievement_version)
    return Award(
        source=source_of_case(case_id),
        person_id=found.person_id,
        case_id=case_id,
        achievement=achieved,
        name_cyrillic=found.name_cyrillic,
        name_latin=found.name_latin,
        score=Score(found.raw_score, found.max_points, found.cut_score, achieved.level or ""),
        languages=languages_taken(session, found.attempt_id),
    )


def reserve(
    session: Session, clock: Clock, award: Award, *, issuer: Issuer, default_brand: str
) -> Reservation:
    """Step 1: reserve number, place and bytes for an award, or find what was reserved before.

    The paper wears the brand of the holder's cohort; ``default_brand`` is for somebody in none.

    Raises:
        ListCrowded: no free place was found.
    """
    known = find_reservation(session, award.source)
    if known is not None:
        return known
    now = clock.now()
    kept = award.kept or Kept(
        now,
        expiry(now, award.achievement.validity_months),
        find_brand(session, award.person_id) or default_brand,
    )
    list_number = open_list(session, full=lists.FULL)
    for _ in range(_TRIES):
        number = numbers.make(secrets.randbits(numbers.RANDOM_BITS))
        draft = Draft(
            number=number,
            subject=UUID(bytes=secrets.token_bytes(16), version=4),
            name_cyrillic=award.name_cyrillic,
            name_latin=award.name_latin,
            valid_from=now,
            expires_at=kept.expires_at,
            awarded_at=kept.awarded_at,
            list_number=list_number,
            status_index=secrets.randbelow(lists.ENTRIES),
            score=award.score,
        )
        if _insert(session, award, draft, issuer=issuer, brand_id=kept.brand_id):
            begin_lists(session, clock, list_number)
        made = find_reservation(session, award.source)
        if made is not None:
            return made
    raise ListCrowded


def _insert(session: Session, award: Award, draft: Draft, *, issuer: Issuer, brand_id: str) -> bool:
    achieved = award.achievement
    text = AchievementText(
        achieved.slug,
        achieved.version,
        achieved.kind,
        achieved.title,
        achieved.description,
        achieved.criteria,
    )
    return insert_once(
        session,
        Certificate,
        id=new_id(),
        number=draft.number,
        source=award.source,
        kind=achieved.kind,
        person_id=award.person_id,
        case_id=award.case_id,
        achievement=achieved.slug,
        achievement_version=achieved.version,
        title=achieved.title,
        body=issuer.name,
        scheme=achieved.scheme,
        scheme_version=achieved.scheme_version,
        level=achieved.level,
        languages=list(award.languages),
        name_cyrillic=draft.name_cyrillic,
        name_latin=draft.name_latin,
        name_public=False,
        status=Status.RESERVED,
        status_since=draft.valid_from,
        issued_at=draft.awarded_at,
        valid_from=draft.valid_from,
        expires_at=draft.expires_at,
        subject_uuid=draft.subject,
        list_number=draft.list_number,
        status_index=draft.status_index,
        payload=encode(document(issuer, text, draft)),
        brand_id=brand_id,
        specimen=issuer.test,
        verify_url=f"{issuer.base}/v/{draft.number}",
    )


def finish(session: Session, clock: Clock, reserved: Reservation, *, jwt: str, thumbprint: str) -> bool:
    """Step 3: store the token and make the certificate active; False when another worker was first.

    An active certificate of the same person and achievement is superseded in the same transaction. While one
    is suspended, nothing is issued around it: the reservation waits, and its reinstatement asks again. Once
    one was revoked after the decision, the reservation stays unsigned for good. So it does while the result
    it rests on does not stand: that is read again, with its attempt held.
    """
    now = clock.now()
    told = result_stands(session, reserved.id)
    others = list_standings(session, reserved.person_id, reserved.achievement, for_update=True)
    kind = session.execute(
        select(col(Certificate.kind)).where(
            col(Certificate.id) == reserved.id, col(Certificate.status) == Status.RESERVED
        )
    ).scalar_one_or_none()
    if kind is None:
        return False
    obstacle = in_the_way(others, settled_at=reserved.settled_at) if told else Reason.RESULT_INVALIDATED
    if obstacle is not None:
        audit.record(
            session,
            clock,
            actor_id=None,
            action="certificates.not_issued",
            subject_kind="certificate",
            subject_id=reserved.id,
            why=str(obstacle),
        )
        return False
    older = session.execute(
        update(Certificate)
        .where(
            col(Certificate.person_id) == reserved.person_id,
            col(Certificate.achievement) == reserved.achievement,
            col(Certificate.status) == Status.ACTIVE,
            col(Certificate.id) != reserved.id,
        )
        .values(status=Status.SUPERSEDED, reason=Reason.RENEWED, status_since=now)
        .returning(col(Certificate.id), col(Certificate.list_number))
        .execution_options(synchronize_session=False)
    ).all()
    session.execute(
        update(Certificate)
        .where(col(Certificate.id) == reserved.id, col(Certificate.status) == Status.RESERVED)
        .values(status=Status.ACTIVE, jwt=jwt, key_thumbprint=thumbprint, status_since=now)
        .execution_options(synchronize_session=False)
    )
    for row in older:
        session.add(
            CertificateEvent(certificate_id=row.id, kind=EventKind.SUPERSEDE, reason=Reason.RENEWED, at=now)
        )
        touch_lists(session, clock, row.list_number)
    if not _told(session, reserved):
        session.add(CertificateEvent(certificate_id=reserved.id, kind=EventKind.ISSUE, at=now))
    audit.record(
        session,
        clock,
        actor_id=None,
        action="certificates.issued",
        subject_kind="certificate",
        subject_id=reserved.id,
        kind=str(kind),
        key=thumbprint,
    )
    if kind is Kind.CERTIFICATION:
        record_milestone(
            session,
            person_id=reserved.person_id,
            word=MilestoneWord.CERTIFIED,
            at=now,
            source=f"certificate:{reserved.id}",
        )
    enqueue_later(
        session,
        clock,
        "certificates.issued_mail",
        {"certificate_id": reserved.id},
        dedupe_key=f"certificates.issued_mail:{reserved.id}",
    )
    return True


def _told(session: Session, reserved: Reservation) -> bool:
    """Whether the issue stands in the history already: an officer's correction writes it with its reason."""
    return bool(
        session.scalar(select(exists(select(1).where(col(CertificateEvent.certificate_id) == reserved.id))))
    )
