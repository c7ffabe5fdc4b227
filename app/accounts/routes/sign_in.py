"""Signing in and out, and the demonstration's one-click way in."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import StringConstraints
from sqlmodel import Session

from app.accounts import queries, rules, service
from app.accounts.routes.browsers import forget_next, know, origin_of
from app.accounts.routes.choices import SIGN_IN_NAMES, Password
from app.accounts.service import entry
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound, Refused
from app.platform.database import Read, Write, read_session
from app.platform.routing import Router
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, parse, read_form
from app.web.limits import limit
from app.web.locale import COOKIE as LOCALE_COOKIE
from app.web.locale import locale_of
from app.web.pages import brand_of, go, page
from app.web.viewer import COOKIE, ClockDep, MaybeViewer

router = Router()


class SignInForm(FormModel):
    """What a person signs in with. The address is not judged: a wrong one is simply unknown."""

    email: Annotated[str, StringConstraints(max_length=254)]
    password: Password
    next: str = ""


class DemonstrationForm(FormModel):
    """Through whose eyes to look."""

    person: UUID
    next: str = ""


def knock(request: Request) -> None:
    """Count a request of this address.

    Raises:
        TooManyRequests: see ``limits.limit``.
    """
    limit(request, "accounts", request.app.state.settings.ip_limit_per_minute)


def shows_demonstration(request: Request) -> bool:
    """Whether one-click sign-in and the mail preview exist: in a demonstration only this machine reaches."""
    state = request.app.state
    return bool(state.installation.demonstration and state.settings.loopback)


def device_of(request: Request) -> str:
    """The browser by name."""
    return rules.device_name(request.headers.get("user-agent", ""))


def remember(
    request: Request, response: Response, opened: service.Opened, *, locale: str, email: str | None = None
) -> Response:
    """Give the browser its new session, and the language for addresses that name none.

    ``email``: the address whose password was right; from now on the browser is known for it.
    """
    forget_next(request, response)
    if email is not None:
        know(request, response, email)
    secure = request.app.state.settings.secure
    life = int(rules.SESSION_LIFE.total_seconds())
    response.set_cookie(COOKIE, opened.token, max_age=life, httponly=True, samesite="lax", secure=secure)
    response.set_cookie(LOCALE_COOKIE, locale, max_age=life, httponly=True, samesite="lax", secure=secure)
    return response


def leave(request: Request, *, done: str) -> Response:
    """Take from the browser what was its person's, and show the way back in."""
    response = go(request, "sign-in", done=done)
    response.delete_cookie(COOKIE)
    forget_next(request, response)
    return response


def onward(request: Request, next_: str) -> Response:
    """To the page somebody was going to, or to their own."""
    target = rules.safe_next(next_)
    return RedirectResponse(target, HTTPStatus.SEE_OTHER) if target else go(request, "dashboard")


def _form_page(
    request: Request,
    session: Session,
    form: FormState,
    *,
    next_: str,
    refusal: DomainError | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    people: list[Any] = queries.list_demonstration(session) if shows_demonstration(request) else []
    return page(
        request,
        "accounts/sign_in.html",
        form=form,
        next=rules.safe_next(next_) or "",
        done=request.query_params.get("done", ""),
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(refusal or form.errors),
        people=people,
        role_names=SIGN_IN_NAMES,
        status=status,
        switch_path=f"/{locale_of(request)}/sign-in" if request.method == "POST" else None,
    )


@router.get("/sign-in")
def show_sign_in(request: Request, session: Read, viewer: MaybeViewer, next: str = "") -> Response:  # noqa: A002  # the address says next
    """The form. Asking for it never signs anybody in."""
    if viewer is not None:
        return onward(request, next)
    return _form_page(request, session, FormState(), next_=next)


@router.post("/sign-in")
def create_session(
    request: Request, session: Write, clock: ClockDep, viewer: MaybeViewer, form: Form
) -> Response:
    """Sign in. 422 when address or password is wrong, 429 while the address has to wait."""
    knock(request)
    given, state = parse(form, SignInForm)
    if given is None:
        next_ = str(state.value("next"))
        return _form_page(request, session, state, next_=next_, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    email = rules.normalise_email(given.email)
    origin = origin_of(request, email)
    account, fits = check_typed(request, clock, email, origin, given.password)
    result = entry.sign_in(
        session,
        clock,
        email=email,
        account=account,
        origin=origin,
        fits=fits,
        device=device_of(request),
        leaving=viewer.session_id if viewer else None,
        brand_id=brand_of(request).id,
    )
    if isinstance(result, Refused):
        status = result.error.status
        return _form_page(request, session, state, next_=given.next, refusal=result.error, status=status)
    return remember(request, onward(request, given.next), result, locale=result.locale, email=email)


def check_typed(
    request: Request, clock: Clock, email: str, origin: queries.Origin, password: str
) -> tuple[queries.Credentials | None, bool]:
    """Check a password before the transaction that acts on it begins, at the same cost for any address.

    While the origin has to wait nothing is checked, whoever the address belongs to.
    """
    with read_session(request.app.state.engine) as reading:
        if rules.is_paused(queries.find_pause(reading, email, origin), at=clock.now()):
            return None, False
        account = queries.find_credentials(reading, email)
    kept = account.password_hash if account else None
    return account, request.app.state.passwords.verify(password, kept)


@router.post("/sign-in/demonstration")
def create_demonstration_session(
    request: Request, session: Write, clock: ClockDep, viewer: MaybeViewer, form: Form
) -> Response:
    """Sign in as one of the demonstration's people.

    Raises:
        NotFound: this is no demonstration on loopback, or nobody plays that part.
    """
    if not shows_demonstration(request):
        raise NotFound
    knock(request)
    given, _ = parse(form, DemonstrationForm)
    if given is None:
        raise NotFound
    opened = entry.sign_in_demonstration(
        session,
        clock,
        person_id=given.person,
        device=device_of(request),
        leaving=viewer.session_id if viewer else None,
    )
    return remember(request, onward(request, given.next), opened, locale=locale_of(request))


@router.post("/sign-out", dependencies=[Depends(read_form)])
def end_session(request: Request, session: Write, clock: ClockDep, viewer: MaybeViewer) -> Response:
    """Sign out of this browser."""
    if viewer is not None:
        service.end_session(session, clock, session_id=viewer.session_id)
    return leave(request, done="out")
