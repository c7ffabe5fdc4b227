"""The page before an exam: what a candidate should know, the notice, and checking in."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session

from app.exams.queries import booking as queries
from app.exams.queries.attempts import find_reason
from app.exams.routes.boxes import say_boxes
from app.exams.routes.browser_proof import file_token, proof_of
from app.exams.routes.messages import told_now
from app.exams.rules import booking as rules
from app.exams.rules.secure_browser import Verdict, judge
from app.exams.rules.states import OPEN
from app.exams.service import rooms as service
from app.kernel.clock import Clock
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import address, go, page
from app.web.viewer import ClockDep, SignedIn, Viewer

router = Router()


class CheckInForm(FormModel):
    """What is acknowledged at check-in, and the version that was shown."""

    notice: Literal["true"]
    rules: Literal["true"]
    version: str


def _before(
    request: Request, session: Session, clock: Clock, viewer: Viewer, *, attempt_id: UUID, form: FormState
) -> Response:
    one = queries.get_before(session, viewer.person_id, attempt_id)
    window = rules.check_in_window(
        mode=one.mode, opens_at=one.opens_at, closes_at=one.closes_at, at=clock.now()
    )
    application = queries.find_application(session, viewer.person_id, one.exam_id)
    return page(
        request,
        "exams/before.html",
        "state",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/exams/attempts/{attempt_id}/before",
        one=one,
        application=application,
        told=told_now(session, attempt_id) if one.lifecycle in OPEN else [],
        reason=None if one.lifecycle in OPEN else find_reason(session, attempt_id),
        window=window.value,
        check_in_from=one.opens_at - rules.CHECK_IN_BEFORE if one.opens_at else None,
        check_in_until=one.opens_at + rules.CHECK_IN_AFTER if one.opens_at else None,
        notice_version=rules.NOTICE_VERSION,
        in_force=rules.VERSIONS_FROM,
        browser=_browser(request, clock, one),
        form=form,
        error_title=bool(form.errors),
    )


@dataclass(frozen=True, slots=True)
class Browser:
    """What the page says about the secure browser. ``link`` hands the settings over to it directly."""

    link: str
    proven: bool


def _browser(request: Request, clock: Clock, one: queries.BeforeFacts) -> Browser | None:
    """None: this attempt is taken in any browser."""
    if not one.in_browser:
        return None
    base: str = request.app.state.settings.public_base
    tail = address(locale_of(request), f"exams/secure-browser/{file_token(request, one.id, clock)}.seb")
    proven = one.browser_key is not None and judge(proof_of(request, one.id, clock), one.browser_key) is (
        Verdict.PROVEN
    )
    return Browser(base.replace("http", "seb", 1) + tail, proven)


@router.get("/exams/attempts/{attempt_id}/before")
def show_before(
    request: Request, session: Read, clock: ClockDep, viewer: SignedIn, attempt_id: UUID
) -> Response:
    """Rules, minutes for me, attempts left, the notice, and what happens if something goes wrong."""
    return _before(request, session, clock, viewer, attempt_id=attempt_id, form=FormState())


@router.post("/exams/attempts/{attempt_id}/check-in")
def create_check_in(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Acknowledge and check in; 422 when something is not ticked, 409 when it is not time."""
    data, state = parse(form, CheckInForm)
    if data is None:
        say_boxes(state, ("notice", "rules"))
        return _before(request, session, clock, viewer, attempt_id=attempt_id, form=state)
    service.check_in(
        session,
        clock,
        candidate_id=viewer.person_id,
        attempt_id=attempt_id,
        notice_version=data.version,
    )
    return go(request, f"exams/attempts/{attempt_id}/before")
