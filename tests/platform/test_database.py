"""Durability, locking and the two sessions: what the rest of the house rests on."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import Column, ForeignKey, MetaData, Table, text
from sqlalchemy.exc import DatabaseError, IntegrityError, InvalidRequestError
from starlette.testclient import TestClient

from app.platform.database import Read, Write, insert_once, make_engine, reading, table_of
from app.platform.models import Job
from app.platform.routing import Router
from app.platform.settings import Settings
from tests import factories
from tests.world import BASE, World


def test_commits_are_durable(world: World) -> None:
    """Read from a live connection: FULL on SQLite, synchronous_commit on PostgreSQL."""
    with world.read() as session:
        if world.engine.dialect.name == "sqlite":
            assert session.execute(text("PRAGMA synchronous")).scalar() == 2
            assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        else:
            assert session.execute(text("SHOW synchronous_commit")).scalar() in {
                "on",
                "remote_apply",
                "remote_write",
            }


def test_concurrent_updates_lose_nothing(world: World) -> None:
    """The default SQLite driver mode lost most of these; BEGIN IMMEDIATE loses none."""
    with world.write() as session:
        session.execute(text("CREATE TABLE tally (n INTEGER NOT NULL)"))
        session.execute(text("INSERT INTO tally VALUES (0)"))

    def add(_: int) -> None:
        with world.write() as session:
            lock = "" if world.engine.dialect.name == "sqlite" else " FOR UPDATE"
            n = session.execute(text(f"SELECT n FROM tally{lock}")).scalar_one()
            session.execute(text("UPDATE tally SET n = :n"), {"n": n + 1})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(120)))
    with world.read() as session:
        assert session.execute(text("SELECT n FROM tally")).scalar_one() == 120


def _app(world: World, router: APIRouter) -> TestClient:
    @router.post("/broken")
    def broken(session: Write) -> dict[str, str]:
        # a deferred violation: it fails at COMMIT, not before
        if world.engine.dialect.name == "sqlite":
            session.execute(text("PRAGMA defer_foreign_keys=ON"))
        session.execute(text("INSERT INTO child VALUES (42)"))
        return {"said": "stored"}

    @router.post("/stored-by-a-reader")
    def stored(session: Read) -> dict[str, str]:
        session.execute(text("INSERT INTO parent VALUES (1)"))
        return {"said": "stored"}

    app = FastAPI()
    app.state.engine, app.state.reading = world.engine, reading(world.engine)
    app.include_router(router)
    return TestClient(app, base_url=BASE, raise_server_exceptions=False)


@pytest.fixture
def deferred(world: World) -> World:
    with world.write() as session:
        session.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        session.execute(
            text("CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
        )
    return world


def test_the_reply_waits_for_the_commit(deferred: World) -> None:
    assert _app(deferred, Router()).post("/broken").status_code == 500


def test_a_router_that_would_not_commit_cannot_use_a_session(deferred: World) -> None:
    """The trap our router exists for: a plain one would answer 200 and store nothing."""
    client = _app(deferred, APIRouter())
    assert client.post("/broken").status_code == 500
    with pytest.raises(InvalidRequestError, match="Autobegin"):
        TestClient(client.app, base_url=BASE).post("/broken")


def test_a_reading_session_never_commits(deferred: World) -> None:
    assert _app(deferred, Router()).post("/stored-by-a-reader").status_code == 200
    with deferred.read() as session:
        assert session.execute(text("SELECT count(*) FROM parent")).scalar() == 0


def test_idempotency_comes_from_the_constraint(world: World) -> None:
    now = world.clock.now()
    values = {
        "kind": "k",
        "payload": {},
        "dedupe_key": "a",
        "state": "ready",
        "tries": 0,
        "run_at": now,
        "created_at": now,
    }
    with world.write() as session:
        assert insert_once(session, Job, **values) is True
        assert insert_once(session, Job, **values) is False


def test_foreign_keys_are_enforced(world: World) -> None:
    with pytest.raises((IntegrityError, DatabaseError)), world.write() as session:
        session.execute(
            text("INSERT INTO sitting_proctor (sitting_id, person_id) VALUES (:a, :b)"),
            {"a": "0" * 32, "b": "1" * 32},
        )


def test_one_connection_a_request(world: World) -> None:
    """200 concurrent signed-in requests with 4 connections and 4 threads: no time-out, no 500."""
    person = factories.person(world, "administrator")
    engine = make_engine(world.settings.database, pool_size=4)
    world.app.state.engine, world.app.state.reading = engine, reading(engine)
    browser = world.browser(person)
    statuses: list[int] = []
    lock = threading.Lock()

    def ask(_: int) -> None:
        status = browser.get("/en/courses").status_code
        with lock:
            statuses.append(status)

    import anyio.to_thread

    async def narrow() -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 4

    with browser.http:
        browser.http.portal.call(narrow)  # type: ignore[union-attr]
        with ThreadPoolExecutor(24) as pool:
            list(pool.map(ask, range(200)))
    engine.dispose()
    assert set(statuses) == {200}


def test_settings_name_what_is_wrong() -> None:
    from app.platform.settings import SettingsError, load

    for name, value in {
        "database_url": "mysql://x",
        "public_base": "http://example.org",
        "bind_port": "99999",
        "processes": "0",
    }.items():
        with pytest.raises(SettingsError, match=f"CEASAI_{name.upper()}"):
            load(**{name: value})
    with pytest.raises(SettingsError, match="CEASAI_PUBLIC_BASE"):
        load(public_base="https://a.example", allowed_hosts="b.example")


def test_a_short_secret_is_refused(tmp_path: object) -> None:
    from pathlib import Path

    from app.platform.settings import SettingsError, secret

    path = Path(str(tmp_path)) / "s"
    path.write_bytes(b"short")
    with pytest.raises(SettingsError, match="CEASAI_SECRET_FILE"):
        secret(Settings(secret_file=path))


def test_the_secret_is_made_once(tmp_path: object) -> None:
    from pathlib import Path

    from app.platform.settings import secret

    settings = Settings(var_dir=Path(str(tmp_path)))
    assert secret(settings) == secret(settings)
    assert len(secret(settings)) == 32


def test_a_statement_never_depends_on_what_was_imported_before_it() -> None:
    """A foreign key without a type of its own has none until the other table is there."""
    pointing = Table("pointing", MetaData(), Column("other_id", ForeignKey("not_there_yet.id")))
    with pytest.raises(TypeError, match="pointing.other_id"):
        table_of(type("Pointing", (), {"__table__": pointing}))
