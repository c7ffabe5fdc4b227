"""My exams, the sittings that can be booked, and a candidate's place: book, move, cancel."""

from uuid import UUID

from fastapi import Request, Response

from app.exams.queries import attempts as attempt_queries
from app.exams.queries import booking as queries
from app.exams.queries import forms as form_queries
from app.exams.queries.released import passed_exams
from app.exams.rules import booking as rules
from app.exams.rules.states import BookingState, Lifecycle
from app.exams.service import booking as service
from app.kernel.errors import NotFound
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormModel, page_number, parse
from app.web.pages import go, page
from app.web.viewer import ClockDep, SignedIn

router = Router()


class SittingForm(FormModel):
    """Which sitting."""

    sitting_id: UUID


@router.get("/exams")
def my_exams(request: Request, session: Read, clock: ClockDep, viewer: SignedIn) -> Response:
    """The viewer's applications, places, attempts and results, and the practice run."""
    now = clock.now()
    exams = form_queries.list_exams(session)
    places = queries.list_places(session, viewer.person_id)
    attempts = queries.list_attempts(session, viewer.person_id, page=_page_asked(request))
    return page(
        request,
        "exams/mine.html",
        certifying=[exam for exam in exams if exam.certification],
        practice=[exam for exam in exams if not exam.certification],
        applications={one.exam_id: one for one in queries.list_applications(session, viewer.person_id)},
        places={place.exam_id: place for place in places},
        attempts=attempts.rows,
        listed=attempts,
        running={one.exam_id: one for one in queries.list_running(session, viewer.person_id)},
        titles={exam.id: exam.title for exam in exams},
        passed=passed_exams(session, viewer.person_id),
        practising={exam.id for exam in exams if not exam.certification},
        movable={place.id for place in places if rules.may_move(opens_at=place.opens_at, at=now)},
        cancellable={
            place.id
            for place in places
            if place.state is BookingState.WAITING or rules.may_cancel(opens_at=place.opens_at, at=now)
        },
        move_until=rules.MOVE_UNTIL,
        done=request.query_params.get("done", ""),
    )


def _page_asked(request: Request) -> int:
    return page_number(request.query_params.get("page", ""))


@router.get("/exams/{exam_slug}/sittings")
def list_sittings(
    request: Request, session: Read, clock: ClockDep, viewer: SignedIn, exam_slug: str
) -> Response:
    """Sittings that can be booked, with free places; for somebody with a place, where it can be moved."""
    exam = form_queries.get_exam(session, exam_slug)
    if not exam.certification:
        raise NotFound
    now = clock.now()
    place = next(
        (one for one in queries.list_places(session, viewer.person_id) if one.exam_id == exam.id), None
    )
    movable = (
        place is not None
        and place.lifecycle is Lifecycle.SCHEDULED
        and rules.may_move(opens_at=place.opens_at, at=now)
    )
    repeats = rules.AttemptRules(exam.attempts_allowed, exam.window_days, exam.wait_days)
    past = attempt_queries.past_attempts(session, viewer.person_id, exam.id)
    bookable = queries.list_bookable(session, exam.id, at=now, page=_page_asked(request))
    return page(
        request,
        "exams/bookable.html",
        exam=exam,
        application=queries.find_application(session, viewer.person_id, exam.id),
        sittings=bookable.rows,
        listed=bookable,
        place=place,
        movable=movable,
        standing=rules.standing(past, repeats, at=now),
        done=request.query_params.get("done", ""),
    )


@router.post("/exams/{exam_slug}/bookings")
def create_booking(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, exam_slug: str
) -> Response:
    """Take a place, or stand in the waiting list when the sitting is full; 409 with its reason."""
    data, _ = parse(form, SittingForm)
    if data is None or queries.exam_slug_of(session, data.sitting_id) != exam_slug:
        raise NotFound
    made = service.book(session, clock, person_id=viewer.person_id, sitting_id=data.sitting_id)
    return go(request, "exams", done="booked" if made.attempt_id else "waiting")


@router.post("/exams/bookings/{booking_id}/move")
def move_booking(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, booking_id: UUID
) -> Response:
    """Change to another sitting, until 48 hours before the hour."""
    data, _ = parse(form, SittingForm)
    if data is None:
        raise NotFound
    service.move(
        session,
        clock,
        person_id=viewer.person_id,
        booking_id=booking_id,
        to_sitting_id=data.sitting_id,
    )
    return go(request, "exams", done="moved")


@router.get("/exams/bookings/{booking_id}/cancellation")
def ask_cancellation(request: Request, session: Read, viewer: SignedIn, booking_id: UUID) -> Response:
    """Name what giving the place back means, before it happens."""
    place = next(
        (one for one in queries.list_places(session, viewer.person_id) if one.id == booking_id), None
    )
    if place is None:
        raise NotFound
    return page(request, "exams/cancel.html", place=place)


@router.post("/exams/bookings/{booking_id}/cancellation")
def cancel_booking(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, booking_id: UUID
) -> Response:
    """Give the place back, or leave the waiting list."""
    del form
    service.cancel(session, clock, person_id=viewer.person_id, booking_id=booking_id)
    return go(request, "exams", done="cancelled")
