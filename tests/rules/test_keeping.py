"""How long what was recorded is kept, which bytes are pictures, and what a page may say about itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.rules.states import OPEN, AppealState, Lifecycle, Mode, ResultState, Review
from app.proctoring.rules import chain, pictures
from app.proctoring.rules.chain import Flaw, SignalKind, flaws_of, link, read_batch, read_signal
from app.proctoring.rules.keeping import TIMES, Fate, Keeping, due_at, is_due
from app.proctoring.rules.pictures import Fault, Format, Look, PictureKind, Verdict
from app.proctoring.rules.timeline import (
    By,
    Fact,
    FactKind,
    fact_of_full,
    fact_of_window,
    facts_of_flaws,
    facts_of_signals,
    stretch,
)

END = datetime(2026, 11, 23, 8, tzinfo=UTC)
TOLD = END + timedelta(days=3)
FATE = Fate(
    lifecycle=Lifecycle.SCORED,
    review=Review.NONE,
    result=ResultState.RELEASED,
    appeal=AppealState.NONE,
    ended_at=END,
    changed_at=TOLD,
)
DAY = timedelta(days=1)


def test_rule_6_each_has_its_time_and_counts_from_its_own_hour() -> None:
    assert due_at(Keeping.IDENTITY, FATE) == END + 7 * DAY
    assert due_at(Keeping.SNAPSHOTS, FATE) == TOLD + 30 * DAY
    assert due_at(Keeping.SIGNALS, FATE) == TOLD + 365 * DAY
    assert not is_due(Keeping.IDENTITY, FATE, at=END + 7 * DAY - timedelta(seconds=1))
    assert is_due(Keeping.IDENTITY, FATE, at=END + 7 * DAY)


@pytest.mark.parametrize(
    "more",
    [
        {"review": Review.QUEUED},
        {"review": Review.IN_REVIEW},
        {"review": Review.SECOND_REVIEW},
        {"asked": True},
        {"appeal": AppealState.FILED},
        {"appeal": AppealState.PANEL},
        {"result": ResultState.WITHHELD},
        {"result": ResultState.WITHHELD, "lifecycle": Lifecycle.SUBMITTED},
    ],
)
def test_rule_6_what_people_still_look_at_stays_but_identity_pictures_go(more: dict[str, Any]) -> None:
    fate = replace(FATE, **more)
    for keeping in (Keeping.SNAPSHOTS, Keeping.SIGNALS):
        assert not is_due(keeping, fate, at=END + 4000 * DAY)
    assert is_due(Keeping.IDENTITY, fate, at=END + 7 * DAY)


def test_rule_6_a_hold_keeps_everything_also_of_an_exam_that_was_paused() -> None:
    for more in ({}, {"lifecycle": Lifecycle.PAUSED}):
        assert all(due_at(keeping, replace(FATE, **more, held=True)) is None for keeping in Keeping)


def test_rule_6_an_open_exam_keeps_what_it_records_and_identity_goes_a_week_after_its_last_move() -> None:
    for state in OPEN:
        fate = replace(FATE, lifecycle=state)
        assert due_at(Keeping.IDENTITY, fate) == END + 7 * DAY
        kept = {due_at(keeping, fate) is None for keeping in (Keeping.SNAPSHOTS, Keeping.SIGNALS)}
        assert kept == {state is not Lifecycle.PAUSED}


@pytest.mark.parametrize(
    "more",
    [
        {"review": Review.IRREGULARITY},
        {"review": Review.INCONCLUSIVE},
        {"result": ResultState.INVALIDATED},
    ],
)
def test_rule_6_after_a_finding_there_is_time_to_object_and_to_be_answered(more: dict[str, Any]) -> None:
    fate = replace(FATE, **more)
    assert due_at(Keeping.SNAPSHOTS, fate) == TOLD + (30 + 14 + 30) * DAY
    assert due_at(Keeping.SIGNALS, fate) == TOLD + (365 + 44) * DAY
    assert due_at(Keeping.IDENTITY, fate) == END + 7 * DAY


def test_rule_6_after_the_last_decision_the_time_counts_anew() -> None:
    for more in (
        {"review": Review.CLEARED, "asked": True},
        {"appeal": AppealState.DISMISSED},
        {"lifecycle": Lifecycle.VOID, "result": ResultState.WITHHELD},
    ):
        fate = replace(FATE, **more, changed_at=END + 90 * DAY)
        assert due_at(Keeping.SNAPSHOTS, fate) == END + 120 * DAY


@given(st.sampled_from(Keeping), st.integers(0, 900), st.integers(0, 900))
def test_rule_6_nothing_that_was_due_comes_back(keeping: Keeping, first: int, later: int) -> None:
    at, after = END + min(first, later) * DAY, END + max(first, later) * DAY
    assert not is_due(keeping, FATE, at=at) or is_due(keeping, FATE, at=after)
    assert TIMES[Keeping.IDENTITY] <= 7 * DAY


WEBP = b"RIFF\x00\x00\x00\x00WEBP"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (WEBP, Format.WEBP),
        (b"\xff\xd8\xff\xe0", Format.JPEG),
        (b"\x89PNG\r\n\x1a\n", Format.PNG),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_a_picture_is_known_by_how_it_begins(content: bytes, found: Format | None) -> None:
    assert pictures.format_of(content) is found


@pytest.mark.parametrize(
    ("kind", "content", "fault"),
    [
        (PictureKind.SNAPSHOT, WEBP, None),
        (PictureKind.SNAPSHOT, b"", Fault.EMPTY),
        (PictureKind.SNAPSHOT, b"\x89PNG\r\n\x1a\n", Fault.NO_PICTURE),
        (PictureKind.FACE, b"\x89PNG\r\n\x1a\n", None),
        (PictureKind.DOCUMENT, b"<svg>", Fault.NO_PICTURE),
        (PictureKind.SNAPSHOT, WEBP + b"x" * pictures.LARGEST_SNAPSHOT, Fault.TOO_LARGE),
        (PictureKind.FACE, WEBP + b"x" * pictures.LARGEST_SNAPSHOT, None),
        (PictureKind.FACE, WEBP + b"x" * pictures.LARGEST_IDENTITY, Fault.TOO_LARGE),
    ],
)
def test_what_is_no_picture_or_too_large_is_said(
    kind: PictureKind, content: bytes, fault: Fault | None
) -> None:
    assert pictures.fault_of(kind, content) is fault


def test_snapshots_are_taken_only_at_a_distance_while_it_runs_and_is_monitored() -> None:
    taken = {
        (mode, state, on)
        for mode in Mode
        for state in Lifecycle
        for on in (True, False)
        if pictures.watches(mode=mode, lifecycle=state, monitored=on)
    }
    afar, runs = (Mode.LIVE, Mode.RECORD_AND_REVIEW), (Lifecycle.IN_PROGRESS, Lifecycle.INTERRUPTED)
    assert taken == {(mode, state, True) for mode in afar for state in runs}


def test_identity_is_pictured_from_check_in_to_the_end() -> None:
    when = {
        state for state in Lifecycle if pictures.takes_identity(mode=Mode.LIVE, lifecycle=state, last=None)
    }
    assert when == {
        Lifecycle.CHECKIN,
        Lifecycle.READY,
        Lifecycle.IN_PROGRESS,
        Lifecycle.INTERRUPTED,
        Lifecycle.PAUSED,
    }
    assert not pictures.takes_identity(mode=Mode.ON_SITE, lifecycle=Lifecycle.CHECKIN, last=None)


def test_after_a_match_no_other_pictures_are_taken_unless_they_are_asked_for() -> None:
    for last, taken in ((Verdict.MATCHED, False), (Verdict.AGAIN, True)):
        assert pictures.takes_identity(mode=Mode.LIVE, lifecycle=Lifecycle.READY, last=last) is taken


@pytest.mark.parametrize("kind", [PictureKind.FACE, PictureKind.DOCUMENT])
def test_a_proctor_sees_face_and_document_until_they_match(kind: PictureKind) -> None:
    for last in (None, Verdict.AGAIN, Verdict.MATCHED):
        found = pictures.supervises(kind, lifecycle=Lifecycle.SCORED, last=last)
        assert found is (None if last is Verdict.MATCHED else Look.IDENTITY)


def test_a_proctor_sees_snapshots_while_the_exam_is_open() -> None:
    for state in Lifecycle:
        found = pictures.supervises(PictureKind.SNAPSHOT, lifecycle=state, last=Verdict.MATCHED)
        assert found is (Look.SUPERVISION if state in OPEN else None)


def test_a_long_timeline_is_shown_in_stretches() -> None:
    facts = tuple(Fact(END, FactKind.PAGE_BLURRED, By.SYSTEM, place=n) for n in range(401))
    shown = stretch(facts, 9)
    assert (shown.number, shown.pages, shown.first, shown.last, shown.total) == (3, 3, 401, 401, 401)
    assert [one.place for one in stretch(facts, 1).facts] == list(range(200))
    assert stretch((), 1).pages == 1


def test_each_picture_goes_with_its_own_time() -> None:
    assert pictures.kinds_of(Keeping.IDENTITY) == (PictureKind.FACE, PictureKind.DOCUMENT)
    assert pictures.kinds_of(Keeping.SNAPSHOTS) == (PictureKind.SNAPSHOT,)
    assert {kind: pictures.keeping_of(kind) for kind in PictureKind} == {
        PictureKind.FACE: Keeping.IDENTITY,
        PictureKind.DOCUMENT: Keeping.IDENTITY,
        PictureKind.SNAPSHOT: Keeping.SNAPSHOTS,
    }


def raw(kind: str = "hidden", facts: Any = None, **more: Any) -> dict[str, Any]:
    return {"seq": 1, "at": 5, "kind": kind, "facts": facts or {}, "hash": "a" * 64} | more


EXAMPLES: dict[SignalKind, dict[str, Any]] = {
    SignalKind.COPIED: {"length": 3},
    SignalKind.CUT: {"length": 0},
    SignalKind.PASTED: {"length": 12},
    SignalKind.RESIZED: {"width": 800, "height": 600},
    SignalKind.SCREENS: {"extended": "unknown"},
    SignalKind.CAMERA_FAILED: {"why": "denied"},
}


@pytest.mark.parametrize("kind", SignalKind)
def test_every_kind_is_read_and_has_a_fact_of_its_own(kind: SignalKind) -> None:
    one = read_signal(raw(str(kind), EXAMPLES.get(kind)))
    assert one is not None
    (fact,) = facts_of_signals([one], {1: END})
    assert fact.at == END
    assert fact.told == {
        SignalKind.RESIZED: "800 × 600",
        SignalKind.PASTED: "12",
        SignalKind.COPIED: "3",
        SignalKind.CUT: "0",
        SignalKind.SCREENS: "unknown",
        SignalKind.CAMERA_FAILED: "denied",
    }.get(kind)


def test_no_two_kinds_become_one_fact() -> None:
    signals = [read_signal(raw(str(kind), EXAMPLES.get(kind))) for kind in SignalKind]
    facts = facts_of_signals([one for one in signals if one is not None], {1: END})
    assert len({fact.kind for fact in facts}) == len(SignalKind)


@pytest.mark.parametrize(
    "wrong",
    [
        "hidden",
        raw("keydown"),
        raw(kind=None),  # type: ignore[arg-type]
        raw(text="what was copied"),
        raw(seq=0),
        raw(seq=True),
        raw(seq=chain.MOST + 1),
        raw(at=-1),
        raw(at=1.5),
        raw(hash="A" * 64),
        raw(hash="a" * 63),
        raw(hash=1),
        raw(facts="x"),
        raw("hidden", {"text": "x"}),
        raw("pasted", {}),
        raw("pasted", {"length": "12"}),
        raw("pasted", {"length": -1}),
        raw("screens", {"extended": True}),
        raw("screens", {"extended": "maybe"}),
    ],
)
def test_rule_3_what_says_anything_else_is_not_read(wrong: Any) -> None:
    assert read_signal(wrong) is None
    read = read_batch([raw(), wrong, raw(), wrong])
    assert read is not None
    assert (len(read.signals), read.wrong) == (2, (1, 3))


def test_a_delivery_is_a_list_of_some_signals() -> None:
    read = read_batch([raw()])
    assert read is not None
    assert read.wrong == ()
    for wrong in ([], {}, None, [raw()] * (chain.BATCH + 1)):
        assert read_batch(wrong) is None


def chained(numbers: list[int]) -> list[chain.Signal]:
    head, made = chain.GENESIS, []
    for seq in range(1, max(numbers, default=0) + 1):
        head = link(head, seq=seq, at=seq, kind="blurred", facts={})
        made.append(chain.Signal(seq, seq, SignalKind.BLURRED, {}, head))
    return [one for one in made if one.seq in numbers]


def test_a_chain_is_named_by_thirty_two_hex_digits() -> None:
    assert chain.is_chain("0a" * 16)
    for wrong in ("", "0a", "0A" * 16, "zz" * 16, None, 7):
        assert not chain.is_chain(wrong)


_FITS, _FORKED, _FULL = chain.Following.FITS, chain.Following.FORKED, chain.Following.FULL


@pytest.mark.parametrize(
    ("heads", "number", "numbers", "goes"),
    [
        ({}, 0, [1], _FITS),
        ({"a": 5}, 5, [6, 7], _FITS),
        ({"b": 5}, 5, [1], _FITS),
        ({}, 0, [chain.LEAP], _FITS),
        ({}, 0, [chain.LEAP + 1], _FORKED),
        ({"a": 5}, 5, [5 + chain.LEAP + 1], _FORKED),
        ({"a": 5}, 5, [2 * chain.LEAP, chain.LEAP], _FITS),
        ({"b": 2000}, 5, [2001], _FORKED),
        ({"a": 1}, chain.MOST - 1, [2], _FITS),
        ({"a": 1}, chain.MOST - 1, [2, 3], _FULL),
        ({str(n): 1 for n in range(chain.MOST_CHAINS)}, 60, [1], _FULL),
        ({"a": 1} | {str(n): 1 for n in range(chain.MOST_CHAINS - 1)}, 60, [2], _FITS),
    ],
)
def test_a_chain_goes_on_without_a_leap_and_windows_are_bounded(
    heads: dict[str, int], number: int, numbers: list[int], goes: chain.Following
) -> None:
    signals = [chain.Signal(seq, seq, SignalKind.BLURRED, {}, "") for seq in numbers]
    assert chain.following(chain.Kept(heads, number), "a", signals) is goes


@pytest.mark.parametrize(
    ("chains", "number", "full"),
    [
        (1, chain.MOST - chain.BATCH, False),
        (1, chain.MOST - chain.BATCH + 1, True),
        (chain.MOST_CHAINS - 1, 60, False),
        (chain.MOST_CHAINS, 60, True),
    ],
)
def test_what_may_be_missing_for_want_of_room_is_told(chains: int, number: int, full: bool) -> None:
    assert chain.is_full(chains, number) is full


def test_a_whole_chain_has_no_flaw_and_a_hole_is_counted() -> None:
    assert flaws_of(chained([1, 2, 3])) == ()
    assert flaws_of(()) == ()
    assert flaws_of(chained([3, 4, 9])) == (
        chain.Place(Flaw.MISSING, 3, 2),
        chain.Place(Flaw.MISSING, 9, 4),
    )


def test_a_signal_that_was_changed_does_not_fit() -> None:
    signals = chained([1, 2, 3])
    signals[1] = replace(signals[1], kind=SignalKind.FOCUSED)
    (flaw,) = flaws_of(signals)
    assert flaw == chain.Place(Flaw.UNFIT, 2)
    facts = facts_of_flaws([flaw, chain.Place(Flaw.MISSING, 3, 2)], {2: END, 3: TOLD})
    assert [(fact.kind, fact.told, fact.at) for fact in facts] == [
        (FactKind.SIGNALS_UNFIT, "2", END),
        (FactKind.SIGNALS_MISSING, "2", TOLD),
    ]


def test_a_further_window_is_a_fact_of_nobody() -> None:
    assert fact_of_window(END) == Fact(END, FactKind.SIGNALS_WINDOW, By.SYSTEM)
    assert fact_of_full(END) == Fact(END, FactKind.SIGNALS_FULL, By.SYSTEM)


@given(st.sets(st.integers(1, 30)))
def test_what_is_missing_is_exactly_what_did_not_come(numbers: set[int]) -> None:
    missing = sum(one.missing for one in flaws_of(chained(sorted(numbers))))
    assert missing == max(numbers, default=0) - len(numbers)
