"""The pages of statistics: the forms, one form, one item; and asking for figures."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlmodel import Session

from app.accounts.queries import names_of
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.psychometrics import queries, service
from app.psychometrics.routes import plots
from app.psychometrics.rules.gates import ACT, SHOW
from app.psychometrics.rules.told import ToldItem
from app.psychometrics.rules.verdict import Word, reliability
from app.question_banks.queries import DescribedItem, described_items
from app.web.forms import Form
from app.web.pages import go, page
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/statistics")
ReaderDep = Annotated[Viewer, Depends(holding("exam_manager", "instructor"))]
ManagerDep = Annotated[Viewer, Depends(holding("exam_manager"))]


def texts(session: Session, clock: Clock, viewer: Viewer, items: list[ToldItem]) -> dict[UUID, DescribedItem]:
    """The texts the viewer may read: those of live exams are for exam managers who train nobody."""
    return described_items(
        session,
        [one.version_id for one in items],
        viewer_id=viewer.person_id,
        at=clock.now(),
        live=viewer.has("exam_manager"),
    )


@router.get("")
def list_forms(request: Request, session: Read, clock: ClockDep, viewer: ReaderDep) -> Response:
    """Every form: how many took it, how far its scores can be trusted, how many items want a look."""
    del viewer
    return page(
        request, "psychometrics/forms.html", lines=queries.list_forms(session, at=clock.now()), show=SHOW
    )


@router.get("/{form_id}")
def show_form(
    request: Request, session: Read, *, clock: ClockDep, viewer: ReaderDep, form_id: UUID
) -> Response:
    """A form: the test in plain words and its items; a page that waits for figures asks for this part."""
    standing = queries.standing(session, form_id, at=clock.now())
    run, form = standing.figures, standing.form
    items = queries.items_of(session, run.id) if run else []
    told = queries.told_test(run, max_points=form.max_points) if run else None
    wanted = request.query_params.get("view", "")
    alpha = told.figures["alpha"] if told else None
    return page(
        request,
        "psychometrics/form.html",
        "figures",
        standing=standing,
        form=form,
        run=run,
        told=told,
        trust=reliability(alpha) if alpha is not None else None,
        items=[one for one in items if wanted != "attention" or one.verdict.word in {Word.LOOK, Word.ACT}],
        counts={word: sum(one.verdict.word is word for one in items) for word in Word},
        wanted=wanted,
        texts=texts(session, clock, viewer, items),
        histogram=plots.histogram(told.scores, cut_score=form.cut_score, highest=form.max_points)
        if told
        else None,
        map=plots.item_map(items),
        may_ask=standing.worth,
        asker=names_of(session, [standing.asked.by]) if standing.asked and standing.asked.by else {},
        show=SHOW,
        act=ACT,
    )


@router.post("/{form_id}/computation")
def create_computation(
    *, request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form, form_id: UUID
) -> Response:
    """Ask for the figures of a form; once at a time. 409 when they would tell of a few persons."""
    del form
    service.ask(session, clock, form_id=form_id, person_id=viewer.person_id)
    return go(request, f"statistics/{form_id}")


@router.get("/{form_id}/items/{version_id}")
def show_item(
    request: Request,
    session: Read,
    *,
    clock: ClockDep,
    viewer: ReaderDep,
    form_id: UUID,
    version_id: UUID,
) -> Response:
    """An item on a form: what its figures say, and what to do. 404 where there are none."""
    standing = queries.standing(session, form_id, at=clock.now())
    items = queries.items_of(session, standing.figures.id) if standing.figures else []
    item = next((one for one in items if one.version_id == version_id), None)
    if item is None:
        raise NotFound
    place = items.index(item)
    return page(
        request,
        "psychometrics/item.html",
        status=HTTPStatus.OK,
        form=standing.form,
        run=standing.figures,
        item=item,
        text=texts(session, clock, viewer, [item]).get(version_id),
        curve=plots.curve(item.curve),
        before=items[place - 1] if place else None,
        after=items[place + 1] if place + 1 < len(items) else None,
        show=SHOW,
        act=ACT,
    )
