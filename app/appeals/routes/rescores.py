"""Re-scores: propose a correction, look at its dry run, decide, and see what was done."""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.accounts.queries import names_of
from app.appeals.errors import KeyUnfit, OwnTraineeTouched, TrainsPeople
from app.appeals.queries import challenges as doors
from app.appeals.queries import rescoring as queries
from app.appeals.rules.rescoring import KEYED, Policy
from app.appeals.service import dry_run, execution
from app.exams.queries.answered import answered_with
from app.exams.queries.overriding import holds_own, in_force
from app.exams.rules.overriding import OverrideKind
from app.kernel.clock import Clock
from app.kernel.errors import Malformed, Refused
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.question_banks.queries.whole import get_whole, slugs_of
from app.web import errors
from app.web.forms import Form, FormModel, FormState, page_number, parse
from app.web.locale import locale_of
from app.web.pages import go, page
from app.web.translations import N_
from app.web.viewer import ClockDep, Viewer, holding

router = Router(prefix="/rescores")

PROPOSE = ("item_reviewer", "appeals_panel")
Proposer = Annotated[Viewer, Depends(holding(*PROPOSE))]
Officer = Annotated[Viewer, Depends(holding("certification_officer"))]
Reader = Annotated[Viewer, Depends(holding(*PROPOSE, "certification_officer"))]


class CorrectionForm(FormModel):
    """What should hold instead of the key of an item."""

    item: UUID
    kind: OverrideKind
    chosen: list[str] = Field(default_factory=list, max_length=32)
    typed: str = Field(default="", max_length=2000)
    reason: str = Field(min_length=3, max_length=1000)


class DecisionForm(FormModel):
    """The officer's decision on exactly the plan whose hash the page holds."""

    verdict: Literal["approve", "reject"]
    policy: Policy = Policy.PROTECT
    plan_hash: str = Field(min_length=64, max_length=64)
    reason: str = Field(min_length=3, max_length=1000)


@router.get("")
def list_plans(request: Request, session: Read, *, clock: ClockDep, viewer: Reader) -> Response:
    """The plans, the newest first, without those that touch own trainees."""
    listed = queries.list_plans(
        session,
        viewer.person_id,
        at=clock.now(),
        page=page_number(request.query_params.get("page", "")),
    )
    return page(
        request,
        "appeals/rescores.html",
        listed=listed,
        slugs=slugs_of(session, {one.item_version_id for one in listed.rows}),
        names=names_of(session, {one.proposed_by for one in listed.rows}),
    )


def _new(
    request: Request, session: Session, *, clock: Clock, viewer: Viewer, item: UUID, form: FormState
) -> Response:
    if doors.trains(session, viewer.person_id, at=clock.now()):
        raise TrainsPeople
    if holds_own(session, viewer.person_id, item, at=clock.now()):
        raise OwnTraineeTouched
    whole = get_whole(session, item)
    return page(
        request,
        "appeals/correction.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{locale_of(request)}/rescores/items/{item}",
        item=whole,
        figures=answered_with(session, item) if whole.choices else None,
        keyed=whole.type in KEYED,
        form=form,
        error_title=bool(form.errors),
    )


@router.get("/items/{version_id}")
def new_plan(
    request: Request, session: Read, *, clock: ClockDep, viewer: Proposer, version_id: UUID
) -> Response:
    """The form that proposes a correction of an item."""
    return _new(request, session, clock=clock, viewer=viewer, item=version_id, form=FormState())


@router.post("/items/{version_id}")
def create_plan(
    *, request: Request, session: Write, clock: ClockDep, viewer: Proposer, form: Form, version_id: UUID
) -> Response:
    """Propose a correction; the worker computes its dry run. 409 while another plan for the item is open."""
    data, state = parse(form, CorrectionForm)
    if data is None:
        return _new(request, session, clock=clock, viewer=viewer, item=version_id, form=state)
    if data.item != version_id:
        raise Malformed
    try:
        made = dry_run.propose(
            session,
            clock,
            person_id=viewer.person_id,
            version_id=version_id,
            kind=data.kind,
            chosen=data.chosen,
            typed=data.typed,
            reason=data.reason,
        )
    except KeyUnfit:
        state.add("kind", N_("Give a key that fits the question and differs from the present one."))
        return _new(request, session, clock=clock, viewer=viewer, item=version_id, form=state)
    if isinstance(made, Refused):
        return errors.refused(request, made)
    return go(request, f"rescores/{made}")


def _show(
    request: Request, session: Session, *, clock: Clock, viewer: Viewer, plan_id: UUID, form: FormState
) -> Response:
    plan = queries.get_plan(session, viewer.person_id, plan_id, at=clock.now())
    listed = queries.list_touched(session, plan_id, page=page_number(request.query_params.get("page", "")))
    decision = queries.find_decision(session, plan_id)
    proposers = queries.proposers_of(session, plan)
    people = {one.candidate_id for one in listed.rows} | {plan.proposed_by}
    people |= {decision.officer_id} if decision else set()
    return page(
        request,
        "appeals/plan.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        switch_path=f"/{locale_of(request)}/rescores/{plan_id}",
        plan=plan,
        proposers=proposers,
        stood=in_force(session, [plan.item_version_id], before=plan.proposed_at).get(plan.item_version_id),
        item=get_whole(session, plan.item_version_id),
        summary=queries.summary_of(session, plan),
        listed=listed,
        decision=decision,
        names=names_of(session, people),
        form=form,
        error_title=bool(form.errors),
    )


@router.get("/{plan_id}")
def show_plan(request: Request, session: Read, *, clock: ClockDep, viewer: Reader, plan_id: UUID) -> Response:
    """A plan: its dry run, the decision, and what was done to whom."""
    return _show(request, session, clock=clock, viewer=viewer, plan_id=plan_id, form=FormState())


@router.post("/{plan_id}/decision")
def create_decision(
    *, request: Request, session: Write, clock: ClockDep, officer: Officer, form: Form, plan_id: UUID
) -> Response:
    """Decide. 409 when the plan was decided, is one's own, touches a trainee, or is outdated."""
    data, state = parse(form, DecisionForm)
    if data is None:
        return _show(request, session, clock=clock, viewer=officer, plan_id=plan_id, form=state)
    result = execution.decide(
        session,
        clock,
        officer_id=officer.person_id,
        plan_id=plan_id,
        approved=data.verdict == "approve",
        policy=data.policy,
        seen=data.plan_hash,
        reason=data.reason,
    )
    if isinstance(result, Refused):
        return errors.refused(request, result)
    return go(request, f"rescores/{plan_id}")


@router.post("/{plan_id}/renewal")
def renew_plan(
    request: Request, session: Write, *, clock: ClockDep, viewer: Proposer, form: Form, plan_id: UUID
) -> Response:
    """A new dry run of the same correction."""
    del form  # checked; it has no fields
    made = dry_run.propose_again(session, clock, person_id=viewer.person_id, plan_id=plan_id)
    return go(request, f"rescores/{made}")
