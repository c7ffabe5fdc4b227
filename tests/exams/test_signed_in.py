"""An open exam keeps its candidate signed in and their account open; one that has ended keeps nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.accounts import service as accounts
from app.accounts.queries.changes import is_kept_by_an_exam
from app.exams.rules.delivery import GRACE
from app.exams.service import supervision
from tests import factories
from tests.exams.acts import REASON, do
from tests.exams.delivery_world import LIMIT, Candidate, candidate, make_attempt, make_exam, make_sitting
from tests.world import World


def kept(world: World, who: Candidate) -> bool:
    with world.read() as session:
        return is_kept_by_an_exam(session, who.person_id, world.clock.now())


def in_a_room(world: World, exam: Any, proctor: UUID, **facts: Any) -> Candidate:
    """Somebody whose attempt runs in a sitting of three hours."""
    sitting_id = make_sitting(world, exam, lasts=timedelta(hours=3), proctors=[proctor])
    who = Candidate(world, factories.person(world, "candidate"))
    who.attempt_id = make_attempt(world, exam, who.person_id, sitting_id=sitting_id, **facts)
    assert who.start().status_code == 303
    return who


def test_who_has_handed_in_may_close_their_account_at_once(world: World) -> None:
    who = candidate(world, make_exam(world))
    assert kept(world, who)
    assert who.hand_in(lease=who.lease()).status_code == 303
    assert not kept(world, who)


@pytest.mark.parametrize("end", ["void", "terminate"])
def test_an_attempt_that_others_end_keeps_nobody(world: World, end: str) -> None:
    manager, proctor = factories.person(world, "exam_manager"), factories.person(world, "proctor")
    who = in_a_room(world, make_exam(world), proctor)
    if end == "void":
        do(world, supervision.void, who.attempt_id, manager, reason=REASON)
    else:
        do(world, supervision.propose_termination, who.attempt_id, proctor, reason=REASON)
        assert kept(world, who)
        do(world, supervision.confirm_termination, who.attempt_id, manager)
    assert not kept(world, who)


def test_a_paused_attempt_keeps_its_candidate_past_the_old_deadline(world: World) -> None:
    proctor = factories.person(world, "proctor")
    who = in_a_room(world, make_exam(world), proctor, extra_seconds=600)
    do(world, supervision.pause, who.attempt_id, proctor, reason=REASON)
    world.clock.advance(LIMIT + timedelta(hours=1))
    assert kept(world, who)
    world.clock.advance(timedelta(hours=3, minutes=10) - LIMIT - timedelta(hours=1) + GRACE)
    assert not kept(world, who)


def test_the_end_of_one_exam_lets_nobody_go_who_sits_another(world: World) -> None:
    who = candidate(world, make_exam(world))
    other = Candidate(world, who.person_id)
    other.begin(make_exam(world, slug="another-exam").slug)
    who.hand_in(lease=who.lease())
    assert kept(world, other)
    other.hand_in(lease=other.lease())
    assert not kept(world, other)


def test_a_session_opened_after_the_end_is_kept_for_no_exam(world: World) -> None:
    who = candidate(world, make_exam(world))
    lease, signed_out = who.lease(), world.browser(who.person_id)
    with world.write() as session:
        accounts.keep_alive(session, who.person_id, world.clock.now() + LIMIT)
    signed_out.post("/en/sign-out")
    who.hand_in(lease=lease)
    with world.write() as session:
        accounts.open_session(session, world.clock, person_id=who.person_id, device="", leaving=None)
    assert not kept(world, who)
