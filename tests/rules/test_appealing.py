"""Appeals: against what, until when, seats, votes and what they come to (exams, section 3 and 5.7)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.appeals.rules.challenges import Verdict
from app.appeals.rules.panel import ANSWER_WITHIN, SEAT_TIME, call_number, decide_appeal, due_at, seats_needed
from app.exams.rules.appealing import (
    Against,
    Decided,
    Filing,
    against,
    filing,
    is_uncounted,
    last_day,
    restores,
)
from app.exams.rules.rating import Place, Taking, taking
from app.exams.rules.states import AppealState, Lifecycle, Outcome, ResultState, Review
from app.kernel.ids import new_id

AT = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
ALMATY = ZoneInfo("Asia/Almaty")
HONOLULU = ZoneInfo("Pacific/Honolulu")
FAILED = Decided(
    lifecycle=Lifecycle.SCORED,
    review=Review.NONE,
    result=ResultState.RELEASED,
    outcome=Outcome.FAILED,
    appeal=AppealState.NONE,
    certification=True,
    decided_at=AT,
)
FOUND = replace(FAILED, review=Review.IRREGULARITY, result=ResultState.INVALIDATED, outcome=Outcome.PASSED)
U, D = Verdict.UPHOLD, Verdict.DISMISS


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (FAILED, Against.RESULT),
        (replace(FAILED, result=ResultState.REISSUED), Against.RESULT),
        (FOUND, Against.FINDING),
        (replace(FOUND, result=ResultState.WITHHELD), Against.FINDING),
        (replace(FOUND, result=ResultState.RELEASED), Against.FINDING),
        (replace(FOUND, certification=False), Against.FINDING),
        (replace(FAILED, outcome=Outcome.PASSED), None),
        (replace(FAILED, certification=False), None),
        (replace(FAILED, result=ResultState.WITHHELD), None),
        (replace(FAILED, review=Review.IN_REVIEW), None),
        (replace(FAILED, review=Review.CLEARED), Against.RESULT),
        (replace(FAILED, lifecycle=Lifecycle.IN_PROGRESS), None),
    ],
)
def test_an_appeal_is_against_a_finding_or_a_result_that_is_not_a_pass(
    one: Decided, wanted: Against | None
) -> None:
    assert against(one) is wanted
    assert filing(one, at=AT, zone=UTC) is (
        Filing.OPEN if wanted else Filing.IN_REVIEW if one.review is Review.IN_REVIEW else Filing.NOTHING
    )


def test_thirty_whole_days_in_the_zone_of_the_candidate_the_last_one_included() -> None:
    assert last_day(AT, ALMATY) == date(2026, 4, 2), "it was the third of March there already"
    assert last_day(AT, HONOLULU) == date(2026, 4, 1)
    end = datetime(2026, 4, 2, 18, 59, 59, tzinfo=UTC)
    assert filing(FAILED, at=end, zone=ALMATY) is Filing.OPEN
    assert filing(FAILED, at=end + timedelta(seconds=1), zone=ALMATY) is Filing.TOO_LATE


@pytest.mark.parametrize(
    ("state", "filed", "wanted"),
    [
        (AppealState.FILED, -1, Filing.HEARD),
        (AppealState.PANEL, -1, Filing.HEARD),
        (AppealState.UPHELD, -1, Filing.DECIDED),
        (AppealState.DISMISSED, 0, Filing.DECIDED),
        (AppealState.DISMISSED, 1, Filing.DECIDED),
        (AppealState.DISMISSED, -1, Filing.OPEN),
    ],
)
def test_one_at_a_time_and_again_only_about_what_was_decided_since(
    state: AppealState, filed: int, wanted: Filing
) -> None:
    one = replace(FAILED, appeal=state, filed_at=AT + timedelta(seconds=filed))
    assert filing(one, at=AT + timedelta(days=1), zone=UTC) is wanted


def test_without_a_decision_there_is_nothing_and_without_an_instant_neither() -> None:
    assert filing(replace(FAILED, decided_at=None), at=AT, zone=UTC) is Filing.NOTHING
    again = replace(FAILED, decided_at=None, filed_at=AT)
    assert filing(again, at=AT, zone=UTC) is Filing.NOTHING


def test_upholding_tells_what_a_finding_took_or_kept_back() -> None:
    told = {result: restores(replace(FOUND, result=result)) for result in ResultState}
    assert told == {
        ResultState.WITHHELD: True,
        ResultState.INVALIDATED: True,
        ResultState.RELEASED: False,
        ResultState.REISSUED: False,
    }
    assert not restores(FAILED)


@pytest.mark.parametrize("outcome", [*Outcome, None])
@pytest.mark.parametrize("appeal", AppealState)
def test_only_an_upheld_appeal_about_an_exam_that_was_not_passed_makes_it_not_count(
    outcome: Outcome | None, appeal: AppealState
) -> None:
    wanted = outcome is Outcome.FAILED and appeal is AppealState.UPHELD
    assert is_uncounted(outcome=outcome, appeal=appeal) is wanted


def test_two_votes_that_agree_decide_and_a_third_one_where_they_differ() -> None:
    assert [decide_appeal([]), decide_appeal([U]), decide_appeal([U, D])] == [None, None, None]
    assert (decide_appeal([U, U]), decide_appeal([D, D])) == (U, D)
    assert [decide_appeal(list(three)) for three in ((U, D, D), (D, U, U), (U, D, U))] == [D, U, U]
    assert [seats_needed(list(votes)) for votes in ((), (U,), (U, U), (U, D), (D, U, U))] == [2, 2, 2, 3, 3]


@given(st.permutations([0, 1, 2]), st.sampled_from(list(product([U, D], repeat=3))))
def test_the_order_of_three_votes_changes_nothing(order: list[int], votes: tuple[Verdict, ...]) -> None:
    turned = [votes[at] for at in order]
    either = {decide_appeal(turned[:2]) or decide_appeal(turned), decide_appeal(list(votes))}
    assert len(either) == 1


def test_the_clock_is_fourteen_days_and_three_silent_members_fit_into_it() -> None:
    assert due_at(AT) == AT + timedelta(days=14)
    assert 3 * SEAT_TIME < ANSWER_WITHIN


def test_a_seat_is_kept_for_its_own_time() -> None:
    me, other = new_id(), new_id()
    places = [Place(other, AT)]
    over = AT + SEAT_TIME + timedelta(seconds=1)
    assert taking(places, me, needed=1, at=AT + SEAT_TIME, time=SEAT_TIME) is Taking.TAKEN
    assert taking(places, me, needed=1, at=over, time=SEAT_TIME) is Taking.FREE
    assert taking(places, me, needed=1, at=over) is Taking.TAKEN


def test_members_are_called_anew_each_time_a_silent_seat_is_free() -> None:
    calls = [call_number(AT, AT + timedelta(days=days)) for days in (-1, 0, 3, 4, 7, 8, 13)]
    assert calls == [0, 0, 0, 1, 1, 2, 3]
