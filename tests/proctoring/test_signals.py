"""What exam pages say about themselves: kept once, a chain for each window, and what does not fit is a fact."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from app.exams.rules.transitions import Who
from app.exams.service import supervision
from app.proctoring.models import SignalRow
from app.proctoring.rules import chain
from tests.exams.delivery_world import Candidate
from tests.proctoring.camera_world import Distance, chained, signals, snapshot
from tests.world import World

OTHER = "b" * 32


@pytest.fixture
def distance(world: World) -> Distance:
    return Distance(world)


def kept(distance: Distance, who: Candidate) -> list[tuple[str, int]]:
    with distance.world.read() as session:
        rows = session.scalars(select(SignalRow).where(SignalRow.attempt_id == who.attempt_id))
        return sorted((row.chain[:1], row.seq) for row in rows)


def told(who: Candidate) -> dict[str, str | None]:
    """What the record says of the chains."""
    who.hand_in()
    body = json.loads(who.browser.get(f"{who.place}/record.json").text)
    return {one["fact"]: one.get("told") for one in body["timeline"] if one["fact"].startswith("signals_")}


def test_signals_are_kept_once_and_a_hole_is_a_fact(distance: Distance) -> None:
    who = distance.candidate()
    batch = chained(*[("blurred", {})] * 6)
    assert signals(who, batch[4:]).status_code == 204
    assert signals(who, batch[:2]).status_code == 204
    assert signals(who, batch[:2]).status_code == 204
    assert kept(distance, who) == [("a", 1), ("a", 2), ("a", 5), ("a", 6)]
    forged = chained(("focused", {}), seq=7, head="f" * 64)
    signals(who, forged)
    who.hand_in()
    assert signals(who, batch[2:4]).status_code == 410
    body = json.loads(who.browser.get(f"{who.place}/record.json").text)
    facts = {one["fact"]: one["told"] for one in body["timeline"] if one["fact"].startswith("signals_")}
    assert facts == {"signals_missing": "2", "signals_unfit": "7"}
    assert body["counts"]["page_blurred"] == 4


@pytest.mark.parametrize(
    "said",
    [
        ("pasted", {"length": 3, "text": "abc"}),
        ("key", {"code": "KeyA"}),
        ("devtools", {}),
        ("mouse", {"x": 1}),
        ("screens", {"extended": "perhaps"}),
        ("hidden", {"why": "other program"}),
    ],
)
def test_rule_3_nothing_else_can_be_logged_no_text_no_key_no_guess(distance: Distance, said: Any) -> None:
    who = distance.candidate()
    batch = [
        *chained(("hidden", {})),
        {"seq": 2, "at": 1, "kind": said[0], "facts": said[1], "hash": "a" * 64},
    ]
    reply = signals(who, batch)
    assert (reply.status_code, reply.headers["x-signals-wrong"]) == (422, "1")
    assert kept(distance, who) == []
    assert signals(who, batch[:1]).status_code == 204


def test_two_windows_write_two_chains_and_neither_spoils_the_other(distance: Distance) -> None:
    who = distance.candidate()
    for window in ("a" * 32, OTHER):
        assert signals(who, chained(("blurred", {}), ("focused", {})), window).status_code == 204
    assert kept(distance, who) == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    assert told(who) == {"signals_window": None}


@pytest.mark.parametrize("leap", [False, True])
def test_a_forked_chain_and_a_leap_get_an_answer_of_their_own_and_keep_nothing(
    distance: Distance, leap: bool
) -> None:
    who = distance.candidate()
    assert signals(who, chained(("blurred", {}))).status_code == 204
    other = chained(("hidden", {}), ("shown", {}))
    if leap:
        other = chained(("hidden", {}), seq=chain.LEAP + 2)
    reply = signals(who, other)
    assert reply.status_code == 409
    assert 'data-code="signals-forked"' in reply.text
    assert kept(distance, who) == [("a", 1)]
    assert signals(who, chained(("hidden", {})), OTHER).status_code == 204


def test_a_window_too_many_is_told_once_and_ends_the_signals_of_the_page(
    distance: Distance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "MOST_CHAINS", 2)
    who = distance.candidate()
    for window in ("a" * 32, OTHER):
        assert signals(who, chained(("blurred", {})), window).status_code == 204
    reply = signals(who, chained(("blurred", {})), "c" * 32)
    assert reply.status_code == 409
    assert 'data-code="signals-full"' in reply.text
    assert signals(who, chained(("blurred", {}), ("focused", {})), OTHER).status_code == 204
    assert kept(distance, who) == [("a", 1), ("b", 1), ("b", 2)]
    assert told(who) == {"signals_window": None, "signals_full": None}


@pytest.mark.parametrize("window", ["x", "A" * 32, "a" * 33])
def test_a_chain_that_no_window_of_ours_names_is_not_taken(distance: Distance, window: str) -> None:
    who = distance.candidate()
    assert signals(who, chained(("blurred", {})), window).status_code == 422
    assert kept(distance, who) == []


def test_after_a_pause_pictures_and_signals_are_taken_again(distance: Distance) -> None:
    world, who = distance.world, distance.candidate()
    assert snapshot(who, 1).status_code == 204
    roles = frozenset({Who.PROCTOR})
    facts: dict[str, Any] = {"attempt_id": who.attempt_id, "actor_id": distance.proctor, "roles": roles}
    with world.write() as session:
        supervision.pause(session, world.clock, reason="Fire alarm", **facts)
    batch = chained(("blurred", {}))
    assert signals(who, batch).status_code == snapshot(who, 2).status_code == 409
    assert 'data-code="not-watched"' in signals(who, batch).text
    assert who.browser.get(f"{who.place}/camera").json() == {"on": False, "snapshots": 1}
    with world.write() as session:
        supervision.resume(session, world.clock, **facts)
    assert who.browser.get(f"{who.place}/camera").json() == {"on": True, "snapshots": 1}
    assert signals(who, batch).status_code == snapshot(who, 2).status_code == 204
    assert told(who) == {}
