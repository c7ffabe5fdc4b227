"""A demonstration, built once and copied for every test that looks at it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import demo
from app.kernel.clock import SystemClock
from app.platform.settings import Settings
from tests.world import World


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole demonstration on SQLite; copy it, never change it."""
    folder = tmp_path_factory.mktemp("built") / "var"
    demo.prepare(Settings(var_dir=folder), SystemClock())
    return folder


@pytest.fixture
def shown(built: Path, tmp_path: Path) -> Iterator[World]:
    """The demonstration as `make demo` serves it."""
    var = tmp_path / "var"
    shutil.copytree(built, var)
    made = World(Settings(var_dir=var, worker="separate"), SystemClock())  # type: ignore[arg-type]
    yield made
    made.close()
