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
from html import unescape

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
    AUTHOR = "author"


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


def _name(word: str) -> bytes:
    """A name of a PDF as a pattern: each sign may also stand as # with two hexadecimal digits."""
    return b"/" + "".join(f"(?:{sign}|#{ord(sign):02x}|#{ord(sign):02X})" for sign in word).encode()


_ACTS = ("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia")
_PDF_ACTIVE = re.compile(b"(?:" + b"|".join(map(_name, _ACTS)) + rb")\b")
_PDF_LOCKED = re.compile(_name("Encrypt") + rb"\b")
# an empty text may still hold the mark of its encoding; one that stands elsewhere in the file is a text
_PDF_AUTHOR = re.compile(
    _name("Author")
    + rb"\s*(?:\((?:\xfe\xff|\xef\xbb\xbf)?+\s*[^)\s]"
    + rb"|<\s*(?:[Ff][Ee][Ff][Ff])?+\s*[0-9A-Fa-f]|\d+\s+\d+\s+R\b)"
)
_XMP_AUTHOR = re.compile(rb"<rdf:li\b[^<>]*>\s*[^<\s]")
_PDF_STREAM = re.compile(rb"stream\r?\n")
_DOCX_AUTHOR = re.compile(rb"<(?:dc:creator|cp:lastModifiedBy)\b[^<>]*>\s*[^<\s]")
_DOCX_PEOPLE = "docprops/core.xml"
_TAG = re.compile(r"<[^<]*")
_RELATION = re.compile(r"""\b(TargetMode|Type)\s*=\s*("[^"]*"|'[^']*')""")
_DOCX_NEEDS = {"[Content_Types].xml", "word/document.xml"}
_DOCX_ACTIVE = re.compile(
    r"vbaProject|activeX|/embeddings/|\.(?:exe|js|vbs|bat|cmd|dll|html?)$", re.IGNORECASE
)
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OverflowError,
    RuntimeError,
    ValueError,
)
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
    unfolded = _streams(content)
    if unfolded is None:
        return Problem.UNFOLDS
    texts = (content, *unfolded)
    if any(_PDF_ACTIVE.search(text) for text in texts):
        return Problem.ACTIVE
    return Problem.AUTHOR if any(_names_author(text) for text in texts) else None


def _streams(content: bytes) -> list[bytes] | None:
    """What the deflated streams of a PDF unfold to; None: to more than is taken."""
    found: list[bytes] = []
    left, after = MAX_INFLATED, 0
    while begun := _PDF_STREAM.search(content, after):
        end = content.find(b"endstream", begun.end())
        if end < 0:
            break
        try:
            text = zlib.decompressobj().decompress(content[begun.end() : end], left + 1)
        except zlib.error:  # packed in another way, or not packed at all
            text = b""
        left -= len(text)
        if left < 0:
            return None
        found.append(text)
        after = end + len(b"endstream")
    return found


def _names_author(text: bytes) -> bool:
    if _PDF_AUTHOR.search(text):
        return True
    end = 0
    while (begun := text.find(b"<dc:creator", end)) >= 0:
        end = text.find(b"</dc:creator>", begun)
        if end < 0:
            return False
        if _XMP_AUTHOR.search(text, begun, end):
            return True
    return False


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
    if content.count(b"PK\x01\x02") > MAX_MEMBERS:  # before each of them becomes an object
        return Problem.UNFOLDS
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _members(packed)
    except _UNREADABLE:
        return Problem.BROKEN


def _members(packed: zipfile.ZipFile) -> Problem | None:
    members = packed.infolist()
    names = [member.filename for member in members]
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
    texts = _unfolded(packed)
    if texts is None:
        return Problem.UNFOLDS
    if any(_loads_from_outside(text) for name, text in texts.items() if name.endswith(".rels")):
        return Problem.ACTIVE
    return Problem.AUTHOR if _DOCX_AUTHOR.search(texts.get(_DOCX_PEOPLE, b"")) else None


def _unfolded(packed: zipfile.ZipFile) -> dict[str, bytes] | None:
    """The members that are read, by their names in small letters; None: all unfold to more than is taken."""
    texts: dict[str, bytes] = {}
    left = MAX_INFLATED
    # what a member says about its size may be a lie, so it is unfolded and counted
    for member in packed.infolist():
        name = member.filename.lower()
        kept = bytearray()
        with packed.open(member) as unfolding:
            while chunk := unfolding.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    return None
                if name == _DOCX_PEOPLE or name.endswith(".rels"):
                    kept += chunk
        # without its zero bytes even UTF-16 reads as far as it matters here
        texts[name] = bytes(kept).replace(b"\x00", b"")
    return texts


def _loads_from_outside(relations: bytes) -> bool:
    """Whether something is fetched when the document is opened; a link somebody has to follow is not."""
    text = relations.decode("latin-1")
    if "<!DOCTYPE" in text:  # it could give words another meaning
        return True
    for tag in _TAG.findall(text):
        facts = {name: unescape(value[1:-1]).strip() for name, value in _RELATION.findall(tag)}
        if facts.get("TargetMode", "").lower() == "external" and not facts.get("Type", "").endswith(
            "/hyperlink"
        ):
            return True
    return False


def _leaves(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")
