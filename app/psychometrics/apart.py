"""Figures computed in a process of their own: numpy and scipy never enter the process that serves.

The process has no database, is asked on its standard input and answers on its standard output. It is bounded
in time and memory, and yields to whatever else the machine has to do: an exam that runs comes first.
"""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from app.psychometrics.rules.gates import Ended

SECONDS = 200
"""Well below the time after which another worker would take the job over (``platform.outbox.LEASE``)."""
BYTES = 2 * 1024**3
"""Of address space; libraries reserve more than they use."""
_NO_NUMBERS, _NO_MEMORY = 3, 4
_SAID = {0: Ended.COMPUTED, _NO_NUMBERS: Ended.NO_NUMBERS, _NO_MEMORY: Ended.OVER_LIMIT}


@dataclass(frozen=True, slots=True)
class Answer:
    """How it ended, and the figures where it was computed. ``kibibytes``: what the process held at most."""

    ended: Ended
    figures: dict[str, Any] | None = None
    kibibytes: int | None = None


def ask(question: dict[str, Any], *, seconds: float = SECONDS, size: int = BYTES) -> Answer:
    """Compute ``snapshot.snapshot(**question)`` in another process, within ``seconds`` and ``size`` bytes."""
    command = [sys.executable, "-m", "app.psychometrics.apart", str(size)]
    try:
        done = subprocess.run(  # noqa: S603  # our own module, no shell
            command,
            input=json.dumps(question).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(Ended.OVER_LIMIT)
    ended = _SAID.get(done.returncode, Ended.FAILED)
    if ended is not Ended.COMPUTED:
        return Answer(ended)
    told = json.loads(done.stdout)
    return Answer(ended, told["figures"], told["kibibytes"])


def _most_held() -> int | None:
    """KiB that this process has held at most; ``ru_maxrss`` would tell what its parent held when it began."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), None)


def main() -> None:
    """Read a question, answer it."""
    size = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    os.nice(5)
    try:
        rules = import_module("app.psychometrics.rules.snapshot")
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        sys.exit(_NO_NUMBERS if missing in {"numpy", "scipy"} else 1)
    try:
        figures = rules.snapshot(**json.load(sys.stdin.buffer))
        json.dump({"figures": figures, "kibibytes": _most_held()}, sys.stdout, allow_nan=False)
    except MemoryError:
        sys.exit(_NO_MEMORY)


if __name__ == "__main__":
    main()
