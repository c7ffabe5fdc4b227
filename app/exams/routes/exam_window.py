"""What the routes of an exam share: the moment of arrival, the window's token, reading the answer form."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from app.exams.routes.browser_proof import proof_of
from app.exams.service.batch import Given, Order
from app.kernel.clock import Clock, FixedClock
from app.web.viewer import clock_of

SCRIPT = "x-exam-script"
"""The header by which exam.js says that it is there and sends heartbeats."""


async def arrival(request: Request) -> Clock:
    """A clock that stands at the moment this request arrived."""
    return FixedClock(clock_of(request).now())


Arrival = Annotated[Clock, Depends(arrival)]


def _cookie(attempt_id: UUID) -> str:
    return f"ceasai_window_{attempt_id.hex[-12:]}"


def lease_of(request: Request, attempt_id: UUID, form: FormData | None = None) -> str:
    """The token of the window that asks: its form's own field, else its browser's cookie."""
    given = form.get("lease") if form is not None else None
    return given if isinstance(given, str) and given else request.cookies.get(_cookie(attempt_id), "")


def keep_lease(request: Request, response: Response, attempt_id: UUID, lease: str | None) -> Response:
    """Remember a fresh window's token in the browser; None changes nothing."""
    if lease is not None:
        response.set_cookie(
            _cookie(attempt_id),
            lease,
            max_age=24 * 3600,
            path="/",
            secure=request.app.state.settings.secure,
            httponly=True,
            samesite="lax",
        )
    return response


def whole(text: object) -> int | None:
    """A whole number of at most nine digits as typed; None for anything else."""
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return None


def place_of(attempt_id: UUID) -> str:
    """The address of the exam page, behind the language."""
    return f"exams/attempts/{attempt_id}"


def after_save(form: FormData, attempt_id: UUID, unread: Sequence[int] = ()) -> tuple[str, dict[str, object]]:
    """Where a plain browser goes once its answers are saved: where its button leads, in the same view.

    It stays, once, at a place where a number was asked for and something else was typed.
    """
    where = str(unread[0]) if unread and form.get("view") != "all" else form.get("go")
    if where == "submission":
        return f"{place_of(attempt_id)}/submission", {}
    query: dict[str, object] = {}
    here = whole(form.get("n"))
    if where == "all" or (form.get("view") == "all" and where != "one"):
        query["view"] = "all"
    elif here is not None:
        query["n"] = _target(where, here)
    if form.get("time") == "1":
        query["time"] = "1"
    return place_of(attempt_id), query


def _target(where: object, here: int) -> int:
    """The place a button leads to from the place ``here``."""
    if where == "next":
        return here + 1
    if where == "previous":
        return max(1, here - 1)
    return whole(where) or here


def read_order(request: Request, form: FormData, attempt_id: UUID, clock: Clock) -> Order:
    """The places a form names: ``a-<n>`` answer, ``v-<n>`` version, ``clear``, ``flag``, ``unflag``.

    A control that says nothing (a list without a choice, an empty field) adds no word to its place; a place
    whose every control says nothing was emptied by hand.
    """

    def places(name: str) -> set[int]:
        return {place for place in (whole(text) for text in form.getlist(name)) if place is not None}

    cleared = places("clear")
    named = {place for name in form if name.startswith("a-") and (place := whole(name[2:])) is not None}

    def given(place: int) -> Given:
        words = () if place in cleared else form.getlist(f"a-{place}")
        chosen = tuple(text for text in words if isinstance(text, str) and text)
        return Given(place, chosen, whole(form.get(f"v-{place}")), clear=not chosen)

    key = form.get("key")
    return Order(
        answers=tuple(given(place) for place in sorted(named | cleared)),
        flags=dict.fromkeys(places("unflag"), False) | dict.fromkeys(places("flag"), True),
        lease=lease_of(request, attempt_id, form),
        key=key[:64] if isinstance(key, str) and key else None,
        client_seq=whole(form.get("seq")),
        scripted=request.headers.get(SCRIPT) == "1",
        proof=proof_of(request, attempt_id, clock),
    )
