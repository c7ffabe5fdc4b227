"""Files made to hurt a reader. Run as a program under a hard limit of memory: it prints what became of each."""

import io
import json
import resource
import struct
import sys
import time
import zipfile
from collections.abc import Callable

from app.question_banks.formats import limits
from app.question_banks.formats.report import FormatError
from app.question_banks.formats.table import READERS

MEMORY = 640 * 1024 * 1024
"""Bytes of address space that a reader gets: the interpreter takes 60 MB, the largest sound file 300 MB."""


def package(files: dict[str, bytes], *, level: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", level) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def manifest(*names: str) -> bytes:
    listed = "".join(f'<resource type="imsqti_item_xmlv3p0" href="{name}"/>' for name in names)
    return f"<manifest><resources>{listed}</resources></manifest>".encode()


def lying(size: int) -> bytes:
    """A package whose file says that it has ten bytes and has ``size``."""
    made = bytearray(package({"imsmanifest.xml": manifest("a.xml"), "a.xml": b"x" * size}))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = made.rindex(mark)
        made[at + offset : at + offset + 4] = struct.pack("<I", 10)
    return bytes(made)


def laughing() -> bytes:
    levels = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    return f'<!DOCTYPE quiz [<!ENTITY l0 "ha">{levels}]><quiz><question>&l9;</question></quiz>'.encode()


def moodle(text: str) -> bytes:
    return (
        f'<quiz><question type="essay"><questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>'
        "</question></quiz>"
    ).encode()


BLOCK = "::q:: Сұрақ {=дұрыс ~бұрыс}\n\n".encode()
CASES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "entities": ("moodle-xml", laughing),
    "many items": ("gift", lambda: BLOCK * 100_000),
    "many items in XML": (
        "moodle-xml",
        lambda: (
            b"<quiz>"
            + b'<question type="essay"><questiontext><text>a</text></questiontext></question>' * 100_000
        ),
    ),
    "as many items as are read": (
        "gift",
        lambda: BLOCK * limits.ITEMS,
    ),
    "rows": ("csv", lambda: b"stem,key,choice_1,choice_2\n" + b"a,a,b,c\n" * 100_000),
    "deep XML": ("moodle-xml", lambda: b"<quiz>" + b"<question>" * 1_000_000),
    "deep HTML": ("moodle-xml", lambda: moodle("<div>" * 10_000)),
    "one text of 30 MB": ("moodle-xml", lambda: moodle("x" * (30 * 1024 * 1024))),
    "one text of 30 MB in GIFT": ("gift", lambda: b"x" * (30 * 1024 * 1024)),
    "blanks in HTML": ("moodle-xml", lambda: moodle("<p>" + " <br> " * 9_000)),
    "open tags in HTML": ("moodle-xml", lambda: moodle("<a " * 19_000)),
    "open comments in HTML": ("moodle-xml", lambda: moodle("<!--" * 14_000)),
    "open declarations in HTML": ("moodle-xml", lambda: moodle("<![x" * 14_000)),
    "entities in HTML": ("moodle-xml", lambda: moodle("&" * 50_000)),
    "open brackets in Markdown": ("gift", lambda: b"[markdown]" + b"[" * 59_000 + b"{}"),
    "stars in Markdown": ("gift", lambda: b"[markdown]" + b"*a _b " * 9_000 + b"{}"),
    "quotes in Markdown": ("gift", lambda: b"[markdown]" + b"> " * 29_000 + b"x{}"),
    "handlers in HTML": ("moodle-xml", lambda: moodle("<p" + " on" * 19_000)),
    "open braces": ("gift", lambda: b"{" * 190_000),
    "backslashes": ("gift", lambda: b"a {=" + b"\\" * 190_000 + b"}"),
    "tildes": ("gift", lambda: b"a {=b" + b"~" * 190_000 + b"}"),
    "an open quote": ("csv", lambda: b'stem,key\n"' + b"x\n" * 2_000_000),
    "many columns": ("csv", lambda: b"stem," + b"x," * 1_000_000),
    "brackets in a note": ("gift", lambda: b"// ceasai: " + b"[" * 50_000 + b"\na {=b ~c}"),
    "a zip that lies": ("qti", lambda: lying(5_000_000)),
    "a zip bomb": (
        "qti",
        lambda: package({"imsmanifest.xml": manifest("a.xml"), "a.xml": bytes(100_000_000)}),
    ),
    "a bomb of many": ("qti", lambda: package({f"{at}.xml": bytes(60_000) for at in range(3_000)})),
    "many entries": ("qti", lambda: package({f"{at}": b"" for at in range(limits.PARTS + 1)})),
    "200 MB": ("gift", lambda: bytes(limits.FILE_BYTES + 1)),
}


def main(name: str) -> None:
    form, make = CASES[name]
    data = make()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    before = time.process_time()
    try:
        parsed = READERS[form](data, language="kk")
    except FormatError as error:
        said = {"refused": [error.where, error.why]}
    else:
        findings = [[one.where, one.why] for one in (*parsed.rejected, *parsed.unsupported)]
        said = {"seen": parsed.seen, "drafts": len(parsed.drafts), "findings": findings[:3]}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        json.dumps(
            said | {"MiB": peak, "seconds": round(time.process_time() - before, 2), "bytes": len(data)}
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
