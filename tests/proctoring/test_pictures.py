"""Pictures of an exam at a distance: what is taken, who sees it, and that nothing of it stops an exam."""

import json
from base64 import b64decode
from typing import Any

import pytest
from sqlalchemy import event, select

from app.exams.rules.states import Lifecycle, Mode
from app.platform.models import AuditEntry
from app.proctoring.models import PictureView
from app.proctoring.rules.pictures import LARGEST_SNAPSHOT, Look, PictureKind
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests.exams.delivery_world import attempt
from tests.proctoring.camera_world import (
    JPEG,
    WEBP,
    Distance,
    chained,
    door,
    identity,
    says,
    signals,
    snapshot,
)
from tests.world import World


@pytest.fixture
def distance(world: World) -> Distance:
    return Distance(world)


def looks(world: World) -> list[tuple[Any, Look]]:
    with world.read() as session:
        return [(row.actor_id, row.look) for row in session.scalars(select(PictureView))]


def test_a_snapshot_is_kept_once_encrypted_and_only_the_candidate_reads_it_without_a_trace(
    distance: Distance,
) -> None:
    who = distance.candidate()
    assert snapshot(who, 1).status_code == 204
    assert snapshot(who, 1).status_code == 204
    (shot,) = distance.shots(who)
    (file,) = distance.files()
    assert b"picture" not in file.read_bytes()
    reply = who.browser.get(f"{who.place}/pictures/{shot.id}")
    assert (reply.content, reply.headers["content-type"]) == (WEBP, "image/webp")
    assert reply.headers["cache-control"] == "no-store"
    assert looks(distance.world) == []
    stranger = distance.candidate()
    assert stranger.browser.get(f"{who.place}/pictures/{shot.id}").status_code == 404
    assert stranger.browser.get(f"{stranger.place}/pictures/{shot.id}").status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<script>alert(1)</script>", 422),
        (b"", 422),
        (WEBP[:12] + b"x" * LARGEST_SNAPSHOT, 422),
        (JPEG, 204),
        (b"\x89PNG\r\n\x1a\n" + b"x", 422),
    ],
)
def test_what_is_no_small_picture_is_refused_before_anything_is_stored(
    distance: Distance, content: bytes, status: int
) -> None:
    who = distance.candidate()
    assert snapshot(who, 1, content).status_code == status
    assert len(distance.files()) == len(distance.shots(who)) == (status == 204)


def test_snapshots_end_with_the_exam_and_are_few_in_a_minute(distance: Distance) -> None:
    who = distance.candidate()
    replies = [snapshot(who, seq).status_code for seq in range(1, 7)]
    assert replies == [204] * 4 + [429] * 2
    other = distance.candidate()
    other.hand_in()
    assert snapshot(other, 1).status_code == 410
    assert distance.shots(other) == []


@pytest.mark.parametrize("mode", [Mode.ON_SITE, Mode.UNPROCTORED])
def test_rule_5_no_picture_and_no_signal_is_taken_where_the_notice_says_there_is_no_camera(
    world: World, mode: Mode
) -> None:
    distance = Distance(world, mode)
    who = distance.candidate()
    assert snapshot(who, 1).status_code == 409
    assert signals(who, chained(("hidden", {}))).status_code == 409
    page = who.page()
    assert "camera.js" not in page.text
    assert "camera=()" in page.headers["permissions-policy"]
    assert who.browser.get(f"{who.place}/camera").json()["on"] is False


def test_the_exam_page_has_the_camera_only_where_pictures_are_taken(distance: Distance) -> None:
    who = distance.candidate()
    page = who.page()
    assert "camera=(self)" in page.headers["permissions-policy"]
    assert "camera." in page.text
    assert "camera=()" in who.browser.get("/en/exams").headers["permissions-policy"]


def test_rule_10_monitoring_is_switched_off_by_a_named_person_and_the_exam_goes_on(world: World) -> None:
    distance = Distance(world)
    who = distance.candidate()
    proctor = world.browser(distance.proctor)
    distance.gets_a_room()
    place = f"/en/rooms/{distance.sitting}/monitoring"
    assert proctor.post(place, {"to": "off", "reason": ""}).status_code == 422
    assert proctor.post(place, {"to": "off", "reason": "The notice was not read aloud"}).status_code == 303
    assert "Switch monitoring on" in proctor.get(place).text
    assert snapshot(who, 1).status_code == 409
    assert signals(who, chained(("hidden", {}))).status_code == 409
    assert who.browser.get(f"{who.place}/camera").json()["on"] is False
    assert who.save(1, "a").status_code in {200, 204}
    assert proctor.post(place, {"to": "on", "reason": "It was read aloud"}).status_code == 303
    assert snapshot(who, 1).status_code == 204
    who.hand_in()
    told = who.browser.get(f"{who.place}/record").text
    assert "The notice was not read aloud" in told
    assert "Monitoring of the sitting was switched off" in told
    with world.read() as session:
        acts = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "sitting")).all()
    assert {"monitoring.off", "monitoring.on"} <= set(acts)


def test_rule_4_a_person_compares_both_pictures_and_that_admits(distance: Distance) -> None:
    who = distance.candidate(Lifecycle.CHECKIN)
    proctor = distance.world.browser(distance.proctor)
    identity(who, "face")
    here = f"{door(who)}/identity"
    assert says(distance, who, "matched").status_code == 409
    assert identity(who, "document").status_code == 303
    page = proctor.get(here).text
    assert page.count('class="taken"') == 2
    assert says(distance, who, "again").status_code == 422
    assert says(distance, who, "again", reason="The name cannot be read").status_code == 303
    assert "The name cannot be read" in who.browser.get(f"{who.place}/pictures").text
    assert attempt(distance.world, who.attempt_id).lifecycle is Lifecycle.CHECKIN
    identity(who, "document")
    assert says(distance, who, "matched").status_code == 303
    found = attempt(distance.world, who.attempt_id)
    assert (found.lifecycle, found.identity_by) == (Lifecycle.READY, distance.proctor)
    assert len(distance.shots(who)) == 3


def test_without_a_camera_a_person_decides_with_a_reason_and_the_exam_begins(distance: Distance) -> None:
    who = distance.candidate(Lifecycle.CHECKIN)
    reason = "The camera is broken; we spoke, and I know her"
    assert says(distance, who, "matched", reason=reason).status_code == 303
    assert attempt(distance.world, who.attempt_id).lifecycle is Lifecycle.READY


def test_a_picture_that_is_none_is_said_at_its_field(distance: Distance) -> None:
    who = distance.candidate(Lifecycle.CHECKIN)
    for content, words in ((b"", "Choose a picture first"), (b"GIF89a", "This is no picture")):
        reply = identity(who, "face", content)
        assert reply.status_code == 422
        assert words in reply.text
    assert distance.files() == []


def test_rule_9_a_trainer_neither_sees_nor_compares_pictures_of_their_trainee(distance: Distance) -> None:
    world = distance.world
    who = distance.candidate(Lifecycle.CHECKIN)
    for kind in ("face", "document"):
        identity(who, kind)
    with world.write() as session:
        relate(
            session,
            trainer_id=distance.trainer,
            learner_id=who.person_id,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now(),
        )
    trainer = world.browser(distance.trainer)
    shot = distance.shots(who)[0]
    assert trainer.get(f"{door(who)}/identity").status_code == 404
    assert trainer.get(f"{door(who)}/pictures/{shot.id}").status_code == 404
    assert says(distance, who, "matched", trainer).status_code == 409
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.CHECKIN
    assert looks(world) == []


def test_rule_10_every_look_of_staff_at_a_picture_is_written_down_with_its_purpose(
    distance: Distance,
) -> None:
    who = distance.candidate(Lifecycle.CHECKIN)
    for kind in ("face", "document"):
        identity(who, kind)
    proctor = distance.world.browser(distance.proctor)
    for shot in distance.shots(who):
        assert proctor.get(f"{door(who)}/pictures/{shot.id}").content == JPEG
    assert looks(distance.world) == [(distance.proctor, Look.IDENTITY)] * 2
    says(distance, who, "matched")
    who.start()
    snapshot(who, 1)
    shot = distance.shots(who)[-1]
    assert shot.kind is PictureKind.SNAPSHOT
    proctor.get(f"{door(who)}/pictures/{shot.id}")
    assert looks(distance.world)[-1] == (distance.proctor, Look.SUPERVISION)
    who.hand_in()
    page = who.browser.get(f"{who.place}/record").text
    assert "2 looks at pictures for comparing identity" in page
    assert "1 look at a picture for supervision" in page


def test_rule_7_the_candidate_sees_and_downloads_their_pictures_and_the_chain(distance: Distance) -> None:
    who = distance.candidate()
    snapshot(who, 1)
    batch = chained(("hidden", {}), ("pasted", {"length": 812}))
    assert signals(who, batch).status_code == 204
    who.hand_in()
    page = who.browser.get(f"{who.place}/record").text
    assert "Text was pasted" in page
    assert "812" in page
    assert f"{who.place}/pictures/{distance.shots(who)[0].id}" in page
    body = json.loads(who.browser.get(f"{who.place}/record.json").text)
    assert b64decode(body["pictures"][0]["content"]) == WEBP
    assert [one["hash"] for one in body["signals"]] == [one["hash"] for one in batch]


def test_a_picture_costs_few_statements(distance: Distance) -> None:
    who = distance.candidate()
    snapshot(who, 1)
    seen: list[str] = []
    event.listen(
        distance.world.engine,
        "before_cursor_execute",
        lambda _c, _cur, statement, *_: seen.append(statement),
    )
    seen.clear()
    assert snapshot(who, 2).status_code == 204
    assert len([one for one in seen if not one.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]) <= 4, seen
