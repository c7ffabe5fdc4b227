"""Writing banks and sets of drafts into files, with their keys. Live ones go to nobody who trains others."""

from http import HTTPStatus
from typing import Literal
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session

from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.platform.database import Read, Write
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


@router.post("")
def create_export(
    *, request: Request, session: Write, clock: ClockDep, viewer: Manager, form: Form
) -> Response:
    """The file; 422 with the items that the format cannot hold, unless they may be left out.

    Raises:
        NotFound: no such bank or set, or a live one and the viewer trains others.
    """
    data, state = parse(form, ExportForm)
    if data is None:
        return _page(request=request, session=session, clock=clock, viewer=viewer, form=state)
    open_to = queries.list_sources(session, viewer.person_id, at=clock.now())
    source = next((one for one, _, _ in open_to if one.id == data.source), None)
    if source is None:
        raise NotFound
    items = stored.items_of(session, source)
    left = _left_out(items, data.format)
    written = [item for item in items if item.id not in {one.where for one in left}]
    if not written or (left and not data.leave_out):
        return _page(
            request=request,
            session=session,
            clock=clock,
            viewer=viewer,
            form=state,
            left=left,
            empty=not items,
        )
    body = WRITERS[data.format](written, language=data.language or None)
    drafts.note_export(
        session,
        clock,
        subject=source.id,
        kind=source.kind,
        form=data.format,
        items=len(written),
        actor_id=viewer.person_id,
    )
    name = f"{source.slug}.{ENDINGS[data.format]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/octet-stream", headers=headers)


def _left_out(items: list[DraftItem], form: str) -> list[Finding]:
    """The items that the format cannot hold."""
    left = []
    for item in items:
        try:
            WRITERS[form]([item], language=None)
        except UnsupportedError as error:
            left.append(Finding(item.id, error.why))
    return left
