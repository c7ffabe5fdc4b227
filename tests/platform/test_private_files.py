"""What an installation keeps under its data folder is nobody else's on the machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.certificates import keys
from app.cli import backup
from app.kernel.clock import SystemClock
from app.platform.database import make_engine
from app.platform.mail import Mail, make_sender
from app.platform.settings import Settings, private_folder, secret
from tests.world import World


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """The usual umask, under which everybody may read what is made."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """What somebody else could reach: a closed folder closes all that is in it."""
    if folder.stat().st_mode & 0o077 == 0:
        return []
    return [str(path) for path in [folder, *folder.rglob("*")] if path.stat().st_mode & 0o077]


def _connect(settings: Settings) -> None:
    engine = make_engine(settings.database)
    engine.connect().close()
    engine.dispose()


def test_whoever_comes_first_makes_the_folder_for_its_owner_only(tmp_path: Path) -> None:
    letter = Mail("a@b.example", "s", "t", "kk", "CEASAI", "ceasai")
    first = {
        "database": _connect,
        "secret": secret,
        "mail": lambda settings: make_sender(settings, SystemClock()).send(letter),
        "key": lambda settings: keys.make(settings, "ES256"),
    }
    for name, make in first.items():
        settings = Settings(var_dir=tmp_path / name / "deep" / "var")
        make(settings)
        assert any(settings.var_dir.iterdir()), name
        assert open_to_others(settings.var_dir) == [], name


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    known = tmp_path / "known"
    known.mkdir(mode=0o750)
    private_folder(known / "keys")
    assert known.stat().st_mode & 0o777 == 0o750
    assert (known / "keys").stat().st_mode & 0o777 == 0o700


def test_what_is_restored_is_as_closed_as_what_was_backed_up(world: World, tmp_path: Path) -> None:
    keys.make(world.settings, "ES256")
    archive = tmp_path / "all.zip"
    backup.backup(world.engine, world.settings, world.clock, archive)
    var = tmp_path / "restored"
    backup.restore(Settings(database_url=f"sqlite:///{var / 'other.db'}", var_dir=var), archive)
    assert len(list((var / "keys").iterdir())) == 1
    assert (var / "keys").stat().st_mode & 0o077 == 0
    assert open_to_others(var) == []
