"""Every guarded table refuses what it is guarded against, in the database itself, whoever writes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Table, TypeDecorator, delete, insert, inspect, text, update
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel

from app.kernel.ids import new_id
from app.platform.database import make_engine
from tests.world import World

ALWAYS = {
    "installation",
    "response_event",
    "attempt_transition",
    "time_grant",
    "form_item",
    "achievement",
    "certification_decision",
    "certificate_event",
}
"""No row of these is ever changed. The other guarded tables may change in the columns their guards name."""
SOMETIMES = {"audit_entry", "milestone", "item_version", "form", "certificate"}


def guards(connection: Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        statement = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        statement = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    return set(connection.execute(text(statement)).scalars())


def value_for(column: Any) -> Any:
    """Something the column takes."""
    enums = getattr(column.type, "enums", None)
    if enums:
        enum = column.type.enum_class
        return next(iter(enum)) if enum else enums[0]
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    wanted = kind.python_type
    if wanted is str:
        return new_id().hex[: min(column.type.length or 32, 20)]
    made = {
        bool: True,
        int: 1,
        UUID: new_id(),
        bytes: b"1",
        object: {},  # a document
        datetime: datetime(2026, 11, 23, 7, tzinfo=UTC),
    }
    return made[wanted]


def put_in_a_row(connection: Connection, table: Table) -> None:
    """One row, whatever it would have to belong to: only its guard is asked about here."""
    if table.name == "installation":
        return  # it has its one row from the start
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    else:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for check in inspect(connection).get_check_constraints(table.name):
            connection.exec_driver_sql(f'ALTER TABLE {table.name} DROP CONSTRAINT "{check["name"]}"')
    connection.execute(
        insert(table).values(
            {column.name: value_for(column) for column in table.columns if not column.nullable}
        )
    )
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET LOCAL session_replication_role = origin")


@pytest.fixture
def bare(world: World) -> Any:
    """An engine that does not ask for the rows a row belongs to."""
    url = world.settings.database
    engine = make_engine(url)
    if url.startswith("sqlite"):
        from sqlalchemy import event

        @event.listens_for(engine, "connect")
        def _off(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA foreign_keys = OFF")

    yield engine
    engine.dispose()


def test_the_guarded_tables_are_these(bare: Any) -> None:
    with bare.connect() as connection:
        found = guards(connection)
    assert {
        name.removesuffix("_no_delete") for name in found if name.endswith("_no_delete")
    } == ALWAYS | SOMETIMES
    assert {
        name.removesuffix("_no_update") for name in found if name.endswith("_no_update")
    } == ALWAYS | SOMETIMES


@pytest.mark.parametrize("name", sorted(ALWAYS | SOMETIMES))
def test_no_row_of_a_guarded_table_is_deleted(bare: Any, name: str) -> None:
    table = SQLModel.metadata.tables[name]
    with bare.connect() as connection:
        put_in_a_row(connection, table)
        with pytest.raises(DatabaseError, match="append-only"):
            connection.execute(delete(table))


@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_no_column_of_an_append_only_table_is_changed(bare: Any, name: str) -> None:
    table = SQLModel.metadata.tables[name]
    with bare.connect() as connection:
        put_in_a_row(connection, table)
        for column in table.columns:
            with pytest.raises(DatabaseError, match="append-only"), connection.begin_nested():
                connection.execute(update(table).values({column.name: value_for(column)}))


def test_a_linked_entry_of_the_audit_is_not_changed(bare: Any) -> None:
    table = SQLModel.metadata.tables["audit_entry"]
    with bare.connect() as connection:
        put_in_a_row(connection, table)
        connection.execute(update(table).values(seq=1, prev_hash="0", hash="1"))
        for column in table.columns:
            with pytest.raises(DatabaseError, match="append-only"), connection.begin_nested():
                connection.execute(update(table).values({column.name: value_for(column)}))


def test_a_table_without_a_guard_is_changed(bare: Any) -> None:
    """The checks above are able to fail."""
    table = SQLModel.metadata.tables["job"]
    with bare.connect() as connection:
        put_in_a_row(connection, table)
        connection.execute(update(table).values(kind="b"))
        connection.execute(delete(table))
        connection.rollback()
