"""One's account as a whole: another e-mail address, and closing it."""

from http import HTTPStatus

from fastapi import Depends, Request, Response
from sqlmodel import Session

from app.accounts import queries
from app.accounts.errors import ExamUnderWay, LinkNotValid
from app.accounts.queries import changes
from app.accounts.routes.browsers import know
from app.accounts.routes.choices import Email, Password
from app.accounts.routes.present import present_password
from app.accounts.routes.registration import PRIVATE_LINK
from app.accounts.routes.sign_in import knock, leave, shows_demonstration
from app.accounts.service import address, closing, own
from app.kernel.errors import DomainError
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, parse, read_form
from app.web.pages import brand_of, go, page
from app.web.viewer import ClockDep, SignedIn, Viewer

router = Router(prefix="/settings")


class AddressForm(FormModel):
    """The new address, and the present password."""

    email: Email
    present: Password


class ClosingForm(FormModel):
    """The present password."""

    present: Password


def _page(
    request: Request,
    session: Session,
    viewer: Viewer,
    name: str,
    *,
    form: FormState | None = None,
    refusal: DomainError | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    state = form or FormState()
    return page(
        request,
        f"accounts/{name}.html",
        profile=queries.get_profile(session, viewer.person_id),
        form=state,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(refusal or state.errors),
        done=request.query_params.get("done", ""),
        preview=shows_demonstration(request),
        status=status,
    )


@router.get("/address")
def show_address(request: Request, session: Read, viewer: SignedIn) -> Response:
    """The form for another address; after asking, what to do next."""
    return _page(request, session, viewer, "address")


@router.post("/address")
def ask_for_address(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form
) -> Response:
    """Send a link to the new address. The answer is the same when somebody else has it."""
    knock(request)
    present = present_password(request, clock, viewer.person_id)
    given, state = parse(form, AddressForm)
    if given is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, session, viewer, "address", form=state, status=status)
    refused = own.wrong_password(
        session,
        clock,
        account=present.account,
        email=present.email,
        origin=present.origin,
        fits=present.fits(given.present),
    )
    if refused is not None:
        error = refused.error
        return _page(request, session, viewer, "address", form=state, refusal=error, status=error.status)
    address.ask(session, clock, person_id=viewer.person_id, email=given.email, brand_id=brand_of(request).id)
    return go(request, "settings/address", done="sent")


@router.get("/address/{token}")
def show_new_address(
    request: Request, session: Read, clock: ClockDep, viewer: SignedIn, token: str
) -> Response:
    """A page with a button: programs that open every link in a mail change nothing.

    Raises:
        LinkNotValid: the link was used, has expired or was not asked for by the viewer.
    """
    change = changes.find_new_address(session, viewer.person_id, token, clock.now())
    if change is None:
        raise LinkNotValid
    return page(request, "accounts/new_address.html", headers=PRIVATE_LINK, token=token, email=change.email)


@router.post("/address/{token}", dependencies=[Depends(read_form)])
def change_address(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, token: str
) -> Response:
    """Take over the new address.

    Raises:
        LinkNotValid: as above, or the address has an account by now.
    """
    email = address.confirm(
        session,
        clock,
        person_id=viewer.person_id,
        keeping=viewer.session_id,
        token=token,
        brand_id=brand_of(request).id,
    )
    response = go(request, "settings", done="address")
    know(request, response, email)
    return response


@router.get("/closure")
def show_closing(request: Request, session: Read, viewer: SignedIn) -> Response:
    """What closing means, what is kept and why, and the form."""
    return _page(request, session, viewer, "closing")


@router.post("/closure")
def close_account(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form
) -> Response:
    """Close the account of whoever typed their password."""
    knock(request)
    present = present_password(request, clock, viewer.person_id)
    given, state = parse(form, ClosingForm)
    if given is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, session, viewer, "closing", form=state, status=status)
    refused = own.wrong_password(
        session,
        clock,
        account=present.account,
        email=present.email,
        origin=present.origin,
        fits=present.fits(given.present),
    )
    if refused is not None:
        error = refused.error
        return _page(request, session, viewer, "closing", form=state, refusal=error, status=error.status)
    try:
        closing.close(session, clock, person_id=viewer.person_id, brand_id=brand_of(request).id)
    except ExamUnderWay as refusal:  # nothing was written
        return _page(request, session, viewer, "closing", form=state, refusal=refusal, status=refusal.status)
    return leave(request, done="closed")
