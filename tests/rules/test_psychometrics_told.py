"""What people and files may be told of an item."""

from random import Random
from typing import Any

from app.kernel.ids import new_id
from app.psychometrics.rules.cells import Share, Sign, plain, share, shares_of
from app.psychometrics.rules.told import Counted, ToldChoice, tell
from app.psychometrics.rules.verdict import Reason, Word


def choice(
    name: str, chosen: int, *, key: bool = False, discrimination: float | None = -0.2
) -> dict[str, Any]:
    return {
        "id": name,
        "key": key,
        "chosen": chosen,
        "share": chosen / 100,
        "rest": 5.0,
        "discrimination": discrimination,
    }


def counted(**more: Any) -> Counted:
    figures: dict[str, Any] = {
        "facility": 0.6,
        "discrimination": 0.3,
        "timed": 100,
        "seconds": 41.0,
        "choices": [choice("a", 60, key=True, discrimination=0.3), choice("b", 20), choice("c", 20)],
        "curve": [{"persons": 50, "right": 20}, {"persons": 50, "right": 48}, {"persons": 6, "right": 3}],
        "dif": None,
        "alpha_if_deleted": 0.8,
        "moodle_index": 30.0,
        "efficiency": 40.0,
        "effective_weight": 2.0,
    }
    facts = {"persons": 100, "right": 60, "omitted": 0, "rapid": 0, "met": 100, "delivered": 400}
    facts |= {name: more.pop(name) for name in list(more) if name in facts}
    return Counted(3, new_id(), **facts, figures=figures | more)


def test_an_item_of_many_is_told_as_it_is() -> None:
    told = tell(counted(), {})
    assert told.whole.facility == Share(60, 100)
    assert told.whole.seconds == 41.0
    assert told.more["alpha_if_deleted"] == 0.8
    assert [one.chosen for one in told.choices] == [60, 20, 20]
    assert told.unanswered == 0
    assert told.met == Share(100, 400)
    assert (told.verdict.word, told.ets, told.models) == (Word.FINE, None, {})


def test_a_curve_tells_bounds_and_leaves_tiny_groups_out() -> None:
    curve = tell(counted(persons=106, right=71), {}).curve
    assert curve == (Share(15, 50, Sign.AT_LEAST), Share(46, 50, Sign.AT_LEAST), None)


def test_a_choice_of_few_is_hidden_with_what_would_give_it_away() -> None:
    rows = [choice("a", 77, key=True), choice("b", 20), choice("c", 3)]
    told = tell(counted(choices=rows), {})
    assert told.choices[2] == ToldChoice("c", False, None, None, None, None)
    assert told.unanswered is None, "a zero beside a small cell says which one is small"
    assert [one.chosen for one in told.choices] == [77, 20, None]
    told = tell(counted(choices=rows, omitted=10), {})
    assert told.unanswered is None, "the total less the others would tell"
    assert told.choices[2].chosen is None


def test_an_item_without_choices_tells_no_omissions_beside_them() -> None:
    told = tell(counted(choices=[], omitted=7), {})
    assert (told.choices, told.unanswered) == ((), None)
    assert told.whole.omitted == Share(7, 100)


def test_languages_and_their_difference_are_told() -> None:
    told = tell(counted(dif={"class": "C", "pairs": []}), {"kk": counted(persons=40, right=12)})
    assert told.ets == "C"
    assert told.languages["kk"].facility == Share(12, 40)
    assert told.verdict.withdraw


def test_the_status_rests_on_choices_of_five_and_more() -> None:
    able = choice("b", 5, discrimination=0.2)
    assert Reason.DRAWS_ABLE in tell(counted(choices=[able]), {}).verdict.reasons
    for harmless in (
        choice("b", 4, discrimination=0.2),
        choice("b", 20, key=True, discrimination=0.2),
        choice("b", 20, discrimination=None),
    ):
        assert tell(counted(choices=[harmless]), {}).verdict.word is Word.FINE


def test_the_status_rests_on_shares_of_all_and_of_those_whose_time_is_known() -> None:
    assert tell(counted(omitted=10), {}).verdict.reasons == (Reason.OMITTED,)
    assert tell(counted(rapid=5, timed=50), {}).verdict.reasons == (Reason.RAPID,)
    assert tell(counted(rapid=4, timed=4), {}).verdict.word is Word.FINE


def test_omissions_and_the_key_beside_a_hidden_choice_are_bounds() -> None:
    rows = [choice("a", 60, key=True), choice("b", 30), choice("c", 3), choice("d", 20)]
    told = tell(counted(choices=rows, persons=123, omitted=10), {})
    assert [one.chosen for one in told.choices] == [60, 30, None, 20]
    assert told.whole.omitted == Share(9, 123, Sign.AT_LEAST)
    assert told.whole.facility == Share(60, 123)
    assert {one.share for one in told.choices} == {None}
    assert tell(counted(choices=rows, persons=113), {}).whole.omitted == Share(4, 113, Sign.AT_MOST)
    rows = [choice("a", 20, key=True), choice("b", 37), choice("c", 3)]
    told = tell(counted(choices=rows, persons=100, right=20, omitted=40), {})
    assert told.whole.facility == Share(19, 100, Sign.AT_LEAST), "the hidden neighbour is the key"
    rows = [choice("a", 2, key=True), choice("b", 3), choice("c", 95)]
    told = tell(counted(choices=rows, persons=100, right=2), {})
    assert told.whole.facility == Share(4, 100, Sign.AT_MOST)


def test_a_choice_that_nearly_all_took_is_not_counted_beside_its_bound() -> None:
    rows = [choice("a", 97, key=True), choice("b", 2), choice("c", 1)]
    told = tell(counted(choices=rows, right=97), {})
    assert [one.chosen for one in told.choices] == [None, None, None]
    assert told.whole.facility == Share(96, 100, Sign.AT_LEAST)


def test_an_item_right_for_everybody_hides_no_more_than_its_key() -> None:
    rows = [choice("a", 98, key=True), choice("b", 2)]
    told = tell(counted(choices=rows, right=100), {})
    assert not plain(told.whole.facility)


def test_two_keys_of_few_say_nothing_of_the_facility() -> None:
    rows = [choice("a", 4, key=True), choice("b", 4, key=True), choice("c", 3), choice("d", 89)]
    assert tell(counted(choices=rows, right=8), {}).whole.facility == Share(3, 100, Sign.AT_LEAST)


def test_a_language_beside_one_that_is_a_bound_is_one_too() -> None:
    kk, ru = counted(persons=130, right=122), counted(persons=70, right=68)
    told = tell(counted(persons=200, right=190, choices=[]), {"kk": kk, "ru": ru})
    assert told.whole.facility == Share(190, 200)
    assert told.languages["ru"].facility == Share(66, 70, Sign.AT_LEAST)
    assert told.languages["kk"].facility == Share(115, 130, Sign.AT_LEAST)


def test_groups_beside_one_that_is_a_bound_are_too() -> None:
    groups = [{"persons": 40, "right": 20}, {"persons": 40, "right": 40}, {"persons": 40, "right": 39}]
    told = tell(counted(persons=120, right=99, choices=[], curve=groups), {})
    assert [(one.part, one.sign) for one in told.curve if one] == [
        (15, Sign.AT_LEAST),
        (36, Sign.AT_LEAST),
        (36, Sign.AT_LEAST),
    ]
    assert shares_of([(0, 40), (3, 40), (5, 40)], Share(8, 120), part=8, persons=120) == (
        Share(4, 40, Sign.AT_MOST),
        Share(4, 40, Sign.AT_MOST),
        None,
    )
    assert shares_of([(54, 58), (0, 51)], Share(54, 109), part=54, persons=109) == (None, None)


def test_the_rest_that_no_language_holds_follows_from_nothing() -> None:
    assert not plain(shares_of([(60, 90)], Share(62, 100), part=62, persons=100)[0])
    assert shares_of([(56, 60), (56, 60)], Share(112, 120), part=112, persons=120) == (None, None)


def reach(one: Share | None, of: int) -> tuple[int, int]:
    if one is None:
        return 0, of
    return {Sign.EXACT: (one.part, one.part), Sign.AT_MOST: (0, one.part), Sign.AT_LEAST: (one.part, of)}[
        one.sign
    ]


def solved(cells: list[tuple[int, int]], whole: tuple[int, int]) -> list[tuple[int, int]]:
    """The values each of some numbers can still have when their sum is in ``whole``."""
    low, high = sum(one for one, _ in cells), sum(one for _, one in cells)
    return [(max(a, whole[0] - (high - b)), min(b, whole[1] - (low - a))) for a, b in cells]


def test_of_all_that_is_told_together_every_hidden_cell_has_two_values() -> None:
    """Five thousand items: choices with omissions, languages and groups, each with the sum told beside."""
    draw = Random(20)
    for _ in range(5000):
        counts = [draw.choice((0, 1, 2, 3, 4, 5, 6, 9, 40, 80)) for _ in range(4)]
        omitted, persons = counts.pop(), 60 + sum(counts)
        counts[0] += 60 - omitted if omitted < 60 else 60
        persons = sum(counts) + omitted
        right = counts[0]
        cut = draw.randint(30, persons - 30) if persons >= 60 else persons
        most = min(cut, right)
        part = draw.randint(max(0, right - (persons - cut)), most)
        parts = [(part, cut), (right - part, persons - cut)]
        rows = [choice(name, of, key=name == "a") for name, of in zip("abc", counts, strict=True)]
        languages = {
            name: counted(persons=of, right=one, omitted=0)
            for name, (one, of) in zip(("kk", "ru"), parts, strict=True)
        }
        curve = [{"persons": of, "right": one} for one, of in parts]
        told = tell(
            counted(choices=rows, persons=persons, right=right, omitted=omitted, curve=curve), languages
        )
        whole = reach(told.whole.facility, persons)
        cells = [(one.chosen, one.chosen) if one.chosen is not None else (0, persons) for one in told.choices]
        cells[0] = max(cells[0][0], whole[0]), min(cells[0][1], whole[1])
        low, high = reach(told.whole.omitted, persons)
        if told.unanswered is not None:
            low = high = told.unanswered
        for (a, b), count in zip(
            solved([*cells, (low, high)], (persons, persons)), [*counts, omitted], strict=True
        ):
            assert a < b or not 0 < count < 5, (counts, omitted, told)
        for shares in ([one.facility for one in told.languages.values()], told.curve):
            ranges = solved([reach(one, of) for one, (_, of) in zip(shares, parts, strict=True)], whole)
            for (a, b), (one, of) in zip(ranges, parts, strict=True):
                assert a < b or plain(share(one, of)), (parts, right, persons, told)
