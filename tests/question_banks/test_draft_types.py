"""Every type that can be written is shown on its sheet, comes back from it as it was, and can become an item."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.datastructures import FormData

from app.question_banks.formats.check import check
from app.question_banks.formats.draft import DraftChoice, DraftItem, from_document
from app.question_banks.formats.report import ItemError
from app.question_banks.routes.sheet import Sheet, differences
from app.question_banks.rules import BankPurpose
from tests import factories
from tests.question_banks.draft_world import draft, fields, imports, office, page_of
from tests.question_banks.test_draft_doors import LABELS, SINGLE, approved, three
from tests.world import World

LIVE = tuple(one for one in LABELS if not one.startswith("module"))


def choices(*ids: str) -> tuple[DraftChoice, ...]:
    return tuple(DraftChoice(id_, three(f"Choice {id_}"), three(f"Reason {id_}")) for id_ in ids)


def item(kind: str, **said: Any) -> DraftItem:
    return DraftItem(
        f"q-{kind.replace('_', '-')}", kind, three(f"The {kind} of this sample"), labels=LIVE, **said
    )


TARGETS = {"targets": [{"id": "t1", "text": three("One")}, {"id": "t2", "text": three("Two")}]}
CRITERION = {
    "kk": "Дәлел\n0: дәлел жоқ\n2: дәлел бар",
    "ru": "Довод\n0: довода нет\n2: довод есть",
    "en": "Argument\n0: there is none\n2: there is one",
}
ACCEPTED = {"accepted": {"kk": ["су"], "ru": ["вода", "H2O"], "en": ["water"]}, "case_sensitive": True}
ITEMS = {
    "single": replace(SINGLE, labels=LIVE),
    "multiple": item("multiple", choices=choices(*"abcd"), key=("a", "c"), scoring="plus_minus", points=2),
    "true_false": item(
        "true_false",
        choices=(
            DraftChoice("true", {"kk": "Дұрыс", "ru": "Верно", "en": "True"}, three("Yes")),
            DraftChoice("false", {"kk": "Бұрыс", "ru": "Неверно", "en": "False"}, three("No")),
        ),
        key=("false",),
    ),
    "matching": item(
        "matching", choices=choices("x", "y"), key=("x=t2", "y=t1"), interaction=TARGETS, scoring="per_pair"
    ),
    "ordering": item(
        "ordering", choices=choices("a", "b", "c"), key=("c", "a", "b"), scoring="order_adjacent"
    ),
    "numeric": item("numeric", key=("3.5",), interaction={"tolerance": "0.01"}),
    "short_text": item("short_text", interaction=ACCEPTED),
    "written": item("written", interaction={"rubric": [CRITERION], "words": 200}, points=2),
}


def form_of(sheet: Sheet) -> FormData:
    """The form of a sheet, as a browser sends it."""
    said: list[tuple[str, str]] = [(f"stem-{locale}", words) for locale, words in sheet.stem.items()]
    for at, row in enumerate(sheet.rows):
        said += [(f"id-{at}", row.id), (f"pair-{at}", row.pair), (f"place-{at}", row.place)]
        said += [(f"text-{at}-{locale}", words) for locale, words in row.text.items()]
        said += [(f"why-{at}-{locale}", words) for locale, words in row.why.items()]
        said += [("key", str(at))] if row.key else []
    for at, target in enumerate(sheet.targets):
        said += [(f"tid-{at}", target.id)]
        said += [(f"target-{at}-{locale}", words) for locale, words in target.text.items()]
    said += [(f"accepted-{locale}", words) for locale, words in sheet.accepted.items()]
    for at, text in enumerate(sheet.criteria):
        said += [(f"cid-{at}", "1"), *((f"criterion-{at}-{locale}", words) for locale, words in text.items())]
    said += [("words", sheet.words)]
    said += [("tasks", task) for task in sheet.tasks]
    names = ("number", "tolerance", "points", "scoring", "domain", "module", "cognitive", "valid_until")
    said += [(name, getattr(sheet, name)) for name in (*names, "sources", "enemies")]
    said += [("exact", "true")] if sheet.exact else []
    return FormData(said)


@pytest.mark.parametrize("kind", ITEMS)
def test_a_sheet_that_nobody_touched_says_what_the_draft_said(kind: str) -> None:
    one = ITEMS[kind]
    check(one)
    again = Sheet.typed(form_of(Sheet.of(one)), kind).item(one)
    assert again == one
    check(again)


@pytest.mark.parametrize("kind", ITEMS)
def test_each_type_becomes_an_item_and_its_pages_are_shown(world: World, kind: str) -> None:
    approved(world, "all-types", ITEMS[kind], BankPurpose.CERTIFICATION)
    writer = world.browser(factories.person(world, "instructor"))
    address = page_of(world, ITEMS[kind].id)
    for tail in ("", "/preview"):
        for locale in ("kk", "ru", "en"):
            assert writer.get(f"/{locale}{address[3:]}{tail}").status_code == 200
    refused = writer.get(f"{address}/text")
    assert refused.status_code == 409, "it is an item now"
    said = {"step": "reopened", "version": "1", "reason": "A better text"}
    assert writer.post(f"{address}/steps", said).status_code == 303
    sheet = fields(writer.get(f"{address}/text").text)
    saved = writer.post(f"{address}/text", sheet | {"stem-en": "Quite another text stands here now"})
    assert saved.status_code == 303, saved.text[-3000:]
    changed = from_document(draft(world, ITEMS[kind].id).document)
    assert changed.stem["en"] == "Quite another text stands here now"
    assert replace(changed, stem=ITEMS[kind].stem) == ITEMS[kind]


@pytest.mark.parametrize(
    ("kind", "wrong", "why"),
    [
        ("ordering", {"place-0": "1", "place-1": "1"}, "names each of two choices or more once"),
        ("matching", {"pair-0": ""}, "names each of its left sides once"),
        ("numeric", {"number": "many"}, "one number"),
        ("numeric", {"tolerance": "some"}, "a number, 0 or more"),
        ("single", {"points": "half"}, "whole and between"),
        ("written", {"words": "many"}, "between 0 and"),
    ],
)
def test_a_field_that_holds_what_it_cannot_is_refused(kind: str, wrong: dict[str, str], why: str) -> None:
    said = {name: value for name, value in form_of(Sheet.of(ITEMS[kind])).multi_items()} | wrong
    with pytest.raises(ItemError, match=why):
        Sheet.typed(FormData(list(said.items())), kind).item(ITEMS[kind])


def test_an_emptied_row_goes_and_a_new_one_gets_an_id() -> None:
    sheet = Sheet.of(ITEMS["matching"])
    assert (len(sheet.rows), len(sheet.targets)) == (4, 4), "two more are offered"
    sheet.rows[2].text, sheet.rows[2].pair = three("A third"), "2"
    sheet.targets[2].text = three("Three")
    more = sheet.item(ITEMS["matching"])
    assert [one.id for one in more.choices] == ["x", "y", "a"]
    assert more.key == ("x=t2", "y=t1", "a=t3")
    listed = Sheet.of(ITEMS["single"])
    listed.rows[0].text = listed.rows[0].why = {}
    fewer = listed.item(ITEMS["single"])
    assert ([one.id for one in fewer.choices], fewer.key) == (["a", "b", "c"], ("a",))


def test_differences_name_fields_and_both_words() -> None:
    first, second = Sheet.of(ITEMS["single"]), Sheet.of(ITEMS["single"])
    second.stem, second.rows[1].text, second.tasks = {"kk": "Басқа"}, {"kk": "Өзге"}, ["T2"]
    found = {name: (before, after) for name, before, after in differences(first, second)}
    assert found["stem.kk"][1] == "Басқа"
    assert found["rows.2.text.en"][1] == ""
    assert found["tasks"] == ("T1", "T2")


def test_a_written_task_without_a_rubric_is_a_draft_that_nobody_can_hand_in(world: World) -> None:
    people = office(world)
    imports(people["instructor"], "::w::Жазыңыз {}\n")
    address = page_of(world, "w")
    page = people["instructor"].get(address).text
    assert "The rubric is missing" in page
    assert f"{address}/text" in page
    said = {"step": "submitted", "version": "1"}
    assert people["instructor"].post(f"{address}/steps", said).status_code == 409
