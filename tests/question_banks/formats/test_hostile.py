"""Files made to hurt a reader end in a sentence, within a hard limit of memory."""

import io
import json
import stat
import struct
import subprocess
import sys
import zipfile

import pytest

from app.question_banks.formats import limits
from app.question_banks.formats.report import FormatError, Parsed
from app.question_banks.formats.table import READERS
from tests.question_banks.formats.hostile import CASES, manifest, moodle, package

ENDS = {
    "entities": "a document type or entities are declared",
    "many items": "more than 10000 items",
    "many items in XML": "more than 10000 items",
    "as many items as are read": "",
    "rows": "more than 10000 items",
    "deep XML": "nested more than 40 levels deep",
    "one text of 30 MB": "more than 16777216 characters",
    "one text of 30 MB in GIFT": "a line has more than 200000 characters",
    "entities in HTML": "a text has 50000 characters",
    "open brackets in Markdown": "a text has 59000 characters",
    "stars in Markdown": "at most 6000 are kept",
    "open braces": "do not stand between { and }",
    "backslashes": "at most 60000 are read",
    "tildes": "more than 26 choices",
    "an open quote": "the table is broken here",
    "many columns": "more than 400 columns",
    "brackets in a note": "the note of ceasai cannot be read",
    "a zip that lies": "cannot be unpacked",
    "a zip bomb": "unpacks to more than 100 times its size",
    "a bomb of many": "unpacks to more than 134217728 bytes",
    "many entries": "more than 32000 files",
    "200 MB": "at most 33554432 bytes are read",
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_ends_in_a_sentence_within_its_memory(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.question_banks.formats.hostile", name],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-800:]
    said = json.loads(run.stdout)
    if name == "as many items as are read":
        assert said["drafts"] == limits.ITEMS
        return
    assert said.get("drafts", 0) == 0
    assert ENDS.get(name, "its text is empty") in json.dumps(said)
    assert said["seconds"] < 20, "processor time, generous: the slowest takes two and a half"


def refused(form: str, data: bytes) -> tuple[str, str]:
    with pytest.raises(FormatError) as caught:
        READERS[form](data, language="kk")
    return caught.value.where, caught.value.why


def read(form: str, data: bytes) -> Parsed:
    return READERS[form](data, language="kk")


@pytest.mark.parametrize(
    "name", ["../out.xml", "/etc/passwd", "a/../../b.xml", "..\\out.xml", "C:/x.xml", "a/../b"]
)
def test_a_name_that_leads_out_of_the_package_is_refused(name: str) -> None:
    assert (
        "leads out of the package" in refused("qti", package({"imsmanifest.xml": manifest(), name: b"x"}))[1]
    )


def test_a_link_and_an_encrypted_file_and_a_name_twice_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        link = zipfile.ZipInfo("a.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    assert "a link stands" in refused("qti", out.getvalue())[1]
    secret = bytearray(package({"imsmanifest.xml": manifest()}))
    secret[secret.rindex(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted" in refused("qti", bytes(secret))[1]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("a.xml", "1")
        made.writestr("a.xml", "2")
    assert "two files of this name" in refused("qti", out.getvalue())[1]


def test_a_package_inside_a_package_is_not_opened() -> None:
    inner = package({"imsmanifest.xml": manifest()})
    parsed = read("qti", package({"imsmanifest.xml": manifest(), "inner.zip": inner}))
    assert [(one.where, one.kept) for one in parsed.unsupported] == [("inner.zip", False)]


def end_of(count: int, size: int, start: int, comment: int = 0) -> bytes:
    return struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size, start, comment)


def parts_of(data: bytes) -> tuple[bytes, int, int, int]:
    """A package without its end record, and what that says: entries, bytes of the directory, its start."""
    count, size, start = struct.unpack("<HII", data[-12:-2])
    return data[:-22], count, size, start


def test_a_zip64_package_is_refused_before_its_directory_is_read() -> None:
    names = {f"{at}": b"" for at in range(limits.PARTS + 1_000)}
    body, count, size, start = parts_of(package(names))
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(body), 1)
    assert count == 33_000
    hidden = body + record + locator + end_of(1, 50, start)
    assert refused("qti", hidden) == ("package", "a zip64 package is not read")


def test_an_end_record_that_hides_entries_is_refused() -> None:
    first = package({"imsmanifest.xml": manifest(), "a.xml": b"x"})
    body, count, size, start = parts_of(first)
    unlike = "the package does not list what its end says"
    assert refused("qti", body + end_of(count - 1, size, start)) == ("package", unlike)
    assert refused("qti", body + end_of(count, size - 1, start)) == ("package", unlike)
    second = package({"imsmanifest.xml": manifest()})
    assert refused("qti", first + second) == ("package", unlike)
    assert "no zip, or it is cut off" in refused("qti", first + b"x")[1]


def test_a_second_directory_in_the_comment_of_a_package_is_refused() -> None:
    body, count, size, start = parts_of(package({"imsmanifest.xml": manifest(), "a.xml": b"x"}))
    shown, listed, length, place = parts_of(package({"imsmanifest.xml": manifest()}))
    inner = shown + end_of(listed, length, len(body) + 22 + place)
    assert refused("qti", body + end_of(count, size, start, len(inner)) + inner) == (
        "package",
        "the package has several ends",
    )


def test_a_package_with_a_comment_is_read() -> None:
    body, count, size, start = parts_of(package({"imsmanifest.xml": manifest(), "a.xml": b"x"}))
    parsed = read("qti", body + end_of(count, size, start, 5) + b"hello")
    assert [one.where for one in parsed.unsupported] == ["a.xml"]


def test_a_package_cut_off_or_without_manifest_says_so() -> None:
    whole = package({"a.xml": b"x"})
    assert refused("qti", whole)[1] == "no imsmanifest.xml stands in the package"
    assert "no zip, or it is cut off" in refused("qti", whole[:-30])[1]


def test_a_file_that_the_manifest_names_outside_is_not_read() -> None:
    parsed = read("qti", package({"imsmanifest.xml": manifest("../../etc/passwd", "/etc/passwd")}))
    assert [one.why for one in parsed.rejected] == [
        "the manifest names this file, and the package does not hold it"
    ] * 2


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE quiz SYSTEM "http://127.0.0.1:9/x.dtd"><quiz/>',
        b'<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
        b'<!DOCTYPE quiz [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><quiz/>',
        b"<!DOCTYPE quiz><quiz/>",
    ],
)
@pytest.mark.parametrize("form", ["moodle-xml", "qti"])
def test_document_types_and_entities_are_refused(form: str, data: bytes) -> None:
    assert refused(form, data) == ("line 1", "a document type or entities are declared, which is not allowed")


@pytest.mark.parametrize(
    ("data", "where", "why"),
    [
        ("Сұрақ {=а}".encode("utf-16"), "line 1", "UTF-16"),
        ("Сұрақ сұрақ сұрақ {=а}".encode("utf-16-le"), "line 1", "UTF-16"),
        ("Один\nДва\nКакой город — столица? {=Астана}".encode("cp1251"), "line 1", "looks like windows-1251"),
        (b"One\nTwo\n\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0 {=a}", "line 3", "looks like windows-1251"),
        (b"One\n\xff\xff {=a}", "line 2", "not UTF-8 (byte 0xFF at position 4)"),
        (b"One\nTwo \x00 {=a}", "line 2", "U+0000"),
        (b"One\x1b {=a}", "line 1", "U+001B"),
        (b"", "file", "empty"),
        (b"\xef\xbb\xbf \n", "file", "empty"),
    ],
)
def test_another_encoding_is_named_with_its_line(data: bytes, where: str, why: str) -> None:
    found = refused("gift", data)
    assert found[0] == where
    assert why in found[1]


def test_broken_xml_says_line_and_column() -> None:
    data = b"<quiz>\n<question type='essay'>\n<name>\n</question></quiz>"
    assert refused("moodle-xml", data) == ("line 4", "broken XML in column 3: mismatched tag")
    assert refused("moodle-xml", b"<quiz>\n<question>")[0] == "line 2"


@pytest.mark.parametrize(
    "markup",
    [
        "a<script>alert(1)</script>", "<p onclick='x()'>a</p>", "<img src=x onerror=alert(1)>", "<svg onload=x>a</svg>",
        '<a href="java\nscript:x()">a</a>', '<a href="&#106;avascript:x()">a</a>', '<iframe src="//x"></iframe>a',
        '<object data="x"></object>a', '<embed src="x">a', '<meta http-equiv="refresh">a', '<base href="//x">a',
        '<body onload="x()">a', "<details ontoggle=x()>a", "<svg><script>x</script></svg>a", "&lt;script&gt;x&lt;/script&gt;",
        '<form action="javascript:x()">a</form>', '<link rel="stylesheet" href="//x">a', '<a href="data:text/html,x">a</a>',
    ],
)  # fmt: skip
def test_what_a_browser_would_run_is_refused_and_leaves_no_draft(markup: str) -> None:
    for form, data in (
        ("moodle-xml", moodle(markup)),
        (
            "gift",
            (
                markup.replace("\n", "").replace("=", "\\=").replace("#", "\\#").replace(":", "\\:") + "{}"
            ).encode(),
        ),
        ("gift", (b"[plain]<script>x</script> {}")),
        ("csv", b"stem,key,choice_1,choice_2\n<script>x</script>,a,b,c\n"),
    ):
        parsed = read(form, data)
        assert parsed.drafts == [], (form, markup)
        assert len(parsed.rejected) == 1


def test_remote_pictures_are_told_and_not_loaded() -> None:
    parsed = read("moodle-xml", moodle('a <img src="https://x.example/p.png"> b'))
    assert parsed.drafts[0].stem == {"kk": "a b"}
    assert (
        "remote picture is not kept and was not loaded: https://x.example/p.png" in parsed.unsupported[0].why
    )


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200f", "\ue000", "\ufeff", "\U000e0041"])
def test_what_hides_or_turns_a_text_is_refused(hidden: str) -> None:
    parsed = read("gift", f"a{hidden}b {{=c ~d}}".encode())
    assert [one.why for one in parsed.rejected] == [f"a text holds the hidden character U+{ord(hidden):04X}"]
    again = read("moodle-xml", moodle(f"a&#{ord(hidden)};b"))
    assert again.rejected[0].why == parsed.rejected[0].why
