"""Getting an account, and confirming the address it was got with."""

from http import HTTPStatus

from fastapi import Depends, Request, Response
from pydantic import ValidationInfo, field_validator

from app.accounts import queries
from app.accounts.errors import LinkNotValid, ResidencyElsewhere
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
from app.accounts.routes.sign_in import knock, shows_demonstration
from app.accounts.rules import MailPurpose
from app.accounts.service import check_residence, entry
from app.kernel.errors import DomainError
from app.kernel.locales import Locale
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, parse, read_form
from app.web.locale import locale_of
from app.web.pages import brand_of, go, page
from app.web.viewer import ClockDep, MaybeViewer

router = Router()

PRIVATE_LINK = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
"""For pages whose address holds a token: it is told to nobody else and kept nowhere."""


class RegistrationForm(FormModel):
    """What is asked of somebody who wants an account."""

    name_cyrillic: CyrillicName = None
    name_latin: LatinName
    email: Email
    password: Password
    locale: Locale
    residence_country: Country

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
        status=status,
    )


@router.get("/register")
def show_registration(request: Request, viewer: MaybeViewer) -> Response:
    """The form."""
    if viewer is not None:
        return go(request, "dashboard")
    values = {"locale": str(locale_of(request)), "residence_country": FIRST_COUNTRY}
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
    return go(request, "register/sent")


@router.get("/register/sent")
def show_registration_sent(request: Request, viewer: MaybeViewer) -> Response:
    """What to do next, said to everybody alike."""
    del viewer  # only so that the header knows who is signed in
    return page(request, "accounts/sent.html", what="confirmation", preview=shows_demonstration(request))


@router.get("/confirm/{token}")
def show_confirmation(
    request: Request, session: Read, clock: ClockDep, viewer: MaybeViewer, token: str
) -> Response:
    """A page with a button: programs that open every link in a mail confirm nothing.

    Raises:
        LinkNotValid: the link was used, has expired or never existed.
    """
    del viewer  # as above
    if queries.find_link(session, MailPurpose.CONFIRMATION, token, clock.now()) is None:
        raise LinkNotValid
    return page(request, "accounts/confirm.html", headers=PRIVATE_LINK, token=token)


@router.post("/confirm/{token}", dependencies=[Depends(read_form)])
def create_confirmation(request: Request, session: Write, clock: ClockDep, token: str) -> Response:
    """Confirm the address.

    Raises:
        LinkNotValid: the link was used, has expired or never existed.
    """
    knock(request)
    entry.confirm(session, clock, token=token)
    return go(request, "sign-in", done="confirmed")
