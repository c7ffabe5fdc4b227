"""Figures computed in a process of their own: numpy and scipy never enter the process that serves.

The process has no database, is asked on its standard input and answers on its standard output. It is bounded
in time and memory, and yields to whatever else the machine has to do: an exam that runs comes first.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

from app.psychometrics.rules.gates import Ended

SECONDS = 200
"""Well below the time after which another worker would take the job over (``platform.outbox.LEASE``)."""
BYTES = 2 * 1024**3
"""Of address space; libraries reserve more than they use."""
_RULES = {"snapshot": "app.psychometrics.rules.snapshot", "propose": "app.psychometrics.rules.proposing"}
"""What may be asked, and where it is decided."""
_NO_NUMBERS, _NO_MEMORY = 3, 4
_SAID = {0: Ended.COMPUTED, _NO_NUMBERS: Ended.NO_NUMBERS, _NO_MEMORY: Ended.OVER_LIMIT}


@dataclass(frozen=True, slots=True)
class Answer:
    """How it ended, and the figures where it was computed.

    ``kibibytes``: what the process held at most; ``milliseconds``: how long it thought about the question.
    """

    ended: Ended
    figures: dict[str, Any] | None = None
    kibibytes: int | None = None
    milliseconds: int | None = None


def ask(
    question: dict[str, Any], *, what: str = "snapshot", seconds: float = SECONDS, size: int = BYTES
) -> Answer:
    """Compute ``what(**question)`` in another process, within ``seconds`` and ``size`` bytes.

    ``what``: ``snapshot`` (``rules.snapshot``) or ``propose`` (``rules.proposing``). Whoever asks may be
    killed meanwhile: the process ends by itself when it has used up its seconds.
    """
    command = [sys.executable, "-m", "app.psychometrics.apart", what, str(size), str(ceil(seconds))]
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
    try:
        told = json.loads(done.stdout)
    except ValueError:
        return Answer(Ended.FAILED)
    return Answer(ended, told["figures"], told["kibibytes"], told["milliseconds"])


def _most_held() -> int | None:
    """KiB that this process has held at most; ``ru_maxrss`` would tell what its parent held when it began."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), None)


@contextmanager
def printing_aside() -> Iterator[None]:
    """What is printed meanwhile, also past ``sys.stdout``, goes to standard error.

    The solver is a compiled library that now and then prints a line of its own where only an answer may be.
    """
    sys.stdout.flush()
    out = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)  # what C has not written yet would follow the answer
        sys.stdout.flush()
        os.dup2(out, 1)
        os.close(out)


def main() -> None:
    """Read a question, answer it."""
    what, size, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.nice(5)
    try:
        with printing_aside():
            rules = import_module(_RULES[what])
            begun = time.monotonic()
            figures = getattr(rules, what)(**json.load(sys.stdin.buffer))
        cost = {"kibibytes": _most_held(), "milliseconds": round((time.monotonic() - begun) * 1000)}
        json.dump({"figures": figures} | cost, sys.stdout, allow_nan=False)
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        sys.exit(_NO_NUMBERS if missing in {"numpy", "scipy"} else 1)
    except MemoryError:
        sys.exit(_NO_MEMORY)


if __name__ == "__main__":
    main()
