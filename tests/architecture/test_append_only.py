"""Every guarded table refuses what it is guarded against, in the database itself, whoever writes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    Connection,
    Table,
    TypeDecorator,
    delete,
    insert,
    inspect,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel

from app.kernel.ids import new_id
from app.platform.database import make_engine
from app.question_banks.rules import ItemStatus
from tests.world import World

ALWAYS = {
    "installation",
    "response_event",
    "attempt_transition",
    "time_grant",
    "unsent_load",
    "form_item",
    "achievement",
    "certification_decision",
    "certificate_event",
    "stimulus",
    "browser_file",
    "browser_entry",
    "item_draft_step",
    "incident",
    "appeal_vote",
    "review_step",
    "record_view",
    "review_sample",
    "supervision_figures",
    "statistics_request",
    "statistics_run",
    "item_statistics",
    "item_use",
    "assembly_request",
    "assembly_try",
    "assembly_result",
    "proposed_form",
    "proposed_item",
    "proposal_acceptance",
    "message",
    "message_recipient",
    "message_reading",
    "scoring_override",
    "attempt_scoring",
    "answer_rating",
    "form_cut",
    "form_reader",
    "panel_rating",
    "panel_result",
    "challenge_step",
    "rescore_line",
    "rescore_decision",
    "rescore_step",
    "capstone_brief",
    "capstone_rating",
    "capstone_outcome",
    "capstone_telling",
    "picture",
    "identity_check",
    "picture_view",
    "monitoring_switch",
    "legal_hold",
    "deletion_receipt",
}
"""No row of these is ever changed. The other guarded tables may change in the columns their guards name."""
UNCHANGED = {"signal"}
"""A row of these goes as a whole when its time is over, and is never changed before."""
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
        date: date(2026, 11, 23),
    }
    return made[wanted]


def another_value(column: Any, held: Any) -> Any:
    """Something that the column does not hold now."""
    if getattr(column.type, "enum_class", None):
        return literal_column("'another'")  # some have one word only
    changed: dict[type, Any] = {
        int: lambda: held + 1,
        str: lambda: f"x{held[1:]}",
        dict: lambda: {"other": 1},
        datetime: lambda: held + timedelta(days=1),
        date: lambda: held + timedelta(days=1),
    }
    return changed.get(type(held), lambda: value_for(column))()


def put_in_a_row(connection: Connection, table: Table, *, filled: bool = False) -> None:
    """One row, whatever it would have to belong to: only its guard is asked about here.

    With ``filled`` also what may stay empty has a value.
    """
    if table.name == "installation":
        return  # it has its one row from the start
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    else:
        about = inspect(connection)
        for constraint in (*about.get_check_constraints(table.name), *about.get_foreign_keys(table.name)):
            connection.exec_driver_sql(f'ALTER TABLE {table.name} DROP CONSTRAINT "{constraint["name"]}"')
    connection.execute(
        insert(table).values(
            {column.name: value_for(column) for column in table.columns if filled or not column.nullable}
        )
    )


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
    } == ALWAYS | SOMETIMES | UNCHANGED


@pytest.mark.parametrize("name", sorted(UNCHANGED))
def test_what_only_goes_as_a_whole_is_never_changed(bare: Any, name: str) -> None:
    table = SQLModel.metadata.tables[name]
    with bare.connect() as connection:
        put_in_a_row(connection, table)
        for column in table.columns:
            with pytest.raises(DatabaseError, match=r"never changed|append-only"), connection.begin_nested():
                connection.execute(update(table).values({column.name: value_for(column)}))
        connection.execute(delete(table))


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


@pytest.mark.parametrize("filled", [True, False], ids=["filled", "empty"])
def test_of_an_item_version_only_the_status_moves(bare: Any, filled: bool) -> None:
    table = SQLModel.metadata.tables["item_version"]
    with bare.connect() as connection:
        put_in_a_row(connection, table, filled=filled)
        row = connection.execute(select(table)).mappings().one()
        for column in table.columns:
            if column.name == "status":
                continue
            others = [another_value(column, row[column.name])]
            if column.nullable and filled:
                others.append(None)
            for other in others:
                with pytest.raises(DatabaseError, match="append-only"), connection.begin_nested():
                    connection.execute(update(table).values({column.name: other}))
        connection.execute(update(table).values({name: row[name] for name in table.columns.keys()}))


def test_what_was_approved_is_never_a_draft_again(bare: Any) -> None:
    table = SQLModel.metadata.tables["item_version"]
    drafts = {ItemStatus.DRAFT, ItemStatus.IN_REVIEW}
    with bare.connect() as connection:
        put_in_a_row(connection, table)
        way = (
            *(ItemStatus.IN_REVIEW, ItemStatus.DRAFT, ItemStatus.IN_REVIEW, ItemStatus.APPROVED),
            *(ItemStatus.ACTIVE, ItemStatus.RETIRED, ItemStatus.ACTIVE, ItemStatus.RETIRED),
        )
        for status in way:
            connection.execute(update(table).values(status=status))
            if status in drafts:
                continue
            for draft in drafts:
                with pytest.raises(DatabaseError, match="append-only"), connection.begin_nested():
                    connection.execute(update(table).values(status=draft))


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
