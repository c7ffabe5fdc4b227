"""What supervising people do to an attempt: let in, end with four eyes, void; and their page."""

import re
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from app.exams import jobs
from app.exams.errors import (
    MoveNotAllowed,
    NothingProposed,
    ReasonMissing,
    SamePerson,
    TerminationStands,
    WrongRole,
)
from app.exams.models.attempts import Attempt, TimeGrant
from app.exams.queries import attempts as queries
from app.exams.queries.supervision import supervised_of
from app.exams.rules.states import Lifecycle, Mode, Outcome, ReleasePolicy, ResultState, Review
from app.exams.rules.transitions import STATES, TABLES, Who
from app.exams.service import hand_in, history, supervision
from app.platform.models import AuditEntry, Job
from app.programmes.models import Milestone
from app.programmes.rules import MilestoneWord
from tests import factories
from tests.exams.acts import REASON, do, give
from tests.exams.delivery_world import (
    Candidate,
    attempt,
    candidate,
    changes,
    count,
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
    for act in (supervision.pause, supervision.propose_termination):
        with pytest.raises(MoveNotAllowed):
            do(world, act, who.attempt_id, manager, reason=REASON)
    for act in (supervision.resume, supervision.let_in):
        with pytest.raises(MoveNotAllowed):
            do(world, act, who.attempt_id, manager)


# Who makes which change


def test_no_change_of_any_table_is_made_in_a_role_the_table_does_not_name(
    world: World, manager: UUID
) -> None:
    who = candidate(world, make_exam(world))
    people: dict[Who, UUID | None] = dict.fromkeys(Who, manager)
    people |= {Who.SYSTEM: None, Who.CANDIDATE: who.person_id}
    for axis, table in TABLES.items():
        for line in table:
            for wrong in set(Who) - line.who:
                with world.write() as session:
                    row = queries.get_attempt(session, who.attempt_id)
                    set_committed_value(row, axis.value, STATES[axis](line.before))
                    with pytest.raises(WrongRole):
                        history.move(
                            session,
                            world.clock,
                            row,
                            axis,
                            line.after,
                            actor_id=people[wrong],
                            roles={wrong},
                            reason=REASON,
                        )
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS


def test_a_proctor_opens_nothing_again_that_is_closed(world: World, proctor: UUID, manager: UUID) -> None:
    exam = make_exam(world)
    sitting = make_sitting(world, exam, proctors=[proctor])
    person = factories.person(world)
    who = Candidate(world, person, make_attempt(world, exam, person, sitting_id=sitting))
    who.start()
    who.hand_in()
    door = f"/en/rooms/attempts/{who.attempt_id}"
    staff = world.browser(proctor)
    assert 'name="minutes"' not in staff.get(door).text
    reply = staff.post(f"{door}/time", {"reason": REASON, "minutes": "5", "key": "key-0001"})
    assert reply.status_code == HTTPStatus.FORBIDDEN
    assert 'data-code="wrong-role"' in reply.text
    assert count(world, TimeGrant, TimeGrant.attempt_id == who.attempt_id) == 0
    with world.read() as session:
        trace = session.scalars(select(AuditEntry).where(AuditEntry.action == "access.refused")).one()
    assert trace.actor_id == proctor
    assert trace.facts == {"route": "/{locale}/rooms/attempts/{attempt_id}/time", "method": "POST"}
    assert 'name="minutes"' in world.browser(manager).get(door).text
    assert give(world, who.attempt_id, manager, minutes=5) == 300
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS


def test_a_proctor_of_another_sitting_is_no_proctor_here(world: World) -> None:
    exam = make_exam(world)
    both = factories.person(world, "exam_manager", "proctor")
    person = factories.person(world)
    sitting = make_sitting(world, exam)
    waits = make_attempt(world, exam, person, sitting_id=sitting, lifecycle=Lifecycle.CHECKIN)
    with world.read() as session:
        facts = supervised_of(session, waits, person_id=both, manages=True, at=world.clock.now())
    assert not facts.assigned


# Termination by two people


def terminate(world: World, who: Candidate, proctor: UUID, manager: UUID) -> None:
    do(world, supervision.propose_termination, who.attempt_id, proctor, reason="Another person answered")
    do(world, supervision.confirm_termination, who.attempt_id, manager)


def test_a_terminated_attempt_is_never_opened_again(world: World, proctor: UUID, manager: UUID) -> None:
    who = candidate(world, make_exam(world))
    terminate(world, who, proctor, manager)
    assert 'name="minutes"' not in world.browser(manager).get(f"/en/rooms/attempts/{who.attempt_id}").text
    with pytest.raises(TerminationStands):
        give(world, who.attempt_id, manager, minutes=1)
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.SCORED
    assert count(world, TimeGrant, TimeGrant.attempt_id == who.attempt_id) == 0


def test_a_proposal_does_not_outlive_the_attempt_it_was_about(
    world: World, proctor: UUID, manager: UUID
) -> None:
    who = candidate(world, make_exam(world))
    do(world, supervision.propose_termination, who.attempt_id, proctor, reason=REASON)
    who.hand_in()
    assert attempt(world, who.attempt_id).termination_by is None
    give(world, who.attempt_id, manager, minutes=5)
    with pytest.raises(NothingProposed):
        do(world, supervision.confirm_termination, who.attempt_id, manager)
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS


def passes(who: Candidate) -> None:
    for n in range(1, 5):
        assert who.save(n, "a").status_code == HTTPStatus.OK


@pytest.mark.parametrize("policy", list(ReleasePolicy))
def test_what_two_people_terminated_is_told_to_nobody_before_a_third_has_looked(
    world: World, proctor: UUID, manager: UUID, policy: ReleasePolicy
) -> None:
    who = candidate(world, make_exam(world, certification=True, release=policy))
    passes(who)
    terminate(world, who, proctor, manager)
    world.clock.advance(timedelta(days=2))
    world.work()
    row = attempt(world, who.attempt_id)
    assert (row.outcome, row.result, row.review) == (
        Outcome.PASSED,
        ResultState.WITHHELD,
        Review.QUEUED,
    )
    page = world.browser(who.person_id).get(f"{who.place}/result").text
    assert "You have passed" not in page
    assert "Another person answered" in page, "the candidate reads why"
    assert count(world, Job, Job.kind == hand_in.RELEASED_EVENT) == 0
    assert count(world, Milestone, Milestone.word == MilestoneWord.PASSED) == 0


def test_a_released_result_is_withheld_again_when_the_reopened_attempt_is_terminated(
    world: World, proctor: UUID, manager: UUID
) -> None:
    who = candidate(world, make_exam(world))
    who.hand_in()
    assert attempt(world, who.attempt_id).result is ResultState.RELEASED
    give(world, who.attempt_id, manager, minutes=20)
    passes(Candidate(world, who.person_id, who.attempt_id))
    terminate(world, who, proctor, manager)
    row = attempt(world, who.attempt_id)
    assert (row.result, row.released_at) == (ResultState.WITHHELD, None)
    assert "You have passed" not in who.browser.get(f"{who.place}/result").text


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
