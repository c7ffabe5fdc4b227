"""Attempts, waiting time, windows, minutes and names: the rules around a sitting."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exams.rules import booking as rules
from app.exams.rules.booking import AttemptRules, Bar, PastAttempt, Window
from app.exams.rules.states import OPEN, Lifecycle, Mode

NOON = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
THREE_A_YEAR = AttemptRules(allowed=3, window_days=365, wait_days=14)
FREE = AttemptRules(allowed=None, window_days=365, wait_days=0)


def sat(days_ago: int, state: Lifecycle = Lifecycle.SCORED) -> PastAttempt:
    return PastAttempt(state, NOON - days_ago * DAY)


def bar(past: list[PastAttempt], limits: AttemptRules = THREE_A_YEAR, forms_left: int = 2) -> Bar | None:
    return rules.booking_bar(past, limits, opens_at=NOON, forms_left=forms_left)


def test_a_first_attempt_can_be_booked() -> None:
    assert bar([]) is None


def test_three_attempts_in_twelve_months() -> None:
    assert bar([sat(300), sat(200)]) is None
    assert bar([sat(300), sat(200), sat(100)]) is Bar.NO_ATTEMPTS_LEFT
    assert bar([sat(365), sat(200), sat(100)]) is None


@pytest.mark.parametrize("state", [Lifecycle.VOID, Lifecycle.NO_SHOW, Lifecycle.WITHDRAWN, Lifecycle.REFUSED])
def test_void_missed_withdrawn_and_refused_attempts_do_not_count(state: Lifecycle) -> None:
    assert bar([sat(30, state), sat(40, state), sat(50, state)]) is None
    assert rules.standing([sat(30, state)], THREE_A_YEAR, at=NOON).counted == 0


@pytest.mark.parametrize("state", sorted(rules.COUNTED - set(OPEN)))
def test_every_attempt_in_which_a_form_was_seen_counts(state: Lifecycle) -> None:
    assert rules.standing([sat(30, state)], THREE_A_YEAR, at=NOON).counted == 1


def test_a_retake_waits_fourteen_days_until_the_hour_of_the_sitting() -> None:
    assert bar([sat(13)]) is Bar.TOO_SOON
    assert bar([sat(14)]) is None
    assert rules.standing([sat(13)], THREE_A_YEAR, at=NOON).earliest == NOON + DAY


@pytest.mark.parametrize("state", OPEN)
def test_one_open_attempt_bars_another(state: Lifecycle) -> None:
    assert bar([PastAttempt(state, None)], FREE) is Bar.OPEN_ATTEMPT


def test_without_a_new_form_there_is_no_retake() -> None:
    assert bar([sat(100)], forms_left=0) is Bar.NO_FORM_LEFT


def test_practice_may_be_repeated_at_once_and_for_ever() -> None:
    assert bar([sat(0)] * 50, FREE) is None
    assert rules.standing([sat(0)] * 50, FREE, at=NOON).left is None


def test_attempts_left_never_fall_below_nothing() -> None:
    assert rules.standing([sat(20)] * 5, THREE_A_YEAR, at=NOON).left == 0


@pytest.mark.parametrize(
    ("percent", "minutes", "seconds"), [(0, 0, 0), (25, 0, 600), (0, 30, 1800), (50, 10, 1800), (1, 0, 24)]
)
def test_extra_time_is_exact_in_seconds(percent: int, minutes: int, seconds: int) -> None:
    assert rules.extra_seconds(limit_minutes=40, percent=percent, minutes=minutes) == seconds


@given(limit=st.integers(1, 600), percent=st.integers(0, 200), minutes=st.integers(0, 240))
def test_extra_time_is_never_less_than_approved_and_never_a_second_more(
    limit: int, percent: int, minutes: int
) -> None:
    got = rules.extra_seconds(limit_minutes=limit, percent=percent, minutes=minutes)
    exact_hundredths = limit * 60 * percent + minutes * 6000
    assert 0 <= got * 100 - exact_hundredths < 100


CLOSES = NOON + 3 * timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "window"),
    [
        (NOON - 30 * MINUTE - SECOND, Window.EARLY),
        (NOON - 30 * MINUTE, Window.OPEN),
        (NOON, Window.OPEN),
        (NOON + 15 * MINUTE, Window.OPEN),
        (NOON + 15 * MINUTE + SECOND, Window.LATE),
    ],
)
def test_check_in_runs_from_30_minutes_before_to_15_after_the_hour(at: datetime, window: Window) -> None:
    for mode in (Mode.ON_SITE, Mode.LIVE, Mode.RECORD_AND_REVIEW):
        assert rules.check_in_window(mode=mode, opens_at=NOON, closes_at=CLOSES, at=at) is window


@pytest.mark.parametrize(
    ("at", "window"),
    [
        (NOON - SECOND, Window.EARLY),
        (NOON, Window.OPEN),
        (CLOSES, Window.OPEN),
        (CLOSES + SECOND, Window.LATE),
    ],
)
def test_an_unproctored_attempt_opens_with_its_window(at: datetime, window: Window) -> None:
    assert rules.check_in_window(mode=Mode.UNPROCTORED, opens_at=NOON, closes_at=CLOSES, at=at) is window


def test_without_a_sitting_check_in_is_always_open() -> None:
    found = rules.check_in_window(mode=Mode.UNPROCTORED, opens_at=None, closes_at=None, at=NOON)
    assert found is Window.OPEN


def test_a_place_is_moved_until_48_hours_before() -> None:
    assert rules.may_move(opens_at=NOON + 2 * DAY, at=NOON)
    assert not rules.may_move(opens_at=NOON + 2 * DAY - SECOND, at=NOON)


def test_a_place_is_given_back_until_check_in_opens() -> None:
    assert rules.may_cancel(opens_at=NOON + 31 * MINUTE, at=NOON)
    assert not rules.may_cancel(opens_at=NOON + 30 * MINUTE, at=NOON)


def test_a_sitting_is_booked_until_its_hour() -> None:
    assert rules.may_book(opens_at=NOON + SECOND, at=NOON)
    assert not rules.may_book(opens_at=NOON, at=NOON)


def test_nobody_is_missing_before_check_in_has_closed() -> None:
    assert not rules.may_miss(opens_at=NOON, at=NOON + 15 * MINUTE)
    assert rules.may_miss(opens_at=NOON, at=NOON + 15 * MINUTE + SECOND)


@given(st.sets(st.integers(1, 40)))
def test_the_next_seat_is_the_lowest_that_is_free(taken: set[int]) -> None:
    seat = rules.next_seat(taken)
    assert seat >= 1
    assert seat not in taken
    assert set(range(1, seat)) <= taken


@pytest.mark.parametrize(
    ("minutes", "closed", "door"),
    [
        (-24 * 60, False, "ahead"),
        (-31, False, "ahead"),
        (-30, False, "open"),
        (0, False, "open"),
        (15, False, "open"),
        (16, False, "closed"),
        (5, True, "closed"),
        (179, False, "closed"),
        (180, False, "over"),
        (180, True, "over"),
        (20 * 24 * 60, False, "over"),
    ],
)
def test_a_door_opens_and_closes_with_check_in(minutes: int, closed: bool, door: str) -> None:  # noqa: FBT001
    opens = datetime(2026, 11, 26, 5, tzinfo=UTC)
    found = rules.door_at(
        opens_at=opens,
        closes_at=opens + timedelta(hours=3),
        closed_at=opens if closed else None,
        at=opens + timedelta(minutes=minutes),
    )
    assert found == door
