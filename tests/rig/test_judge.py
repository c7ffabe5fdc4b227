"""The judge is judged: every loss that is planted is found, and nothing is found where nothing is wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.rig.ledger import Asked, Event, Finding, Ledger, Stored, judge, stored_key

FIRST = Asked("x", 1, ("a",), 0, "k1")
SECOND = Asked("x", 1, ("b",), 1, "k2")
STALE = Asked("x", 1, ("c",), 0, "k3")


def event(asked: Asked, version: int, **more: Any) -> Event:
    key = stored_key(asked.key, asked.place, asked.chosen)
    return replace(Event("save", asked.place, asked.chosen, version, key), **more)


def honest() -> tuple[Ledger, dict[str, Stored]]:
    """Two saves of one place, a third one refused as stale, handed in, scored."""
    ledger = Ledger()
    for asked in (FIRST, SECOND):
        ledger.acknowledge(asked, asked.base + 1, ledger.ask(asked))
    ledger.ask(STALE)
    ledger.refuse(STALE, "stale")
    ledger.hand_in("x")
    return ledger, {
        "x": Stored(
            lifecycle="scored",
            events=(event(FIRST, 1), event(SECOND, 2), Event("refused_stale", 1, ("c",), 0, "other")),
            answers={1: (("b",), 2), 2: ((), 0)},
            replayed={1: ("b",)},
            raw_score=1,
            recomputed=1,
            over_for=timedelta(seconds=-30),
        )
    }


def kinds(found: list[Finding]) -> set[str]:
    return {finding.kind for finding in found}


def test_an_honest_server_is_acquitted() -> None:
    assert judge(*honest()) == []


def test_the_same_save_acknowledged_again_after_a_newer_one_is_no_loss() -> None:
    ledger, stored = honest()
    ledger.handed_in.clear()
    ledger.acknowledge(FIRST, 2, ledger.ask(FIRST))
    assert judge(ledger, stored) == []


def test_an_answer_that_was_held_already_needs_no_line_of_its_own() -> None:
    ledger, stored = honest()
    ledger.handed_in.clear()
    same = Asked("x", 1, ("b",), 2, "k9")
    ledger.acknowledge(same, 2, ledger.ask(same))
    assert judge(ledger, stored) == []


def test_a_save_that_nobody_acknowledged_may_be_there_or_not() -> None:
    ledger, stored = honest()
    unheard = Asked("x", 2, ("d",), 0, "k4")
    ledger.ask(unheard)
    assert judge(ledger, stored) == []
    there = replace(
        stored["x"],
        events=(*stored["x"].events, event(unheard, 1)),
        answers={1: (("b",), 2), 2: (("d",), 1)},
        replayed={1: ("b",), 2: ("d",)},
    )
    assert judge(ledger, {"x": there}) == []


Planted = Callable[[Stored], Stored]
LOSSES: dict[str, tuple[str, Planted]] = {
    "a save that left no trace": (
        "lost",
        lambda kept: replace(kept, events=kept.events[:1], answers={1: (("a",), 1)}, replayed={1: ("a",)}),
    ),
    "a save kept under another answer": (
        "lost",
        lambda kept: replace(
            kept,
            events=(kept.events[0], replace(kept.events[1], chosen=("d",), key="other"), *kept.events[2:]),
            answers={1: (("d",), 2)},
            replayed={1: ("d",)},
        ),
    ),
    "an answer that went back to an older version": (
        "behind",
        lambda kept: replace(kept, answers={1: (("a",), 1)}, replayed={1: ("a",)}),
    ),
    "an answer that is not what the log says": (
        "answers",
        lambda kept: replace(kept, answers={1: (("a",), 2)}),
    ),
    "a hole in the versions": (
        "torn",
        lambda kept: replace(kept, events=kept.events[1:]),
    ),
    "one version twice": (
        "torn",
        lambda kept: replace(kept, events=(*kept.events, kept.events[1])),
    ),
    "a save on a version that its page had not seen": (
        "overwritten",
        lambda kept: replace(
            kept,
            events=(*kept.events, event(STALE, 3)),
            answers={1: (("c",), 3)},
            replayed={1: ("c",)},
        ),
    ),
    "an answer that nobody gave": (
        "invented",
        lambda kept: replace(
            kept,
            events=(*kept.events, Event("save", 2, ("d",), 1, "unknown")),
            answers={1: (("b",), 2), 2: (("d",), 1)},
            replayed={1: ("b",), 2: ("d",)},
        ),
    ),
    "a refused answer without evidence": ("no-evidence", lambda kept: replace(kept, events=kept.events[:2])),
    "an attempt that was not closed": (
        "not-handed-in",
        lambda kept: replace(kept, lifecycle="in_progress", endings=0, releases=0),
    ),
    "a sweeper that came too late": ("open", lambda kept: replace(kept, over_for=timedelta(seconds=6))),
    "two endings": ("twice", lambda kept: replace(kept, endings=2)),
    "two releases": ("twice", lambda kept: replace(kept, releases=2)),
    "no release": ("twice", lambda kept: replace(kept, releases=0)),
    "two decisions": ("twice", lambda kept: replace(kept, decisions=2)),
    "a score that the log does not give": ("score", lambda kept: replace(kept, recomputed=0)),
    "a receipt that does not fit": ("score", lambda kept: replace(kept, hash_holds=False)),
    "a broken history": ("chain", lambda kept: replace(kept, broken_at=3)),
    "time that nobody gave": ("time", lambda kept: replace(kept, extra_seconds=60)),
}


@pytest.mark.parametrize("planted", LOSSES)
def test_a_planted_loss_is_found(planted: str) -> None:
    ledger, stored = honest()
    kind, plant = LOSSES[planted]
    assert kind in kinds(judge(ledger, {"x": plant(stored["x"])}))


def test_a_whole_attempt_that_is_gone_is_found() -> None:
    ledger, _ = honest()
    assert kinds(judge(ledger, {})) == {"lost", "no-evidence"}


def test_a_save_acknowledged_after_the_hand_in_is_found() -> None:
    ledger, stored = honest()
    ledger.acknowledge(SECOND, 2, ledger.ask(SECOND))
    assert kinds(judge(ledger, stored)) == {"after-the-end"}


def test_time_that_was_given_and_not_kept_is_found() -> None:
    ledger, stored = honest()
    ledger.grant("x", "key", 60)
    assert kinds(judge(ledger, stored)) == {"time"}


def test_an_attempt_that_was_opened_again_may_end_and_save_once_more() -> None:
    ledger, stored = honest()
    ledger.acknowledge(SECOND, 2, ledger.ask(SECOND))
    assert judge(ledger, {"x": replace(stored["x"], reopened=1, endings=2, releases=2)}) == []
    assert kinds(judge(ledger, {"x": replace(stored["x"], reopened=1)})) == {"twice"}


def test_an_unforeseen_reply_is_found() -> None:
    ledger, stored = honest()
    ledger.surprises.append("save: 500 incident")
    ledger.refuse(STALE, "incident")
    assert [finding.kind for finding in judge(ledger, stored)] == ["surprise", "surprise"]


def test_the_sweeper_may_be_later_by_the_time_without_a_worker() -> None:
    ledger, stored = honest()
    late = {"x": replace(stored["x"], over_for=timedelta(seconds=6))}
    assert judge(ledger, late, without_worker=timedelta(seconds=2)) == []
