"""What a draft lacks, and which languages a change leaves behind."""

from typing import Any

import pytest

from app.question_banks.rules import BankPurpose
from app.question_banks.rules.drafting import (
    Facts,
    Gap,
    changed_languages,
    facts_of,
    gaps,
    labels_of,
    stale_after,
)

LABELS = ["domain:D1", "cognitive:apply", "task:T1", "source:A law, article 2"]


def text(kk: str = "", ru: str = "", en: str = "") -> dict[str, str]:
    return {locale: said for locale, said in (("kk", kk), ("ru", ru), ("en", en)) if said}


def whole(word: str) -> dict[str, str]:
    return text(f"{word} k", f"{word} r", f"{word} e")


def document(kind: str = "single", choices: int = 4, **said: Any) -> dict[str, Any]:
    listed = [
        {"id": "abcdefghijklmnop"[at], "text": whole(f"c{at}"), "rationale": whole(f"w{at}")}
        for at in range(choices)
    ]
    return {
        "type": kind,
        "stem": whole("stem"),
        "choices": listed,
        "interaction": None,
        "stimulus": None,
        "labels": LABELS,
        "points": 1,
    } | said


def lacking(said: dict[str, Any], purpose: str = "certification", stale: tuple[str, ...] = ()) -> list[Gap]:
    return gaps(said, purpose=BankPurpose(purpose), stale=stale)


def test_labels_say_facts_and_facts_say_labels() -> None:
    labels = (
        *("domain:D2", "module:M3", "cognitive:apply", "task:T1", "task:T2", "source:A: b"),
        *("enemy:other-1", "valid-until:2027-01-01", "topic", "own:word", "domain:"),
    )
    facts = facts_of(labels)
    assert (facts.domain, facts.module, facts.tasks, facts.sources) == ("D2", "M3", ("T1", "T2"), ("A: b",))
    assert (facts.enemies, facts.valid_until) == (("other-1",), "2027-01-01")
    assert facts.rest == ("topic", "own:word", "domain:")
    assert labels_of(facts) == labels
    assert facts_of(()) == Facts()


def test_a_complete_draft_lacks_nothing() -> None:
    assert lacking(document()) == []
    targets = {"targets": [{"id": "t1", "text": whole("t1")}, {"id": "t2", "text": whole("t2")}]}
    assert lacking(document("matching", 2, interaction=targets)) == []
    accepted = {"accepted": {"kk": ["a"], "ru": ["b"], "en": ["c"]}, "case_sensitive": False}
    assert lacking(document("short_text", 0, interaction=accepted)) == []


@pytest.mark.parametrize(
    ("said", "gap"),
    [
        ({"stem": text("a", "b")}, Gap("language", "en")),
        ({"stem": text("a", "", "c")}, Gap("language", "ru")),
        ({"stimulus": {"id": "c", "text": text("a", "b")}}, Gap("situation", "en")),
        ({"points": 11}, Gap("points", number=10)),
        ({"labels": LABELS[1:]}, Gap("domain")),
        ({"labels": [LABELS[0], *LABELS[2:]]}, Gap("cognitive")),
        ({"labels": [*LABELS[:2], LABELS[3]]}, Gap("tasks")),
        ({"labels": LABELS[:3]}, Gap("sources")),
        ({"labels": [*LABELS, "module:M1"]}, Gap("no_module")),
    ],
)
def test_one_thing_that_is_lacking_is_said(said: dict[str, Any], gap: Gap) -> None:
    assert lacking(document(**said)) == [gap]


def test_rationales_are_counted_by_language_and_a_stale_language_is_said() -> None:
    said = document()
    for choice in said["choices"][:2]:
        choice["rationale"] = text("a")
    assert lacking(said) == [Gap("rationale", "ru", 2), Gap("rationale", "en", 2)]
    assert lacking(document(), stale=("ru",)) == [Gap("stale", "ru")]


def test_a_list_has_four_choices_and_no_item_has_too_many_parts() -> None:
    assert lacking(document(choices=3)) == [Gap("four_choices", number=4)]
    assert lacking(document("multiple", 5)) == [Gap("four_choices", number=4)]
    assert lacking(document("true_false", 2)) == []
    assert lacking(document("ordering", 13)) == [Gap("parts", number=12)]


def test_a_practice_item_with_a_list_belongs_to_a_module_and_no_other_item_does() -> None:
    assert lacking(document(), "practice") == [Gap("module")]
    named = document(labels=[*LABELS, "module:M1"])
    assert lacking(named, "practice") == []
    numeric = {"kind": "numeric", "choices": 0}
    assert lacking(document(**numeric), "practice") == []
    assert lacking(document(**numeric, labels=[*LABELS, "module:M1"]), "practice") == [Gap("no_module")]


def test_a_type_that_is_only_kept_says_that_alone() -> None:
    assert lacking(document("hotspot", stem=text("a"))) == [Gap("kept_only")]


CRITERION = dict.fromkeys(("kk", "ru", "en"), "Name\n0: says nothing\n2: says why")


@pytest.mark.parametrize(
    ("rubric", "words", "points", "found"),
    [
        ([CRITERION], 200, 2, []),
        ([], 200, 2, [Gap("rubric")]),
        ([CRITERION], 0, 2, [Gap("words", number=2000)]),
        ([CRITERION], 2001, 2, [Gap("words", number=2000)]),
        ([CRITERION], 200, 3, [Gap("rubric_points", number=2)]),
        ([CRITERION] * 9, 200, 10, [Gap("criteria", number=8), Gap("rubric_points", number=18)]),
        ([CRITERION, whole("just words")], 200, 2, [Gap("criterion", number=2)]),
        ([CRITERION | {"en": ""}], 200, 2, [Gap("criterion", number=1), Gap("language", "en")]),
    ],
)
def test_a_written_task_lacks_what_raters_need(
    rubric: list[dict[str, str]], words: int, points: int, found: list[Gap]
) -> None:
    task = document("written", choices=0, interaction={"rubric": rubric, "words": words}, points=points)
    assert sorted(lacking(task)) == found


def changed(**said: Any) -> dict[str, Any]:
    return document(**said)


def test_a_changed_source_leaves_the_others_behind_unless_they_change_with_it() -> None:
    before = document()

    def after(
        new: dict[str, str], stale: tuple[str, ...] = (), vouched: tuple[str, ...] = ()
    ) -> tuple[str, ...]:
        return stale_after(before, document(stem=new), source="kk", stale=stale, vouched=vouched)

    assert after(whole("stem")) == ()
    assert after(text("stem k", "other r", "stem e")) == (), "the source says what it said"
    assert after(text("other k", "stem r", "stem e")) == ("ru", "en")
    assert after(text("other k", "other r", "stem e")) == ("en",)
    assert after(text("other k", "stem r", "stem e"), vouched=("en",)) == ("ru",)
    assert after(text("stem k", "other r", "stem e"), stale=("ru", "en")) == ("en",)
    assert after(whole("stem"), stale=("ru", "en"), vouched=("ru",)) == ("en",)


def test_a_language_that_says_nothing_is_missing_and_not_behind() -> None:
    first = {"stem": text("a"), "choices": [], "interaction": None}
    second = {"stem": text("b"), "choices": [], "interaction": None}
    assert stale_after(first, second, source="kk", stale=(), vouched=()) == ()


def test_a_choice_that_comes_or_goes_changes_every_language_it_speaks() -> None:
    fewer = document(choices=3)
    assert changed_languages(document(), fewer) == {"kk", "ru", "en"}
    assert changed_languages(document(), document()) == frozenset()
