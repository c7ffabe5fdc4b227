"""The capstone's rules: briefs, raters, and what their ratings come to."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.capstone.queries.briefs import shipped
from app.capstone.rules.briefs import Brief, Criterion, Deliverable
from app.capstone.rules.rating import (
    Outcome,
    Rated,
    Standing,
    complete,
    decide_capstone,
    may_begin,
    rated,
    raters_needed,
    standing_of,
)
from app.exams.rules.rating import RATING_TIME, Place, Taking, taking
from app.kernel.locales import LOCALES

BRIEF = shipped()
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
AT = datetime(2026, 11, 23, 7, tzinfo=UTC)


def says(points: int, outcome: Outcome | None = None) -> Rated:
    return Rated(points, outcome or (PASSED if points >= BRIEF.pass_points else FAILED))


def levels(*given: int) -> dict[str, int]:
    return dict(zip((one.id for one in BRIEF.criteria), given, strict=True))


# --- the brief


def test_the_shipped_brief_asks_what_the_lesson_says_in_three_languages() -> None:
    assert (BRIEF.most, BRIEF.pass_points, BRIEF.gap) == (32, 20, 6)
    assert [place for place, one in enumerate(BRIEF.criteria, 1) if one.needed] == [1, 2, 7]
    texts = [one.title for one in (*BRIEF.deliverables, *BRIEF.criteria)]
    texts += [one.asks for one in BRIEF.deliverables]
    texts += [text for one in BRIEF.criteria for text in one.levels.values()]
    for text in (BRIEF.title, BRIEF.summary, *texts):
        assert set(text) == {str(locale) for locale in LOCALES}
        assert all(text.values())


def test_a_brief_is_the_same_after_it_was_written_down() -> None:
    assert Brief.model_validate(BRIEF.model_dump(mode="json")) == BRIEF


def changed(**values: Any) -> dict[str, Any]:
    return BRIEF.model_dump() | values


@pytest.mark.parametrize(
    "wrong",
    [
        changed(pass_points=33),
        changed(gap=32),
        changed(deliverables=[*BRIEF.deliverables, BRIEF.deliverables[0]]),
        changed(criteria=[*BRIEF.criteria, BRIEF.criteria[0]]),
        changed(unknown=1),
    ],
)
def test_a_brief_that_does_not_fit_together_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Brief.model_validate(wrong)


def test_a_part_takes_something_and_a_criterion_describes_its_ends() -> None:
    words = BRIEF.title
    with pytest.raises(ValidationError):
        Deliverable(id="a", title=words, asks=words, characters=0, files=0)
    for described in ({0: words}, {4: words}, {0: words, 4: words, 5: words}):
        with pytest.raises(ValidationError):
            Criterion(id="a", title=words, levels=described)


# --- ratings


def test_a_rating_has_a_level_for_each_criterion_and_no_other() -> None:
    good = levels(*[2] * 8)
    assert complete(good, BRIEF)
    assert not complete(good | {"risk": 5}, BRIEF)
    assert not complete(good | {"risk": -1}, BRIEF)
    assert not complete(good | {"other": 1}, BRIEF)
    assert not complete({key: 2 for key in list(good)[1:]}, BRIEF)


def test_a_rating_passes_at_the_mark_and_with_no_zero_where_none_may_be() -> None:
    assert rated(levels(2, 2, 4, 4, 4, 0, 4, 0), BRIEF) == Rated(20, PASSED)
    assert rated(levels(2, 2, 4, 4, 3, 0, 4, 0), BRIEF) == Rated(19, FAILED)
    # the example of the lesson's own check
    assert rated(levels(3, 0, 4, 3, 3, 3, 4, 3), BRIEF) == Rated(23, FAILED)


def test_a_third_rater_is_asked_when_totals_or_outcomes_differ() -> None:
    assert raters_needed([], BRIEF) == raters_needed([says(20)], BRIEF) == 2
    assert raters_needed([says(20), says(26)], BRIEF) == 2
    assert raters_needed([says(20), says(27)], BRIEF) == 3
    assert raters_needed([says(27), says(20)], BRIEF) == 3
    assert raters_needed([says(19), says(20)], BRIEF) == 3
    assert raters_needed([says(24), says(24, FAILED)], BRIEF) == 3


def test_nothing_is_decided_while_a_rating_is_missing() -> None:
    assert decide_capstone([], BRIEF) is None
    assert decide_capstone([says(30)], BRIEF) is None
    assert decide_capstone([says(18), says(25)], BRIEF) is None


@pytest.mark.parametrize(
    ("totals", "outcome", "points", "counted"),
    [
        ((20, 26), PASSED, 23, (0, 1)),
        ((20, 21), PASSED, 21, (0, 1)),
        ((18, 19), FAILED, 19, (0, 1)),
        ((18, 25, 24), PASSED, 25, (1, 2)),
        ((18, 25, 10), FAILED, 14, (0, 2)),
        ((20, 27, 28), PASSED, 28, (1, 2)),
        ((20, 28, 24), PASSED, 26, (1, 2)),
        ((2, 19, 10), FAILED, 6, (0, 2)),
    ],
)
def test_the_outcome_that_most_gave_stands_with_the_mean_of_the_two_closest(
    totals: tuple[int, ...], outcome: Outcome, points: int, counted: tuple[int, ...]
) -> None:
    found = decide_capstone([says(one) for one in totals], BRIEF)
    assert found is not None
    assert (found.outcome, found.points, found.counted) == (outcome, points, counted)


any_rating = st.builds(
    lambda given: rated(levels(*given), BRIEF),
    st.lists(st.integers(min_value=0, max_value=4), min_size=8, max_size=8),
)


@given(st.lists(any_rating, min_size=3, max_size=3))
def test_points_never_speak_against_the_outcome_and_order_changes_nothing(three: list[Rated]) -> None:
    found = decide_capstone(three, BRIEF)
    assert found is not None
    agreeing = [one for one in three if one.outcome is found.outcome]
    assert len(agreeing) >= 2
    if found.outcome is PASSED:
        assert found.points >= BRIEF.pass_points
    assert min(one.points for one in agreeing) <= found.points <= max(one.points for one in agreeing)
    again = decide_capstone([three[1], three[0], three[2]], BRIEF)
    assert again is not None
    assert (again.outcome, again.points) == (found.outcome, found.points)


# --- raters


def test_a_submission_has_as_many_raters_as_it_needs() -> None:
    me, one, other = uuid4(), uuid4(), uuid4()

    def ask(*places: Place, needed: int = 2, at: datetime = AT) -> Taking:
        return taking(places, me, needed=needed, at=at)

    held, second = Place(one, AT), Place(other, AT)
    assert ask() is ask(held) is Taking.FREE
    assert ask(held, second) is Taking.TAKEN
    assert ask(held, second, needed=3) is Taking.FREE
    assert ask(Place(me, AT), held) is Taking.MINE
    assert ask(Place(me, AT, given_back=True)) is Taking.GIVEN_BACK
    assert ask(Place(me, AT, rated=True)) is Taking.RATED
    assert ask(held, Place(other, AT, given_back=True)) is Taking.FREE


def test_who_does_not_rate_in_time_makes_room_and_a_rating_keeps_its_place() -> None:
    me, one, other = uuid4(), uuid4(), uuid4()
    places = [Place(one, AT), Place(other, AT, rated=True)]
    assert taking(places, me, needed=2, at=AT + RATING_TIME) is Taking.TAKEN
    late = AT + RATING_TIME + timedelta(seconds=1)
    assert taking(places, me, needed=2, at=late) is Taking.FREE
    assert taking(places, one, needed=2, at=late) is Taking.FREE
    done = [Place(one, AT, rated=True), Place(other, AT, rated=True)]
    assert taking(done, me, needed=2, at=late) is Taking.TAKEN


@pytest.mark.parametrize(
    ("told", "open_now", "standing", "begins"),
    [
        ([], False, Standing.NONE, True),
        ([], True, Standing.OPEN, False),
        ([FAILED], False, Standing.FAILED, True),
        ([FAILED], True, Standing.OPEN, False),
        ([FAILED, FAILED], False, Standing.FAILED, False),
        ([PASSED], False, Standing.PASSED, False),
        ([FAILED, PASSED], False, Standing.PASSED, False),
    ],
)
def test_it_is_begun_once_and_once_more_after_a_fail(
    told: list[Outcome], open_now: bool, standing: Standing, begins: bool
) -> None:
    assert standing_of(told, open_now=open_now) is standing
    assert may_begin(told, open_now=open_now) is begins
