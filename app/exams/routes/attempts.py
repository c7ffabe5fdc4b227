"""The exam page: starting, one item or all, saving, time left, handing in.

The moment a request arrives is taken before any lock or queue, and is the clock of everything it does.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlmodel import Session

from app.exams.queries import attempts as queries
from app.exams.routes import exam_page
from app.exams.routes.browser_proof import proof_of
from app.exams.routes.exam_page import Shown
from app.exams.routes.exam_window import (
    SCRIPT,
    Arrival,
    after_save,
    keep_lease,
    lease_of,
    place_of,
    read_order,
)
from app.exams.routes.messages import read_in, told_in, unread_in
from app.exams.rules import delivery as rules
from app.exams.rules.secure_browser import AT_A_DISTANCE
from app.exams.rules.states import Lifecycle
from app.exams.service import answers, delivery, hand_in
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.platform.database import Write
from app.platform.routing import Router
from app.web.forms import Form
from app.web.locale import locale_of
from app.web.pages import go, page, wants_fragment
from app.web.viewer import SignedIn

router = Router()


@router.post("/exams/{exam_slug}/attempts")
def create_attempt(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, form: Form, exam_slug: str
) -> Response:
    """Create an attempt that needs no booking, and start it; asked twice, it is the same one."""
    del form
    entrance = delivery.open_unproctored(
        session,
        clock,
        candidate_id=viewer.person_id,
        exam_slug=exam_slug,
        locale=locale_of(request),
    )
    response = go(request, place_of(entrance.attempt_id))
    return keep_lease(request, response, entrance.attempt_id, entrance.lease)


@router.post("/exams/attempts/{attempt_id}/start")
def start(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Start an attempt that is ready; asked twice, it is the same running one."""
    del form
    entrance = delivery.start(
        session,
        clock,
        candidate_id=viewer.person_id,
        attempt_id=attempt_id,
        locale=locale_of(request),
        proof=proof_of(request, attempt_id, clock),
    )
    return keep_lease(request, go(request, place_of(attempt_id)), attempt_id, entrance.lease)


def _enter(
    request: Request,
    session: Session,
    clock: Clock,
    candidate_id: UUID,
    attempt_id: UUID,
    *,
    again: bool = False,
) -> tuple[queries.OpenWindow, delivery.Entered] | Response:
    """The window of a running attempt, entered; or what is shown instead.

    ``again`` takes the lease although this browser holds it: a write, and refused like one.
    """
    window = queries.window_of(session, candidate_id, attempt_id)
    if again and window.lifecycle not in {*rules.RUNNING, Lifecycle.PAUSED}:
        raise delivery.refusal_to_write(window.lifecycle)
    waiting = exam_page.waiting(request, session, clock, window) or exam_page.kept_out(
        request, session, clock, window
    )
    if waiting is not None:
        return waiting
    entered = delivery.enter(
        session,
        clock,
        window,
        candidate_id=candidate_id,
        lease=lease_of(request, attempt_id),
        locale=locale_of(request),
        again=again,
    )
    return window, entered


@router.get("/exams/attempts/{attempt_id}")
def show(
    *,
    clock: Arrival,
    request: Request,
    session: Write,
    viewer: SignedIn,
    attempt_id: UUID,
    n: Annotated[int | None, Query(ge=1, le=500)] = None,
    view: str = "",
    time: str = "",
) -> Response:
    """One item, or all of them. Looking is a heartbeat, and opening elsewhere takes over."""
    found = _enter(request, session, clock, viewer.person_id, attempt_id)
    if isinstance(found, Response):
        return found
    window, entered = found
    shown = Shown(n, everything=view == "all", announce=time == "1", took_over=entered.took_over)
    response = exam_page.show_items(request, session, clock, window=window, lease=entered.lease, shown=shown)
    return keep_lease(request, response, attempt_id, entered.lease if entered.fresh else None)


@router.post("/exams/attempts/{attempt_id}/window")
def take_window(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Make this window the live one, although another of the same browser was. 410 once it is closed."""
    del form
    found = _enter(request, session, clock, viewer.person_id, attempt_id, again=True)
    if isinstance(found, Response):
        return found
    lease = found[1].lease
    response: Response = go(request, place_of(attempt_id))
    if wants_fragment(request):
        response = page(request, "exams/attempt_parts.html", "lease", lease=lease)
    return keep_lease(request, response, attempt_id, lease)


@router.post("/exams/attempts/{attempt_id}/answers")
def save(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Save the places the form names. A script gets a small fragment, a plain browser the next item."""
    order = read_order(request, form, attempt_id, clock)
    saved = answers.save(
        session,
        clock,
        candidate_id=viewer.person_id,
        attempt_id=attempt_id,
        order=order,
        locale=locale_of(request),
    )
    if isinstance(saved, Refused):
        window = queries.window_of(session, viewer.person_id, attempt_id)
        return exam_page.refused(request, session, window, order, saved)
    read_in(session, clock, form, candidate_id=viewer.person_id, attempt_id=attempt_id)
    shown = Shown.of(saved.conflicts, everything=form.get("view") == "all")
    if wants_fragment(request):
        clashes = exam_page.clashes(request, session, viewer.person_id, attempt_id, saved.conflicts)
        return page(
            request, "exams/attempt_parts.html", "saved", status=shown.status, saved=saved, clashes=clashes
        )
    if saved.conflicts:
        window = queries.window_of(session, viewer.person_id, attempt_id)
        return exam_page.show_items(
            request, session, clock, window=window, lease=order.lease or "", shown=shown
        )
    tail, query = after_save(form, attempt_id, saved.unread)
    return go(request, tail, **query)


@router.get("/exams/attempts/{attempt_id}/time")
def show_time(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, attempt_id: UUID
) -> Response:
    """How much time is left; asked by a script, also its heartbeat."""
    window = queries.window_of(session, viewer.person_id, attempt_id)
    kept_out = exam_page.kept_out(request, session, clock, window)
    if kept_out is not None:
        return kept_out
    if window.lifecycle in rules.RUNNING and request.headers.get(SCRIPT) == "1":
        answers.heartbeat(
            session, clock, window, candidate_id=viewer.person_id, lease=lease_of(request, attempt_id)
        )
    return page(
        request,
        "exams/attempt_time.html",
        "time",
        window=window,
        remaining=window.remaining(clock.now()),
        unread=unread_in(session, window),
    )


@router.get("/exams/attempts/{attempt_id}/submission")
def ask_submission(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, attempt_id: UUID
) -> Response:
    """Ask before handing in, with counts, while the clock runs."""
    found = _enter(request, session, clock, viewer.person_id, attempt_id)
    if isinstance(found, Response):
        return found
    window, entered = found
    given = queries.answers_of(session, attempt_id)
    answered = queries.answered_places(window.layout or [], given)
    response = page(
        request,
        "exams/hand_in.html",
        headers=exam_page.CAMERA if window.mode in AT_A_DISTANCE else None,
        window=window,
        counts=queries.count(window.layout or [], given),
        answers=given,
        answered=answered,
        begun=[n for n, answer in given.items() if answer.chosen and n not in answered],
        total=len(given),
        remaining=window.remaining(clock.now()),
        saved_at=exam_page.last_saved(given),
        lease=entered.lease,
        told=told_in(session, window),
        key=new_id().hex,
    )
    return keep_lease(request, response, attempt_id, entered.lease if entered.fresh else None)


@router.post("/exams/attempts/{attempt_id}/submission")
def create_submission(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Hand in. Answers in the same form are saved first; a "time is up" that comes too early only saves."""
    order = read_order(request, form, attempt_id, clock)
    result = hand_in.hand_in(
        session,
        clock,
        candidate_id=viewer.person_id,
        attempt_id=attempt_id,
        order=order,
        locale=locale_of(request),
        timeup=form.get("timeup") == "1",
    )
    if isinstance(result, Refused):
        window = queries.window_of(session, viewer.person_id, attempt_id)
        return exam_page.refused(request, session, window, order, result)
    if result.conflicts:
        window = queries.window_of(session, viewer.person_id, attempt_id)
        shown = Shown.of(result.conflicts)
        return exam_page.show_items(
            request, session, clock, window=window, lease=order.lease or "", shown=shown
        )
    return go(request, f"{place_of(attempt_id)}/receipt" if result.closed else place_of(attempt_id))
