"""Places in sittings: booking, waiting, moving, giving back."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams import errors
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Booking
from app.exams.rules import booking as rules
from app.exams.rules.states import Axis, BookingState, Lifecycle
from app.exams.service import doors, history, letters, places
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once


def book(session: Session, clock: Clock, *, person_id: UUID, sitting_id: UUID) -> places.Place:
    """Take a place in a sitting, or stand in its waiting list when it is full.

    A place makes the attempt, in state ``scheduled``, with the extra time that was approved.

    Raises:
        NotFound: no such sitting.
        BookingClosed: its hour has come, or it was cancelled.
        TrainsOthers: they train others now.
        ApplicationNeeded: no accepted application.
        AlreadyBooked, OpenAttempt, NoAttemptsLeft, TooSoonAfterAttempt, NoFormLeft: see ``rules``.
    """
    sitting = places.lock(session, sitting_id)[sitting_id]
    now = clock.now()
    places.check_open(sitting, now)
    doors.keep_trainers_out(session, clock, person_id=person_id, exam_id=sitting.exam_id)
    application = places.accepted_application(session, person_id, sitting.exam_id)
    places.end_used(session, person_id, sitting.exam_id, now)
    _check_live_booking(session, person_id, sitting.exam_id)
    places.check_bars(session, person_id, sitting)
    booking_id = new_id()
    fresh = insert_once(
        session,
        Booking,
        id=booking_id,
        sitting_id=sitting_id,
        exam_id=sitting.exam_id,
        person_id=person_id,
        application_id=application.id,
        attempt_id=None,
        seat=None,
        state=BookingState.WAITING,
        created_at=now,
        ended_at=None,
    )
    if not fresh:
        raise errors.AlreadyBooked
    place = places.give_place(session, clock, sitting, booking_id, actor_id=person_id)
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="booking.made" if place.attempt_id else "booking.waiting",
        subject_kind="booking",
        subject_id=booking_id,
        sitting=sitting_id,
        attempt=place.attempt_id,
    )
    if place.attempt_id:
        letters.write_later(session, clock, booking_id, rules.Letter.BOOKED)
    return place


def move(
    session: Session, clock: Clock, *, person_id: UUID, booking_id: UUID, to_sitting_id: UUID
) -> places.Place:
    """Change to another sitting of the same exam, with the same attempt; the old place goes to who waits.

    Raises:
        NotFound: not the person's live place, or no such sitting of this exam.
        TooLateToMove: less than 48 hours to the hour.
        BookingClosed: the other sitting gives no places any more.
        SittingFull: the other sitting has no free place; the old one is kept.
        TooSoonAfterAttempt, NoAttemptsLeft: the other hour is not possible.
    """
    found = _own_booking(session, person_id, booking_id)
    if found.sitting_id == to_sitting_id:
        raise NotFound
    sittings = places.lock(session, found.sitting_id, to_sitting_id)
    old, new = sittings[found.sitting_id], sittings[to_sitting_id]
    booking = session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if booking.state is not BookingState.BOOKED or booking.attempt_id is None or new.exam_id != old.exam_id:
        raise NotFound
    now = clock.now()
    if not rules.may_move(opens_at=old.opens_at, at=now):
        raise errors.TooLateToMove(until=old.opens_at - rules.MOVE_UNTIL)
    places.check_open(new, now)
    attempt = session.get_one(Attempt, booking.attempt_id, with_for_update=True)
    if attempt.lifecycle is not Lifecycle.SCHEDULED:
        raise errors.TooLateToMove(until=old.opens_at - rules.MOVE_UNTIL)
    places.check_bars(session, person_id, new, without=attempt.id)
    if not places.take(session, new.id):
        raise errors.SittingFull
    seat = places.free_seat(session, new.id)
    booking.state, booking.ended_at = BookingState.MOVED, now
    session.flush()
    moved = Booking(
        sitting_id=new.id,
        exam_id=new.exam_id,
        person_id=person_id,
        application_id=booking.application_id,
        attempt_id=attempt.id,
        seat=seat,
        state=BookingState.BOOKED,
        created_at=now,
    )
    session.add(moved)
    attempt.sitting_id, attempt.blueprint_id, attempt.mode = new.id, new.blueprint_id, new.mode
    session.flush()
    places.free_place(session, clock, old)
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="booking.moved",
        subject_kind="booking",
        subject_id=moved.id,
        sitting=new.id,
        before=old.id,
        attempt=attempt.id,
    )
    letters.write_later(session, clock, moved.id, rules.Letter.MOVED)
    return places.Place(moved.id, attempt.id, seat)


def cancel(session: Session, clock: Clock, *, person_id: UUID, booking_id: UUID) -> None:
    """Give a place back, or leave the waiting list. The attempt is withdrawn and does not count.

    Raises:
        NotFound: not the person's live place.
        TooLateToCancel: check-in has opened.
    """
    found = _own_booking(session, person_id, booking_id)
    sitting = places.lock(session, found.sitting_id)[found.sitting_id]
    booking = session.get_one(Booking, booking_id, with_for_update=True, populate_existing=True)
    if booking.state not in {BookingState.BOOKED, BookingState.WAITING}:
        raise NotFound
    now, had_place = clock.now(), booking.state is BookingState.BOOKED
    if had_place and booking.attempt_id is not None:
        attempt = session.get_one(Attempt, booking.attempt_id, with_for_update=True)
        early = rules.may_cancel(opens_at=sitting.opens_at, at=now)
        if not early or attempt.lifecycle is not Lifecycle.SCHEDULED:
            raise errors.TooLateToCancel
        history.move(session, clock, attempt, Axis.LIFECYCLE, Lifecycle.WITHDRAWN, actor_id=person_id)
    booking.state, booking.ended_at = BookingState.CANCELLED, now
    session.flush()
    if had_place:
        places.free_place(session, clock, sitting)
        letters.write_later(session, clock, booking_id, rules.Letter.CANCELLED)
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="booking.cancelled",
        subject_kind="booking",
        subject_id=booking_id,
        sitting=sitting.id,
    )


def _own_booking(session: Session, person_id: UUID, booking_id: UUID) -> Booking:
    found = session.scalar(
        select(Booking).where(
            col(Booking.id) == booking_id,
            col(Booking.person_id) == person_id,
            col(Booking.state).in_([BookingState.BOOKED, BookingState.WAITING]),
        )
    )
    if found is None:
        raise NotFound
    return found


def _check_live_booking(session: Session, person_id: UUID, exam_id: UUID) -> None:
    """Say it in words; the unique partial index is what holds."""
    live = session.scalar(
        select(col(Booking.id)).where(
            col(Booking.person_id) == person_id,
            col(Booking.exam_id) == exam_id,
            col(Booking.state).in_([BookingState.BOOKED, BookingState.WAITING]),
        )
    )
    if live is not None:
        raise errors.AlreadyBooked
