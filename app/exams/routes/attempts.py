"""The exam page: starting, one item or all, saving, time left, handing in.

The moment a request arrives is taken before any lock or queue, and is the clock of everything it does.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from app.exams.queries import attempts as queries
from app.exams.routes.exam_window import (
    SCRIPT,
    Arrival,
    keep_lease,
    lease_of,
    read_order,
    target,
    whole,
)
from app.exams.rules import delivery as rules
from app.exams.rules.states import Lifecycle
from app.exams.service import answers, delivery, hand_in
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.locales import LOCALES
from app.platform.database import Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form
from app.web.locale import locale_of
from app.web.pages import go, page, wants_fragment
from app.web.viewer import SignedIn

router = Router()


def _place(attempt_id: UUID) -> str:
    return f"exams/attempts/{attempt_id}"


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
    response = go(request, _place(entrance.attempt_id))
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
    )
    response = go(request, _place(attempt_id))
    return keep_lease(request, response, attempt_id, entrance.lease)


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
    window = queries.window_of(session, viewer.person_id, attempt_id)
    waiting = _waiting(request, clock, window)
    if waiting is not None:
        return waiting
    entered = delivery.enter(
        session,
        clock,
        window,
        candidate_id=viewer.person_id,
        lease=lease_of(request, attempt_id),
        locale=locale_of(request),
    )
    shown = _Shown(n, everything=view == "all", announce=time == "1", took_over=entered.took_over)
    response = _item_page(request, session, clock, window=window, lease=entered.lease, shown=shown)
    return keep_lease(request, response, attempt_id, entered.lease if entered.fresh else None)


@router.post("/exams/attempts/{attempt_id}/window")
def take_window(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Make this window the live one, although another of the same browser was."""
    del form
    window = queries.window_of(session, viewer.person_id, attempt_id)
    waiting = _waiting(request, clock, window)
    if waiting is not None:
        return waiting
    entered = delivery.enter(
        session,
        clock,
        window,
        candidate_id=viewer.person_id,
        lease=lease_of(request, attempt_id),
        locale=locale_of(request),
        again=True,
    )
    response: Response = go(request, _place(attempt_id))
    if wants_fragment(request):
        response = page(request, "exams/attempt_parts.html", "lease", lease=entered.lease)
    return keep_lease(request, response, attempt_id, entered.lease)


class _Shown:
    """What of an attempt a page shows, and what it says besides."""

    def __init__(
        self,
        n: int | None = None,
        *,
        everything: bool = False,
        announce: bool = False,
        took_over: bool = False,
        conflicts: tuple[answers.Conflict, ...] = (),
        status: int = HTTPStatus.OK,
    ) -> None:
        self.n, self.everything, self.announce, self.took_over = n, everything, announce, took_over
        self.conflicts, self.status = conflicts, status


def _waiting(request: Request, clock: Clock, window: queries.OpenWindow) -> Response | None:
    """What is shown instead of items, if the attempt does not run just now: no item text then."""
    now = clock.now()
    if window.lifecycle in rules.RUNNING and window.deadline is not None:
        if rules.arrival(deadline=window.deadline, at=now) is rules.Arrival.OVER:
            return page(request, "exams/attempt_wait.html", window=window, why="over")
        if rules.needs_release(
            mode=window.mode,
            lifecycle=window.lifecycle,
            scripted=window.scripted,
            last_seen_at=window.last_seen_at,
            at=now,
        ):
            return page(request, "exams/attempt_wait.html", window=window, why="release")
        return None
    if window.lifecycle is Lifecycle.SCORED:
        return go(request, f"{_place(window.id)}/receipt")
    return page(request, "exams/attempt_wait.html", window=window, why=str(window.lifecycle))


def _last_saved(given: dict[int, queries.Answer]) -> datetime | None:
    return max((answer.saved_at for answer in given.values() if answer.saved_at is not None), default=None)


def _item_page(
    request: Request,
    session: Write,
    clock: Clock,
    *,
    window: queries.OpenWindow,
    lease: str,
    shown: _Shown,
) -> Response:
    now = clock.now()
    layout = window.layout or []
    given = queries.answers_of(session, window.id)
    total = len(layout)
    first_empty = next((place for place, answer in given.items() if not answer.chosen), 1)
    n = min(shown.n or first_empty, total)
    items = queries.shown_items(session, layout, range(1, total + 1) if shown.everything else [n])
    locale = str(locale_of(request))
    return page(
        request,
        "exams/attempt.html",
        status=shown.status,
        switch_path=None if request.method == "GET" else f"/{locale}/{_place(window.id)}",
        window=window,
        n=n,
        total=total,
        items=items,
        answers=given,
        counts=queries.count(given),
        everything=shown.everything,
        announce=shown.announce,
        took_over=shown.took_over,
        conflicts=shown.conflicts,
        refused={conflict.position: conflict.refused for conflict in shown.conflicts},
        remaining=window.remaining(now),
        saved_at=_last_saved(given),
        lease=lease,
        key=new_id().hex,
        others=[other for other in LOCALES if str(other) != locale],
        late=window.deadline is not None and now > window.deadline,
    )


@router.post("/exams/attempts/{attempt_id}/answers")
def save(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Save the places the form names. A script gets a small fragment, a plain browser the next item."""
    saved = answers.save(
        session,
        clock,
        candidate_id=viewer.person_id,
        attempt_id=attempt_id,
        order=read_order(request, form, attempt_id),
        locale=locale_of(request),
    )
    if isinstance(saved, Refused):
        return _refused(request, session, viewer.person_id, attempt_id, saved)
    status = HTTPStatus.CONFLICT if saved.conflicts else HTTPStatus.OK
    here = whole(form.get("n"))
    if wants_fragment(request):
        texts = _conflict_texts(session, viewer.person_id, attempt_id, saved)
        return page(request, "exams/attempt_parts.html", "saved", status=status, saved=saved, texts=texts)
    everything = form.get("view") == "all"
    if saved.conflicts:
        window = queries.window_of(session, viewer.person_id, attempt_id)
        shown = _Shown(
            saved.conflicts[0].position, everything=everything, conflicts=saved.conflicts, status=status
        )
        lease = lease_of(request, attempt_id, form)
        return _item_page(request, session, clock, window=window, lease=lease, shown=shown)
    if form.get("go") == "submission":
        return go(request, f"{_place(attempt_id)}/submission")
    query: dict[str, object] = {"view": "all"} if everything and form.get("go") != "one" else {}
    if form.get("go") == "all":
        query = {"view": "all"}
    if "view" not in query and here is not None:
        query["n"] = target(form.get("go"), here)
    if form.get("time") == "1":
        query["time"] = "1"
    return go(request, _place(attempt_id), **query)


def _conflict_texts(
    session: Write, candidate_id: UUID, attempt_id: UUID, saved: answers.Saved
) -> dict[int, Any]:
    """The texts of the places in conflict, so that the refused and the held answer can be read."""
    if not saved.conflicts:
        return {}
    layout = queries.window_of(session, candidate_id, attempt_id).layout or []
    places = [conflict.position for conflict in saved.conflicts]
    return {
        item.position: {choice["id"]: choice["text"] for choice in item.choices}
        for item in queries.shown_items(session, layout, places)
    }


def _refused(
    request: Request,
    session: Write,
    candidate_id: UUID,
    attempt_id: UUID,
    refusal: Refused,
) -> Response:
    """A refused write: a note for a script; for a plain browser the page that says where things stand."""
    if wants_fragment(request):
        return errors.refused(request, refusal)
    window = queries.window_of(session, candidate_id, attempt_id)
    return page(
        request,
        "exams/attempt_wait.html",
        status=refusal.error.status,
        switch_path=f"/{locale_of(request)}/{_place(attempt_id)}",
        window=window,
        why=refusal.error.code,
    )


@router.get("/exams/attempts/{attempt_id}/time")
def show_time(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, attempt_id: UUID
) -> Response:
    """How much time is left; asked by a script, also its heartbeat."""
    window = queries.window_of(session, viewer.person_id, attempt_id)
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
    )


@router.get("/exams/attempts/{attempt_id}/submission")
def ask_submission(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, attempt_id: UUID
) -> Response:
    """Ask before handing in, with counts, while the clock runs."""
    window = queries.window_of(session, viewer.person_id, attempt_id)
    waiting = _waiting(request, clock, window)
    if waiting is not None:
        return waiting
    entered = delivery.enter(
        session,
        clock,
        window,
        candidate_id=viewer.person_id,
        lease=lease_of(request, attempt_id),
        locale=locale_of(request),
    )
    given = queries.answers_of(session, attempt_id)
    response = page(
        request,
        "exams/hand_in.html",
        window=window,
        counts=queries.count(given),
        answers=given,
        total=len(given),
        remaining=window.remaining(clock.now()),
        saved_at=_last_saved(given),
        lease=entered.lease,
        key=new_id().hex,
    )
    return keep_lease(request, response, attempt_id, entered.lease if entered.fresh else None)


@router.post("/exams/attempts/{attempt_id}/submission")
def create_submission(
    *, clock: Arrival, request: Request, session: Write, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Hand in. Answers in the same form are saved first; a "time is up" that comes too early only saves."""
    order = read_order(request, form, attempt_id)
    if order.answers or order.flags:
        saved = answers.save(
            session,
            clock,
            candidate_id=viewer.person_id,
            attempt_id=attempt_id,
            order=order,
            locale=locale_of(request),
        )
        if isinstance(saved, Refused):
            return _refused(request, session, viewer.person_id, attempt_id, saved)
    result = hand_in.hand_in(
        session,
        clock,
        candidate_id=viewer.person_id,
        attempt_id=attempt_id,
        lease=order.lease,
        timeup=form.get("timeup") == "1",
    )
    if isinstance(result, Refused):
        return _refused(request, session, viewer.person_id, attempt_id, result)
    return go(request, f"{_place(attempt_id)}/receipt" if result.closed else _place(attempt_id))
