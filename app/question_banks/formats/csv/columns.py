"""The columns of the table, and how a cell holds what is more than a text."""

import re

from app.kernel.locales import LOCALES
from app.question_banks.formats.building import UNSAID
from app.question_banks.formats.draft import Text
from app.question_banks.formats.limits import CHOICES, LABELS
from app.question_banks.formats.report import ItemError

DESCRIBED = {
    "id": "lower-case Latin letters, digits and hyphens; made from the row when it is empty",
    "type": "single, multiple, true_false, matching, ordering, numeric, short_text, hotspot or written",
    "scoring": "all_or_nothing (when empty), plus_minus, per_pair or order_adjacent",
    "points": "a whole number, 1 when empty",
    "key": "ids of choices, pairs left=target, or a number, with spaces between them",
    "labels": "words such as domain:D1, with | between them",
    "case": "the id of the situation that the item belongs to",
    "tolerance": "how far a number may lie from the key",
    "case_sensitive": "yes or no, of a short text",
    "words": "length of a written task",
    "image": "the picture of a hotspot, with image_width and image_height",
    "image_width": "in the picture's own units",
    "image_height": "in the picture's own units",
}
"""Columns that stand once."""
SPOKEN = {
    "case_text": "the situation",
    "stem": "what is asked",
    "accepted": "accepted answers, with | between them",
    "alt": "the picture in words",
}
"""Columns that stand once for each language, as in stem_kk; without one, in the language of the import."""
NUMBERED = {"choice": CHOICES, "rationale": CHOICES, "target": CHOICES, "rubric": LABELS}
"""Columns by number and language, as in choice_1_kk."""
_ONCE_EACH = re.compile(r"(choice|target)_(\d{1,2})_id|region_(\d{1,2})")
_SPOKEN = re.compile(rf"({'|'.join(SPOKEN)})(?:_({'|'.join(LOCALES)}))?")
_NUMBERED = re.compile(rf"({'|'.join(NUMBERED)})_(\d{{1,2}})(?:_({'|'.join(LOCALES)}))?")


def is_known(name: str) -> bool:
    """Whether a column means something here."""
    numbered = _NUMBERED.fullmatch(name)
    if numbered:
        return 1 <= int(numbered[2]) <= NUMBERED[numbered[1]]
    return name in DESCRIBED or bool(_SPOKEN.fullmatch(name) or _ONCE_EACH.fullmatch(name))


def column(name: str, locale: str) -> str:
    """The column of a text in a language; without one for a text whose language is not said."""
    return f"{name}_{locale}" if locale != UNSAID else name


def text_at(row: dict[str, str], name: str) -> Text:
    """A text from its columns; empty cells say nothing."""
    cells = {locale: row.get(column(name, locale), "") for locale in (UNSAID, *LOCALES)}
    return {str(locale): said for locale, said in cells.items() if said.strip()}


_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "'")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: such a text gets an apostrophe in front.

    Source: OWASP, "CSV Injection".
    """
    if cell.startswith(_LIKE_A_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def freed(cell: str) -> str:
    """The text of a cell, without the apostrophe that ``guarded`` or a spreadsheet put there."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_LIKE_A_FORMULA) else cell


def joined(words: list[str]) -> str:
    """Words in one cell, with bars between them; a bar or backslash in a word has a backslash in front."""
    return " | ".join(word.replace("\\", "\\\\").replace("|", "\\|") for word in words)


def parted(cell: str) -> list[str]:
    """The words of a cell that ``joined`` made."""
    words, word, escaped = [], "", False
    for letter in cell:
        if escaped or letter not in "\\|":
            word += letter if not escaped or letter in "\\|" else f"\\{letter}"
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            words.append(word)
            word = ""
    words.append(word + ("\\" if escaped else ""))
    return [one.strip(" ") for one in words if one.strip(" ")]


def whole(cell: str, name: str, default: int) -> int:
    """A whole number in a cell.

    Raises:
        ItemError: it is none.
    """
    said = cell.strip()
    if not said:
        return default
    if not re.fullmatch(r"\d{1,6}", said, re.ASCII):
        raise ItemError(f"“{said[:20]}” in the column {name} is no whole number")
    return int(said)
