"""Rule 15 and what supervising people do: extra time, pause, let in, termination with four eyes, void."""

import re
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest

from app.accounts.models import SignInSession
from app.exams import jobs
from app.exams.errors import (
    MoveNotAllowed,
    NothingProposed,
    NoTimeGiven,
    OwnTrainee,
    ReasonMissing,
    ResultStands,
    SamePerson,
)
from app.exams.models.attempts import Attempt, TimeGrant
from app.exams.queries import attempts as queries
from app.exams.rules.delivery import GRACE
from app.exams.rules.states import Lifecycle, Mode, Outcome, ResultState
from app.exams.service import hand_in, supervision, time
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests import factories
from tests.exams.delivery_world import (
    LIMIT,
    Candidate,
    answers,
    attempt,
    candidate,
    changes,
    count,
    events,
    make_attempt,
    make_exam,
    make_sitting,
)
from tests.world import World

REASON = "The power failed"


def give(world: World, attempt_id: UUID | None, actor: UUID, key: str = "grant-01", **extra: int) -> int:
    with world.write() as session:
        return time.grant(
            session,
            world.clock,
            attempt_id=attempt_id,
            actor_id=actor,
            reason=REASON,
            extra=time.Extra(key, **extra),
        )


def do(world: World, act, attempt_id: UUID | None, actor: UUID, **more: str) -> None:
    with world.write() as session:
        act(session, world.clock, attempt_id=attempt_id, actor_id=actor, **more)


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
    do(world, time.pause, who.attempt_id, proctor, reason=REASON)
    assert give(world, who.attempt_id, manager, minutes=5) == 0
    do(world, time.resume, who.attempt_id, proctor)
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
        do(world, time.pause, who.attempt_id, proctor, reason=REASON)
        assert attempt(world, who.attempt_id).remaining_ms == (20 * 60 - 1 + 450) * 1000
        world.clock.advance(timedelta(hours=3))
        world.work()
        do(world, time.resume, who.attempt_id, proctor)
    assert attempt(world, who.attempt_id).deadline - world.clock.now() == timedelta(seconds=20 * 60 - 1 + 450)


def test_rule_15_time_given_while_paused_is_there_when_it_goes_on(
    world: World, manager: UUID, proctor: UUID
) -> None:
    who = candidate(world, make_exam(world))
    do(world, time.pause, who.attempt_id, proctor, reason=REASON)
    give(world, who.attempt_id, manager, minutes=3)
    world.clock.advance(timedelta(minutes=50))
    do(world, time.resume, who.attempt_id, proctor)
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
        added = time.grant_all(
            session,
            world.clock,
            sitting_id=sitting,
            actor_id=manager,
            reason=REASON,
            extra=time.Extra("all-1", minutes=10),
        )
    assert set(added) == {running.attempt_id, ended.attempt_id, waiting.attempt_id}
    assert attempt(world, running.attempt_id).deadline == before + timedelta(minutes=10)
    assert attempt(world, ended.attempt_id).lifecycle is Lifecycle.IN_PROGRESS
    assert attempt(world, early.attempt_id).lifecycle is Lifecycle.SCORED
    assert attempt(world, waiting.attempt_id).extra_seconds == 600


def test_rule_15_reason_and_approver_are_kept(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    with pytest.raises(ReasonMissing), world.write() as session:
        time.grant(
            session,
            world.clock,
            attempt_id=who.attempt_id,
            actor_id=manager,
            reason="  ",
            extra=time.Extra("k", minutes=5),
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
    with pytest.raises(OwnTrainee):
        give(world, who.attempt_id, manager, minutes=5)
    for act in (time.pause, supervision.propose_termination, supervision.void):
        with pytest.raises(OwnTrainee):
            do(world, act, who.attempt_id, manager, reason=REASON)
    assert (
        world.browser(manager).get(f"/en/rooms/attempts/{who.attempt_id}").status_code == HTTPStatus.NOT_FOUND
    )


def test_nobody_gives_themselves_time(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    with pytest.raises(OwnTrainee):
        give(world, who.attempt_id, who.person_id, minutes=5)


def test_an_open_attempt_keeps_its_persons_session_alive(world: World) -> None:
    who = candidate(world, make_exam(world))
    with world.read() as session:
        row = session.get_one(SignInSession, who.browser.session_id)
        assert row.keep_until == attempt(world, who.attempt_id).deadline + GRACE


# Silence, interruption, letting in


def test_a_silent_attempt_is_interrupted_and_comes_back_by_itself(world: World) -> None:
    who = candidate(world, make_exam(world))
    deadline = attempt(world, who.attempt_id).deadline
    world.clock.advance(timedelta(seconds=61))
    world.work()
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.INTERRUPTED
    assert who.save(1, "a").status_code == HTTPStatus.OK
    row = attempt(world, who.attempt_id)
    assert row.lifecycle is Lifecycle.IN_PROGRESS
    assert row.deadline == deadline


def test_any_request_is_a_heartbeat(world: World) -> None:
    who = candidate(world, make_exam(world))
    for _ in range(5):
        world.clock.advance(timedelta(seconds=50))
        who.browser.get(f"{who.place}/time", X_Exam_Script="1", HX_Request="true")
        assert jobs.note_silence(world.context) == 0
    assert attempt(world, who.attempt_id).scripted


@pytest.mark.parametrize(
    ("mode", "held"),
    [(Mode.LIVE, True), (Mode.RECORD_AND_REVIEW, True), (Mode.ON_SITE, False), (Mode.UNPROCTORED, False)],
)
def test_after_five_silent_minutes_a_proctor_lets_back_in_where_somebody_supervises_from_afar(
    world: World, proctor: UUID, mode: Mode, held: bool
) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    who = Candidate(world, person, make_attempt(world, exam, person, mode=mode))
    who.start()
    who.browser.get(f"{who.place}/time", X_Exam_Script="1", HX_Request="true")
    world.clock.advance(timedelta(minutes=5, seconds=1))
    world.work()
    page = who.page()
    assert ("A proctor lets you back in" in page.text) is held
    assert ("Stem" in page.text) is not held
    if held:
        assert who.save(1, "a").status_code == HTTPStatus.CONFLICT
        do(world, supervision.let_in, who.attempt_id, proctor)
        assert "Stem" in who.page().text
    assert who.save(1, "a").status_code == HTTPStatus.OK


def test_a_page_without_a_script_is_never_held_for_its_silence(world: World) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    who = Candidate(world, person, make_attempt(world, exam, person, mode=Mode.LIVE))
    who.start()
    world.clock.advance(timedelta(minutes=9))
    world.work()
    assert "Stem" in who.page().text


# Termination, void


def test_one_person_proposes_termination_and_another_confirms(
    world: World, proctor: UUID, manager: UUID
) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    with pytest.raises(NothingProposed):
        do(world, supervision.confirm_termination, who.attempt_id, manager)
    do(world, supervision.propose_termination, who.attempt_id, proctor, reason="Another person in the room")
    assert who.save(2, "a").status_code == HTTPStatus.OK
    with pytest.raises(SamePerson):
        do(world, supervision.confirm_termination, who.attempt_id, proctor)
    do(world, supervision.confirm_termination, who.attempt_id, manager)
    row = attempt(world, who.attempt_id)
    assert (row.lifecycle, row.raw_score) == (Lifecycle.SCORED, 2)
    assert ("lifecycle", "in_progress", "terminated") in changes(world, who.attempt_id)
    assert who.save(3, "a").status_code == HTTPStatus.GONE


def test_a_proposal_that_is_taken_back_ends_nothing(world: World, proctor: UUID, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    do(world, supervision.propose_termination, who.attempt_id, proctor, reason=REASON)
    do(world, supervision.withdraw_termination, who.attempt_id, manager)
    with pytest.raises(NothingProposed):
        do(world, supervision.confirm_termination, who.attempt_id, manager)
    with pytest.raises(NothingProposed):
        do(world, supervision.withdraw_termination, who.attempt_id, manager)
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS


def test_a_void_attempt_does_not_count_and_a_new_one_may_begin_at_once(world: World, manager: UUID) -> None:
    exam = make_exam(world, allowed=1, wait_days=14, forms=2)
    who = candidate(world, exam)
    first = who.attempt_id
    with pytest.raises(ReasonMissing):
        do(world, supervision.void, who.attempt_id, manager, reason=" ")
    do(world, supervision.void, who.attempt_id, manager, reason="Fire alarm")
    assert who.save(1, "a").status_code == HTTPStatus.GONE
    assert "does not count" in who.page().text
    seen = attempt(world, first).form_id
    who.begin(exam.slug)
    row = attempt(world, who.attempt_id)
    assert who.attempt_id != first
    assert row.number == 1
    assert row.form_id != seen


def test_what_was_handed_in_is_not_voided(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    who.hand_in()
    with pytest.raises(MoveNotAllowed):
        do(world, supervision.void, who.attempt_id, manager, reason=REASON)
    for act in (time.pause, supervision.propose_termination):
        with pytest.raises(MoveNotAllowed):
            do(world, act, who.attempt_id, manager, reason=REASON)
    for act in (time.resume, supervision.let_in):
        with pytest.raises(MoveNotAllowed):
            do(world, act, who.attempt_id, manager)


def test_a_withheld_result_is_released_once(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    with pytest.raises(MoveNotAllowed):
        do(world, hand_in.release, who.attempt_id, manager)


# The page


def fields(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(key)" value="([^"]*)"', html))


def test_the_page_of_an_attempt_does_it_all_by_forms(world: World, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    staff = world.browser(manager)
    here = f"/en/rooms/attempts/{who.attempt_id}"
    page = staff.get(here)
    assert page.status_code == HTTPStatus.OK
    assert "Stem" not in page.text
    assert staff.post(f"{here}/pause", {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert staff.post(f"{here}/pause", {"reason": "Alarm"}).status_code == HTTPStatus.SEE_OTHER
    assert "The attempt is paused." in staff.get(f"{here}?done=pause").text
    assert staff.post(f"{here}/resume").status_code == HTTPStatus.SEE_OTHER
    key = fields(staff.get(here).text)["key"]
    both = {"reason": "Alarm", "minutes": "5", "percent": "5", "key": key}
    assert staff.post(f"{here}/time", both).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for _ in range(2):
        staff.post(f"{here}/time", {"reason": "Alarm", "minutes": "5", "key": key})
    assert attempt(world, who.attempt_id).extra_seconds == 300
    staff.post(f"{here}/termination", {"reason": "Phone"})
    assert staff.post(f"{here}/termination/confirmation").status_code == HTTPStatus.CONFLICT
    assert staff.post(f"{here}/termination/withdrawal").status_code == HTTPStatus.SEE_OTHER
    assert staff.post(f"{here}/entry").status_code == HTTPStatus.CONFLICT
    assert staff.post(f"{here}/void", {"reason": "Alarm"}).status_code == HTTPStatus.SEE_OTHER
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.VOID
    assert "Alarm" in staff.get(here).text


def test_a_proctor_reaches_the_attempts_of_their_sitting_only(world: World, proctor: UUID) -> None:
    exam = make_exam(world)
    people = [factories.person(world), factories.person(world)]
    mine = make_attempt(world, exam, people[0], sitting_id=make_sitting(world, exam, proctors=[proctor]))
    other = make_attempt(world, exam, people[1], sitting_id=make_sitting(world, exam))
    staff = world.browser(proctor)
    assert staff.get(f"/en/rooms/attempts/{mine}").status_code == HTTPStatus.OK
    assert staff.get(f"/en/rooms/attempts/{other}").status_code == HTTPStatus.NOT_FOUND
    assert (
        staff.post(f"/en/rooms/attempts/{other}/pause", {"reason": "why not"}).status_code
        == HTTPStatus.NOT_FOUND
    )
    assert (
        staff.post(f"/en/rooms/attempts/{mine}/void", {"reason": "why not"}).status_code
        == HTTPStatus.FORBIDDEN
    )
    assert world.browser(people[0]).get(f"/en/rooms/attempts/{mine}").status_code == HTTPStatus.FORBIDDEN
    assert count(world, Attempt, Attempt.lifecycle == Lifecycle.VOID) == 0
    with world.read() as session:
        assert queries.history_of(session, mine)[0].to_state == "ready"
