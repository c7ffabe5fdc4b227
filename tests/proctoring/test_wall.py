"""The wall of a sitting at a distance: who sees it, what a tile says, and what asking again costs."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from app.exams.rules.states import Lifecycle, Mode
from app.exams.rules.transitions import Who
from app.exams.service import supervision
from app.proctoring.models import PictureView
from app.proctoring.rules.pictures import Look
from app.proctoring.rules.wall import ON_A_PAGE
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests import factories
from tests.exams.board_world import pulse
from tests.exams.delivery_world import Candidate, attempt
from tests.proctoring.camera_world import Distance, chained, signals, snapshot
from tests.world import Browser, World

MINUTE = timedelta(minutes=1)


class Wall(Distance):
    """A sitting with a room, whose candidates applied."""

    def __init__(self, world: World, mode: Mode = Mode.LIVE) -> None:
        super().__init__(world, mode)
        self.gets_a_room()
        self.place = f"/en/rooms/{self.sitting}/wall"
        self.eyes: Browser = world.browser(self.proctor)

    def sits(self, name: str, lifecycle: Lifecycle = Lifecycle.READY) -> Candidate:
        who = self.candidate(lifecycle)
        self.applies(who, name)
        return who

    def later(self, minutes: int, *heard: Candidate) -> None:
        """Time goes by; the pages of these are heard of."""
        self.world.clock.advance(minutes * MINUTE)
        for who in heard:
            assert who.browser.get(f"{who.place}/time", HX_Request="true").status_code == 200


@pytest.fixture
def wall(world: World) -> Wall:
    return Wall(world)


def tile(text: str, who: Candidate) -> str:
    match = re.search(rf'<li id="t-{who.attempt_id}".*?\n</li>', text, re.S)
    assert match
    return match.group(0)


def words(part: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


def test_a_tile_shows_the_newest_picture_its_age_and_what_the_page_said(wall: Wall) -> None:
    who = wall.sits("Test Aru")
    assert "No picture yet." in tile(wall.eyes.get(wall.place).text, who)
    snapshot(who, 1)
    snapshot(who, 2)
    batch = chained(("blurred", {}), ("focused", {}), ("blurred", {}), ("pasted", {"length": 5}))
    assert signals(who, batch).status_code == 204
    wall.later(2, who)
    part = tile(wall.eyes.get(wall.place).text, who)
    newest = wall.shots(who)[-1]
    assert re.findall(r'<img[^>]*src="([^"]+)"', part) == [
        f"/en/rooms/attempts/{who.attempt_id}/pictures/{newest.id}"
    ]
    said = words(part)
    assert "Test Aru" in said
    assert "2 min ago" in said
    assert "The exam page lost the focus × 2 2 min ago" in said
    assert "No picture for over three minutes" not in said
    wall.later(9, who)
    assert "× 2" not in tile(wall.eyes.get(wall.place).text, who), "ten minutes are over"


def test_rule_10_the_wall_itself_opens_no_picture_and_each_one_shown_is_a_logged_look(wall: Wall) -> None:
    who = wall.sits("Test Aru")
    snapshot(who, 1)
    page = wall.eyes.get(wall.place)
    assert page.headers["cache-control"] == "no-store"

    def looks() -> list[Look]:
        with wall.world.read() as session:
            return list(session.scalars(select(PictureView.look)))

    assert looks() == []
    (source,) = re.findall(r'<img class="taken" src="([^"]+)"', page.text)
    assert wall.eyes.get(source).status_code == 200
    assert looks() == [Look.SUPERVISION]


def test_late_pictures_and_a_dead_camera_are_facts_with_a_name_and_fill_the_filter(wall: Wall) -> None:
    calm, late, dead = wall.sits("Test Aru"), wall.sits("Test Bek"), wall.sits("Test Dana")
    snapshot(dead, 1)
    assert signals(dead, chained(("camera_on", {}), ("camera_ended", {}))).status_code == 204
    wall.later(4, calm, late, dead)
    snapshot(calm, 1)
    snapshot(dead, 2)
    text = wall.eyes.get(wall.place).text
    assert "No picture for over three minutes" in tile(text, late)
    assert "camera is off" in tile(text, dead)
    assert "camera is off" not in tile(text, calm)
    listed = wall.eyes.get(f"{wall.place}?filter=attention").text
    assert f"t-{late.attempt_id}" in listed
    assert f"t-{dead.attempt_id}" in listed
    assert f"t-{calm.attempt_id}" not in listed
    order = [
        text.index(f"t-{who.attempt_id}")
        for who in sorted((calm, late, dead), key=lambda who: attempt(wall.world, who.attempt_id).code)
    ]
    assert order == sorted(order), "rule 2: the order is that of seats, whatever happened"


def test_only_proctors_of_the_sitting_see_it_and_rule_9_nobody_they_trained(wall: Wall) -> None:
    who, own = wall.sits("Test Aru"), wall.sits("Test Bek")
    with wall.world.write() as session:
        relate(
            session,
            trainer_id=wall.proctor,
            learner_id=own.person_id,
            basis=TrainingBasis.MENTOR,
            since=wall.world.clock.now(),
        )
    text = wall.eyes.get(wall.place).text
    assert f"t-{who.attempt_id}" in text
    assert str(own.attempt_id) not in text
    assert "1 candidate in this room was trained by you" in text
    for person in (factories.person(wall.world, "proctor"), wall.manager):
        assert wall.world.browser(person).get(wall.place).status_code in {403, 404}
    assert wall.world.browser(who.person_id).get(wall.place).status_code in {403, 404}


def test_there_is_no_wall_where_no_pictures_are_taken(world: World) -> None:
    wall = Wall(world, Mode.ON_SITE)
    assert wall.eyes.get(wall.place).status_code == 404


def test_who_has_finished_is_not_on_the_wall_any_more(wall: Wall) -> None:
    who, done = wall.sits("Test Aru"), wall.sits("Test Bek")
    assert done.hand_in().status_code == 303
    text = wall.eyes.get(wall.place).text
    assert f"t-{who.attempt_id}" in text
    assert f"t-{done.attempt_id}" not in text
    assert "1 person is not in the exam any more" in text


def test_a_tile_leads_to_the_acts_of_the_board_and_says_a_pause(wall: Wall) -> None:
    who = wall.sits("Test Aru")
    part = tile(wall.eyes.get(wall.place).text, who)
    assert 'value="message"' in part
    assert 'value="pause"' in part
    chosen = {"who": "chosen", "attempt": str(who.attempt_id)}
    for act in ("message", "pause"):
        asked = wall.eyes.post(f"/en/rooms/{wall.sitting}/board", chosen | {"act": act})
        assert asked.status_code == 200
        assert "Test Aru" in asked.text
    with wall.world.write() as session:
        supervision.pause(
            session,
            wall.world.clock,
            attempt_id=who.attempt_id,
            actor_id=wall.proctor,
            roles=frozenset({Who.PROCTOR}),
            reason="Fire alarm",
        )
    wall.later(10)
    part = tile(wall.eyes.get(wall.place).text, who)
    assert 'value="resume"' in part
    assert "No picture for over three minutes" not in part, "none are taken while it is paused"


def test_monitoring_that_is_off_is_said_and_nothing_counts_as_late(wall: Wall) -> None:
    who = wall.sits("Test Aru")
    place = f"/en/rooms/{wall.sitting}/monitoring"
    assert wall.eyes.post(place, {"to": "off", "reason": "The notice was not read"}).status_code == 303
    wall.later(5, who)
    text = wall.eyes.get(wall.place).text
    assert "Monitoring is switched off" in text
    assert "No picture for over three minutes" not in text


def test_asked_again_it_answers_with_nothing_until_something_changed(wall: Wall) -> None:
    who = wall.sits("Test Aru")
    snapshot(who, 1)
    address = pulse(wall.eyes.get(wall.place).text)
    assert wall.eyes.get(address, HX_Request="true").status_code == 204
    wall.world.clock.advance(timedelta(seconds=5))
    snapshot(who, 2)
    reply = wall.eyes.get(address, HX_Request="true")
    assert reply.status_code == 200
    assert "<html" not in reply.text
    assert str(wall.shots(who)[-1].id) in reply.text
    assert wall.eyes.get(pulse(reply.text), HX_Request="true").status_code == 204


def test_the_wall_costs_as_many_statements_for_one_as_for_many(wall: Wall) -> None:
    def statements() -> int:
        seen: list[str] = []

        def note(*facts: Any) -> None:
            seen.append(facts[2])

        event.listen(wall.world.engine, "before_cursor_execute", note)
        assert wall.eyes.get(wall.place).status_code == 200
        event.remove(wall.world.engine, "before_cursor_execute", note)
        return len(seen)

    wall.sits("Test Aru")
    alone = statements()
    for number in range(ON_A_PAGE):
        who = wall.sits(f"Test {number:02}")
        snapshot(who, 1)
        signals(who, chained(("blurred", {})))
    assert statements() == alone
    first, second = wall.eyes.get(wall.place).text, wall.eyes.get(f"{wall.place}?page=2").text
    assert first.count('<li id="t-') == ON_A_PAGE
    assert second.count('<li id="t-') == 1
