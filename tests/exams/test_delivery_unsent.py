"""Rule 17: the file with unsent answers comes back to the staff, who see what it would change and load it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.exams.models.unsent import UnsentLoad
from app.exams.rules.delivery import GRACE
from app.exams.rules.states import Lifecycle, Mode
from app.exams.rules.unsent import KIND, MAX_FILE
from app.exams.service import answers as service
from app.kernel.canonical import canonical_json, sha256_hex
from app.platform.models import AuditEntry
from app.programmes.models import TrainingRelation
from app.programmes.rules import TrainingBasis
from tests import factories
from tests.exams.delivery_world import (
    LIMIT,
    Candidate,
    answers,
    attempt,
    candidate,
    changes,
    count,
    door,
    events,
    make_attempt,
    make_exam,
    make_sitting,
)
from tests.world import Browser, World

REASON = {"reason": "The line of the centre was cut"}


def entry(place: int, *chosen: str, version: int = 0, seq: int = 1) -> dict[str, Any]:
    return {
        "at": "2026-11-23T06:59:00.000Z",
        "chosen": list(chosen),
        "key": f"k{seq}",
        "place": place,
        "seq": seq,
        "version": version,
    }


def file_of(world: World, who: Candidate, *entries: dict[str, Any], **more: Any) -> bytes:
    held = {
        "answers": list(entries),
        "attempt": attempt(world, who.attempt_id).code,
        "kind": KIND,
        "made_at": "2026-11-23T07:00:00.000Z",
        "version": 1,
    } | more
    return json.dumps(held | {"sha256": sha256_hex(canonical_json(held))}).encode()


def upload(browser: Browser, who: Candidate, raw: bytes) -> Any:
    return browser.post(f"{door(who)}/unsent", files={"file": ("unsent.json", raw, "application/json")})


def confirm(browser: Browser, who: Candidate, shown: Any, **more: str) -> Any:
    """Send the form that was shown."""
    fields = {
        name: shown.text.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]
        for name in ("content", "confirmed")
    }
    content = fields["content"].replace("&#34;", '"')
    return browser.post(
        f"{door(who)}/unsent",
        {"step": "load", "content": content, "confirmed": fields["confirmed"], **REASON, **more},
    )


@pytest.fixture
def manager(world: World) -> Browser:
    return world.browser(factories.person(world, "exam_manager"))


def end(world: World, who: Candidate) -> None:
    world.clock.advance(LIMIT + GRACE + timedelta(seconds=1))
    world.work()
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.SCORED


def test_rule_17_while_the_attempt_runs_what_is_loaded_are_saves(world: World, manager: Browser) -> None:
    who = candidate(world, make_exam(world))
    who.save(2, "b")
    seen = attempt(world, who.attempt_id).last_seen_at
    world.clock.advance(timedelta(minutes=2))
    raw = file_of(world, who, entry(1, "c", seq=1), entry(2, "d", version=0, seq=2), entry(3, seq=3))
    shown = upload(manager, who, raw)
    assert shown.status_code == 200
    assert 'value="1:save 2:newer 3:stored"' in shown.text
    assert answers(world, who.attempt_id)[1] == ([], 0)
    assert count(world, UnsentLoad) == 0
    reply = confirm(manager, who, shown)
    assert reply.status_code == 303
    assert answers(world, who.attempt_id)[1] == (["c"], 1)
    assert answers(world, who.attempt_id)[2] == (["b"], 1)
    assert [(event.position, event.chosen) for event in events(world, who.attempt_id, "refused_stale")] == [
        (2, ["d"])
    ]
    assert attempt(world, who.attempt_id).last_seen_at == seen
    with world.read() as session:
        load = session.scalars(select(UnsentLoad)).one()
        assert (load.changes, load.reason) == ({"save": 1, "newer": 1, "stored": 1}, REASON["reason"])
        assert [one["place"] for one in load.answers] == [1, 2, 3]
        assert session.scalars(select(AuditEntry.action)).all()[-1] == "attempt.unsent_loaded"
    listed = manager.get(f"{door(who)}/unsent").text
    assert REASON["reason"] in listed


def test_rule_17_after_the_end_the_file_is_evidence_and_nothing_scored_changes(
    world: World, manager: Browser
) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    end(world, who)
    before, kept = attempt(world, who.attempt_id), answers(world, who.attempt_id)
    history = changes(world, who.attempt_id)
    shown = upload(manager, who, file_of(world, who, entry(1, "b", version=1), entry(2, "a", seq=2)))
    assert 'value="1:evidence 2:evidence"' in shown.text
    assert "takes no answers now" in shown.text
    assert confirm(manager, who, shown).status_code == 303
    after = attempt(world, who.attempt_id)
    assert (after.raw_score, after.outcome, after.answers_hash) == (
        before.raw_score,
        before.outcome,
        before.answers_hash,
    )
    assert answers(world, who.attempt_id) == kept
    assert changes(world, who.attempt_id) == history
    assert {event.position: event.chosen for event in events(world, who.attempt_id, "refused_late")} == {
        1: ["b"],
        2: ["a"],
    }
    with world.read() as session:
        assert service.recompute(session, after).raw_score == after.raw_score


def test_rule_17_in_the_minute_after_the_deadline_it_is_a_late_save(world: World, manager: Browser) -> None:
    who = candidate(world, make_exam(world))
    world.clock.advance(LIMIT + timedelta(seconds=30))
    shown = upload(manager, who, file_of(world, who, entry(1, "c")))
    assert confirm(manager, who, shown).status_code == 303
    assert [event.late for event in events(world, who.attempt_id, "save")] == [True]


def test_rule_17_an_interrupted_attempt_takes_the_file_and_nobody_has_come_back(
    world: World, manager: Browser
) -> None:
    exam = make_exam(world)
    sitting = make_sitting(world, exam, mode=Mode.LIVE)
    who = Candidate(world, factories.person(world))
    who.attempt_id = make_attempt(world, exam, who.person_id, sitting_id=sitting, mode=Mode.LIVE)
    who.start()
    who.browser.get(f"{who.place}/time", X_Exam_Script="1")
    world.clock.advance(timedelta(minutes=7))
    world.work()
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.INTERRUPTED
    shown = upload(manager, who, file_of(world, who, entry(1, "c")))
    assert confirm(manager, who, shown).status_code == 303
    assert answers(world, who.attempt_id)[1] == (["c"], 1)
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.INTERRUPTED


def test_rule_17_the_same_file_is_loaded_once(world: World, manager: Browser) -> None:
    who = candidate(world, make_exam(world))
    raw = file_of(world, who, entry(1, "c"))
    shown = upload(manager, who, raw)
    assert {confirm(manager, who, shown).status_code for _ in range(2)} == {303}
    assert count(world, UnsentLoad) == 1
    assert "was loaded before" in upload(manager, who, raw).text


def test_rule_17_what_has_changed_since_it_was_shown_is_shown_again(world: World, manager: Browser) -> None:
    who = candidate(world, make_exam(world))
    shown = upload(manager, who, file_of(world, who, entry(1, "c")))
    who.save(1, "d")
    reply = confirm(manager, who, shown)
    assert reply.status_code == 409
    assert 'data-code="unsent-changed"' in reply.text
    assert answers(world, who.attempt_id)[1] == (["d"], 1)
    assert count(world, UnsentLoad) == 0


def test_rule_17_what_arrived_in_the_meantime_is_not_saved_twice(world: World, manager: Browser) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "c", key="k1")
    shown = upload(manager, who, file_of(world, who, entry(1, "c"), entry(1, "d", seq=2)))
    assert 'value="1:save"' in shown.text
    confirm(manager, who, shown)
    assert [event.chosen for event in events(world, who.attempt_id, "save")] == [["c"], ["d"]]
    assert events(world, who.attempt_id, "refused_stale") == []


def test_rule_17_clearing_is_loaded_as_clearing(world: World, manager: Browser) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "c")
    confirm(manager, who, upload(manager, who, file_of(world, who, entry(1, version=1))))
    assert answers(world, who.attempt_id)[1] == ([], 2)
    assert len(events(world, who.attempt_id, "clear")) == 1


def test_rule_17_loading_needs_a_reason(world: World, manager: Browser) -> None:
    who = candidate(world, make_exam(world))
    shown = upload(manager, who, file_of(world, who, entry(1, "c")))
    reply = confirm(manager, who, shown, reason="")
    assert reply.status_code == 422
    assert 'value="1:save"' in reply.text
    assert answers(world, who.attempt_id)[1] == ([], 0)


def test_rule_17_an_attempt_that_has_not_started_takes_no_file(world: World, manager: Browser) -> None:
    exam = make_exam(world)
    who = Candidate(world, factories.person(world))
    who.attempt_id = make_attempt(world, exam, who.person_id, sitting_id=make_sitting(world, exam))
    assert upload(manager, who, file_of(world, who, entry(1, "c"))).status_code == 409


@pytest.mark.parametrize(
    ("hostile", "sentence"),
    [
        ("nothing", "this is not one"),
        ("no JSON", "this is not one"),
        ("another attempt", "belongs to another attempt"),
        ("altered", "The checksum does not fit"),
        ("no such place", "that this attempt does not have"),
        ("no such choice", "that this attempt does not have"),
        ("two answers to one of a single choice", "that this attempt does not have"),
        ("too large", "too large"),
        ("deep", "this is not one"),
    ],
)
def test_rule_17_a_hostile_file_is_refused_and_leaves_nothing(
    world: World, manager: Browser, hostile: str, sentence: str
) -> None:
    who = candidate(world, make_exam(world))
    whole = file_of(world, who, entry(1, "c"))
    raw = {
        "nothing": b"",
        "no JSON": b"PK\x03\x04\x00 <script>alert(1)</script>",
        "another attempt": file_of(world, who, entry(1, "c"), attempt="ZZ99-ZZ99"),
        "altered": whole.replace(b'["c"]', b'["a"]'),
        "no such place": file_of(world, who, entry(7, "c")),
        "no such choice": file_of(world, who, entry(1, "<script>")),
        "two answers to one of a single choice": file_of(world, who, entry(1, "a", "b")),
        "too large": b" " * MAX_FILE + whole,
        "deep": b"[" * 100_000,
    }[hostile]
    reply = upload(manager, who, raw)
    assert reply.status_code == 422
    assert sentence in reply.text
    assert "<script>" not in reply.text.split("<main")[1]
    assert count(world, UnsentLoad) == 0
    assert events(world, who.attempt_id, "save") == []


def test_rule_17_fifty_megabytes_are_not_read(world: World, manager: Browser) -> None:
    who = candidate(world, make_exam(world))
    assert upload(manager, who, b"0" * 50_000_000).status_code == 413


def test_rule_17_a_trainer_of_the_candidate_loads_nothing(world: World) -> None:
    who = candidate(world, make_exam(world))
    trainer = factories.person(world, "exam_manager")
    with world.write() as session:
        session.add(
            TrainingRelation(
                trainer_id=trainer,
                learner_id=who.person_id,
                basis=TrainingBasis.DECLARED,
                since=world.clock.now(),
            )
        )
    browser = world.browser(trainer)
    assert upload(browser, who, file_of(world, who, entry(1, "c"))).status_code == 409
    assert browser.get(f"{door(who)}/unsent").status_code == 404


def test_rule_17_what_came_too_late_counts_once_more_time_was_given(world: World, manager: Browser) -> None:
    who = candidate(world, make_exam(world))
    raw = file_of(world, who, entry(1, "c"))
    end(world, who)
    assert confirm(manager, who, upload(manager, who, raw)).status_code == 303
    assert answers(world, who.attempt_id)[1] == ([], 0)
    more = {"minutes": "30", "percent": "", "key": "key-0001", **REASON}
    assert manager.post(f"{door(who)}/time", more).status_code == 303
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS
    shown = upload(manager, who, raw)
    assert confirm(manager, who, shown).status_code == 303
    assert answers(world, who.attempt_id)[1] == (["c"], 1)
    assert count(world, UnsentLoad) == 1, "the file is kept once; the trail has both acts"


def test_signs_that_no_form_lets_through_are_not_taken_from_a_file_either(
    world: World, manager: Browser
) -> None:
    who = candidate(world, make_exam(world))
    reply = upload(manager, who, file_of(world, who, entry(1, "a\x00b")))
    assert reply.status_code == 422
    assert events(world, who.attempt_id, "save") == []
