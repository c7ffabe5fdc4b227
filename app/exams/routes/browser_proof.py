"""What comes with a request about the secure browser: its own header, a script's word, a pass of ours.

A pass is a cookie for browsers that tell their key only to scripts: it carries a proven word over to the next
page. It is signed for one attempt and one sign-in, and short-lived.
"""

import hmac
import re
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import Request, Response
from starlette.datastructures import FormData

from app.exams.rules.secure_browser import Proof
from app.kernel.clock import Clock

HEADER = "x-safeexambrowser-configkeyhash"
PAGE, PAGE_HASH = "x-exam-browser-page", "x-exam-browser-key"
"""How secure_browser.js says where it stands and what it was told; a form has ``page`` and ``key``."""
PASS_LIFE = timedelta(minutes=3)
"""The script asks for a new pass every minute."""
FILE_LIFE = timedelta(hours=2)
"""How long a link opens the settings without a sign-in, which the secure browser does not have yet."""


def _signed(request: Request, *facts: object) -> str:
    key: bytes = request.app.state.secret
    return hmac.digest(key, ":".join(str(one) for one in facts).encode(), "sha256").hex()


def _cookie(attempt_id: UUID) -> str:
    return f"ceasai_browser_{attempt_id.hex[-12:]}"


def _passes(request: Request, attempt_id: UUID, at: datetime) -> bool:
    until, _, sign = request.cookies.get(_cookie(attempt_id), "").partition(".")
    session_id = request.state.viewer.session_id
    true = _signed(request, "browser-pass", attempt_id, session_id, until)
    return hmac.compare_digest(sign.encode(), true.encode()) and at.timestamp() < int(until)


def give_pass(request: Request, response: Response, attempt_id: UUID, clock: Clock) -> Response:
    """Let the next pages of this attempt be shown without another word."""
    until = int((clock.now() + PASS_LIFE).timestamp())
    sign = _signed(request, "browser-pass", attempt_id, request.state.viewer.session_id, until)
    response.set_cookie(
        _cookie(attempt_id),
        f"{until}.{sign}",
        max_age=int(PASS_LIFE.total_seconds()),
        path="/",
        secure=request.app.state.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return response


def proof_of(request: Request, attempt_id: UUID, clock: Clock, form: FormData | None = None) -> Proof:
    """What this request of a signed-in candidate shows. Addresses are built from the public base."""
    base: str = request.app.state.settings.public_base
    query: bytes = request.scope["query_string"]
    tail = request.scope["raw_path"].decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    given = request.headers if form is None or "key" not in form or "page" not in form else None
    page = request.headers.get(PAGE) if given is not None else _text(form, "page")
    page_hash = request.headers.get(PAGE_HASH) if given is not None else _text(form, "key")
    own = re.compile(rf"{re.escape(base)}/(kk|ru|en)/exams/attempts/{attempt_id}(?=[/?#]|$)")
    return Proof(
        url=base + tail,
        header=request.headers.get(HEADER),
        page=page if page and own.match(page) else None,
        page_hash=page_hash or None,
        passed=_passes(request, attempt_id, clock.now()),
    )


def _text(form: FormData | None, name: str) -> str | None:
    value = form.get(name) if form is not None else None
    return value if isinstance(value, str) else None


def file_token(request: Request, attempt_id: UUID, clock: Clock) -> str:
    """What stands in a link that opens the settings of an attempt without a sign-in, for two hours."""
    until = int((clock.now() + FILE_LIFE).timestamp())
    return f"{attempt_id.hex}.{until}.{_signed(request, 'browser-file', attempt_id, until)}"


def attempt_in(request: Request, token: str, clock: Clock) -> UUID | None:
    """The attempt that a link is for; None: it was made up, or its time is over."""
    found = re.fullmatch(r"([0-9a-f]{32})\.([0-9]{1,12})\.([0-9a-f]{64})", token)
    if found is None:
        return None
    attempt_id, until = UUID(found[1]), int(found[2])
    true = _signed(request, "browser-file", attempt_id, until)
    live = hmac.compare_digest(found[3], true) and clock.now().timestamp() < until
    return attempt_id if live else None
