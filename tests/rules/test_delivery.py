"""When an answer counts, how long an attempt runs, what a log of events leads to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.rules.delivery import (
    EARLY,
    GRACE,
    RELEASE_AFTER,
    SEEN_EVERY,
    SILENCE,
    AnswerEvent,
    Arrival,
    arrival,
    closed_by_time,
    deadline_of,
    granted_seconds,
    is_due,
    is_seen_again,
    is_silent,
    lag,
    needs_release,
    open_until,
    replay,
    start_is_over,
    too_early_for_timeup,
)
from app.exams.rules.states import EventKind, Lifecycle, Mode

AT = datetime(2026, 11, 26, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("limit", "extra", "window", "expected"),
    [
        (120, 0, None, 120),
        (120, 30, None, 150),
        (120, 0, 100, 100),
        (120, 30, 100, 130),
        (120, 30, 300, 150),
        (120, 0, 120, 120),
    ],
)
def test_the_deadline_is_the_earlier_of_own_time_and_window_each_with_the_extra(
    limit: int, extra: int, window: int | None, expected: int
) -> None:
    minutes = lambda n: timedelta(minutes=n)  # noqa: E731
    close = None if window is None else AT + minutes(window)
    assert deadline_of(
        start=AT, limit=minutes(limit), extra=minutes(extra), window_close=close
    ) == AT + minutes(expected)


@given(st.integers(0, 5_000), st.integers(-10_000, 10_000))
def test_a_start_is_over_exactly_when_its_deadline_would_have_passed(extra: int, after: int) -> None:
    more, at = timedelta(seconds=extra), AT + timedelta(seconds=after)
    deadline = deadline_of(start=at, limit=timedelta(minutes=40), extra=more, window_close=AT)
    assert start_is_over(window_close=AT, extra=more, at=at) is (deadline <= at)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-SECOND, Arrival.ON_TIME),
        (timedelta(), Arrival.ON_TIME),
        (SECOND, Arrival.LATE),
        (GRACE, Arrival.LATE),
        (GRACE + SECOND, Arrival.OVER),
    ],
)
def test_an_answer_is_in_time_late_or_too_late(after: timedelta, expected: Arrival) -> None:
    assert arrival(deadline=AT, at=AT + after) is expected
    assert is_due(deadline=AT, at=AT + after) is (expected is Arrival.OVER)


@given(st.integers(-10_000, 10_000))
def test_the_sweeper_closes_exactly_when_answers_are_no_longer_taken(seconds: int) -> None:
    at = AT + timedelta(seconds=seconds)
    assert is_due(deadline=AT, at=at) is (arrival(deadline=AT, at=at) is Arrival.OVER) is (seconds > 60)


def test_lag_counts_from_the_end_of_the_grace() -> None:
    assert lag(deadline=AT, at=AT + GRACE + 3 * SECOND) == 3 * SECOND


def test_a_time_is_up_may_be_two_seconds_early() -> None:
    assert too_early_for_timeup(deadline=AT, at=AT - EARLY - SECOND)
    assert not too_early_for_timeup(deadline=AT, at=AT - EARLY)
    assert closed_by_time(deadline=AT, submitted_at=AT - EARLY)
    assert not closed_by_time(deadline=AT, submitted_at=AT - EARLY - SECOND)


def test_silence_and_being_seen() -> None:
    assert not is_silent(last_seen_at=AT, at=AT + SILENCE)
    assert is_silent(last_seen_at=AT, at=AT + SILENCE + SECOND)
    assert is_seen_again(last_seen_at=None, at=AT)
    assert not is_seen_again(last_seen_at=AT, at=AT + SEEN_EVERY - SECOND)
    assert is_seen_again(last_seen_at=AT, at=AT + SEEN_EVERY)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("scripted", [True, False])
def test_a_proctor_releases_only_after_a_long_silence_seen_from_afar(mode: Mode, scripted: bool) -> None:
    def asks(lifecycle: Lifecycle, last: datetime | None, gap: timedelta) -> bool:
        return needs_release(
            mode=mode, lifecycle=lifecycle, scripted=scripted, last_seen_at=last, at=AT + gap
        )

    afar = mode in {Mode.LIVE, Mode.RECORD_AND_REVIEW}
    assert asks(Lifecycle.INTERRUPTED, AT, RELEASE_AFTER + SECOND) is (afar and scripted)
    assert not asks(Lifecycle.INTERRUPTED, AT, RELEASE_AFTER)
    assert not asks(Lifecycle.IN_PROGRESS, AT, RELEASE_AFTER + SECOND)
    assert not asks(Lifecycle.INTERRUPTED, None, RELEASE_AFTER + SECOND)


@pytest.mark.parametrize(
    ("minutes", "percent", "expected"),
    [(5, None, 300), (None, 25, 1800), (None, 33, 2376), (None, None, 0), (None, 1, 72), (2, 1, 192)],
)
def test_extra_time_is_exact_in_seconds(minutes: int | None, percent: int | None, expected: int) -> None:
    assert granted_seconds(minutes=minutes, percent=percent, limit_seconds=7200) == expected


@given(st.integers(1, 200), st.integers(60, 20_000))
def test_a_share_is_never_rounded_against_the_candidate(percent: int, limit: int) -> None:
    seconds = granted_seconds(minutes=None, percent=percent, limit_seconds=limit)
    assert limit * percent <= seconds * 100 < limit * percent + 100


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from([("a",), ("b",), ()]), st.booleans()), max_size=30),
    st.randoms(use_true_random=False),
)
def test_replaying_the_log_in_any_order_gives_the_last_versions(acts, shuffler) -> None:
    events, held, versions = [], {}, {}
    for place, chosen, accepted in acts:
        if accepted:
            versions[place] = versions.get(place, 0) + 1
            held[place] = chosen
            kind = EventKind.SAVE if chosen else EventKind.CLEAR
            events.append(AnswerEvent(kind, place, chosen, versions[place]))
        else:
            events.append(AnswerEvent(EventKind.REFUSED_STALE, place, chosen, 99))
            events.append(AnswerEvent(EventKind.FLAG, place, (), None))
    events.append(AnswerEvent(EventKind.SAVE, None, ("x",), 1))
    shuffler.shuffle(events)
    assert replay(events) == {place: chosen for place, chosen in held.items() if chosen}


@pytest.mark.parametrize(
    ("paused", "window_close", "extra", "until"),
    [
        (False, None, 0, AT),
        (False, AT + timedelta(hours=2), 600, AT),
        (True, None, 600, AT),
        (True, AT + timedelta(hours=2), 600, AT + timedelta(hours=2, seconds=600)),
        (True, AT - timedelta(hours=2), 600, AT),
    ],
)
def test_a_paused_attempt_is_open_as_long_as_its_room(
    paused: bool, window_close: datetime | None, extra: int, until: datetime
) -> None:
    assert (
        open_until(deadline=AT, paused=paused, extra_seconds=extra, window_close=window_close)
        == until + GRACE
    )
