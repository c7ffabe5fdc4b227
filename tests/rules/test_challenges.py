"""When a candidate may object, and who decides."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.appeals.errors import SecondPersonNeeded
from app.appeals.rules.challenges import (
    ANSWER_WITHIN,
    FILE_WITHIN,
    MOST,
    MOST_OPEN,
    ChallengeState,
    Filing,
    Verdict,
    decide_challenge,
    due_at,
    filing,
    is_place,
)

TOLD = datetime(2026, 11, 23, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("released_at", "after", "open_now", "filed", "answer"),
    [
        (None, SECOND, 0, 0, Filing.NOT_RELEASED),
        (TOLD, SECOND, 0, 0, Filing.OPEN),
        (TOLD, FILE_WITHIN, 0, 0, Filing.OPEN),
        (TOLD, FILE_WITHIN + SECOND, 0, 0, Filing.TOO_LATE),
        (TOLD, SECOND, MOST_OPEN - 1, MOST - 1, Filing.OPEN),
        (TOLD, SECOND, MOST_OPEN, MOST_OPEN, Filing.TOO_MANY),
        (TOLD, SECOND, 0, MOST, Filing.TOO_MANY),
    ],
)
def test_filing(
    released_at: datetime | None, after: timedelta, open_now: int, filed: int, answer: Filing
) -> None:
    assert filing(released_at=released_at, at=TOLD + after, open_now=open_now, filed=filed) is answer


def test_the_places_are_those_of_the_exam_and_the_whole() -> None:
    assert [is_place(place, 6) for place in (-1, 0, 1, 6, 7)] == [False, True, True, True, False]


def test_the_answer_is_due_in_fourteen_days() -> None:
    assert due_at(TOLD) - TOLD == ANSWER_WITHIN == timedelta(days=14)


def test_a_second_person_decides_as_they_see_it() -> None:
    one, other = UUID(int=1), UUID(int=2)
    assert decide_challenge(wish=Verdict.UPHOLD, reader=one, decider=other) is ChallengeState.UPHELD
    assert decide_challenge(wish=Verdict.DISMISS, reader=one, decider=other) is ChallengeState.DISMISSED
    with pytest.raises(SecondPersonNeeded):
        decide_challenge(wish=Verdict.DISMISS, reader=one, decider=one)
