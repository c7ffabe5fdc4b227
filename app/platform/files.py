"""Bytes that stand beside the database: written whole or not at all, in folders that go as one."""

import os
import shutil
from pathlib import Path

from app.kernel.ids import new_id
from app.platform.settings import private_folder


class Files:
    """A folder of folders of files. ``folder`` and ``name`` are words of ours, never typed by anybody."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, folder: str, content: bytes) -> str:
        """Write a file under a random name, which is returned once its bytes are on the disk."""
        place = private_folder(self._root / folder)
        name = new_id().hex
        unfinished = place / f"{name}.new"
        with open(unfinished, "xb", opener=_private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(place / name)
        _settle(place)
        return name

    def get(self, folder: str, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return (self._root / folder / name).read_bytes()

    def drop(self, folder: str, name: str) -> None:
        """Take a file away; one that is not there is no error."""
        (self._root / folder / name).unlink(missing_ok=True)

    def clear(self, folder: str) -> None:
        """Take a whole folder away, with what was half written; once more changes nothing."""
        shutil.rmtree(self._root / folder, ignore_errors=True)
        if (self._root / folder).exists():
            msg = "a folder could not be emptied"
            raise OSError(msg)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _settle(folder: Path) -> None:
    """Put the name on the disk too: a file whose folder does not know it is lost with the power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
