"""Drafts to a table: commas, quotes where they are needed, a byte order mark for spreadsheets."""

import codecs
import csv
import io
from collections.abc import Sequence

from app.kernel.locales import LOCALES
from app.question_banks.formats.csv.columns import DESCRIBED, column, guarded, joined
from app.question_banks.formats.draft import DraftItem, Text


def write(items: Sequence[DraftItem], *, language: str | None = None) -> bytes:
    """A table of items of every type. ``language``: write this one only, in columns that name none."""
    rows = [_Row(language).of(item) for item in items]
    found = dict.fromkeys(name for row in rows for name in row)
    first = [name for name in DESCRIBED if name in found] or ["id"]
    names = [*first, *(name for name in found if name not in DESCRIBED)]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: guarded(cell) for name, cell in row.items()})
    return codecs.BOM_UTF8 + out.getvalue().encode()


class _Row:
    def __init__(self, language: str | None) -> None:
        self.language = language
        self.cells: dict[str, str] = {}

    def of(self, item: DraftItem) -> dict[str, str]:
        cells = self.cells
        cells |= {"id": item.id, "type": item.type, "scoring": item.scoring, "points": str(item.points)}
        cells |= {"key": " ".join(item.key), "labels": joined(list(item.labels))}
        self._text("stem", item.stem)
        if item.stimulus:
            cells["case"] = item.stimulus.id
            self._text("case_text", item.stimulus.text)
        for at, choice in enumerate(item.choices, 1):
            cells[f"choice_{at}_id"] = choice.id
            self._text(f"choice_{at}", choice.text)
            self._text(f"rationale_{at}", choice.rationale)
        self._interaction(item)
        return cells

    def _interaction(self, item: DraftItem) -> None:
        cells, given = self.cells, item.interaction or {}
        for at, target in enumerate(given.get("targets", ()), 1):
            cells[f"target_{at}_id"] = target["id"]
            self._text(f"target_{at}", target["text"])
        for at, line in enumerate(given.get("rubric", ()), 1):
            self._text(f"rubric_{at}", line)
        if "accepted" in given:
            self._text("accepted", {locale: joined(words) for locale, words in given["accepted"].items()})
            cells["case_sensitive"] = "yes" if given["case_sensitive"] else "no"
        for name in ("tolerance", "words", "image"):
            if name in given:
                cells[name] = str(given[name])
        if "image" in given:
            cells |= {"image_width": str(given["width"]), "image_height": str(given["height"])}
            self._text("alt", given["alt"])
            for at, choice in enumerate(item.choices, 1):
                region = given["regions"][choice.id]
                cells[f"region_{at}"] = " ".join([region["shape"], *map(str, region["coords"])])

    def _text(self, name: str, text: Text) -> None:
        if self.language is not None:
            self.cells[name] = text.get(self.language, "")
            return
        self.cells |= {column(name, locale): text[locale] for locale in LOCALES if locale in text}
