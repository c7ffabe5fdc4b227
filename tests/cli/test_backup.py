"""What is backed up on one database is whole again on either."""

import shutil
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event, select, update
from sqlmodel import SQLModel

from app.accounts.models import Person
from app.accounts.queries import find_by_email
from app.certificates import jose
from app.certificates.models import Certificate, CertificationCase
from app.certificates.queries.decisions import figures_of
from app.certificates.queries.keys import find_active, verifiers
from app.certificates.queries.mine import list_own
from app.certificates.rules.states import Verdict
from app.certificates.service import decisions
from app.cli import backup, demo
from app.cli.cast import email
from app.kernel.clock import FixedClock, SystemClock
from app.kernel.errors import Refused
from app.platform import audit
from app.platform.database import make_engine
from app.platform.settings import Settings, SettingsError, WorkerMode
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


def test_a_whole_demonstration_comes_back_and_goes_on(shown: World, empty: Settings, tmp_path: Path) -> None:
    """Every table that holds anything, then the acts that matter: verify a certificate, sign the next one."""
    archive = tmp_path / "all.zip"
    counts = backup.backup(shown.engine, shown.settings, shown.clock, archive)
    assert sum(1 for count in counts.values() if count) > 30
    assert backup.restore(empty, archive) == counts
    before, after = contents(shown.settings.database), contents(empty.database)
    assert {name for name, rows in before.items() if rows != after[name]} == set()

    there = World(empty.model_copy(update={"worker": WorkerMode.SEPARATE}), FixedClock(SystemClock().now()))
    try:
        (number,) = demo.numbers(empty)
        assert there.browser().get(f"/v/{number}").status_code == 200
        with there.read() as session:
            assert audit.first_broken(session) is None
            known = verifiers(session, empty.public_base)
            token = session.scalars(select(Certificate.jwt).where(Certificate.number == number)).one()
            active = find_active(session)
            case = session.scalars(
                select(CertificationCase).where(
                    CertificationCase.decided_at.is_(None), CertificationCase.names_confirmed_at.is_not(None)
                )
            ).one()
            waiting, person_id, seen = case.id, case.person_id, figures_of(case)
            officer = find_by_email(session, email("yerlan"))
        jose.verify(str(token), known.get)
        assert len(list((empty.var_dir / "keys").iterdir())) == 1

        with there.write() as session:
            decided = decisions.decide(
                session,
                there.clock,
                officer_id=officer.person_id,
                case_id=waiting,
                wish=Verdict.GRANTED,
                reason=None,
                seen=seen,
            )
        assert not isinstance(decided, Refused)
        there.work()
        with there.read() as session:
            fresh = session.execute(
                select(Certificate.jwt, Certificate.key_thumbprint).where(Certificate.case_id == waiting)
            ).one()
        assert fresh.key_thumbprint == active.thumbprint
        jose.verify(str(fresh.jwt), known.get)
        with shown.read() as session:  # the original knows nothing of it, but its key says that it is genuine
            jose.verify(str(fresh.jwt), verifiers(session, shown.settings.public_base).get)
            assert [one.kind for one in list_own(session, person_id, at=there.clock.now())] == ["completion"]
    finally:
        there.close()


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
