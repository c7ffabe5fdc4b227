"""What a correction does to one result, who is spared, what it means for a certificate, and who decides."""

from typing import Any
from uuid import UUID

import pytest

from app.appeals.errors import PlanMoved, PlanOutdated, SecondPersonNeeded
from app.appeals.rules.rescoring import (
    Change,
    Effect,
    Figures,
    PlanState,
    Policy,
    Treatment,
    change_of,
    changes_nothing,
    decide_rescore,
    effect_of,
    read_keys,
    treatment,
)
from app.exams.rules.overriding import Override, OverrideKind
from app.question_banks.rules import ItemType


def figures(raw: int, possible: int = 80, cut: int = 56) -> Figures:
    return Figures(raw, possible, cut, raw >= cut)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (figures(55), figures(56), Change.GAINS_PASS),
        (figures(56), figures(55), Change.LOSES_PASS),
        (figures(60), figures(61), Change.BETTER),
        (figures(60), figures(59), Change.WORSE),
        (figures(40), figures(39), Change.WORSE),
        (figures(60), figures(60), Change.UNCHANGED),
        (figures(60), figures(59, 79, 55), Change.MOVED),
        (figures(60), figures(60, 79, 55), Change.BETTER),
        (figures(55), figures(55, 79, 55), Change.GAINS_PASS),
    ],
)
def test_the_change_is_the_outcome_first_then_the_distance_from_the_cut(
    before: Figures, after: Figures, change: Change
) -> None:
    assert change_of(before, after) is change


def test_by_default_nobody_loses_by_a_mistake_of_the_examiners() -> None:
    spared = {one for one in Change if treatment(one, Policy.PROTECT) is Treatment.PROTECTED}
    assert spared == {Change.LOSES_PASS, Change.WORSE}
    assert {one for one in Change if treatment(one, Policy.APPLY) is Treatment.PROTECTED} == set()
    for policy in Policy:
        left = {one for one in Change if treatment(one, policy) is Treatment.LEFT}
        assert left == {Change.UNCHANGED, Change.INCONSISTENT, Change.LATER}
    assert treatment(Change.LOSES_PASS, Policy.APPLY) is Treatment.APPLIED


@pytest.mark.parametrize(
    ("change", "leads", "undecided", "certified", "effect"),
    [
        (Change.GAINS_PASS, True, False, False, Effect.ENTERS_QUEUE),
        (Change.GAINS_PASS, False, False, False, Effect.NONE),
        (Change.GAINS_PASS, True, True, False, Effect.NONE),
        (Change.LOSES_PASS, True, False, True, Effect.AT_RISK),
        (Change.LOSES_PASS, True, True, False, Effect.CASE_LAPSES),
        (Change.LOSES_PASS, True, False, False, Effect.NONE),
        (Change.BETTER, True, False, True, Effect.CERTIFICATE_STAYS),
        (Change.WORSE, True, False, True, Effect.CERTIFICATE_STAYS),
        (Change.BETTER, True, False, False, Effect.NONE),
    ],
)
def test_what_it_means_for_certification(
    change: Change, leads: bool, undecided: bool, certified: bool, effect: Effect
) -> None:
    assert effect_of(change, leads_to_case=leads, undecided=undecided, certified=certified) is effect


NEW = OverrideKind.NEW_KEY


@pytest.mark.parametrize(
    ("kind", "type_", "chosen", "typed", "keys"),
    [
        (OverrideKind.EVERYBODY, ItemType.MATCHING, (), "", ()),
        (OverrideKind.WITHDRAWN, ItemType.SINGLE, ("a",), "", ()),
        (NEW, ItemType.MATCHING, ("a",), "", None),
        (NEW, ItemType.SINGLE, ("c",), "", (("c",),)),
        (NEW, ItemType.SINGLE, ("c", "a"), "", (("a",), ("c",))),
        (NEW, ItemType.MULTIPLE, ("c", "a"), "", (("a", "c"),)),
        (NEW, ItemType.SINGLE, (), "", None),
        (NEW, ItemType.SINGLE, ("z",), "", None),
        (NEW, ItemType.NUMERIC, (), " 1,50 \n\n2 ", (("1.50",), ("2",))),
        (NEW, ItemType.NUMERIC, (), "1\nmany", None),
        (NEW, ItemType.NUMERIC, (), " \n", None),
        (NEW, ItemType.SHORT_TEXT, (), "mask\n veil ", (("mask",), ("veil",))),
    ],
)
def test_the_keys_of_a_correction_fit_the_item(
    kind: OverrideKind, type_: ItemType, chosen: tuple[str, ...], typed: str, keys: Any
) -> None:
    assert read_keys(kind, type_, chosen=chosen, typed=typed, choices=("a", "b", "c")) == keys


@pytest.mark.parametrize(
    ("kind", "keys", "stands", "nothing"),
    [
        (NEW, (("a",),), None, True),
        (NEW, (("c",),), None, False),
        (OverrideKind.EVERYBODY, (), None, False),
        (NEW, (("a",),), (NEW, (("c",),)), False),
        (NEW, (("c",),), (NEW, (("c",),)), True),
        (OverrideKind.WITHDRAWN, (), (OverrideKind.EVERYBODY, ()), False),
        (OverrideKind.WITHDRAWN, (), (OverrideKind.WITHDRAWN, ()), True),
    ],
)
def test_a_correction_is_compared_with_what_holds_now_so_that_a_wrong_one_can_be_taken_back(
    kind: OverrideKind, keys: Any, stands: Any, nothing: bool
) -> None:
    found = Override(UUID(int=9), UUID(int=8), *stands) if stands else None
    assert changes_nothing(kind, keys, key=["a"], stands=found) is nothing


PLAN: dict[str, Any] = {
    "approved": True,
    "state": PlanState.READY,
    "proposers": {UUID(int=1), UUID(int=3)},
    "decider": UUID(int=2),
    "seen": "h",
    "stored": "h",
    "still_so": lambda: True,
}


def unasked() -> bool:
    """The world is read only when everything else holds: it is every attempt with the item."""
    pytest.fail("asked for nothing")


def test_a_second_person_approves_exactly_the_plan_that_was_shown() -> None:
    assert decide_rescore(**PLAN) is PlanState.APPROVED
    assert decide_rescore(**PLAN | {"approved": False, "still_so": unasked}) is PlanState.REJECTED


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"state": PlanState.COMPUTING, "still_so": unasked}, PlanMoved),
        ({"state": PlanState.EXECUTED, "still_so": unasked}, PlanMoved),
        ({"decider": UUID(int=1), "still_so": unasked}, SecondPersonNeeded),
        ({"decider": UUID(int=1), "approved": False}, SecondPersonNeeded),
        ({"decider": UUID(int=3), "still_so": unasked}, SecondPersonNeeded),
        ({"seen": "g", "still_so": unasked}, PlanOutdated),
        ({"still_so": lambda: False}, PlanOutdated),
    ],
)
def test_anything_else_is_refused(other: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        decide_rescore(**PLAN | other)
