"""A production-like server to measure: its processes, its CPU, its memory."""

import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from app.platform.settings import Settings


@dataclass
class Measured:
    """A server with its worker as a process of its own."""

    settings: Settings
    processes: int
    parts: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self) -> None:
        """Start both and wait for the first answer."""
        self.parts = [self.spawn("serve"), self.spawn("worker")]
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"{self.settings.public_base}/readyz", timeout=1)
            except OSError:
                time.sleep(0.1)
            else:
                time.sleep(1)
                return
        raise RuntimeError("the server did not start")

    def spawn(self, command: str) -> "subprocess.Popen[bytes]":
        """One of the two, as an operator starts it."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("CEASAI_", "COV_"))}
        environment = kept | {
            "CEASAI_VAR_DIR": str(self.settings.var_dir),
            "CEASAI_DATABASE_URL": self.settings.database,
            "CEASAI_PUBLIC_BASE": self.settings.public_base,
            "CEASAI_BIND_PORT": str(self.settings.bind_port),
            "CEASAI_PROCESSES": str(self.processes),
            "CEASAI_WORKER": "separate",
            "CEASAI_TRUSTED_PROXIES": "127.0.0.1",
            "CEASAI_IP_LIMIT_PER_MINUTE": "1000000",
        }
        ceasai = str(Path(sys.executable).with_name("ceasai"))
        with (self.settings.var_dir / "bench.log").open("ab") as log:
            return subprocess.Popen([ceasai, command], env=environment, stdout=log, stderr=log)

    def _tree(self, part: "subprocess.Popen[bytes]") -> list[psutil.Process]:
        parent = psutil.Process(part.pid)
        return [parent, *parent.children(recursive=True)]

    def cpu(self, *, worker: bool = True) -> float:
        """CPU seconds of all processes so far (user and system), without the ``worker`` when that is wanted."""
        total = 0.0
        for process in (p for part in self.parts[: None if worker else 1] for p in self._tree(part)):
            times = process.cpu_times()
            total += times.user + times.system
        return total

    def memory(self) -> float:
        """MiB of all processes, worker included: proportional set size."""
        total = sum(p.memory_full_info().pss for part in self.parts for p in self._tree(part))
        return total / 2**20

    def stop(self) -> None:
        """Stop both."""
        for part in self.parts:
            part.terminate()
        for part in self.parts:
            try:
                part.wait(timeout=20)
            except subprocess.TimeoutExpired:
                part.kill()
