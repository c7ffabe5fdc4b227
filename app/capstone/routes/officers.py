"""The pages of a certification officer: outcomes that wait to be told, and one with all its ratings."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.accounts.queries import names_of
from app.capstone.queries import rating as queries
from app.capstone.queries.work import file_of, outcome_of, ratings_of, work_of
from app.capstone.routes.files import attachment
from app.capstone.service import outcomes
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.pages import go, page
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/capstones")
Officer = Annotated[Viewer, Depends(holding("certification_officer"))]


class TellingForm(FormModel):
    """What the officer adds for the candidate."""

    words: str | None = Field(default=None, max_length=1000)


@router.get("")
def list_settled(request: Request, session: Read, *, clock: ClockDep, viewer: Officer) -> Response:
    """The outcomes that wait to be told."""
    now, number = clock.now(), page_number(request.query_params.get("page", ""))
    return page(
        request,
        "capstone/outcomes.html",
        listed=queries.list_settled(session, viewer.person_id, at=now, page=number),
        now=now,
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
    queries.officer_door(session, viewer.person_id, submission_id, at=clock.now())
    work, ratings = work_of(session, submission_id), ratings_of(session, submission_id)
    # an officer can be asked to rate other work of the same person: no name is read before it is needed
    told = outcome_of(session, submission_id)
    known = [work.person_id, *(one.rater_id for one in ratings)] if told and told.told_at else []
    return page(
        request,
        "capstone/outcome.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/capstones/{submission_id}",
        work=work,
        ratings=ratings,
        told=told,
        people=names_of(session, known) if known else {},
        form=form,
        error_title=bool(form.errors),
    )


@router.get("/{submission_id}")
def show_outcome(
    request: Request, session: Read, *, clock: ClockDep, viewer: Officer, submission_id: UUID
) -> Response:
    """One submission with its ratings and what they came to."""
    return _shown(request, session, clock=clock, viewer=viewer, submission_id=submission_id)


@router.post("/{submission_id}/telling")
def create_telling(
    request: Request, session: Write, *, clock: ClockDep, viewer: Officer, form: Form, submission_id: UUID
) -> Response:
    """Tell the candidate the outcome."""
    work_of(session, submission_id)
    data, state = parse(form, TellingForm)
    if data is None:
        return _shown(request, session, clock=clock, viewer=viewer, submission_id=submission_id, form=state)
    result = outcomes.tell(
        session, clock, submission_id=submission_id, officer_id=viewer.person_id, words=data.words
    )
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, "capstones", done="told")


@router.get("/{submission_id}/files/{file_id}", response_class=Response)
def show_file(
    session: Write, *, clock: ClockDep, viewer: Officer, submission_id: UUID, file_id: UUID
) -> Response:
    """A file of a submission whose ratings have settled. That it was opened is written down."""
    queries.officer_door(session, viewer.person_id, submission_id, at=clock.now())
    file = file_of(session, file_id, submission_id=submission_id)
    outcomes.note_opened(
        session,
        clock,
        person_id=viewer.person_id,
        submission_id=submission_id,
        file_id=file_id,
        purpose="outcome",
    )
    return attachment(file, named=False)
