"""A table to drafts."""

import csv
import io
from typing import Any

from app.question_banks.formats.building import Builder
from app.question_banks.formats.check import CHOSEN, decimal_text
from app.question_banks.formats.csv import columns
from app.question_banks.formats.csv.columns import freed, parted, text_at, whole
from app.question_banks.formats.decoding import decode
from app.question_banks.formats.draft import (
    DraftChoice,
    DraftItem,
    DraftStimulus,
    Text,
    letters,
    slug_of,
    tidy,
)
from app.question_banks.formats.limits import CHOICES, COLUMNS, LABELS
from app.question_banks.formats.report import FormatError, ItemError, Parsed

DELIMITERS = (",", ";", "\t", "|")
_YES, _NO = {"yes", "true", "1", "иә", "да"}, {"", "no", "false", "0", "жоқ", "нет"}


def read(data: bytes, *, language: str | None = None) -> Parsed:
    """The drafts of a table; ``language`` is that of columns that name none.

    Raises:
        FormatError: the file as a whole cannot be read.
    """
    text = decode(data)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    builder = Builder(language)
    begun = 1
    try:
        header = _header(next(rows, []), builder)
        begun, table = rows.line_num + 1, _Table(builder, header)
        for cells in rows:
            if any(cell.strip() for cell in cells):
                table.take(begun, cells)
            begun = rows.line_num + 1
    except csv.Error as error:
        raise FormatError(f"line {begun}", f"the table is broken here: {error}") from None
    return builder.finish()


def _delimiter(text: str) -> str:
    """What stands between cells: whichever gives the first line the most columns that are known."""
    first = text.split("\n", 1)[0][:20_000]
    known = {
        one: sum(columns.is_known(cell.strip().strip('"').strip().lower()) for cell in first.split(one))
        for one in DELIMITERS
    }
    return max(DELIMITERS, key=lambda one: known[one])


def _header(cells: list[str], builder: Builder) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if len(names) > COLUMNS:
        raise FormatError("line 1", f"more than {COLUMNS} columns")
    if not any(name == "stem" or name.startswith("stem_") for name in names):
        raise FormatError(
            "line 1", "no column “stem”, or stem_kk, stem_ru, stem_en: the first line names columns"
        )
    for name in names:
        if name and not columns.is_known(name):
            builder.parsed.leave("line 1", f"the column “{name[:40]}” is not known and not kept", kept=True)
        if name and names.count(name) > 1:
            raise FormatError("line 1", f"the column “{name[:40]}” stands twice")
    return names


class _Table:
    def __init__(self, builder: Builder, header: list[str]) -> None:
        self.builder, self.header = builder, header
        self.ids: dict[str, int] = {}
        self.cases: dict[str, Text] = {}

    def take(self, line: int, cells: list[str]) -> None:
        def make(_: list[str]) -> DraftItem:
            if any(cell.strip() for cell in cells[len(self.header) :]):
                raise ItemError(
                    f"the row has {len(cells)} cells, and the first line {len(self.header)} columns"
                )
            row = {name: freed(cell) for name, cell in zip(self.header, cells, strict=False) if name}
            return self._item(row, line)

        self.builder.add(f"line {line}", make)

    def _item(self, row: dict[str, str], line: int) -> DraftItem:
        id_ = row.get("id", "").strip()
        if id_ in self.ids:
            raise ItemError(f"the id “{id_[:64]}” stands already in line {self.ids[id_]}")
        if id_:
            self.ids[id_] = line
        choices = _choices(row)
        words = row.get("key", "").split()
        kind = row.get("type", "").strip().lower() or ("single" if len(words) == 1 else "multiple")
        return DraftItem(
            id=id_ or slug_of("", self.builder.parsed.seen),
            type=kind,
            stem=text_at(row, "stem"),
            choices=_true_false(choices) if kind == "true_false" else choices,
            key=_key(kind, words, [choice.id for choice in choices]),
            interaction=_interaction(kind, row, choices),
            scoring=row.get("scoring", "").strip() or "all_or_nothing",
            points=whole(row.get("points", ""), "points", 1),
            stimulus=self._case(row),
            labels=tuple(tidy(label) for label in parted(row.get("labels", ""))),
        )

    def _case(self, row: dict[str, str]) -> DraftStimulus | None:
        """The situation of a row; one that was told before need not be told again."""
        slug = row.get("case", "").strip()
        text = {locale: tidy(said) for locale, said in text_at(row, "case_text").items()}
        if not slug:
            if text:
                raise ItemError("a situation is told, and the column “case” does not name it")
            return None
        if text and self.cases.setdefault(slug, text) != text:
            raise ItemError(f"the situation “{slug[:40]}” was told in other words before")
        if slug not in self.cases:
            raise ItemError(f"the situation “{slug[:40]}” is told in no row up to this one")
        return DraftStimulus(slug, self.cases[slug])


def _choices(row: dict[str, str]) -> tuple[DraftChoice, ...]:
    made = []
    for at in range(1, CHOICES + 1):
        text, rationale = text_at(row, f"choice_{at}"), text_at(row, f"rationale_{at}")
        if text or rationale:
            id_ = row.get(f"choice_{at}_id", "").strip() or letters(at - 1)
            made.append(DraftChoice(id_, text, rationale))
    return tuple(made)


def _true_false(choices: tuple[DraftChoice, ...]) -> tuple[DraftChoice, ...]:
    if not choices:
        return (DraftChoice("true", {}), DraftChoice("false", {}))
    return choices


def _key(kind: str, words: list[str], ids: list[str]) -> tuple[str, ...]:
    if kind == "numeric":
        said = decimal_text("".join(words)) if words else None
        return (said,) if said is not None else tuple(words)
    if kind in CHOSEN | {"ordering"}:
        return tuple(_choice(word.strip(",;"), ids) for word in words)
    return tuple(words)


def _choice(word: str, ids: list[str]) -> str:
    """The choice that a word of the key names: by its id, or by its number."""
    if word in ids or word.lower() in ids:
        return word if word in ids else word.lower()
    if word.isascii() and word.isdigit() and 1 <= int(word[:3]) <= len(ids):
        return ids[int(word[:3]) - 1]
    return word.lower()


def _interaction(kind: str, row: dict[str, str], choices: tuple[DraftChoice, ...]) -> dict[str, Any] | None:
    if kind == "matching":
        texts = [(at, text_at(row, f"target_{at}")) for at in range(1, CHOICES + 1)]
        named = [(row.get(f"target_{at}_id", "").strip() or f"t{at}", text) for at, text in texts if text]
        return {"targets": [{"id": id_, "text": text} for id_, text in named]}
    if kind == "numeric":
        said = row.get("tolerance", "").strip()
        return {"tolerance": (decimal_text(said) or said) if said else "0"}
    if kind == "short_text":
        cased = row.get("case_sensitive", "").strip().lower()
        if cased not in _YES | _NO:
            raise ItemError(f"“{cased[:20]}” in the column case_sensitive is neither yes nor no")
        accepted = {locale: parted(said) for locale, said in text_at(row, "accepted").items()}
        return {"accepted": accepted, "case_sensitive": cased in _YES}
    if kind == "written":
        lines = [text_at(row, f"rubric_{at}") for at in range(1, LABELS + 1)]
        return {"rubric": [line for line in lines if line], "words": whole(row.get("words", ""), "words", 0)}
    if kind == "hotspot":
        return _hotspot(row, choices)
    return None


def _hotspot(row: dict[str, str], choices: tuple[DraftChoice, ...]) -> dict[str, Any]:
    regions = {}
    for at, choice in enumerate(choices, 1):
        shape, *numbers = row.get(f"region_{at}", "").replace(",", " ").split() or [""]
        regions[choice.id] = {"shape": shape, "coords": [whole(one, f"region_{at}", 0) for one in numbers]}
    return {
        "image": row.get("image", "").strip(),
        "width": whole(row.get("image_width", ""), "image_width", 0),
        "height": whole(row.get("image_height", ""), "image_height", 0),
        "alt": text_at(row, "alt"),
        "regions": regions,
    }
