"""Cases and the decision on them. Each function loads, asks the rules, writes, and never commits."""

from uuid import UUID

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from app.capstone.queries.rating import has_rated
from app.certificates.errors import AlreadyDecided, CaseChanged, NamesAlreadyConfirmed, OwnRating, OwnTrainee
from app.certificates.models import Achievement, CertificationCase, Decision
from app.certificates.queries.decisions import figures_of, record_of
from app.certificates.rules.achievements import CERTIFICATIONS, Achieved
from app.certificates.rules.deciding import decide_certification, opens_case
from app.certificates.rules.states import Verdict
from app.exams.queries.rating import has_rated as rated_answer
from app.exams.queries.released import ReleasedResult, released_result, stands
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound, Refused
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later
from app.programmes.queries import needs_capstone, trained
from app.programmes.rules import MilestoneWord
from app.programmes.service import record_milestone


def write_down(session: Session, clock: Clock, achieved: Achieved) -> None:
    """Keep a version of an achievement, so that its public address answers as long as anybody holds it."""
    insert_once(
        session,
        Achievement,
        id=new_id(),
        slug=achieved.slug,
        version=achieved.version,
        kind=achieved.kind,
        title=achieved.title,
        description=achieved.description,
        criteria=achieved.criteria,
        scheme=achieved.scheme,
        scheme_version=achieved.scheme_version,
        level=achieved.level,
        validity_months=achieved.validity_months,
        created_at=clock.now(),
    )


def open_case(session: Session, clock: Clock, attempt_id: UUID) -> UUID | None:
    """Put a released, passed, supervised result of certification into the queue; None when it is not one.

    Once per attempt: a second release of the same attempt finds its case, which, while it is undecided, shows
    the score as it is told now, and who compared the pictures if that came later.
    """
    result = released_result(session, attempt_id)
    if result is not None:
        _tell_anew(session, clock, result)
        _tell_identity(session, clock, result)
    if result is None or not opens_case(
        released=True,
        passed=result.passed,
        certification=result.certification,
        supervised=result.supervised,
    ):
        return None
    achieved = CERTIFICATIONS.get(result.achievement or "")
    if achieved is None:
        return None
    write_down(session, clock, achieved)
    checked = result.identity_by is not None and result.identity_at is not None
    case_id = new_id()
    fresh = insert_once(
        session,
        CertificationCase,
        id=case_id,
        person_id=result.person_id,
        attempt_id=attempt_id,
        achievement=achieved.slug,
        achievement_version=achieved.version,
        raw_score=result.raw_score,
        max_points=result.max_points,
        cut_score=result.cut_score,
        mode=result.mode,
        review=result.review,
        identity_by=result.identity_by if checked else None,
        identity_at=result.identity_at if checked else None,
        mark_version=result.mark_version,
        name_cyrillic=result.name_cyrillic,
        name_latin=result.name_latin,
        capstone_required=needs_capstone(session, result.person_id),
        opened_at=clock.now(),
    )
    if not fresh:
        return None
    audit.record(
        session,
        clock,
        actor_id=None,
        action="certificates.case_opened",
        subject_kind="certification_case",
        subject_id=case_id,
        attempt=attempt_id,
    )
    enqueue_later(session, clock, "certificates.names_mail", {"case_id": case_id})
    return case_id


def _tell_identity(session: Session, clock: Clock, result: ReleasedResult) -> None:
    """An undecided case without a check of identity gets the one that was carried out since."""
    if result.identity_by is None or result.identity_at is None:
        return
    changed = session.scalars(
        update(CertificationCase)
        .where(
            col(CertificationCase.attempt_id) == result.attempt_id,
            col(CertificationCase.decided_at).is_(None),
            col(CertificationCase.identity_at).is_(None),
        )
        .values(identity_by=result.identity_by, identity_at=result.identity_at)
        .returning(col(CertificationCase.id))
    ).all()
    for case_id in changed:
        audit.record(
            session,
            clock,
            actor_id=None,
            action="certificates.case_identity_noted",
            subject_kind="certification_case",
            subject_id=case_id,
        )


def _tell_anew(session: Session, clock: Clock, result: ReleasedResult) -> None:
    """An undecided case copies the score of its result; after a re-score it copies the new one."""
    figures = {name: getattr(result, name) for name in ("raw_score", "max_points", "cut_score")}
    changed = session.scalars(
        update(CertificationCase)
        .where(
            col(CertificationCase.attempt_id) == result.attempt_id,
            col(CertificationCase.decided_at).is_(None),
            or_(*(getattr(CertificationCase, name) != value for name, value in figures.items())),
        )
        .values(**figures)
        .returning(col(CertificationCase.id))
    ).all()
    for case_id in changed:
        audit.record(
            session,
            clock,
            actor_id=None,
            action="certificates.case_score_changed",
            subject_kind="certification_case",
            subject_id=case_id,
            raw_score=result.raw_score,
        )


def confirm_names(session: Session, clock: Clock, *, person_id: UUID, case_id: UUID) -> None:
    """The holder confirms the names as shown: so they will be signed.

    Raises:
        NotFound: no such case, or it is another person's.
        NamesAlreadyConfirmed: confirmed before, or the case is decided.
    """
    owner = session.execute(
        select(col(CertificationCase.person_id)).where(col(CertificationCase.id) == case_id)
    ).scalar_one_or_none()
    if owner != person_id:
        raise NotFound
    changed = session.execute(
        update(CertificationCase)
        .where(
            col(CertificationCase.id) == case_id,
            col(CertificationCase.names_confirmed_at).is_(None),
            col(CertificationCase.decided_at).is_(None),
        )
        .values(names_confirmed_at=clock.now())
        .returning(col(CertificationCase.id))
    ).all()
    if not changed:
        raise NamesAlreadyConfirmed
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="certificates.names_confirmed",
        subject_kind="certification_case",
        subject_id=case_id,
    )


def decide(
    session: Session,
    clock: Clock,
    *,
    officer_id: UUID,
    case_id: UUID,
    wish: Verdict,
    reason: str | None,
    seen: str,
) -> Verdict | Refused:
    """Record the officer's decision; granting sends the case to be issued, in the same transaction.

    An officer who trained the candidate or rated their capstone is refused, and the attempt is audited. So is
    an officer who was shown another score than the one that stands (``seen``: ``figures_of`` the page): the
    case then shows the new one.

    Raises:
        NotFound: no such case.
        AlreadyDecided: somebody was first.
        CaseIncomplete: something required is missing.
    """
    now = clock.now()
    case = session.execute(
        select(
            col(CertificationCase.person_id),
            col(CertificationCase.attempt_id),
            col(CertificationCase.decided_at),
        ).where(col(CertificationCase.id) == case_id)
    ).one_or_none()
    if case is None:
        raise NotFound
    person_id = case.person_id
    conflict: DomainError | None = None
    if trained(session, officer_id, person_id, at=now):
        conflict = OwnTrainee()
    elif has_rated(session, officer_id, person_id) or rated_answer(session, officer_id, case.attempt_id):
        conflict = OwnRating()
    if conflict is not None:
        audit.record(
            session,
            clock,
            actor_id=officer_id,
            action="certificates.decision_refused",
            subject_kind="certification_case",
            subject_id=case_id,
            why=conflict.code,
        )
        return Refused(conflict)
    # the attempt is held before anything of the case: its result is not invalidated or corrected meanwhile
    stands(session, case.attempt_id, for_update=True)
    result = released_result(session, case.attempt_id)
    if case.decided_at is None and result is not None and seen != figures_of(result):
        _tell_anew(session, clock, result)
        return Refused(CaseChanged())
    # then the guard: of two officers at once, one waits here for the other's commit and finds it decided
    taken = session.execute(
        update(CertificationCase)
        .where(col(CertificationCase.id) == case_id, col(CertificationCase.decided_at).is_(None))
        .values(decided_at=now)
        .returning(col(CertificationCase.id))
    ).all()
    if not taken:
        raise AlreadyDecided
    verdict = decide_certification(wish=wish, record=record_of(session, case_id))
    made = Decision(case_id=case_id, verdict=verdict, officer_id=officer_id, reason=reason, at=now)
    session.add(made)
    audit.record(
        session,
        clock,
        actor_id=officer_id,
        action=f"certificates.{verdict}",
        subject_kind="certification_case",
        subject_id=case_id,
        decision=made.id,  # what the officer wrote is on its row
    )
    record_milestone(
        session, person_id=person_id, word=MilestoneWord.DECIDED, at=now, source=f"case:{case_id}"
    )
    if verdict is Verdict.GRANTED:
        enqueue_later(
            session,
            clock,
            "certificates.issue",
            {"case_id": case_id},
            dedupe_key=f"certificates.issue:{case_id}",
        )
    else:
        enqueue_later(session, clock, "certificates.refused_mail", {"case_id": case_id})
    return verdict
