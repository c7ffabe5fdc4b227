"""What the live board says: who needs a look and why, how old things are, whom an act concerns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.exams.rules.board import (
    CLOSED,
    COUNTED,
    Act,
    Age,
    AgeUnit,
    Cue,
    Filter,
    Noted,
    Standing,
    age_of,
    concerns,
    cues_of,
    fits,
    minutes_left,
)
from app.exams.rules.delivery import EARLY, SILENCE
from app.exams.rules.messages import may_reach
from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import OPEN, EventKind, Lifecycle

NOW = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
WRITES = {Lifecycle.IN_PROGRESS, Lifecycle.INTERRUPTED, Lifecycle.PAUSED}


def standing(lifecycle: Lifecycle = Lifecycle.IN_PROGRESS, **more: Any) -> Standing:
    facts: dict[str, Any] = {
        "browser_check": BrowserCheck.NONE,
        "scripted": True,
        "last_seen_at": NOW,
        "opens_at": NOW - 10 * MINUTE,
        "ending": False,
        "at": NOW,
    }
    return Standing(lifecycle, **(facts | more))


def test_who_writes_and_is_heard_of_needs_no_look() -> None:
    assert cues_of(standing()) == ()
    assert cues_of(standing(last_seen_at=NOW - SILENCE)) == ()


def test_sixty_seconds_without_a_request_need_a_look_where_the_page_sends_some_itself() -> None:
    silent = NOW - SILENCE - SECOND
    assert cues_of(standing(last_seen_at=silent)) == (Cue.SILENT,)
    assert cues_of(standing(last_seen_at=silent, scripted=False)) == ()
    assert cues_of(standing(last_seen_at=None)) == ()
    assert cues_of(standing(Lifecycle.INTERRUPTED, scripted=False)) == (Cue.SILENT,)


def test_a_pause_a_stopped_browser_and_a_proposal_need_a_look() -> None:
    assert cues_of(standing(Lifecycle.PAUSED)) == (Cue.PAUSED,)
    assert cues_of(standing(browser_check=BrowserCheck.HELD)) == (Cue.HELD,)
    assert cues_of(standing(ending=True)) == (Cue.ENDING,)
    every = standing(Lifecycle.PAUSED, browser_check=BrowserCheck.HELD, ending=True)
    assert cues_of(every) == (Cue.PAUSED, Cue.HELD, Cue.ENDING)


@pytest.mark.parametrize("state", [Lifecycle.SCHEDULED, Lifecycle.CHECKIN, Lifecycle.READY])
def test_who_has_not_started_after_the_hour_needs_a_look(state: Lifecycle) -> None:
    at_the_hour = cues_of(standing(state, opens_at=NOW, last_seen_at=None))
    before = cues_of(standing(state, opens_at=NOW + SECOND, last_seen_at=None))
    assert Cue.NOT_STARTED in at_the_hour
    assert Cue.NOT_STARTED not in before
    assert (Cue.WAITS in before) == (state is Lifecycle.CHECKIN)


@pytest.mark.parametrize("state", [state for state in Lifecycle if state not in OPEN])
def test_what_is_over_needs_no_look(state: Lifecycle) -> None:
    held = standing(state, browser_check=BrowserCheck.HELD, ending=True, last_seen_at=NOW - 90 * MINUTE)
    assert cues_of(held) == ()


@pytest.mark.parametrize("state", list(Lifecycle))
def test_a_filter_lists_by_what_is_and_never_by_a_score(state: Lifecycle) -> None:
    assert fits(state, (), Filter.ALL)
    assert fits(state, (Cue.SILENT,), Filter.ATTENTION)
    assert not fits(state, (), Filter.ATTENTION)
    assert fits(state, (), Filter.WRITING) == (state in WRITES)
    assert fits(state, (), Filter.DONE) == (state in CLOSED)


@pytest.mark.parametrize(
    ("passed", "age"),
    [
        (-SECOND, Age(AgeUnit.NOW)),
        (29 * SECOND, Age(AgeUnit.NOW)),
        (30 * SECOND, Age(AgeUnit.HALF)),
        (59 * SECOND, Age(AgeUnit.HALF)),
        (MINUTE, Age(AgeUnit.MINUTES, 1)),
        (119 * MINUTE + 59 * SECOND, Age(AgeUnit.MINUTES, 119)),
        (120 * MINUTE, Age(AgeUnit.HOURS, 2)),
        (26 * 60 * MINUTE, Age(AgeUnit.HOURS, 26)),
    ],
)
def test_an_age_is_told_as_coarsely_as_people_tell_it(passed: timedelta, age: Age) -> None:
    assert age_of(NOW - passed, NOW) == age


@pytest.mark.parametrize(
    ("left", "minutes"),
    [(61 * SECOND, 2), (MINUTE, 1), (SECOND, 1), (timedelta(), 0), (-MINUTE, 0)],
)
def test_minutes_left_are_rounded_up_and_never_negative(left: timedelta, minutes: int) -> None:
    for state in (Lifecycle.IN_PROGRESS, Lifecycle.INTERRUPTED):
        told = minutes_left(lifecycle=state, deadline=NOW + left, remaining_ms=None, at=NOW)
        assert told == minutes


def test_a_pause_keeps_its_minutes_and_what_does_not_run_has_none() -> None:
    told = minutes_left(lifecycle=Lifecycle.PAUSED, deadline=NOW, remaining_ms=60_001, at=NOW + MINUTE)
    assert told == 2
    for state in (Lifecycle.PAUSED, Lifecycle.READY, Lifecycle.SCORED):
        assert minutes_left(lifecycle=state, deadline=NOW, remaining_ms=None, at=NOW) is None
    assert minutes_left(lifecycle=Lifecycle.IN_PROGRESS, deadline=None, remaining_ms=None, at=NOW) is None


def concerned(act: Act, *, reopens: bool = False, **more: datetime | None) -> set[Lifecycle]:
    facts: dict[str, datetime | None] = {"deadline": NOW, "submitted_at": NOW}
    return {state for state in Lifecycle if concerns(act, state, reopens=reopens, **(facts | more))}


def test_a_pause_concerns_who_runs_and_going_on_who_is_paused() -> None:
    assert concerned(Act.PAUSE) == {Lifecycle.IN_PROGRESS, Lifecycle.INTERRUPTED}
    assert concerned(Act.RESUME) == {Lifecycle.PAUSED}
    assert concerned(Act.MESSAGE) == set(OPEN)


def test_rule_15_time_for_several_opens_what_the_time_closed_and_nothing_that_was_handed_in() -> None:
    assert concerned(Act.TIME) == set(OPEN)
    assert concerned(Act.TIME, reopens=True) == {
        *OPEN,
        Lifecycle.SCORED,
        Lifecycle.SUBMITTED,
        Lifecycle.EXPIRED,
    }
    early = NOW - EARLY - SECOND
    assert concerned(Act.TIME, reopens=True, submitted_at=early) == set(OPEN)
    assert concerned(Act.TIME, reopens=True, submitted_at=None) == set(OPEN)
    assert concerned(Act.TIME, reopens=True, deadline=None) == set(OPEN)


def test_every_refused_save_counts_as_one_and_no_saved_answer_does() -> None:
    refused = {kind for kind in EventKind if kind.startswith("refused")}
    assert {kind for kind, noted in COUNTED.items() if noted is Noted.REFUSED} == refused
    assert set(COUNTED) - refused == {EventKind.TAKEOVER, EventKind.LANGUAGE}


@pytest.mark.parametrize("state", list(Lifecycle))
def test_a_message_reaches_an_attempt_that_is_not_closed(state: Lifecycle) -> None:
    assert may_reach(state) == (state in OPEN)
