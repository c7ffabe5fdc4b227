"""One server a run, one database a test, both databases for everything that touches data."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from app.cli.database import migrate
from app.kernel.clock import FixedClock
from app.platform import installation, logging
from app.platform.database import make_engine, write_session
from app.platform.settings import Settings
from tests.postgres import Server
from tests.world import World

NOON = datetime(2026, 11, 23, 7, tzinfo=UTC)
"""Monday 23 November 2026, 12:00 in Almaty: the present of every test."""

# as app.psychometrics does, which some tests load after numpy
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_server: Server | None = None
_folder: Path | None = None


def pytest_configure(config: pytest.Config) -> None:
    """In the controlling process: start PostgreSQL once and make both template databases."""
    global _server, _folder  # noqa: PLW0603  # pytest's hooks have nowhere else to keep them
    logging.configure(json=True)
    if hasattr(config, "workerinput"):
        return
    shm = Path("/dev/shm")
    _folder = Path(tempfile.mkdtemp(prefix="ceasai-tests-", dir=shm if shm.is_dir() else None))
    os.environ["CEASAI_TEST_FOLDER"] = str(_folder)
    _prepare(f"sqlite:///{_folder / 'template.db'}")
    if os.environ.get("POSTGRES") == "0":
        return
    _server = Server()
    os.environ["CEASAI_TEST_POSTGRES"] = _server.url
    _server.execute("DROP DATABASE IF EXISTS ceasai_template")
    _server.execute("CREATE DATABASE ceasai_template")
    _prepare(_server.database("ceasai_template"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and leave nothing behind."""
    if hasattr(config, "workerinput"):
        return
    if _server is not None:
        _server.stop()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)


def _prepare(url: str) -> None:
    address = Settings(database_url=url).database
    migrate(address)
    engine = make_engine(address)
    with write_session(engine) as session:
        installation.mark(session, FixedClock(NOON), demonstration=True, data_region="kz")
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty, migrated database marked as a demonstration."""
    if request.param == "sqlite":
        folder = Path(os.environ["CEASAI_TEST_FOLDER"])
        path = folder / f"{uuid4().hex}.db"
        shutil.copyfile(folder / "template.db", path)
        yield f"sqlite:///{path}"
        for leftover in folder.glob(f"{path.name}*"):
            leftover.unlink(missing_ok=True)
        return
    server = Server.running()
    name = f"t_{uuid4().hex}"
    server.copy(name, "ceasai_template")
    yield Settings(database_url=server.database(name)).database
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a demonstration on loopback whose worker is run by hand."""
    return Settings(
        database_url=database_url,
        var_dir=tmp_path / "var",
        worker="separate",
        public_base="http://127.0.0.1:8000",
        allowed_hosts=("127.0.0.1", "localhost", "testserver"),
        ip_limit_per_minute=100_000,
    )


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """The whole application over one database, with a clock set by hand and a mail box."""
    made = World(settings, FixedClock(NOON))
    yield made
    made.close()
