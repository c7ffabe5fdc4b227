"""Applying to be examined, and deciding on what a candidate needs for equal conditions."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.exams.errors import (
    AccommodationDecided,
    AlreadyApplied,
    ApplicationUsed,
    OwnRequest,
    OwnTrainee,
    PlaceHeld,
)
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Application, Booking
from app.exams.models.forms import Blueprint
from app.exams.queries import booking as queries
from app.exams.queries import forms as form_queries
from app.exams.rules import booking as rules
from app.exams.rules.states import AccommodationState, ApplicationState, BookingState, Lifecycle
from app.exams.service import doors, places
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.programmes.queries import trained


@dataclass(frozen=True, slots=True)
class DocumentNames:
    """A person's names as they stand in the identity document. Cyrillic may be missing there."""

    latin: str
    cyrillic: str | None = None


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who answers for a candidate of 16 or 17: name and how to reach them."""

    name: str
    contact: str


def apply(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    exam_slug: str,
    names: DocumentNames,
    guardian: Guardian | None = None,
    accommodation_request: str | None = None,
) -> UUID:
    """Apply to be examined; an application that is complete is accepted at once. Returns its id.

    Without ``guardian`` the person declares to be 18 or older. The code of conduct, the agreement on the
    mark and the notice are those in force now; the caller has seen them accepted.

    Raises:
        NotFound: no such exam, or one that needs no application.
        TrainsOthers: they train others now, and whoever does sees no live item.
        AlreadyApplied: there is a live application.
    """
    exam = form_queries.get_exam(session, exam_slug)
    if not exam.certification:
        raise NotFound
    doors.keep_trainers_out(session, clock, person_id=person_id, exam_id=exam.id)
    request = (accommodation_request or "").strip() or None
    now, made = clock.now(), new_id()
    fresh = insert_once(
        session,
        Application,
        id=made,
        person_id=person_id,
        exam_id=exam.id,
        state=ApplicationState.ACCEPTED,
        name_cyrillic=names.cyrillic,
        name_latin=names.latin,
        adult=guardian is None,
        guardian_name=guardian.name if guardian else None,
        guardian_contact=guardian.contact if guardian else None,
        conduct_version=rules.CONDUCT_VERSION,
        mark_version=rules.MARK_VERSION,
        notice_version=rules.NOTICE_VERSION,
        accepted_at=now,
        accommodation=AccommodationState.REQUESTED if request else AccommodationState.NONE,
        accommodation_request=request,
        extra_percent=0,
        extra_minutes=0,
        created_at=now,
    )
    if not fresh:
        raise AlreadyApplied
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="application.accepted",
        subject_kind="application",
        subject_id=made,
        exam=exam.slug,
        adult=guardian is None,
        conduct=rules.CONDUCT_VERSION,
        mark=rules.MARK_VERSION,
        notice=rules.NOTICE_VERSION,
        accommodation=request is not None,
    )
    return made


def correct(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    exam_slug: str,
    names: DocumentNames,
    guardian: Guardian | None = None,
    accommodation_request: str | None = None,
) -> None:
    """Put right what stands in a live application; the places that rest on it stay.

    A request for an accommodation can be changed until it is decided.

    Raises:
        NotFound: no such exam, or no live application of this person.
        ApplicationUsed: the candidate has checked in or started with it.
    """
    one = _own_application(session, person_id, exam_slug)
    request = (accommodation_request or "").strip() or None
    values: dict[str, object] = {
        "name_latin": names.latin,
        "name_cyrillic": names.cyrillic,
        "adult": guardian is None,
        "guardian_name": guardian.name if guardian else None,
        "guardian_contact": guardian.contact if guardian else None,
    }
    if one.accommodation in {AccommodationState.NONE, AccommodationState.REQUESTED}:
        state = AccommodationState.REQUESTED if request else AccommodationState.NONE
        values |= {"accommodation": state, "accommodation_request": request}
    changed = [name for name, value in values.items() if getattr(one, name) != value]
    for name in changed:
        setattr(one, name, values[name])
    session.flush()
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="application.corrected",
        subject_kind="application",
        subject_id=one.id,
        changed=sorted(changed),
    )


def withdraw(session: Session, clock: Clock, *, person_id: UUID, exam_slug: str) -> None:
    """Take a live application back; another one can be made at any time.

    Raises:
        NotFound: no such exam, or no live application of this person.
        ApplicationUsed: the candidate has checked in or started with it.
        PlaceHeld: a place rests on it, or a turn in a waiting list; that is given back first.
    """
    one = _own_application(session, person_id, exam_slug)
    places.end_used(session, person_id, one.exam_id, clock.now())
    live = session.scalar(
        select(col(Booking.id)).where(
            col(Booking.application_id) == one.id,
            col(Booking.state).in_([BookingState.BOOKED, BookingState.WAITING]),
        )
    )
    if live is not None:
        raise PlaceHeld
    one.state = ApplicationState.WITHDRAWN
    session.flush()
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="application.withdrawn",
        subject_kind="application",
        subject_id=one.id,
    )


def _own_application(session: Session, person_id: UUID, exam_slug: str) -> Application:
    """The person's live application, its row held, as long as nobody has relied on what it says."""
    exam = form_queries.get_exam(session, exam_slug)
    found = session.scalar(
        select(Application)
        .where(
            col(Application.person_id) == person_id,
            col(Application.exam_id) == exam.id,
            col(Application.state) == ApplicationState.ACCEPTED,
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound
    if queries.is_used(session, found.id):
        raise ApplicationUsed
    return found


def approve_accommodation(
    session: Session,
    clock: Clock,
    *,
    application_id: UUID,
    approver_id: UUID,
    percent: int,
    minutes: int,
    reason: str,
) -> Refused | None:
    """Grant extra time: a share of the limit in per cent, whole minutes, or both.

    A place that is booked already gets the time too; an attempt that was started is not touched. Somebody
    who trained the candidate is refused, and the attempt is audited.

    Raises:
        NotFound: no such application.
        AccommodationDecided: it was decided before, or nothing was asked for.
        OwnRequest: the approver is the candidate.
    """
    person_id = _decide(
        session,
        clock,
        application_id=application_id,
        approver_id=approver_id,
        state=AccommodationState.APPROVED,
        reason=reason,
        percent=percent,
        minutes=minutes,
    )
    if isinstance(person_id, Refused):
        return person_id
    waiting = session.execute(
        select(col(Attempt.id), col(Blueprint.minutes))
        .join(Blueprint, col(Blueprint.id) == col(Attempt.blueprint_id))
        .join(Application, col(Application.exam_id) == col(Attempt.exam_id))
        .where(
            col(Application.id) == application_id,
            col(Attempt.candidate_id) == person_id,
            col(Attempt.lifecycle).in_([Lifecycle.SCHEDULED, Lifecycle.CHECKIN, Lifecycle.READY]),
        )
    ).all()
    for attempt_id, limit in waiting:
        extra = rules.extra_seconds(limit_minutes=limit, percent=percent, minutes=minutes)
        session.execute(
            update(Attempt)
            .where(col(Attempt.id) == attempt_id, col(Attempt.started_at).is_(None))
            .values(extra_seconds=col(Attempt.extra_seconds) + extra)
            .execution_options(synchronize_session=False)
        )
    return None


def decline_accommodation(
    session: Session, clock: Clock, *, application_id: UUID, approver_id: UUID, reason: str
) -> Refused | None:
    """Refuse a request for an accommodation, with the reason the candidate will read.

    Somebody who trained the candidate is refused themselves, and the attempt is audited.

    Raises:
        NotFound: no such application.
        AccommodationDecided: it was decided before, or nothing was asked for.
        OwnRequest: the approver is the candidate.
    """
    settled = _decide(
        session,
        clock,
        application_id=application_id,
        approver_id=approver_id,
        state=AccommodationState.DECLINED,
        reason=reason,
    )
    return settled if isinstance(settled, Refused) else None


def _decide(
    session: Session,
    clock: Clock,
    *,
    application_id: UUID,
    approver_id: UUID,
    state: AccommodationState,
    reason: str,
    percent: int = 0,
    minutes: int = 0,
) -> UUID | Refused:
    """Write the decision once and tell whose application it is. The guard stands in the UPDATE."""
    person_id = session.scalar(
        select(col(Application.person_id)).where(col(Application.id) == application_id)
    )
    if person_id is None:
        raise NotFound
    if person_id == approver_id:
        raise OwnRequest
    if trained(session, approver_id, person_id, at=clock.now()):
        audit.record(
            session,
            clock,
            actor_id=approver_id,
            action="conflict.refused",
            subject_kind="application",
            subject_id=application_id,
            act=f"accommodation.{state.value}",
        )
        return Refused(OwnTrainee())
    done = session.execute(
        update(Application)
        .where(
            col(Application.id) == application_id,
            col(Application.accommodation) == AccommodationState.REQUESTED,
            col(Application.state) == ApplicationState.ACCEPTED,
        )
        .values(
            accommodation=state,
            accommodation_by=approver_id,
            accommodation_at=clock.now(),
            accommodation_reason=reason,
            extra_percent=percent,
            extra_minutes=minutes,
        )
        .returning(col(Application.id))
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        raise AccommodationDecided
    audit.record(
        session,
        clock,
        actor_id=approver_id,
        action=f"accommodation.{state.value}",
        subject_kind="application",
        subject_id=application_id,
        percent=percent,
        minutes=minutes,
    )
    return person_id
