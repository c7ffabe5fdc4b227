"""What a person does with their own certificates: read, download, show, and confirm names before signing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field
from sqlmodel import Session

from app.certificates.pdf.faces import unprintable
from app.certificates.queries import mine, sharing
from app.certificates.queries.mine import OwnCertificate
from app.certificates.routes import documents, words
from app.certificates.rules import number as numbers
from app.certificates.rules.states import Kind, gives_out
from app.certificates.service import decisions
from app.certificates.service import sharing as sharing_service
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.formats import Formats
from app.web.forms import Form, FormModel, FormState, parse
from app.web.limits import limit
from app.web.locale import PREFIX, locale_of
from app.web.pages import brand_of, formats_of, go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, SignedIn

router = Router()
router.include_router(documents.router)

LIVES = (7, 30, 90, 365)
"""Days a share link may work."""
LINKS_PER_MINUTE = 20
_DONE = {
    "names-confirmed": N_("Your names are confirmed. A certification officer now decides."),
    "name-shown": N_("Everybody who verifies the certificate now sees your full name."),
    "name-hidden": N_("Whoever verifies the certificate now sees only the first letters of your name."),
    "link-ended": N_("The link no longer works."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One certificate as its holder's page shows it."""

    number: str
    shown: str
    kind: str
    title: Trilingual
    colour: str
    icon: str
    word: str
    issued_at: datetime
    expires_at: datetime | None
    name_public: bool
    specimen: bool
    given_out: bool
    """Its document can be downloaded."""
    main: bool
    """Its download is the page's one filled button."""
    linkedin: str | None


class ShareForm(FormModel):
    """Whom a link is for, and how many days it works."""

    label: Annotated[str, Field(min_length=1, max_length=80)]
    days: Annotated[int, Field(ge=1, le=max(LIVES))]


class NameForm(FormModel):
    """Whether strangers see the full name."""

    public: bool


def linkedin_address(
    one: OwnCertificate, *, name: str, organisation: str, verify_url: str, fmt: Formats
) -> str:
    """Where LinkedIn takes a certification over; nothing is sent to it before the holder follows the link."""
    issued = fmt.local(one.issued_at)
    asked = {
        "startTask": "CERTIFICATION_NAME",
        "name": name,
        "organizationName": organisation,
        "issueYear": issued.year,
        "issueMonth": issued.month,
    }
    if one.expires_at:
        expires = fmt.local(one.expires_at)
        asked |= {"expirationYear": expires.year, "expirationMonth": expires.month}
    asked |= {"certUrl": verify_url, "certId": numbers.shown(one.number)}
    return f"https://www.linkedin.com/profile/add?{urlencode(asked)}"


def _line(request: Request, one: OwnCertificate, *, main: bool) -> Line:
    locale = str(locale_of(request))
    colour, icon, word = words.SHORT[one.status]
    given_out = gives_out(one.status)
    # a completion is no certification, and a specimen is nothing: neither belongs into a profile
    offered = one.kind == Kind.CERTIFICATION and given_out and not one.specimen
    return Line(
        number=one.number,
        shown=numbers.shown(one.number),
        kind=one.kind,
        title=one.title,
        colour=colour,
        icon=icon,
        word=word,
        issued_at=one.issued_at,
        expires_at=one.expires_at,
        name_public=one.name_public,
        specimen=one.specimen,
        given_out=given_out,
        main=main,
        linkedin=linkedin_address(
            one,
            name=one.title[locale],
            organisation=brand_of(request).body[locale],
            verify_url=f"{request.app.state.settings.public_base}/v/{one.number}",
            fmt=formats_of(request),
        )
        if offered
        else None,
    )


def _mine(
    request: Request,
    session: Session,
    person_id: UUID,
    now: datetime,
    *,
    form: FormState | None = None,
    form_number: str = "",
    named: str = "",
    fresh: str | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    own = mine.list_own(session, person_id, at=now)
    open_to = {one.number for one in own if named or gives_out(one.status)}
    if form is not None and not {form_number or named} <= open_to:
        raise NotFound
    cases = mine.list_own_cases(session, person_id)
    waiting = any(case.names_confirmed_at is None for case in cases)
    first = next((one.number for one in own if gives_out(one.status)), None)
    lines = [_line(request, one, main=not waiting and one.number == first) for one in own]
    links = [(link, numbers.shown(link.number)) for link in sharing.list_links(session, person_id, at=now)]
    return page(
        request,
        "certificates/mine.html",
        status=status,
        headers={"Cache-Control": "private, no-store"},
        switch_path=f"/{locale_of(request)}/certificates",
        certificates=lines,
        cases=cases,
        links=links,
        lives=LIVES,
        form=form or FormState(),
        blank=FormState(),
        form_number=form_number,
        named=named,
        fresh=fresh,
        done=_DONE.get(request.query_params.get("done", "")),
        error_title=bool(form and form.errors),
    )


@router.get(PREFIX + "/certificates", response_class=HTMLResponse)
def show_mine(request: Request, session: Read, viewer: SignedIn, clock: ClockDep) -> HTMLResponse:
    """The viewer's certificates, what they have shared, and names that wait for their confirmation."""
    return _mine(request, session, viewer.person_id, clock.now())


@router.post(PREFIX + "/certificates/{number}/share-links", response_class=HTMLResponse)
def create_share_link(
    request: Request, *, session: Write, viewer: SignedIn, clock: ClockDep, form: Form, number: str
) -> HTMLResponse:
    """Make a link to one certificate. Its address is shown on this reply and never again."""
    limit(request, "share-links", LINKS_PER_MINUTE)
    asked, state = parse(form, ShareForm)
    if asked is None:
        return _mine(
            request, session, viewer.person_id, clock.now(),
            form=state, form_number=number, status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )  # fmt: skip
    token = sharing_service.create_share(
        session,
        clock,
        person_id=viewer.person_id,
        number=number,
        label=asked.label,
        life=timedelta(days=asked.days),
    )
    session.flush()
    fresh = f"{request.app.state.settings.public_base}/share/{token}"
    return _mine(request, session, viewer.person_id, clock.now(), fresh=fresh)


@router.post(PREFIX + "/certificates/share-links/{link_id}/end")
def end_share_link(
    request: Request, *, session: Write, viewer: SignedIn, clock: ClockDep, form: Form, link_id: UUID
) -> RedirectResponse:
    """End a link now."""
    del form  # it carries nothing but the cross-site field, which has been checked
    sharing_service.revoke_share(session, clock, person_id=viewer.person_id, link_id=link_id)
    return go(request, "certificates", done="link-ended")


@router.post(PREFIX + "/certificates/{number}/name", response_model=None)
def change_name_visibility(
    request: Request, *, session: Write, viewer: SignedIn, clock: ClockDep, form: Form, number: str
) -> RedirectResponse | HTMLResponse:
    """Let everybody who verifies read the full name, or hide it again."""
    asked, state = parse(form, NameForm)
    if asked is None:
        return _mine(
            request, session, viewer.person_id, clock.now(),
            form=state, named=number, status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )  # fmt: skip
    sharing_service.show_name(session, clock, person_id=viewer.person_id, number=number, public=asked.public)
    return go(request, "certificates", done="name-shown" if asked.public else "name-hidden")


@router.get(PREFIX + "/certificates/names/{case_id}", response_class=HTMLResponse)
def show_names(request: Request, session: Read, viewer: SignedIn, case_id: UUID) -> HTMLResponse:
    """The names as they will be signed and printed."""
    case = mine.own_case(session, viewer.person_id, case_id)
    given = [name for name in (case.name_cyrillic, case.name_latin) if name]
    missing = [letters for letters in map(unprintable, given) if letters]
    return page(request, "certificates/names.html", case=case, unprintable=missing)


@router.post(PREFIX + "/certificates/names/{case_id}")
def confirm_names(
    request: Request, *, session: Write, viewer: SignedIn, clock: ClockDep, form: Form, case_id: UUID
) -> RedirectResponse:
    """Confirm both names as shown."""
    del form  # it carries nothing but the cross-site field, which has been checked
    decisions.confirm_names(session, clock, person_id=viewer.person_id, case_id=case_id)
    return go(request, "certificates", done="names-confirmed")
