"""What people and files may be told of an item."""

from typing import Any

from app.kernel.ids import new_id
from app.psychometrics.rules.cells import Share, Sign
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
    assert tell(counted(), {}).curve == (Share(20, 50), Share(46, 50, Sign.AT_LEAST), None)


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
