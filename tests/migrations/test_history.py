"""One linear history that goes up and down on both databases and ends where the models are."""

from pathlib import Path
from typing import Any

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


def test_the_history_is_linear() -> None:
    script = ScriptDirectory.from_config(Config(toml_file=str(ROOT / "pyproject.toml")))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert len(list(script.walk_revisions())) >= 2


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
