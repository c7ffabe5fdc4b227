"""The way of a draft, without a database: who may do what, when, and when two checks make an item."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from app.question_banks.rules import BankPurpose, ItemStatus
from app.question_banks.rules.workflow import (
    CHECKERS,
    MANAGERS,
    MOVES,
    READERS,
    REVIEWERS,
    WRITERS,
    Hindrance,
    Standing,
    Step,
    decide_approved,
    hindrance,
    may_import,
    open_steps,
    status_after,
)

ANNA, BOLAT, DANA = (uuid4() for _ in range(3))
DRAFT = Standing(ItemStatus.DRAFT, frozenset({ANNA}))
IN_REVIEW = Standing(ItemStatus.IN_REVIEW, frozenset({ANNA}))


def of(step: Step, standing: Standing, person: UUID, roles: frozenset[str]) -> Hindrance | None:
    return hindrance(step, standing, person=person, roles=roles)


def test_every_step_that_people_choose_belongs_to_a_role_and_begins_somewhere() -> None:
    assert set(Step) - set(MOVES) == {Step.IMPORTED, Step.SAVED, Step.APPROVED}
    for move in MOVES.values():
        assert move.begins
        assert move.roles <= READERS
    assert not [step for step, move in MOVES.items() if move.ends is ItemStatus.APPROVED], "two checks do it"


def test_the_way_leads_from_the_draft_to_the_two_checks() -> None:
    assert open_steps(DRAFT, person=ANNA, roles=WRITERS) == (Step.SUBMITTED,)
    assert open_steps(IN_REVIEW, person=ANNA, roles=WRITERS) == (Step.TAKEN_BACK,)
    assert open_steps(IN_REVIEW, person=BOLAT, roles=REVIEWERS) == (Step.CONTENT_CONFIRMED, Step.RETURNED)
    assert open_steps(IN_REVIEW, person=BOLAT, roles=CHECKERS) == (Step.LANGUAGES_CONFIRMED, Step.RETURNED)
    assert open_steps(IN_REVIEW, person=BOLAT, roles=frozenset()) == ()


@pytest.mark.parametrize("step", [Step.CONTENT_CONFIRMED, Step.LANGUAGES_CONFIRMED, Step.RETURNED])
def test_an_author_checks_nothing_whatever_roles_they_hold(step: Step) -> None:
    assert of(step, IN_REVIEW, ANNA, READERS) is Hindrance.OWN_WORK
    assert of(step, IN_REVIEW, BOLAT, READERS) is None


def test_the_reviewer_and_the_checker_of_the_languages_are_two_people() -> None:
    content, languages = replace(IN_REVIEW, content_by=BOLAT), replace(IN_REVIEW, languages_by=BOLAT)
    assert of(Step.LANGUAGES_CONFIRMED, content, BOLAT, READERS) is Hindrance.BOTH_CHECKS
    assert of(Step.CONTENT_CONFIRMED, languages, BOLAT, READERS) is Hindrance.BOTH_CHECKS
    assert of(Step.LANGUAGES_CONFIRMED, content, DANA, READERS) is None
    assert of(Step.CONTENT_CONFIRMED, languages, DANA, READERS) is None
    assert of(Step.CONTENT_CONFIRMED, content, DANA, READERS) is Hindrance.DONE
    assert of(Step.LANGUAGES_CONFIRMED, languages, DANA, READERS) is Hindrance.DONE


@pytest.mark.parametrize(
    ("content_by", "languages_by", "approved"),
    [
        (None, None, False),
        (BOLAT, None, False),
        (None, DANA, False),
        (BOLAT, BOLAT, False),
        (BOLAT, DANA, True),
    ],
)
def test_two_checks_by_two_people_approve(
    content_by: UUID | None, languages_by: UUID | None, approved: bool
) -> None:
    assert decide_approved(content_by=content_by, languages_by=languages_by) is approved


def test_a_step_belongs_to_its_role_and_to_its_moment() -> None:
    approved = replace(DRAFT, status=ItemStatus.APPROVED, made=True)
    assert of(Step.ACTIVATED, approved, ANNA, WRITERS - MANAGERS) is Hindrance.ROLE
    assert of(Step.ACTIVATED, approved, ANNA, MANAGERS) is None
    assert of(Step.ACTIVATED, DRAFT, ANNA, MANAGERS) is Hindrance.STATUS
    assert of(Step.SUBMITTED, IN_REVIEW, ANNA, WRITERS) is Hindrance.STATUS
    assert of(Step.REOPENED, DRAFT, ANNA, WRITERS) is Hindrance.STATUS


def test_what_is_in_use_can_be_withdrawn_while_a_new_version_is_written() -> None:
    assert of(Step.RETIRED, DRAFT, ANNA, MANAGERS) is Hindrance.STATUS, "nothing was made of it yet"
    for status in (ItemStatus.DRAFT, ItemStatus.IN_REVIEW, ItemStatus.ACTIVE, ItemStatus.APPROVED):
        assert of(Step.RETIRED, replace(DRAFT, status=status, made=True), ANNA, MANAGERS) is None
    assert of(Step.RETIRED, replace(DRAFT, status=ItemStatus.RETIRED, made=True), ANNA, MANAGERS) is not None


def test_withdrawing_moves_what_is_in_use_and_no_draft_beside_it() -> None:
    for status in (ItemStatus.DRAFT, ItemStatus.IN_REVIEW):
        assert status_after(Step.RETIRED, status) is status
        assert status_after(Step.SUBMITTED, status) is ItemStatus.IN_REVIEW
    for status in (ItemStatus.APPROVED, ItemStatus.ACTIVE):
        assert status_after(Step.RETIRED, status) is ItemStatus.RETIRED


def test_who_trains_sees_practice_only() -> None:
    assert may_import(BankPurpose.PRACTICE, trains=True)
    assert may_import(BankPurpose.CERTIFICATION, trains=False)
    assert not may_import(BankPurpose.CERTIFICATION, trains=True)
