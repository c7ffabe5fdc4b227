"""Reads of applications, sittings and places, for candidates."""

from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Application, Booking, Centre, Room, Sitting
from app.exams.models.forms import Blueprint, Exam
from app.exams.models.secure_browser import BrowserFile
from app.exams.queries.paging import Paged, paged
from app.exams.rules.booking import Door, door_at
from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import (
    OPEN,
    AccommodationState,
    ApplicationState,
    BookingState,
    Lifecycle,
    Mode,
    Outcome,
    ResultState,
)
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual

LIVE = (BookingState.BOOKED, BookingState.WAITING)


class ApplicationFacts(NamedTuple):
    """A live application as its candidate sees it."""

    id: UUID
    exam_id: UUID
    accepted_at: datetime
    name_latin: str
    name_cyrillic: str | None
    accommodation: AccommodationState
    extra_percent: int
    extra_minutes: int
    accommodation_reason: str | None
    accommodation_request: str | None
    adult: bool
    guardian_name: str | None
    guardian_contact: str | None


class PlaceFacts(NamedTuple):
    """A live place, or a place in a waiting list."""

    id: UUID
    exam_id: UUID
    sitting_id: UUID
    attempt_id: UUID | None
    state: BookingState
    seat: int | None
    opens_at: datetime
    closes_at: datetime
    room: str
    centre: Trilingual
    address: Trilingual
    timezone: str
    lifecycle: Lifecycle | None
    mode: Mode


class AttemptFacts(NamedTuple):
    """An attempt in the candidate's own list. ``outcome`` is empty until the result is released."""

    id: UUID
    exam_id: UUID
    code: str
    number: int
    lifecycle: Lifecycle
    result: ResultState
    outcome: Outcome | None
    created_at: datetime
    started_at: datetime | None
    submitted_at: datetime | None


class SittingFacts(NamedTuple):
    """A sitting in a list. ``waiting``: how many stand in its waiting list."""

    id: UUID
    exam_id: UUID
    title: Trilingual
    opens_at: datetime
    closes_at: datetime
    capacity: int
    booked: int
    room: str
    step_free: bool
    centre: Trilingual
    address: Trilingual
    timezone: str
    room_closed_at: datetime | None
    cancelled_at: datetime | None
    cancelled_reason: str | None
    waiting: int
    form_ids: list[str]
    """The forms it was planned with; none: any form of its blueprint."""
    secure_browser: bool
    mode: Mode

    @property
    def free(self) -> int:
        """Places nobody holds."""
        return self.capacity - self.booked

    def door(self, at: datetime) -> Door:
        """What the door of the room does at an instant."""
        return door_at(opens_at=self.opens_at, closes_at=self.closes_at, closed_at=self.room_closed_at, at=at)


class BeforeFacts(NamedTuple):
    """What the page before an exam tells. Without a sitting its instants and places are None."""

    id: UUID
    code: str
    number: int
    lifecycle: Lifecycle
    mode: Mode
    extra_seconds: int
    exam_id: UUID
    exam_slug: str
    title: Trilingual
    certification: bool
    items: int
    minutes: int
    attempts_allowed: int | None
    window_days: int
    opens_at: datetime | None
    closes_at: datetime | None
    room: str | None
    centre: Trilingual | None
    address: Trilingual | None
    timezone: str | None
    secure_browser: bool | None
    browser_check: BrowserCheck
    browser_key: str | None
    """The Config Key of the settings that were given out."""

    @property
    def in_browser(self) -> bool:
        """Whether the attempt is taken in the secure browser."""
        if self.browser_check is BrowserCheck.NONE:
            return bool(self.secure_browser)
        return self.browser_check is not BrowserCheck.EXEMPT


def find_application(session: Session, person_id: UUID, exam_id: UUID) -> ApplicationFacts | None:
    """The person's live application to an exam."""
    return next((one for one in list_applications(session, person_id) if one.exam_id == exam_id), None)


def list_applications(session: Session, person_id: UUID) -> list[ApplicationFacts]:
    """The person's live applications."""
    rows = session.execute(
        select(
            col(Application.id),
            col(Application.exam_id),
            col(Application.accepted_at),
            col(Application.name_latin),
            col(Application.name_cyrillic),
            col(Application.accommodation),
            col(Application.extra_percent),
            col(Application.extra_minutes),
            col(Application.accommodation_reason),
            col(Application.accommodation_request),
            col(Application.adult),
            col(Application.guardian_name),
            col(Application.guardian_contact),
        ).where(col(Application.person_id) == person_id, col(Application.state) == ApplicationState.ACCEPTED)
    )
    return [ApplicationFacts(*row) for row in rows]


def is_used(session: Session, application_id: UUID) -> bool:
    """Whether somebody has relied on an application: its candidate has checked in, or started, with it."""
    found = session.scalar(
        select(col(Booking.id))
        .join(Attempt, col(Attempt.id) == col(Booking.attempt_id))
        .where(
            col(Booking.application_id) == application_id,
            or_(
                col(Attempt.started_at).is_not(None),
                col(Attempt.lifecycle).in_([Lifecycle.CHECKIN, Lifecycle.READY]),
            ),
        )
        .limit(1)
    )
    return found is not None


def list_places(session: Session, person_id: UUID) -> list[PlaceFacts]:
    """The person's live places whose attempt, if there is one, has not ended; nearest first."""
    rows = session.execute(
        select(
            col(Booking.id),
            col(Booking.exam_id),
            col(Booking.sitting_id),
            col(Booking.attempt_id),
            col(Booking.state),
            col(Booking.seat),
            col(Sitting.opens_at),
            col(Sitting.closes_at),
            col(Room.name),
            col(Centre.name),
            col(Centre.address),
            col(Centre.timezone),
            col(Attempt.lifecycle),
            col(Sitting.mode),
        )
        .join(Sitting, col(Sitting.id) == col(Booking.sitting_id))
        .join(Room, col(Room.id) == col(Sitting.room_id))
        .join(Centre, col(Centre.id) == col(Room.centre_id))
        .outerjoin(Attempt, col(Attempt.id) == col(Booking.attempt_id))
        .where(
            col(Booking.person_id) == person_id,
            col(Booking.state).in_(LIVE),
            or_(col(Attempt.id).is_(None), col(Attempt.lifecycle).in_(OPEN)),
        )
        .order_by(col(Sitting.opens_at))
    )
    return [PlaceFacts(*row) for row in rows]


def _attempts(person_id: UUID) -> Select[Any]:
    shown = col(Attempt.result).in_([ResultState.RELEASED, ResultState.REISSUED])
    wanted: Any = (
        select(
            col(Attempt.id),
            col(Attempt.exam_id),
            col(Attempt.code),
            col(Attempt.number),
            col(Attempt.lifecycle),
            col(Attempt.result),
            case((shown, col(Attempt.outcome)), else_=None),
            col(Attempt.created_at),
            col(Attempt.started_at),
            col(Attempt.submitted_at),
        )
        .where(col(Attempt.candidate_id) == person_id)
        .order_by(col(Attempt.created_at).desc(), col(Attempt.id).desc())
    )
    return cast(Select[Any], wanted)


def list_attempts(session: Session, person_id: UUID, *, page: int) -> Paged[AttemptFacts]:
    """The person's attempts, newest first; an outcome only when its result was released."""
    return paged(session, _attempts(person_id), AttemptFacts, page=page)


def list_running(session: Session, person_id: UUID) -> list[AttemptFacts]:
    """The person's attempts that were started and are not over: one an exam at most."""
    running = _attempts(person_id).where(
        col(Attempt.lifecycle).in_(OPEN), col(Attempt.started_at).is_not(None)
    )
    return [AttemptFacts(*row) for row in session.execute(running)]


def sittings() -> Select[Any]:
    """The columns of ``SittingFacts``; the caller adds which and in what order."""
    waiting = (
        select(func.count())
        .where(col(Booking.sitting_id) == col(Sitting.id), col(Booking.state) == BookingState.WAITING)
        .scalar_subquery()
    )
    wanted: Any = (
        select(
            col(Sitting.id),
            col(Sitting.exam_id),
            col(Exam.title),
            col(Sitting.opens_at),
            col(Sitting.closes_at),
            col(Sitting.capacity),
            col(Sitting.booked),
            col(Room.name),
            col(Room.step_free),
            col(Centre.name),
            col(Centre.address),
            col(Centre.timezone),
            col(Sitting.room_closed_at),
            col(Sitting.cancelled_at),
            col(Sitting.cancelled_reason),
            waiting,
            col(Sitting.form_ids),
            col(Sitting.secure_browser),
            col(Sitting.mode),
        )
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(Room, col(Room.id) == col(Sitting.room_id))
        .join(Centre, col(Centre.id) == col(Room.centre_id))
    )
    return cast(Select[Any], wanted)


def list_bookable(session: Session, exam_id: UUID, *, at: datetime, page: int) -> Paged[SittingFacts]:
    """Sittings of an exam whose hour is still to come, nearest first."""
    wanted = (
        sittings()
        .where(
            col(Sitting.exam_id) == exam_id,
            col(Sitting.opens_at) > at,
            col(Sitting.cancelled_at).is_(None),
            col(Sitting.room_closed_at).is_(None),
        )
        .order_by(col(Sitting.opens_at), col(Sitting.id))
    )
    return paged(session, wanted, SittingFacts, page=page)


def exam_slug_of(session: Session, sitting_id: UUID) -> str | None:
    """Which exam a sitting is of; None: no such sitting."""
    return session.scalar(
        select(col(Exam.slug))
        .join(Sitting, col(Sitting.exam_id) == col(Exam.id))
        .where(col(Sitting.id) == sitting_id)
    )


def get_before(session: Session, candidate_id: UUID, attempt_id: UUID) -> BeforeFacts:
    """What the candidate reads before their own attempt.

    Raises:
        NotFound: no such attempt, or another candidate's.
    """
    row = session.execute(
        select(
            col(Attempt.id),
            col(Attempt.code),
            col(Attempt.number),
            col(Attempt.lifecycle),
            col(Attempt.mode),
            col(Attempt.extra_seconds),
            col(Attempt.exam_id),
            col(Exam.slug),
            col(Exam.title),
            col(Exam.certification),
            col(Blueprint.items),
            col(Blueprint.minutes),
            col(Blueprint.attempts_allowed),
            col(Blueprint.attempts_window_days),
            col(Sitting.opens_at),
            col(Sitting.closes_at),
            col(Room.name),
            col(Centre.name),
            col(Centre.address),
            col(Centre.timezone),
            col(Sitting.secure_browser),
            col(Attempt.browser_check),
            col(BrowserFile.config_key),
        )
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .join(Blueprint, col(Blueprint.id) == col(Attempt.blueprint_id))
        .outerjoin(Sitting, col(Sitting.id) == col(Attempt.sitting_id))
        .outerjoin(Room, col(Room.id) == col(Sitting.room_id))
        .outerjoin(Centre, col(Centre.id) == col(Room.centre_id))
        .outerjoin(BrowserFile, col(BrowserFile.attempt_id) == col(Attempt.id))
        .where(col(Attempt.id) == attempt_id, col(Attempt.candidate_id) == candidate_id)
    ).first()
    if row is None:
        raise NotFound
    return BeforeFacts(*row)


def waits_over(session: Session, at: datetime, *, limit: int) -> list[UUID]:
    """Places in waiting lists of sittings whose hour had come at ``at``."""
    return list(
        session.scalars(
            select(col(Booking.id))
            .join(Sitting, col(Sitting.id) == col(Booking.sitting_id))
            .where(col(Booking.state) == BookingState.WAITING, col(Sitting.opens_at) <= at)
            .order_by(col(Sitting.opens_at), col(Booking.id))
            .limit(limit)
        )
    )
