"""Which browser a password comes from, and where it was going.

A browser that has signed in to an account keeps a proof of it, and its wrong passwords are counted apart from
everybody else's: whoever types wrong ones elsewhere keeps nobody out. The proof opens nothing by itself.
Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies.
"""

import hashlib
import hmac
from datetime import timedelta

from fastapi import Request, Response

from app.accounts import rules
from app.accounts.queries import Origin
from app.kernel.ids import new_token
from app.web.limits import client_address

KNOWN_COOKIE = "ceasai_known"
NEXT_COOKIE = "ceasai_next"
KNOWN_LIFE = timedelta(days=365)
MOST_KNOWN = 5
"""Accounts one browser is known for; a shared computer forgets the oldest."""


def _proof(request: Request, email: str, nonce: str) -> str:
    key: bytes = request.app.state.secret
    return hmac.new(key, f"known:{nonce}:{email}".encode(), hashlib.sha256).hexdigest()


def _proofs(request: Request) -> list[str]:
    return [part for part in request.cookies.get(KNOWN_COOKIE, "").split("~") if part][:MOST_KNOWN]


def _nonce_for(request: Request, email: str) -> str | None:
    for proof in _proofs(request):
        nonce, _, given = proof.partition(".")
        if hmac.compare_digest(given.encode(), _proof(request, email, nonce).encode()):
            return nonce
    return None


def origin_of(request: Request, email: str) -> Origin:
    """Where a password for a normalised address comes from."""
    nonce = _nonce_for(request, email)
    if nonce is not None:
        return Origin(f"browser:{nonce}", known=True)
    return Origin(f"network:{rules.network_of(client_address(request))}", known=False)


def know(request: Request, response: Response, email: str) -> None:
    """Let the browser prove later that it has signed in to this account."""
    proofs = _proofs(request)
    if _nonce_for(request, email) is None:
        nonce = new_token()
        proofs = [f"{nonce}.{_proof(request, email, nonce)}", *proofs][:MOST_KNOWN]
    _keep(request, response, KNOWN_COOKIE, "~".join(proofs), KNOWN_LIFE)


def keep_next(request: Request, response: Response, address: str) -> None:
    """Keep where somebody was going while they register and read their mail. Never in the mail itself.

    Who was going nowhere does not go where the one before them was.
    """
    target = rules.safe_next(address)
    if target:
        _keep(request, response, NEXT_COOKIE, target, rules.LINK_LIFE[rules.MailPurpose.CONFIRMATION])
    else:
        forget_next(request, response)


def forget_next(request: Request, response: Response) -> None:
    """Somebody has got in or gone: nobody else at this browser is sent where they were going."""
    secure = request.app.state.settings.secure
    response.delete_cookie(NEXT_COOKIE, httponly=True, samesite="lax", secure=secure)


def kept_next(request: Request) -> str:
    """Where this browser was going when it registered."""
    return rules.safe_next(request.cookies.get(NEXT_COOKIE, "")) or ""


def _keep(request: Request, response: Response, name: str, value: str, life: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.secure,
    )
