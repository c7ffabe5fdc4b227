"""What is backed up on one database is whole again on either."""

import shutil
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event, select, update
from sqlmodel import SQLModel

from app.accounts.models import Person
from app.cli import backup
from app.platform import audit
from app.platform.database import make_engine
from app.platform.settings import Settings, SettingsError
from tests import factories
from tests.postgres import Server
from tests.world import World


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = make_engine(url)
    found = {}
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            rows = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
            found[table.name] = [tuple(row) for row in rows]
    engine.dispose()
    return found


def fill(world: World) -> None:
    for number in range(3):
        someone = factories.person(world, "proctor", "instructor", name_cyrillic=f"Әлібекұлы Сынақ {number}")
        with world.write() as session:
            audit.record(
                session,
                world.clock,
                actor_id=someone,
                action="test.act",
                subject_kind="person",
                subject_id=someone,
                reason="себеп «тырнақшада»",
                list=[1, "екі", None],
            )
    world.work()
    folder = world.settings.var_dir / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "one.pem").write_bytes(b"\x00\xffkey")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> object:
    """Settings of a database that does not exist yet, of either kind."""
    var = tmp_path / "restored"
    if request.param == "sqlite":
        yield Settings(database_url=f"sqlite:///{tmp_path / 'restored.db'}", var_dir=var)
        return
    server = Server.running()
    name = f"r_{uuid4().hex}"
    server.execute(f"CREATE DATABASE {name}")
    yield Settings(database_url=server.database(name), var_dir=var)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_everything_comes_back_on_either_database(world: World, empty: Settings, tmp_path: Path) -> None:
    fill(world)
    archive = tmp_path / "all.zip"
    counts = backup.backup(world.engine, world.settings, world.clock, archive)
    assert counts["person"] == 3
    assert archive.stat().st_mode & 0o077 == 0
    assert backup.restore(empty, archive) == counts
    assert contents(empty.database) == contents(world.settings.database)
    assert (empty.var_dir / "keys" / "one.pem").read_bytes() == b"\x00\xffkey"
    engine = make_engine(empty.database)
    from app.platform.database import read_session

    with read_session(engine) as session:
        assert audit.first_broken(session) is None
    engine.dispose()


def test_people_write_while_a_backup_is_made(world: World, tmp_path: Path) -> None:
    """It reads one moment of the database and keeps nobody waiting."""
    fill(world)
    other = make_engine(world.settings.database)
    written = []

    def between(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM person" in statement and not written:
            written.append(statement)
            with other.connect() as connection:
                connection.exec_driver_sql("SET statement_timeout = 3000") if "postgres" in str(
                    other.url
                ) else connection.exec_driver_sql("PRAGMA busy_timeout = 200")
                connection.execute(update(Person).values(name_latin="Meanwhile Changed"))
                connection.commit()

    event.listen(world.engine, "before_cursor_execute", between)
    archive = tmp_path / "all.zip"
    counts = backup.backup(world.engine, world.settings, world.clock, archive)
    event.remove(world.engine, "before_cursor_execute", between)
    other.dispose()
    assert counts["person"] == 3
    assert written
    with zipfile.ZipFile(archive) as made:
        assert b"Meanwhile" not in made.read("tables/person.jsonl")
    assert "Meanwhile Changed" in str(contents(world.settings.database)["person"])


def test_a_database_in_use_is_not_overwritten(world: World, tmp_path: Path) -> None:
    fill(world)
    archive = tmp_path / "all.zip"
    backup.backup(world.engine, world.settings, world.clock, archive)
    before = contents(world.settings.database)
    with pytest.raises(SettingsError, match="not empty"):
        backup.restore(world.settings, archive)
    assert contents(world.settings.database) == before


def test_a_damaged_archive_writes_nothing(world: World, empty: Settings, tmp_path: Path) -> None:
    fill(world)
    archive, damaged = tmp_path / "all.zip", tmp_path / "damaged.zip"
    backup.backup(world.engine, world.settings, world.clock, archive)
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(damaged, "w") as new:
        for item in old.namelist():
            body = old.read(item)
            new.writestr(item, body.replace("Сынақ 1".encode(), "Сынақ 9".encode()))
    with pytest.raises(SettingsError, match="damaged at table person"):
        backup.restore(empty, damaged)
    assert all(rows == [] for rows in contents(empty.database).values())


def test_half_an_archive_is_refused(world: World, empty: Settings, tmp_path: Path) -> None:
    archive, half = tmp_path / "all.zip", tmp_path / "half.zip"
    backup.backup(world.engine, world.settings, world.clock, archive)
    half.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(SettingsError, match="not a whole backup"):
        backup.restore(empty, half)
    shutil.rmtree(tmp_path / "restored", ignore_errors=True)
