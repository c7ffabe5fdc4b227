"""A review goes on while something else is done to the attempt: whoever comes second sees what the first did."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from app.exams.errors import RecordReviewed
from app.exams.rules.states import Lifecycle, ReleasePolicy, ResultState, Review
from app.exams.rules.transitions import Who
from app.exams.service import reviewing as exams
from app.exams.service import sweeper
from app.proctoring.errors import IncidentWithdrawn, ReviewTaken, StatementNotAsked
from app.proctoring.models import Incident, ReviewStep
from app.proctoring.service import incidents, reviewing
from tests import factories
from tests.exams.acts import give
from tests.exams.delivery_world import attempt, count
from tests.exams.test_meanwhile import meanwhile
from tests.proctoring.ground import WHY, Ground
from tests.world import World


@pytest.fixture
def ground(world: World) -> Ground:
    return Ground(world)


def test_a_result_queued_for_review_while_the_window_closes_is_not_told(world: World) -> None:
    ground = Ground(world, release=ReleasePolicy.AFTER_WINDOW)
    who = ground.candidate()
    assert who.attempt_id is not None
    attempt_id = who.attempt_id
    world.clock.advance(timedelta(hours=2))
    released = meanwhile(
        world,
        lambda session: exams.ask(session, world.clock, attempt_id=attempt_id),
        lambda session: sweeper.release_due(session, world.clock, attempt_id),
    )
    row = attempt(world, attempt_id)
    assert released is False
    assert (row.review, row.result) == (Review.QUEUED, ResultState.WITHHELD)


@pytest.mark.parametrize("ended", [False, True])
def test_an_attempt_whose_record_somebody_has_looked_at_is_not_opened_again(
    ground: Ground, ended: bool
) -> None:
    who, manager = ground.flagged(passes=False), factories.person(ground.world, "exam_manager")
    ground.does(reviewing.take, who, ground.first)
    if ended:
        ground.does(reviewing.clear, who, ground.first, words=WHY)
    with pytest.raises(RecordReviewed):
        give(ground.world, who.attempt_id, manager, minutes=5)
    assert attempt(ground.world, who.attempt_id).lifecycle is Lifecycle.SCORED


def test_an_attempt_that_only_waits_for_review_can_be_opened_again(ground: Ground) -> None:
    who, manager = ground.flagged(passes=False), factories.person(ground.world, "exam_manager")
    give(ground.world, who.attempt_id, manager, minutes=5)
    assert attempt(ground.world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS


def test_of_two_reviewers_who_take_a_record_at_once_the_second_takes_nothing_over(ground: Ground) -> None:
    who, clock = ground.flagged(), ground.world.clock
    with pytest.raises(ReviewTaken):
        meanwhile(
            ground.world,
            lambda session: reviewing.take(
                session, clock, attempt_id=who.attempt_id, reviewer_id=ground.first
            ),
            lambda session: reviewing.take(
                session, clock, attempt_id=who.attempt_id, reviewer_id=ground.second
            ),
        )
    desk, here = ground.desk(ground.second), f"/en/reviews/{who.attempt_id}"
    assert desk.post(f"{here}/taking", {"act": "take"}).status_code == HTTPStatus.CONFLICT
    assert desk.post(f"{here}/taking").status_code == HTTPStatus.CONFLICT
    assert count(ground.world, ReviewStep) == 1
    assert 'name="act" value="take_over"' in desk.get(here).text
    assert desk.post(f"{here}/taking", {"act": "take_over"}).status_code == HTTPStatus.SEE_OTHER
    assert count(ground.world, ReviewStep) == 2


def test_a_record_taken_twice_by_the_same_person_is_taken_once(ground: Ground) -> None:
    who = ground.flagged()
    for act in (reviewing.take, reviewing.take, reviewing.take_over):
        assert ground.does(act, who, ground.first) is None
    assert count(ground.world, ReviewStep) == 1


def asked(ground: Ground) -> Any:
    who = ground.flagged()
    ground.does(reviewing.take, who, ground.first)
    ground.does(reviewing.ask_statement, who, ground.first, words="What did you say aloud?")
    return who


@pytest.mark.parametrize("first", ["statement", "finding"])
def test_a_statement_given_twice_or_after_the_end_is_refused(ground: Ground, first: str) -> None:
    who, clock = asked(ground), ground.world.clock

    def answer(session: Any) -> None:
        reviewing.give_statement(
            session, clock, attempt_id=who.attempt_id, candidate_id=who.person_id, words="I read aloud"
        )

    def clear(session: Any) -> None:
        reviewing.clear(session, clock, attempt_id=who.attempt_id, reviewer_id=ground.first, words=WHY)

    with pytest.raises(StatementNotAsked):
        meanwhile(ground.world, answer if first == "statement" else clear, answer)
    given = count(ground.world, ReviewStep, ReviewStep.kind == "statement_given")
    assert given == (1 if first == "statement" else 0)


def test_an_incident_withdrawn_meanwhile_is_not_corrected(ground: Ground) -> None:
    who, clock = ground.candidate(ends=False), ground.world.clock
    incident = ground.incident(who)

    def withdraw(session: Any) -> object:
        return incidents.correct(
            session,
            clock,
            attempt_id=who.attempt_id,
            incident_id=incident,
            actor_id=ground.proctor,
            roles={Who.PROCTOR},
            seen=None,
            reason="It was another room",
        )

    with pytest.raises(IncidentWithdrawn):
        meanwhile(ground.world, withdraw, withdraw)
    assert count(ground.world, Incident) == 2


def test_an_officer_reads_no_record_that_reviewers_still_look_at(ground: Ground) -> None:
    who = ground.referred()
    desk, here = ground.desk(ground.officer), f"/en/results/{who.attempt_id}"
    assert f"{here}/record" not in desk.get(here).text
    assert desk.get(f"{here}/record").status_code == HTTPStatus.CONFLICT
    ground.does(reviewing.conclude, who, ground.second, finding=Review.IRREGULARITY, words=WHY)
    assert f"{here}/record" in desk.get(here).text
    assert desk.get(f"{here}/record").status_code == HTTPStatus.OK
