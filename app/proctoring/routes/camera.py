"""What the exam page sends while it runs: snapshots and signals. It never waits for an answer to go on."""

import json
import re
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile

from app.exams.errors import AttemptClosed
from app.exams.queries.keeping import Taken, taken_of
from app.exams.rules.states import OPEN
from app.kernel.clock import Clock
from app.platform.database import Read, Write, read_session
from app.platform.routing import Router
from app.proctoring.errors import NotWatched, SignalsUnread
from app.proctoring.queries import pictures as queries
from app.proctoring.rules import chain
from app.proctoring.rules import pictures as rules
from app.proctoring.service import pictures as service
from app.proctoring.service import signals
from app.web import errors
from app.web.forms import Form
from app.web.limits import TooManyRequests, limit
from app.web.viewer import ClockDep, SignedIn

router = Router(prefix="/exams/attempts/{attempt_id}")
_DONE = HTTPStatus.NO_CONTENT
_WRONG = "X-Signals-Wrong"
_NUMBER = re.compile("[0-9]{1,6}")
"""What Python reads as a number at once: one of thousands of digits is an error of its own."""


def vault_of(request: Request) -> service.Vault:
    """The file store of this installation."""
    return service.Vault(request.app.state.settings.var_dir, request.app.state.secret)


def as_reply(shot: queries.Shot, content: bytes) -> Response:
    """The bytes of a picture; no browser keeps them."""
    return Response(content, media_type=str(shot.format), headers={"Cache-Control": "no-store"})


def given(form: FormData, name: str, most: int) -> bytes:
    """An uploaded file, one byte more than allowed at most."""
    upload = form.get(name)
    if not isinstance(upload, UploadFile):
        return b""
    with upload.file as file:
        return file.read(most + 1)


def keep(request: Request, session: Session, clock: Clock, one: Taken, incoming: service.Incoming) -> None:
    """Check, encrypt, write and note a picture; one that is there is not written again.

    ``session`` has not been used yet: no connection is held, and nobody waits, while the disk is written.
    """
    vault, keeping = vault_of(request), rules.keeping_of(incoming.kind)
    with read_session(request.app.state.engine) as looking:
        found = queries.intake(looking, one.id, one.sitting_id, incoming.kind)
    service.check(one, found, incoming)
    wrapped = found.wrapped or vault.fresh(one.id, keeping)
    file = vault.put(wrapped, one.id, keeping, incoming.content)
    try:
        if found.wrapped is None and not service.add_key(session, clock, one.id, keeping, wrapped):
            raise TooManyRequests  # two first pictures at once: this one comes again
        seq = incoming.seq or found.last + 1
        fresh = service.note(session, clock, attempt_id=one.id, incoming=incoming, file=file, seq=seq)
    except BaseException:
        vault.files.drop(service.folder(one.id, keeping), file)
        raise
    if not fresh:
        vault.files.drop(service.folder(one.id, keeping), file)


def _still_open(one: Taken) -> None:
    if one.lifecycle not in OPEN:
        raise AttemptClosed


@router.get("/camera")
def show_camera(session: Read, *, viewer: SignedIn, attempt_id: UUID) -> JSONResponse:
    """Whether pictures and signals are taken now, and the number with which pictures go on."""
    one = taken_of(session, viewer.person_id, attempt_id)
    found = queries.intake(session, attempt_id, one.sitting_id, rules.PictureKind.SNAPSHOT)
    body: dict[str, Any] = {
        "on": rules.watches(mode=one.mode, lifecycle=one.lifecycle, monitored=found.monitored),
        "snapshots": found.last,
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


@router.post("/snapshots")
def create_snapshot(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Keep one snapshot; sent twice, it is kept once. 409 when none is taken now, 410 after the end."""
    content = given(form, "picture", rules.LARGEST_SNAPSHOT)
    limit(request, f"snapshot:{attempt_id}", rules.A_MINUTE)
    typed = form.get("seq")
    seq = int(typed) if isinstance(typed, str) and _NUMBER.fullmatch(typed) else 0
    with read_session(request.app.state.engine) as looking:
        one = taken_of(looking, viewer.person_id, attempt_id)
    _still_open(one)
    if not 0 < seq <= rules.MOST_SNAPSHOTS:
        raise NotWatched
    keep(request, session, clock, one, service.Incoming(rules.PictureKind.SNAPSHOT, content, seq))
    return Response(status_code=_DONE)


@router.post("/signals")
def create_signals(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Keep a delivery of signals of one window, each once.

    422 when any of them says what is not taken: then none is, and a header names their places from 0. 409
    with its code when none are taken now, or when their window has to begin another chain.
    """
    limit(request, f"signals:{attempt_id}", chain.BATCHES_A_MINUTE)
    one = taken_of(session, viewer.person_id, attempt_id)
    _still_open(one)
    if not rules.watches(
        mode=one.mode, lifecycle=one.lifecycle, monitored=queries.is_monitored(session, one.sitting_id)
    ):
        raise NotWatched
    window = form.get("chain", "")
    batch = chain.read_batch(_json(form.get("batch")))
    if batch is None or batch.wrong or not (window == "" or chain.is_chain(window)):
        reply = errors.problem(request, SignalsUnread())
        reply.headers[_WRONG] = ",".join(str(place) for place in batch.wrong) if batch else ""
        return reply
    signals.take(session, clock, attempt_id=attempt_id, chain=str(window), signals=batch.signals)
    return Response(status_code=_DONE)


def _json(text: object) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
