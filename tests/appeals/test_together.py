"""What happens beside a re-score while it is carried out: other corrections, certificates, releases."""

from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.appeals import jobs
from app.appeals.errors import PlanOpen
from app.appeals.models.rescoring import CertificateReview
from app.appeals.queries import rescoring as queries
from app.appeals.rules.rescoring import PlanState, Policy
from app.appeals.service import execution
from app.exams.models.attempts import Attempt
from app.exams.rules.overriding import OverrideKind
from app.exams.rules.states import ReleasePolicy, Review
from app.exams.service import extra_time, hand_in
from app.platform.models import Job, JobState
from tests import factories
from tests.appeals.test_execution import certified
from tests.appeals.world import WRONG, decide, exam_of, item_at, officer, plan, planned, sat, steps
from tests.exams.acts import do
from tests.exams.delivery_world import Candidate, attempt, count
from tests.world import World


def begin(world: World, plan_id: UUID) -> bool:
    with world.write() as session:
        return execution.begin(session, world.clock, plan_id=plan_id)


def two_plans(world: World) -> tuple[Candidate, UUID, UUID]:
    """Two decided corrections of places of the same attempt."""
    who = sat(world, exam_of(world), WRONG, 3)
    first = planned(world, item_at(who))
    second = planned(world, item_at(who, 5), kind=OverrideKind.EVERYBODY)
    for one in (first, second):
        assert decide(world, one) is PlanState.APPROVED
    return who, first, second


def test_plans_are_carried_out_one_after_the_other_and_none_is_lost_in_silence(world: World) -> None:
    who, first, second = two_plans(world)
    assert begin(world, first)
    with pytest.raises(PlanOpen):
        begin(world, second)
    assert plan(world, second).state is PlanState.APPROVED, "its job comes back"
    jobs.execute(world.context, {"plan_id": str(first)})
    jobs.execute(world.context, {"plan_id": str(second)})
    assert (plan(world, first).state, plan(world, second).state) == (PlanState.EXECUTED, PlanState.OUTDATED)
    assert attempt(world, who.attempt_id).raw_score == 4


def test_of_two_plans_that_begin_at_once_one_waits_for_the_other(world: World) -> None:
    _, first, second = two_plans(world)
    ended: list[Any] = []

    def run(plan_id: UUID) -> None:
        try:
            ended.append(begin(world, plan_id))
        except PlanOpen:
            ended.append(PlanOpen)

    with world.write() as session:
        assert execution.begin(session, world.clock, plan_id=first)
        session.flush()
        other = Thread(target=run, args=(second,))
        other.start()
        other.join(0.5)
        assert ended == [], "it waits for the attempt"
    other.join(20)
    assert ended == [PlanOpen]


def test_an_attempt_with_other_figures_is_never_called_left(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 3)
    made = planned(world, item_at(who))
    decide(world, made)
    assert begin(world, made)
    with world.write() as session:
        session.get_one(type(attempt(world, who.attempt_id)), who.attempt_id).raw_score = 2
    world.work()
    assert steps(world, made) == {who.attempt_id: "superseded"}
    assert "needs a new dry run" in world.browser(officer(world)).get(f"/en/rescores/{made}").text


def test_figures_that_are_equal_by_chance_are_not_scored_over_the_correction(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 2)
    made = planned(world, item_at(who))
    decide(world, made)
    assert begin(world, made)
    more = extra_time.Extra("grant-01", minutes=20)
    manager = factories.person(world, "exam_manager")
    do(world, extra_time.grant, who.attempt_id, manager, reason="The power failed", extra=more)
    assert (
        who.save(3, "d", version=1).status_code == 200
    )  # one place gained by the correction, one lost by the answer
    who.hand_in()
    assert attempt(world, who.attempt_id).raw_score == 2
    world.work()
    assert steps(world, made) == {who.attempt_id: "left"}
    assert attempt(world, who.attempt_id).raw_score == 2, "not the 3 of the plan"


def test_a_certificate_that_is_granted_while_the_plan_runs_is_looked_at(world: World) -> None:
    who = sat(world, exam_of(world), "a", 3)
    made = planned(world, item_at(who))
    decide(world, made, policy=Policy.APPLY)
    assert begin(world, made)
    with world.write() as session:
        for job in session.exec(select(Job).where(Job.kind == execution.EXECUTE)):
            session.delete(job)
    number = certified(world, who, officer(world))
    jobs.execute(world.context, {"plan_id": str(made)})
    with world.read() as session:
        assert session.exec(select(CertificateReview)).one().certificate == number


def test_a_result_that_is_released_while_the_plan_runs_is_followed_by_a_letter(world: World) -> None:
    who = sat(world, exam_of(world, release=ReleasePolicy.AFTER_REVIEW), WRONG, 3)
    made = planned(world, item_at(who))
    decide(world, made)
    assert begin(world, made)
    assert who.attempt_id is not None
    with world.write() as session:
        session.get_one(Attempt, who.attempt_id).review = Review.CLEARED
        session.flush()
        hand_in.release(session, world.clock, attempt_id=who.attempt_id, actor_id=None)
    world.work()
    assert count(world, Job, Job.kind == execution.CORRECTED_MAIL) == 1


def test_a_certificate_that_is_made_of_a_granted_case_does_not_outdate_a_plan(world: World) -> None:
    who = sat(world, exam_of(world), "a", 3)
    number = certified(world, who, officer(world))
    with world.read() as session:
        world_now = queries.world_of(session, item_at(who))
    (rests,) = world_now.resting.values()
    early = world_now._replace(
        resting={one: rests._replace(certificate=None, status=None) for one in world_now.resting}
    )
    assert rests.certificate == number
    assert early.hash == world_now.hash


def test_a_plan_whose_job_has_died_is_asked_for_again(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 3)
    made = planned(world, item_at(who))
    decide(world, made)
    assert jobs.ask_again(world.context) == 0
    world.clock.advance(jobs.PATIENCE * 2)
    assert jobs.ask_again(world.context) == 0, "its job is alive"
    with world.write() as session:
        for job in session.exec(select(Job).where(Job.kind == execution.EXECUTE)):
            job.state = JobState.DEAD
    assert jobs.ask_again(world.context) == 1
    assert jobs.ask_again(world.context) == 0
    world.work()
    assert plan(world, made).state is PlanState.EXECUTED
