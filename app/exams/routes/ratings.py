"""The pages of a rater of written answers: the queue without names, one answer, and the rating."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session
from starlette.datastructures import FormData

from app.exams.errors.rating import AnswerHasRaters
from app.exams.queries import rating as queries
from app.exams.rules.rating import RATING_TIME, Taking
from app.exams.service import rating
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.question_banks.rules.rubrics import Criterion
from app.web import errors
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/written-answers")
Rater = Annotated[Viewer, Depends(holding("rater"))]
LEAST, MOST = 10, 2000
"""Characters of a comment."""


class ReturnForm(FormModel):
    """Why an answer is given back."""

    reason: str = Field(min_length=5, max_length=1000)


@router.get("")
def list_waiting(request: Request, session: Read, *, clock: ClockDep, viewer: Rater) -> Response:
    """What the rater has or could take, the longest waiting first."""
    now, number = clock.now(), page_number(request.query_params.get("page", ""))
    return page(
        request,
        "exams/ratings.html",
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
    answer_id: UUID,
    form: FormState | None = None,
) -> Response:
    form = form or FormState()
    found = queries.rater_door(session, viewer.person_id, answer_id, at=clock.now())
    return page(
        request,
        "exams/rating.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/written-answers/{answer_id}",
        answer=queries.shown_of(session, answer_id),
        mine=found is Taking.MINE,
        days=RATING_TIME.days,
        least=LEAST,
        most=MOST,
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("/{answer_id}")
def show_answer(
    request: Request, session: Read, *, clock: ClockDep, viewer: Rater, answer_id: UUID
) -> Response:
    """One answer: what it says opens once it is taken."""
    return _shown(request, session, clock=clock, viewer=viewer, answer_id=answer_id)


def _after(request: Request, result: object, tail: str, done: str) -> Response:
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, tail, done=done)


@router.post("/{answer_id}/taking")
def create_taking(
    request: Request, session: Write, *, clock: ClockDep, viewer: Rater, form: Form, answer_id: UUID
) -> Response:
    """Take an answer."""
    del form  # only its check against other sites
    result = rating.take(session, clock, answer_id=answer_id, rater_id=viewer.person_id)
    return _after(request, result, f"written-answers/{answer_id}", "taken")


@router.post("/{answer_id}/return")
def create_return(
    request: Request, session: Write, *, clock: ClockDep, viewer: Rater, form: Form, answer_id: UUID
) -> Response:
    """Give an answer back, with the reason."""
    data, state = parse(form, ReturnForm)
    if data is None:
        return _shown(request, session, clock=clock, viewer=viewer, answer_id=answer_id, form=state)
    rating.give_back(session, clock, answer_id=answer_id, rater_id=viewer.person_id, reason=data.reason)
    return go(request, "written-answers", done="given-back")


def _read_rating(form: FormData, criteria: tuple[Criterion, ...]) -> tuple[dict[str, int], str, FormState]:
    levels: dict[str, int] = {}
    state = FormState({name: value for name, value in form.multi_items() if isinstance(value, str)})
    for at, one in enumerate(criteria, 1):
        level = str(form.get(f"level-{at}", ""))
        if level in {str(known.points) for known in one.levels}:
            levels[str(at)] = int(level)
        else:
            state.add(f"level-{at}", N_("Choose a level."))
    comment = str(form.get("comment", "")).strip()
    if not LEAST <= len(comment) <= MOST:
        state.add("comment", N_("Say why, in %(least)s to %(most)s characters."), least=LEAST, most=MOST)
    return levels, comment, state


@router.post("/{answer_id}")
def create_rating(
    request: Request, session: Write, *, clock: ClockDep, viewer: Rater, form: Form, answer_id: UUID
) -> Response:
    """Record the rating: a level for every criterion, and what carries it."""
    levels, comment, state = _read_rating(form, queries.rubric_of(session, answer_id))
    try:
        if state.errors:
            return _shown(request, session, clock=clock, viewer=viewer, answer_id=answer_id, form=state)
        result = rating.rate(
            session,
            clock,
            answer_id=answer_id,
            rater_id=viewer.person_id,
            levels=levels,
            comment=comment,
        )
    except (AnswerHasRaters, NotFound):
        if not any(place.rater_id == viewer.person_id for place in queries.places_of(session, answer_id)):
            raise
        # colleagues have it since the time ended: what was typed is not lost, and nothing else is shown
        return page(
            request,
            "exams/rating_late.html",
            status=HTTPStatus.CONFLICT,
            switch_path=f"/{request.path_params['locale']}/written-answers",
            comment=comment,
        )
    return _after(request, result, "written-answers", "rated")
