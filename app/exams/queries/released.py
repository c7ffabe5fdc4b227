"""What a certification decision reads of an attempt: only what has been released, and what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, ResponseEvent
from app.exams.models.booking import Application, Booking
from app.exams.models.forms import Exam
from app.exams.rules.releasing import is_held
from app.exams.rules.states import ApplicationState, EventKind, Mode, Outcome, ResultState
from app.kernel.locales import LOCALES


@dataclass(frozen=True, slots=True)
class ReleasedResult:
    """A released result. ``achievement`` is None when the exam leads to none."""

    attempt_id: UUID
    person_id: UUID
    certification: bool
    achievement: str | None
    passed: bool
    supervised: bool
    mode: str
    review: str
    raw_score: int
    max_points: int
    cut_score: int
    identity_by: UUID | None
    identity_at: datetime | None
    name_cyrillic: str | None
    name_latin: str | None
    mark_version: str | None
    """The agreement on the use of the mark that was accepted with the application."""
    released_at: datetime


_COLUMNS: tuple[Any, ...] = (
    Attempt.id,
    Attempt.candidate_id,
    Attempt.exam_id,
    Exam.certification,
    Exam.achievement,
    Attempt.outcome,
    Attempt.mode,
    Attempt.review,
    Attempt.raw_score,
    Attempt.max_points,
    Attempt.cut_score,
    Attempt.identity_by,
    Attempt.identity_at,
    Attempt.released_at,
)


def stands(session: Session, attempt_id: UUID, *, for_update: bool = False) -> bool:
    """Whether the attempt's result is released and no reviewer looks at its record or found an irregularity.

    ``for_update`` holds the attempt's row until the transaction ends: nobody invalidates it meanwhile.
    """
    wanted = select(col(Attempt.result), col(Attempt.review)).where(col(Attempt.id) == attempt_id)
    row = session.execute(wanted.with_for_update(key_share=True) if for_update else wanted).one()
    told = row.result in {ResultState.RELEASED, ResultState.REISSUED}
    return told and not is_held(review=row.review, terminated=False)


def which_stand(session: Session, attempt_ids: Sequence[UUID]) -> set[UUID]:
    """Of these attempts, those whose result is released and not held back by a review (``stands``)."""
    rows = session.execute(
        select(col(Attempt.id), col(Attempt.review)).where(
            col(Attempt.id).in_(list(attempt_ids)),
            col(Attempt.result).in_((ResultState.RELEASED, ResultState.REISSUED)),
        )
    )
    return {attempt for attempt, review in rows if not is_held(review=review, terminated=False)}


def released_result(session: Session, attempt_id: UUID) -> ReleasedResult | None:
    """The result of an attempt as it stands released now; None when it is withheld or was invalidated."""
    row = session.execute(
        select(*_COLUMNS)
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .where(
            col(Attempt.id) == attempt_id,
            col(Attempt.result).in_((ResultState.RELEASED, ResultState.REISSUED)),
        )
    ).one_or_none()
    if row is None or row.outcome is None:
        return None
    booked = select(col(Booking.application_id)).where(col(Booking.attempt_id) == attempt_id)
    application = session.execute(
        select(col(Application.name_cyrillic), col(Application.name_latin), col(Application.mark_version))
        .where(
            col(Application.person_id) == row.candidate_id,
            col(Application.exam_id) == row.exam_id,
            col(Application.state) == ApplicationState.ACCEPTED,
        )
        .order_by(col(Application.id).in_(booked).desc(), col(Application.created_at).desc())
        .limit(1)
    ).one_or_none()
    return ReleasedResult(
        attempt_id=row.id,
        person_id=row.candidate_id,
        certification=row.certification,
        achievement=row.achievement,
        passed=row.outcome is Outcome.PASSED,
        supervised=row.mode is not Mode.UNPROCTORED,
        mode=str(row.mode),
        review=str(row.review),
        raw_score=row.raw_score,
        max_points=row.max_points,
        cut_score=row.cut_score,
        identity_by=row.identity_by,
        identity_at=row.identity_at,
        name_cyrillic=application.name_cyrillic if application else None,
        name_latin=application.name_latin if application else None,
        mark_version=application.mark_version if application else None,
        released_at=row.released_at,
    )


def languages_taken(session: Session, attempt_id: UUID) -> tuple[str, ...]:
    """The languages an attempt was taken in: that of its start and every one it was switched to.

    From the append-only log, so it says the same however late it is asked.
    """
    logged = set(
        session.scalars(
            select(col(ResponseEvent.locale))
            .where(
                col(ResponseEvent.attempt_id) == attempt_id,
                col(ResponseEvent.kind).in_((EventKind.START, EventKind.LANGUAGE)),
            )
            .distinct()
        )
    )
    return tuple(str(locale) for locale in LOCALES if locale in logged)


def passed_exams(session: Session, person_id: UUID) -> set[UUID]:
    """The exams of certification the person has passed, as far as their results are released."""
    return set(
        session.scalars(
            select(col(Attempt.exam_id))
            .join(Exam, col(Exam.id) == col(Attempt.exam_id))
            .where(
                col(Attempt.candidate_id) == person_id,
                col(Attempt.outcome) == Outcome.PASSED,
                col(Attempt.result).in_((ResultState.RELEASED, ResultState.REISSUED)),
                col(Exam.certification),
            )
            .distinct()
        )
    )
