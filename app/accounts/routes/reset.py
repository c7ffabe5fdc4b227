"""A new password for somebody who has lost the old one."""

from http import HTTPStatus

from fastapi import Request, Response

from app.accounts import queries
from app.accounts.errors import LinkNotValid
from app.accounts.routes.browsers import know, origin_of
from app.accounts.routes.choices import Email, Password, check_password
from app.accounts.routes.registration import PRIVATE_LINK
from app.accounts.routes.sign_in import knock, shows_demonstration
from app.accounts.rules import MailPurpose
from app.accounts.service import entry
from app.platform.database import Read, Write, read_session
from app.platform.routing import Router
from app.web.forms import Form, FormModel, FormState, parse
from app.web.pages import brand_of, go, page
from app.web.viewer import COOKIE, ClockDep, MaybeViewer

router = Router()


class AskForm(FormModel):
    """Whom to send the link to."""

    email: Email


class NewPasswordForm(FormModel):
    """The new password."""

    password: Password


@router.get("/reset")
def show_reset(request: Request, viewer: MaybeViewer) -> Response:
    """The form that asks for a link."""
    del viewer  # only so that the header knows who is signed in
    return page(request, "accounts/reset.html", form=FormState(), error_title=False)


@router.post("/reset")
def create_reset(request: Request, session: Write, clock: ClockDep, form: Form) -> Response:
    """Send a link. The answer is the same whether or not somebody has the address."""
    knock(request)
    given, state = parse(form, AskForm)
    if given is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, "accounts/reset.html", form=state, error_title=True, status=status)
    entry.ask_reset(session, clock, email=given.email, brand_id=brand_of(request).id)
    return go(request, "reset/sent")


@router.get("/reset/sent")
def show_reset_sent(request: Request, viewer: MaybeViewer) -> Response:
    """What to do next, said to everybody alike."""
    del viewer  # as above
    return page(request, "accounts/sent.html", what="reset", preview=shows_demonstration(request))


def _form_page(request: Request, form: FormState, token: str, email: str, *, status: int) -> Response:
    return page(
        request,
        "accounts/new_password.html",
        headers=PRIVATE_LINK,
        form=form,
        error_title=bool(form.errors),
        token=token,
        email=email,
        status=status,
    )


@router.get("/reset/{token}")
def show_new_password(
    request: Request, session: Read, clock: ClockDep, viewer: MaybeViewer, token: str
) -> Response:
    """The form for the new password.

    Raises:
        LinkNotValid: the link was used, has expired or never existed.
    """
    del viewer  # as above
    contact = queries.find_link(session, MailPurpose.RESET, token, clock.now())
    if contact is None:
        raise LinkNotValid
    return _form_page(request, FormState(), token, contact.email, status=HTTPStatus.OK)


@router.post("/reset/{token}")
def create_new_password(
    request: Request, session: Write, clock: ClockDep, form: Form, token: str
) -> Response:
    """Set the new password; every session of the person ends.

    Raises:
        LinkNotValid: the link was used, has expired or never existed.
    """
    knock(request)
    with read_session(request.app.state.engine) as reading:
        contact = queries.find_link(reading, MailPurpose.RESET, token, clock.now())
    if contact is None:
        raise LinkNotValid
    given, state = parse(form, NewPasswordForm)
    if given is not None:
        try:
            check_password(given.password, contact.email)
        except ValueError as fault:
            state.add("password", str(fault))
    if given is None or state.errors:
        return _form_page(request, state, token, contact.email, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    password_hash = request.app.state.passwords.hash(given.password)
    entry.reset_password(
        session, clock, token=token, password_hash=password_hash, origin=origin_of(request, contact.email)
    )
    response = go(request, "sign-in", done="reset")
    response.delete_cookie(COOKIE)
    know(request, response, contact.email)
    return response
