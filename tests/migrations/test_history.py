"""One linear history that goes up and down on both databases and ends where the models are."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel

from app.cli.database import migrate
from app.kernel.ids import new_id
from app.platform.database import make_engine, write_session
from tests.world import World

ROOT = Path(__file__).parents[2]
_GRANT = (
    "INSERT INTO role_grant (id, person_id, role, scope_kind, scope_id, granted_reason, granted_at) "
    "VALUES (:id, :person, 'programme_manager', 'region', 'KZ-71', 'x', '2026-11-23 07:00:00')"
)


def test_the_history_is_linear() -> None:
    script = ScriptDirectory.from_config(Config(toml_file=str(ROOT / "pyproject.toml")))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert len(list(script.walk_revisions())) >= 2


def test_the_files_are_numbered_in_the_order_of_the_history_and_need_nothing_of_the_application() -> None:
    script = ScriptDirectory.from_config(Config(toml_file=str(ROOT / "pyproject.toml")))
    history = [revision.revision for revision in script.walk_revisions()][::-1]
    files = sorted((ROOT / "migrations" / "versions").glob("*.py"))
    assert history == [file.name[:4] for file in files]
    assert history == [f"{number:04d}" for number in range(1, len(history) + 1)]
    for file in files:
        assert not re.search(r"^\s*(from|import) app\b", file.read_text(encoding="utf-8"), re.MULTILINE), file


def test_a_role_keeps_its_scope_and_its_guards_when_the_column_grows(database_url: str) -> None:
    migrate(database_url, "0006")
    engine = make_engine(database_url)
    person_id, grant_id = new_id(), new_id()
    with write_session(engine) as session:
        session.execute(
            text(
                "INSERT INTO person (id, email, name_latin, locale, timezone, residence_country, sort_key, "
                "search_text, created_at) VALUES (:id, 'a@people.example', 'A', 'kk', 'Asia/Almaty', 'kz', '', '', "
                "'2026-11-23 07:00:00')"
            ),
            {"id": person_id.hex},
        )
        session.execute(text(_GRANT), {"id": grant_id.hex, "person": person_id.hex})
    engine.dispose()
    migrate(database_url)
    with pytest.raises(DatabaseError), write_session(engine) as session:  # held there already
        session.execute(text(_GRANT), {"id": new_id().hex, "person": person_id.hex})
    with pytest.raises(DatabaseError), write_session(engine) as session:  # no such role
        session.execute(text("UPDATE role_grant SET role = 'emperor'"))
    with write_session(engine) as session:
        session.execute(text("UPDATE role_grant SET scope_id = :long"), {"long": "x" * 120})
    engine.dispose()


_ITEM = """
INSERT INTO item_version (id, item_id, number, status, type, scoring, cognitive, domain, tasks, points, key, stem,
  choices, sources, enemies, roles, content_hash, imported_at)
VALUES (:id, :item, :number, 'active', :type, 'all_or_nothing', 'apply', 'D1', '[]', 1, '["a"]', '{}',
  '[]', '[]', '[]', '{}', :hash, '2026-11-23 07:00:00')
"""


def test_items_that_forms_refer_to_stay_when_there_are_more_types(database_url: str) -> None:
    migrate(database_url, "0008")
    engine = make_engine(database_url)
    bank, item, version, place = (new_id() for _ in range(4))
    with write_session(engine) as session:
        for statement in (
            (
                "INSERT INTO bank (id, slug, purpose, specimen, version, title, imported_at) "
                "VALUES (:bank, 'b', 'practice', :no, '1', '{}', '2026-11-23 07:00:00')"
            ),
            "INSERT INTO item (id, bank_id, slug) VALUES (:item, :bank, 'i')",
            (
                "INSERT INTO exam (id, slug, title, certification, default_mode, release) "
                "VALUES (:bank, 'e', '{}', :no, 'unproctored', 'at_once')"
            ),
            (
                "INSERT INTO blueprint (id, exam_id, version, domains, items, minutes, cut_score, attempts_window_days, "
                "wait_days) VALUES (:bank, :bank, '1', '{}', 1, 1, 1, 1, 1)"
            ),
            (
                "INSERT INTO form (id, blueprint_id, slug, seed, specimen, minutes, cut_score, max_points, content_hash, "
                "published_at) VALUES (:place, :bank, 'f', 1, :no, 1, 1, 1, 'x', '2026-11-23 07:00:00')"
            ),
        ):
            facts = {"bank": bank.hex, "item": item.hex, "place": place.hex, "no": False}
            session.execute(text(statement), {name: facts[name] for name in facts if f":{name}" in statement})
        given = {"id": version.hex, "item": item.hex, "number": 1, "type": "single", "hash": "1"}
        session.execute(text(_ITEM), given)
        session.execute(
            text(
                "INSERT INTO form_item (form_id, position, item_version_id, domain, points) "
                "VALUES (:form, 1, :version, 'D1', 1)"
            ),
            {"form": place.hex, "version": version.hex},
        )
    engine.dispose()
    migrate(database_url)
    with write_session(engine) as session:
        session.execute(
            text(_ITEM), given | {"id": new_id().hex, "number": 2, "type": "ordering", "hash": "2"}
        )
    for wrong in (
        _ITEM.replace(":type", "'riddle'"),
        _ITEM.replace("'all_or_nothing'", "'by_weight'"),
        'UPDATE item_version SET interaction = \'{"tolerance": "1"}\'',
        "DELETE FROM item_version",
    ):
        facts = given | {"id": new_id().hex, "number": 3, "hash": "3"}
        with pytest.raises(DatabaseError), write_session(engine) as session:
            session.execute(text(wrong), {name: facts[name] for name in facts if f":{name}" in wrong})
    with write_session(engine) as session:
        assert session.execute(text("SELECT count(*) FROM form_item")).scalar_one() == 1
        assert session.execute(text("SELECT count(*) FROM item_version")).scalar_one() == 2
    engine.dispose()
    with pytest.raises((DatabaseError, RuntimeError)):  # an ordering fits the older words no more
        migrate(database_url, "0008")


def test_down_and_up_again(database_url: str) -> None:
    migrate(database_url, "base")
    engine = make_engine(database_url)
    left = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    assert left == set()
    migrate(database_url)
    engine = make_engine(database_url)
    assert set(SQLModel.metadata.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()


def test_the_models_are_what_the_migrations_make(world: World) -> None:
    with world.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences: list[Any] = [
            change
            for change in compare_metadata(context, SQLModel.metadata)
            # SQLite cannot tell a foreign key's name, so it is reported as removed and added
            if not (isinstance(change, tuple) and change[0] in {"add_fk", "remove_fk"})
        ]
    assert len(SQLModel.metadata.tables) > 30
    assert differences == []


@pytest.mark.parametrize(("table", "column"), [("installation", "demonstration"), ("audit_entry", "reason")])
def test_what_is_append_only_is_refused_by_the_database(world: World, table: str, column: str) -> None:
    with write_session(world.engine) as session:
        session.execute(
            text(
                "INSERT INTO audit_entry (id, at, action, subject_kind, subject_id, facts, seq, prev_hash, hash) "
                "VALUES (:id, '2026-11-23 07:00:00', 'a', 'b', 'c', '{}', 1, '0', '1')"
            ),
            {"id": new_id().hex},
        )
    value = "NULL" if column == "reason" else ("1 = 0" if world.engine.dialect.name == "postgresql" else "0")
    for statement in (f"UPDATE {table} SET {column} = {value}", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="append-only"), write_session(world.engine) as session:
            session.execute(text(statement))


_DRAFT = """
INSERT INTO imported_draft (id, draft_set_id, slug, number, format, missing, document, content_hash, source_hash, imported_at)
VALUES (:id, :set, 'd-1', :number, 'gift', '["ru", "en"]', :document, :hash, 'f', '2026-11-23 07:00:00')
"""


def test_drafts_that_were_imported_before_can_be_worked_on(database_url: str) -> None:
    migrate(database_url, "0012")
    engine = make_engine(database_url)
    set_id, newest = new_id(), new_id()
    with write_session(engine) as session:
        session.execute(
            text("INSERT INTO draft_set (id, slug, made_at) VALUES (:id, 'office', '2026-11-23 07:00:00')"),
            {"id": set_id.hex},
        )
        for number, draft_id in ((1, new_id()), (2, newest)):
            said = {"document": json.dumps({"stem": {"kk": f"Сұрақ {number}"}}), "hash": f"h{number}"}
            about = {"id": draft_id.hex, "set": set_id.hex, "number": number}
            session.execute(text(_DRAFT), said | about)
    engine.dispose()
    migrate(database_url)
    with write_session(engine) as session:
        row = session.execute(
            text("SELECT id, document, missing, source_locale, status, version FROM item_draft")
        ).one()
        purpose = session.execute(text("SELECT purpose FROM draft_set")).scalar_one()
    assert UUID(str(row[0])) == newest
    assert (
        "Сұрақ 2" in json.dumps(row[1], ensure_ascii=False) or "Сұрақ 2" in json.loads(row[1])["stem"]["kk"]
    )
    assert tuple(row[2:]) == ("ru en", "kk", "draft", 1)
    assert purpose == "certification", "what is not known is shown to nobody who trains"
    engine.dispose()
