"""The four tables of an attempt."""

from uuid import UUID

import pytest

from app.accounts.rules import Role
from app.exams.rules.states import OPEN, AppealState, Axis, Lifecycle, ResultState, Review
from app.exams.rules.transitions import STATES, TABLES, Who, acting, find_change, may_make

L = Lifecycle


def ends(axis: Axis) -> set[tuple[str, str]]:
    return {(line.before, line.after) for line in TABLES[axis]}


def test_every_word_of_every_table_is_a_state_of_its_axis() -> None:
    for axis, table in TABLES.items():
        words = {str(state) for state in STATES[axis]}
        for line in table:
            assert {line.before, line.after} <= words
            assert line.who
            assert line.guard


def test_no_change_stands_twice() -> None:
    for axis, table in TABLES.items():
        assert len(ends(axis)) == len(table)


def test_who_is_a_role_or_the_system() -> None:
    roles = {str(role) for role in Role} | {"system"}
    assert {str(who) for who in Who} <= roles


def test_the_lifecycle_is_exactly_the_specified_one() -> None:
    before_submitted = (L.SCHEDULED, L.CHECKIN, L.READY, L.IN_PROGRESS, L.INTERRUPTED, L.PAUSED)
    assert ends(Axis.LIFECYCLE) == {
        (L.SCHEDULED, L.CHECKIN),
        (L.CHECKIN, L.READY),
        (L.READY, L.IN_PROGRESS),
        (L.IN_PROGRESS, L.INTERRUPTED),
        (L.INTERRUPTED, L.IN_PROGRESS),
        (L.IN_PROGRESS, L.PAUSED),
        (L.INTERRUPTED, L.PAUSED),
        (L.PAUSED, L.IN_PROGRESS),
        (L.IN_PROGRESS, L.SUBMITTED),
        (L.INTERRUPTED, L.SUBMITTED),
        (L.IN_PROGRESS, L.EXPIRED),
        (L.INTERRUPTED, L.EXPIRED),
        (L.IN_PROGRESS, L.TERMINATED),
        (L.INTERRUPTED, L.TERMINATED),
        (L.PAUSED, L.TERMINATED),
        (L.SUBMITTED, L.SCORED),
        (L.EXPIRED, L.SCORED),
        (L.TERMINATED, L.SCORED),
        (L.SCORED, L.IN_PROGRESS),
        (L.SUBMITTED, L.IN_PROGRESS),
        (L.EXPIRED, L.IN_PROGRESS),
        (L.SCORED, L.SCORED),
        (L.SCHEDULED, L.NO_SHOW),
        (L.CHECKIN, L.NO_SHOW),
        (L.READY, L.NO_SHOW),
        (L.SCHEDULED, L.WITHDRAWN),
        (L.CHECKIN, L.WITHDRAWN),
        (L.READY, L.WITHDRAWN),
        (L.CHECKIN, L.REFUSED),
        (L.READY, L.REFUSED),
    } | {(state, L.VOID) for state in before_submitted}


def test_the_review_is_exactly_the_specified_one() -> None:
    assert ends(Axis.REVIEW) == {
        (Review.NONE, Review.QUEUED),
        (Review.QUEUED, Review.IN_REVIEW),
        (Review.IN_REVIEW, Review.CLEARED),
        (Review.IN_REVIEW, Review.SECOND_REVIEW),
        (Review.SECOND_REVIEW, Review.CLEARED),
        (Review.SECOND_REVIEW, Review.IRREGULARITY),
        (Review.SECOND_REVIEW, Review.INCONCLUSIVE),
        # beyond the specification: what an upheld appeal leaves of a finding has a name of its own
        (Review.IRREGULARITY, Review.REVERSED),
    }


def test_the_result_is_exactly_the_specified_one_and_withheld_again_when_it_was_opened_again() -> None:
    states = ResultState
    assert ends(Axis.RESULT) == {
        (states.WITHHELD, states.RELEASED),
        (states.RELEASED, states.REISSUED),
        (states.REISSUED, states.REISSUED),
        (states.WITHHELD, states.INVALIDATED),
        (states.RELEASED, states.INVALIDATED),
        (states.REISSUED, states.INVALIDATED),
        # opened again with more time after a failed result, then terminated: a person looks before it is told
        (states.RELEASED, states.WITHHELD),
        (states.REISSUED, states.WITHHELD),
        # beyond the specification: an appeal against the finding was upheld
        (states.INVALIDATED, states.REISSUED),
    }


def test_the_appeal_is_exactly_the_specified_one() -> None:
    assert ends(Axis.APPEAL) == {
        (AppealState.NONE, AppealState.FILED),
        # beyond the specification: something else was decided since the last appeal
        (AppealState.DISMISSED, AppealState.FILED),
        (AppealState.FILED, AppealState.PANEL),
        (AppealState.PANEL, AppealState.UPHELD),
        (AppealState.PANEL, AppealState.DISMISSED),
    }


def test_a_result_is_invalidated_only_after_an_irregularity() -> None:
    resting = {
        (axis, line.after): line.found for axis, table in TABLES.items() for line in table if line.found
    }
    assert resting == {(Axis.RESULT, ResultState.INVALIDATED): Review.IRREGULARITY}
    ends_so = [line for line in TABLES[Axis.RESULT] if line.after == ResultState.INVALIDATED]
    assert len(ends_so) == 3
    assert all(line.found is Review.IRREGULARITY for line in ends_so)


def test_void_leads_out_of_exactly_the_open_states() -> None:
    assert {line.before for line in TABLES[Axis.LIFECYCLE] if line.after == L.VOID} == set(OPEN)


@pytest.mark.parametrize(
    ("axis", "before", "after"),
    [
        (Axis.LIFECYCLE, L.IN_PROGRESS, L.TERMINATED),
        (Axis.LIFECYCLE, L.IN_PROGRESS, L.VOID),
        (Axis.LIFECYCLE, L.SCORED, L.IN_PROGRESS),
        (Axis.LIFECYCLE, L.SUBMITTED, L.IN_PROGRESS),
        (Axis.LIFECYCLE, L.EXPIRED, L.IN_PROGRESS),
        (Axis.LIFECYCLE, L.SCORED, L.SCORED),
        (Axis.REVIEW, Review.SECOND_REVIEW, Review.IRREGULARITY),
        (Axis.RESULT, ResultState.WITHHELD, ResultState.INVALIDATED),
        (Axis.RESULT, ResultState.RELEASED, ResultState.INVALIDATED),
        (Axis.APPEAL, AppealState.PANEL, AppealState.DISMISSED),
    ],
)
def test_what_ends_or_turns_a_result_needs_a_named_human_and_a_reason(
    axis: Axis, before: str, after: str
) -> None:
    line = find_change(axis, before, after)
    assert line is not None
    assert Who.SYSTEM not in line.who
    assert line.reason


def test_nothing_leads_out_of_what_is_closed_for_good() -> None:
    for state in (L.VOID, L.WITHDRAWN, L.REFUSED, L.NO_SHOW):
        assert not [line for line in TABLES[Axis.LIFECYCLE] if line.before == state]
    (restored,) = (line for line in TABLES[Axis.RESULT] if line.before == ResultState.INVALIDATED)
    assert restored.who == {Who.APPEALS_PANEL}
    assert restored.reason
    assert not [line for line in TABLES[Axis.APPEAL] if line.before == AppealState.UPHELD]


def test_only_a_panel_reverses_a_finding() -> None:
    (line,) = (line for line in TABLES[Axis.REVIEW] if line.before == Review.IRREGULARITY)
    assert line.who == {Who.APPEALS_PANEL}
    assert line.reason


def test_an_unknown_change_is_none() -> None:
    assert find_change(Axis.LIFECYCLE, L.SCHEDULED, L.SCORED) is None


def test_a_result_that_is_withheld_again_was_terminated_after_it_was_opened_again() -> None:
    again = [line for line in TABLES[Axis.RESULT] if line.after == ResultState.WITHHELD]
    assert {line.before for line in again} == {ResultState.RELEASED, ResultState.REISSUED}
    assert all(line.who == {Who.SYSTEM} and line.reason for line in again)


CANDIDATE, STAFF = UUID(int=1), UUID(int=2)


def test_nobody_named_is_the_system_and_the_candidate_is_one_on_their_own_attempt_only() -> None:
    assert acting(None, CANDIDATE, {Who.PROCTOR}) == {Who.SYSTEM}
    assert acting(CANDIDATE, CANDIDATE, ()) == {Who.CANDIDATE}
    assert acting(STAFF, CANDIDATE, ()) == set()
    assert acting(STAFF, CANDIDATE, {Who.PROCTOR, Who.CANDIDATE, Who.SYSTEM}) == {Who.PROCTOR}


def test_each_line_is_for_those_it_names_and_for_nobody_else() -> None:
    for table in TABLES.values():
        for line in table:
            for who in Who:
                assert may_make(line, {who}) is (who in line.who)
            assert not may_make(line, ())


@pytest.mark.parametrize(
    ("before", "after", "roles"),
    [
        (L.SCORED, L.IN_PROGRESS, {Who.EXAM_MANAGER}),
        (L.SUBMITTED, L.IN_PROGRESS, {Who.EXAM_MANAGER}),
        (L.EXPIRED, L.IN_PROGRESS, {Who.EXAM_MANAGER}),
        (L.SCORED, L.SCORED, {Who.CERTIFICATION_OFFICER}),
        (L.IN_PROGRESS, L.VOID, {Who.EXAM_MANAGER}),
        (L.READY, L.NO_SHOW, {Who.SYSTEM}),
        (L.SCHEDULED, L.NO_SHOW, {Who.SYSTEM, Who.PROCTOR}),
        (L.CHECKIN, L.REFUSED, {Who.PROCTOR}),
        (L.IN_PROGRESS, L.PAUSED, {Who.PROCTOR, Who.EXAM_MANAGER}),
        (L.IN_PROGRESS, L.TERMINATED, {Who.PROCTOR, Who.EXAM_MANAGER}),
        (L.IN_PROGRESS, L.EXPIRED, {Who.SYSTEM}),
        (L.IN_PROGRESS, L.SUBMITTED, {Who.CANDIDATE}),
    ],
)
def test_who_makes_the_changes_that_weigh_most(before: L, after: L, roles: set[Who]) -> None:
    line = find_change(Axis.LIFECYCLE, before, after)
    assert line is not None
    assert line.who == roles
