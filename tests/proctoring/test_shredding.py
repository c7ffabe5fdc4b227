"""Rule 6: what was kept long enough is destroyed, for good, with a receipt; and nothing else is."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.exams.models.attempts import Attempt
from app.exams.rules.states import Lifecycle
from app.platform.models import AuditEntry
from app.platform.sealing import Unopenable, new_key, seal, unseal, wrapping_key
from app.proctoring import jobs
from app.proctoring.errors import PictureGone
from app.proctoring.models import KeptKey
from app.proctoring.rules.keeping import Keeping
from app.proctoring.rules.pictures import keeping_of
from app.proctoring.service import keeping
from app.proctoring.service.pictures import Vault, folder, opened
from tests.exams.delivery_world import Candidate, attempt
from tests.proctoring.camera_world import JPEG, Distance, chained, door, identity, signals, snapshot
from tests.world import World

DAY = timedelta(days=1)


@pytest.fixture
def distance(world: World) -> Distance:
    return Distance(world)


def pictured(distance: Distance) -> Candidate:
    """Somebody who handed in, with pictures of every kind and a signal."""
    who = distance.candidate()
    for kind in ("face", "document"):
        identity(who, kind)
    snapshot(who, 1)
    signals(who, chained(("hidden", {}), ("shown", {})))
    who.hand_in()
    return who


def shred(distance: Distance) -> int:
    return jobs.destroy_kept(distance.world.context)


def test_rule_6_identity_goes_after_a_week_snapshots_after_a_month_signals_after_a_year(
    distance: Distance,
) -> None:
    who = pictured(distance)
    world = distance.world
    assert (shred(distance), len(distance.files())) == (0, 3)
    world.clock.advance(7 * DAY)
    assert (shred(distance), len(distance.files())) == (1, 1)
    assert distance.receipts(who) == {Keeping.IDENTITY: 2}
    world.clock.advance(23 * DAY)
    shred(distance)
    assert distance.files() == []
    assert distance.receipts(who) == {Keeping.IDENTITY: 2, Keeping.SNAPSHOTS: 1}
    world.clock.advance(336 * DAY)
    shred(distance)
    assert distance.receipts(who)[Keeping.SIGNALS] == 2
    page = world.browser(who.person_id).get(f"{who.place}/record").text
    assert "2 identity pictures were destroyed" in page
    assert "1 picture of the exam was destroyed" in page
    assert "2 signals of the exam page were deleted" in page
    assert "The exam page was not in view" not in page
    with world.read() as session:
        acts = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == str(who.attempt_id)))
        assert list(acts).count("kept.destroyed") == 3


def test_rule_6_after_shredding_nothing_opens_not_even_from_a_copy_of_the_files(
    distance: Distance, tmp_path: Path
) -> None:
    who = pictured(distance)
    copy = tmp_path / "copy"
    shutil.copytree(distance.store, copy)
    before = distance.shots(who)
    vault = distance.vault()
    assert who.attempt_id is not None
    assert len([opened(vault, who.attempt_id, shot) for shot in before]) == 3
    distance.world.clock.advance(60 * DAY)
    shred(distance)
    shutil.copytree(copy, distance.store, dirs_exist_ok=True)
    assert len(distance.files()) == 3
    for shot in distance.shots(who):
        with pytest.raises(PictureGone):
            opened(vault, who.attempt_id, shot)
        assert distance.world.browser(who.person_id).get(f"{who.place}/pictures/{shot.id}").status_code == 410
    with distance.world.read() as session:
        assert set(session.scalars(select(KeptKey.wrapped))) == {None}


def test_rule_6_a_process_that_dies_between_key_and_bytes_leaves_nothing_that_opens_and_is_healed(
    distance: Distance,
) -> None:
    who = pictured(distance)
    world = distance.world
    assert who.attempt_id is not None
    world.clock.advance(30 * DAY)
    with world.write() as session:
        assert len(keeping.destroy_keys(session, world.clock, who.attempt_id)) == 2
    assert len(distance.files()) == 3
    assert all(shot.gone for shot in distance.shots(who))
    assert distance.receipts(who) == {}
    assert shred(distance) == 2
    assert (distance.files(), len(distance.receipts(who))) == ([], 2)
    assert shred(distance) == 0


def test_rule_6_a_process_that_dies_before_the_receipt_writes_it_in_the_next_round(
    distance: Distance,
) -> None:
    who = pictured(distance)
    world = distance.world
    assert who.attempt_id is not None
    world.clock.advance(7 * DAY)
    with world.write() as session:
        keeping.destroy_keys(session, world.clock, who.attempt_id)
    distance.vault().files.clear(folder(who.attempt_id, Keeping.IDENTITY))
    shred(distance)
    shred(distance)
    assert distance.receipts(who) == {Keeping.IDENTITY: 2}


def test_rule_6_a_record_under_review_keeps_its_snapshots_and_loses_its_identity_pictures(
    distance: Distance,
) -> None:
    who = pictured(distance)
    with distance.world.write() as session:
        session.execute(
            update(Attempt)
            .where(Attempt.id == who.attempt_id)
            .values(review_asked_at=distance.world.clock.now())
        )
    distance.world.clock.advance(400 * DAY)
    shred(distance)
    assert distance.receipts(who) == {Keeping.IDENTITY: 2}
    assert len(distance.files()) == 1


def test_rule_6_an_exam_that_was_paused_and_forgotten_keeps_no_identity_pictures(
    distance: Distance,
) -> None:
    who = distance.candidate()
    for kind in ("face", "document"):
        identity(who, kind)
    snapshot(who, 1)
    manager = distance.world.browser(distance.manager)
    assert manager.post(f"{door(who)}/pause", {"reason": "The power is out"}).status_code == 303
    assert attempt(distance.world, who.attempt_id).lifecycle is Lifecycle.PAUSED
    distance.world.clock.advance(7 * DAY)
    shred(distance)
    assert distance.receipts(who) == {Keeping.IDENTITY: 2}
    assert len(distance.files()) == 1


def test_signals_that_have_to_stay_do_not_hold_up_those_of_others(
    distance: Distance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 1)
    first, second = pictured(distance), pictured(distance)
    distance.world.browser(distance.manager).post(f"{door(first)}/hold", {"hold_reason": "A court asks"})
    distance.world.clock.advance(400 * DAY)
    shred(distance)
    assert distance.receipts(second)[Keeping.SIGNALS] == 2
    assert distance.receipts(first) == {}


def test_rule_6_a_legal_hold_names_a_person_and_a_reason_and_ends_with_one(distance: Distance) -> None:
    who = pictured(distance)
    world = distance.world
    manager, proctor = world.browser(distance.manager), world.browser(distance.proctor)
    here = f"{door(who)}/hold"
    assert proctor.post(here, {"hold_reason": "A court asks"}).status_code == 403
    assert manager.post(here, {"hold_reason": ""}).status_code == 422
    assert manager.post(here, {"hold_reason": "A court asks"}).status_code == 303
    assert manager.post(here, {"hold_reason": "Twice"}).status_code == 409
    assert "A court asks" in manager.get(f"{door(who)}/identity").text
    world.clock.advance(500 * DAY)
    shred(distance)
    assert len(distance.files()) == 3
    manager = world.browser(distance.manager)
    page = manager.get(f"{door(who)}/identity").text
    tail = page.split("/hold/", 1)[1].split("/lifting", 1)[0]
    assert manager.post(f"{here}/{tail}/lifting", {"hold_reason": "The case is closed"}).status_code == 303
    assert manager.post(f"{here}/{tail}/lifting", {"hold_reason": "Again"}).status_code == 409
    shred(distance)
    assert (distance.files(), len(distance.receipts(who))) == ([], 3)
    with world.read() as session:
        acts = set(session.scalars(select(AuditEntry.action)))
    assert {"hold.placed", "hold.lifted"} <= acts


def test_a_picture_under_another_name_or_key_does_not_open(distance: Distance) -> None:
    one, other = pictured(distance), pictured(distance)
    vault, stranger = distance.vault(), Vault(distance.world.settings.var_dir, b"x" * 32)
    shot = distance.shots(one)[0]
    assert one.attempt_id is not None
    assert other.attempt_id is not None
    assert shot.wrapped is not None
    assert opened(vault, one.attempt_id, shot) == JPEG
    for who, by in ((other, vault), (one, stranger)):
        with pytest.raises(PictureGone):
            by.get(shot.wrapped, who.attempt_id, keeping_of(shot.kind), shot.file)
    path = distance.store / folder(one.attempt_id, Keeping.IDENTITY) / shot.file
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with pytest.raises(PictureGone):
        opened(vault, one.attempt_id, shot)


def test_what_is_sealed_opens_under_its_key_and_name_alone() -> None:
    key, name = wrapping_key(b"s" * 32), "a"
    sealed = seal(key, b"content", name=name)
    assert unseal(key, sealed, name=name) == b"content"
    assert sealed != seal(key, b"content", name=name)
    for wrong in ((new_key(), sealed, name), (key, sealed, "b"), (key, sealed[:5], name)):
        with pytest.raises(Unopenable):
            unseal(wrong[0], wrong[1], name=wrong[2])
