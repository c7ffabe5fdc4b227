"""Items of every type are read from their files, checked line by line and stored as the database keeps them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.cli.content import store
from app.courses.importer.check import read_content
from app.question_banks import queries
from app.question_banks.importer.reading import ReadItem
from app.question_banks.models import Item, ItemVersion
from app.question_banks.rules import Answering, ItemType, faults
from tests.courses.broken_files import Broken
from tests.courses.content_tree import grow
from tests.courses.item_types import BROKEN_TYPES, ITEMS, TYPES
from tests.world import World

TODAY = date(2026, 11, 23)


def grow_types(folder: Path) -> Path:
    """The sample with an item of each type besides."""
    root = grow(folder)
    for name, text in TYPES.values():
        (root / ITEMS / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root


def read_items(root: Path) -> dict[str, ReadItem]:
    content = read_content(root, today=TODAY)
    assert content.problems == []
    return {item.file.id: item for bank in content.banks for item in bank.items}


@pytest.mark.parametrize("broken", BROKEN_TYPES.values(), ids=BROKEN_TYPES)
def test_a_broken_item_of_a_type_is_told_with_its_line(tmp_path: Path, broken: Broken) -> None:
    root = grow_types(tmp_path)
    path = root / broken.path
    before = path.read_text(encoding="utf-8")
    after = before.replace(broken.old, broken.new, 1)
    assert after != before, "the test breaks nothing"
    path.write_text(after, encoding="utf-8")
    found = read_content(root, today=TODAY).problems
    told = [one for one in found if one.path == broken.path and broken.says in one.message]
    assert told, [str(problem) for problem in found]
    line = next(number for number, text in enumerate(after.split("\n"), 1) if broken.at in text)
    assert line in {problem.line for problem in told}, [str(problem) for problem in told]


def test_an_item_of_each_type_is_stored_with_all_that_scoring_needs(world: World, tmp_path: Path) -> None:
    content = read_content(grow_types(tmp_path), today=TODAY)
    assert content.problems == []
    store(world.engine, world.clock, content, demonstration=True)
    with world.read() as session:
        rows: dict[str, Any] = {
            slug: version
            for slug, version in session.execute(
                select(Item.slug, ItemVersion).join(ItemVersion, ItemVersion.id == Item.current_version_id)
            )
        }
        assert {str(rows[name].type) for name, _ in TYPES.values()} | {"single", "multiple"} == set(ItemType)
        for name, _ in TYPES.values():
            row = rows[name]
            ids = tuple(choice["id"] for choice in row.choices)
            assert (
                faults(Answering(row.type, row.scoring, ids, tuple(row.key), row.interaction, row.points))
                == []
            )
        assert rows["x-numeric"].interaction == {"tolerance": "0.5"}
        assert rows["x-short-text"].interaction["accepted"]["kk"] == ["меншік иесі", "иесі"]
        assert rows["d1-001"].interaction is None
        shown = queries.versions_by_id(session, [rows["x-matching"].id])[rows["x-matching"].id]
        assert [target["id"] for target in shown.targets] == ["builds", "deploys"]
        key = queries.keys_by_id(session, [rows["x-ordering"].id])[rows["x-ordering"].id]
        assert (key.key, key.type, key.scoring) == (("c", "a", "b"), "ordering", "order_adjacent")


def test_delivery_carries_nothing_that_answers_an_item(world: World, tmp_path: Path) -> None:
    store(world.engine, world.clock, read_content(grow_types(tmp_path), today=TODAY), demonstration=True)
    with world.read() as session:
        ids = list(session.scalars(select(Item.current_version_id)))
        carried = repr(queries.versions_by_id(session, ids))
    for secret in ("12.5", "0.5", "собственник'", "case_sensitive", "rationale", "rubric"):
        assert secret not in carried, secret


def test_an_item_without_parts_has_the_hash_it_had_before_there_were_any(tmp_path: Path) -> None:
    root = grow_types(tmp_path)
    items = read_items(root)
    assert items["d1-001"].content_hash == (
        "89d312a1a0e8afc737a817eb120ec32ed67276a491a1ecec4faf36c792a33a30"
    )
    path = root / ITEMS / "x-numeric.yaml"
    before = items["x-numeric"].content_hash
    path.write_text(path.read_text(encoding="utf-8").replace('"0.5"', '"0.4"'), encoding="utf-8")
    assert read_items(root)["x-numeric"].content_hash != before
