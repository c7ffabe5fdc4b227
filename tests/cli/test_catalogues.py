"""Whoever starts the product finds its sentences compiled, or is told what to do."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.cli import catalogues
from app.platform.settings import ROOT, SettingsError
from app.web.translations import catalogues as read_by_the_product


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The catalogues as they come from the repository: nothing is compiled."""
    folder = tmp_path / "locales"
    shutil.copytree(ROOT / "locales", folder, ignore=shutil.ignore_patterns("*.mo", "*.new"))
    return folder


def made(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.mo"))


def test_what_is_missing_or_old_is_compiled_and_nothing_else(fresh: Path) -> None:
    catalogues.ensure_compiled(fresh)
    first = {path: path.stat().st_mtime_ns for path in made(fresh)}
    assert len(first) == 3
    assert read_by_the_product(fresh)["kk"].gettext("Sign in") != "Sign in"
    catalogues.ensure_compiled(fresh)
    assert {path: path.stat().st_mtime_ns for path in made(fresh)} == first
    written = catalogues.path_of("kk", fresh)
    os.utime(written, ns=(first[made(fresh)[0]] + 10**9,) * 2)
    catalogues.ensure_compiled(fresh)
    assert all(path.stat().st_mtime_ns > at for path, at in first.items())


def test_a_missing_catalogue_is_said_by_name(fresh: Path) -> None:
    with pytest.raises(SettingsError, match=r"kk/LC_MESSAGES/messages\.mo is missing: run `ceasai messages"):
        read_by_the_product(fresh)


def test_a_folder_that_cannot_be_written_is_said_in_words(fresh: Path) -> None:
    for locale in ("kk", "ru", "en"):
        (catalogues.path_of(locale, fresh).with_suffix(".new")).mkdir()  # also stops root
    with pytest.raises(SettingsError, match="are not compiled"):
        catalogues.ensure_compiled(fresh)


@pytest.mark.parametrize("command", ["init", "migrate", "serve", "worker"])
def test_every_entrance_compiles_what_is_not(command: str, fresh: Path, tmp_path: Path) -> None:
    """Each is started in a checkout that nobody has used."""
    for name in ("app", "migrations", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CEASAI_")}
    started = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", command],
        cwd=tmp_path,
        env=kept | {"CEASAI_VAR_DIR": str(tmp_path / "var")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while len(made(fresh)) < 3 and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        started.kill()
        started.wait(timeout=20)
    assert len(made(fresh)) == 3
