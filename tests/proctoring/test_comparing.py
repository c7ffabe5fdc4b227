"""Comparing face and document: what is named, who waits for it, who may still see, and how much is taken."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from app.exams.errors import MoveNotAllowed
from app.exams.rules.states import Lifecycle, Mode
from app.exams.service import rooms
from app.platform.models import Job
from app.proctoring.models import IdentityCheck
from app.proctoring.rules.pictures import IDENTITY_A_MINUTE, MOST_IDENTITY, PictureKind
from tests.exams.delivery_world import Candidate, attempt
from tests.proctoring.camera_world import Distance, chained, door, identity, says, signals, snapshot
from tests.world import World


@pytest.fixture
def distance(world: World) -> Distance:
    return Distance(world)


def both(who: Candidate) -> None:
    for kind in ("face", "document"):
        assert identity(who, kind).status_code == 303


def test_pictures_of_check_in_are_counted_together_and_few_in_a_minute(distance: Distance) -> None:
    who = distance.candidate(Lifecycle.CHECKIN)
    replies = []
    for number in range(MOST_IDENTITY + 4):
        if number % IDENTITY_A_MINUTE == 0:
            distance.world.app.state.limiter.storage.reset()
        replies.append(identity(who, ("face", "document")[number % 2]).status_code)
    assert replies == [303] * MOST_IDENTITY + [422] * 4
    assert len(distance.files()) == len(distance.shots(who)) == MOST_IDENTITY
    assert {shot.seq for shot in distance.shots(who)} == set(range(1, MOST_IDENTITY // 2 + 1))
    other = distance.candidate(Lifecycle.CHECKIN)
    replies = [identity(other, "face").status_code for _ in range(IDENTITY_A_MINUTE + 1)]
    assert replies == [303] * IDENTITY_A_MINUTE + [429]


def test_a_record_with_pictures_is_sent_a_picture_at_a_time_and_twice_a_minute(distance: Distance) -> None:
    who = distance.candidate()
    both(who)
    who.hand_in()
    replies = [who.browser.get(f"{who.place}/record.json") for _ in range(3)]
    assert [one.status_code for one in replies] == [200, 200, 429]
    assert "content-length" not in replies[0].headers
    assert [one["kind"] for one in json.loads(replies[0].text)["pictures"]] == ["face", "document"]


def test_a_page_that_said_much_about_itself_is_read_in_stretches(distance: Distance) -> None:
    who = distance.candidate()
    batch = chained(*[("pasted", {"length": 4000 + n}) for n in range(300)])
    for start in range(0, 300, 100):
        assert signals(who, batch[start : start + 100]).status_code == 204
    who.hand_in()
    first, last = (who.browser.get(f"{who.place}/record?page={n}").text for n in (1, 9))
    assert "4000<" in first
    assert "4299<" not in first
    assert "4299<" in last
    assert "?page=2#facts-h" in first


def test_a_number_of_thousands_of_digits_is_refused(distance: Distance) -> None:
    who = distance.candidate()
    reply: Any = snapshot(who, "9" * 5000)  # type: ignore[arg-type]  # what no page sends
    assert reply.status_code == 409


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.RECORD_AND_REVIEW])
def test_rule_4_nobody_is_let_in_at_a_distance_without_the_comparison(world: World, mode: Mode) -> None:
    distance = Distance(world, mode)
    who = distance.candidate(Lifecycle.CHECKIN)
    both(who)
    reply = world.browser(distance.proctor).post(
        f"/en/rooms/{distance.sitting}/attempts/{who.attempt_id}/admission"
    )
    assert reply.status_code == 409
    assert who.attempt_id is not None
    with world.write() as session, pytest.raises(MoveNotAllowed):
        rooms.admit(
            session,
            world.clock,
            proctor_id=distance.proctor,
            sitting_id=distance.sitting,
            attempt_id=who.attempt_id,
        )
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.CHECKIN


def test_rule_4_recorded_exams_are_without_a_check_of_identity_until_a_person_compared(world: World) -> None:
    distance = Distance(world, Mode.RECORD_AND_REVIEW)
    who = distance.candidate()
    both(who)
    who.hand_in()
    assert attempt(world, who.attempt_id).identity_by is None
    assert says(distance, who, "matched").status_code == 303
    found = attempt(world, who.attempt_id)
    assert (found.identity_by, found.identity_at) == (distance.proctor, world.clock.now())
    with world.read() as session:
        kinds = list(session.scalars(select(Job.kind)))
    assert kinds.count("identity.compared") == 1


def test_a_verdict_names_the_pictures_that_were_seen(distance: Distance) -> None:
    who = distance.candidate(Lifecycle.CHECKIN)
    both(who)
    face, document = distance.shots(who)
    identity(who, "face")
    old = {"face": str(face.id), "document": str(document.id)}
    assert says(distance, who, "matched", **old).status_code == 409
    assert says(distance, who, "matched", face="", document="").status_code == 409
    assert says(distance, who, "matched", reason="I know her", face="", document="").status_code == 409
    assert attempt(distance.world, who.attempt_id).lifecycle is Lifecycle.CHECKIN
    assert says(distance, who, "matched").status_code == 303
    with distance.world.read() as session:
        (check,) = session.scalars(select(IdentityCheck))
    assert (check.face_id, check.document_id) == (distance.shots(who)[2].id, document.id)


def test_after_a_match_no_other_pictures_are_taken_unless_they_are_asked_for(distance: Distance) -> None:
    who = distance.candidate(Lifecycle.CHECKIN)
    both(who)
    says(distance, who, "matched")
    assert identity(who, "face").status_code == 409
    assert says(distance, who, "again", reason="The lamp went out").status_code == 303
    assert identity(who, "face").status_code == 303


def test_rule_10_a_proctor_sees_pictures_only_while_they_need_them(distance: Distance) -> None:
    who = distance.candidate(Lifecycle.CHECKIN)
    both(who)
    proctor, manager = (distance.world.browser(one) for one in (distance.proctor, distance.manager))
    face = distance.shots(who)[0]
    assert manager.get(f"{door(who)}/pictures/{face.id}").status_code == 403
    assert str(face.id) not in manager.get(f"{door(who)}/identity").text
    says(distance, who, "matched")
    assert proctor.get(f"{door(who)}/pictures/{face.id}").status_code == 404
    assert f"pictures/{face.id}" not in proctor.get(f"{door(who)}/identity").text
    who.start()
    snapshot(who, 1)
    shot = distance.shots(who)[-1]
    assert shot.kind is PictureKind.SNAPSHOT
    assert proctor.get(f"{door(who)}/pictures/{shot.id}").status_code == 200
    who.hand_in()
    assert proctor.get(f"{door(who)}/pictures/{shot.id}").status_code == 404


def test_the_page_before_the_end_has_the_camera_too(distance: Distance) -> None:
    who = distance.candidate()
    page = who.browser.get(f"{who.place}/submission")
    assert 'id="watch"' in page.text
    assert "camera." in page.text
    assert "camera=(self)" in page.headers["permissions-policy"]
