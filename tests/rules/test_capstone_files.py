"""What files of a capstone are taken: each known by its bytes, none that names its author or fetches something."""

import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capstone.queries.briefs import shipped
from app.capstone.rules import uploads
from app.capstone.rules.rating import (
    Outcome,
)
from app.capstone.rules.uploads import Kind, Problem, Sound, read_upload

BRIEF = shipped()
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
AT = datetime(2026, 11, 23, 7, tzinfo=UTC)


def pdf(body: bytes = b"") -> bytes:
    return b"%PDF-1.7\n" + body + b"\ntrailer\n%%EOF\n"


def png(width: int = 10, height: int = 10) -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height)
    return head + b"\x08\x02\x00\x00\x00" + b"crc1" + struct.pack(">I", 0) + b"IEND" + b"crc2"


def docx(**more: bytes) -> bytes:
    members = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"} | more
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return packed.getvalue()


def stream(content: bytes) -> bytes:
    return b"<< /Filter /FlateDecode >>\nstream\r\n" + zlib.compress(content) + b"\nendstream\n"


def xmp(author: bytes, title: bytes = b"Plan") -> bytes:
    creator = b"<dc:creator><rdf:Seq><rdf:li>" + author + b"</rdf:li></rdf:Seq></dc:creator>"
    return creator + b"<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>" + title + b"</rdf:li></rdf:Alt>"


def core(creator: bytes, changed_by: bytes) -> bytes:
    return (
        b"<cp:coreProperties><dc:title>Plan</dc:title><dc:creator>" + creator + b"</dc:creator>"
        b"<cp:lastModifiedBy>" + changed_by + b"</cp:lastModifiedBy></cp:coreProperties>"
    )


def outside(kind: str, mode: bytes = b"External") -> bytes:
    return (
        b"<Relationships><Relationship Id='a>b' Type=\"http://schemas.example/relationships/"
        + kind.encode()
        + b'" Target="https://elsewhere.example/x" TargetMode="'
        + mode
        + b'"/></Relationships>'
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", pdf(b"/Author () /Title (The plan)")),
        ("a.pdf", pdf(b"/Author (\xfe\xff) /Author <FEFF> /Author < >")),
        ("a.pdf", pdf(xmp(b""))),
        ("a.pdf", pdf(xmp(b" ") + b"<dc:creator> <rdf:li>cut")),
        ("a.pdf", pdf(stream(b"a page") + b"stream\nnot packed endstream stream\n cut")),
        ("a.docx", docx(**{"docProps/core.xml": core(b"", b" ")})),
        ("a.docx", docx(**{"docProps/core.xml": b"<dc:creator/><cp:lastModifiedBy/>"})),
        ("a.docx", docx(**{"word/_rels/document.xml.rels": outside("hyperlink")})),
        ("a.docx", docx(**{"word/_rels/document.xml.rels": outside("image", b"Internal")})),
    ],
)
def test_what_names_no_author_and_fetches_nothing_is_taken(name: str, content: bytes) -> None:
    assert isinstance(read_upload(name, content), Sound)


def test_four_kinds_are_taken_each_known_by_its_bytes() -> None:
    assert read_upload("plan.pdf", pdf()) == Sound("plan.pdf", Kind.PDF)
    assert read_upload(" Жоспар.DOCX ", docx()) == Sound("Жоспар.DOCX", Kind.DOCX)
    assert read_upload("a.png", png()) == Sound("a.png", Kind.PNG)
    assert read_upload("a.md", "Қауіп < 5 %\n".encode()) == Sound("a.md", Kind.TEXT)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.pdf", b"", Problem.EMPTY),
        ("a.txt", b"a" * (uploads.MAX_FILE + 1), Problem.TOO_LARGE),
        ("", pdf(), Problem.NAME),
        ("../a.pdf", pdf(), Problem.NAME),
        ("a\\b.pdf", pdf(), Problem.NAME),
        ("C:a.pdf", pdf(), Problem.NAME),
        (".a.pdf", pdf(), Problem.NAME),
        ("a\u202efdp.pdf", pdf(), Problem.NAME),
        ("a" * 120 + ".pdf", pdf(), Problem.NAME),
        ("a.pdf", b"MZ\x90\x00 a program", Problem.KIND),
        ("a.html", b"<html></html>", Problem.KIND),
        ("a.pdf", png(), Problem.ENDING),
        ("a.txt", pdf(), Problem.ENDING),
        ("a.pdf", b"%PDF-1.7 cut", Problem.BROKEN),
        ("a.pdf", pdf(b"/Encrypt 5 0 R"), Problem.LOCKED),
        ("a.pdf", pdf(b"/S /JavaScript"), Problem.ACTIVE),
        ("a.pdf", pdf(b"/Type /EmbeddedFile"), Problem.ACTIVE),
        ("a.png", png()[:30], Problem.BROKEN),
        ("a.png", png().replace(b"IHDR", b"XHDR"), Problem.BROKEN),
        ("a.png", png().replace(b"IEND", b"XEND"), Problem.BROKEN),
        ("a.png", png(0, 5), Problem.UNFOLDS),
        ("a.png", png(5, 10_001), Problem.UNFOLDS),
        ("a.png", png(9_000, 9_000), Problem.UNFOLDS),
        ("a.txt", b"\xff\xfe\x00", Problem.ENCODING),
        ("a.txt", b"a\x00b", Problem.ENCODING),
        ("a.txt", b"  < script>alert(1)</script>", Problem.MARKUP),
        ("a.txt", b"text <IMG src=x onerror=y>", Problem.MARKUP),
        ("a.pdf", pdf(b"/Type /Embedded#46ile"), Problem.ACTIVE),
        ("a.pdf", pdf(b"/Names << /EmbeddedFiles 5 0 R >>"), Problem.ACTIVE),
        ("a.pdf", pdf(stream(b"<< /S /#4aavaScript >>")), Problem.ACTIVE),
        ("a.pdf", pdf(stream(b"plain") + stream(b"/Launch")), Problem.ACTIVE),
        ("a.pdf", pdf(stream(bytes(41 * 1024 * 1024))), Problem.UNFOLDS),
        ("a.pdf", pdf(b"/Author (Aigerim)"), Problem.AUTHOR),
        ("a.pdf", pdf(b"/Author(\xfe\xff\x04\x10)"), Problem.AUTHOR),
        ("a.pdf", pdf(b"/Author <FEFF0410>"), Problem.AUTHOR),
        ("a.pdf", pdf(b"/Author 12 0 R"), Problem.AUTHOR),
        ("a.pdf", pdf(stream(b"<< /Author (A) >>")), Problem.AUTHOR),
        ("a.pdf", pdf(xmp(b"Aigerim")), Problem.AUTHOR),
        ("a.docx", docx(**{"docProps/core.xml": core(b"Aigerim", b"")}), Problem.AUTHOR),
        ("a.docx", docx(**{"docProps/core.xml": core(b"", "Ә".encode())}), Problem.AUTHOR),
        ("a.docx", docx(**{"word/_rels/settings.xml.rels": outside("attachedTemplate")}), Problem.ACTIVE),
        ("a.docx", docx(**{"_rels/.rels": outside("image", b"&#69;xternal")}), Problem.ACTIVE),
        ("a.docx", docx(**{"_rels/.rels": b"<!DOCTYPE x>"}), Problem.ACTIVE),
        ("a.docx", docx()[:-30], Problem.BROKEN),
        ("a.docx", docx(**{"../x": b"a"}), Problem.BROKEN),
        ("a.docx", docx(**{"/x": b"a"}), Problem.BROKEN),
        ("a.docx", docx(**{"word/vbaProject.bin": b"a"}), Problem.ACTIVE),
        ("a.docx", docx(**{"word/embeddings/a.bin": b"a"}), Problem.ACTIVE),
        ("a.docx", docx(**{"word/a.exe": b"a"}), Problem.ACTIVE),
        ("a.docx", docx(**{f"word/{n}": b"" for n in range(500)}), Problem.UNFOLDS),
        ("a.docx", docx(**{"word/bomb": bytes(41 * 1024 * 1024)}), Problem.UNFOLDS),
    ],
)
def test_what_is_hostile_or_broken_is_not_taken_and_says_why(
    name: str, content: bytes, problem: Problem
) -> None:
    assert read_upload(name, content) is problem


def packed(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_another_packed_file_is_no_document() -> None:
    assert read_upload("a.docx", packed(a=b"1")) is Problem.KIND


def test_a_locked_document_is_said_to_be_locked() -> None:
    content = bytearray(docx())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    assert read_upload("a.docx", bytes(content)) is Problem.LOCKED


def test_a_document_packed_in_an_unusual_way_is_not_opened() -> None:
    content = bytearray(docx())
    place = content.index(b"PK\x01\x02")
    content[place + 10] = 14
    assert read_upload("a.docx", bytes(content)) is Problem.BROKEN


def test_a_member_that_is_damaged_makes_the_document_broken() -> None:
    content = docx(**{"word/media.bin": b"0123456789" * 100})
    place = content.index(b"word/media.bin") + len("word/media.bin")
    assert read_upload("a.docx", content[:place] + b"\xff\xff\xff" + content[place + 3 :]) is Problem.BROKEN


def far_away(content: bytes) -> bytes:
    """A packed document whose first member claims to begin at the last place of 64 bits."""
    head = content.index(b"PK\x01\x02")
    named = content[head + 46 : head + 46 + struct.unpack("<H", content[head + 28 : head + 30])[0]]
    extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    entry = bytearray(content[head : head + 46])
    entry[30:32] = struct.pack("<H", len(extra))
    entry[42:46] = b"\xff" * 4
    rest = content[head + 46 + len(named) :]
    end = rest.index(b"PK\x05\x06")
    size = struct.unpack("<I", rest[end + 12 : end + 16])[0] + len(extra)
    rest = rest[: end + 12] + struct.pack("<I", size) + rest[end + 16 :]
    return content[:head] + bytes(entry) + named + extra + rest


def test_a_member_that_begins_nowhere_makes_the_document_broken() -> None:
    assert read_upload("a.docx", far_away(docx())) is Problem.BROKEN


@given(st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 255)), min_size=1, max_size=12))
def test_a_document_with_changed_bytes_is_answered_too(flips: list[tuple[int, int]]) -> None:
    content = bytearray(docx(**{"docProps/core.xml": core(b"", b"")}))
    for place, byte in flips:
        content[place % len(content)] = byte
    assert isinstance(read_upload("a.docx", bytes(content)), Problem | Sound)


@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_the_reader(content: bytes) -> None:
    for name, start in (
        ("a.docx", b"PK\x03\x04"),
        ("a.pdf", b"%PDF-"),
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("a.txt", b""),
    ):
        assert isinstance(read_upload(name, start + content), Problem | Sound)
