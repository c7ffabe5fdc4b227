"""What an exam manager plans: centres, rooms and sittings, who watches over them, and calling one off."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from app.accounts import queries as accounts
from app.exams import errors
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Booking, Centre, Room, Sitting, SittingProctor
from app.exams.queries import forms as form_queries
from app.exams.queries import sittings as queries
from app.exams.rules.booking import Letter
from app.exams.rules.delivery import BEFORE_START
from app.exams.rules.states import Axis, BookingState, Lifecycle, Mode
from app.exams.rules.transitions import Who
from app.exams.service import history, letters, places
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.kernel.locales import Trilingual
from app.platform import audit
from app.platform.database import insert_once


def create_centre(
    session: Session,
    clock: Clock,
    *,
    actor_id: UUID | None,
    slug: str,
    name: Trilingual,
    address: Trilingual,
    timezone: str,
    region: str | None = None,
) -> UUID:
    """Add a place where exams are sat; ``timezone`` is an IANA name.

    Raises:
        NameTaken: the slug is in use.
    """
    made = new_id()
    fresh = insert_once(
        session, Centre, id=made, slug=slug, name=name, address=address, region=region, timezone=timezone
    )
    if not fresh:
        raise errors.NameTaken
    audit.record(
        session, clock, actor_id=actor_id, action="centre.made", subject_kind="centre", subject_id=made
    )
    return made


def create_room(
    session: Session,
    clock: Clock,
    *,
    actor_id: UUID | None,
    centre_id: UUID,
    name: str,
    capacity: int,
    step_free: bool = False,
) -> UUID:
    """Add a room to a centre; ``capacity`` is its number of seats.

    Raises:
        NotFound: no such centre.
        NameTaken: the centre has a room of that name.
    """
    if session.get(Centre, centre_id) is None:
        raise NotFound
    made = new_id()
    fresh = insert_once(
        session, Room, id=made, centre_id=centre_id, name=name, capacity=capacity, step_free=step_free
    )
    if not fresh:
        raise errors.NameTaken
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="room.made",
        subject_kind="room",
        subject_id=made,
        capacity=capacity,
    )
    return made


def create_sitting(
    session: Session,
    clock: Clock,
    *,
    actor_id: UUID | None,
    exam_slug: str,
    room_id: UUID,
    opens_at: datetime,
    closes_at: datetime,
    capacity: int,
    proctor_ids: Sequence[UUID],
    form_ids: Sequence[UUID] = (),
    secure_browser: bool = False,
    mode: Mode = Mode.ON_SITE,
) -> UUID:
    """Schedule a session; at a distance its room stands for the places, their hours and their proctors.

    Instants are aware UTC; ``form_ids`` empty: any form of the blueprint.

    Raises:
        NotFound: no such exam or room, or somebody named is no proctor.
        CapacityBeyondRoom: more places than seats.
        WindowTooShort: the window is shorter than the exam's time.
        RoomTaken: another sitting is in the room then.
    """
    exam = form_queries.get_exam(session, exam_slug)
    room = session.scalar(select(Room).where(col(Room.id) == room_id).with_for_update())
    if room is None or not set(proctor_ids) <= set(accounts.people_with_role(session, "proctor")):
        raise NotFound
    if capacity > room.capacity:
        raise errors.CapacityBeyondRoom(seats=room.capacity)
    if closes_at < opens_at + timedelta(minutes=exam.minutes):
        raise errors.WindowTooShort(minutes=exam.minutes)
    overlapping = session.scalar(
        select(col(Sitting.id)).where(
            col(Sitting.room_id) == room_id,
            col(Sitting.cancelled_at).is_(None),
            col(Sitting.opens_at) < closes_at,
            col(Sitting.closes_at) > opens_at,
        )
    )
    if overlapping is not None:
        raise errors.RoomTaken
    sitting = Sitting(
        exam_id=exam.id,
        blueprint_id=exam.blueprint_id,
        room_id=room_id,
        mode=mode,
        opens_at=opens_at,
        closes_at=closes_at,
        capacity=capacity,
        form_ids=[str(form) for form in form_ids],
        secure_browser=secure_browser,
    )
    session.add(sitting)
    session.flush()
    session.add_all(SittingProctor(sitting_id=sitting.id, person_id=person) for person in set(proctor_ids))
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="sitting.made",
        subject_kind="sitting",
        subject_id=sitting.id,
        room=room_id,
        capacity=capacity,
        proctors=[str(person) for person in proctor_ids],
        forms=sitting.form_ids,
        secure_browser=secure_browser,
        mode=str(mode),
    )
    return sitting.id


def assign(
    session: Session, clock: Clock, *, sitting_id: UUID, actor_id: UUID, proctor_ids: Collection[UUID]
) -> None:
    """Change who watches over a sitting; those named replace those assigned before.

    Raises:
        NotFound: no such sitting, nobody is named, or somebody named is no proctor.
        SittingCancelled, SittingBegun: it is too late for that.
    """
    _hold(session, clock, sitting_id)
    wanted = set(proctor_ids)
    if not wanted or not wanted <= set(accounts.people_with_role(session, "proctor")):
        raise NotFound
    before = set(queries.list_proctors(session, sitting_id))
    session.execute(
        delete(SittingProctor).where(
            col(SittingProctor.sitting_id) == sitting_id, col(SittingProctor.person_id).in_(before - wanted)
        )
    )
    session.add_all(SittingProctor(sitting_id=sitting_id, person_id=one) for one in wanted - before)
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="sitting.proctors",
        subject_kind="sitting",
        subject_id=sitting_id,
        added=sorted(str(one) for one in wanted - before),
        removed=sorted(str(one) for one in before - wanted),
    )


def require_browser(
    session: Session, clock: Clock, *, sitting_id: UUID, actor_id: UUID, required: bool
) -> None:
    """Say whether a sitting is taken in the secure browser, as long as nobody has started.

    Raises:
        NotFound: no such sitting.
        SittingCancelled, SittingBegun: it is too late for that.
    """
    _hold(session, clock, sitting_id)
    session.execute(
        update(Sitting)
        .where(col(Sitting.id) == sitting_id)
        .values(secure_browser=required)
        .execution_options(synchronize_session=False)
    )
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="sitting.browser",
        subject_kind="sitting",
        subject_id=sitting_id,
        required=required,
    )


def cancel(session: Session, clock: Clock, *, sitting_id: UUID, actor_id: UUID, reason: str) -> int:
    """Call a sitting off: every place and every turn in its waiting list ends, and all are told by mail.

    Attempts are voided through no fault of the candidates, who may book again at once. A trainer may do it:
    it concerns the session, and nobody in it is treated apart. Returns how many are told.

    Raises:
        NotFound: no such sitting.
        SittingCancelled: it was called off before.
        SittingBegun: an attempt was started, or the window is over.
    """
    _hold(session, clock, sitting_id)
    now = clock.now()
    live = session.execute(
        select(col(Booking.id), col(Booking.attempt_id))
        .where(
            col(Booking.sitting_id) == sitting_id,
            col(Booking.state).in_([BookingState.BOOKED, BookingState.WAITING]),
        )
        .order_by(col(Booking.created_at), col(Booking.id))
    ).all()
    attempts = session.scalars(
        select(Attempt)
        .where(col(Attempt.sitting_id) == sitting_id, col(Attempt.lifecycle).in_(BEFORE_START))
        .order_by(col(Attempt.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    # who started while we waited for that row is no longer among them; who comes after us finds it void
    if queries.has_begun(session, sitting_id, at=now):
        raise errors.SittingBegun
    for attempt in attempts:
        history.move(
            session,
            clock,
            attempt,
            Axis.LIFECYCLE,
            Lifecycle.VOID,
            actor_id=actor_id,
            roles={Who.EXAM_MANAGER},
            reason=reason,
            where=(col(Attempt.started_at).is_(None),),
        )
    session.execute(
        update(Booking)
        .where(col(Booking.id).in_([row.id for row in live]))
        .values(state=BookingState.CANCELLED, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Sitting)
        .where(col(Sitting.id) == sitting_id)
        .values(booked=0, cancelled_at=now, cancelled_reason=reason)
        .execution_options(synchronize_session=False)
    )
    for row in live:
        letters.write_later(session, clock, row.id, Letter.CALLED_OFF)
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="sitting.cancelled",
        subject_kind="sitting",
        subject_id=sitting_id,
        places=sum(row.attempt_id is not None for row in live),
        waiting=sum(row.attempt_id is None for row in live),
    )
    return len(live)


def _hold(session: Session, clock: Clock, sitting_id: UUID) -> None:
    """Lock the sitting, so that nobody books meanwhile, as long as it can still be changed."""
    sitting = places.lock(session, sitting_id)[sitting_id]
    if sitting.cancelled_at is not None:
        raise errors.SittingCancelled
    if queries.has_begun(session, sitting_id, at=clock.now()):
        raise errors.SittingBegun
