"""The database itself keeps certificates and milestones as they were written, column by column."""

import pytest
from sqlalchemy import JSON, LargeBinary, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from app.certificates.models import Certificate
from app.kernel.types import UtcDateTime
from app.programmes.models import Milestone
from tests import factories
from tests.certificates import cases
from tests.certificates.papers import paper
from tests.programmes import ground
from tests.world import World

MOVES = {
    "certificate": {"status", "reason", "status_since", "name_public"},
    "milestone": {"folded"},
}
"""What may be written anew; everything else is as it was, or was never there."""
MODELS: dict[str, type[SQLModel]] = {"certificate": Certificate, "milestone": Milestone}


def _other(model: type[SQLModel], column: str) -> str:
    """An expression that gives the column another value it could hold, whatever it holds."""
    kind = model.__table__.columns[column].type  # type: ignore[attr-defined]  # every table model has one
    if isinstance(kind, LargeBinary):
        return "CAST('other' AS {blob})"
    if isinstance(kind, UtcDateTime):
        return "{later}"
    if isinstance(kind, JSON):
        return "{json}"
    python = kind.python_type
    if python is bool:
        return f"NOT {column}"
    if python is int:
        return f"{column} + 1"
    if python.__name__ == "UUID":
        return "{uuid}"
    return "'other'"


def _spelled(world: World, expression: str) -> str:
    postgresql = world.engine.dialect.name == "postgresql"
    return expression.format(
        blob="bytea" if postgresql else "BLOB",
        json="'{\"x\": 1}'::jsonb" if postgresql else "'{\"x\": 1}'",
        later="TIMESTAMP WITH TIME ZONE '2031-01-01 00:00:00+00'" if postgresql else "'2031-01-01 00:00:00'",
        uuid="'00000000-0000-4000-8000-000000000009'::uuid"
        if postgresql
        else "'00000000000040008000000000000009'",
    )


def _rows(world: World) -> None:
    cases.certificate(world)
    ground.milestone(
        world, ground.member(world, ground.cohort(world, factories.person(world, "programme_manager"))), "sat"
    )


@pytest.mark.parametrize("table", ["certificate", "milestone"])
def test_no_column_of_what_was_written_down_changes(world: World, table: str) -> None:
    _rows(world)
    columns = {found["name"] for found in inspect(world.engine).get_columns(table)} - MOVES[table]
    assert len(columns) >= 10
    for column in sorted(columns):
        for expression in (_other(MODELS[table], column), "NULL"):
            with world.read() as session:
                filled = session.scalar(text(f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL"))
            if expression == "NULL" and not filled:
                continue  # empty it is, and filling it is refused above
            statement = f"UPDATE {table} SET {column} = {_spelled(world, expression)}"
            with pytest.raises(DBAPIError, match="append-only"), world.write() as session:
                session.execute(text(statement))


def test_status_reason_and_the_showing_of_the_name_move(world: World) -> None:
    number = paper(world)
    with world.write() as session:
        session.execute(
            text("UPDATE certificate SET status = 'revoked', reason = 'fraud', name_public = NOT name_public")
        )
        session.execute(text("UPDATE milestone SET folded = NOT folded"))
    assert str(cases.row(world, number).status) == "revoked"
