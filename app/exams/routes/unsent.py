"""Answers that a page could not send, in a file: staff see what loading it would change, then load it."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from app.accounts import queries as accounts
from app.exams.queries import supervision as queries
from app.exams.routes.reasons import ReasonForm
from app.exams.rules.unsent import MAX_FILE, FileProblem, instant
from app.exams.service import unsent
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web import errors
from app.web.forms import Form, FormState, parse
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/rooms/attempts/{attempt_id}/unsent")

Supervisor = Annotated[Viewer, Depends(holding("exam_manager", "proctor"))]

_PROBLEMS = {
    FileProblem.TOO_LARGE: N_("This file is too large: it holds something else."),
    FileProblem.UNREADABLE: N_("Choose the file that the exam page has saved; this is not one."),
    FileProblem.ALTERED: N_(
        "The checksum does not fit: the file was changed or is damaged. Nothing was loaded."
    ),
    FileProblem.OTHER_ATTEMPT: N_("This file belongs to another attempt. Look at the code of the attempt."),
    FileProblem.UNKNOWN_PLACE: N_("The file names a question or a choice that this attempt does not have."),
}


def _show(
    request: Request,
    session: Session,
    *,
    clock: Clock,
    viewer: Viewer,
    attempt_id: UUID,
    form: FormState,
    **facts: Any,
) -> Response:
    attempt = queries.supervised_of(
        session, attempt_id, person_id=viewer.person_id, manages=viewer.has("exam_manager"), at=clock.now()
    )
    loads = queries.loads_of(session, attempt.id)
    names = accounts.names_of(session, [attempt.candidate_id, *(load.actor_id for load in loads)])
    return page(
        request,
        "exams/unsent.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/rooms/attempts/{attempt.id}/unsent",
        attempt=attempt,
        loads=loads,
        names=names,
        form=form,
        error_title=bool(form.errors),
        instant=instant,
        **{"shown": None, "content": "", **facts},
    )


@router.get("")
def ask_unsent(
    *, request: Request, session: Read, clock: ClockDep, viewer: Supervisor, attempt_id: UUID
) -> Response:
    """Ask for the file, and list those that were loaded."""
    return _show(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=FormState())


def _given(form: FormData) -> bytes:
    """The uploaded file, or the content that was shown before; one byte more than allowed at most."""
    upload, content = form.get("file"), form.get("content")
    if isinstance(upload, UploadFile):
        with upload.file as file:
            return file.read(MAX_FILE + 1)
    return content.encode() if isinstance(content, str) else b""


@router.post("")
def load_unsent(
    *, request: Request, session: Write, clock: ClockDep, viewer: Supervisor, form: Form, attempt_id: UUID
) -> Response:
    """First what the file would change; with ``step=load`` it is loaded, exactly as it was shown."""
    queries.is_proctor_of(session, attempt_id, person_id=viewer.person_id, manages=viewer.has("exam_manager"))
    raw, state = _given(form), FormState()
    shown = unsent.show(session, clock, attempt_id=attempt_id, actor_id=viewer.person_id, raw=raw)
    if isinstance(shown, Refused):
        return errors.refused(request, shown)
    facts: dict[str, Any] = {}
    if isinstance(shown, FileProblem):
        state.add("file", _PROBLEMS[shown])
    else:
        facts = {"shown": shown, "content": raw.decode("utf-8-sig")}
        if form.get("step") == "load":
            data, state = parse(form, ReasonForm)
            if data is not None:
                changes = unsent.load(
                    session,
                    clock,
                    attempt_id=attempt_id,
                    actor_id=viewer.person_id,
                    raw=raw,
                    confirmed=str(form.get("confirmed", "")),
                    reason=data.reason,
                )
                if isinstance(changes, Refused):
                    return errors.refused(request, changes)
                return go(request, f"rooms/attempts/{attempt_id}", done="unsent")
    return _show(request, session, clock=clock, viewer=viewer, attempt_id=attempt_id, form=state, **facts)
