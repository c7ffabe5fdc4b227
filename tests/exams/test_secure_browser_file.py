"""Files of Safe Exam Browser: every shape that is read, what is refused, and the command that prints the key."""

import gzip
import hmac
import json
import plistlib
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import commands
from app.exams.rules.secure_browser import config_key
from app.exams.service import secure_browser_file as files
from app.exams.service.secure_browser_file import FileRefused, PasswordNeeded, read, write

SETTINGS: dict[str, Any] = {"startURL": "https://lms.example.org/kk/", "allowQuit": True, "b": [{"c": 1}]}
PLIST = plistlib.dumps(SETTINGS)
PACKED = gzip.compress(PLIST)
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'
WORD = "құпия сөз"

# the vectors of RNCryptor's data format 3: password, plain text, message
VECTORS = [
    (
        "a",
        "",
        (
            "03010000000000000000000000000000000000000000000000000000000000000000b3039be31cd7ece5e754f5c8da170036"
            "66313ae8a89ddcf8e3cb41fdc130b2329dbe07d6f4d32c34e050c8bd7e933b12"
        ),
    ),
    (
        "thepassword",
        "01",
        (
            "03010001020304050607010203040506070802030405060708090a0b0c0d0e0f0001a1f8730e0bf480eb7b70f690abf21e02"
            "9514164ad3c474a51b30c7eaa1ca545b7de3de5b010acbad0a9a13857df696a8"
        ),
    ),
    (
        "thepassword",
        "0123456789abcdef",
        (
            "030101020304050607000203040506070801030405060708090a0b0c0d0e0f0001020e437fe809309c03fd53a475131e9a19"
            "78b8eaef576f60adb8ce2320849ba32d742900438ba897d22210c76c35c849df"
        ),
    ),
    (
        "中文密码",
        "23456789abcdef0123456701",
        (
            "03010304050607000102040506070801020305060708090a0b0c0d0e0f00010203048a9e08bdec1c4bfe13e81fb85f009ab3"
            "ddb91387e809c4ad86d9e8a6014557716657bd317d4bb6a7644615b3de402341"
        ),
    ),
]


def xml(body: bytes, before: bytes = b"") -> bytes:
    return HEAD + before + b'<plist version="1.0">' + body + b"</plist>"


@pytest.mark.parametrize(("password", "plain", "message"), VECTORS)
def test_encryption_is_that_of_the_published_vectors(password: str, plain: str, message: str) -> None:
    whole = bytes.fromhex(message)
    salts = (whole[2:10], whole[10:18], whole[18:34])
    assert files.encrypted(bytes.fromhex(plain), password, *salts) == whole


@pytest.mark.parametrize(
    "data",
    [
        PLIST,
        b"\xef\xbb\xbf \n" + PLIST,
        PACKED,
        b"plnd" + PACKED,
        b"plnd" + PLIST,
        gzip.compress(b"plnd" + PACKED),
        gzip.compress(b"plnd" + PLIST),
        write(SETTINGS),
        write(SETTINGS, WORD),
    ],
    ids=range(9),
)
def test_every_shape_of_a_file_gives_the_same_settings(data: bytes) -> None:
    assert read(data, WORD) == SETTINGS


def test_a_file_of_ours_is_the_same_bytes_every_time_unless_encrypted() -> None:
    assert write(SETTINGS) == write(dict(reversed(SETTINGS.items())))
    assert write(SETTINGS, WORD) != write(SETTINGS, WORD)


def test_older_encryption_is_read_and_what_configures_a_client_too() -> None:
    message = bytearray(files.encrypted(PACKED, WORD, b"1" * 8, b"2" * 8, b"3" * 16))
    message[0] = 2
    key = files._stretched(WORD, b"2" * 8)
    whole = bytes(message[:-32]) + hmac.digest(key, bytes(message[:-32]), "sha256")
    assert read(gzip.compress(b"pwcc" + whole), WORD) == SETTINGS


@pytest.mark.parametrize("password", [None, "", "құпия", WORD + " "])
def test_an_encrypted_file_is_refused_without_its_password(password: str | None) -> None:
    with pytest.raises(PasswordNeeded):
        read(write(SETTINGS, WORD), password)


def test_every_changed_byte_of_an_encrypted_file_is_noticed() -> None:
    inner = gzip.decompress(write(SETTINGS, WORD))
    for at in (4, 5, 6, 14, 22, 40, len(inner) - 1):
        broken = bytearray(inner)
        broken[at] ^= 1
        with pytest.raises(FileRefused):
            read(bytes(broken), WORD)


BOMB = gzip.compress(b"plnd" + gzip.compress(b"<?xml" + b" " * 300_000_000))
LAUGHS = b'<!DOCTYPE plist [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a file"),
        (b"plnd", "not a file"),
        (b"MZ" + b"\0" * 100, "not a file"),
        (PACKED[:-9], "cut off"),
        (write(SETTINGS)[:40], "cut off"),
        (PACKED + PACKED, "followed"),
        (b"\x1f\x8b" + b"\xff" * 50, "damaged"),
        (BOMB, "larger than"),
        (gzip.compress(gzip.compress(PLIST)), "not a file"),
        (plistlib.dumps(SETTINGS, fmt=plistlib.FMT_BINARY), "binary"),
        (gzip.compress(b"pkhs" + b"\0" * 200, mtime=0), "certificate"),
        (gzip.compress(b"phsk" + b"\0" * 200, mtime=0), "certificate"),
        (b"pswd\x03\x01", "cut off"),
        (b"pswd\x09\x01" + b"\0" * 80, "unknown version"),
        (xml(b"<dict><key>a</key><string>&b;</string></dict>", LAUGHS), "entities"),
        (xml(b"<dict/>", b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "entities"),
        (xml(b"<dict/>", b'<!DOCTYPE p [<!ENTITY % x SYSTEM "http://127.0.0.1/">%x;]>'), "entities"),
        (PLIST[:-20], "line"),
        (xml(b"<dict><key>a</key></dict>"), "malformed"),
        (xml(b"<dict><key>a</key><integer>" + b"9" * 6000 + b"</integer></dict>"), "malformed"),
        (xml(b"<dict><key>a</key><date>now</date></dict>"), "malformed"),
        (xml(b"<dict><key>a</key><date>2026-99-99T00:00:00Z</date></dict>"), "malformed"),
        (xml(b"<dict><key>a</key><strange/></dict>"), "malformed"),
        (xml(b"<dict><key>a</key><real>nan</real></dict>"), "finite"),
        (xml(b"<array/>"), "no dictionary"),
        (xml(b"<string>a</string>"), "no dictionary"),
        (xml(b""), "no dictionary"),
        (xml(b"<dict><key>a</key>" * 40 + b"<true/>" + b"</dict>" * 40), "deeper"),
        (xml(b"<dict><key>a</key>" + b"<array>" * 90_000 + b"</array>" * 90_000 + b"</dict>"), "deeper"),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "file",
)
def test_a_hostile_or_broken_file_is_refused_in_one_line(data: bytes, why: str) -> None:
    started = time.monotonic()
    tracemalloc.start()
    with pytest.raises(FileRefused, match=why) as refusal:
        read(data, WORD)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "\n" not in str(refusal.value)
    assert peak < 128 * 1024 * 1024
    assert time.monotonic() - started < 10


def test_a_document_type_without_entities_is_what_every_property_list_has() -> None:
    assert b"<!DOCTYPE" in PLIST
    assert read(PLIST) == SETTINGS


def test_of_a_file_without_end_only_so_much_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.seb"
    with huge.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(FileRefused, match="larger than"):
        files.read_file(huge)
    assert tracemalloc.get_traced_memory()[1] < 3 * files.MAX_FILE
    tracemalloc.stop()


def run(*words: str, **environment: str) -> Any:
    return CliRunner().invoke(commands("seb"), ["seb", "config-key", *words], env=environment)


def test_the_command_prints_the_key_of_a_file_and_nothing_else(tmp_path: Path) -> None:
    plain, locked = tmp_path / "plain.seb", tmp_path / "locked.seb"
    plain.write_bytes(PLIST)
    locked.write_bytes(write(SETTINGS, WORD))
    key = config_key(SETTINGS)
    assert run(str(plain)).stdout == f"{key}\n"
    assert json.loads(run(str(locked), "--json", "--password", WORD).stdout) == {
        "file": str(locked),
        "config_key": key,
    }
    assert run(str(locked), CEASAI_SEB_PASSWORD=WORD).stdout == f"{key}\n"


def test_the_command_fails_with_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.seb"
    broken.write_bytes(b"no settings")
    for name in (str(broken), str(tmp_path / "absent.seb"), str(tmp_path)):
        result = run(name)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1
