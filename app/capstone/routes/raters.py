"""The pages of a rater: the queue without names, one submission, and the rating."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session
from starlette.datastructures import FormData

from app.capstone.errors import NothingToTake
from app.capstone.queries import rating as queries
from app.capstone.queries.work import file_of, work_of
from app.capstone.routes.files import attachment
from app.capstone.rules.briefs import LEVELS, Brief
from app.capstone.service import outcomes, rating
from app.exams.rules.rating import RATING_TIME, Taking
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/ratings")
Rater = Annotated[Viewer, Depends(holding("rater"))]
LEAST, MOST = 10, 2000
"""Characters of a comment."""


class ReturnForm(FormModel):
    """Why a submission is given back."""

    reason: str = Field(min_length=5, max_length=1000)


@router.get("")
def list_waiting(request: Request, session: Read, *, clock: ClockDep, viewer: Rater) -> Response:
    """What the rater has or could take, the longest waiting first."""
    now, number = clock.now(), page_number(request.query_params.get("page", ""))
    return page(
        request,
        "capstone/ratings.html",
        listed=queries.list_waiting(session, viewer.person_id, at=now, page=number),
        now=now,
        until=RATING_TIME,
        done=request.query_params.get("done", ""),
    )


def _shown(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    viewer: Viewer,
    submission_id: UUID,
    form: FormState | None = None,
) -> Response:
    form = form or FormState()
    found = queries.rater_door(session, viewer.person_id, submission_id, at=clock.now())
    return page(
        request,
        "capstone/rating.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/ratings/{submission_id}",
        work=work_of(session, submission_id),
        mine=found is Taking.MINE,
        days=RATING_TIME.days,
        levels=LEVELS,
        least=LEAST,
        most=MOST,
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("/{submission_id}")
def show_submission(
    request: Request, session: Read, *, clock: ClockDep, viewer: Rater, submission_id: UUID
) -> Response:
    """One submission: what it holds opens once it is taken."""
    return _shown(request, session, clock=clock, viewer=viewer, submission_id=submission_id)


def _after(request: Request, result: object, tail: str, done: str) -> Response:
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, tail, done=done)


@router.post("/{submission_id}/taking")
def create_taking(
    request: Request, session: Write, *, clock: ClockDep, viewer: Rater, form: Form, submission_id: UUID
) -> Response:
    """Take a submission."""
    del form  # only its check against other sites
    result = rating.take(session, clock, submission_id=submission_id, rater_id=viewer.person_id)
    return _after(request, result, f"ratings/{submission_id}", "taken")


@router.post("/{submission_id}/return")
def create_return(
    request: Request, session: Write, *, clock: ClockDep, viewer: Rater, form: Form, submission_id: UUID
) -> Response:
    """Give a submission back, with the reason."""
    work_of(session, submission_id)
    data, state = parse(form, ReturnForm)
    if data is None:
        return _shown(request, session, clock=clock, viewer=viewer, submission_id=submission_id, form=state)
    rating.give_back(
        session, clock, submission_id=submission_id, rater_id=viewer.person_id, reason=data.reason
    )
    return go(request, "ratings", done="given-back")


def _read_rating(form: FormData, brief: Brief) -> tuple[dict[str, int], dict[str, str], FormState]:
    levels: dict[str, int] = {}
    comments: dict[str, str] = {}
    state = FormState({name: value for name, value in form.multi_items() if isinstance(value, str)})
    for one in brief.criteria:
        level, comment = str(form.get(f"level-{one.id}", "")), str(form.get(f"comment-{one.id}", "")).strip()
        if level in {str(known) for known in LEVELS}:
            levels[one.id] = int(level)
        else:
            state.add(f"level-{one.id}", N_("Choose a level."))
        if LEAST <= len(comment) <= MOST:
            comments[one.id] = comment
        else:
            state.add(
                f"comment-{one.id}",
                N_("Say why, in %(least)s to %(most)s characters."),
                least=LEAST,
                most=MOST,
            )
    return levels, comments, state


@router.post("/{submission_id}")
def create_rating(
    request: Request, session: Write, *, clock: ClockDep, viewer: Rater, form: Form, submission_id: UUID
) -> Response:
    """Record the rating: a level and a comment for every criterion."""
    work = work_of(session, submission_id)
    levels, comments, state = _read_rating(form, work.brief)
    if state.errors:
        return _shown(request, session, clock=clock, viewer=viewer, submission_id=submission_id, form=state)
    try:
        result = rating.rate(
            session,
            clock,
            submission_id=submission_id,
            rater_id=viewer.person_id,
            levels=levels,
            comments=comments,
        )
    except NothingToTake:
        # colleagues have it since the time ended: what was typed is not lost, and nothing else is shown
        return page(
            request,
            "capstone/late.html",
            status=HTTPStatus.CONFLICT,
            switch_path=f"/{request.path_params['locale']}/ratings",
            work=work,
            levels=levels,
            comments=comments,
        )
    return _after(request, result, "ratings", "rated")


@router.get("/{submission_id}/files/{file_id}", response_class=Response)
def show_file(
    session: Write, *, clock: ClockDep, viewer: Rater, submission_id: UUID, file_id: UUID
) -> Response:
    """A file of a submission that the rater has. That it was opened is written down."""
    if queries.rater_door(session, viewer.person_id, submission_id, at=clock.now()) is not Taking.MINE:
        raise NotFound
    file = file_of(session, file_id, submission_id=submission_id)
    outcomes.note_opened(
        session,
        clock,
        person_id=viewer.person_id,
        submission_id=submission_id,
        file_id=file_id,
        purpose="rating",
    )
    return attachment(file, named=False)
