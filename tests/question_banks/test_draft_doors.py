"""Whoever trains others sees no draft of a live item, anywhere; banks of files and banks of pages stay apart."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from app.cli.content import store
from app.courses.importer.check import read_content
from app.kernel.canonical import sha256_hex
from app.platform.content import ContentError
from app.question_banks import queries
from app.question_banks.formats.draft import DraftChoice, DraftItem
from app.question_banks.models import Bank, ItemDraft, ItemVersion
from app.question_banks.rules import BankOrigin, BankPurpose
from app.question_banks.rules.workflow import Step
from app.question_banks.service import drafts, workflow
from tests import factories
from tests.courses.content_tree import grow
from tests.exams.delivery_world import count
from tests.exams.test_trainers import by_cohort, by_relation
from tests.question_banks.draft_world import GIFT, completes, draft, imports, office, page_of, sends, set_id
from tests.world import World

TODAY = date(2026, 11, 23)


def trainer(world: World, teach: object = by_relation) -> tuple[UUID, object]:
    """Somebody with every role of the pages of items, who trains others."""
    roles = ("instructor", "exam_manager", "item_reviewer", "translation_checker")
    person = factories.person(world, *roles)
    teach(world, person)  # type: ignore[operator]
    return person, world.browser(person)


@pytest.mark.parametrize("teach", [by_cohort, by_relation])
def test_a_trainer_gets_no_live_draft_by_any_address(world: World, teach: object) -> None:
    people = office(world)
    imports(people["instructor"])
    completes(people["instructor"], page_of(world))
    one = draft(world)
    people["instructor"].post(f"{page_of(world)}/steps", {"step": "submitted", "version": str(one.version)})
    _, browser = trainer(world, teach)
    for address in ("/en/items", "/en/items?view=queue", "/en/items?bank=office"):
        page = browser.get(address)  # type: ignore[attr-defined]
        assert "d1-001" not in page.text
        assert "You train others now" in page.text
        assert "office" not in page.text.split("<main")[1]
    for tail in ("", "/text", "/preview"):
        assert browser.get(page_of(world) + tail).status_code == 404  # type: ignore[attr-defined]
    said = {"step": "content_confirmed", "version": str(draft(world).version)}
    assert browser.post(f"{page_of(world)}/steps", said).status_code == 404  # type: ignore[attr-defined]
    assert browser.post(f"{page_of(world)}/text", {}).status_code == 404  # type: ignore[attr-defined]
    export = {"source": str(set_id(world)), "format": "csv"}
    assert browser.post("/en/items/export", export).status_code == 404  # type: ignore[attr-defined]
    assert draft(world).content_by is None


def test_a_trainer_imports_practice_and_no_live_items(world: World) -> None:
    _, browser = trainer(world)
    page = sends(browser, GIFT, 422, step="import", sha256=sha256_hex(GIFT.encode()))  # type: ignore[arg-type]
    assert "files with live items are imported by colleagues" in page
    assert count(world, ItemDraft) == 0
    imports(browser, name="practice", purpose="practice")  # type: ignore[arg-type]
    assert browser.get(page_of(world)).status_code == 200  # type: ignore[attr-defined]
    with_export = browser.get("/en/items/export").text  # type: ignore[attr-defined]
    assert "practice (drafts" in with_export


def test_a_set_keeps_its_purpose_and_a_bank_of_files_its_name(world: World, tmp_path: Path) -> None:
    writer = office(world)["instructor"]
    imports(writer)
    said = {"step": "import", "sha256": sha256_hex(GIFT.encode())}
    assert "another purpose" in sends(writer, GIFT, 409, purpose="practice", **said)
    store(world.engine, world.clock, read_content(grow(tmp_path), today=TODAY), demonstration=True)
    assert "sample-live" in sends(writer, GIFT, 409, name="sample-live", **said)
    assert count(world, ItemDraft) == 2


def approved(world: World, slug: str, item: DraftItem, purpose: BankPurpose) -> UUID:
    """An item that three people brought through, and its version."""
    author, reviewer, checker, manager = (factories.person(world) for _ in range(4))
    with world.write() as session:
        drafts.store_drafts(
            session,
            world.clock,
            slug=slug,
            drafts=[item],
            form="csv",
            source_hash="0" * 64,
            purpose=purpose,
            actor_id=author,
        )
        draft_id = session.scalars(select(ItemDraft.id).where(ItemDraft.slug == item.id)).one()
        for step, who, role in (
            (Step.SUBMITTED, author, "instructor"),
            (Step.CONTENT_CONFIRMED, reviewer, "item_reviewer"),
            (Step.LANGUAGES_CONFIRMED, checker, "translation_checker"),
            (Step.ACTIVATED, manager, "exam_manager"),
        ):
            workflow.take_step(
                session,
                world.clock,
                draft_id=draft_id,
                step=step,
                version=1,
                actor_id=who,
                roles=frozenset({role}),
                reason="",
                demonstration=True,
            )
        version_id = session.scalars(select(ItemDraft.version_id).where(ItemDraft.id == draft_id)).one()
        assert version_id is not None
        return version_id


def three(word: str) -> dict[str, str]:
    return {"kk": f"{word} деген не өзі?", "ru": f"{word} это что такое?", "en": f"{word} means what to you?"}


LABELS = ("domain:D1", "module:M1", "cognitive:apply", "task:T1", "source:A source, page 1")
SINGLE = DraftItem(
    "q-1",
    "single",
    three("Alpha"),
    tuple(DraftChoice(id_, three(f"Choice {id_}"), three(f"Reason {id_}")) for id_ in "abcd"),
    ("b",),
    labels=LABELS,
)


def test_a_practice_item_that_was_approved_is_drawn_and_a_live_one_is_not(world: World) -> None:
    version = approved(world, "own-practice", SINGLE, BankPurpose.PRACTICE)
    with world.read() as session:
        assert [one.version_id for one in queries.drawable_items(session, on=TODAY)] == [version]
        assert queries.active_items(session, "own-practice")[0].key == ["b"]


def test_a_bank_of_pages_is_not_taken_over_by_files(world: World, tmp_path: Path) -> None:
    approved(world, "sample-practice", SINGLE, BankPurpose.PRACTICE)
    with pytest.raises(ContentError) as refused:
        store(world.engine, world.clock, read_content(grow(tmp_path), today=TODAY), demonstration=True)
    assert "written on the pages" in str(refused.value.problems[0])
    with world.read() as session:
        assert session.scalars(select(Bank.origin)).all() == [BankOrigin.DATABASE]
        assert queries.active_items(session, "sample-practice") != []


def test_a_version_made_here_has_the_hash_that_the_same_words_in_a_file_would_have(
    world: World, tmp_path: Path
) -> None:
    """The file of the bank is written with the roles that the version names, and loaded elsewhere."""
    import yaml

    from app.platform.content import Reader
    from app.question_banks.importer.reading import read_bank

    version_id = approved(world, "own-practice", SINGLE, BankPurpose.PRACTICE)
    with world.read() as session:
        version = session.get_one(ItemVersion, version_id)
        file = {
            "id": "q-1",
            "type": "single",
            "module": "M1",
            "domain": "D1",
            "tasks": ["T1"],
            "cognitive": "apply",
            "points": 1,
            "scoring": "all_or_nothing",
            "key": ["b"],
            "stem": version.stem,
            "choices": version.choices,
            "sources": version.sources,
            "roles": version.roles,
        }
        folder = tmp_path / "own-practice"
        (folder / "items").mkdir(parents=True)
        head = {"id": "own-practice", "purpose": "practice", "specimen": True, "version": "1"}
        head["title"] = three("Bank")
        (folder / "bank.yaml").write_text(yaml.safe_dump(head, allow_unicode=True), encoding="utf-8")
        (folder / "items" / "q-1.yaml").write_text(yaml.safe_dump(file, allow_unicode=True), encoding="utf-8")
        reader = Reader(tmp_path)
        bank = read_bank(reader, folder)
        assert reader.problems == []
        assert bank is not None
        assert bank.items[0].content_hash == version.content_hash


def test_what_the_check_of_banks_refuses_is_not_handed_in(world: World) -> None:
    """A live stem that is like that of a practice item would be shown before the exam."""
    approved(world, "own-practice", SINGLE, BankPurpose.PRACTICE)
    from dataclasses import replace

    from app.question_banks.errors import DraftIncomplete

    live = tuple(one for one in LABELS if not one.startswith("module"))
    with pytest.raises(DraftIncomplete):
        approved(world, "own-live", replace(SINGLE, id="q-2", labels=live), BankPurpose.CERTIFICATION)
    other = replace(SINGLE, id="q-3", labels=live, stem=three("Something else entirely and"))
    approved(world, "own-live", other, BankPurpose.CERTIFICATION)
    with pytest.raises(DraftIncomplete):
        approved(world, "own-live", replace(other, id="q-4"), BankPurpose.CERTIFICATION)
