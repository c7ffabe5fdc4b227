"""Seats, votes, calls and the clock of a panel, over HTTP on both databases."""

import re
from datetime import timedelta

import pytest

from app.appeals import jobs
from app.appeals.models.panel import AppealVote
from app.exams.rules.states import AppealState
from tests import factories
from tests.appeals.test_appeals import (
    BODY,
    REASONS,
    appeal_page,
    files,
    invalidated,
    member,
    sits,
    the_appeal,
    votes,
)
from tests.exams.delivery_world import attempt, count
from tests.proctoring.ground import Ground
from tests.world import World


@pytest.fixture
def ground(world: World) -> Ground:
    return Ground(world)


def test_a_seat_is_given_back_and_one_that_is_silent_for_four_days_is_free(ground: Ground) -> None:
    world = ground.world
    who = invalidated(ground)
    files(who)
    appeal = the_appeal(world)
    silent, knows, other, late = (member(world) for _ in range(4))
    sits(world, silent, appeal)
    desk = sits(world, knows, appeal)
    assert world.browser(other).post(f"/en/appeals/{appeal}/taking", {}).status_code == 409
    assert desk.post(f"/en/appeals/{appeal}/return", {"reason": "no"}).status_code == 422
    assert desk.post(f"/en/appeals/{appeal}/return", {"reason": "I know whose it is"}).status_code == 303
    assert desk.post(f"/en/appeals/{appeal}/taking", {}).status_code == 409
    sits(world, other, appeal)
    world.clock.advance(timedelta(days=4, seconds=1))
    assert votes(sits(world, late, appeal), appeal, "dismiss").status_code == 303
    assert votes(world.browser(silent), appeal, "dismiss").status_code == 303, (
        "a free seat is taken once more"
    )
    assert votes(world.browser(other), appeal, "uphold").status_code == 409
    assert attempt(world, who.attempt_id).appeal is AppealState.DISMISSED


def test_what_a_member_wrote_whose_seat_colleagues_took_is_shown_back(ground: Ground) -> None:
    world = ground.world
    files(invalidated(ground))
    appeal = the_appeal(world)
    person = member(world)
    sits(world, person, appeal)
    world.clock.advance(timedelta(days=4, seconds=1))
    for _ in range(2):
        sits(world, member(world), appeal)
    silent = world.browser(person)
    typed = "I looked at every picture <b>twice</b> and see nothing"
    for reasons in (typed, typed[:12]):
        late = votes(silent, appeal, "uphold", reasons)
        assert late.status_code == 409
        assert "Your vote is not recorded" in late.text
        assert reasons.replace("<", "&lt;").replace(">", "&gt;") in late.text
    assert count(world, AppealVote) == 0


def test_a_vote_is_checked_given_once_and_stands(ground: Ground) -> None:
    world = ground.world
    who = invalidated(ground)
    files(who)
    appeal = the_appeal(world)
    desk = sits(world, member(world), appeal)
    assert desk.post(f"/en/appeals/{appeal}/votes", {"reasons": REASONS}).status_code == 422
    kept = desk.post(f"/en/appeals/{appeal}/votes", {"verdict": "uphold", "reasons": "<b>too short"})
    assert kept.status_code == 422
    assert "&lt;b&gt;too short" in kept.text
    assert votes(desk, appeal, "uphold").status_code == 303
    assert votes(desk, appeal, "dismiss").status_code == 409
    assert REASONS in desk.get(f"/en/appeals/{appeal}").text
    assert count(world, AppealVote) == 1
    without = world.browser(member(world))
    assert votes(without, appeal, "dismiss").status_code == 409


def test_the_clock_is_fourteen_days_and_both_sides_see_it(ground: Ground) -> None:
    world = ground.world
    who = invalidated(ground)
    files(who)
    world.work()
    filed = world.box.mails[-1]
    assert filed.subject == "Your appeal is filed"
    manager = world.browser(factories.person(world, "exam_manager"))
    page = manager.get("/en/appeals/clocks").text
    assert BODY not in page
    assert "late:" not in page
    due = re.search(r"You get an answer by ([^.]+)\.", filed.text)
    assert due is not None
    assert due[1] in page
    assert due[1] in world.browser(who.person_id).get(appeal_page(who)).text
    world.clock.advance(timedelta(days=14, minutes=1))
    manager = world.browser(factories.person(world, "exam_manager"))
    assert "late:" in manager.get("/en/appeals/clocks").text
    assert "This day has passed" in world.browser(who.person_id).get(appeal_page(who)).text


def called(world: World) -> list[str]:
    """To whom letters about a free seat went since the last time somebody asked."""
    world.work()
    to = [mail.to for mail in world.box.mails if mail.subject == "An appeal waits for its panel"]
    world.box.mails.clear()
    return sorted(to)


def test_members_who_may_hear_it_are_called_when_a_seat_is_free_and_only_then(ground: Ground) -> None:
    world = ground.world
    first, second, third = (
        factories.person(world, "appeals_panel", email=f"{name}@panel.example") for name in "abc"
    )
    factories.grant(world, ground.first, "appeals_panel")
    who = invalidated(ground)
    files(who)
    appeal = the_appeal(world)
    assert called(world) == ["a@panel.example", "b@panel.example", "c@panel.example"]
    jobs.call_again(world.context)
    assert called(world) == []
    assert votes(sits(world, first, appeal), appeal, "uphold").status_code == 303
    sits(world, second, appeal)
    world.clock.advance(timedelta(days=4, seconds=1))
    jobs.call_again(world.context)
    assert called(world) == ["b@panel.example", "c@panel.example"], "the second one was silent"
    assert votes(world.browser(second), appeal, "dismiss").status_code == 303
    assert called(world) == ["c@panel.example"], "a third member, whom nobody tells why"
    assert votes(sits(world, third, appeal), appeal, "dismiss").status_code == 303
    world.clock.advance(timedelta(days=5))
    jobs.call_again(world.context)
    assert called(world) == []
