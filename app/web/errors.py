"""The one place where an error becomes something a person or a program reads."""

import traceback
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from jinja2_fragments import render_block
from limits import RateLimitItemPerMinute
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.kernel.errors import DomainError, Forbidden, Malformed, NotFound, Refused, SignInNeeded
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import write_session
from app.platform.routing import pattern_of
from app.web.locale import locale_in, locale_of, preferred, swap
from app.web.pages import context, environment, formats_of, wants_fragment
from app.web.translations import error_sentence

log = structlog.get_logger()

_REFUSALS_NOTED = RateLimitItemPerMinute(30)
"""Of one person, in the audit."""


class MethodNotAllowed(DomainError):
    """The address exists and does not do this."""

    code = "method-not-allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED


class TooLarge(DomainError):
    """More was sent than is taken."""

    code = "too-large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Incident(DomainError):
    """A bug of ours; the reader gets its number and nothing else."""

    code = "incident"
    status = HTTPStatus.INTERNAL_SERVER_ERROR


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _readable(request: Request, facts: dict[str, object]) -> dict[str, object]:
    fmt = formats_of(request)
    return {key: fmt.moment(value) if isinstance(value, datetime) else value for key, value in facts.items()}


def sentence_of(request: Request, error: DomainError) -> str:
    """What a refusal says, for pages that show it beside what was typed."""
    return error_sentence(str(locale_of(request)), error.code, _readable(request, error.facts))


def problem(request: Request, error: DomainError) -> Response:
    """RFC 9457 for the API, a fragment for HTMX, a page for a plain browser."""
    locale = locale_of(request)
    sentence = sentence_of(request, error)
    if _is_api(request):
        plain = {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in error.facts.items()
        }
        body: dict[str, Any] = {
            "type": f"/problems/{error.code}",
            "title": sentence,
            "status": int(error.status),
        }
        return JSONResponse(
            body | plain,
            error.status,
            media_type="application/problem+json",
            headers={"Content-Language": locale},
        )
    if isinstance(error, SignInNeeded) and not wants_fragment(request):
        after = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        back = f"?next={quote(after)}" if request.method == "GET" else ""
        return RedirectResponse(f"/{locale}/sign-in{back}", HTTPStatus.SEE_OTHER)
    values = context(request, switch_path=None if request.method == "GET" else f"/{locale}/") | {
        "sentence": sentence,
        "status": int(error.status),
        "code": error.code,
        "facts": error.facts,
    }
    made = environment(str(locale))
    headers = {"Cache-Control": "no-store", "Vary": "HX-Request"}
    if wants_fragment(request):
        html = render_block(made, "web/error.html", "problem", values)
        return HTMLResponse(
            html, error.status, {**headers, "HX-Retarget": "#problem", "HX-Reswap": "innerHTML"}
        )
    return HTMLResponse(made.get_template("web/error.html").render(values), error.status, headers)


def refused(request: Request, refusal: Refused) -> Response:
    """The answer to a refusal that was returned, so that its trace commits."""
    return problem(request, refusal.error)


async def _domain(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)  # noqa: S101  # registered for this class only
    if isinstance(error, Forbidden):
        await run_in_threadpool(_note_refused_access, request)
    return problem(request, error)


def _note_refused_access(request: Request) -> None:
    """Who knocked at which door, by its pattern. In a session of its own: the request's is rolled back.

    Somebody who knocks without end fills the log of one minute, not the audit.
    """
    route = pattern_of(request.scope) or ""
    log.info("access refused", route=route, method=request.method)
    viewer = getattr(request.state, "viewer", None)
    limiter: SlidingWindowCounterRateLimiter = request.app.state.limiter
    if viewer is None or not limiter.hit(_REFUSALS_NOTED, "refused", str(viewer.person_id)):
        return
    with write_session(request.app.state.engine) as session:
        audit.record(
            session,
            request.app.state.clock,
            actor_id=viewer.person_id,
            action="access.refused",
            subject_kind="person",
            subject_id=viewer.person_id,
            route=route,
            method=request.method,
        )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for this class only
    if error.status_code == HTTPStatus.NOT_FOUND:
        target = _prefixed(request)
        if target:
            return RedirectResponse(target, HTTPStatus.FOUND, {"Vary": "Cookie, Accept-Language"})
        return problem(request, NotFound())
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return problem(request, MethodNotAllowed())
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return problem(request, TooLarge())
    return problem(request, Malformed())


def _prefixed(request: Request) -> str | None:
    """Where an address without a language leads: the same page in the reader's language, if it exists."""
    path = request.url.path
    if request.method not in {"GET", "HEAD"} or locale_in(path) or _is_api(request):
        return None
    target = swap(path, preferred(request)).removesuffix("/") if path != "/" else f"/{preferred(request)}/"
    scope = {"type": "http", "method": "GET", "path": target, "root_path": "", "headers": []}
    for route in request.app.router.routes:
        if route.matches(scope)[0] is Match.FULL:
            return target + (f"?{request.url.query}" if request.url.query else "")
    return None


async def _validation(request: Request, error: Exception) -> Response:
    # A path or query that no page of ours links to: a wrong id is simply not found.
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for this class only
    if any(part["loc"][0] == "path" for part in error.errors()):
        return problem(request, NotFound())
    return problem(request, Malformed())


def bug(request: Request, error: Exception) -> Response:
    """A bug of ours: its kind and place go to the log, its number to the reader."""
    number = str(new_id())
    frames = [
        f"{Path(frame.filename).stem}.{frame.name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    # the text of an exception may quote a row, so only its kind and its place are logged
    log.error("incident", incident=number, kind=type(error).__name__, frames=frames[-8:])
    try:
        return problem(request, Incident(incident=number))
    except Exception as worse:  # noqa: BLE001  # what broke may be what every page needs
        log.error("incident page", incident=number, kind=type(worse).__name__)
        return PlainTextResponse(f"{number}\n", HTTPStatus.INTERNAL_SERVER_ERROR)


def unknown(request: Request) -> Response:
    """Nothing is at this address."""
    return problem(request, NotFound())


def too_large(request: Request) -> Response:
    """More was sent than any page takes; none of it was read."""
    return problem(request, TooLarge())


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
