"""Reads a file in a process of its own, under hard limits of time and memory.

A reader that a hostile file leads astray takes nothing with it: the server goes on, the process is ended by
the machine, and the person reads a sentence. The process gets no settings, no database and no secret.
"""

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from subprocess import DEVNULL, PIPE
from tempfile import TemporaryFile
from typing import Any

import anyio

from app.question_banks.errors import ImportBusy
from app.question_banks.formats.draft import from_document
from app.question_banks.formats.report import Finding, FormatError, Parsed
from app.question_banks.formats.table import READERS

MEMORY = 640 * 1024 * 1024
"""Bytes of address space: the interpreter takes 60 MB, the largest sound file 300 MB."""
SECONDS = 20
"""Of processor time; the slowest hostile file known takes two and a half."""
WAIT = 60.0
"""Seconds on the wall, for a machine that is busy."""
AT_ONCE = 2
"""Files that one server process has read at a time."""
_HOUSE = str(Path(__file__).parents[3])


class _Running:
    """How many readers run now. Only the event loop of the process counts, so no lock is needed."""

    count = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """A place for one reader.

        Raises:
            ImportBusy: there is none.
        """
        if self.count >= AT_ONCE:
            raise ImportBusy
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1


_running = _Running()


async def read_apart(data: bytes, form: str, language: str | None) -> Parsed:
    """What ``READERS[form]`` makes of the bytes of a file.

    Raises:
        FormatError: the file is refused as a whole, or reading it took more than it may.
        ImportBusy: as many files as may be are being read.
    """
    with _running.one_more():
        said = await _run(data, form, language or "")
    if said is None:
        raise FormatError("file", "reading the file takes more time or memory than it may; divide the file")
    if "refused" in said:
        raise FormatError(*said["refused"])
    return Parsed(
        drafts=[from_document(one["said"] | {"where": one["where"]}) for one in said["drafts"]],
        rejected=[Finding(**one) for one in said["rejected"]],
        unsupported=[Finding(**one) for one in said["unsupported"]],
        seen=said["seen"],
        language=said["language"],
    )


async def _run(data: bytes, form: str, language: str) -> dict[str, Any] | None:
    paths = ":".join([_HOUSE, *(path for path in sys.path if path)])
    done = None
    # a file without a name, not a pipe: a reader may end before it has read all of it
    with TemporaryFile() as held, anyio.move_on_after(WAIT):
        held.write(data)
        held.seek(0)
        done = await anyio.run_process(
            [sys.executable, "-m", "app.question_banks.formats.apart", form, language],
            stdin=held,
            stdout=PIPE,
            stderr=DEVNULL,
            check=False,
            env={"PYTHONPATH": paths},
        )
    if done is None or done.returncode != 0:
        return None
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(form: str, language: str) -> None:
    """The process: the file on standard input, what became of it as JSON on standard output."""
    _bound()
    said: dict[str, Any]
    try:
        parsed = READERS[form](sys.stdin.buffer.read(), language=language or None)
        said = {
            "drafts": [{"said": one.document(), "where": one.where} for one in parsed.drafts],
            "rejected": [asdict(one) for one in parsed.rejected],
            "unsupported": [asdict(one) for one in parsed.unsupported],
            "seen": parsed.seen,
            "language": parsed.language,
        }
    except FormatError as error:
        said = {"refused": [error.where, error.why]}
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
