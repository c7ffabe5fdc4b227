"""Pictures for staff. Every look is written down with its purpose, which the candidate can read."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session

from app.exams.errors import ReviewOpen
from app.exams.queries import releases, reviewing, supervision
from app.exams.rules.releasing import UNDER_REVIEW
from app.exams.rules.states import Review
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.platform.database import Write
from app.platform.routing import Router
from app.proctoring.queries import pictures as queries
from app.proctoring.queries import record as records
from app.proctoring.queries import reviews
from app.proctoring.routes.camera import as_reply, vault_of
from app.proctoring.rules.pictures import Look, PictureKind, supervises
from app.proctoring.rules.reviewing import Act, acts
from app.proctoring.service import pictures as service
from app.web.viewer import ClockDep, Viewer, holding

router = Router()
Proctor = Annotated[Viewer, Depends(holding("proctor"))]
Reviewer = Annotated[Viewer, Depends(holding("incident_reviewer"))]
Officer = Annotated[Viewer, Depends(holding("certification_officer"))]
_READING = {Review.IN_REVIEW: Look.FIRST_REVIEW, Review.SECOND_REVIEW: Look.SECOND_REVIEW}


def _shown(
    request: Request,
    session: Session,
    clock: Clock,
    *,
    viewer: Viewer,
    attempt_id: UUID,
    picture_id: UUID,
    look: Look,
) -> Response:
    shot = queries.get_picture(session, attempt_id, picture_id)
    content = service.opened(vault_of(request), attempt_id, shot)
    service.note_look(
        session, clock, attempt_id=attempt_id, picture_id=picture_id, person_id=viewer.person_id, look=look
    )
    return as_reply(shot, content)


@router.get("/rooms/attempts/{attempt_id}/pictures/{picture_id}")
def show_to_supervisor(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: Proctor,
    attempt_id: UUID,
    picture_id: UUID,
) -> Response:
    """For the proctors of the sitting: to compare an identity, or to see how the exam goes, and only then."""
    one = supervision.supervised_of(
        session, attempt_id, person_id=viewer.person_id, manages=False, at=clock.now()
    )
    kind = queries.get_picture(session, attempt_id, picture_id).kind
    look = supervises(kind, lifecycle=one.lifecycle, last=queries.last_verdict(session, attempt_id))
    if look is None:
        raise NotFound
    return _shown(
        request, session, clock, viewer=viewer, attempt_id=attempt_id, picture_id=picture_id, look=look
    )


@router.get("/reviews/{attempt_id}/pictures/{picture_id}")
def show_to_reviewer(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: Reviewer,
    attempt_id: UUID,
    picture_id: UUID,
) -> Response:
    """For the reviewer who has the record, or a second one; never the document, which says who it is."""
    now = clock.now()
    one = reviews.get_open(session, viewer.person_id, attempt_id, at=now)
    steps = tuple(records.steps_of(session, attempt_id))
    able = acts(records.standing_of(one.review, steps, viewer.person_id), at=now)
    if not able.isdisjoint({Act.TAKE, Act.TAKE_OVER}):
        raise NotFound
    if queries.get_picture(session, attempt_id, picture_id).kind is PictureKind.DOCUMENT:
        raise NotFound
    look = _READING[one.review]
    return _shown(
        request, session, clock, viewer=viewer, attempt_id=attempt_id, picture_id=picture_id, look=look
    )


@router.get("/results/{attempt_id}/pictures/{picture_id}")
def show_to_officer(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: Officer,
    attempt_id: UUID,
    picture_id: UUID,
) -> Response:
    """For an officer who decides about the result, once the review is over."""
    releases.get_withheld(
        session,
        viewer.person_id,
        attempt_id,
        at=clock.now(),
        kept_out=reviews.had_any_part(viewer.person_id),
    )
    if reviewing.get_reviewed(session, attempt_id).review in UNDER_REVIEW:
        raise ReviewOpen
    look = Look.DECISION
    return _shown(
        request, session, clock, viewer=viewer, attempt_id=attempt_id, picture_id=picture_id, look=look
    )
