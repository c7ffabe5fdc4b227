"""Which files a capstone takes: four harmless kinds, known by their bytes and not by what they say they are.

Nothing here unpacks to disk or runs anything; a packed file is inflated up to a bound and thrown away.
"""

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum

MAX_FILE = 5 * 1024 * 1024
"""Bytes of one file."""
MAX_TOGETHER = 20 * 1024 * 1024
"""Bytes of all files of a submission."""
MAX_NAME = 120
"""Characters of a file's name."""
MAX_INFLATED = 40 * 1024 * 1024
"""Bytes a packed document may unfold to."""
MAX_MEMBERS = 500
"""Files a packed document may hold."""
MAX_SIDE = 10_000
"""Pixels of a picture's longer side."""
MAX_PIXELS = 40_000_000


class Kind(StrEnum):
    """What a stored file is."""

    PDF = "pdf"
    DOCX = "docx"
    PNG = "png"
    TEXT = "text"


class Problem(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NAME = "name"
    KIND = "kind"
    ENDING = "ending"
    BROKEN = "broken"
    UNFOLDS = "unfolds"
    LOCKED = "locked"
    ACTIVE = "active"
    MARKUP = "markup"
    ENCODING = "encoding"


ENDINGS = {
    Kind.PDF: (".pdf",),
    Kind.DOCX: (".docx",),
    Kind.PNG: (".png",),
    Kind.TEXT: (".txt", ".md", ".csv"),
}
MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.PNG: "image/png",
    Kind.TEXT: "text/plain; charset=utf-8",
}

_BAD_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_MARKUP = re.compile(
    r"<\s*(?:!doctype|html|head|body|script|iframe|object|embed|svg|img|link|meta|\?xml)\b", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia)\b")
_PDF_LOCKED = re.compile(rb"/Encrypt\b")
_DOCX_NEEDS = {"[Content_Types].xml", "word/document.xml"}
_DOCX_ACTIVE = re.compile(
    r"vbaProject|activeX|/embeddings/|\.(?:exe|js|vbs|bat|cmd|dll|html?)$", re.IGNORECASE
)
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Sound:
    """A file that is taken, as what it is."""

    name: str
    kind: Kind


def read_upload(name: str, content: bytes) -> Sound | Problem:
    """What a file is by its bytes, or why it is not taken. Its name must say the same."""
    if not content:
        return Problem.EMPTY
    if len(content) > MAX_FILE:
        return Problem.TOO_LARGE
    name = name.strip()
    if not name or len(name) > MAX_NAME or name.startswith(".") or _BAD_NAME.search(name):
        return Problem.NAME
    kind = _kind_of(name, content)
    if kind is None:
        return Problem.KIND
    if not name.lower().endswith(ENDINGS[kind]):
        return Problem.ENDING
    check = {Kind.PDF: _pdf, Kind.DOCX: _docx, Kind.PNG: _png, Kind.TEXT: _text}[kind]
    return check(content) or Sound(name, kind)


def _kind_of(name: str, content: bytes) -> Kind | None:
    if content.startswith(b"%PDF-"):
        return Kind.PDF
    if content.startswith(b"PK\x03\x04"):
        return Kind.DOCX
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    return Kind.TEXT if name.lower().endswith(ENDINGS[Kind.TEXT]) else None


def _pdf(content: bytes) -> Problem | None:
    if b"%%EOF" not in content[-2048:]:
        return Problem.BROKEN
    if _PDF_LOCKED.search(content):
        return Problem.LOCKED
    return Problem.ACTIVE if _PDF_ACTIVE.search(content) else None


def _png(content: bytes) -> Problem | None:
    if len(content) < 45 or content[12:16] != b"IHDR" or b"IEND" not in content[-16:]:
        return Problem.BROKEN
    width, height = struct.unpack(">II", content[16:24])
    if not 0 < width <= MAX_SIDE or not 0 < height <= MAX_SIDE or width * height > MAX_PIXELS:
        return Problem.UNFOLDS
    return None


def _text(content: bytes) -> Problem | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Problem.ENCODING
    if _CONTROL.search(text):
        return Problem.ENCODING
    return Problem.MARKUP if _MARKUP.search(text) else None


def _docx(content: bytes) -> Problem | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _members(packed)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
        return Problem.BROKEN


def _members(packed: zipfile.ZipFile) -> Problem | None:
    members = packed.infolist()
    names = [member.filename for member in members]
    if len(members) > MAX_MEMBERS:
        return Problem.UNFOLDS
    if any(member.flag_bits & 1 for member in members):
        return Problem.LOCKED
    if len(set(names)) != len(names) or any(_leaves(name) for name in names):
        return Problem.BROKEN
    if any(member.compress_type not in _PACKINGS for member in members):
        return Problem.BROKEN
    if not set(names) >= _DOCX_NEEDS:
        return Problem.KIND
    if any(_DOCX_ACTIVE.search(name) for name in names):
        return Problem.ACTIVE
    # what a member says about its size may be a lie, so it is unfolded and counted
    left = MAX_INFLATED
    for member in members:
        with packed.open(member) as unfolding:
            while chunk := unfolding.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    return Problem.UNFOLDS
    return None


def _leaves(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")
