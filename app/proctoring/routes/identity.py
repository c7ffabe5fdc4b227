"""Face and document: the candidate takes the pictures, a proctor sees them beside each other and decides."""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.accounts import queries as accounts
from app.exams.queries import supervision
from app.exams.queries.keeping import taken_of
from app.exams.routes.roles import acting_in
from app.exams.rules.secure_browser import AT_A_DISTANCE, COMPARED
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform.database import Read, Write, read_session
from app.platform.routing import Router
from app.proctoring.queries import pictures as queries
from app.proctoring.routes.camera import given, keep
from app.proctoring.rules import pictures as rules
from app.proctoring.rules.keeping import TIMES, Keeping
from app.proctoring.service import keeping, pictures
from app.web import errors
from app.web.forms import Form, FormModel, FormState, parse
from app.web.limits import limit
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, SignedIn, Viewer, holding

router = Router()
Supervisor = Annotated[Viewer, Depends(holding("exam_manager", "proctor"))]
Proctor = Annotated[Viewer, Depends(holding("proctor"))]
Manager = Annotated[Viewer, Depends(holding("exam_manager"))]

_CAMERA = {"Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"}
_FAULTS = {
    rules.Fault.EMPTY: N_("Choose a picture first."),
    rules.Fault.TOO_LARGE: N_("This picture is too large: 5 MB at most."),
    rules.Fault.NO_PICTURE: N_("This is no picture: send a photo as JPEG, PNG or WebP."),
}


class VerdictForm(FormModel):
    """What the proctor says; other pictures are asked for with a reason."""

    verdict: Literal["matched", "again"]
    reason: str | None = Field(default=None, min_length=3, max_length=1000)
    face: UUID | None = None
    document: UUID | None = None


class HoldForm(FormModel):
    """Why nothing is destroyed for now, or why it is again."""

    hold_reason: str = Field(min_length=3, max_length=1000)


def _own(request: Request, session: Session, viewer: Viewer, attempt_id: UUID, form: FormState) -> Response:
    one = taken_of(session, viewer.person_id, attempt_id)
    shots = queries.pictures_of(session, attempt_id)
    checks = queries.checks_of(session, attempt_id)
    return page(
        request,
        "proctoring/pictures.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        headers=_CAMERA,
        switch_path=f"/{request.path_params['locale']}/exams/attempts/{attempt_id}/pictures",
        one=one,
        open=rules.takes_identity(
            mode=one.mode, lifecycle=one.lifecycle, last=checks[-1].verdict if checks else None
        ),
        face=queries.newest(shots, rules.PictureKind.FACE),
        document=queries.newest(shots, rules.PictureKind.DOCUMENT),
        check=checks[-1] if checks else None,
        days=TIMES[Keeping.IDENTITY].days,
        form=form,
        error_title=bool(form.errors),
    )


@router.get("/exams/attempts/{attempt_id}/pictures")
def show_own_pictures(request: Request, session: Read, *, viewer: SignedIn, attempt_id: UUID) -> Response:
    """The two pictures of check-in, and the forms for them."""
    return _own(request, session, viewer, attempt_id, FormState())


@router.post("/exams/attempts/{attempt_id}/pictures")
def create_own_picture(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Keep one of the two; a later one takes its place for whoever compares."""
    kind = rules.PictureKind.DOCUMENT if form.get("kind") == "document" else rules.PictureKind.FACE
    content = given(form, "picture", rules.largest(kind))
    fault = rules.fault_of(kind, content)
    limit(request, f"identity:{attempt_id}", rules.IDENTITY_A_MINUTE)
    with read_session(request.app.state.engine) as looking:
        one = taken_of(looking, viewer.person_id, attempt_id)
    if fault is not None:
        state = FormState()
        state.add(str(kind), _FAULTS[fault])
        return _own(request, session, viewer, attempt_id, state)
    keep(request, session, clock, one, pictures.Incoming(kind, content))
    return go(request, f"exams/attempts/{attempt_id}/pictures")


def _page(
    request: Request, session: Session, clock: Clock, *, viewer: Viewer, attempt_id: UUID, form: FormState
) -> Response:
    manages = viewer.has("exam_manager")
    attempt = supervision.supervised_of(
        session, attempt_id, person_id=viewer.person_id, manages=manages, at=clock.now()
    )
    shots = queries.pictures_of(session, attempt_id)
    checks, hold = queries.checks_of(session, attempt_id), queries.find_hold(session, attempt_id)
    last = checks[-1].verdict if checks else None
    people = [attempt.candidate_id, *(one.actor_id for one in checks), *([hold.actor_id] if hold else [])]
    return page(
        request,
        "proctoring/identity.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/rooms/attempts/{attempt_id}/identity",
        attempt=attempt,
        names=accounts.names_of(session, people),
        face=queries.newest(shots, rules.PictureKind.FACE),
        document=queries.newest(shots, rules.PictureKind.DOCUMENT),
        looks={
            str(kind)
            for kind in rules.PictureKind
            if attempt.assigned and rules.supervises(kind, lifecycle=attempt.lifecycle, last=last)
        },
        snapshots=[one for one in shots if one.kind is rules.PictureKind.SNAPSHOT],
        checks=checks,
        matched=last is rules.Verdict.MATCHED,
        hold=hold,
        receipts=queries.receipts_of(session, attempt_id),
        judges=attempt.assigned and viewer.has("proctor"),
        compares=attempt.lifecycle in COMPARED and attempt.mode in AT_A_DISTANCE,
        again=rules.takes_identity(mode=attempt.mode, lifecycle=attempt.lifecycle, last=None),
        manages=manages,
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("/rooms/attempts/{attempt_id}/identity")
def show_identity(
    *, request: Request, session: Read, clock: ClockDep, viewer: Supervisor, attempt_id: UUID
) -> Response:
    """Both pictures beside each other, the list of snapshots, and what can be decided."""
    return _page(request, session, clock, viewer=viewer, attempt_id=attempt_id, form=FormState())


@router.post("/rooms/attempts/{attempt_id}/identity")
def create_verdict(
    *, request: Request, session: Write, clock: ClockDep, viewer: Proctor, form: Form, attempt_id: UUID
) -> Response:
    """A person says whether both show one person; in a live sitting a match admits."""
    assigned = supervision.is_proctor_of(session, attempt_id, person_id=viewer.person_id, manages=False)
    data, state = parse(form, VerdictForm)
    if data is not None and data.verdict == "again" and data.reason is None:
        state.add("reason", N_("Fill in this field."))
    if data is None or state.errors:
        return _page(request, session, clock, viewer=viewer, attempt_id=attempt_id, form=state)
    result = pictures.judge(
        session,
        clock,
        attempt_id=attempt_id,
        actor_id=viewer.person_id,
        roles=acting_in(viewer, assigned=assigned),
        said=pictures.Said(rules.Verdict(data.verdict), data.reason, data.face, data.document),
    )
    return _after(request, result, attempt_id, data.verdict)


@router.post("/rooms/attempts/{attempt_id}/hold")
def create_hold(
    *, request: Request, session: Write, clock: ClockDep, viewer: Manager, form: Form, attempt_id: UUID
) -> Response:
    """Stop the destruction of what is kept of this attempt."""
    data, state = parse(form, HoldForm)
    if data is None:
        return _page(request, session, clock, viewer=viewer, attempt_id=attempt_id, form=state)
    result = keeping.hold(
        session, clock, attempt_id=attempt_id, actor_id=viewer.person_id, reason=data.hold_reason
    )
    return _after(request, result, attempt_id, "held")


@router.post("/rooms/attempts/{attempt_id}/hold/{hold_id}/lifting")
def lift_hold(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: Manager,
    form: Form,
    attempt_id: UUID,
    hold_id: UUID,
) -> Response:
    """Let destruction go on."""
    data, state = parse(form, HoldForm)
    if data is None:
        return _page(request, session, clock, viewer=viewer, attempt_id=attempt_id, form=state)
    result = keeping.lift(
        session,
        clock,
        attempt_id=attempt_id,
        hold_id=hold_id,
        actor_id=viewer.person_id,
        reason=data.hold_reason,
    )
    return _after(request, result, attempt_id, "lifted")


def _after(request: Request, result: Refused | None, attempt_id: UUID, done: str) -> Response:
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, f"rooms/attempts/{attempt_id}/identity", done=done)
