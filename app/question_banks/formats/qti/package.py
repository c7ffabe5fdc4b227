"""The files of a package, taken out of a zip that nobody trusts.

Everything is looked at before anything is unpacked, and what unpacks to more than it said is refused.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from posixpath import dirname, join, normpath

from app.question_banks.formats.decoding import too_large
from app.question_banks.formats.limits import (
    FILE_BYTES,
    IMAGE_BYTES,
    PART_BYTES,
    PARTS,
    RATIO,
    UNPACKED_BYTES,
)
from app.question_banks.formats.report import FormatError

_END = b"PK\x05\x06"
_ENTRY = b"PK\x01\x02"
_LOCATOR_64 = b"PK\x06\x07"
_SMALL = 64 * 1024
"""Bytes up to which any ratio is harmless: a file of blanks packs to nothing."""
_DIRECTORY_ENTRY = 400
"""Bytes that an entry of the directory takes at most on average; a longer directory is refused unread."""
IMAGES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
"""Kinds of pictures by their first bytes."""


class Package:
    """The files of a package by name. They are unpacked one at a time, when they are asked for."""

    def __init__(self, data: bytes) -> None:
        if len(data) > FILE_BYTES:
            raise FormatError("package", too_large(len(data)))
        _check_directory(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, struct.error, RuntimeError) as error:
            raise FormatError("package", f"the zip cannot be read: {error}") from None
        self._infos = _checked(self._zip.infolist())
        self._unpacked = 0

    @property
    def names(self) -> list[str]:
        """The names of the files, sorted."""
        return sorted(self._infos)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._infos

    def part(self, name: str, *, at_most: int = PART_BYTES) -> bytes:
        """The bytes of a file.

        Raises:
            FormatError: there is none, it is larger than it may be or than it said, or it is broken.
        """
        info = self._infos.get(name)
        if info is None:
            raise FormatError(name[:200], "the manifest names this file, and the package does not hold it")
        if info.file_size > at_most:
            raise FormatError(name, f"the file has {info.file_size} bytes; at most {at_most} are read")
        try:
            with self._zip.open(info) as opened:
                data = opened.read(info.file_size + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
        ) as error:
            raise FormatError(name, f"the file cannot be unpacked: {error}") from None
        if len(data) != info.file_size:
            raise FormatError(name, "the file is not as large as the package says")
        self._unpacked += len(data)
        if self._unpacked > UNPACKED_BYTES:
            raise FormatError(name, f"the package unpacks to more than {UNPACKED_BYTES} bytes")
        return data

    def image(self, name: str) -> str | None:
        """The kind of a picture by its first bytes, or None when it is none that we show.

        Raises:
            FormatError: as ``part``.
        """
        data = self.part(name, at_most=IMAGE_BYTES)
        return next((kind for kind, marks in IMAGES.items() if data.startswith(marks)), None)


def name_in_package(base: str, href: str) -> str:
    """The name of the file that ``base`` points at with ``href``; one outside is no file of the package."""
    return normpath(join(dirname(base), href.split("#", 1)[0]))


def _check_directory(data: bytes) -> None:
    """Refuse a directory that is too long before it is read: every entry costs memory.

    The numbers of the end record are only believed when the entries themselves bear them out.
    """
    ends = _ends(data)
    at = ends[-1] if ends else -1
    if at < 0 or at != data.rfind(_END):
        raise FormatError("package", "the file is no zip, or it is cut off")
    if len(ends) > 1:
        raise FormatError("package", "the package has several ends")
    if data.startswith(_LOCATOR_64, max(0, at - 20)):
        raise FormatError("package", "a zip64 package is not read")
    count, size, start = struct.unpack_from("<HII", data, at + 10)
    if count > PARTS or size > PARTS * _DIRECTORY_ENTRY:
        raise FormatError("package", f"the package lists more than {PARTS} files")
    if start + size != at or _entries(data, start, at) != count:
        raise FormatError("package", "the package does not list what its end says")


def _ends(data: bytes) -> list[int]:
    """Where end records stand whose comment, as long as they say, ends with the file."""
    found = []
    at = data.find(_END, max(0, len(data) - 65_557))
    while 0 <= at <= len(data) - 22:
        if at + 22 + struct.unpack_from("<H", data, at + 20)[0] == len(data):
            found.append(at)
        at = data.find(_END, at + 1)
    return found


def _entries(data: bytes, start: int, end: int) -> int:
    """How many entries stand in the directory; -1 when they do not fill it exactly, or are too many."""
    count = 0
    while start < end and count <= PARTS and data.startswith(_ENTRY, start) and start + 46 <= end:
        start += 46 + sum(struct.unpack_from("<HHH", data, start + 28))
        count += 1
    return count if start == end else -1


def _checked(infos: list[zipfile.ZipInfo]) -> Mapping[str, zipfile.ZipInfo]:
    if len(infos) > PARTS:
        raise FormatError("package", f"the package lists more than {PARTS} files")
    made: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for info in infos:
        name = info.filename
        shown = name[:200].encode("unicode_escape").decode()
        if not _is_inside(info.orig_filename):
            raise FormatError(shown, "the name of a file leads out of the package")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise FormatError(shown, "a link stands in the package")
        if info.flag_bits & 0x1:
            raise FormatError(shown, "a file of the package is encrypted")
        if name in made:
            raise FormatError(shown, "the package holds two files of this name")
        total += info.file_size
        if total > UNPACKED_BYTES:
            raise FormatError(shown, f"the package unpacks to more than {UNPACKED_BYTES} bytes")
        if info.file_size > _SMALL and info.file_size > RATIO * max(info.compress_size, 1):
            raise FormatError(shown, f"the file unpacks to more than {RATIO} times its size")
        if not info.is_dir():
            made[name] = info
    return made


def _is_inside(name: str) -> bool:
    parts = name.split("/")
    return not (
        name.startswith("/") or "\\" in name or "\0" in name or ":" in parts[0] or ".." in parts or not name
    )
