"""Rule 15: extra time, pause and readmission, exact in seconds and never twice."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest
from sqlalchemy import select

from app.accounts.models import SignInSession
from app.exams.errors import (
    NoTimeGiven,
    OwnTrainee,
    ReasonMissing,
    ResultStands,
)
from app.exams.models.attempts import TimeGrant
from app.exams.rules.delivery import GRACE
from app.exams.rules.states import Lifecycle, Outcome, ResultState
from app.exams.service import extra_time, supervision, together
from app.platform.models import AuditEntry
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests import factories
from tests.exams.acts import REASON, do, give, refusal, roles_of
from tests.exams.delivery_world import (
    LIMIT,
    Candidate,
    answers,
    attempt,
    candidate,
    changes,
    count,
    door,
    events,
    make_attempt,
    make_exam,
    make_sitting,
)
from tests.world import World


@pytest.fixture
def manager(world: World) -> UUID:
    return factories.person(world, "exam_manager")


@pytest.fixture
def proctor(world: World) -> UUID:
    return factories.person(world, "proctor")


# 15 Extra time


def test_rule_15_minutes_while_running_move_the_deadline_exactly(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    before = attempt(world, who.attempt_id).deadline
    assert give(world, who.attempt_id, manager, minutes=7) == 420
    row = attempt(world, who.attempt_id)
    assert row.deadline == before + timedelta(minutes=7)
    assert row.extra_seconds == 420


def test_rule_15_per_cent_is_a_share_of_the_limit_in_exact_seconds(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    assert give(world, who.attempt_id, manager, percent=33) == 594


def test_rule_15_the_same_grant_is_never_added_twice(world: World, manager: UUID, proctor: UUID) -> None:
    who = candidate(world, make_exam(world))
    give(world, who.attempt_id, manager, minutes=5)
    assert give(world, who.attempt_id, manager, minutes=5) == 0
    do(world, supervision.pause, who.attempt_id, proctor, reason=REASON)
    assert give(world, who.attempt_id, manager, minutes=5) == 0
    do(world, supervision.resume, who.attempt_id, proctor)
    row = attempt(world, who.attempt_id)
    assert row.extra_seconds == 300
    assert row.deadline == world.clock.now() + LIMIT + timedelta(minutes=5)


def test_rule_15_pause_and_readmission_keep_the_seconds(world: World, proctor: UUID) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    who = Candidate(world, person, make_attempt(world, exam, person, extra_seconds=450))
    who.start()
    world.clock.advance(timedelta(minutes=10, seconds=1))
    for _ in range(2):
        do(world, supervision.pause, who.attempt_id, proctor, reason=REASON)
        assert attempt(world, who.attempt_id).remaining_ms == (20 * 60 - 1 + 450) * 1000
        world.clock.advance(timedelta(hours=3))
        world.work()
        do(world, supervision.resume, who.attempt_id, proctor)
    assert attempt(world, who.attempt_id).deadline - world.clock.now() == timedelta(seconds=20 * 60 - 1 + 450)


def test_rule_15_time_given_while_paused_is_there_when_it_goes_on(
    world: World, manager: UUID, proctor: UUID
) -> None:
    who = candidate(world, make_exam(world))
    do(world, supervision.pause, who.attempt_id, proctor, reason=REASON)
    give(world, who.attempt_id, manager, minutes=3)
    world.clock.advance(timedelta(minutes=50))
    do(world, supervision.resume, who.attempt_id, proctor)
    assert attempt(world, who.attempt_id).deadline == world.clock.now() + LIMIT + timedelta(minutes=3)


def test_rule_15_time_given_before_the_start_is_part_of_the_deadline(world: World, manager: UUID) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    who = Candidate(world, person, make_attempt(world, exam, person))
    give(world, who.attempt_id, manager, percent=50)
    who.start()
    assert attempt(world, who.attempt_id).deadline == world.clock.now() + LIMIT * 3 / 2


def test_rule_15_after_closing_state_and_lease_open_together(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    lease = who.lease()
    who.save(1, "a")
    world.clock.advance(LIMIT + GRACE + timedelta(seconds=1))
    world.work()
    world.clock.advance(timedelta(minutes=20))
    give(world, who.attempt_id, manager, minutes=10)
    row = attempt(world, who.attempt_id)
    assert row.lifecycle is Lifecycle.IN_PROGRESS
    assert row.lease is None
    assert row.outcome is None
    assert row.deadline == world.clock.now() + timedelta(minutes=10)
    fresh = Candidate(world, who.person_id, who.attempt_id)
    assert fresh.page().status_code == HTTPStatus.OK
    assert fresh.save(2, "a").status_code == HTTPStatus.OK
    assert who.save(3, "a", lease=lease).status_code == HTTPStatus.CONFLICT
    assert answers(world, who.attempt_id)[1] == (["a"], 1)
    assert events(world, who.attempt_id, "takeover") == []
    assert fresh.hand_in().status_code == HTTPStatus.SEE_OTHER
    row = attempt(world, who.attempt_id)
    assert row.raw_score == 2
    assert row.result is ResultState.REISSUED
    assert ("lifecycle", "scored", "in_progress") in changes(world, who.attempt_id)


def test_rule_15_a_reopened_attempt_keeps_what_was_left_of_its_time(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    world.clock.advance(timedelta(minutes=20))
    who.hand_in()
    world.clock.advance(timedelta(hours=2))
    give(world, who.attempt_id, manager, minutes=1)
    assert attempt(world, who.attempt_id).deadline == world.clock.now() + timedelta(minutes=11)


def test_rule_15_a_passed_result_that_was_released_stands(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    for n in range(1, 5):
        who.save(n, "a")
    who.hand_in()
    with pytest.raises(ResultStands):
        give(world, who.attempt_id, manager, minutes=5)
    row = attempt(world, who.attempt_id)
    assert (row.lifecycle, row.outcome) == (Lifecycle.SCORED, Outcome.PASSED)
    assert count(world, TimeGrant, TimeGrant.attempt_id == who.attempt_id) == 0


def test_rule_15_for_all_of_a_sitting_running_or_ended_by_time(world: World, manager: UUID) -> None:
    exam = make_exam(world)
    sitting = make_sitting(world, exam, lasts=timedelta(hours=8))
    people = [factories.person(world) for _ in range(4)]
    who = [
        Candidate(world, person, make_attempt(world, exam, person, sitting_id=sitting)) for person in people
    ]
    running, early, ended, waiting = who
    ended.start()
    early.start()
    world.clock.advance(timedelta(minutes=5))
    early.hand_in()
    world.clock.advance(LIMIT)
    world.work()
    running.start()
    before = attempt(world, running.attempt_id).deadline
    with world.write() as session:
        given = together.give_time(
            session,
            world.clock,
            sitting_id=sitting,
            actor_id=manager,
            roles=roles_of(world, manager),
            reason=REASON,
            extra=extra_time.Extra("all-1", minutes=10),
        )
    added = {one.attempt_id: one.seconds for one in given if one.error is None}
    assert added == dict.fromkeys([running.attempt_id, ended.attempt_id, waiting.attempt_id], 600)
    assert attempt(world, running.attempt_id).deadline == before + timedelta(minutes=10)
    assert attempt(world, ended.attempt_id).lifecycle is Lifecycle.IN_PROGRESS
    assert attempt(world, early.attempt_id).lifecycle is Lifecycle.SCORED
    assert attempt(world, waiting.attempt_id).extra_seconds == 600


def test_rule_15_reason_and_approver_are_kept(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    with pytest.raises(ReasonMissing):
        do(
            world,
            extra_time.grant,
            who.attempt_id,
            manager,
            reason="  ",
            extra=extra_time.Extra("k", minutes=5),
        )
    with pytest.raises(NoTimeGiven):
        give(world, who.attempt_id, manager)
    give(world, who.attempt_id, manager, minutes=5)
    with world.read() as session:
        from app.exams.queries.supervision import grants_of

        assert [(one.seconds, one.reason, one.approver_id) for one in grants_of(session, who.attempt_id)] == [
            (300, REASON, manager)
        ]


def test_a_trainer_takes_no_part(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    with world.write() as session:
        relate(
            session,
            trainer_id=manager,
            learner_id=who.person_id,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now(),
        )
    assert refusal(give(world, who.attempt_id, manager, minutes=5)) is OwnTrainee
    for act in (supervision.pause, supervision.propose_termination, supervision.void):
        assert refusal(do(world, act, who.attempt_id, manager, reason=REASON)) is OwnTrainee
    for act in (
        supervision.resume,
        supervision.let_in,
        supervision.withdraw_termination,
        supervision.confirm_termination,
    ):
        assert refusal(do(world, act, who.attempt_id, manager)) is OwnTrainee
    with world.read() as session:
        traces = session.scalars(select(AuditEntry).where(AuditEntry.action == "conflict.refused")).all()
        assert [(trace.actor_id, trace.facts["act"]) for trace in traces] == [
            (manager, act)
            for act in ("time", "pause", "terminate", "void", "resume", "let_in", "withdraw", "terminate")
        ]
    assert (
        world.browser(manager).get(f"/en/rooms/attempts/{who.attempt_id}").status_code == HTTPStatus.NOT_FOUND
    )


ACTS = {
    "time": "time",
    "pause": "pause",
    "resume": "resume",
    "entry": "let_in",
    "termination": "terminate",
    "termination/confirmation": "terminate",
    "termination/withdrawal": "withdraw",
    "void": "void",
}


@pytest.mark.parametrize("as_what", ["proctor", "exam_manager", "the candidate"])
def test_a_trainer_sees_nothing_and_what_they_try_is_refused_and_noted(world: World, as_what: str) -> None:
    exam = make_exam(world)
    person = factories.person(world, "exam_manager")
    actor = person if as_what == "the candidate" else factories.person(world, as_what)
    sitting = make_sitting(world, exam, proctors=[actor] if as_what == "proctor" else [])
    who = Candidate(world, person, make_attempt(world, exam, person, sitting_id=sitting))
    who.start()
    if actor != person:
        with world.write() as session:
            relate(
                session,
                trainer_id=actor,
                learner_id=person,
                basis=TrainingBasis.MENTOR,
                since=world.clock.now(),
            )
    staff, here = world.browser(actor), door(who)
    assert staff.get(here).status_code == HTTPStatus.NOT_FOUND
    acts = {address: act for address, act in ACTS.items() if as_what != "proctor" or address != "void"}
    for address in acts:
        reply = staff.post(f"{here}/{address}", {"reason": REASON, "minutes": "5", "key": "key-0001"})
        assert reply.status_code == HTTPStatus.CONFLICT
        assert 'data-code="own-trainee"' in reply.text
        assert attempt(world, who.attempt_id).code not in reply.text
    assert staff.post(f"{here}/pause", {"reason": ""}).status_code == HTTPStatus.NOT_FOUND
    with world.read() as session:
        traces = session.scalars(select(AuditEntry).where(AuditEntry.action == "conflict.refused")).all()
        assert {trace.actor_id for trace in traces} == {actor}
        assert [trace.facts["act"] for trace in traces] == list(acts.values())
    row = attempt(world, who.attempt_id)
    assert (row.lifecycle, row.extra_seconds, row.termination_by) == (Lifecycle.IN_PROGRESS, 0, None)


def test_nobody_gives_themselves_time(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    assert refusal(give(world, who.attempt_id, who.person_id, minutes=5)) is OwnTrainee


def test_an_open_attempt_keeps_its_persons_session_alive(world: World) -> None:
    who = candidate(world, make_exam(world))
    with world.read() as session:
        row = session.get_one(SignInSession, who.browser.session_id)
        assert row.keep_until == attempt(world, who.attempt_id).deadline + GRACE
