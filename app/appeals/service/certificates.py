"""Certificates whose result fell: after a re-score, or because the result was invalidated. An officer looks.

Nothing here changes a certificate.
"""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.appeals.errors import OwnTraineeTouched
from app.appeals.models.rescoring import CertificateReview, RescoreLine
from app.appeals.queries import challenges as doors
from app.certificates.queries.standing import resting_on
from app.exams.queries.reviewing import get_reviewed
from app.exams.rules.states import ResultState
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once


def look_at(session: Session, clock: Clock, line: RescoreLine, certificate: str | None) -> None:
    """Put a certificate before an officer whose result no longer passes after a re-score; once."""
    _open(session, clock, line.attempt_id, line.candidate_id, certificate, plan_id=line.plan_id)


def after_invalidation(session: Session, clock: Clock, *, attempt_id: UUID) -> bool:
    """Put the signed certificate that rests on an invalidated result before an officer; whether there is one.

    Nothing that is not signed by now will be: issuing reads the result again with its attempt held.
    """
    attempt = get_reviewed(session, attempt_id)
    rests = resting_on(session, [attempt_id]).get(attempt_id)
    if attempt.result is not ResultState.INVALIDATED or rests is None or not rests.in_force:
        return False
    return _open(session, clock, attempt_id, attempt.candidate_id, rests.certificate, plan_id=None)


def _open(
    session: Session,
    clock: Clock,
    attempt_id: UUID,
    candidate_id: UUID,
    certificate: str | None,
    *,
    plan_id: UUID | None,
) -> bool:
    review_id = new_id()
    fresh = insert_once(
        session,
        CertificateReview,
        id=review_id,
        plan_id=plan_id,
        attempt_id=attempt_id,
        candidate_id=candidate_id,
        certificate=certificate,
        opened_at=clock.now(),
    )
    if fresh:
        _note(session, clock, review_id, None, "certificate_review.opened", attempt=str(attempt_id))
    return fresh


def close(session: Session, clock: Clock, *, officer_id: UUID, review_id: UUID, note: str) -> Refused | None:
    """An officer writes down what was decided about a certificate; the certificate has its own page.

    Raises:
        NotFound: no such review, or it is closed.
    """
    row = session.scalars(
        select(CertificateReview)
        .where(col(CertificateReview.id) == review_id, col(CertificateReview.closed_at).is_(None))
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound
    if doors.is_trainer_of(session, officer_id, row.candidate_id, at=clock.now()):
        _note(session, clock, review_id, officer_id, "conflict.refused", act="certificate")
        return Refused(OwnTraineeTouched())
    row.closed_at, row.closed_by, row.note = clock.now(), officer_id, note
    _note(session, clock, review_id, officer_id, "certificate_review.closed")
    return None


def _note(
    session: Session, clock: Clock, review_id: UUID, actor_id: UUID | None, action: str, **facts: str
) -> None:
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action=action,
        subject_kind="certificate_review",
        subject_id=review_id,
        **facts,
    )
