"""What is read and what is written, by the word of each format."""

from collections.abc import Callable

from app.question_banks.formats import aiken
from app.question_banks.formats.csv import reading as csv_in
from app.question_banks.formats.csv import writing as csv_out
from app.question_banks.formats.gift import reading as gift_in
from app.question_banks.formats.gift import writing as gift_out
from app.question_banks.formats.moodle_xml import reading as moodle_in
from app.question_banks.formats.moodle_xml import writing as moodle_out
from app.question_banks.formats.qti import reading as qti_in
from app.question_banks.formats.qti import writing as qti_out
from app.question_banks.formats.report import Parsed

Read = Callable[..., Parsed]
"""Takes the bytes of a file, and ``language``: of texts that name none, or None to judge by their letters."""
Write = Callable[..., bytes]
"""Takes items, and ``language``: the one to write, or None for all that there are."""

READERS: dict[str, Read] = {
    "gift": gift_in.read,
    "moodle-xml": moodle_in.read,
    "aiken": aiken.read,
    "csv": csv_in.read,
    "qti": qti_in.read,
}
WRITERS: dict[str, Write] = {
    "gift": gift_out.write,
    "moodle-xml": moodle_out.write,
    "csv": csv_out.write,
    "qti": qti_out.write,
}
ENDINGS = {"gift": "txt", "moodle-xml": "xml", "csv": "csv", "qti": "zip"}
"""How the name of an exported file ends."""
