"""Who may propose a correction of what, who may not decide it, and how a wrong one is taken back."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from app.appeals.errors import KeyUnfit, OwnTraineeTouched, SecondPersonNeeded
from app.appeals.rules.rescoring import PlanState
from app.appeals.service import dry_run
from app.exams.rules.overriding import OverrideKind
from app.platform.models import AuditEntry
from app.programmes.models import TrainingRelation
from app.programmes.rules import TrainingBasis
from tests import factories
from tests.appeals.world import WRONG, decide, exam_of, item_at, plan, planned, propose, reviewer, sat
from tests.exams.acts import refusal
from tests.exams.delivery_world import Candidate, attempt, count
from tests.world import World


def offered(world: World, by: UUID, who: Candidate) -> object:
    """What a person gets who proposes a correction of the first place."""
    with world.write() as session:
        return dry_run.propose(
            session,
            world.clock,
            person_id=by,
            version_id=item_at(who),
            kind=OverrideKind.NEW_KEY,
            chosen=[WRONG],
            typed="",
            reason="Two candidates objected",
        )


def test_a_wrong_correction_is_taken_back_by_the_key_that_was_there_first(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 3)
    decide(world, planned(world, item_at(who)))
    world.work()
    assert attempt(world, who.attempt_id).raw_score == 4
    world.clock.advance(timedelta(hours=1))
    with pytest.raises(KeyUnfit):
        propose(world, item_at(who), keys=[WRONG])
    by = reviewer(world)
    back = planned(world, item_at(who), keys=["a"], by=by)
    assert f"(until now {WRONG})" in world.browser(by).get(f"/en/rescores/{back}").text
    other = planned(world, item_at(who, 2), kind=OverrideKind.WITHDRAWN, by=by)
    assert "until now" not in world.browser(by).get(f"/en/rescores/{other}").text


def test_whoever_proposed_the_first_of_a_chain_does_not_decide_its_renewal(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 3)
    first = factories.person(world, "item_reviewer", "certification_officer")
    made = planned(world, item_at(who), by=first)
    assert decide(world, made, approved=False) is PlanState.REJECTED
    with world.write() as session:
        again = dry_run.propose_again(session, world.clock, person_id=reviewer(world), plan_id=made)
    world.work()
    assert f"{again}/decision" not in world.browser(first).get(f"/en/rescores/{again}").text
    with pytest.raises(SecondPersonNeeded):
        decide(world, again, by=first)
    assert decide(world, again) is PlanState.APPROVED


def test_nobody_proposes_a_correction_of_an_exam_that_they_or_their_trainees_sat(world: World) -> None:
    who, mentor = sat(world, exam_of(world), WRONG, 3), reviewer(world)
    now = world.clock.now()
    with world.write() as session:
        session.add(
            TrainingRelation(
                trainer_id=mentor,
                learner_id=who.person_id,
                basis=TrainingBasis.MENTOR,
                since=now - timedelta(days=400),
                until=now - timedelta(days=300),
                source="",
            )
        )
    here = f"/en/rescores/items/{item_at(who)}"
    assert world.browser(mentor).get(here).status_code == 409
    assert world.browser(reviewer(world)).get(here).status_code == 200
    for one in (who.person_id, mentor):
        assert refusal(offered(world, one, who)) is OwnTraineeTouched
    assert count(world, AuditEntry, AuditEntry.action == "conflict.refused") == 2


def test_a_rejection_and_a_refusal_do_not_read_the_world(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 3)
    by = factories.person(world, "item_reviewer", "certification_officer")
    made = planned(world, item_at(who), by=by)
    said: list[str] = []
    event.listen(world.engine, "before_cursor_execute", lambda *rest: said.append(str(rest[2])))
    with pytest.raises(SecondPersonNeeded):
        decide(world, made, by=by)
    assert decide(world, made, approved=False) is PlanState.REJECTED
    assert plan(world, made).state is PlanState.REJECTED
    assert said
    assert not any("attempt.raw_score" in one for one in said)
