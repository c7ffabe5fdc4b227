"""Bytes to text: UTF-8 only, and what else a file is, is said with its line."""

import codecs
import re

from app.question_banks.formats.limits import FILE_BYTES
from app.question_banks.formats.report import FormatError

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CYRILLIC = re.compile("[а-яёА-ЯЁ]")
_KAZAKH_1251 = "windows-1251"


def decode(data: bytes, *, where: str = "") -> str:
    """The text of a file, without a byte order mark, with lines that end with LF.

    ``where``: the file's name inside a package, for the report.

    Raises:
        FormatError: the file is too large or empty, is in another encoding, or holds control characters.
    """
    if len(data) > FILE_BYTES:
        raise FormatError(where or "file", too_large(len(data)))
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise FormatError(where or "file", "the file is empty")
    for mark, name in _MARKS:
        if data.startswith(mark):
            raise FormatError(_at(where, 1), f"the text is {name}; save it as UTF-8")
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise FormatError(*_other_encoding(data, error, where)) from None
    control = _CONTROLS.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        if text[:4000].count("\0") > len(text[:4000]) // 4:
            raise FormatError(_at(where, line), "the text is UTF-16 without its mark; save it as UTF-8")
        code = f"U+{ord(control[0]):04X}"
        raise FormatError(_at(where, line), f"a control character stands in the text: {code}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def too_large(size: int | None = None) -> str:
    """The sentence about a file that is too large; ``size`` in bytes where it is known."""
    said = f"{size} bytes" if size is not None else "larger"
    return f"the file is {said}; at most {FILE_BYTES} bytes are read"


def _at(where: str, line: int) -> str:
    return f"{where}:{line}" if where else f"line {line}"


def _other_encoding(data: bytes, error: UnicodeDecodeError, where: str) -> tuple[str, str]:
    line = data.count(b"\n", 0, error.start) + 1
    around = data[max(0, error.start - 2000) : error.start + 2000]
    byte = f"byte 0x{data[error.start]:02X} at position {error.start}"
    high = sum(value > 0x7F for value in around)
    if around[1::2].count(0) > len(around) // 8 or around[::2].count(0) > len(around) // 8:
        return _at(where, line), f"the text is not UTF-8 ({byte}); it looks like UTF-16: save it as UTF-8"
    for name in (_KAZAKH_1251, "koi8-r", "cp866"):
        read = around.decode(name, "ignore")
        found = _CYRILLIC.findall(read)
        lower = sum(letter.islower() for letter in found)
        if high and 10 * len(found) >= 8 * high and 2 * lower > len(found):
            return _at(where, line), f"the text is not UTF-8 ({byte}); it looks like {name}: save it as UTF-8"
    return _at(where, line), f"the text is not UTF-8 ({byte})"
