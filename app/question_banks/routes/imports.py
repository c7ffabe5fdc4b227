"""Bringing in a file: first a dry run with a report on every item, then all of it or nothing.

Between the two nothing of the file is kept: it is chosen again, and only the file that was looked at (by its
SHA-256) is imported. The file is read in a process of its own before any transaction begins.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import Depends, Request, Response
from pydantic import Field
from starlette.datastructures import UploadFile

from app.kernel.canonical import sha256_hex
from app.kernel.errors import DomainError
from app.platform.database import Write
from app.platform.routing import Router
from app.question_banks.errors import BankOfFiles, DraftsOfOtherPurpose
from app.question_banks.formats.apart import read_apart
from app.question_banks.formats.report import FormatError, Parsed
from app.question_banks.queries import drafts as queries
from app.question_banks.routes.findings import finding_of
from app.question_banks.routes.viewers import Writer
from app.question_banks.rules import BankPurpose
from app.question_banks.rules.workflow import may_import
from app.question_banks.service import drafts
from app.web.errors import sentence_of
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_, say
from app.web.viewer import ClockDep

router = Router(prefix="/items/import")
UPLOAD = 5 * 1024 * 1024
"""Bytes of a file sent by a page; a command of the installation takes larger ones."""
SHOWN = 200
"""Items of a sound file that the report lists one by one; the rest are counted."""
NAMED = 20
"""Drafts that keep what was written here and are named to whoever imported the file."""
_TRAINER = N_("You train others now: files with live items are imported by colleagues.")


class ImportForm(FormModel):
    """What is said about a file. ``sha256``: the file that was looked at."""

    format: Literal["moodle-xml", "gift", "aiken", "csv", "qti"]
    language: Literal["", "kk", "ru", "en"] = ""
    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    purpose: BankPurpose
    step: Literal["look", "import"] = "look"
    sha256: str = Field(default="", max_length=64)


@dataclass(slots=True)
class Looked:
    """A file that was sent: what the form says, and what reading it gave."""

    data: ImportForm | None
    form: FormState
    parsed: Parsed | None = None
    sha256: str = ""

    @property
    def sound(self) -> bool:
        """Whether all of it can be imported."""
        return self.parsed is not None and not self.parsed.rejected and bool(self.parsed.drafts)


async def _look(viewer: Writer, form: Form) -> Looked:
    """Read the file that was sent, in a process of its own. Nothing is open at the database meanwhile.

    Raises:
        ImportBusy: other files are being read.
    """
    del viewer  # only so that nobody else has a file read
    data, state = parse(form, ImportForm)
    upload = form.get("file")
    content = b""
    if isinstance(upload, UploadFile):
        content = await upload.read(UPLOAD + 1)
        await upload.close()
    if not content:
        state.add("file", N_("Choose a file."))
    elif len(content) > UPLOAD:
        state.add("file", N_("The file is larger than %(size)s MB. Divide it."), size=UPLOAD // 1024**2)
    looked = Looked(data if not state.errors else None, state)
    if looked.data is None:
        return looked
    looked.sha256 = sha256_hex(content)
    try:
        looked.parsed = await read_apart(content, looked.data.format, looked.data.language or None)
    except FormatError as error:
        looked.parsed = Parsed()
        looked.parsed.reject(error.where, error.why)
    if not looked.parsed.drafts and not looked.parsed.rejected:
        why = f"no item of the format {looked.data.format} was found in the file"
        looked.parsed.reject("file", why)
    return looked


LookedDep = Annotated[Looked, Depends(_look)]


def _page(
    request: Request, looked: Looked, *, other: bool = False, refusal: DomainError | None = None
) -> Response:
    failed = bool(looked.form.errors or refusal or (looked.parsed and not looked.sound))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed or other else HTTPStatus.OK
    locale = str(locale_of(request))
    return page(
        request,
        "question_banks/import.html",
        status=refusal.status if refusal else status,
        switch_path=f"/{locale}/items/import",
        form=looked.form,
        looked=looked,
        other=other,
        shown=SHOWN,
        finding=lambda one: finding_of(locale, one.why),
        place=lambda where: _place(locale, where),
        refusal=sentence_of(request, refusal) if refusal else "",
        error_title=failed,
    )


_PLACE = re.compile(r"(line|item|file|package)(?: (\d+))?")


def _place(locale: str, where: str) -> str:
    """Where something was found, in the reader's language; the name of a file stays as it is."""
    words = {
        "line": N_("line %(n)s"),
        "item": N_("item %(n)s"),
        "file": N_("the file"),
        "package": N_("the package"),
    }
    found = _PLACE.fullmatch(where)
    if found is None or (found[2] is None) != (found[1] in {"file", "package"}):
        return where
    return say(locale, words[found[1]], n=found[2] or "")


@router.get("")
def ask_import(request: Request, viewer: Writer) -> Response:
    """Ask for the file."""
    del viewer
    return _page(request, Looked(None, FormState()))


@router.post("")
def create_import(
    *, request: Request, session: Write, clock: ClockDep, viewer: Writer, looked: LookedDep
) -> Response:
    """The dry run; with ``step=import`` and the file that was looked at, its drafts are kept, all or none."""
    data = looked.data
    if data is None:
        return _page(request, looked)
    if not may_import(data.purpose, trains=queries.trains(session, viewer.person_id, at=clock.now())):
        looked.form.add("purpose", _TRAINER)
        looked.parsed = None
        return _page(request, looked)
    if data.step == "look" or looked.parsed is None or not looked.sound:
        return _page(request, looked)
    if data.sha256 != looked.sha256:
        return _page(request, looked, other=True)
    try:
        stored = drafts.store_drafts(
            session,
            clock,
            slug=data.name,
            drafts=looked.parsed.drafts,
            form=data.format,
            source_hash=looked.sha256,
            purpose=data.purpose,
            actor_id=viewer.person_id,
        )
    except (BankOfFiles, DraftsOfOtherPurpose) as refusal:  # nothing was written
        return _page(request, looked, refusal=refusal)
    held = " ".join(stored.held[:NAMED])
    return go(request, "items", bank=data.name, done="imported", **{"held": held} if held else {})
