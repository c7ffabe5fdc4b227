"""The worker as a process of its own: it does what the web process asked for, and stops when it is told to."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from app.kernel.clock import SystemClock
from app.platform.settings import Settings
from tests.accounts.ground import REGISTRATION, cheap
from tests.world import World

PATIENCE = 60
"""Seconds a loaded machine may need to start a process."""


def test_a_worker_process_sends_what_was_asked_for_and_stops_when_told(
    settings: Settings, tmp_path: Path
) -> None:
    world = World(settings, SystemClock())  # type: ignore[arg-type]  # the other process has the machine's clock
    cheap(world)
    world.browser().post("/en/register", REGISTRATION)
    environment = dict(os.environ) | {
        "CEASAI_DATABASE_URL": settings.database_url,
        "CEASAI_VAR_DIR": str(settings.var_dir),
        "CEASAI_WORKER": "separate",
    }
    mail = Path(settings.var_dir) / "mail"
    log = tmp_path / "worker.log"
    with log.open("wb") as out:
        command = [str(Path(sys.executable).with_name("ceasai")), "worker"]
        worker = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    try:
        until = time.monotonic() + PATIENCE
        while not list(mail.glob("*.eml")):
            assert worker.poll() is None, log.read_text()
            assert time.monotonic() < until, "nothing was sent"
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=PATIENCE) == 0
    finally:
        if worker.poll() is None:
            worker.kill()
            worker.wait()
        world.close()
    [letter] = mail.glob("*.eml")
    assert REGISTRATION["email"] in letter.read_text()
