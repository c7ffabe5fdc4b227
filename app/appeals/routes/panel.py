"""The panel of appeals: the queue without names, one appeal with the record, the vote; and the clocks."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.appeals.errors import AppealHasPanel
from app.appeals.queries import panel as queries
from app.appeals.rules.challenges import Verdict
from app.appeals.rules.panel import SEAT_TIME, due_at
from app.appeals.service import panel as service
from app.exams.queries import reviewing
from app.exams.queries.appealing import appealed_of
from app.exams.queries.results import find_invalidation
from app.exams.rules.rating import Taking
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.proctoring.queries import pictures
from app.proctoring.queries import record as records
from app.proctoring.routes.camera import as_reply, vault_of
from app.proctoring.routes.words import NAMES
from app.proctoring.rules.pictures import Look, PictureKind
from app.proctoring.rules.reviewing import Purpose
from app.proctoring.rules.timeline import stretch
from app.proctoring.service import reviewing as proctoring
from app.proctoring.service.pictures import note_look, opened
from app.web import errors
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/appeals")
Member = Annotated[Viewer, Depends(holding("appeals_panel"))]
Manager = Annotated[Viewer, Depends(holding("exam_manager"))]
LATELY = 20
"""How many appeals that a member has heard stand below the queue."""


class VoteForm(FormModel):
    """How a member votes, and why; the candidate reads it."""

    verdict: Verdict
    reasons: str = Field(min_length=20, max_length=4000)


class ReturnForm(FormModel):
    """Why a seat is given back."""

    reason: str = Field(min_length=5, max_length=1000)


@router.get("")
def list_appeals(request: Request, session: Read, *, clock: ClockDep, viewer: Member) -> Response:
    """What the member has or could take, the longest waiting first; nothing they had a part in."""
    now, number = clock.now(), page_number(request.query_params.get("page", ""))
    return page(
        request,
        "appeals/appeals.html",
        listed=queries.list_waiting(session, viewer.person_id, at=now, page=number),
        heard=queries.list_heard(session, viewer.person_id, limit=LATELY),
        now=now,
        due_at=due_at,
        until=SEAT_TIME,
        done=request.query_params.get("done", ""),
    )


@router.get("/clocks")
def list_clocks(request: Request, session: Read, *, clock: ClockDep, viewer: Manager) -> Response:
    """Whether appeals are decided in time, for whoever runs exams; nothing of what they say."""
    del viewer  # only their role
    now, number = clock.now(), page_number(request.query_params.get("page", ""))
    return page(
        request,
        "appeals/clocks.html",
        listed=queries.list_clocks(session, at=now, page=number),
        now=now,
        due_at=due_at,
    )


def _show(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    viewer: Viewer,
    appeal_id: UUID,
    form: FormState,
) -> Response:
    one, found = queries.member_door(session, viewer.person_id, appeal_id, at=clock.now())
    record = None
    if found is Taking.MINE:
        proctoring.note_view(
            session,
            clock,
            attempt_id=one.attempt_id,
            person_id=viewer.person_id,
            purpose=Purpose.APPEAL,
        )
        candidate_id = reviewing.get_reviewed(session, one.attempt_id).candidate_id
        record = records.get_record(session, one.attempt_id, candidate_id=candidate_id)
    votes = queries.votes_of(session, [one.id])[one.id]
    return page(
        request,
        "appeals/appeal_heard.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{locale_of(request)}/appeals/{appeal_id}",
        appeal=one,
        one=appealed_of(session, one.attempt_id),
        invalidated=find_invalidation(session, one.attempt_id),
        found=str(found),
        record=record,
        shown=stretch(record.facts if record else (), page_number(request.query_params.get("page", ""))),
        votes=votes if one.outcome is not None else [v for v in votes if v.member_id == viewer.person_id],
        due_at=due_at,
        seat_days=SEAT_TIME.days,
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
        **NAMES,
    )


@router.get("/{appeal_id}")
def show_appeal(
    request: Request, session: Write, *, clock: ClockDep, viewer: Member, appeal_id: UUID
) -> Response:
    """An appeal: what it says and the record open once the seat is taken; that is written down."""
    return _show(request, session, clock=clock, viewer=viewer, appeal_id=appeal_id, form=FormState())


@router.get("/{appeal_id}/pictures/{picture_id}")
def show_picture(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: Member,
    appeal_id: UUID,
    picture_id: UUID,
) -> Response:
    """For a member with a seat; never the document, which says who it is. 410 once it was destroyed."""
    one, found = queries.member_door(session, viewer.person_id, appeal_id, at=clock.now())
    if found is not Taking.MINE:
        raise NotFound
    shot = pictures.get_picture(session, one.attempt_id, picture_id)
    if shot.kind is PictureKind.DOCUMENT:
        raise NotFound
    content = opened(vault_of(request), one.attempt_id, shot)
    note_look(
        session,
        clock,
        attempt_id=one.attempt_id,
        picture_id=picture_id,
        person_id=viewer.person_id,
        look=Look.APPEAL,
    )
    return as_reply(shot, content)


@router.post("/{appeal_id}/taking")
def create_taking(
    *, request: Request, session: Write, clock: ClockDep, viewer: Member, form: Form, appeal_id: UUID
) -> Response:
    """Take a seat."""
    del form  # only its check against other sites
    result = service.take(session, clock, appeal_id=appeal_id, member_id=viewer.person_id)
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, f"appeals/{appeal_id}", done="taken")


@router.post("/{appeal_id}/return")
def create_return(
    *, request: Request, session: Write, clock: ClockDep, viewer: Member, form: Form, appeal_id: UUID
) -> Response:
    """Give a seat back, with the reason."""
    data, state = parse(form, ReturnForm)
    if data is None:
        return _show(request, session, clock=clock, viewer=viewer, appeal_id=appeal_id, form=state)
    service.give_back(session, clock, appeal_id=appeal_id, member_id=viewer.person_id, reason=data.reason)
    return go(request, "appeals", done="given-back")


@router.post("/{appeal_id}/votes")
def create_vote(
    *, request: Request, session: Write, clock: ClockDep, viewer: Member, form: Form, appeal_id: UUID
) -> Response:
    """Vote; 409 without a seat, and a second time."""
    data, state = parse(form, VoteForm)
    try:
        if data is None:
            return _show(request, session, clock=clock, viewer=viewer, appeal_id=appeal_id, form=state)
        result = service.vote(
            session,
            clock,
            appeal_id=appeal_id,
            member_id=viewer.person_id,
            verdict=data.verdict,
            reasons=data.reasons,
        )
    except (AppealHasPanel, NotFound):
        if not any(place.rater_id == viewer.person_id for place in queries.places_of(session, appeal_id)):
            raise
        # colleagues have it since the time ended: what was typed is not lost, and nothing else is shown
        return page(
            request,
            "appeals/late.html",
            status=HTTPStatus.CONFLICT,
            switch_path=f"/{locale_of(request)}/appeals",
            reasons=state.value("reasons"),
        )
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, "appeals", done="voted")
