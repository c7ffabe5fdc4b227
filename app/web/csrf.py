"""Refuse requests that another site made a browser send.

Two guards: where the request came from (Sec-Fetch-Site, else Origin), and for a signed-in person a field
bound to the session, masked anew in every reply so that compression reveals nothing (BREACH).
"""

import base64
import hashlib
import hmac
import secrets
from http import HTTPStatus

from fastapi import Request
from markupsafe import Markup

from app.kernel.errors import DomainError

FIELD = "csrf_token"


class CrossSite(DomainError):
    """The request did not come from a page of ours, or the page belongs to a session that has ended."""

    code = "cross-site"
    status = HTTPStatus.FORBIDDEN


def _secret_for(request: Request, session_id: object) -> bytes:
    key: bytes = request.app.state.secret
    return hmac.new(key, f"csrf:{session_id}".encode(), hashlib.sha256).digest()


def token(request: Request) -> str:
    """A fresh mask of the session's token; empty when nobody is signed in."""
    viewer = getattr(request.state, "viewer", None)
    if viewer is None:
        return ""
    true = _secret_for(request, viewer.session_id)
    mask = secrets.token_bytes(len(true))
    body = bytes(a ^ b for a, b in zip(mask, true, strict=True))
    return base64.urlsafe_b64encode(mask + body).decode()


def field(request: Request) -> Markup:
    """The hidden field every form of ours carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token(request))


def _same_origin(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    base: str = request.app.state.settings.public_base
    return origin == base


def check(request: Request, given: str) -> None:
    """Refuse the request unless both guards hold.

    Raises:
        CrossSite: it came from elsewhere, or the field is missing, old or another session's.
    """
    if not _same_origin(request):
        raise CrossSite
    viewer = getattr(request.state, "viewer", None)
    if viewer is None:
        return
    try:
        raw = base64.urlsafe_b64decode(given.encode())
    except ValueError:
        raise CrossSite from None
    half = len(raw) // 2
    opened = bytes(a ^ b for a, b in zip(raw[:half], raw[half:], strict=False))
    if not hmac.compare_digest(opened, _secret_for(request, viewer.session_id)):
        raise CrossSite
