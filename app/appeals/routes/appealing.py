"""A candidate appeals against what was decided about their exam, and reads what the panel decided."""

from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from pydantic import Field
from sqlmodel import Session

from app.appeals.queries import panel as queries
from app.appeals.rules.panel import due_at
from app.appeals.service import panel as service
from app.exams.queries.appealing import appealed_of
from app.exams.rules.appealing import Filing, against, filing, last_day
from app.kernel.clock import Clock
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.viewer import ClockDep, SignedIn, Viewer

router = Router(prefix="/exams/attempts/{attempt_id}/appeal")


class AppealForm(FormModel):
    """Why the decision is wrong."""

    body: str = Field(min_length=20, max_length=5000)


def _show(
    request: Request, session: Session, *, clock: Clock, viewer: Viewer, attempt_id: UUID, form: FormState
) -> Response:
    one = appealed_of(session, attempt_id, candidate_id=viewer.person_id)
    own = queries.appeals_of(session, attempt_id)
    decided = one.decided(own[0].filed_at if own else None)
    zone = ZoneInfo(viewer.timezone)
    answer = filing(decided, at=clock.now(), zone=zone)
    day = last_day(one.decided_at, zone) if one.decided_at else None
    ended = [appeal.id for appeal in own if appeal.outcome is not None]
    return page(
        request,
        "appeals/appeal.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{locale_of(request)}/exams/attempts/{attempt_id}/appeal",
        one=one,
        own=own,
        votes=queries.votes_of(session, ended),
        filing=str(answer),
        against=str(against(decided)) if answer is Filing.OPEN else None,
        last_day=day,
        due_at=due_at,
        now=clock.now(),
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("")
def show_appeal(
    request: Request, session: Read, *, clock: ClockDep, viewer: SignedIn, attempt_id: UUID
) -> Response:
    """The appeals about one's own exam with their outcome, and the form for one."""
    return _show(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=FormState())


@router.post("")
def create_appeal(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Appeal. 409 when there is nothing to appeal against, it is too late, or one is heard already."""
    data, state = parse(form, AppealForm)
    if data is None:
        return _show(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state)
    service.file_appeal(
        session,
        clock,
        candidate_id=viewer.person_id,
        attempt_id=attempt_id,
        body=data.body,
        locale=str(locale_of(request)),
        zone=ZoneInfo(viewer.timezone),
    )
    return go(request, f"exams/attempts/{attempt_id}/appeal", done="filed")
