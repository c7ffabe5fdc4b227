"""A candidate's own record: everything a reviewer sees, who looked, an answer to it, a file of it."""

import json
from base64 import b64encode
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlmodel import Session

from app.exams.queries import reviewing
from app.exams.queries.keeping import taken_of
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.proctoring.errors import PictureGone
from app.proctoring.queries import pictures
from app.proctoring.queries import record as queries
from app.proctoring.routes.camera import as_reply, vault_of
from app.proctoring.routes.words import NAMES
from app.proctoring.rules.keeping import OBJECTED, TIMES
from app.proctoring.rules.pictures import COPIES_A_MINUTE
from app.proctoring.rules.reviewing import takes_statement
from app.proctoring.rules.timeline import Fact, stretch
from app.proctoring.service import reviewing as service
from app.proctoring.service.pictures import Vault, opened
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.limits import limit
from app.web.pages import go, page
from app.web.viewer import ClockDep, SignedIn, Viewer

router = Router(prefix="/exams/attempts/{attempt_id}")


class StatementForm(FormModel):
    """What the candidate says to it."""

    statement: str = Field(min_length=3, max_length=5000)


def _page(
    request: Request, session: Session, *, viewer: Viewer, attempt_id: UUID, form: FormState
) -> Response:
    one = reviewing.reviewed_of(session, viewer.person_id, attempt_id)
    record = queries.get_record(session, attempt_id, candidate_id=viewer.person_id)
    standing = queries.standing_of(one.review, record.steps)
    return page(
        request,
        "proctoring/record.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{request.path_params['locale']}/exams/attempts/{attempt_id}/record",
        one=one,
        record=record,
        shown=stretch(record.facts, page_number(request.query_params.get("page", ""))),
        objected_days=OBJECTED.days,
        standing=standing,
        answers=takes_statement(standing),
        views=queries.views_of(session, attempt_id),
        looks=pictures.looks_of(session, attempt_id),
        keeping_days={keeping: time.days for keeping, time in TIMES.items()},
        form=form,
        error_title=bool(form.errors),
        done=request.query_params.get("done", ""),
        **NAMES,
    )


@router.get("/record")
def show_own(request: Request, session: Read, *, viewer: SignedIn, attempt_id: UUID) -> Response:
    """The record of the viewer's own attempt, once it has ended."""
    return _page(request, session, viewer=viewer, attempt_id=attempt_id, form=FormState())


@router.post("/statement")
def create_statement(
    *, request: Request, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, attempt_id: UUID
) -> Response:
    """Answer the reviewers, once."""
    reviewing.reviewed_of(session, viewer.person_id, attempt_id)
    data, state = parse(form, StatementForm)
    if data is None:
        return _page(request, session, viewer=viewer, attempt_id=attempt_id, form=state)
    service.give_statement(
        session, clock, attempt_id=attempt_id, candidate_id=viewer.person_id, words=data.statement
    )
    return go(request, f"exams/attempts/{attempt_id}/record", done="answered")


@router.get("/record.json")
def download_own(request: Request, session: Read, *, viewer: SignedIn, attempt_id: UUID) -> Response:
    """The same as a file: times in UTC, words as they are stored, pictures in base64 while they are kept.

    Pictures are opened one at a time while the file is sent: never more than one of them stands in memory.
    """
    vault = vault_of(request)
    one = reviewing.reviewed_of(session, viewer.person_id, attempt_id)
    record = queries.get_record(session, attempt_id, candidate_id=viewer.person_id)
    if record.pictures or record.signals:
        limit(request, f"record:{attempt_id}", COPIES_A_MINUTE)
    body: dict[str, Any] = {
        "attempt": one.code,
        "exam": one.exam_title,
        "mode": str(one.mode),
        "review": str(one.review),
        "result": str(one.result),
        "counts": {str(kind): number for kind, number in record.counts.items()},
        "saves": record.saves,
        "timeline": [_fact(fact) for fact in record.facts],
        "incidents": [
            [
                {
                    "recorded_at": row.at.isoformat(),
                    "seen_at": row.seen_at.isoformat(),
                    "kind": str(row.kind),
                    "seen": row.seen,
                    "withdrawn": row.withdrawn,
                    "reason": row.reason,
                }
                for row in incident.rows
            ]
            for incident in record.incidents
        ],
        "steps": [
            {
                "at": step.at.isoformat(),
                "step": str(step.kind),
                "finding": step.finding,
                "text": step.text,
                "until": step.due_at.isoformat() if step.due_at else None,
            }
            for step in record.steps
        ],
        "looked_at": [
            {"at": view.at.isoformat(), "purpose": str(view.purpose)}
            for view in queries.views_of(session, attempt_id)
        ],
        "pictures_looked_at": [
            {
                "purpose": str(one.look),
                "times": one.number,
                "first": one.first_at.isoformat(),
                "last": one.last_at.isoformat(),
            }
            for one in pictures.looks_of(session, attempt_id)
        ],
        "signals": [
            {
                "window": one.chain,
                "seq": one.signal.seq,
                "at": one.signal.at,
                "kind": str(one.signal.kind),
                "facts": one.signal.facts,
                "hash": one.signal.hash,
                "received_at": one.at.isoformat(),
            }
            for one in record.signals
        ],
        "destroyed": [
            {
                "what": str(one.keeping),
                "number": one.number,
                "due_at": one.due_at.isoformat(),
                "at": one.at.isoformat(),
            }
            for one in record.receipts
        ],
    }
    named = {"Content-Disposition": f'attachment; filename="record-{one.code}.json"'}
    return StreamingResponse(
        _sent(vault, attempt_id, body, record.pictures),
        media_type="application/json",
        headers=named | {"Cache-Control": "no-store"},
    )


def _sent(
    vault: Vault, attempt_id: UUID, body: dict[str, Any], shots: tuple[pictures.Shot, ...]
) -> Iterator[str]:
    yield json.dumps(body, ensure_ascii=False)[:-1] + ', "pictures": ['
    for place, shot in enumerate(shots):
        yield (", " if place else "") + json.dumps(_picture(vault, attempt_id, shot))
    yield "]}"


def _picture(vault: Vault, attempt_id: UUID, shot: pictures.Shot) -> dict[str, Any]:
    try:
        content = b64encode(opened(vault, attempt_id, shot)).decode()
    except PictureGone:
        content = None
    return {
        "at": shot.at.isoformat(),
        "kind": str(shot.kind),
        "format": str(shot.format),
        "bytes": shot.size,
        "sha256": shot.sha256,
        "content": content,
    }


@router.get("/pictures/{picture_id}")
def show_own_picture(
    request: Request, session: Read, *, viewer: SignedIn, attempt_id: UUID, picture_id: UUID
) -> Response:
    """One of the viewer's own pictures, also while the exam runs. 410 once it was destroyed."""
    taken_of(session, viewer.person_id, attempt_id)
    shot = pictures.get_picture(session, attempt_id, picture_id)
    return as_reply(shot, opened(vault_of(request), attempt_id, shot))


def _fact(fact: Fact) -> dict[str, Any]:
    named: dict[str, Any] = {"at": fact.at.isoformat(), "fact": str(fact.kind), "by": str(fact.by)}
    more: dict[str, Any] = {
        "incident": str(fact.incident) if fact.incident else None,
        "text": fact.text,
        "place": fact.place,
        "seconds": fact.seconds,
        "told": fact.told,
        "withdrawn": fact.withdrawn or None,
    }
    return named | {key: value for key, value in more.items() if value is not None}
