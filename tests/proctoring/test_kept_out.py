"""Who had a part in an attempt neither reviews its record nor decides about its result."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest

from app.exams.errors import OwnSitting
from app.exams.models.attempts import Attempt
from app.exams.models.unsent import UnsentLoad
from app.exams.queries.releases import count_withheld
from app.exams.queries.reviewing import sittings_over
from app.exams.rules.states import Lifecycle, Review
from app.exams.service import releasing, supervision
from app.proctoring.queries.reviews import drawn_before, had_any_part, list_open
from app.proctoring.service import reviewing
from tests import factories
from tests.exams.acts import do, give
from tests.exams.delivery_world import Candidate
from tests.proctoring.ground import WHY, Ground, refusal
from tests.world import World


@pytest.fixture
def ground(world: World) -> Ground:
    return Ground(world)


def counted(ground: Ground, officer: UUID) -> int:
    """How many results wait for an officer."""
    with ground.world.read() as session:
        return count_withheld(session, officer, at=ground.world.clock.now(), kept_out=had_any_part(officer))


def refused(ground: Ground, who: Candidate, officer: UUID) -> None:
    """The officer neither sees the result nor releases nor invalidates it."""
    assert who.attempt_id is not None
    assert counted(ground, officer) == 0
    desk = ground.desk(officer)
    assert desk.get(f"/en/results/{who.attempt_id}").status_code == HTTPStatus.NOT_FOUND
    assert desk.get(f"/en/results/{who.attempt_id}/record").status_code == HTTPStatus.NOT_FOUND
    for act, form in (("release", {"reason": WHY}), ("invalidation", {"invalid_reason": WHY})):
        reply = desk.post(f"/en/results/{who.attempt_id}/{act}", form)
        assert reply.status_code == HTTPStatus.CONFLICT
        assert 'data-code="own-sitting"' in reply.text or "own-sitting" in reply.text


def takes_part(ground: Ground, who: Candidate, person: UUID, part: str) -> None:
    world = ground.world
    assert who.attempt_id is not None
    if part == "time":
        give(world, who.attempt_id, person, minutes=5)
    elif part == "termination":
        do(world, supervision.propose_termination, who.attempt_id, person, reason=WHY)
        do(world, supervision.confirm_termination, who.attempt_id, ground.proctor)
    else:
        with world.write() as session:
            session.add(
                UnsentLoad(
                    attempt_id=who.attempt_id,
                    sha256="0" * 64,
                    made_at="",
                    answers=[],
                    changes={},
                    reason=WHY,
                    actor_id=person,
                    at=world.clock.now(),
                )
            )


@pytest.mark.parametrize("part", ["time", "termination", "unsent"])
def test_who_gave_time_proposed_the_end_or_loaded_answers_reviews_and_decides_nothing(
    ground: Ground, part: str
) -> None:
    world = ground.world
    both = factories.person(world, "exam_manager", "incident_reviewer", "certification_officer")
    who = ground.candidate(ends=False)
    ground.incident(who)
    takes_part(ground, who, both, part)
    if part != "termination":
        who.hand_in()
    with world.read() as session:
        for reviewer, listed in ((both, 0), (ground.first, 1)):
            assert len(list_open(session, reviewer, at=world.clock.now(), page=1).rows) == listed
        for officer, waiting in ((both, 0), (ground.officer, 1)):
            assert counted(ground, officer) == waiting
    assert refusal(ground.does(reviewing.take, who, both)) is OwnSitting
    for act in (releasing.release, releasing.invalidate):
        with world.write() as session:
            refused = act(
                session,
                world.clock,
                attempt_id=who.attempt_id,
                officer_id=both,
                reason=WHY,
                kept_out=had_any_part(both),
            )
        assert refusal(refused) is OwnSitting
    assert ground.review(who) is Review.QUEUED


def test_who_recorded_an_incident_decides_nothing_about_the_result(ground: Ground) -> None:
    both = factories.person(ground.world, "exam_manager", "certification_officer")
    who = ground.candidate(ends=False)
    ground.incident(who, both)
    who.hand_in()
    refused(ground, who, both)
    assert counted(ground, ground.officer) == 1
    assert ground.review(who) is Review.QUEUED


def test_who_took_a_review_over_decides_nothing_about_the_result(ground: Ground) -> None:
    both = factories.person(ground.world, "incident_reviewer", "certification_officer")
    who = ground.flagged()
    assert ground.does(reviewing.take, who, ground.first) is None
    assert ground.does(reviewing.take_over, who, both) is None
    refused(ground, who, both)
    assert counted(ground, ground.officer) == 1


def test_somebody_paused_and_forgotten_keeps_nobody_from_the_draw(ground: Ground) -> None:
    world = ground.world
    ground.candidate()
    forgotten = ground.candidate(ends=False)
    with world.write() as session:
        session.get_one(Attempt, forgotten.attempt_id).lifecycle = Lifecycle.PAUSED
        session.get_one(Attempt, forgotten.attempt_id).remaining_ms = 60_000

    def over() -> int:
        now = world.clock.now()
        with world.read() as session:
            since = now - timedelta(days=9)
            return len(sittings_over(session, since=since, until=now, kept_out=drawn_before, limit=9))

    world.clock.advance(timedelta(hours=12))
    assert over() == 0
    world.clock.advance(timedelta(days=1))
    assert over() == 1
