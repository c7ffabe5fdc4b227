"""A candidate objects to their own exam, and reads the answers. Nothing of any item is shown here."""

from http import HTTPStatus
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field
from sqlmodel import Session

from app.appeals.errors import ChallengeOpen, PlaceUnknown
from app.appeals.queries import challenges as queries
from app.appeals.rules import challenges as rules
from app.appeals.service import challenges as service
from app.exams.queries import results
from app.kernel.clock import Clock
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, SignedIn, Viewer

router = Router(prefix="/exams/attempts/{attempt_id}/challenges")


class ChallengeForm(FormModel):
    """What a candidate objects to, by the number it had in their exam; none: the whole exam."""

    number: int | None = Field(default=None, ge=1, le=500)
    body: str = Field(min_length=20, max_length=2000)


def _show(
    request: Request, session: Session, *, clock: Clock, viewer: Viewer, attempt_id: UUID, form: FormState
) -> Response:
    ended = results.ended_of(session, viewer.person_id, attempt_id)
    own = queries.list_own(session, viewer.person_id, attempt_id)
    released_at = ended.released_at if ended.is_released else None
    answer = rules.filing(
        released_at=released_at,
        at=clock.now(),
        open_now=sum(one.state in rules.OPEN_STATES for one in own),
        filed=len(own),
    )
    return page(
        request,
        "appeals/challenges.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{locale_of(request)}/exams/attempts/{attempt_id}/challenges",
        ended=ended,
        own=own,
        filing=str(answer),
        until=released_at + rules.FILE_WITHIN if released_at else None,
        due_at=rules.due_at,
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("")
def list_challenges(
    request: Request, session: Read, *, clock: ClockDep, viewer: SignedIn, attempt_id: UUID
) -> Response:
    """The objections to one's own exam with their answers, and the form for another."""
    return _show(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=FormState())


@router.post("")
def create_challenge(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Object. 409 when it is too late or too much; the same text twice is one objection."""
    data, state = parse(form, ChallengeForm)
    if data is not None:
        try:
            service.file_challenge(
                session,
                clock,
                candidate_id=viewer.person_id,
                attempt_id=attempt_id,
                position=data.number or rules.WHOLE_EXAM,
                body=data.body,
                locale=str(locale_of(request)),
            )
        except PlaceUnknown as unknown:
            state.add("number", N_("Your exam had the questions 1 to %(places)s."), **unknown.facts)
        except ChallengeOpen:
            state.add("number", N_("Your objection to this is being looked at already."))
        else:
            return go(request, f"exams/attempts/{attempt_id}/challenges", done="filed")
    return _show(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state)
