"""The candidate's own capstone: the parts with what is stored, the hand-in, the receipt, the outcome."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from app.capstone.errors import CapstoneFull, CapstoneStale, CapstoneTooMuch, SameFile
from app.capstone.queries import work as queries
from app.capstone.queries.briefs import shipped
from app.capstone.routes.files import attachment
from app.capstone.rules.briefs import Deliverable
from app.capstone.rules.rating import may_begin
from app.capstone.rules.uploads import MAX_FILE, MAX_INFLATED, MAX_TOGETHER, Problem, Sound, read_upload
from app.capstone.service import outcomes, submissions
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormState
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
_STALE = N_(
    "Another text was stored here since you opened this page. It stands below; yours is still in the field. "
    "Save again to replace the stored one."
)
_LONG = N_("This is too long: %(max_length)s characters at most.")
_MEGA = 1024**2


@dataclass(slots=True)
class Sent:
    """A file that was chosen: sound with its bytes, or what is wrong with it. Neither: none was chosen."""

    sound: Sound | None = None
    content: bytes = b""
    wrong: FormState = field(default_factory=FormState)


async def _read_sent(viewer: SignedIn, form: Form) -> Sent:
    """Look into the file before anything is open at the database."""
    del viewer  # only so that nobody else has a file read
    sent, upload = Sent(), form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return sent
    sent.content, name = await upload.read(MAX_FILE + 1), upload.filename
    await upload.close()
    found = await run_in_threadpool(read_upload, name, sent.content)
    if isinstance(found, Problem):
        size = (MAX_INFLATED if found is Problem.UNFOLDS else MAX_FILE) // _MEGA
        sent.wrong.add("file", _PROBLEMS[found], size=size)
    else:
        sent.sound = found
    return sent


SentDep = Annotated[Sent, Depends(_read_sent)]


def _shown(request: Request, session: Session, viewer: Viewer) -> Response:
    ids = queries.own_submissions(session, viewer.person_id)
    told, open_now = queries.outcomes_told(session, viewer.person_id)
    work = queries.work_of(session, ids[0], person_id=viewer.person_id) if ids else None
    earlier = [
        queries.work_of(session, one, person_id=viewer.person_id) for one in ids if work and one != work.id
    ]
    return page(
        request,
        "capstone/own.html",
        work=work,
        earlier=earlier,
        results={one.id: _result(session, one) for one in (work, *earlier) if one and one.told_at},
        brief=work.brief if work else shipped(),
        may_begin=may_begin(told, open_now=open_now),
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


def _own_part(
    session: Session, viewer: Viewer, submission_id: UUID, part_id: str
) -> tuple[queries.Work, Deliverable]:
    work = queries.work_of(session, submission_id, person_id=viewer.person_id)
    part = next((one for one in work.brief.deliverables if one.id == part_id), None)
    if part is None:
        raise NotFound
    return work, part


def _part_page(
    request: Request,
    work: queries.Work,
    part: Deliverable,
    *,
    form: FormState | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    form = form or FormState()
    stored = work.texts[part.id].body if part.id in work.texts else ""
    return page(
        request,
        "capstone/part.html",
        status=status,
        switch_path=f"/{request.path_params['locale']}/capstone/{work.id}/parts/{part.id}",
        work=work,
        part=part,
        stored=stored,
        version=queries.version(stored),
        form=form,
        limits={"file": MAX_FILE // _MEGA, "together": MAX_TOGETHER // _MEGA},
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
    )


@router.get("/{submission_id}/parts/{part_id}")
def show_part(
    request: Request, session: Read, *, viewer: SignedIn, submission_id: UUID, part_id: str
) -> Response:
    """One part with what is stored, to be worked on."""
    work, part = _own_part(session, viewer, submission_id, part_id)
    return _part_page(request, work, part) if work.handed_in_at is None else go(request, "capstone")


@router.post("/{submission_id}/parts/{part_id}")
def save_part(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: SignedIn,
    form: Form,
    sent: SentDep,
    submission_id: UUID,
    part_id: str,
) -> Response:
    """Keep the text, and the file that was chosen with it, or remove a file.

    Whatever is sound is kept, also when something else is not; what was typed stays on the page.
    """
    _, part = _own_part(session, viewer, submission_id, part_id)
    own = _Own(session, clock, viewer.person_id, submission_id, part)
    # a browser sends two signs for each line end, and counts one
    body = str(form.get("body", "")).replace("\r\n", "\n")
    state = FormState({"body": body}, dict(sent.wrong.errors))
    stale = own.keep_text(body, str(form.get("based_on", "")), state)
    own.keep_file(sent, state)
    if removed := str(form.get("remove", "")):
        own.remove(removed)
    if state.errors:
        status = HTTPStatus.CONFLICT if stale else HTTPStatus.UNPROCESSABLE_ENTITY
        work, part = _own_part(session, viewer, submission_id, part_id)
        return _part_page(request, work, part, form=state, status=status)
    if "look" in form:
        return go(request, "capstone")
    return go(request, f"capstone/{submission_id}/parts/{part_id}", done="removed" if removed else "saved")


@dataclass(frozen=True, slots=True)
class _Own:
    """What somebody does to one part of their own work."""

    session: Session
    clock: Clock
    person_id: UUID
    submission_id: UUID
    part: Deliverable

    def keep_text(self, body: str, based_on: str, state: FormState) -> bool:
        """Keep the text, or say why not; whether another one was stored meanwhile."""
        if len(body) > self.part.characters:
            state.add("body", _LONG, max_length=self.part.characters)
            state.values["based_on"] = based_on  # nobody compared it with what may be stored since
            return False
        try:
            submissions.save_text(
                self.session,
                self.clock,
                person_id=self.person_id,
                submission_id=self.submission_id,
                part=self.part.id,
                body=body,
                based_on=based_on,
            )
        except CapstoneStale:
            state.add("body", _STALE)
            return True
        return False

    def keep_file(self, sent: Sent, state: FormState) -> None:
        """Keep the file that was chosen, if one was, or say why not."""
        if sent.sound is None:
            return
        try:
            submissions.store_file(
                self.session,
                self.clock,
                person_id=self.person_id,
                submission_id=self.submission_id,
                part=self.part.id,
                sound=sent.sound,
                content=sent.content,
            )
        except CapstoneFull:
            state.add("file", _FULL)
        except CapstoneTooMuch:
            state.add("file", _TOO_MUCH, size=MAX_TOGETHER // _MEGA)
        except SameFile:
            state.add("file", _SAME)

    def remove(self, file_id: str) -> None:
        """Remove a file of the work."""
        try:
            wanted = UUID(file_id)
        except ValueError:
            raise NotFound from None
        submissions.remove_file(
            self.session,
            self.clock,
            person_id=self.person_id,
            submission_id=self.submission_id,
            file_id=wanted,
        )


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
