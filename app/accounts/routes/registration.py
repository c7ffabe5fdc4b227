"""Getting an account, and confirming the address it was got with."""

from http import HTTPStatus

from fastapi import Request, Response
from pydantic import ValidationInfo, field_validator

from app.accounts import queries
from app.accounts.errors import LinkNotValid, ResidencyElsewhere
from app.accounts.routes.browsers import keep_next, kept_next, origin_of
from app.accounts.routes.choices import (
    FIRST_COUNTRY,
    Country,
    CyrillicName,
    Email,
    LatinName,
    Password,
    check_password,
    countries,
)
from app.accounts.routes.sign_in import check_typed, device_of, knock, onward, remember, shows_demonstration
from app.accounts.rules import MailPurpose, safe_next
from app.accounts.service import check_residence, entry
from app.kernel.errors import DomainError, Refused
from app.kernel.locales import Locale
from app.platform.database import Read, Write, read_session
from app.platform.routing import Router
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import brand_of, go, page
from app.web.viewer import ClockDep, MaybeViewer

router = Router()

PRIVATE_LINK = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
"""For pages whose address holds a token: it is told to nobody else and kept nowhere."""


class ConfirmationForm(FormModel):
    """The password typed at the registration."""

    password: Password


class RegistrationForm(FormModel):
    """What is asked of somebody who wants an account."""

    name_cyrillic: CyrillicName = None
    name_latin: LatinName
    email: Email
    password: Password
    locale: Locale
    residence_country: Country
    next: str = ""

    @field_validator("password")
    @classmethod
    def _strong(cls, value: str, info: ValidationInfo) -> str:
        return check_password(value, info.data.get("email", ""))


def _form_page(
    request: Request, form: FormState, *, refusal: DomainError | None = None, status: int = HTTPStatus.OK
) -> Response:
    return page(
        request,
        "accounts/register.html",
        form=form,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(refusal or form.errors),
        countries=countries(str(locale_of(request))),
        next=safe_next(str(form.value("next"))) or "",
        status=status,
    )


@router.get("/register")
def show_registration(request: Request, viewer: MaybeViewer, next: str = "") -> Response:  # noqa: A002  # the address says next
    """The form."""
    if viewer is not None:
        return onward(request, next)
    values = {"locale": str(locale_of(request)), "residence_country": FIRST_COUNTRY, "next": next}
    return _form_page(request, FormState(values=values))


@router.post("/register")
def create_registration(request: Request, session: Write, clock: ClockDep, form: Form) -> Response:
    """Register. The answer is the same whether or not the address has an account; a mail says the rest."""
    knock(request)
    given, state = parse(form, RegistrationForm)
    if given is None:
        return _form_page(request, state, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    settings = request.app.state.settings
    try:
        check_residence(settings, given.residence_country)
    except ResidencyElsewhere as refusal:
        return _form_page(request, state, refusal=refusal, status=refusal.status)
    registration = entry.Registration(
        email=given.email,
        password_hash=request.app.state.passwords.hash(given.password),
        name_cyrillic=given.name_cyrillic,
        name_latin=given.name_latin,
        locale=given.locale,
        timezone=settings.timezone,
        residence_country=given.residence_country,
    )
    entry.register(session, clock, settings, given=registration, brand_id=brand_of(request).id)
    response = go(request, "register/sent")
    keep_next(request, response, given.next)
    return response


@router.get("/register/sent")
def show_registration_sent(request: Request, viewer: MaybeViewer) -> Response:
    """What to do next, said to everybody alike."""
    del viewer  # only so that the header knows who is signed in
    return page(request, "accounts/sent.html", what="confirmation", preview=shows_demonstration(request))


def _confirmation_page(
    request: Request,
    form: FormState,
    token: str,
    email: str,
    *,
    refusal: DomainError | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    return page(
        request,
        "accounts/confirm.html",
        headers=PRIVATE_LINK,
        form=form,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(refusal or form.errors),
        token=token,
        email=email,
        status=status,
    )


@router.get("/confirm/{token}")
def show_confirmation(
    request: Request, session: Read, clock: ClockDep, viewer: MaybeViewer, token: str
) -> Response:
    """A page that asks for the password: programs that open every link in a mail confirm nothing.

    Raises:
        LinkNotValid: the link was used, has expired or never existed.
    """
    del viewer  # as above
    contact = queries.find_link(session, MailPurpose.CONFIRMATION, token, clock.now())
    if contact is None:
        raise LinkNotValid
    return _confirmation_page(request, FormState(), token, contact.email)


@router.post("/confirm/{token}")
def create_confirmation(
    request: Request, session: Write, clock: ClockDep, viewer: MaybeViewer, form: Form, *, token: str
) -> Response:
    """Confirm the address and sign in, with the password typed at the registration.

    Raises:
        LinkNotValid: the link was used, has expired or never existed.
    """
    knock(request)
    with read_session(request.app.state.engine) as reading:
        contact = queries.find_link(reading, MailPurpose.CONFIRMATION, token, clock.now())
    if contact is None:
        raise LinkNotValid
    email = contact.email
    given, state = parse(form, ConfirmationForm)
    if given is None:
        return _confirmation_page(request, state, token, email, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    origin = origin_of(request, email)
    account, fits = check_typed(request, clock, email, origin, given.password)
    result = entry.confirm(
        session,
        clock,
        token=token,
        email=email,
        account=account,
        origin=origin,
        fits=fits,
        device=device_of(request),
        leaving=viewer.session_id if viewer else None,
    )
    if isinstance(result, Refused):
        refusal = result.error
        return _confirmation_page(request, state, token, email, refusal=refusal, status=refusal.status)
    target = kept_next(request)
    response = onward(request, target) if target else go(request, "dashboard", done="confirmed")
    return remember(request, response, result, locale=result.locale, email=email)
