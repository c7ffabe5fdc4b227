"""What a search for forms is told and tells, and how the forms it found compare."""

from datetime import date
from typing import Any

import pytest

from app.exams.rules.forms import fit_to_publish
from app.psychometrics.rules import proposing
from app.psychometrics.rules.assembly import Result
from app.psychometrics.rules.comparing import (
    ABILITIES,
    Composed,
    Counted,
    Shared,
    composition,
    exposure_of,
    free_names,
    known_of,
    overlaps,
    repeated,
    takeable,
)
from app.psychometrics.rules.gates import Assembled, Ended, Search, search_ended
from app.psychometrics.rules.parallel import information
from app.psychometrics.rules.proposing import ItemAsked, propose


def item(name: str, known: tuple[float, float | None, float | None] | None = None, **more: Any) -> ItemAsked:
    facts: Any = {
        "id": name,
        "domain": "D1",
        "case": None,
        "enemies": [],
        "traits": ["single"],
        "exposure": 0.0,
        "known": known,
    }
    return facts | more  # type: ignore[no-any-return]


def demand(**more: Any) -> dict[str, Any]:
    return {
        "domains": {"D1": 2},
        "forms": 2,
        "cases": 0,
        "limits": {},
        "most_forms": 1,
        "overlap": 0,
        "exposure_cap": 1.0,
    } | more


def test_forms_come_back_with_what_is_known_of_their_items() -> None:
    known = [(0.5, -1.0, 1.0), (0.6, 1.0, 2.0), (0.5, -1.0, 1.0), (0.6, 1.0, 2.0)]
    items = [item(f"i{n}", one) for n, one in enumerate(known)]
    found = propose(items=items, demand=demand(), seed=1, seconds=10)
    assert found["status"] == "within_tolerance"
    assert found["measures"] == ["difficulty", "information at -1", "information at 0", "information at 1"]
    assert found["gap"] == 0
    for form in found["forms"]:
        assert (form["known"], form["modelled"]) == (2, 2)
        assert form["facility"] == pytest.approx(0.55)
        assert form["difficulty"] == pytest.approx(0)
        at_zero = form["information"][ABILITIES.index(0)]
        assert at_zero == pytest.approx(information(1, -1, 0) + information(2, 1, 0), abs=1e-6)
    assert sorted(name for form in found["forms"] for name in form["items"]) == ["i0", "i1", "i2", "i3"]


def test_what_is_not_known_is_told_as_none() -> None:
    items = [item("a", (0.5, None, None)), item("b"), item("c"), item("d")]
    forms = propose(items=items, demand=demand(), seed=1, seconds=10)["forms"]
    assert sorted((form["known"], form["facility"], form["difficulty"]) for form in forms)[1] == (
        1,
        0.5,
        None,
    )
    assert [form["facility"] for form in forms].count(None) == 1
    assert {form["information"] for form in forms} == {None}


def test_what_is_short_is_told_in_numbers() -> None:
    found = propose(items=[item("a")], demand=demand(limits={"single": [1, 2]}), seed=1, seconds=10)
    assert found["status"] == "impossible"
    assert found["forms"] == []
    assert found["shortages"] == [
        {"kind": "domain", "name": "D1", "have": 1, "needed": 4, "forms": 2},
        {"kind": "trait", "name": "single", "have": 1, "needed": 2, "forms": 2},
    ]


def test_a_bound_without_end_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Result(Assembled.TIME_OVER, (("a",),), 2.0, float("-inf"), float("inf"))
    monkeypatch.setattr(proposing, "assemble", lambda *_args, **_more: endless)
    found = propose(items=[item("a")], demand=demand(), seed=1, seconds=1)
    assert (found["deviation"], found["bound"], found["gap"]) == (2.0, None, None)


@pytest.mark.parametrize(
    ("ended", "status", "forms", "search"),
    [
        (Ended.COMPUTED, "within_tolerance", 2, Search.FOUND),
        (Ended.COMPUTED, "time_over", 2, Search.FOUND),
        (Ended.COMPUTED, "time_over", 0, Search.TIME_OVER),
        (Ended.COMPUTED, "impossible", 0, Search.IMPOSSIBLE),
        (Ended.COMPUTED, None, 0, Search.FAILED),
        (Ended.NO_NUMBERS, None, 0, Search.NO_NUMBERS),
        (Ended.OVER_LIMIT, None, 0, Search.OVER_LIMIT),
        (Ended.FAILED, None, 0, Search.FAILED),
        (Ended.TOO_FEW, None, 0, Search.FAILED),
    ],
)
def test_how_a_search_ended(ended: Ended, status: str | None, forms: int, search: Search) -> None:
    assert search_ended(ended, status, forms=forms) is search


def counted(persons: int, *models: str, right: int = 15) -> Counted:
    return Counted(persons, right, {model: {"difficulty": 0.5, "slope": 1.5} for model in models})


def test_statistics_count_from_thirty_people_on() -> None:
    assert known_of({"a": counted(29), "b": counted(30)}) == {"b": (0.5, None, None)}


def test_difficulties_come_from_one_model_that_knows_every_item() -> None:
    both = {"a": counted(30, "rasch", "2pl"), "b": counted(30, "rasch")}
    assert known_of(both) == {"a": (0.5, 0.5, 1.5), "b": (0.5, 0.5, 1.5)}
    assert known_of(both | {"c": counted(30)})["a"] == (0.5, None, None)
    none = Counted(30, 15, {"2pl": {"difficulty": None, "slope": None}})
    assert known_of({"a": none}) == {"a": (0.5, None, None)}
    assert known_of({}) == {}


def test_exposure_is_a_share() -> None:
    assert exposure_of(21, 100) == 0.21
    assert exposure_of(0, 0) == 0


def test_a_case_set_is_taken_whole_or_not_at_all() -> None:
    cases = {"a": None, "b": "first", "c": "first", "d": "second", "e": None}
    assert takeable(cases, {"b", "e"}) == ["a", "d"]
    assert takeable(cases, set()) == ["a", "b", "c", "d", "e"]


def test_the_text_of_a_case_is_read_once() -> None:
    one, other = {"kk": 10, "ru": 20, "en": 30}, {"kk": 100, "ru": 100, "en": 100}
    made = composition(
        [
            Composed("a", "D2", "single", "apply", "case", one, other),
            Composed("b", "D1", "single", "apply", "case", one, other),
            Composed("c", "D1", "multiple", "analyse", None, one, {}),
        ]
    )
    assert made.domains == {"D1": 2, "D2": 1}
    assert made.types == {"multiple": 1, "single": 2}
    assert made.levels == {"analyse": 1, "apply": 2}
    assert (made.cases, made.in_cases) == (1, 2)
    assert made.signs == {"kk": 130, "ru": 160, "en": 190}


def test_overlap_is_counted_for_every_pair_and_with_what_was_published() -> None:
    found = overlaps({"1": "abc", "2": "bcd"}, {"full-a": "ax"})
    assert found == [Shared("1", "2", 2), Shared("1", "full-a", 1), Shared("2", "full-a", 0)]


def test_a_new_form_goes_on_where_the_letters_end() -> None:
    names = free_names(["full-a", "full-b"], "form")
    assert [next(names), next(names)] == ["full-c", "full-d"]
    assert next(free_names([], "form")) == "form-a"
    assert next(free_names(["full"], "form")) == "form-a"
    many = [f"x-{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert next(free_names(many, "form")) == "x-aa"
    assert len(list(free_names([], "form"))) == 27 * 26


def test_only_an_active_version_in_force_that_is_its_items_own_is_published() -> None:
    day = date(2026, 11, 23)
    assert fit_to_publish(active=True, current=True, valid_until=None, on=day)
    assert fit_to_publish(active=True, current=True, valid_until=day, on=day)
    assert not fit_to_publish(active=True, current=True, valid_until=date(2026, 11, 22), on=day)
    assert not fit_to_publish(active=False, current=True, valid_until=None, on=day)
    assert not fit_to_publish(active=True, current=False, valid_until=None, on=day)


def test_a_form_repeats_another_when_it_has_just_its_items() -> None:
    forms = {"form-a": ["1", "2"], "form-b": ["3", "4"]}
    assert repeated(["4", "3"], forms, []) == "form-b"
    assert repeated(["1", "3"], forms, []) is None


def test_a_form_that_shares_any_item_repeats_one_that_it_is_to_be_apart_from() -> None:
    forms = {"form-a": ["1", "2"], "form-b": ["3", "4"]}
    assert repeated(["1", "5"], forms, ["form-a"]) == "form-a"
    assert repeated(["1", "5"], forms, ["form-b"]) is None
