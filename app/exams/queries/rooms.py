"""Reads of a proctor: my rooms, and who is in them. Nobody the proctor has trained is ever listed."""

from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Application, Booking, Centre, Room, Sitting, SittingProctor
from app.exams.models.forms import Exam
from app.exams.rules.booking import Door, door_at
from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import ApplicationState, BookingState, Lifecycle, Mode
from app.kernel.errors import NotFound
from app.kernel.locales import Locale, Trilingual
from app.programmes.queries import trained_condition

_CANDIDATE = cast(ColumnElement[Any], col(Attempt.candidate_id))
SEAT = func.max(col(Booking.seat))
"""The seat of a row of ``seated``."""


class RoomFacts(NamedTuple):
    """A sitting as its proctor sees it; ``timezone`` is the centre's."""

    id: UUID
    title: Trilingual
    opens_at: datetime
    closes_at: datetime
    booked: int
    room_closed_at: datetime | None
    room: str
    centre: Trilingual
    timezone: str
    mode: Mode

    def door(self, at: datetime) -> Door:
        """What the door of the room does at an instant."""
        return door_at(opens_at=self.opens_at, closes_at=self.closes_at, closed_at=self.room_closed_at, at=at)


class CandidateFacts(NamedTuple):
    """A candidate in a room: names as in the document, where the attempt stands."""

    attempt_id: UUID
    code: str
    name_latin: str
    name_cyrillic: str | None
    seat: int | None
    lifecycle: Lifecycle
    locale: Locale | None
    deadline: datetime | None
    extra_seconds: int
    identity_at: datetime | None
    last_seen_at: datetime | None
    submitted_at: datetime | None
    browser_check: BrowserCheck


def list_rooms(session: Session, proctor_id: UUID, *, since: datetime) -> list[RoomFacts]:
    """The sittings the proctor is assigned to that end after ``since``, nearest first."""
    return _rooms(session, _assigned(proctor_id), col(Sitting.closes_at) > since)


def room_of(session: Session, person_id: UUID, sitting_id: UUID, *, manages: bool = False) -> RoomFacts:
    """The door: a sitting, for a proctor who is assigned to it; with ``manages`` for an exam manager.

    Raises:
        NotFound: no such sitting, or not this person's.
    """
    here = col(Sitting.id) == sitting_id
    found = _rooms(session, here) if manages else _rooms(session, here, _assigned(person_id))
    if not found:
        raise NotFound
    return found[0]


def is_assigned(session: Session, person_id: UUID, sitting_id: UUID) -> bool:
    """Whether the person is a proctor of the sitting."""
    return session.get(SittingProctor, (sitting_id, person_id)) is not None


def _assigned(proctor_id: UUID) -> ColumnElement[bool]:
    return exists(
        select(1).where(
            col(SittingProctor.sitting_id) == col(Sitting.id), col(SittingProctor.person_id) == proctor_id
        )
    )


def _rooms(session: Session, *conditions: ColumnElement[bool]) -> list[RoomFacts]:
    rows = session.execute(
        select(
            col(Sitting.id),
            col(Exam.title),
            col(Sitting.opens_at),
            col(Sitting.closes_at),
            col(Sitting.booked),
            col(Sitting.room_closed_at),
            col(Room.name),
            col(Centre.name),
            col(Centre.timezone),
            col(Sitting.mode),
        )
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(Room, col(Room.id) == col(Sitting.room_id))
        .join(Centre, col(Centre.id) == col(Room.centre_id))
        .where(col(Sitting.cancelled_at).is_(None), *conditions)
        .order_by(col(Sitting.opens_at), col(Sitting.id))
        .limit(50)
    )
    return [RoomFacts(*row) for row in rows]


def seated(sitting_id: UUID, *columns: Any) -> Select[Any]:
    """Who is expected in a room or sits in it, with names as in the document; who withdrew is left out."""
    return (
        select(*columns)
        .join(
            Application,
            (col(Application.person_id) == col(Attempt.candidate_id))
            & (col(Application.exam_id) == col(Attempt.exam_id))
            & (col(Application.state) == ApplicationState.ACCEPTED),
        )
        .outerjoin(
            Booking,
            (col(Booking.attempt_id) == col(Attempt.id))
            & (col(Booking.sitting_id) == col(Attempt.sitting_id))
            & col(Booking.state).in_([BookingState.BOOKED, BookingState.USED]),
        )
        .where(col(Attempt.sitting_id) == sitting_id, col(Attempt.lifecycle) != Lifecycle.WITHDRAWN)
        .group_by(col(Attempt.id), col(Application.id))
    )


def list_candidates(
    session: Session, proctor_id: UUID, sitting_id: UUID, *, at: datetime
) -> list[CandidateFacts]:
    """Who is expected in a room or sits in it, without anybody the proctor has trained.

    Who waits to be admitted comes first, then by seat. Withdrawn attempts are left out.
    """
    rows = session.execute(
        seated(
            sitting_id,
            col(Attempt.id),
            col(Attempt.code),
            col(Application.name_latin),
            col(Application.name_cyrillic),
            SEAT,
            col(Attempt.lifecycle),
            col(Attempt.locale),
            col(Attempt.deadline),
            col(Attempt.extra_seconds),
            col(Attempt.identity_at),
            col(Attempt.last_seen_at),
            col(Attempt.submitted_at),
            col(Attempt.browser_check),
        ).where(
            ~trained_condition(proctor_id, _CANDIDATE, at=at),
            col(Attempt.candidate_id) != proctor_id,
        )
    )
    found = [CandidateFacts(*row) for row in rows]
    return sorted(found, key=_order)


def _order(one: CandidateFacts) -> tuple[bool, int, str]:
    waits = one.lifecycle is Lifecycle.CHECKIN or one.browser_check is BrowserCheck.HELD
    return not waits, one.seat or 0, one.code


def own_trainees(session: Session, proctor_id: UUID, sitting_id: UUID, *, at: datetime) -> set[UUID]:
    """The candidates of the room whom the proctor has trained, or is: a colleague looks after them."""
    own = trained_condition(proctor_id, _CANDIDATE, at=at)
    return set(
        session.scalars(
            select(col(Attempt.candidate_id)).where(
                col(Attempt.sitting_id) == sitting_id,
                col(Attempt.lifecycle) != Lifecycle.WITHDRAWN,
                own | (col(Attempt.candidate_id) == proctor_id),
            )
        )
    )
