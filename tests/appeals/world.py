"""A supervised exam that was sat by several people, and people who hear objections and decide re-scores."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.appeals.models.rescoring import RescoreLine, RescorePlan, RescoreStep
from app.appeals.rules.rescoring import PlanState, Policy
from app.appeals.service import dry_run, execution
from app.exams.models.attempts import AttemptTransition
from app.exams.rules.overriding import OverrideKind
from app.exams.rules.states import Mode, ReleasePolicy
from app.exams.service import history
from tests import factories
from tests.exams.delivery_world import Candidate, Made, attempt, make_attempt, make_exam
from tests.world import World

WRONG = "c"
"""What many answered at the place whose key is in doubt, instead of ``a``."""
REASON = "The key was wrong: the law changed in May"


def exam_of(
    world: World, *, release: ReleasePolicy = ReleasePolicy.AT_ONCE, slug: str = "small-exam"
) -> Made:
    """Six places, cut at four; certification, on site."""
    return make_exam(world, slug=slug, certification=True, mode=Mode.ON_SITE, release=release)


def begun(world: World, exam: Made, *, locale: str = "en") -> Candidate:
    """A candidate in a running, supervised attempt."""
    person = factories.person(world, "candidate", locale=locale)
    who = Candidate(world, person, make_attempt(world, exam, person))
    assert who.start().status_code == 303
    return who


def sat(world: World, exam: Made, first: str, right: int, *, locale: str = "en") -> Candidate:
    """Handed in: ``first`` at place 1, and ``right`` of the places from 2 on answered rightly."""
    who = begun(world, exam, locale=locale)
    who.save(1, first)
    for place in range(2, 2 + right):
        who.save(place, "a")
    assert who.hand_in().status_code == 303
    return who


def reviewer(world: World) -> UUID:
    return factories.person(world, "item_reviewer")


def officer(world: World) -> UUID:
    return factories.person(world, "certification_officer")


def item_at(who: Candidate, place: int = 1) -> UUID:
    """The item version at a place of an attempt."""
    layout = attempt(who.world, who.attempt_id).layout
    assert layout is not None
    return UUID(layout[place - 1]["item"])


def propose(
    world: World,
    version_id: UUID,
    *,
    kind: OverrideKind = OverrideKind.NEW_KEY,
    keys: Iterable[str] = (WRONG,),
    by: UUID | None = None,
) -> UUID:
    """A plan without its dry run."""
    with world.write() as session:
        made = dry_run.propose(
            session,
            world.clock,
            person_id=by or reviewer(world),
            version_id=version_id,
            kind=kind,
            chosen=list(keys) if kind is OverrideKind.NEW_KEY else [],
            typed="",
            reason="Two candidates objected",
        )
    assert isinstance(made, UUID), made
    return made


def planned(world: World, version_id: UUID, **values: Any) -> UUID:
    """A plan with its dry run."""
    made = propose(world, version_id, **values)
    world.work()
    assert plan(world, made).state is PlanState.READY
    return made


def plan(world: World, plan_id: UUID) -> RescorePlan:
    with world.read() as session:
        row = session.get_one(RescorePlan, plan_id)
        session.expunge(row)
        return row


def decide(
    world: World,
    plan_id: UUID,
    *,
    by: UUID | None = None,
    approved: bool = True,
    policy: Policy = Policy.PROTECT,
    seen: str | None = None,
) -> Any:
    by = by or officer(world)
    with world.write() as session:
        return execution.decide(
            session,
            world.clock,
            officer_id=by,
            plan_id=plan_id,
            approved=approved,
            policy=policy,
            seen=plan(world, plan_id).plan_hash or "" if seen is None else seen,
            reason=REASON,
        )


def lines(world: World, plan_id: UUID) -> dict[UUID, RescoreLine]:
    with world.read() as session:
        rows = session.scalars(select(RescoreLine).where(RescoreLine.plan_id == plan_id)).all()
        for row in rows:
            session.expunge(row)
        return {row.attempt_id: row for row in rows}


def steps(world: World, plan_id: UUID) -> dict[UUID, str]:
    with world.read() as session:
        rows = session.scalars(select(RescoreStep).where(RescoreStep.plan_id == plan_id)).all()
        return {row.attempt_id: str(row.treatment) for row in rows}


def chain(world: World, attempt_id: UUID | None) -> list[AttemptTransition]:
    """The history of an attempt, in order; it holds."""
    with world.read() as session:
        assert attempt_id is not None
        assert history.first_broken(session, attempt_id) is None
        rows = list(
            session.scalars(
                select(AttemptTransition)
                .where(AttemptTransition.attempt_id == attempt_id)
                .order_by(AttemptTransition.seq)
            )
        )
        for row in rows:
            session.expunge(row)
        return rows
