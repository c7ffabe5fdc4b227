"""What makes an item impossible to answer or to score, for every type, wherever the item comes from."""

from dataclasses import replace
from typing import Any

import pytest

from app.question_banks.rules import SCORING_OF, Answering, ItemType, ScoringRule, faults

NOTHING = ScoringRule.ALL_OR_NOTHING
ABC = ("a", "b", "c")


def item(kind: ItemType, choices=(), key=(), parts=None, scoring=NOTHING) -> Answering:
    return Answering(kind, scoring, tuple(choices), tuple(key), parts)


def targets(*words: str) -> dict[str, Any]:
    return {"targets": [{"id": word, "text": {}} for word in words]}


def accepted(**texts: list[str]) -> dict[str, Any]:
    return {"accepted": {"kk": ["иә"], "ru": ["да"], "en": ["yes"]} | texts, "case_sensitive": False}


def picture(**regions: Any) -> dict[str, Any]:
    rect = {"shape": "rect", "coords": [0, 0, 10, 10]}
    return {"image": "x", "width": 100, "height": 50, "regions": {"a": rect, "b": rect, "c": rect} | regions}


def region(shape: str, *coords: int) -> dict[str, Any]:
    return {"shape": shape, "coords": list(coords)}


CRITERION = dict.fromkeys(("kk", "ru", "en"), "Name\n0: says nothing\n2: says why")
SOUND = {
    ItemType.SINGLE: item(ItemType.SINGLE, ABC, "b"),
    ItemType.MULTIPLE: item(ItemType.MULTIPLE, ABC, "ac"),
    ItemType.TRUE_FALSE: item(ItemType.TRUE_FALSE, ("true", "false"), ("false",)),
    ItemType.MATCHING: item(ItemType.MATCHING, ABC, ("a=x", "b=y", "c=x"), targets("x", "y")),
    ItemType.ORDERING: item(ItemType.ORDERING, ABC, "cab"),
    ItemType.NUMERIC: item(ItemType.NUMERIC, (), ("-3.5",), {"tolerance": "0.01"}),
    ItemType.SHORT_TEXT: item(ItemType.SHORT_TEXT, parts=accepted()),
    ItemType.HOTSPOT: item(ItemType.HOTSPOT, ABC, "b", picture()),
    ItemType.WRITTEN: replace(item(ItemType.WRITTEN, parts={"rubric": [CRITERION], "words": 200}), points=2),
}


@pytest.mark.parametrize("kind", ItemType)
def test_a_sound_item_of_each_type_has_no_fault(kind: ItemType) -> None:
    for scoring in SCORING_OF[kind]:
        assert faults(replace(SOUND[kind], scoring=scoring)) == []


@pytest.mark.parametrize("kind", ItemType)
def test_each_type_is_scored_by_its_own_rules_and_has_its_own_parts(kind: ItemType) -> None:
    for scoring in set(ScoringRule) - SCORING_OF[kind]:
        (fault,) = faults(replace(SOUND[kind], scoring=scoring))
        assert (fault.place, fault.says) == (("scoring",), f"“{scoring}” does not score the type “{kind}”")
    without = SOUND[kind].interaction is None
    (fault,) = faults(replace(SOUND[kind], interaction={} if without else None))
    assert fault.place == ("interaction",)
    assert ("is not for this type" if without else "is missing") in fault.says


@pytest.mark.parametrize(
    ("kind", "change", "place", "says"),
    [
        (ItemType.SINGLE, {"choices": ("a", "B")}, ("choices", 1), "“B” is no id"),
        (ItemType.SINGLE, {"choices": ("a", "b=c", "b")}, ("choices", 1), "“b=c” is no id"),
        (ItemType.SINGLE, {"choices": ("b", "b")}, ("choices",), "two choices have the same id"),
        (ItemType.SINGLE, {"key": ("z",)}, ("key", 0), "“z” is no choice"),
        (ItemType.SINGLE, {"key": ()}, ("key",), "exactly one key"),
        (ItemType.SINGLE, {"key": ("a", "b")}, ("key",), "exactly one key"),
        (ItemType.MULTIPLE, {"key": ("a",)}, ("key",), "at least two keys"),
        (ItemType.MULTIPLE, {"key": ABC}, ("key",), "at least one other choice"),
        (ItemType.MULTIPLE, {"key": ("a", "c", "a")}, ("key",), "names a choice twice"),
        (ItemType.TRUE_FALSE, {"choices": ("false", "true")}, ("choices",), "true and false, in this order"),
        (ItemType.ORDERING, {"key": ("a", "b")}, ("key",), "names every choice"),
        (ItemType.ORDERING, {"choices": ("a",), "key": ("a",)}, ("key",), "two at least"),
        (ItemType.MATCHING, {"key": ("a=x", "b=y")}, ("key",), "exactly once"),
        (ItemType.MATCHING, {"key": ("a=x", "b=y", "c=x", "c=y")}, ("key",), "exactly once"),
        (ItemType.MATCHING, {"choices": ("a",), "key": ("a=x",)}, ("key",), "two at least"),
        (ItemType.MATCHING, {"key": ("a=x", "b=y", "c=z")}, ("key", 2), "“c=z” is no pair"),
        (
            ItemType.MATCHING,
            {"interaction": targets("x", "y", "x")},
            ("interaction", "targets"),
            "each id once",
        ),
        (
            ItemType.MATCHING,
            {"interaction": targets("x", "y", "Z")},
            ("interaction", "targets", 2),
            "“Z” is no",
        ),
        (
            ItemType.MATCHING,
            {"interaction": targets("x"), "key": ("a=x", "b=x", "c=x")},
            ("interaction", "targets"),
            "two targets at least",
        ),
        (ItemType.NUMERIC, {"key": ("3,5",)}, ("key",), "one decimal number"),
        (ItemType.NUMERIC, {"key": ("3", "4")}, ("key",), "one decimal number"),
        (ItemType.NUMERIC, {"interaction": {"tolerance": "a"}}, ("interaction", "tolerance"), "from 0"),
        (ItemType.NUMERIC, {"interaction": {"tolerance": "-1"}}, ("interaction", "tolerance"), "from 0"),
        (ItemType.NUMERIC, {"choices": ("a",)}, ("choices",), "has no choices"),
        (ItemType.SHORT_TEXT, {"key": ("a",)}, ("key",), "an empty key"),
        (ItemType.SHORT_TEXT, {"interaction": accepted(ru=[])}, ("interaction", "accepted"), "in “ru”"),
        (
            ItemType.SHORT_TEXT,
            {"interaction": accepted(en=["yes", " "])},
            ("interaction", "accepted", "en", 1),
            "1 to 200 signs",
        ),
        (
            ItemType.SHORT_TEXT,
            {"interaction": accepted(en=["y" * 201])},
            ("interaction", "accepted", "en", 0),
            "1 to 200 signs",
        ),
        (ItemType.HOTSPOT, {"choices": (*ABC, "d")}, ("interaction", "regions"), "“d” has no region"),
        (
            ItemType.HOTSPOT,
            {"interaction": picture(d=region("circle", 20, 20, 5))},
            ("interaction", "regions", "d"),
            "“d” is no choice",
        ),
        *[
            (ItemType.HOTSPOT, {"interaction": picture(b=wrong)}, ("interaction", "regions", "b"), says)
            for wrong, says in [
                (region("rect", 0, 0, 5), "4 numbers"),
                (region("circle", 1, 1), "a circle 3"),
                (region("poly", 1, 1, 2, 2), "6 or more"),
                (region("poly", 1, 1, 2, 2, 3, 3, 4), "in pairs"),
                (region("rect", 10, 0, 5, 5), "outside the picture"),
                (region("rect", 0, 10, 5, 5), "outside the picture"),
                (region("rect", 0, 0, 101, 5), "outside the picture"),
                (region("rect", 0, 0, 5, 51), "outside the picture"),
                (region("circle", 50, 25, 26), "outside the picture"),
                (region("circle", 50, 25, 0), "outside the picture"),
                (region("poly", 1, 1, 2, 2, 3, 60), "outside the picture"),
            ]
        ],
        *[
            (ItemType.WRITTEN, {"interaction": {"rubric": rubric, "words": words}}, place, says)
            for rubric, words, place, says in [
                ([], 9, ("interaction", "rubric"), "1 to 8 criteria"),
                ([CRITERION] * 9, 9, ("interaction", "rubric"), "1 to 8 criteria"),
                ([CRITERION], 0, ("interaction", "words"), "1 to 2000 words"),
                ([CRITERION], 2001, ("interaction", "words"), "1 to 2000 words"),
                ([CRITERION, {}], 9, ("interaction", "rubric", 1), "cannot be read"),
                ([CRITERION] * 2, 9, ("interaction", "rubric"), "come to 4 points, the item has 2"),
            ]
        ],
    ],
)
def test_each_fault_is_told_with_its_place(kind: ItemType, change, place, says: str) -> None:
    found = faults(replace(SOUND[kind], **change))
    assert [fault for fault in found if fault.place == place and says in fault.says], found


@pytest.mark.parametrize("sound", [region("circle", 50, 25, 25), region("poly", 0, 0, 100, 0, 100, 50)])
def test_a_region_may_touch_the_edge_of_its_picture(sound: dict[str, Any]) -> None:
    assert faults(replace(SOUND[ItemType.HOTSPOT], interaction=picture(c=sound))) == []
