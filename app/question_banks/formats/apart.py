"""Reads a file in a process of its own, under hard limits of time and memory.

A reader that a hostile file leads astray takes nothing with it: the server goes on, the process is ended by
the machine, and the person reads a sentence. The process gets no settings, no database and no secret.
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from subprocess import DEVNULL, PIPE
from tempfile import TemporaryFile
from typing import Any

import anyio
import structlog
from anyio.abc import Process

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
SAID = 128 * 1024 * 1024
"""Bytes that a reader may say: 32 MB of Cyrillic take three times as much in JSON, and items their frame."""
AT_ONCE = 2
"""Files that one server process has read at a time."""
_HOUSE = str(Path(__file__).parents[3])
_OUT_OF_MEMORY = 3
"""The return code of a reader that wanted more memory than it may have."""
_LIMITS = {_OUT_OF_MEMORY, -signal.SIGKILL, -signal.SIGXCPU, -signal.SIGXFSZ}
"""Return codes that a file can bring about; any other is a fault of ours or of the machine."""
log = structlog.get_logger()


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
        # off the event loop: the words of a large file take a second to take apart
        return await anyio.to_thread.run_sync(_parsed, said)


def _parsed(told: bytes | None) -> Parsed:
    if told is None:
        raise FormatError("file", "reading the file takes more time or memory than it may; divide the file")
    said: dict[str, Any] = json.loads(told)
    if "refused" in said:
        raise FormatError(*said["refused"])
    return Parsed(
        drafts=[from_document(one["said"] | {"where": one["where"]}) for one in said["drafts"]],
        rejected=[Finding(**one) for one in said["rejected"]],
        unsupported=[Finding(**one) for one in said["unsupported"]],
        seen=said["seen"],
        language=said["language"],
    )


async def _run(data: bytes, form: str, language: str) -> bytes | None:
    """What the process said; None when it was ended, failed, or said more than it may."""
    paths = ":".join([_HOUSE, *(path for path in sys.path if path)])
    said = None
    # a file without a name, not a pipe: a reader may end before it has read all of it
    with TemporaryFile() as held, anyio.move_on_after(WAIT):
        held.write(data)
        held.seek(0)
        with anyio.CancelScope(shield=True):  # one that is given up while it begins would be ended by nobody
            process = await anyio.open_process(
                [sys.executable, "-m", "app.question_banks.formats.apart", form, language],
                stdin=held,
                stdout=PIPE,
                stderr=DEVNULL,
                env={"PYTHONPATH": paths},
            )
        async with process:
            told = await _said_by(process)
            code = await process.wait()
        if code == 0:
            said = told
        elif code not in _LIMITS:
            log.warning("reader failed", format=form, code=code)
    return said


async def _said_by(process: Process) -> bytes | None:
    """All that the process says, unless it is too much: then it is ended."""
    said = bytearray()
    stream: Any = process.stdout  # a pipe was asked for
    async for part in stream:
        said += part
        if len(said) > SAID:
            process.kill()
            return None
    return bytes(said)


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
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
