"""Released results, cases and certificates for the tests of this slice."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.certificates.models import Certificate, CertificationCase
from app.certificates.queries.decisions import figures_of
from app.certificates.rules.states import Verdict
from app.certificates.service import decisions
from app.courses.models import Course
from app.exams.models.attempts import Attempt, ResponseEvent
from app.exams.models.booking import Application
from app.exams.models.forms import Blueprint, Exam
from app.exams.rules.states import (
    AccommodationState,
    ApplicationState,
    EventKind,
    Lifecycle,
    Mode,
    Outcome,
    ReleasePolicy,
    ResultState,
    Review,
)
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.platform.outbox import enqueue_later
from tests.factories import person
from tests.world import World

NAME_CYRILLIC = "Үлгібекұлы Сынақ"
NAME_LATIN = "Sample Ulgibekuly"


def _exam(session: Session, *, certification: bool) -> Exam:
    slug = "ceasai-analyst" if certification else "practice-run"
    known = session.exec(select(Exam).where(col(Exam.slug) == slug)).first()
    if known is not None:
        return known
    made = Exam(
        slug=slug,
        title={"kk": "Емтихан", "ru": "Экзамен", "en": "Exam"},
        certification=certification,
        achievement="analyst" if certification else None,
        default_mode=Mode.ON_SITE,
        release=ReleasePolicy.AT_ONCE,
    )
    session.add(made)
    session.flush()
    session.add(
        Blueprint(
            exam_id=made.id,
            version="1",
            domains={"D1": 80},
            items=80,
            minutes=120,
            cut_score=56,
            wait_days=14,
        )
    )
    session.flush()
    return made


def attempt(
    world: World,
    candidate_id: UUID,
    *,
    certification: bool = True,
    mode: Mode = Mode.ON_SITE,
    raw_score: int = 63,
    result: ResultState = ResultState.RELEASED,
    identity: bool = True,
    application: bool = True,
    languages: tuple[str, ...] = ("kk",),
) -> UUID:
    """A scored attempt with its application; announces ``result.released`` when it is released."""
    now = world.clock.now()
    proctor = person(world, "proctor") if identity else None
    with world.write() as session:
        exam = _exam(session, certification=certification)
        blueprint = session.exec(select(Blueprint).where(col(Blueprint.exam_id) == exam.id)).one()
        if application:
            values: dict[str, Any] = {
                "person_id": candidate_id,
                "exam_id": exam.id,
                "state": ApplicationState.ACCEPTED,
                "name_cyrillic": NAME_CYRILLIC,
                "name_latin": NAME_LATIN,
                "adult": True,
                "conduct_version": "1",
                "mark_version": "1",
                "accepted_at": now,
                "accommodation": AccommodationState.NONE,
                "created_at": now,
            }
            if "notice_version" in Application.model_fields:
                values["notice_version"] = "1"
            known = session.exec(
                select(Application).where(
                    col(Application.person_id) == candidate_id, col(Application.exam_id) == exam.id
                )
            ).first()
            if known is None:
                session.add(Application(**values))
        made = Attempt(
            code=f"T{str(new_id())[-12:]}",
            exam_id=exam.id,
            blueprint_id=blueprint.id,
            candidate_id=candidate_id,
            mode=mode,
            created_at=now,
            lifecycle=Lifecycle.SCORED,
            review=Review.CLEARED,
            result=result,
            identity_by=proctor,
            identity_at=now if identity else None,
            started_at=now - timedelta(hours=2),
            deadline=now,
            submitted_at=now,
            cut_score=56,
            max_points=80,
            raw_score=raw_score,
            outcome=Outcome.PASSED if raw_score >= 56 else Outcome.FAILED,
            released_at=now if result is ResultState.RELEASED else None,
        )
        session.add(made)
        session.flush()
        attempt_id = made.id
        for index, language in enumerate(languages):
            kind = EventKind.LANGUAGE if index else EventKind.START
            session.add(ResponseEvent(attempt_id=attempt_id, kind=kind, locale=Locale(language), at=now))
        if result is ResultState.RELEASED:
            enqueue_later(session, world.clock, "result.released", {"attempt_id": attempt_id})
    return attempt_id


def case_of(world: World, attempt_id: UUID) -> UUID | None:
    """The case that was opened for an attempt."""
    with world.read() as session:
        return session.exec(
            select(CertificationCase.id).where(col(CertificationCase.attempt_id) == attempt_id)
        ).first()


def seen(world: World, case_id: UUID) -> str:
    """The score an officer is shown of a case."""
    with world.read() as session:
        return figures_of(session.get_one(CertificationCase, case_id))


def granting(world: World, case_id: UUID) -> dict[str, str]:
    """What the page of a case sends when its officer grants."""
    return {"verdict": "granted", "seen": seen(world, case_id)}


def refusing(world: World, case_id: UUID, reason: str) -> dict[str, str]:
    """What the page of a case sends when its officer refuses."""
    return {"verdict": "refused", "seen": seen(world, case_id), "reason": reason}


def corrected(world: World, case_id: UUID) -> None:
    """A re-score gives the result one point more; the case has not been told yet."""
    with world.write() as session:
        sat = session.get_one(Attempt, session.get_one(CertificationCase, case_id).attempt_id)
        assert sat.raw_score is not None
        sat.raw_score += 1


def ready_case(world: World, candidate_id: UUID, **values: Any) -> UUID:
    """A case that lacks nothing."""
    attempt_id = attempt(world, candidate_id, **values)
    world.work()
    case_id = case_of(world, attempt_id)
    assert case_id is not None
    with world.write() as session:
        decisions.confirm_names(session, world.clock, person_id=candidate_id, case_id=case_id)
    return case_id


def grant(world: World, case_id: UUID, officer_id: UUID) -> None:
    """The officer grants; nothing is issued before the worker runs."""
    shown = seen(world, case_id)
    with world.write() as session:
        result = decisions.decide(
            session,
            world.clock,
            officer_id=officer_id,
            case_id=case_id,
            wish=Verdict.GRANTED,
            reason=None,
            seen=shown,
        )
    assert result is Verdict.GRANTED


def certificate(
    world: World, candidate_id: UUID | None = None, officer_id: UUID | None = None, **values: Any
) -> str:
    """An issued certificate of certification; its number."""
    candidate_id = candidate_id or person(world)
    officer_id = officer_id or person(world, "certification_officer")
    case_id = ready_case(world, candidate_id, **values)
    grant(world, case_id, officer_id)
    world.work()
    with world.read() as session:
        number = session.exec(select(Certificate.number).where(col(Certificate.case_id) == case_id)).one()
    return str(number)


def row(world: World, number: str) -> Certificate:
    """The certificate as stored."""
    with world.read() as session:
        found = session.exec(select(Certificate).where(col(Certificate.number) == number)).one()
        session.expunge(found)
    return found


def course(world: World, slug: str = "ceasai-analyst") -> str:
    """A course as imported; its slug."""
    with world.write() as session:
        session.add(
            Course(
                slug=slug,
                version="2026.1",
                level=1,
                hours="36",
                title={"kk": "ЖИ қауіпсіздігі", "ru": "Безопасность ИИ", "en": "AI safety"},
                summary={"kk": "К", "ru": "К", "en": "C"},
                content_hash="0" * 64,
                imported_at=world.clock.now(),
            )
        )
    return slug
