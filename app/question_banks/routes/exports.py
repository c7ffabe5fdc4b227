"""Writing banks and sets of drafts into files, with their keys. Live ones go to nobody who trains others."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session

from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.platform.database import Read, Write, read_session
from app.platform.routing import Router
from app.question_banks.formats import stored
from app.question_banks.formats.draft import DraftItem
from app.question_banks.formats.report import Finding, UnsupportedError
from app.question_banks.formats.table import ENDINGS, WRITERS
from app.question_banks.queries import drafts as queries
from app.question_banks.routes.findings import finding_of
from app.question_banks.routes.viewers import Manager
from app.question_banks.service import drafts
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import page
from app.web.viewer import ClockDep, Viewer

router = Router(prefix="/items/export")


class ExportForm(FormModel):
    """What is written, how, and in which language: empty is all that there are."""

    source: UUID
    format: Literal["moodle-xml", "gift", "csv", "qti"]
    language: Literal["", "kk", "ru", "en"] = ""
    leave_out: bool = False


def _page(
    *,
    request: Request,
    session: Session,
    clock: Clock,
    viewer: Viewer,
    form: FormState,
    left: list[Finding] | None = None,
    empty: bool = False,
) -> Response:
    locale = str(locale_of(request))
    failed = bool(form.errors or left or empty)
    return page(
        request,
        "question_banks/export.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK,
        switch_path=f"/{locale}/items/export",
        sources=queries.list_sources(session, viewer.person_id, at=clock.now()),
        form=form,
        left=left or [],
        nothing=empty,
        finding=lambda one: finding_of(locale, one.why),
        error_title=failed,
    )


@router.get("")
def ask_export(request: Request, session: Read, clock: ClockDep, viewer: Manager) -> Response:
    """Ask what to write, and how."""
    return _page(request=request, session=session, clock=clock, viewer=viewer, form=FormState())


@dataclass(slots=True)
class Built:
    """What was asked for, and the file; ``body`` None: it was not written. ``items`` counts those in it."""

    data: ExportForm | None
    form: FormState
    source: stored.Source | None = None
    left: list[Finding] = field(default_factory=list)
    empty: bool = False
    items: int = 0
    body: bytes | None = None


def _build(request: Request, clock: ClockDep, viewer: Manager, form: Form) -> Built:
    """Write the file before any transaction that writes begins: a large bank takes seconds.

    Raises:
        NotFound: no such bank or set, or a live one and the viewer trains others.
    """
    data, state = parse(form, ExportForm)
    built = Built(data, state)
    if data is None:
        return built
    with read_session(request.app.state.engine) as session:
        open_to = queries.list_sources(session, viewer.person_id, at=clock.now())
        built.source = next((one for one, _, _ in open_to if one.id == data.source), None)
        if built.source is None:
            raise NotFound
        items = stored.items_of(session, built.source)
    built.left, built.empty = _left_out(items, data.format), not items
    written = [item for item in items if item.id not in {one.where for one in built.left}]
    if written and (data.leave_out or not built.left):
        built.items = len(written)
        built.body = WRITERS[data.format](written, language=data.language or None)
    return built


@router.post("")
def create_export(
    *,
    request: Request,
    session: Write,
    clock: ClockDep,
    viewer: Manager,
    built: Annotated[Built, Depends(_build)],
) -> Response:
    """The file; 422 with the items that the format cannot hold, unless they may be left out."""
    data, source = built.data, built.source
    if data is None or source is None or built.body is None:
        return _page(
            request=request,
            session=session,
            clock=clock,
            viewer=viewer,
            form=built.form,
            left=built.left,
            empty=built.empty,
        )
    drafts.note_export(
        session,
        clock,
        subject=source.id,
        kind=source.kind,
        form=data.format,
        items=built.items,
        actor_id=viewer.person_id,
    )
    name = f"{source.slug}.{ENDINGS[data.format]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(built.body, media_type="application/octet-stream", headers=headers)


def _left_out(items: list[DraftItem], form: str) -> list[Finding]:
    """The items that the format cannot hold."""
    left = []
    for item in items:
        try:
            WRITERS[form]([item], language=None)
        except UnsupportedError as error:
            left.append(Finding(item.id, error.why))
    return left
