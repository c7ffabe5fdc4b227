"""Drafts beside what is in use: names of banks, withdrawal, files imported again, labels nobody knows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli.content import store
from app.courses.importer.check import read_content
from app.kernel.canonical import sha256_hex
from app.platform.content import ContentError
from app.platform.models import AuditEntry
from app.question_banks import queries
from app.question_banks.errors import BankOfFiles, DraftsOfOtherPurpose
from app.question_banks.formats.draft import DraftItem, DraftStimulus
from app.question_banks.formats.table import WRITERS
from app.question_banks.models import Bank, ItemDraft, ItemVersion
from app.question_banks.rules import BankOrigin, BankPurpose, ItemStatus
from app.question_banks.service import drafts
from tests import factories
from tests.courses.content_tree import grow
from tests.exams.delivery_world import count
from tests.question_banks.draft_world import (
    GIFT,
    completes,
    draft,
    fields,
    imports,
    office,
    page_of,
    sends,
    set_id,
    steps,
)
from tests.question_banks.test_draft_doors import SINGLE, TODAY, three
from tests.question_banks.test_draft_types import ITEMS
from tests.world import World


def bank(world: World, origin: BankOrigin, purpose: BankPurpose) -> None:
    with world.write() as session:
        session.add(
            Bank(
                slug="office",
                purpose=purpose,
                origin=origin,
                specimen=True,
                version="1",
                title=three("Bank"),
                imported_at=world.clock.now(),
            )
        )


def keep(world: World, item: DraftItem, slug: str = "office") -> drafts.Stored:
    with world.write() as session:
        return drafts.store_drafts(
            session,
            world.clock,
            slug=slug,
            drafts=[item],
            form="csv",
            source_hash="0" * 64,
            purpose=BankPurpose.PRACTICE,
        )


@pytest.mark.parametrize(
    ("origin", "purpose", "why"),
    [
        (BankOrigin.FILES, BankPurpose.CERTIFICATION, "loaded from files"),
        (BankOrigin.DATABASE, BankPurpose.PRACTICE, "another purpose"),
    ],
)
def test_an_approved_item_enters_no_bank_of_files_and_none_of_the_other_purpose(
    world: World, origin: BankOrigin, purpose: BankPurpose, why: str
) -> None:
    """The bank came after the draft: by a load of files, or by a set of another installation."""
    people = office(world)
    imports(people["instructor"])
    completes(people["instructor"], page_of(world))
    steps(world, people["instructor"], "submitted")
    steps(world, people["item_reviewer"], "content_confirmed")
    bank(world, origin, purpose)
    assert why in steps(world, people["translation_checker"], "languages_confirmed", 409)
    assert draft(world).status is ItemStatus.IN_REVIEW
    assert draft(world).languages_by is None
    assert count(world, ItemVersion) == 0


def test_a_bank_of_files_does_not_take_the_name_of_drafts(world: World, tmp_path: Path) -> None:
    keep(world, SINGLE, "sample-practice")
    with pytest.raises(ContentError) as refused:
        store(world.engine, world.clock, read_content(grow(tmp_path), today=TODAY), demonstration=True)
    assert "drafts of this name" in str(refused.value.problems[0])
    with pytest.raises(DraftsOfOtherPurpose), world.write() as session:
        drafts.store_drafts(
            session,
            world.clock,
            slug="sample-practice",
            drafts=[SINGLE],
            form="csv",
            source_hash="0" * 64,
            purpose=BankPurpose.CERTIFICATION,
        )
    bank(world, BankOrigin.FILES, BankPurpose.PRACTICE)
    with pytest.raises(BankOfFiles):
        keep(world, SINGLE)


@pytest.mark.parametrize("handed_in", [False, True])
def test_withdrawing_beside_a_new_draft_leaves_the_draft_where_it_stands(
    world: World, handed_in: bool
) -> None:
    people = office(world)
    imports(people["instructor"])
    completes(people["instructor"], page_of(world))
    steps(world, people["instructor"], "submitted")
    steps(world, people["item_reviewer"], "content_confirmed")
    steps(world, people["translation_checker"], "languages_confirmed")
    steps(world, people["exam_manager"], "activated")
    steps(world, people["instructor"], "reopened", reason="A clearer text")
    completes(people["instructor"], page_of(world), **{"stem-en": "Which is Kazakhstan's capital now?"})
    if handed_in:
        steps(world, people["instructor"], "submitted")
        steps(world, people["item_reviewer"], "content_confirmed")
    before = draft(world)
    steps(world, people["exam_manager"], "retired", reason="The law changed")
    now = draft(world)
    assert (now.status, now.content_by) == (before.status, before.content_by)
    with world.read() as session:
        assert queries.active_items(session, "office") == []
    steps(world, people["exam_manager"], "activated", 409)
    with world.read() as session:
        assert queries.active_items(session, "office") == [], "nobody has approved what the page shows"


def test_a_level_that_nobody_knows_is_shown_as_it_is(world: World) -> None:
    labels = tuple(one for one in SINGLE.labels if not one.startswith("cognitive"))
    keep(world, replace(SINGLE, labels=(*labels, "cognitive:bloom-7")))
    writer = world.browser(factories.person(world, "instructor"))
    page = writer.get(page_of(world, "q-1"))
    assert page.status_code == 200
    assert "bloom-7" in page.text
    assert writer.get(f"{page_of(world, 'q-1')}/text").status_code == 200


def test_a_matching_with_a_target_for_every_letter_is_shown(world: World) -> None:
    targets = [{"id": f"t{n}", "text": three(f"Target {n}")} for n in range(1, 27)]
    keep(world, replace(ITEMS["matching"], interaction={"targets": targets}))
    writer = world.browser(factories.person(world, "instructor"))
    page = writer.get(f"{page_of(world, 'q-matching')}/preview")
    assert page.status_code == 200
    assert ">Z. Target 26" in page.text


def test_a_file_after_one_that_was_held_is_taken_up_when_nobody_changed_the_draft(world: World) -> None:
    keep(world, SINGLE)
    draft_id = draft(world, "q-1").id
    with world.write() as session:
        session.get_one(ItemDraft, draft_id).status = ItemStatus.IN_REVIEW
    second = replace(SINGLE, stem=three("A second text"))
    assert keep(world, second).held == ["q-1"]
    assert draft(world, "q-1").document["stem"] == SINGLE.stem
    with world.write() as session:
        session.get_one(ItemDraft, draft_id).status = ItemStatus.DRAFT
    again = keep(world, second)
    assert (again.held, again.changed) == ([], 1), "the same file, once the draft is open"
    assert draft(world, "q-1").document["stem"] == second.stem
    third = replace(SINGLE, stem=three("A third text"))
    assert keep(world, third).held == []
    assert draft(world, "q-1").document["stem"] == third.stem


def test_what_was_written_here_stays_and_only_the_situation_comes_from_the_file(world: World) -> None:
    keep(world, replace(SINGLE, stimulus=DraftStimulus("case-1", {"kk": "Жағдай"})))
    writer = world.browser(factories.person(world, "instructor"))
    sheet = fields(writer.get(f"{page_of(world, 'q-1')}/text").text)
    writer.post(f"{page_of(world, 'q-1')}/text", sheet | {"stem-en": "What somebody wrote here"})
    assert "ru" in draft(world, "q-1").missing
    for number in (2, 3):
        stem, told = three(f"File {number}"), {"ru": f"Случай {number}", "en": "The case"}
        stored = keep(world, replace(SINGLE, stem=stem, stimulus=DraftStimulus("case-1", told)))
        assert stored.held == ["q-1"], "each file finds what people wrote"
        said = draft(world, "q-1").document
        assert said["stem"]["en"] == "What somebody wrote here"
        assert said["stimulus"]["text"] == {"kk": "Жағдай"} | told
        assert draft(world, "q-1").missing == ""


def test_the_importer_is_told_which_drafts_keep_what_was_written_here(world: World) -> None:
    writer = office(world)["instructor"]
    imports(writer)
    completes(writer, page_of(world))
    again = GIFT.replace("Қай қала", "Қандай қала").replace("100:0.5", "100:1")
    address = sends(writer, again, 303, step="import", sha256=sha256_hex(again.encode()))
    reply = writer.get(f"/en{address.split('/en', 1)[1]}")
    assert "These drafts were changed here and keep what was written: d1-001." in reply.text
    assert "<b>x" not in writer.get("/en/items?done=imported&held=%3Cb%3Ex").text


def test_what_was_typed_stays_when_the_draft_was_handed_in_meanwhile(world: World) -> None:
    people = office(world)
    imports(people["instructor"])
    completes(people["instructor"], page_of(world))
    sheet = fields(people["exam_manager"].get(f"{page_of(world)}/text").text)
    steps(world, people["instructor"], "submitted")
    typed = sheet | {"stem-ru": "Что я набирал полчаса"}
    reply = people["exam_manager"].post(f"{page_of(world)}/text", typed)
    assert reply.status_code == 409
    assert "Что я набирал полчаса" in reply.text
    assert "Что я набирал полчаса" not in str(draft(world).document)


def test_a_type_that_no_page_writes_is_refused_whatever_is_sent(world: World) -> None:
    people = office(world)
    region = {"shape": "circle", "coords": [5, 5, 2]}
    parts = {
        "image": "x",
        "width": 9,
        "height": 9,
        "alt": three("x"),
        "regions": dict.fromkeys("abcd", region),
    }
    keep(world, replace(SINGLE, id="w", type="hotspot", interaction=parts))
    assert people["instructor"].post(f"{page_of(world, 'w')}/text", {"stem-kk": "x"}).status_code == 409
    assert "only kept" in people["instructor"].get(page_of(world, "w")).text


def test_others_write_while_a_file_is_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One database lets one write at a time: whoever exports a large bank must not stop all others."""
    people = office(world)
    imports(people["instructor"])
    real = WRITERS["csv"]

    def slow(*words: Any, **named: Any) -> bytes:
        keep(world, SINGLE, "meanwhile")
        return real(*words, **named)

    monkeypatch.setitem(WRITERS, "csv", slow)
    reply = people["exam_manager"].post("/en/items/export", {"source": str(set_id(world)), "format": "csv"})
    assert reply.status_code == 200
    assert count(world, AuditEntry, AuditEntry.action == "items.exported") == 1
