"""The dry run of a re-score: what a correction would do to everybody, computed from the logs of answers."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlmodel import Session, col

from app.appeals.errors import KeyUnfit, OwnTraineeTouched, PlanOpen, TrainsPeople
from app.appeals.models.rescoring import RescoreLine, RescorePlan
from app.appeals.queries import challenges as doors
from app.appeals.queries import rescoring as queries
from app.appeals.rules import rescoring as rules
from app.appeals.rules.rescoring import Change, Effect, Figures, PlanState
from app.exams.queries.overriding import Holding, holds_own, in_force, under_way
from app.exams.rules.overriding import Override, OverrideKind
from app.exams.rules.states import Mode, Outcome
from app.exams.service import rescoring
from app.exams.service.rescoring import Preview
from app.exams.service.score import Scored
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later
from app.question_banks.queries import whole as banks

COMPUTE = "appeals.compute"
"""The job kind that makes the dry run of a plan."""


def propose(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    version_id: UUID,
    kind: OverrideKind,
    chosen: list[str],
    typed: str,
    reason: str,
) -> UUID | Refused:
    """Propose a correction; its dry run is computed by the worker. Nothing is changed by it.

    Raises:
        NotFound: no such item version.
        KeyUnfit: the new key could not be right for this item, or it is the present one.
        PlanOpen: there is an open plan for this item.
    """
    error: TrainsPeople | OwnTraineeTouched | None = None
    if doors.trains(session, person_id, at=clock.now()):
        error = TrainsPeople()
    elif holds_own(session, person_id, version_id, at=clock.now()):
        error = OwnTraineeTouched()
    if error is not None:
        audit.record(
            session,
            clock,
            actor_id=person_id,
            action="conflict.refused",
            subject_kind="item_version",
            subject_id=version_id,
            act="rescore",
            why=error.code,
        )
        return Refused(error)
    item = banks.get_whole(session, version_id)
    keys = rules.read_keys(
        kind, item.type, chosen=chosen, typed=typed, choices=[choice["id"] for choice in item.choices]
    )
    if keys is None or rules.changes_nothing(
        kind, keys, key=item.key, stands=in_force(session, [version_id]).get(version_id)
    ):
        raise KeyUnfit
    plan_id = new_id()
    fresh = insert_once(
        session,
        RescorePlan,
        id=plan_id,
        item_version_id=version_id,
        kind=kind,
        keys=[list(key) for key in keys],
        reason=reason,
        proposed_by=person_id,
        proposed_at=clock.now(),
        state=PlanState.COMPUTING,
        scored=0,
        unchanged=0,
    )
    if not fresh:
        raise PlanOpen
    _proposed(session, clock, plan_id, person_id=person_id, version_id=version_id, kind=kind)
    return plan_id


def propose_again(session: Session, clock: Clock, *, person_id: UUID, plan_id: UUID) -> UUID:
    """The same correction with a new dry run, after the world has changed.

    Raises:
        NotFound: no such plan, or not for this person.
        PlanOpen: there is an open plan for this item, such as this one.
    """
    old = queries.get_plan(session, person_id, plan_id, at=clock.now())
    made = new_id()
    fresh = insert_once(
        session,
        RescorePlan,
        id=made,
        item_version_id=old.item_version_id,
        kind=old.kind,
        keys=old.keys,
        reason=old.reason,
        proposed_by=person_id,
        proposed_at=clock.now(),
        state=PlanState.COMPUTING,
        scored=0,
        unchanged=0,
    )
    if not fresh:
        raise PlanOpen
    _proposed(session, clock, made, person_id=person_id, version_id=old.item_version_id, kind=old.kind)
    return made


def _proposed(
    session: Session,
    clock: Clock,
    plan_id: UUID,
    *,
    person_id: UUID,
    version_id: UUID,
    kind: OverrideKind,
) -> None:
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="rescore.proposed",
        subject_kind="rescore_plan",
        subject_id=plan_id,
        item=version_id,
        kind=str(kind),
    )
    enqueue_later(session, clock, COMPUTE, {"plan_id": plan_id}, dedupe_key=f"{COMPUTE}:{plan_id}")


def override_of(plan: RescorePlan) -> Override:
    """The correction a plan proposes; it has the plan's own id."""
    return Override(plan.id, plan.item_version_id, plan.kind, tuple(tuple(key) for key in plan.keys))


def lines_for(session: Session, plan: RescorePlan, world: queries.World) -> list[dict[str, Any]]:
    """What the plan would do, by attempt, as columns of its lines; unchanged ones have none. Reads only."""
    found = rescoring.preview(session, world.held, override_of(plan))
    lines = []
    for one in world.held:
        rests = world.resting.get(one.id)
        change = _change(one, found[one.id])
        if change is Change.UNCHANGED:
            continue
        effect = rules.effect_of(
            change,
            leads_to_case=one.certification
            and one.achievement is not None
            and one.mode is not Mode.UNPROCTORED,
            undecided=rests is not None and rests.undecided,
            certified=rests is not None and rests.certified,
        )
        lines.append(
            _line(plan, one, change, effect=effect, certificate=rests.certificate if rests else None)
            | _figures(one, found[one.id].after)
        )
    running = [_line(plan, one, Change.LATER) for one in under_way(session, plan.item_version_id)]
    return [*lines, *running]


def _change(one: Holding, scored: Preview) -> Change:
    if _plain(scored.before) != _stored(one):
        return Change.INCONSISTENT
    return rules.change_of(_plain(scored.before), _plain(scored.after))


def _plain(scored: Scored) -> Figures:
    return Figures(scored.raw_score, scored.max_points, scored.cut_score, scored.outcome is Outcome.PASSED)


def _stored(one: Holding) -> Figures:
    return Figures(one.raw_score or 0, one.max_points or 0, one.cut_score or 0, one.outcome is Outcome.PASSED)


_NO_FIGURES: dict[str, Any] = dict.fromkeys(
    (
        *("raw_before", "max_before", "cut_before", "passed_before"),
        *("raw_after", "max_after", "cut_after", "passed_after"),
        *("domains_after", "pinned_cut", "pinned_max"),
    )
) | {"overrides": []}


def _line(
    plan: RescorePlan,
    one: Holding,
    change: Change,
    *,
    effect: Effect = Effect.NONE,
    certificate: str | None = None,
) -> dict[str, Any]:
    return {
        "plan_id": plan.id,
        "attempt_id": one.id,
        "code": one.code,
        "candidate_id": one.candidate_id,
        "told": one.result in {"released", "reissued"},
        "change": change,
        "effect": effect,
        "certificate": certificate,
        **_NO_FIGURES,
    }


def _figures(one: Holding, after: Scored) -> dict[str, Any]:
    return {
        "raw_before": one.raw_score,
        "max_before": one.max_points,
        "cut_before": one.cut_score,
        "passed_before": one.outcome is Outcome.PASSED,
        "raw_after": after.raw_score,
        "max_after": after.max_points,
        "cut_after": after.cut_score,
        "passed_after": after.outcome is Outcome.PASSED,
        "domains_after": after.domain_points,
        "pinned_cut": after.pinned[0],
        "pinned_max": after.pinned[1],
        "overrides": [str(override) for override in after.overrides],
    }


def keep(
    session: Session, clock: Clock, plan: RescorePlan, world: queries.World, lines: list[dict[str, Any]]
) -> bool:
    """Store a dry run, once; False when somebody was first."""
    world_hash = world.hash
    later = sum(line["change"] is Change.LATER for line in lines)
    kept = session.execute(
        update(RescorePlan)
        .where(col(RescorePlan.id) == plan.id, col(RescorePlan.state) == PlanState.COMPUTING)
        .values(
            state=PlanState.READY,
            computed_at=clock.now(),
            scored=len(world.held),
            unchanged=len(world.held) - (len(lines) - later),
            world_hash=world_hash,
            plan_hash=queries.plan_hash(plan, world_hash, lines),
        )
        .returning(col(RescorePlan.id))
        .execution_options(synchronize_session=False)
    ).all()
    if kept and lines:
        session.execute(insert(RescoreLine), lines)
    return bool(kept)
