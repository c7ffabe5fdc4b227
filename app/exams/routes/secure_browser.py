"""Safe Exam Browser: its help page, an attempt's settings, and the word of a page's script."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.exams.queries import attempts as queries
from app.exams.routes.browser_proof import attempt_in, give_pass, proof_of
from app.exams.rules import booking
from app.exams.service import secure_browser as service
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform.database import Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form
from app.web.limits import limit
from app.web.locale import locale_of
from app.web.pages import KEPT_NOWHERE, page
from app.web.viewer import ClockDep, SignedIn, find_viewer

public: APIRouter = Router(dependencies=[Depends(find_viewer)])  # the header greets who is signed in
own: APIRouter = Router()
router: APIRouter = Router()


def _help(request: Request, *, end: bool) -> Response:
    return page(request, "exams/secure_browser.html", end=end, in_force=booking.VERSIONS_FROM)


@public.get("/exams/secure-browser")
def show_help(request: Request) -> Response:
    """What the secure browser is, how an exam is opened in it, what it sees, and what to do on trouble."""
    return _help(request, end=False)


@public.get("/exams/secure-browser/end")
def show_end(request: Request) -> Response:
    """The address at which the secure browser closes itself; in any other browser a word that it is over."""
    return _help(request, end=True)


def _file(request: Request, session: Session, clock: Clock, attempt_id: UUID) -> Response:
    settings = request.app.state.settings
    body = service.settings_file(
        session, clock, attempt_id=attempt_id, base=settings.public_base, locale=str(locale_of(request))
    )
    headers = {"Content-Disposition": 'attachment; filename="exam.seb"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/seb", headers=headers)


@public.get("/exams/secure-browser/{token}.seb")
def open_file(request: Request, session: Write, clock: ClockDep, token: str) -> Response:
    """The settings by a signed link of the candidate's own page: the secure browser fetches them itself.

    They open nothing: whoever comes with them signs in.
    """
    limit(request, "browser-file", request.app.state.settings.ip_limit_per_minute)
    attempt_id = attempt_in(request, token, clock)
    if attempt_id is None:
        raise NotFound
    return _file(request, session, clock, attempt_id)


@own.get("/exams/attempts/{attempt_id}/settings.seb")
def download_file(
    request: Request, session: Write, clock: ClockDep, viewer: SignedIn, attempt_id: UUID
) -> Response:
    """The settings of the candidate's own attempt, while it can be entered."""
    queries.attempt_of(session, viewer.person_id, attempt_id)
    return _file(request, session, clock, attempt_id)


@own.post("/exams/attempts/{attempt_id}/browser")
def prove(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """What the browser told a page's script; 204 with a pass for the next pages, 409 when it does not fit."""
    result = service.prove(
        session,
        clock,
        candidate_id=viewer.person_id,
        attempt_id=attempt_id,
        proof=proof_of(request, attempt_id, clock, form),
    )
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return give_pass(request, Response(status_code=HTTPStatus.NO_CONTENT), attempt_id, clock)


router.include_router(public)
router.include_router(own, dependencies=KEPT_NOWHERE)
