"""What wraps every request: host check, request id, security headers, size limit, one log line."""

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.ids import new_id
from app.platform.routing import pattern_of
from app.platform.settings import Settings

log = structlog.get_logger()

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MAX_BODY = 6 * 1024 * 1024
"""Bytes of a request; a list of 10,000 addresses has a tenth of it."""
_PROBES = {"/healthz", "/readyz"}
_IN_PATH = re.compile(r"[\x00-\x1f]")
_IN_QUERY = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Control characters: nothing of ours is called so, and PostgreSQL takes no NUL."""
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class _BodyTooLarge(Exception):
    """The body went over ``MAX_BODY`` while it was read."""


class BrokenOff(Exception):
    """A bug in the middle of a reply: the connection ends; what happened is in the log."""


OnBug = Callable[[Request, Exception], Response]
"""Writes the bug down and answers with its number."""
OnUnknown = Callable[[Request], Response]
"""Answers that nothing is at this address, or that too much was sent to it."""


class Shell:
    """The outermost layer, written against ASGI directly: it runs on every request."""

    def __init__(
        self, app: ASGIApp, *, settings: Settings, on_bug: OnBug, on_unknown: OnUnknown, on_large: OnUnknown
    ) -> None:
        self._app = app
        self._on_bug = on_bug
        self._on_unknown = on_unknown
        self._on_large = on_large
        self._hosts = frozenset(settings.allowed_hosts)
        self._fixed = [
            ("content-security-policy", CSP),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-frame-options", "DENY"),
        ]
        if settings.secure:
            self._fixed.append(("strict-transport-security", "max-age=63072000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it before any other code runs."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = {
            key: value
            for key, value in scope["headers"]
            if key in {b"host", b"x-request-id", b"content-length"}
        }
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _REQUEST_ID.match(given) else str(new_id())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(raw=message["headers"])
                for key, value in self._fixed:
                    if key not in out:
                        out[key] = value
                out["x-request-id"] = request_id
                message["headers"] = out.raw
            await send(message)

        host = headers.get(b"host", b"").decode("latin-1").rsplit(":", 1)[0].lower().strip("[]")
        if host not in self._hosts and scope["path"] not in _PROBES:
            await _plain(sending, HTTPStatus.MISDIRECTED_REQUEST)
        elif int(headers.get(b"content-length", b"0") or 0) > MAX_BODY:
            await self._on_large(Request(_cleaned(scope)))(scope, receive, sending)
        elif _unwritable(scope):
            await self._on_unknown(Request(_cleaned(scope)))(scope, receive, sending)
        else:
            try:
                await self._app(scope, _limited(receive), sending)
            except _BodyTooLarge:
                if not status:
                    await _plain(sending, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            except ClientDisconnect:  # the line was cut while the body was read: nobody is left to answer
                log.info("client gone")
            except Exception as error:  # noqa: BLE001  # caught here, a bug neither leaves bare nor prints itself
                reply = self._on_bug(Request(scope), error)
                if status:
                    raise BrokenOff from None
                await reply(scope, receive, sending)
        log.info(
            "request",
            method=scope["method"],
            route=pattern_of(scope),  # an address itself may hold a token
            status=status,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )


def _cleaned(scope: Scope) -> Scope:
    """The scope for a page about a refusal: what cannot be written or is not asked for is taken out."""
    return {**scope, "path": _IN_PATH.sub("", scope["path"]), "query_string": b""}


def _unwritable(scope: Scope) -> bool:
    """Whether the address holds a sign that no address of ours has and no database has to see."""
    query: bytes = scope["query_string"]
    return bool(
        _IN_PATH.search(scope["path"]) or (b"%" in query and _IN_QUERY.search(unquote_to_bytes(query)))
    )


def _limited(receive: Receive) -> Receive:
    size = 0

    async def receiving() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            raise _BodyTooLarge
        return message

    return receiving


async def _plain(send: Send, status: HTTPStatus) -> None:
    body = f"{status.value} {status.phrase}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
