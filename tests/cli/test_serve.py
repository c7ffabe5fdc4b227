"""Several web processes as an operator starts them: one dies and is replaced, all end when told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import psutil
import pytest

from app.platform.database import make_engine, read_session
from app.platform.installation import facts
from app.platform.settings import Settings, SettingsError

ROOT = Path(__file__).parents[2]


def start(settings: Settings, *command: str, **environment: str) -> "subprocess.Popen[bytes]":
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CEASAI_")}
    url = settings.database_url.replace("+psycopg", "")
    return subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", *command],
        cwd=ROOT,
        env=kept | {"CEASAI_DATABASE_URL": url, "CEASAI_VAR_DIR": str(settings.var_dir)} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def answers(base: str, *, seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if httpx2.get(f"{base}/readyz").status_code == 200:
                return True
        except httpx2.HTTPError:
            time.sleep(0.1)
    return False


def wait_for_two(parent: psutil.Process, *, besides: set[int]) -> set[int]:
    """The two web processes, once there are two and none is of ``besides``."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        now = {process.pid for process in parent.children() if process.status() != psutil.STATUS_ZOMBIE}
        if len(now) == 2 and not now & besides:
            return now
        time.sleep(0.1)
    pytest.fail("there are not two processes")


def test_processes_are_replaced_and_end_together(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    served = start(
        settings, "serve", CEASAI_PUBLIC_BASE=base, CEASAI_BIND_PORT=str(port), CEASAI_PROCESSES="2",
        CEASAI_WORKER="separate",
    )  # fmt: skip
    try:
        assert answers(base)
        parent = psutil.Process(served.pid)
        killed = min(wait_for_two(parent, besides=set()))
        os.kill(killed, signal.SIGKILL)
        now = wait_for_two(parent, besides={killed})
        assert answers(base)
        assert "server" not in httpx2.get(f"{base}/en/sign-in").headers
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=30)
    assert served.returncode == 0
    assert not any(psutil.pid_exists(pid) for pid in now)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_database_that_was_never_initialised_is_said_by_name(settings: Settings, processes: str) -> None:
    empty = Settings(database_url=f"sqlite:///{settings.var_dir / 'empty.db'}", var_dir=settings.var_dir)
    served = start(empty, "serve", CEASAI_PROCESSES=processes)
    said = served.communicate(timeout=60)[1].decode()
    assert served.returncode == 2
    assert "ceasai init" in said
    assert "Traceback" not in said


def test_another_data_region_is_refused_by_name(settings: Settings) -> None:
    engine = make_engine(settings.database)
    with read_session(engine) as session, pytest.raises(SettingsError, match="CEASAI_DATA_REGION"):
        facts(session, settings.model_copy(update={"data_region": "eu"}))
    engine.dispose()
