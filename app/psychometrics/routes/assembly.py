"""An exam manager's pages of forms: those there are; asking for parallel ones, comparing, accepting."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session
from starlette.datastructures import FormData

from app.accounts.queries import names_of
from app.exams.queries import composing
from app.exams.queries.cuts import cuts_of
from app.exams.rules.forms import DELIVERED
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.psychometrics.queries import assembly as queries
from app.psychometrics.routes import plots
from app.psychometrics.rules.comparing import ABILITIES, CAPPED
from app.psychometrics.service import assembly as service
from app.question_banks.queries import described_items
from app.question_banks.queries.composing import banks_for_forms
from app.question_banks.rules import Cognitive, ItemType
from app.web.forms import Form, FormModel, FormState, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/forms")
ManagerDep = Annotated[Viewer, Depends(holding("exam_manager"))]
TYPES = tuple(str(kind) for kind in ItemType if kind in DELIVERED)
LEVELS = tuple(map(str, Cognitive))


class AskForm(FormModel):
    """What to search for; the limits of types and levels stand beside it."""

    blueprint_id: UUID
    bank_id: UUID
    forms: int = Field(ge=1, le=10)
    seconds: int = Field(ge=5, le=150)
    seed: int = Field(ge=1, le=2_000_000_000)
    cases: int = Field(ge=0, le=500)
    most_forms: int = Field(ge=1, le=10)
    overlap: int = Field(ge=0, le=500)
    capped: bool = False
    fresh: bool = False


class AcceptForm(FormModel):
    """Which proposed form becomes a form of the exam, and why."""

    number: int = Field(ge=1, le=10)
    reason: str = Field(min_length=3, max_length=1000)


def _demonstration(request: Request) -> bool:
    return bool(request.app.state.installation.demonstration)


@router.get("")
def list_forms(request: Request, session: Read, clock: ClockDep, viewer: ManagerDep) -> Response:
    """The forms of each certification exam, and the searches for new ones."""
    del viewer
    blueprints = composing.newest_blueprints(session)
    searches = queries.list_searches(session, at=clock.now())
    forms = {one.exam_id: composing.forms_of(session, one.exam_id) for one in blueprints}
    cuts = cuts_of(session, [form.id for held in forms.values() for form in held])
    deciders = {decided[0].decided_by for decided in cuts.values()}
    return page(
        request,
        "psychometrics/exam_forms.html",
        blueprints=blueprints,
        forms=forms,
        cuts=cuts,
        searches=searches,
        titles={one.id: one for one in blueprints},
        names=names_of(session, {line.asked.asked_by for line in searches} | deciders),
    )


def _ask_page(request: Request, session: Session, form: FormState, status: int) -> Response:
    return page(
        request,
        "psychometrics/search_form.html",
        status=status,
        switch_path=f"/{locale_of(request)}/forms/new",
        blueprints=composing.newest_blueprints(session),
        banks=banks_for_forms(session, demonstration=_demonstration(request)),
        traits=(*TYPES, *LEVELS),
        capped=CAPPED,
        form=form,
        error_title=bool(form.errors),
    )


@router.get("/new")
def show_ask(request: Request, session: Read, viewer: ManagerDep) -> Response:
    """The form to ask for parallel forms."""
    del viewer
    values: dict[str, Any] = {
        "forms": "2",
        "seconds": "60",
        "seed": "1",
        "cases": "0",
        "most_forms": "1",
        "overlap": "0",
        "capped": True,
        "fresh": True,
    }
    return _ask_page(request, session, FormState(values=values), HTTPStatus.OK)


def _limits(form: FormData, state: FormState) -> dict[str, tuple[int, int]]:
    """The least and the most by type and level, where either was typed; what was typed is kept."""
    made = {}
    for trait in (*TYPES, *LEVELS):
        told = [str(form.get(f"{word}-{trait}") or "").strip()[:6] for word in ("least", "most")]
        state.values |= {f"least-{trait}": told[0], f"most-{trait}": told[1]}
        if not any(told):
            continue
        least, most = told[0] or "0", told[1] or "500"
        whole = all(one.isascii() and one.isdecimal() for one in (least, most))
        if whole and int(least) <= int(most) <= 500:
            made[trait] = (int(least), int(most))
        else:
            state.add(f"least-{trait}", N_("Type whole numbers, the smaller one first."))
    return made


@router.post("")
def create_search(
    request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form
) -> Response:
    """Ask for parallel forms; one search of a blueprint at a time, otherwise 409."""
    data, state = parse(form, AskForm)
    limits = _limits(form, state)
    if data is None or state.errors:
        return _ask_page(request, session, state, HTTPStatus.UNPROCESSABLE_ENTITY)
    request_id = service.ask(
        session,
        clock,
        service.Wish(
            data.blueprint_id,
            data.bank_id,
            data.forms,
            data.seconds,
            data.seed,
            data.cases,
            limits,
            data.most_forms,
            data.overlap,
            CAPPED if data.capped else 100,
            data.fresh,
        ),
        person_id=viewer.person_id,
        demonstration=_demonstration(request),
    )
    return go(request, f"forms/searches/{request_id}")


def _search_page(
    request: Request, session: Session, clock: Clock, *, viewer: Viewer, request_id: UUID, form: FormState
) -> Response:
    now = clock.now()
    standing = queries.standing(session, request_id, at=now)
    proposals = standing.proposals
    people = {standing.asked.asked_by, *(one.accepted.person_id for one in proposals if one.accepted)}
    return page(
        request,
        "psychometrics/search.html",
        "search",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{locale_of(request)}/forms/searches/{request_id}",
        standing=standing,
        elapsed=min(standing.asked.seconds, round((now - standing.begun[-1]).total_seconds()))
        if standing.begun
        else 0,
        names=names_of(session, people),
        texts=described_items(
            session,
            {item for one in proposals for item in one.items},
            viewer_id=viewer.person_id,
            at=now,
            live=True,
        ),
        plot=plots.curves([one.figures["information"] for one in proposals], ABILITIES),
        form=form,
        error_title=bool(form.errors),
    )


@router.get("/searches/{request_id}")
def show_search(
    request: Request, session: Read, *, clock: ClockDep, viewer: ManagerDep, request_id: UUID
) -> Response:
    """A search: where it stands, then its forms beside each other; a page that waits asks for this part."""
    return _search_page(request, session, clock, viewer=viewer, request_id=request_id, form=FormState())


@router.post("/searches/{request_id}/acceptance")
def create_acceptance(
    *, request: Request, session: Write, clock: ClockDep, viewer: ManagerDep, form: Form, request_id: UUID
) -> Response:
    """Make a proposed form a form of the exam; 409 when its items changed, or it was accepted before."""
    data, state = parse(form, AcceptForm)
    if data is None:
        if "number" in state.errors:
            raise NotFound
        return _search_page(request, session, clock, viewer=viewer, request_id=request_id, form=state)
    service.accept(
        session,
        clock,
        request_id=request_id,
        number=data.number,
        person_id=viewer.person_id,
        reason=data.reason,
        demonstration=_demonstration(request),
    )
    return go(request, f"forms/searches/{request_id}")
