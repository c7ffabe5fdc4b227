"""Files of Safe Exam Browser (.seb): read from anybody, written for our candidates.

A file is gzip(prefix + data): ``plnd`` + gzip(property list), ``pswd`` or ``pwcc`` + the same encrypted with
a password (RNCryptor, data format 2 and 3). Bare property lists are read too. Whatever is in a
file, reading it takes bounded time and memory and ends in settings or in ``FileRefused``.

Source: https://safeexambrowser.org/developer/seb-file-format.html and the RNCryptor data format 3.
"""

import gzip
import hashlib
import hmac
import math
import plistlib
import secrets
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

MAX_FILE = 4 * 1024 * 1024
"""Bytes of a file; one with embedded certificates has a tenth of it."""
MAX_PLAIN = 8 * 1024 * 1024
"""Bytes of anything unpacked."""
MAX_DEPTH = 32
_GZIP = b"\x1f\x8b"
_PLAIN = b"plnd"
_PASSWORD = (b"pswd", b"pwcc")
_CERTIFICATE = (b"pkhs", b"phsk")
_ITERATIONS = 10_000
_HEADER, _SALT, _IV, _MAC = 2, 8, 16, 32
_VERSION, _BY_PASSWORD = 3, 1


class FileRefused(ValueError):
    """The file cannot be read; the message is one line that says why."""


class PasswordNeeded(FileRefused):
    """The file is encrypted, and no password or a wrong one was given."""


def read_file(path: Path, password: str | None = None) -> dict[str, Any]:
    """The settings in a file, of which no more than ``MAX_FILE`` bytes are ever read.

    Raises:
        FileRefused: it cannot be read, is too large, or holds no settings.
        PasswordNeeded: it is encrypted and the password is missing or wrong.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        msg = f"the file cannot be opened: {error.strerror}"
        raise FileRefused(msg) from None
    return read(data, password)


def read(data: bytes, password: str | None = None) -> dict[str, Any]:
    """The settings in the bytes of a file.

    Raises:
        FileRefused: too large, broken, encrypted with a certificate, or no settings.
        PasswordNeeded: it is encrypted and the password is missing or wrong.
    """
    if len(data) > MAX_FILE:
        msg = f"the file is larger than {MAX_FILE} bytes"
        raise FileRefused(msg)
    inner = _unpacked(data)
    prefix, rest = inner[:4], inner[4:]
    if prefix in _CERTIFICATE:
        msg = "the file is encrypted with a certificate; only its owner's computer can open it"
        raise FileRefused(msg)
    if prefix in _PASSWORD:
        return _settings(_unpacked(_decrypted(rest, password)))
    return _settings(_unpacked(rest) if prefix == _PLAIN else inner)


def write(settings: Mapping[str, Any], password: str | None = None) -> bytes:
    """A file with these settings, encrypted if there is a password; else the same bytes every time."""
    plist = plistlib.dumps(dict(settings), fmt=plistlib.FMT_XML, sort_keys=True)
    packed = gzip.compress(plist, mtime=0)
    if password is None:
        return gzip.compress(_PLAIN + packed, mtime=0)
    salts = (secrets.token_bytes(_SALT), secrets.token_bytes(_SALT), secrets.token_bytes(_IV))
    return gzip.compress(_PASSWORD[0] + encrypted(packed, password, *salts), mtime=0)


def encrypted(data: bytes, password: str, salt: bytes, mac_salt: bytes, iv: bytes) -> bytes:
    """RNCryptor's data format 3: header, salts, IV, AES-256-CBC, HMAC-SHA256 over all of it."""
    padder = PKCS7(algorithms.AES.block_size).padder()
    cipher = Cipher(algorithms.AES(_stretched(password, salt)), modes.CBC(iv)).encryptor()
    body = cipher.update(padder.update(data) + padder.finalize()) + cipher.finalize()
    message = bytes([_VERSION, _BY_PASSWORD]) + salt + mac_salt + iv + body
    return message + hmac.digest(_stretched(password, mac_salt), message, "sha256")


def _stretched(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha1", password.encode(), salt, _ITERATIONS, 32)


def _decrypted(data: bytes, password: str | None) -> bytes:
    start = _HEADER + 2 * _SALT + _IV
    if len(data) < start + 16 + _MAC or (len(data) - start - _MAC) % 16:
        msg = "the encrypted part is cut off"
        raise FileRefused(msg)
    if data[0] not in {2, _VERSION} or data[1] != _BY_PASSWORD:
        msg = f"the encryption has an unknown version ({data[0]}, {data[1]})"
        raise FileRefused(msg)
    if password is None:
        msg = "the file is encrypted: give its password"
        raise PasswordNeeded(msg)
    message, mac = data[:-_MAC], data[-_MAC:]
    salt, mac_salt = data[_HEADER : _HEADER + _SALT], data[_HEADER + _SALT : _HEADER + 2 * _SALT]
    if not hmac.compare_digest(hmac.digest(_stretched(password, mac_salt), message, "sha256"), mac):
        msg = "the password does not fit, or the file is damaged"
        raise PasswordNeeded(msg)
    cipher = Cipher(algorithms.AES(_stretched(password, salt)), modes.CBC(data[start - _IV : start]))
    opened, unpadder = cipher.decryptor(), PKCS7(algorithms.AES.block_size).unpadder()
    try:
        plain = unpadder.update(opened.update(message[start:]) + opened.finalize())
        return plain + unpadder.finalize()
    except ValueError:
        msg = "the encrypted part is damaged"
        raise FileRefused(msg) from None


def _unpacked(data: bytes) -> bytes:
    """The data without its gzip wrapping; data without one as it is."""
    if not data.startswith(_GZIP):
        return data
    unpacking = zlib.decompressobj(wbits=31)
    try:
        plain = unpacking.decompress(data, MAX_PLAIN)
    except zlib.error:
        msg = "the compressed data are damaged"
        raise FileRefused(msg) from None
    if unpacking.unconsumed_tail:
        msg = f"unpacked it is larger than {MAX_PLAIN} bytes"
        raise FileRefused(msg)
    if not unpacking.eof or unpacking.unused_data:
        msg = "the compressed data are cut off or followed by something else"
        raise FileRefused(msg)
    return plain


def _settings(data: bytes) -> dict[str, Any]:
    if data.startswith(b"bplist"):
        msg = "a binary property list; a .seb file holds an XML one"
        raise FileRefused(msg)
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<?xml", b"<plist", b"<!DOCTYPE")):
        msg = "not a file of Safe Exam Browser"
        raise FileRefused(msg)
    try:
        found = plistlib.loads(data.removeprefix(b"\xef\xbb\xbf").lstrip(), fmt=plistlib.FMT_XML)
    except plistlib.InvalidFileException:
        msg = "the property list declares entities, which no settings need"
        raise FileRefused(msg) from None
    except ExpatError as error:
        msg = f"the XML is broken: line {error.lineno}, column {error.offset}"
        raise FileRefused(msg) from None
    # a wrong date, number or nesting ends in whatever the parser stumbled over
    except (ValueError, AttributeError, TypeError, LookupError, OverflowError):
        msg = "the property list is malformed"
        raise FileRefused(msg) from None
    if not isinstance(found, dict):
        msg = "the property list holds no dictionary of settings"
        raise FileRefused(msg)
    _check(found)
    return found


def _check(settings: dict[str, Any]) -> None:
    """Nothing deeper than any settings are, and only kinds of values that settings have."""
    level: list[Any] = [settings]
    for _depth in range(MAX_DEPTH):
        inside: list[Any] = []
        for one in level:
            values = one.values() if isinstance(one, dict) else one
            inside += [value for value in values if _is_nested(value)]
        if not inside:
            return
        level = inside
    msg = f"the settings are nested deeper than {MAX_DEPTH} levels"
    raise FileRefused(msg)


def _is_nested(value: Any) -> bool:
    if isinstance(value, dict | list):
        return True
    if isinstance(value, float) and not math.isfinite(value):
        msg = "a setting is no finite number"
        raise FileRefused(msg)
    if not isinstance(value, str | int | float | bytes | datetime):
        msg = "a setting is of no kind that settings have"
        raise FileRefused(msg)
    return False
