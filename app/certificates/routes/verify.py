"""The public answer to "is this certificate genuine?". No account, nothing recorded about who asks."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from app.brands.resolver import resolve
from app.certificates.queries import sharing, verify
from app.certificates.routes import words
from app.certificates.rules import number as numbers
from app.certificates.service import sharing as sharing_service
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import FormState
from app.web.limits import limit
from app.web.locale import PREFIX, locale_of
from app.web.pages import page
from app.web.translations import N_
from app.web.viewer import ClockDep, MaybeViewer

router = Router()

LOOK_UPS_PER_MINUTE = 120
"""For one address. Guessing an 80-bit number at this rate is hopeless; a hiring office is not held up."""
LONGEST_TYPED = 64
_HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "private, no-store"}


def share_cookie(number: str) -> str:
    """The cookie that a share link of this certificate is exchanged for."""
    return f"ceasai_share_{number}"


@router.get(PREFIX + "/verify", response_class=HTMLResponse)
def show_verify(request: Request, viewer: MaybeViewer, number: str | None = None) -> Any:
    """Ask for a number and say how to check a certificate; with ``?number=`` lead to its answer."""
    del viewer  # the dependency reads who is signed in, for the head of the page
    form = FormState(values={"number": number or ""})
    if number is not None:
        typed = numbers.normalise(number)[:LONGEST_TYPED]
        if typed:
            address = f"/v/{quote(typed, safe='')}?lang={locale_of(request)}"
            return RedirectResponse(address, HTTPStatus.SEE_OTHER)
        form.add("number", N_("Type the number that is printed on the certificate."))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "certificates/verify.html", form=form, status=status, error_title=bool(form.errors))


@router.get("/v/{typed:path}", response_class=HTMLResponse)
def show_answer(request: Request, session: Read, clock: ClockDep, typed: str) -> HTMLResponse:
    """What stands behind a number, in words an outsider understands.

    A mistyped number is answered without the database; every other answer takes one statement, or two with
    a share link's cookie. The page is the same for everybody, so it does not ask who is signed in.
    """
    limit(request, "verify", LOOK_UPS_PER_MINUTE)
    number, now = numbers.normalise(typed), clock.now()
    if not numbers.valid(number):
        return _no_certificate(
            request, words.MISTYPED, typed[:LONGEST_TYPED], HTTPStatus.UNPROCESSABLE_ENTITY
        )
    found = verify.find_status(session, number, at=now)
    if found is None:
        return _no_certificate(request, words.UNKNOWN, numbers.shown(number), HTTPStatus.NOT_FOUND)
    names = (found.name_cyrillic, found.name_latin)
    token = request.cookies.get(share_cookie(number))
    shared = sharing.find_shared_names(session, number, token, at=now) if token else None
    return page(
        request,
        "certificates/verify_result.html",
        headers=_HEADERS,
        noindex=True,
        brand=resolve(
            default=request.app.state.settings.brand, host=request.url.hostname, brand_id=found.brand_id
        ),
        answer=words.answer(found.status, found.kind),
        certificate=found,
        shown=numbers.shown(number),
        names=shared or names,
        by_link=shared is not None,
        since_label=words.SINCE.get(found.status),
        reason=words.REASON_SAYS.get(found.reason or ""),
        checked_at=now,
    )


def _no_certificate(request: Request, answer: words.Answer, shown: str, status: HTTPStatus) -> HTMLResponse:
    return page(
        request,
        "certificates/verify_result.html",
        status=status,
        headers=_HEADERS,
        noindex=True,
        answer=answer,
        certificate=None,
        shown=shown,
    )


@router.get("/share/{token}", response_class=RedirectResponse)
def exchange_share(request: Request, session: Write, clock: ClockDep, token: str) -> RedirectResponse:
    """Exchange a share link for a cookie, and lead to the address without its token."""
    limit(request, "share", LOOK_UPS_PER_MINUTE)
    opened = sharing_service.exchange(session, clock, token)
    reply = RedirectResponse(f"/v/{opened.number}", HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    reply.set_cookie(
        share_cookie(opened.number),
        token,
        max_age=int((opened.expires_at - clock.now()).total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.secure,
    )
    return reply
