"""How places are counted, given and freed: what the verbs of ``service.booking`` are made of.

Capacity is a guard in an UPDATE; one place and one open attempt a person are unique indexes. A sitting's row
is locked first, so that a freed place meets whoever began to wait at the same moment.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, select, update
from sqlmodel import Session, col

from app.exams import errors
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Application, Booking, Sitting
from app.exams.models.forms import Blueprint
from app.exams.queries import attempts as queries
from app.exams.queries import forms as form_queries
from app.exams.rules import booking as rules
from app.exams.rules.states import OPEN, ApplicationState, BookingState, Lifecycle, Mode
from app.exams.service import history, letters
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound
from app.platform import audit
from app.platform.database import insert_once
from app.programmes import service as programmes
from app.programmes.rules import MilestoneWord

CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that a code can be read aloud."""


@dataclass(frozen=True, slots=True)
class Place:
    """What came of a booking. ``attempt_id`` and ``seat`` None: in the waiting list."""

    booking_id: UUID
    attempt_id: UUID | None
    seat: int | None


@dataclass(frozen=True, slots=True)
class SittingFacts:
    """What the verbs need to know of a sitting and its blueprint."""

    id: UUID
    exam_id: UUID
    blueprint_id: UUID
    mode: Mode
    opens_at: datetime
    cancelled_at: datetime | None
    room_closed_at: datetime | None
    minutes: int
    repeats: rules.AttemptRules


def new_code() -> str:
    """A fresh attempt code: XXXXX-XXXXX, 50 random bits."""
    signs = "".join(secrets.choice(CODE_SIGNS) for _ in range(10))
    return f"{signs[:5]}-{signs[5:]}"


def new_attempt(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    sitting: SittingFacts | None,
    exam_id: UUID,
    blueprint_id: UUID,
    mode: Mode,
    number: int,
    extra_seconds: int,
    actor_id: UUID | None,
) -> UUID | None:
    """Make an attempt in state ``scheduled``; None: the person has an open one (a unique index says so)."""
    attempt = Attempt(
        code=new_code(),
        exam_id=exam_id,
        blueprint_id=blueprint_id,
        sitting_id=sitting.id if sitting else None,
        candidate_id=person_id,
        mode=mode,
        number=number,
        extra_seconds=extra_seconds,
        created_at=clock.now(),
        lifecycle=Lifecycle.SCHEDULED,
    )
    if not insert_once(session, Attempt, **attempt.model_dump()):
        return None
    history.begin(session, clock, session.get_one(Attempt, attempt.id), actor_id=actor_id)
    return attempt.id


def _facts(row: Row[Any]) -> SittingFacts:
    return SittingFacts(
        id=row.id,
        exam_id=row.exam_id,
        blueprint_id=row.blueprint_id,
        mode=row.mode,
        opens_at=row.opens_at,
        cancelled_at=row.cancelled_at,
        room_closed_at=row.room_closed_at,
        minutes=row.minutes,
        repeats=rules.AttemptRules(row.attempts_allowed, row.attempts_window_days, row.wait_days),
    )


def lock(session: Session, *ids: UUID) -> dict[UUID, SittingFacts]:
    """Lock the rows of sittings in the order of their ids and read them with their exams.

    Raises:
        NotFound: one of them does not exist.
    """
    session.execute(
        select(col(Sitting.id)).where(col(Sitting.id).in_(ids)).order_by(col(Sitting.id)).with_for_update()
    ).all()
    rows = session.execute(
        select(
            col(Sitting.id),
            col(Sitting.exam_id),
            col(Sitting.blueprint_id),
            col(Sitting.mode),
            col(Sitting.opens_at),
            col(Sitting.cancelled_at),
            col(Sitting.room_closed_at),
            col(Blueprint.minutes),
            col(Blueprint.attempts_allowed),
            col(Blueprint.attempts_window_days),
            col(Blueprint.wait_days),
        )
        .join(Blueprint, col(Blueprint.id) == col(Sitting.blueprint_id))
        .where(col(Sitting.id).in_(ids))
    ).all()
    found = {row.id: _facts(row) for row in rows}
    if len(found) != len(set(ids)):
        raise NotFound
    return found


def check_open(sitting: SittingFacts, now: datetime) -> None:
    """Refuse when the sitting gives no places any more.

    Raises:
        BookingClosed: its hour has come, its room is closed, or it was cancelled.
    """
    closed = sitting.cancelled_at is not None or sitting.room_closed_at is not None
    if closed or not rules.may_book(opens_at=sitting.opens_at, at=now):
        raise errors.BookingClosed


def accepted_application(session: Session, person_id: UUID, exam_id: UUID) -> Application:
    """The person's accepted application, its row held: it is not withdrawn while a place is taken with it.

    Raises:
        ApplicationNeeded: there is none.
    """
    found = session.scalar(
        select(Application)
        .where(
            col(Application.person_id) == person_id,
            col(Application.exam_id) == exam_id,
            col(Application.state) == ApplicationState.ACCEPTED,
        )
        .with_for_update()
    )
    if found is None:
        raise errors.ApplicationNeeded
    return found


def end_used(session: Session, person_id: UUID, exam_id: UUID, now: datetime) -> None:
    """What is over stands in nobody's way: a place whose attempt has ended, a wait whose hour has come."""
    ended = select(col(Attempt.id)).where(
        col(Attempt.candidate_id) == person_id,
        col(Attempt.exam_id) == exam_id,
        col(Attempt.lifecycle).not_in(OPEN),
    )
    past = select(col(Sitting.id)).where(col(Sitting.opens_at) <= now)
    for state, is_over, after in (
        (BookingState.BOOKED, col(Booking.attempt_id).in_(ended), BookingState.USED),
        (BookingState.WAITING, col(Booking.sitting_id).in_(past), BookingState.CANCELLED),
    ):
        session.execute(
            update(Booking)
            .where(
                col(Booking.person_id) == person_id,
                col(Booking.exam_id) == exam_id,
                col(Booking.state) == state,
                is_over,
            )
            .values(state=after, ended_at=now)
            .execution_options(synchronize_session=False)
        )


def end_wait(session: Session, clock: Clock, booking_id: UUID) -> bool:
    """Close a place in a waiting list whose hour has come. False: it was given a place or left meanwhile."""
    now = clock.now()
    past = select(col(Sitting.id)).where(col(Sitting.opens_at) <= now)
    ended: Any = session.execute(
        update(Booking)
        .where(
            col(Booking.id) == booking_id,
            col(Booking.state) == BookingState.WAITING,
            col(Booking.sitting_id).in_(past),
        )
        .values(state=BookingState.CANCELLED, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    if ended.rowcount != 1:
        return False
    audit.record(
        session,
        clock,
        actor_id=None,
        action="booking.wait_ended",
        subject_kind="booking",
        subject_id=booking_id,
    )
    return True


def check_bars(session: Session, person_id: UUID, sitting: SittingFacts, without: UUID | None = None) -> None:
    """Refuse when the rules of repeating stand in the way; see ``raise_bar``."""
    past = queries.past_attempts(session, person_id, sitting.exam_id, without)
    published = form_queries.published_forms(session, sitting.blueprint_id, sitting.id)
    seen = form_queries.seen_forms(session, person_id, sitting.exam_id)
    left = len(set(published) - seen)
    bar = rules.booking_bar(past, sitting.repeats, opens_at=sitting.opens_at, forms_left=left)
    raise_bar(bar, past, sitting.repeats, sitting.opens_at)


def raise_bar(
    bar: rules.Bar | None, past: Sequence[rules.PastAttempt], repeats: rules.AttemptRules, at: datetime
) -> None:
    """Say a bar as its refusal.

    Raises:
        OpenAttempt, NoAttemptsLeft, TooSoonAfterAttempt, NoFormLeft: as the bar says.
    """
    if bar is None:
        return
    refusals: dict[rules.Bar, type[DomainError]] = {
        rules.Bar.OPEN_ATTEMPT: errors.OpenAttempt,
        rules.Bar.NO_ATTEMPTS_LEFT: errors.NoAttemptsLeft,
        rules.Bar.NO_FORM_LEFT: errors.NoFormLeft,
    }
    if bar is rules.Bar.TOO_SOON:
        raise errors.TooSoonAfterAttempt(earliest=rules.standing(past, repeats, at=at).earliest)
    raise refusals[bar]


def take(session: Session, sitting_id: UUID) -> bool:
    """Count one place more, unless the sitting is full; the guard stands in the UPDATE."""
    taken: Any = session.execute(
        update(Sitting)
        .where(
            col(Sitting.id) == sitting_id,
            col(Sitting.booked) < col(Sitting.capacity),
            col(Sitting.cancelled_at).is_(None),
        )
        .values(booked=col(Sitting.booked) + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount == 1)


def free_seat(session: Session, sitting_id: UUID) -> int:
    """The lowest seat nobody holds."""
    taken = session.scalars(
        select(col(Booking.seat)).where(
            col(Booking.sitting_id) == sitting_id,
            col(Booking.state) == BookingState.BOOKED,
            col(Booking.seat).is_not(None),
        )
    )
    return rules.next_seat([seat for seat in taken if seat is not None])


def give_place(
    session: Session, clock: Clock, sitting: SittingFacts, booking_id: UUID, *, actor_id: UUID | None
) -> Place:
    """Turn a waiting booking into a place with its attempt, if one is free."""
    if not take(session, sitting.id):
        return Place(booking_id, None, None)
    booking = session.get_one(Booking, booking_id, populate_existing=True)
    application = session.get_one(Application, booking.application_id)
    past = queries.past_attempts(session, booking.person_id, sitting.exam_id)
    made = new_attempt(
        session,
        clock,
        person_id=booking.person_id,
        sitting=sitting,
        exam_id=sitting.exam_id,
        blueprint_id=sitting.blueprint_id,
        mode=sitting.mode,
        number=rules.standing(past, sitting.repeats, at=sitting.opens_at).counted + 1,
        extra_seconds=rules.extra_seconds(
            limit_minutes=sitting.minutes,
            percent=application.extra_percent,
            minutes=application.extra_minutes,
        ),
        actor_id=actor_id,
    )
    if made is None:
        raise errors.OpenAttempt
    booking.state, booking.attempt_id = BookingState.BOOKED, made
    booking.seat = free_seat(session, sitting.id)
    session.flush()
    programmes.record_milestone(
        session,
        person_id=booking.person_id,
        word=MilestoneWord.SCHEDULED,
        at=clock.now(),
        source=f"attempt:{made}",
    )
    return Place(booking_id, made, booking.seat)


def give_up(session: Session, clock: Clock, sitting: SittingFacts, attempt_id: UUID) -> None:
    """Free the place of an attempt that was voided before its start, and tell who had it.

    The caller holds the sitting's row.
    """
    booking_id = session.scalar(
        update(Booking)
        .where(col(Booking.attempt_id) == attempt_id, col(Booking.state) == BookingState.BOOKED)
        .values(state=BookingState.CANCELLED, ended_at=clock.now())
        .returning(col(Booking.id))
        .execution_options(synchronize_session=False)
    )
    if booking_id is not None:
        free_place(session, clock, sitting)
        letters.write_later(session, clock, booking_id, rules.Letter.VOIDED)


def free_place(session: Session, clock: Clock, sitting: SittingFacts) -> None:
    """One place less is taken; it goes to the first who waits, who is told by mail."""
    session.execute(
        update(Sitting)
        .where(col(Sitting.id) == sitting.id, col(Sitting.booked) > 0)
        .values(booked=col(Sitting.booked) - 1)
        .execution_options(synchronize_session=False)
    )
    closed = sitting.cancelled_at is not None or sitting.room_closed_at is not None
    if closed or not rules.may_book(opens_at=sitting.opens_at, at=clock.now()):
        return
    first = session.scalar(
        select(col(Booking.id))
        .where(
            col(Booking.sitting_id) == sitting.id,
            col(Booking.state) == BookingState.WAITING,
            ~exists(
                select(1).where(
                    col(Attempt.candidate_id) == col(Booking.person_id),
                    col(Attempt.exam_id) == col(Booking.exam_id),
                    col(Attempt.lifecycle).in_(OPEN),
                )
            ),
        )
        .order_by(col(Booking.created_at), col(Booking.id))
        .limit(1)
    )
    if first is None:
        return
    place = give_place(session, clock, sitting, first, actor_id=None)
    audit.record(
        session,
        clock,
        actor_id=None,
        action="booking.promoted",
        subject_kind="booking",
        subject_id=first,
        sitting=sitting.id,
        attempt=place.attempt_id,
    )
    letters.write_later(session, clock, first, rules.Letter.PROMOTED)
