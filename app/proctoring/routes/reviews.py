"""Reviews: the queue, one record with what can be done, and every step; and the record for an officer."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.exams.errors import ReviewOpen
from app.exams.queries import releases, reviewing
from app.exams.rules.releasing import UNDER_REVIEW
from app.exams.rules.states import Review
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.proctoring.queries import record as records
from app.proctoring.queries import reviews as queries
from app.proctoring.routes.words import NAMES
from app.proctoring.rules.reviewing import Act, Purpose, Standing, acts
from app.proctoring.rules.timeline import stretch
from app.proctoring.service import reviewing as service
from app.web import errors
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.pages import go, page
from app.web.viewer import ClockDep, Viewer, holding

router = Router()
Reviewer = Annotated[Viewer, Depends(holding("incident_reviewer"))]
Officer = Annotated[Viewer, Depends(holding("certification_officer"))]
_READING = {Review.IN_REVIEW: Purpose.FIRST_REVIEW, Review.SECOND_REVIEW: Purpose.SECOND_REVIEW}


class WordsForm(FormModel):
    """What a reviewer says; the candidate reads it."""

    words: str = Field(min_length=10, max_length=1000)


class TakingForm(FormModel):
    """Whether the reviewer saw a record that waits, or one that a colleague has."""

    act: Literal["take", "take_over"]


class FindingForm(WordsForm):
    """What a second reviewer found, and why."""

    finding: Literal["cleared", "inconclusive", "irregularity"]


@router.get("/reviews")
def list_reviews(request: Request, session: Read, *, clock: ClockDep, viewer: Reviewer) -> Response:
    """What waits, the oldest exam first; why it waits is not shown."""
    now, number = clock.now(), page_number(request.query_params.get("page", ""))
    listed = queries.list_open(session, viewer.person_id, at=now, page=number)
    return page(
        request,
        "proctoring/reviews.html",
        listed=listed,
        taken=queries.taken(session, [one.id for one in listed.rows]),
        now=now,
        done=request.query_params.get("done", ""),
    )


def _page(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    viewer: Viewer,
    attempt_id: UUID,
    form: FormState,
) -> Response:
    now = clock.now()
    one = queries.get_open(session, viewer.person_id, attempt_id, at=now)
    steps = tuple(records.steps_of(session, attempt_id))
    standing = records.standing_of(one.review, steps, viewer.person_id)
    able = acts(standing, at=now)
    record = None
    if able.isdisjoint({Act.TAKE, Act.TAKE_OVER}):
        record = records.get_record(session, attempt_id, candidate_id=one.candidate_id)
        service.note_view(
            session,
            clock,
            attempt_id=attempt_id,
            person_id=viewer.person_id,
            purpose=_READING[one.review],
        )
    return _shown(request, one=one, record=record, standing=standing, able=able, form=form, back="reviews")


def _shown(
    request: Request,
    *,
    one: reviewing.Reviewed,
    record: records.Record | None,
    standing: Standing,
    able: frozenset[Act],
    form: FormState,
    back: str,
) -> Response:
    tail = f"{one.id}/record" if back == "results" else str(one.id)
    return page(
        request,
        "proctoring/review.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/{back}/{tail}",
        one=one,
        record=record,
        shown=stretch(record.facts if record else (), page_number(request.query_params.get("page", ""))),
        standing=standing,
        able={str(act) for act in able},
        form=form,
        back=back,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
        **NAMES,
    )


@router.get("/reviews/{attempt_id}")
def show_review(
    *, request: Request, session: Write, clock: ClockDep, viewer: Reviewer, attempt_id: UUID
) -> Response:
    """The record, for the reviewer who has it or a second one; looking at it is written down."""
    return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=FormState())


@router.get("/results/{attempt_id}/record")
def show_record(
    *, request: Request, session: Write, clock: ClockDep, viewer: Officer, attempt_id: UUID
) -> Response:
    """The record for an officer who decides about the result; looking at it is written down."""
    releases.get_withheld(
        session,
        viewer.person_id,
        attempt_id,
        at=clock.now(),
        kept_out=queries.had_any_part(viewer.person_id),
    )
    one = reviewing.get_reviewed(session, attempt_id)
    if one.review in UNDER_REVIEW:
        raise ReviewOpen
    service.note_view(
        session, clock, attempt_id=attempt_id, person_id=viewer.person_id, purpose=Purpose.DECISION
    )
    record = records.get_record(session, attempt_id, candidate_id=one.candidate_id)
    return _shown(
        request,
        one=one,
        record=record,
        standing=records.standing_of(one.review, record.steps),
        able=frozenset(),
        form=FormState(),
        back="results",
    )


def _after(request: Request, result: object, tail: str, done: str) -> Response:
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, tail, done=done)


@router.post("/reviews/{attempt_id}/taking")
def create_taking(
    *, request: Request, session: Write, clock: ClockDep, viewer: Reviewer, form: Form, attempt_id: UUID
) -> Response:
    """Take a record that waits, or take it over from a colleague, whichever the page offered."""
    data, _ = parse(form, TakingForm)
    act = service.take_over if data is not None and data.act == "take_over" else service.take
    result = act(session, clock, attempt_id=attempt_id, reviewer_id=viewer.person_id)
    return _after(request, result, f"reviews/{attempt_id}", "taken")


Worded = Callable[..., object]


def _worded(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    viewer: Viewer,
    form: Form,
    attempt_id: UUID,
    act: Worded,
    tail: str,
    done: str,
) -> Response:
    reviewing.get_reviewed(session, attempt_id)
    data, state = parse(form, WordsForm)
    if data is None:
        return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state)
    result = act(session, clock, attempt_id=attempt_id, reviewer_id=viewer.person_id, words=data.words)
    return _after(request, result, tail, done)


@router.post("/reviews/{attempt_id}/statement-request")
def create_statement_request(
    *, request: Request, session: Write, clock: ClockDep, viewer: Reviewer, form: Form, attempt_id: UUID
) -> Response:
    """Ask the candidate what they say to it."""
    return _worded(
        request,
        session,
        clock=clock,
        viewer=viewer,
        form=form,
        attempt_id=attempt_id,
        act=service.ask_statement,
        tail=f"reviews/{attempt_id}",
        done="asked",
    )


@router.post("/reviews/{attempt_id}/clearance")
def create_clearance(
    *, request: Request, session: Write, clock: ClockDep, viewer: Reviewer, form: Form, attempt_id: UUID
) -> Response:
    """End the first review: nothing counts against the candidate."""
    return _worded(
        request,
        session,
        clock=clock,
        viewer=viewer,
        form=form,
        attempt_id=attempt_id,
        act=service.clear,
        tail="reviews",
        done="cleared",
    )


@router.post("/reviews/{attempt_id}/referral")
def create_referral(
    *, request: Request, session: Write, clock: ClockDep, viewer: Reviewer, form: Form, attempt_id: UUID
) -> Response:
    """Hand the record to a second reviewer."""
    return _worded(
        request,
        session,
        clock=clock,
        viewer=viewer,
        form=form,
        attempt_id=attempt_id,
        act=service.refer,
        tail="reviews",
        done="referred",
    )


@router.post("/reviews/{attempt_id}/finding")
def create_finding(
    *, request: Request, session: Write, clock: ClockDep, viewer: Reviewer, form: Form, attempt_id: UUID
) -> Response:
    """End the second review."""
    reviewing.get_reviewed(session, attempt_id)
    data, state = parse(form, FindingForm)
    if data is None:
        return _page(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state)
    result = service.conclude(
        session,
        clock,
        attempt_id=attempt_id,
        reviewer_id=viewer.person_id,
        finding=Review(data.finding),
        words=data.words,
    )
    return _after(request, result, "reviews", "concluded")
