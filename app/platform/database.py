"""The engine, and the two sessions a request may ask for.

``Write`` commits before the reply is sent; ``Read`` never commits. Nothing else ends a transaction.
"""

import sqlite3
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine, Executable, Pool, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import NullType
from sqlmodel import Session, SQLModel, create_engine

from app.platform.settings import private_folder

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # WAL with NORMAL may lose acknowledged commits at power loss
    "foreign_keys=ON",
    "busy_timeout=20000",
    "trusted_schema=OFF",
    "cache_size=-16000",
    "temp_store=MEMORY",
)


def make_engine(url: str, *, pool_size: int = 4) -> Engine:
    """An engine with our guarantees on either database: durable commits, foreign keys, honest locking."""
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=20,
            pool_pre_ping=True,
            connect_args={"options": "-c synchronous_commit=on -c timezone=UTC"},
        )
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        private_folder(Path(path).parent)
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": 20},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=20,
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def is_sqlite(session: Session) -> bool:
    """Whether the session talks to SQLite, for the few statements the two databases spell differently."""
    return session.get_bind().dialect.name == "sqlite"


@contextmanager
def write_session(engine: Engine) -> Iterator[Session]:
    """A session that commits when the block ends well and rolls back when it does not."""
    with Session(engine) as session, session.begin():
        yield session


def reading(engine: Engine) -> Engine:
    """The same engine for sessions that only read: on SQLite they take no write lock."""
    return engine.execution_options(read_only=True)


@contextmanager
def read_session(engine: Engine) -> Iterator[Session]:
    """A session that never commits."""
    with Session(reading(engine), autoflush=False) as session:
        yield session


# Nothing is begun here: the route begins and ends it around its endpoint (``routing``), so that COMMIT runs
# before the reply is sent and a failed one is not answered with 200. Used in any other place it raises.
async def _write(request: Request) -> Session:
    return Session(request.app.state.engine, autobegin=False, info={"writes": True})


async def _read(request: Request) -> Session:
    return Session(request.app.state.reading, autobegin=False, autoflush=False, info={"writes": False})


Write = Annotated[Session, Depends(_write)]
Read = Annotated[Session, Depends(_read)]


_KEPT: WeakKeyDictionary[Pool, dict[Hashable, Any]] = WeakKeyDictionary()


def kept(session: Session) -> dict[Hashable, Any]:
    """What this process keeps of what it has read from the session's database.

    Only for what can never be stale: let the key or the value hold the hash of the content it stands for.
    """
    engine = session.get_bind()
    return _KEPT.setdefault(engine.pool, {})  # type: ignore[union-attr]  # our sessions are bound to engines


def table_of(model: type[SQLModel]) -> Any:
    """The table of a model: a statement over ``table_of(Person).c`` costs half of one over ``Person``.

    For the statements behind pages that are asked for all the time; write those as constants, with
    ``bindparam`` for what changes, since building a statement costs as much as running it.

    Raises:
        TypeError: a foreign key's column has no type of its own: which one a constant sees would then hang on
            what was imported before it.
    """
    table = model.__table__  # type: ignore[attr-defined]  # every table model has one
    for column in table.columns:
        if isinstance(column.type, NullType):
            msg = f"{column} needs a type beside its foreign key"
            raise TypeError(msg)
    return table


def insert_once(session: Session, model: type[SQLModel], **values: Any) -> bool:
    """Insert a row unless one of the table's unique constraints already holds it; tell whether it was new.

    Idempotency by constraint: one statement, no look first. ``values`` are column names.
    """
    statement = _once(sqlite.insert if is_sqlite(session) else postgresql.insert, model)
    return session.execute(statement, values).first() is not None


@cache
def _once(insert: Any, model: type[SQLModel]) -> Executable:
    made: Any = insert(table_of(model)).on_conflict_do_nothing()
    return made.returning(*table_of(model).primary_key.columns)  # type: ignore[no-any-return]
