"""One's own settings: names, language, zone, password, sessions."""

from functools import cache
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import Depends, Request, Response
from pydantic import field_validator
from sqlmodel import Session

from app.accounts import queries, rules, service
from app.accounts.routes.choices import CyrillicName, LatinName, Password, check_password, zones
from app.accounts.routes.present import present_password
from app.accounts.routes.sign_in import device_of, knock, remember
from app.accounts.service import own
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound, Refused
from app.kernel.locales import Locale
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, parse, read_form
from app.web.locale import COOKIE as LOCALE_COOKIE
from app.web.pages import formats_of, go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, SignedIn, Viewer

router = Router(prefix="/settings")


class ProfileForm(FormModel):
    """Names as in the document, language and zone."""

    name_cyrillic: CyrillicName = None
    name_latin: LatinName
    locale: Locale
    timezone: str

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in _zone_names():
            raise ValueError(N_("Choose one of the options."))
        return value


class PasswordForm(FormModel):
    """The present password and the new one."""

    present: Password
    password: Password


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def _stored(row: Any) -> FormState:
    values = {key: getattr(row, key) or "" for key in ("name_cyrillic", "name_latin", "locale", "timezone")}
    return FormState(values=values)


def _page(
    request: Request,
    session: Session,
    clock: Clock,
    viewer: Viewer,
    *,
    profile_form: FormState | None = None,
    password_form: FormState | None = None,
    refusal: DomainError | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    now = clock.now()
    profile = queries.get_profile(session, viewer.person_id)
    form = profile_form or _stored(profile)
    password = password_form or FormState()
    return page(
        request,
        "accounts/settings.html",
        profile=profile,
        form=form,
        password_form=password,
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=bool(refusal or form.errors or password.errors),
        zones=zones(formats_of(request), now, profile.timezone),
        sessions=queries.list_sessions(session, viewer.person_id, now),
        done=request.query_params.get("done", ""),
        status=status,
        switch_path=f"/{request.path_params['locale']}/settings",
    )


@router.get("")
def show_settings(request: Request, session: Read, clock: ClockDep, viewer: SignedIn) -> Response:
    """Everything a person may change of their own account."""
    return _page(request, session, clock, viewer)


@router.post("/profile")
def change_profile(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form
) -> Response:
    """Store names, language and zone."""
    given, state = parse(form, ProfileForm)
    if given is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, session, clock, viewer, profile_form=state, status=status)
    own.change_profile(
        session,
        clock,
        person_id=viewer.person_id,
        name_cyrillic=given.name_cyrillic,
        name_latin=given.name_latin,
        locale=given.locale,
        timezone=given.timezone,
    )
    response = go(request, "settings", done="profile")
    response.set_cookie(
        LOCALE_COOKIE,
        given.locale,
        max_age=int(rules.SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.secure,
    )
    return response


@router.post("/password")
def change_password(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form
) -> Response:
    """Set a new password; this browser gets a new session, all others end."""
    knock(request)
    present = present_password(request, clock, viewer.person_id)
    given, state = parse(form, PasswordForm)
    if given is not None:
        try:
            check_password(given.password, present.email)
        except ValueError as fault:
            state.add("password", str(fault))
    if given is None or state.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, session, clock, viewer, password_form=state, status=status)
    fits = present.fits(given.present)
    result = own.change_password(
        session,
        clock,
        account=present.account,
        email=present.email,
        origin=present.origin,
        fits=fits,
        password_hash=request.app.state.passwords.hash(given.password) if fits else "",
        device=device_of(request),
        leaving=viewer.session_id,
    )
    if isinstance(result, Refused):
        return _page(request, session, clock, viewer, refusal=result.error, status=result.error.status)
    response = go(request, "settings", done="password")
    return remember(request, response, result, locale=viewer.locale, email=present.email)


@router.post("/sessions/end-others", dependencies=[Depends(read_form)])
def end_other_sessions(request: Request, session: Write, clock: ClockDep, viewer: SignedIn) -> Response:
    """End every session but this one."""
    service.end_sessions(session, clock, viewer.person_id, but=viewer.session_id)
    return go(request, "settings", done="sessions")


@router.post("/sessions/{session_id}/end", dependencies=[Depends(read_form)])
def end_one_session(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, session_id: UUID
) -> Response:
    """End one session.

    Raises:
        NotFound: it is not the viewer's, or has ended.
    """
    if not service.end_session(session, clock, session_id=session_id, person_id=viewer.person_id):
        raise NotFound
    return go(request, "settings", done="sessions")
