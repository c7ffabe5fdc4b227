"""The candidate's own capstone: the parts with what is stored, the hand-in, the receipt, the outcome."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field, field_validator
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from app.capstone.errors import CapstoneFull, CapstoneTooMuch, SameFile
from app.capstone.queries import work as queries
from app.capstone.queries.briefs import shipped
from app.capstone.routes.files import attachment
from app.capstone.rules.rating import may_begin
from app.capstone.rules.uploads import MAX_FILE, MAX_INFLATED, MAX_TOGETHER, Problem, Sound, read_upload
from app.capstone.service import outcomes, submissions
from app.kernel.clock import Clock
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormModel, FormState, parse
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, SignedIn, Viewer

router = Router(prefix="/capstone")

_PROBLEMS = {
    Problem.EMPTY: N_("Choose a file that is not empty."),
    Problem.TOO_LARGE: N_("The file is larger than %(size)s MB."),
    Problem.NAME: N_("Rename the file: its name is too long, begins with a dot or holds signs such as /"),
    Problem.KIND: N_("Only PDF, Word (.docx), PNG and plain text are taken; this is none of them."),
    Problem.ENDING: N_("The ending of the name does not fit what the file holds."),
    Problem.BROKEN: N_("The file is damaged or not what it says it is. Save it anew and try again."),
    Problem.UNFOLDS: N_("The file unfolds to more than is taken."),
    Problem.LOCKED: N_("The file is protected by a password. Save it without one."),
    Problem.ACTIVE: N_(
        "The file holds a program, a script or another file, or fetches one from elsewhere. "
        "Save it without them."
    ),
    Problem.MARKUP: N_("The text holds markup of a web page. Save it as plain text."),
    Problem.ENCODING: N_("The text cannot be read. Save it as UTF-8."),
    Problem.AUTHOR: N_(
        "The properties of the file name an author, and it is rated blind. Remove the name: in Word by "
        "File, Info, Inspect Document; in LibreOffice by File, Properties, Reset Properties; "
        "export a PDF without an author."
    ),
}
_FULL = N_("This part takes no more files. Remove one first.")
_TOO_MUCH = N_("All files together may hold %(size)s MB at most.")
_SAME = N_("The same file is stored here already.")
_MEGA = 1024**2


class TextForm(FormModel):
    """The text of one part. Nothing is trimmed from within it."""

    part: str = Field(max_length=32)
    body: str = Field(default="", max_length=60_000)

    @field_validator("body", mode="before")
    @classmethod
    def _one_sign_a_line(cls, body: str) -> str:
        # a browser sends two signs for each line end, and counts one
        return body.replace("\r\n", "\n")


@dataclass(slots=True)
class Sent:
    """A file that was sent for a part: sound with its bytes, or what is wrong with it."""

    part: str
    form: FormState = field(default_factory=FormState)
    sound: Sound | None = None
    content: bytes = b""


async def _read_sent(viewer: SignedIn, form: Form) -> Sent:
    """Look into the file before anything is open at the database."""
    del viewer  # only so that nobody else has a file read
    sent = Sent(str(form.get("part", "")))
    upload = form.get("file")
    name = ""
    if isinstance(upload, UploadFile):
        sent.content, name = await upload.read(MAX_FILE + 1), upload.filename or ""
        await upload.close()
    found = await run_in_threadpool(read_upload, name, sent.content)
    if isinstance(found, Problem):
        size = (MAX_INFLATED if found is Problem.UNFOLDS else MAX_FILE) // _MEGA
        sent.form.add(f"file-{sent.part}", _PROBLEMS[found], size=size)
    else:
        sent.sound = found
    return sent


SentDep = Annotated[Sent, Depends(_read_sent)]


def _shown(
    request: Request, session: Session, viewer: Viewer, *, form: FormState | None = None, part: str = ""
) -> Response:
    form = form or FormState()
    ids = queries.own_submissions(session, viewer.person_id)
    told, open_now = queries.outcomes_told(session, viewer.person_id)
    work = queries.work_of(session, ids[0], person_id=viewer.person_id) if ids else None
    earlier = [
        queries.work_of(session, one, person_id=viewer.person_id) for one in ids if work and one != work.id
    ]
    return page(
        request,
        "capstone/own.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/capstone",
        work=work,
        earlier=earlier,
        results={one.id: _result(session, one) for one in (work, *earlier) if one and one.told_at},
        brief=work.brief if work else shipped(),
        may_begin=may_begin(told, open_now=open_now),
        form=form,
        part=part,
        limits={"file": MAX_FILE // _MEGA, "together": MAX_TOGETHER // _MEGA},
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


def _result(session: Session, work: queries.Work) -> dict[str, object]:
    return {"told": queries.outcome_of(session, work.id), "ratings": queries.ratings_of(session, work.id)}


@router.get("")
def show_own(request: Request, session: Read, *, viewer: SignedIn) -> Response:
    """The brief, and what became of the viewer's work on it."""
    return _shown(request, session, viewer)


@router.post("")
def create_submission(
    request: Request, session: Write, *, clock: ClockDep, viewer: SignedIn, form: Form
) -> Response:
    """Begin it, or begin the resubmission."""
    del form  # only its check against other sites
    submissions.begin(session, clock, person_id=viewer.person_id)
    return go(request, "capstone")


@router.post("/{submission_id}/texts")
def save_text(
    request: Request, session: Write, *, clock: ClockDep, viewer: SignedIn, form: Form, submission_id: UUID
) -> Response:
    """Keep the text of a part."""
    work = queries.work_of(session, submission_id, person_id=viewer.person_id)
    data, state = parse(form, TextForm)
    part = next((one for one in work.brief.deliverables if data and one.id == data.part), None)
    if data is not None and part is not None and len(data.body) > part.characters:
        state.add(
            "body",
            N_("This is too long: %(max_length)s characters at most."),
            max_length=part.characters,
        )
    if data is None or state.errors:
        told = str(form.get("part", ""))
        named = FormState({f"body-{told}": str(form.get("body", ""))})
        named.errors = {f"body-{told}": error for error in state.errors.values()}
        return _shown(request, session, viewer, form=named, part=told)
    submissions.save_text(
        session,
        clock,
        person_id=viewer.person_id,
        submission_id=submission_id,
        part=data.part,
        body=data.body,
    )
    return go(request, "capstone", done="saved")


@router.post("/{submission_id}/files")
def store_file(
    request: Request, session: Write, *, clock: ClockDep, viewer: SignedIn, sent: SentDep, submission_id: UUID
) -> Response:
    """Keep a file of a part, or say what is wrong with it."""
    queries.work_of(session, submission_id, person_id=viewer.person_id)
    if sent.sound is not None:
        try:
            _store(session, clock, viewer, sent, submission_id)
        except CapstoneFull:
            sent.form.add(f"file-{sent.part}", _FULL)
        except CapstoneTooMuch:
            sent.form.add(f"file-{sent.part}", _TOO_MUCH, size=MAX_TOGETHER // _MEGA)
        except SameFile:
            sent.form.add(f"file-{sent.part}", _SAME)
        else:
            return go(request, "capstone", done="stored")
    return _shown(request, session, viewer, form=sent.form, part=sent.part)


def _store(session: Session, clock: Clock, viewer: Viewer, sent: Sent, submission_id: UUID) -> None:
    assert sent.sound is not None  # noqa: S101  # asked by the caller
    submissions.store_file(
        session,
        clock,
        person_id=viewer.person_id,
        submission_id=submission_id,
        part=sent.part,
        sound=sent.sound,
        content=sent.content,
    )


@router.post("/{submission_id}/files/{file_id}/removal")
def remove_file(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: SignedIn,
    form: Form,
    submission_id: UUID,
    file_id: UUID,
) -> Response:
    """Remove a file before the hand-in."""
    del form  # only its check against other sites
    submissions.remove_file(
        session, clock, person_id=viewer.person_id, submission_id=submission_id, file_id=file_id
    )
    return go(request, "capstone", done="removed")


@router.get("/{submission_id}/files/{file_id}", response_class=Response)
def show_file(
    session: Write, *, clock: ClockDep, viewer: SignedIn, submission_id: UUID, file_id: UUID
) -> Response:
    """One's own file, as it is stored."""
    queries.work_of(session, submission_id, person_id=viewer.person_id)
    file = queries.file_of(session, file_id, submission_id=submission_id)
    outcomes.note_opened(
        session,
        clock,
        person_id=viewer.person_id,
        submission_id=submission_id,
        file_id=file_id,
        purpose="own",
    )
    return attachment(file, named=True)


@router.get("/{submission_id}/submission")
def ask_hand_in(request: Request, session: Read, *, viewer: SignedIn, submission_id: UUID) -> Response:
    """What would be handed in, before it is."""
    work = queries.work_of(session, submission_id, person_id=viewer.person_id)
    if work.handed_in_at is not None:
        return go(request, "capstone")
    return page(request, "capstone/hand_in.html", work=work)


@router.post("/{submission_id}/submission")
def hand_in(
    request: Request, session: Write, *, clock: ClockDep, viewer: SignedIn, form: Form, submission_id: UUID
) -> Response:
    """Hand in exactly what was shown. 409 when it was handed in before, is incomplete, or has changed."""
    submissions.hand_in(
        session,
        clock,
        person_id=viewer.person_id,
        submission_id=submission_id,
        confirmed=str(form.get("confirmed", "")),
    )
    return go(request, "capstone", done="handed-in")
