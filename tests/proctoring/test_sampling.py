"""At least one in twenty of every sitting's unflagged attempts is reviewed like the flagged ones."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.exams.rules.states import Mode, ResultState, Review
from app.platform.models import AuditEntry
from app.proctoring import jobs
from app.proctoring.models import ReviewSample
from app.proctoring.rules.sampling import DRAWN_AFTER, DRAWN_UNTIL, draw
from tests.exams.delivery_world import attempt, count, make_sitting
from tests.proctoring.ground import Ground
from tests.world import World


@pytest.fixture
def ground(world: World) -> Ground:
    return Ground(world)


def end(ground: Ground) -> None:
    """The window has closed, and the last incidents are written down."""
    ground.world.clock.advance(timedelta(hours=2) + DRAWN_AFTER)


def test_rule_8_a_sitting_is_drawn_from_once_with_a_stored_seed(ground: Ground) -> None:
    world, people = ground.world, [ground.candidate() for _ in range(3)]
    flagged = ground.flagged()
    assert jobs.draw_for_review(world.context) == 0, "somebody may still sit there"
    end(ground)
    assert jobs.draw_for_review(world.context) == 1
    assert jobs.draw_for_review(world.context) == 0
    with world.read() as session:
        sample = session.scalars(select(ReviewSample)).one()
        held = sample.seed, sample.unflagged, sample.drawn
    unflagged = sorted(who.attempt_id for who in people if who.attempt_id)
    assert held[1] == [str(one) for one in unflagged]
    assert str(flagged.attempt_id) not in held[1]
    assert held[2] == [str(one) for one in draw(held[0], unflagged)]
    (drawn,) = [who for who in people if str(who.attempt_id) in held[2]]
    row = attempt(world, drawn.attempt_id)
    assert (row.review, row.result) == (Review.QUEUED, ResultState.RELEASED)
    assert count(world, AuditEntry, AuditEntry.action == "review.drawn") == 1


def test_rule_8_the_queue_does_not_say_which_attempt_was_drawn(ground: Ground) -> None:
    drawn, flagged = ground.candidate(), ground.flagged()
    end(ground)
    jobs.draw_for_review(ground.world.context)
    page = ground.desk(ground.first).get("/en/reviews").text
    cells = [
        page.split(attempt(ground.world, who.attempt_id).code + "</a>")[1].split("</tr>")[0]
        for who in (drawn, flagged)
    ]
    assert cells[0] == cells[1]
    first = [
        ground.desk(ground.first).get(f"/en/reviews/{who.attempt_id}").text.split("<form")[1]
        for who in (drawn, flagged)
    ]
    assert len(first[0]) == len(first[1])


def test_what_runs_still_was_cancelled_or_ended_long_ago_is_not_drawn_from(ground: Ground) -> None:
    ground.candidate(ends=False)
    ground.world.clock.advance(timedelta(minutes=10))
    make_sitting(ground.world, ground.exam, mode=Mode.UNPROCTORED, lasts=timedelta(minutes=1))
    ground.world.clock.advance(timedelta(hours=3))
    assert jobs.draw_for_review(ground.world.context) == 0
    assert count(ground.world, ReviewSample) == 0
    ground.world.clock.advance(DRAWN_UNTIL)
    ground.world.work()
    assert count(ground.world, ReviewSample) == 0


def test_a_sitting_without_anybody_is_drawn_from_and_not_looked_at_again(ground: Ground) -> None:
    end(ground)
    assert jobs.draw_for_review(ground.world.context) == 0
    assert count(ground.world, ReviewSample) == 1
