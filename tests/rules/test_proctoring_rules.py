"""Incidents, the timeline, the steps of a review, the blind draw and the published figures."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.exams.rules.releasing import UNDER_REVIEW, is_held, releases_itself
from app.exams.rules.secure_browser import BrowserEvent
from app.exams.rules.states import Axis, EventKind, Lifecycle, ReleasePolicy, ResultState, Review
from app.exams.rules.transitions import TABLES
from app.proctoring.rules import sampling
from app.proctoring.rules.figures import Alike, Line, Measure, lines, nested, total, worth_publishing
from app.proctoring.rules.incidents import (
    NEVER_TOOK_PLACE,
    IncidentKind,
    IncidentRow,
    can_have_been_seen,
    incidents_of,
    takes_incidents,
)
from app.proctoring.rules.reviewing import (
    FINDINGS,
    STATEMENT_TIME,
    Act,
    Letter,
    Standing,
    acts,
    letter_of_finding,
    letter_of_queueing,
    takes_statement,
)
from app.proctoring.rules.timeline import (
    By,
    Fact,
    FactKind,
    counts,
    facts_of_incidents,
    kind_of,
    timeline,
)
from app.programmes.rules import Hidden

NOON = datetime(2026, 11, 23, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
R = Review


def row(
    number: int, *, corrects: int | None = None, seen: str = "heard", withdrawn: bool = False
) -> IncidentRow:
    return IncidentRow(
        id=UUID(int=number),
        corrects=UUID(int=corrects) if corrects else None,
        kind=IncidentKind.TALKING,
        seen_at=NOON,
        seen=seen,
        withdrawn=withdrawn,
        reason="why" if corrects else None,
        actor_id=UUID(int=99),
        at=NOON + number * MINUTE,
    )


# Results that wait


@pytest.mark.parametrize("review", list(Review))
def test_a_result_waits_while_people_look_and_after_a_finding(review: Review) -> None:
    assert is_held(review=review, terminated=False) is (review in {*UNDER_REVIEW, R.IRREGULARITY})
    assert is_held(review=review, terminated=True)


@pytest.mark.parametrize("review", list(Review))
@pytest.mark.parametrize("release", list(ReleasePolicy))
@pytest.mark.parametrize("over", [True, False])
def test_a_result_is_told_by_itself_after_a_review_that_found_nothing(
    review: Review, release: ReleasePolicy, over: bool
) -> None:
    told = releases_itself(review=review, terminated=False, release=release, window_over=over)
    in_time = over or release is not ReleasePolicy.AFTER_WINDOW
    assert told is (review in {R.CLEARED, R.INCONCLUSIVE} and in_time)
    assert not releases_itself(review=review, terminated=True, release=release, window_over=over)


# Incidents


@pytest.mark.parametrize("review", list(Review))
@pytest.mark.parametrize("lifecycle", list(Lifecycle))
def test_a_record_is_open_until_its_review_begins(lifecycle: Lifecycle, review: Review) -> None:
    wanted = lifecycle not in NEVER_TOOK_PLACE and review in {R.NONE, R.QUEUED}
    assert takes_incidents(lifecycle=lifecycle, review=review) is wanted


def test_an_incident_is_seen_while_there_is_an_attempt() -> None:
    assert can_have_been_seen(NOON, made_at=NOON, now=NOON)
    assert not can_have_been_seen(NOON, made_at=NOON + MINUTE, now=NOON + MINUTE)
    assert not can_have_been_seen(NOON + MINUTE, made_at=NOON, now=NOON)


def test_the_last_wording_counts_and_all_of_them_stay() -> None:
    one, other = incidents_of([row(1), row(2, seen="seen"), row(3, corrects=1, seen="whispered")])
    assert (one.id, one.stands.seen) == (UUID(int=1), "whispered")
    assert [each.seen for each in one.rows] == ["heard", "whispered"]
    assert other.stands is other.rows[0]


# The timeline


def test_every_word_of_every_source_has_its_name_or_is_no_fact_of_supervision() -> None:
    left_out = {"", "scheduled", "scored"}
    for line in TABLES[Axis.LIFECYCLE]:
        for by in By:
            kind = kind_of("lifecycle", f"{line.before}:{line.after}", by=by)
            assert (kind is None) is (line.after in left_out), line
    assert kind_of("lifecycle", ":scheduled", by=By.CANDIDATE) is None
    told_elsewhere = {"save", "clear", "flag", "unflag", "start", "hand_in", "expire"}
    for event in EventKind:
        if event not in told_elsewhere:
            assert kind_of("answers", str(event), by=By.CANDIDATE) is not None
    for browser in BrowserEvent:
        assert kind_of("browser", str(browser), by=By.SYSTEM) is not None


def test_who_comes_back_by_themselves_is_told_from_who_was_let_in() -> None:
    word = "interrupted:in_progress"
    assert kind_of("lifecycle", word, by=By.CANDIDATE) is FactKind.CAME_BACK
    assert kind_of("lifecycle", word, by=By.STAFF) is FactKind.LET_IN


def test_rule_2_a_timeline_is_sorted_by_time_and_by_nothing_else() -> None:
    later = Fact(NOON + MINUTE, FactKind.INCIDENT, By.STAFF)
    first, second = Fact(NOON, FactKind.PAUSED, By.STAFF), Fact(NOON, FactKind.ADMITTED, By.SYSTEM)
    assert timeline([later, first], [second]) == (first, second, later)


def test_rule_2_facts_are_counted_by_name_in_a_fixed_order() -> None:
    facts = [
        Fact(NOON, FactKind.INCIDENT, By.STAFF, withdrawn=True),
        Fact(NOON, FactKind.TAKEN_OVER, By.CANDIDATE),
        Fact(NOON, FactKind.TAKEN_OVER, By.CANDIDATE),
        Fact(NOON, FactKind.STARTED, By.CANDIDATE),
    ]
    assert list(counts(facts).items()) == [(FactKind.STARTED, 1), (FactKind.TAKEN_OVER, 2)]


def test_an_incident_stands_in_the_timeline_as_it_was_last_worded() -> None:
    incidents = incidents_of([row(1), row(2, corrects=1, seen="whispered", withdrawn=True)])
    (fact,) = facts_of_incidents(incidents)
    assert (fact.at, fact.text, fact.withdrawn, fact.by) == (NOON, "whispered", True, By.STAFF)


# The steps of a review


@pytest.mark.parametrize("review", list(Review))
def test_what_a_reviewer_may_do_first(review: Review) -> None:
    wanted = {
        R.QUEUED: {Act.TAKE},
        R.IN_REVIEW: {Act.TAKE_OVER},
        R.SECOND_REVIEW: {Act.CONCLUDE},
    }.get(review, set())
    assert acts(Standing(review), at=NOON) == wanted


def test_rule_7_a_record_goes_on_only_after_the_candidate_was_heard() -> None:
    mine = {"review": R.IN_REVIEW, "mine": True}
    due = NOON + STATEMENT_TIME
    assert acts(Standing(**mine), at=NOON) == {Act.CLEAR, Act.ASK}
    assert acts(Standing(**mine, asked_until=due), at=due) == {Act.CLEAR}
    assert acts(Standing(**mine, asked_until=due), at=due + MINUTE) == {Act.CLEAR, Act.REFER}
    assert acts(Standing(**mine, asked_until=due, answered=True), at=NOON) == {Act.CLEAR, Act.REFER}


@pytest.mark.parametrize("review", list(Review))
def test_a_statement_is_taken_once_while_nothing_is_decided(review: Review) -> None:
    wanted = review in {R.IN_REVIEW, R.SECOND_REVIEW}
    assert takes_statement(Standing(review, asked_until=NOON)) is wanted
    assert not takes_statement(Standing(review))
    assert not takes_statement(Standing(review, asked_until=NOON, answered=True))


def test_each_finding_has_its_letter_and_waiting_has_one_only_where_somebody_waits() -> None:
    assert {letter_of_finding(finding) for finding in FINDINGS} == {
        Letter.CLEARED,
        Letter.INCONCLUSIVE,
        Letter.IRREGULARITY,
    }
    assert letter_of_queueing(R.QUEUED, ResultState.WITHHELD) is Letter.QUEUED
    assert letter_of_queueing(R.QUEUED, ResultState.RELEASED) is None
    assert letter_of_queueing(R.CLEARED, ResultState.WITHHELD) is None


# The blind draw


def test_rule_8_one_in_twenty_is_drawn_and_never_fewer() -> None:
    assert [sampling.sample_size(n) for n in (0, 1, 20, 21, 40, 41, 300)] == [0, 1, 1, 2, 2, 3, 15]
    for n in range(1, 500):
        assert sampling.sample_size(n) * 100 >= 5 * n


def test_rule_8_the_same_seed_draws_the_same_and_another_one_does_not() -> None:
    everybody = [UUID(int=n) for n in range(1, 101)]
    drawn = sampling.draw("seed", everybody)
    assert len(drawn) == 5
    assert sampling.draw("seed", list(reversed(everybody))) == drawn
    assert sampling.draw("another", everybody) != drawn


# The figures


def alike(split: str, n: int, *, flagged: bool = False, review: Review = R.NONE) -> Alike:
    return Alike(split, flagged, review, n)


def test_rule_8_the_figures_count_flags_findings_and_reversals() -> None:
    groups = [
        alike("kk", 80),
        alike("kk", 10, flagged=True, review=R.CLEARED),
        alike("kk", 5, flagged=True, review=R.REVERSED),
        alike("kk", 5, flagged=True, review=R.QUEUED),
        alike("kk", 6, review=R.IRREGULARITY),
    ]
    (line,) = lines(groups)
    assert [line.cells[m] for m in Measure] == [106, 20, 15, 5, 5]
    assert line.rate(Measure.FLAGGED, Measure.ATTEMPTS) == 19
    assert line.rate(Measure.FOUND, Measure.REVIEWED) == 33
    assert line.rate(Measure.REVERSED, Measure.FOUND) == 100
    assert total(groups).cells == line.cells


def test_rule_8_small_cells_are_hidden_with_what_would_tell_them() -> None:
    groups = [alike("en", 4), alike("kk", 50), alike("kk", 3, flagged=True), alike("ru", 60)]
    en, kk, ru = lines(groups)
    assert en.cells[Measure.ATTEMPTS] is Hidden.SMALL
    assert all(isinstance(cell, Hidden) for cell in en.cells.values()), "nothing of a small line is told"
    assert kk.cells[Measure.ATTEMPTS] is Hidden.BESIDE
    assert ru.cells[Measure.ATTEMPTS] == 60
    assert kk.rate(Measure.FLAGGED, Measure.ATTEMPTS) is None
    assert ru.rate(Measure.ATTEMPTS, Measure.FLAGGED) is None
    assert total(groups).cells[Measure.FLAGGED] is Hidden.SMALL


def test_a_rate_over_fewer_than_five_is_not_told_and_nothing_counts_as_none() -> None:
    line = Line("", {Measure.FOUND: 0, Measure.REVIEWED: 0, Measure.ATTEMPTS: 5})
    assert line.rate(Measure.FOUND, Measure.REVIEWED) is None
    assert line.rate(Measure.FOUND, Measure.ATTEMPTS) == 0
    assert set(total([]).cells.values()) == {0}


def test_rule_8_what_one_measure_leaves_of_another_is_hidden_when_small() -> None:
    groups = [
        alike("kk", 40),
        alike("kk", 8, flagged=True, review=R.CLEARED),
        alike("kk", 1, flagged=True, review=R.QUEUED),
    ]
    cells = total(groups).cells
    assert cells[Measure.FLAGGED] == 9
    assert cells[Measure.REVIEWED] is Hidden.BESIDE, "9 less 8: one person waits"
    assert nested([100, 97]) == [100, Hidden.BESIDE]
    assert nested([100, 3, 0]) == [100, Hidden.SMALL, 0]
    assert nested([100, 98, 95]) == [100, Hidden.BESIDE, 95]


def test_rule_8_a_cell_hidden_in_its_line_does_not_follow_from_the_column() -> None:
    groups = [
        alike("kk", 40),
        alike("kk", 8, flagged=True, review=R.CLEARED),
        alike("kk", 1, flagged=True, review=R.QUEUED),
        alike("ru", 40),
        alike("ru", 12, flagged=True, review=R.CLEARED),
    ]
    kk, ru = lines(groups)
    assert kk.cells[Measure.REVIEWED] is ru.cells[Measure.REVIEWED] is Hidden.BESIDE


def test_rule_8_figures_a_few_exams_apart_are_not_published() -> None:
    assert not worth_publishing(None, 4)
    assert worth_publishing(None, 5)
    assert not worth_publishing(5, 9)
    assert worth_publishing(5, 10)
    assert not worth_publishing(9, 9)
