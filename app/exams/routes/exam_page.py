"""What an exam shows: an item or all of them, what stands there instead, and a write that was refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session

from app.exams.queries import attempts as queries
from app.exams.queries.shown import shown_items
from app.exams.routes.browser_proof import proof_of
from app.exams.routes.clashes import Clash, clash_of
from app.exams.routes.exam_window import lease_of, place_of
from app.exams.routes.messages import told_in
from app.exams.rules import delivery as rules
from app.exams.rules.responses import in_controls, is_unread, shared_places
from app.exams.rules.secure_browser import (
    AT_A_DISTANCE,
    BrowserCheck,
    BrowserEvent,
    Verdict,
    is_restarted,
    judge,
)
from app.exams.rules.states import CLOSED
from app.exams.service import secure_browser
from app.exams.service.batch import Conflict, Order
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.locales import LOCALES
from app.kernel.numbers import PATTERN
from app.web import errors
from app.web.locale import locale_of
from app.web.pages import go, page, wants_fragment


@dataclass(frozen=True, slots=True)
class Shown:
    """What of an attempt a page shows, and what it says besides; without ``n`` the first empty place."""

    n: int | None = None
    everything: bool = False
    announce: bool = False
    took_over: bool = False
    conflicts: tuple[Conflict, ...] = ()

    @classmethod
    def of(cls, conflicts: tuple[Conflict, ...], *, everything: bool = False) -> "Shown":
        """The first of the places in conflict."""
        return cls(conflicts[0].position if conflicts else None, everything, conflicts=conflicts)

    @property
    def status(self) -> HTTPStatus:
        """409 when it shows refused answers."""
        return HTTPStatus.CONFLICT if self.conflicts else HTTPStatus.OK


def waiting(request: Request, session: Session, clock: Clock, window: queries.OpenWindow) -> Response | None:
    """What is shown instead of items, if the attempt does not run just now: no item text then."""
    now = clock.now()
    if window.lifecycle in rules.RUNNING and window.deadline is not None:
        if rules.arrival(deadline=window.deadline, at=now) is rules.Arrival.OVER:
            return _wait(request, session, window, "over")
        if rules.needs_release(
            mode=window.mode,
            lifecycle=window.lifecycle,
            scripted=window.scripted,
            last_seen_at=window.last_seen_at,
            at=now,
        ):
            return _wait(request, session, window, "release")
        return None
    if window.lifecycle in CLOSED:
        return go(request, f"{place_of(window.id)}/receipt")
    return _wait(request, session, window, str(window.lifecycle))


def kept_out(request: Request, session: Session, clock: Clock, window: queries.OpenWindow) -> Response | None:
    """What is shown of a running attempt that does not prove its secure browser: no item text then.

    Without any word the page asks its script for one first. A wrong word stops the attempt.
    """
    if window.lifecycle not in rules.RUNNING or window.browser_check in {
        BrowserCheck.NONE,
        BrowserCheck.EXEMPT,
    }:
        return None
    proof = proof_of(request, window.id, clock)
    if window.browser_check is BrowserCheck.REQUIRED and judge(proof, window.browser_key or "") is (
        Verdict.MISSING
    ):
        return _wait(request, session, window, "browser", status=HTTPStatus.CONFLICT)
    stopped = secure_browser.stop_unless_proven(session, clock, window, proof)
    if stopped is None and window.browser_check is BrowserCheck.REQUIRED:
        known = lease_of(request, window.id) != ""
        # the reply to the start may have been lost, and with it the token of the first window
        begun = window.lease_number > 1 or window.last_seen_at != window.started_at
        had_window = window.lease is not None and begun
        if not is_restarted(mode=window.mode, had_window=had_window, knows_window=known):
            return None
        secure_browser.hold(session, clock, window.id, BrowserEvent.RESTARTED)
    return _wait(request, session, window, "held", status=HTTPStatus.CONFLICT)


CAMERA = {"Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"}
"""For the exam page of the ways of supervising that take pictures; everywhere else no page has the camera."""
_WHY = {
    "attempt-paused": "paused",
    "release-needed": "release",
    "time-over": "over",
    "secure-browser-held": "held",
}
"""Refusals of a write that look like the page one would get by looking."""


def _wait(
    request: Request,
    session: Session,
    window: queries.OpenWindow,
    why: str,
    *,
    status: int = HTTPStatus.OK,
    kept: Iterable[int] = (),
) -> Response:
    return page(
        request,
        "exams/attempt_wait.html",
        status=status,
        switch_path=None if request.method == "GET" else f"/{locale_of(request)}/{place_of(window.id)}",
        window=window,
        why=_WHY.get(why, why),
        kept=list(kept),
        told=told_in(session, window),
    )


def refused(
    request: Request, session: Session, window: queries.OpenWindow, order: Order, refusal: Refused
) -> Response:
    """A refused write: a note for a script; for a plain browser the page that says where things stand."""
    if wants_fragment(request):
        return errors.refused(request, refusal)
    kept = [] if refusal.error.facts.get("saved") else [given.position for given in order.answers]
    return _wait(request, session, window, refusal.error.code, status=refusal.error.status, kept=kept)


def last_saved(given: dict[int, queries.Answer]) -> datetime | None:
    """When the newest of the answers was saved."""
    return max((answer.saved_at for answer in given.values() if answer.saved_at is not None), default=None)


def show_items(
    request: Request,
    session: Session,
    clock: Clock,
    *,
    window: queries.OpenWindow,
    lease: str,
    shown: Shown,
) -> Response:
    """The page of a running attempt."""
    now = clock.now()
    layout = window.layout or []
    given = queries.answers_of(session, window.id)
    total = len(layout)
    answered = queries.answered_places(layout, given)
    first_empty = next((place for place in given if place not in answered), 1)
    n = min(shown.n or first_empty, total)
    locale = str(locale_of(request))
    items = shown_items(session, layout, range(1, total + 1) if shown.everything else [n])
    refused = {conflict.position: conflict.refused for conflict in shown.conflicts}
    return page(
        request,
        "exams/attempt.html",
        status=shown.status,
        headers=CAMERA if window.mode in AT_A_DISTANCE else None,
        switch_path=None if request.method == "GET" else f"/{locale}/{place_of(window.id)}",
        window=window,
        n=n,
        total=total,
        items=items,
        answers=given,
        answered=answered,
        counts=queries.count(layout, given),
        everything=shown.everything,
        announce=shown.announce,
        took_over=shown.took_over,
        clashes=[
            clash_of(conflict, item, locale=locale)
            for conflict in shown.conflicts
            for item in items
            if item.position == conflict.position
        ],
        chosen={
            item.position: in_controls(item.shape, refused.get(item.position, given[item.position].chosen))
            for item in items
        },
        odd={
            item.position
            for item in items
            if is_unread(item.shape, given[item.position].chosen)
            or shared_places(item.shape, given[item.position].chosen)
        },
        number_pattern=PATTERN,
        remaining=window.remaining(now),
        saved_at=last_saved(given),
        lease=lease,
        told=told_in(session, window),
        key=new_id().hex,
        others=[other for other in LOCALES if str(other) != locale],
        late=window.deadline is not None and now > window.deadline,
    )


def clashes(
    request: Request,
    session: Session,
    candidate_id: UUID,
    attempt_id: UUID,
    conflicts: tuple[Conflict, ...],
) -> list[Clash]:
    """The places in conflict in words, so that the refused and the held answer can be read."""
    if not conflicts:
        return []
    layout = queries.window_of(session, candidate_id, attempt_id).layout or []
    shown = shown_items(session, layout, [conflict.position for conflict in conflicts])
    return [clash_of(*pair, locale=str(locale_of(request))) for pair in zip(conflicts, shown, strict=True)]
