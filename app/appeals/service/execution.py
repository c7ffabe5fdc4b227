"""The decision on a re-score, and its execution: exactly the plan that was shown, or nothing.

The first step puts the correction in force, in one transaction with the last look at the world. After it come
the attempts, some at a time, each once: whoever is killed in between is followed by somebody who goes on.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.appeals.errors import OwnTraineeTouched, PlanOpen, PlanOutdated, TrainsPeople
from app.appeals.models.rescoring import (
    RescoreDecision,
    RescoreLine,
    RescorePlan,
    RescoreStep,
)
from app.appeals.queries import challenges as doors
from app.appeals.queries import rescoring as queries
from app.appeals.rules import rescoring as rules
from app.appeals.rules.rescoring import PlanState, Policy, Treatment
from app.appeals.service import certificates
from app.appeals.service.dry_run import override_of
from app.certificates.queries.standing import resting_on
from app.exams.rules.states import Outcome
from app.exams.service import rescoring
from app.exams.service.rescoring import Given, Stood
from app.exams.service.score import Scored
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later

EXECUTE = "appeals.execute"
"""The job kind that carries out an approved plan."""
CORRECTED_MAIL = "appeals.corrected_mail"
"""The job kind that tells a candidate that a released result was corrected."""


def _get(session: Session, plan_id: UUID) -> RescorePlan:
    found = session.scalars(
        select(RescorePlan)
        .where(col(RescorePlan.id) == plan_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound
    return found


def decide(
    session: Session,
    clock: Clock,
    *,
    officer_id: UUID,
    plan_id: UUID,
    approved: bool,
    policy: Policy,
    seen: str,
    reason: str,
) -> PlanState | Refused:
    """A certification officer decides about a plan; approved, the worker carries it out.

    A plan that the world has left behind is marked so, and refused.

    Raises:
        NotFound: no such plan.
        PlanMoved: it does not wait for a decision.
        SecondPersonNeeded: the officer proposed it.
    """
    plan = _get(session, plan_id)
    error: TrainsPeople | OwnTraineeTouched | None = None
    if doors.trains(session, officer_id, at=clock.now()):
        error = TrainsPeople()
    elif queries.touches(session, officer_id, plan_id, at=clock.now()):
        error = OwnTraineeTouched()
    if error is not None:
        _note(session, clock, plan_id, officer_id, "conflict.refused", act="rescore", why=error.code)
        return Refused(error)
    worlds: list[str] = []

    def still_so() -> bool:
        worlds.append(queries.world_of(session, plan.item_version_id).hash)
        return worlds[-1] == plan.world_hash

    try:
        state = rules.decide_rescore(
            approved=approved,
            state=plan.state,
            proposers=queries.proposers_of(session, plan),
            decider=officer_id,
            seen=seen,
            stored=plan.plan_hash,
            still_so=still_so,
        )
    except PlanOutdated as outdated:
        if worlds:
            _outdate(session, clock, plan, officer_id)
        return Refused(outdated)
    plan.state = state
    session.add(
        RescoreDecision(
            plan_id=plan_id,
            approved=approved,
            policy=policy if approved else None,
            officer_id=officer_id,
            reason=reason,
            plan_hash=plan.plan_hash or "",
            at=clock.now(),
        )
    )
    _note(session, clock, plan_id, officer_id, f"rescore.{state}", policy=str(policy), plan=plan.plan_hash)
    if state is PlanState.APPROVED:
        enqueue_later(session, clock, EXECUTE, {"plan_id": plan_id}, dedupe_key=f"{EXECUTE}:{plan_id}")
    return state


def begin(session: Session, clock: Clock, *, plan_id: UUID) -> bool:
    """Look at the world for the last time and put the correction in force; False: nothing is to be done.

    Every attempt that holds the item is held until the commit: none is closed by the old key meanwhile, and
    whatever is closed later finds the correction. Plans are carried out one after the other: two that touch
    the same attempts would each find what the other has changed.

    Raises:
        PlanOpen: another plan is being carried out; the job comes back.
    """
    plan, decision = _get(session, plan_id), queries.find_decision(session, plan_id)
    if plan.state is PlanState.EXECUTING:
        return True
    if plan.state is not PlanState.APPROVED or decision is None:
        return False
    world_hash = queries.world_of(session, plan.item_version_id, for_update=True).hash
    if queries.is_executing(session):  # asked with the attempts held: who shares one has waited here
        raise PlanOpen
    if world_hash != plan.world_hash:
        _outdate(session, clock, plan, decision.officer_id)
        return False
    rescoring.record_override(
        session,
        clock,
        override=override_of(plan),
        source_id=plan.id,
        officer_id=decision.officer_id,
        reason=decision.reason,
    )
    plan.state = PlanState.EXECUTING
    return True


def carry_out(session: Session, clock: Clock, *, plan_id: UUID, attempt_ids: Sequence[UUID]) -> None:
    """Do to these attempts what the plan says, each once, with the notices that belong to it."""
    plan, decision = session.get_one(RescorePlan, plan_id), queries.find_decision(session, plan_id)
    if decision is None or decision.policy is None:
        return
    lines = session.scalars(
        select(RescoreLine)
        .where(col(RescoreLine.plan_id) == plan_id, col(RescoreLine.attempt_id).in_(attempt_ids))
        .order_by(col(RescoreLine.attempt_id))
    )
    for line in lines:
        how = rules.treatment(line.change, decision.policy)
        if how is Treatment.APPLIED:
            how = _apply(session, clock, plan, decision, line)
        insert_once(
            session,
            RescoreStep,
            plan_id=plan_id,
            attempt_id=line.attempt_id,
            treatment=how,
            at=clock.now(),
        )


def _apply(
    session: Session, clock: Clock, plan: RescorePlan, decision: RescoreDecision, line: RescoreLine
) -> Treatment:
    stood = Stood(*_known(line.raw_before, line.max_before, line.cut_before), _outcome(line.passed_before))
    scored = Scored(
        *_known(line.raw_after, line.max_after, line.cut_after),
        _outcome(line.passed_after),
        line.domains_after or {},
        (line.pinned_cut or 0, line.pinned_max or 0),
        tuple(UUID(one) for one in line.overrides),
    )
    given = rescoring.rescore(
        session,
        clock,
        attempt_id=line.attempt_id,
        stood=stood,
        scored=scored,
        source_id=plan.id,
        officer_id=decision.officer_id,
        reason=decision.reason,
    )
    if given is Given.OTHER_FIGURES:
        return Treatment.SUPERSEDED
    if given is Given.CLOSED_BY_IT:
        return Treatment.LEFT
    if line.passed_before and not line.passed_after:
        # asked again with the attempt held: certification may have been granted since the dry run
        rests = resting_on(session, [line.attempt_id]).get(line.attempt_id)
        if rests is not None and rests.certified:
            certificates.look_at(session, clock, line, rests.certificate)
    if given is Given.TOLD:
        enqueue_later(
            session,
            clock,
            CORRECTED_MAIL,
            {"plan_id": plan.id, "attempt_id": line.attempt_id},
            dedupe_key=f"{CORRECTED_MAIL}:{plan.id}:{line.attempt_id}",
        )
    return Treatment.APPLIED


def _outcome(passed: bool | None) -> Outcome:
    return Outcome.PASSED if passed else Outcome.FAILED


def _known(*figures: int | None) -> tuple[int, int, int]:
    raw, possible, cut = (figure or 0 for figure in figures)
    return raw, possible, cut


def finish(session: Session, clock: Clock, *, plan_id: UUID) -> bool:
    """Mark a plan as executed when nothing is left of it; False when something is."""
    if queries.waiting(session, plan_id, limit=1):
        return False
    ended = session.execute(
        update(RescorePlan)
        .where(col(RescorePlan.id) == plan_id, col(RescorePlan.state) == PlanState.EXECUTING)
        .values(state=PlanState.EXECUTED, executed_at=clock.now())
        .returning(col(RescorePlan.id))
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        _note(session, clock, plan_id, None, "rescore.executed")
    return True


def _outdate(session: Session, clock: Clock, plan: RescorePlan, actor_id: UUID) -> None:
    plan.state = PlanState.OUTDATED
    _note(session, clock, plan.id, actor_id, "rescore.outdated")


def _note(
    session: Session, clock: Clock, plan_id: UUID, actor_id: UUID | None, action: str, **facts: Any
) -> None:
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action=action,
        subject_kind="rescore_plan",
        subject_id=plan_id,
        **facts,
    )
