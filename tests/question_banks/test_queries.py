"""Delivery carries no key, scoring carries no text, and live keys are told to nobody."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import Session

from app.cli.content import store
from app.courses.importer.check import read_content
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform.settings import ROOT
from app.question_banks import queries
from app.question_banks.errors import PracticeBank, SpecimenBank
from app.question_banks.models import Item
from app.question_banks.rules import BankPurpose, ItemType, ScoringRule
from tests.courses.content_tree import grow
from tests.world import World

TODAY = date(2026, 11, 23)


@pytest.fixture
def session(world: World, tmp_path: Path) -> Iterator[Session]:
    store(world.engine, world.clock, read_content(grow(tmp_path), today=TODAY), demonstration=True)
    with world.read() as opened:
        yield opened


def test_a_bank_is_found_by_its_name(session: Session) -> None:
    bank = queries.find_bank(session, "sample-live")
    assert bank is not None
    assert (bank.purpose, bank.specimen, bank.version) == (BankPurpose.CERTIFICATION, True, "1.0")
    assert queries.find_bank(session, "nothing") is None


def test_forms_are_built_from_a_specimen_in_a_demonstration_only(session: Session) -> None:
    assert queries.get_bank_for_forms(session, "sample-live", demonstration=True).slug == "sample-live"
    with pytest.raises(SpecimenBank):
        queries.get_bank_for_forms(session, "sample-live", demonstration=False)
    with pytest.raises(PracticeBank):
        queries.get_bank_for_forms(session, "sample-practice", demonstration=True)
    with pytest.raises(NotFound):
        queries.get_bank_for_forms(session, "nothing", demonstration=True)


def test_active_items_say_what_assembly_needs(session: Session) -> None:
    items = queries.active_items(session, "sample-live")
    assert [item.slug for item in items] == ["c1-001-1", "c1-001-2", "d1-001"]
    assert items[0].stimulus == items[1].stimulus == "c1-001"
    assert items[2].stimulus is None
    assert (items[2].domain, items[2].type, items[2].cognitive, items[2].points, items[2].key) == (
        "D1",
        "single",
        "apply",
        1,
        ["b"],
    )
    assert queries.active_items(session, "sample-practice")[0].enemies == ["m01-002"]


def test_delivery_holds_no_key_and_no_rationale(session: Session) -> None:
    ids = [item.version_id for item in queries.active_items(session, "sample-live")]
    delivered = queries.versions_by_id(session, ids)
    assert delivered.keys() == set(ids)
    for version in delivered.values():
        assert version.stem.keys() == {"kk", "ru", "en"}
        assert [choice["id"] for choice in version.choices] == ["a", "b", "c", "d"]
        assert all(choice.keys() == {"id", "text"} for choice in version.choices)
        assert not {"key", "rationale"} & set(version._fields)
    case = delivered[ids[0]]
    assert case.stimulus is not None
    assert case.stimulus["en"] == "A bank lends money."
    assert delivered[ids[2]].stimulus is None


def test_scoring_holds_key_and_points(session: Session) -> None:
    ids = [item.version_id for item in queries.active_items(session, "sample-live")]
    keys = queries.keys_by_id(session, ids)
    assert keys.keys() == set(ids)
    assert keys[ids[0]] == (("b",), 1, ScoringRule.ALL_OR_NOTHING, ItemType.SINGLE, {})
    assert queries.keys_by_id(session, []) == {}
    assert queries.versions_by_id(session, []) == {}


def test_practice_draws_from_practice_banks_only(session: Session) -> None:
    assert [item.slug for item in queries.practice_items(session, "M1")] == ["m01-001", "m01-002"]
    assert queries.practice_items(session, "M2") == []


def test_feedback_is_for_practice_items_only(session: Session) -> None:
    practice = queries.practice_items(session, "M1")[0]
    feedback = queries.feedback_of(session, practice.version_id)
    assert feedback.key == {"b"}
    assert feedback.rationales["b"]["en"] == "Right."
    assert feedback.sources == ["Law No. 230-VIII, Art. 15"]
    live = queries.active_items(session, "sample-live")[0]
    for id_ in (live.version_id, new_id()):
        with pytest.raises(NotFound):
            queries.feedback_of(session, id_)


def test_a_version_is_delivered_as_it_was_after_its_item_has_changed(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    store(world.engine, world.clock, read_content(root, today=TODAY), demonstration=True)
    with world.read() as session:
        old = queries.active_items(session, "sample-live")[2].version_id
    path = root / "question_banks/sample-live/items/d1-001.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Just the nurse", "Only the nurse"), encoding="utf-8"
    )
    store(world.engine, world.clock, read_content(root, today=TODAY), demonstration=True)
    with world.read() as session:
        new = queries.active_items(session, "sample-live")[2].version_id
        both = queries.versions_by_id(session, [old, new])
    assert both[old].choices[3]["text"]["en"] == "Just the nurse"
    assert both[new].choices[3]["text"]["en"] == "Only the nurse"


def test_an_item_whose_rule_has_ended_is_not_taken_into_new_forms(world: World, tmp_path: Path) -> None:
    root = grow(tmp_path)
    path = root / "question_banks/sample-live/items/d1-001.yaml"
    text = path.read_text(encoding="utf-8").replace("enemies:", "valid_until: 2026-12-31\nenemies:")
    path.write_text(text, encoding="utf-8")
    store(world.engine, world.clock, read_content(root, today=TODAY), demonstration=True)
    with world.read() as session:
        for on, count in ((None, 3), (date(2026, 12, 31), 3), (date(2027, 1, 1), 2)):
            assert len(queries.active_items(session, "sample-live", on=on)) == count


def test_the_banks_we_ship_can_be_drawn_from(world: World) -> None:
    store(world.engine, world.clock, read_content(ROOT, today=TODAY), demonstration=True)
    with world.read() as session:
        assert len(queries.active_items(session, "ceasai-analyst")) >= 240
        for number in range(1, 11):
            assert len(queries.practice_items(session, f"M{number}")) >= 12
        assert session.scalars(select(Item.slug).where(Item.current_version_id.is_(None))).all() == []
