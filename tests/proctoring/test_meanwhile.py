"""A review goes on while something else is done to the attempt: whoever comes second sees what the first did."""

from datetime import timedelta

import pytest

from app.exams.errors import RecordReviewed
from app.exams.rules.states import Lifecycle, ReleasePolicy, ResultState, Review
from app.exams.service import reviewing as exams
from app.exams.service import sweeper
from app.proctoring.service import reviewing
from tests import factories
from tests.exams.acts import give
from tests.exams.delivery_world import attempt
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
