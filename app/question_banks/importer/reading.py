"""Reads the folders of banks into typed values that remember their file and line."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.kernel.canonical import canonical_json, sha256_hex
from app.platform.content import Document, Place, Reader, Text
from app.question_banks.importer.schemas import ITEM_FILES, BankFile, CaseSetFile, ItemFile

REVIEW = "REVIEW.md"
"""The record of second readings, beside the courses; a file that it does not name is not reviewed."""


@dataclass(frozen=True, slots=True)
class ReadStimulus:
    """The text that the items of a case set share."""

    slug: str
    text: Text
    content_hash: str


@dataclass(frozen=True, slots=True)
class ReadItem:
    """An item and where it stands."""

    file: ItemFile
    document: Document
    place: Place
    stimulus: ReadStimulus | None = None

    def complain(self, message: str, *place: Hashable) -> None:
        """Note a problem at a value of this item."""
        self.document.complain(message, *self.place, *place)

    @property
    def content_hash(self) -> str:
        """SHA-256 over everything the item says, its stimulus included; 64 hex digits.

        Comments, order of keys and white space of the file do not count.
        """
        said: dict[str, Any] = self.file.model_dump(mode="json")
        if said["interaction"] is None:
            del said["interaction"]  # what an item without one says is what it said before there were any
        said["stimulus"] = self.stimulus.content_hash if self.stimulus else None
        return sha256_hex(canonical_json(said))


@dataclass(slots=True)
class ReadBank:
    """A bank with its items, in the order of their files."""

    file: BankFile
    document: Document
    items: list[ReadItem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Names of the files that could not be read, so that one mistake is not called many."""


def read_banks(reader: Reader, folder: Path) -> list[ReadBank]:
    """Every bank under ``folder``; what cannot be read is noted in ``reader`` and left out."""
    return [bank for path in folders_of(reader, folder) if (bank := read_bank(reader, path)) is not None]


def folders_of(reader: Reader, folder: Path) -> list[Path]:
    """The folders in ``folder``, by name; other files are noted. No such folder means none."""
    if not folder.is_dir():
        return []
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for stray in inside:
        if not stray.is_dir() and stray.name != REVIEW:
            reader.complain(stray, 1, "only folders stand here")
    return [path for path in inside if path.is_dir()]


def read_bank(reader: Reader, folder: Path) -> ReadBank | None:
    """The bank in a folder, or None when its head cannot be read; what is wrong is noted in ``reader``."""
    document = reader.yaml(folder / "bank.yaml")
    file = reader.shaped(document, BankFile) if document else None
    if document is None or file is None:
        return None
    if file.id != folder.name:
        document.complain(f"the id “{file.id}” is not the name of its folder", "id")
    bank = ReadBank(file, document)
    for path in sorted((folder / "items").glob("*.yaml")):
        _read_items(reader, path, bank)
    reader.strays(folder)
    if not bank.items:
        document.complain("the bank has no item that can be read")
    return bank


def _read_items(reader: Reader, path: Path, bank: ReadBank) -> None:
    document = reader.yaml(path)
    if document is None:
        bank.unread.add(path.stem)
        return
    if isinstance(document.value, dict) and document.value.get("type") == "case_set":
        case = reader.shaped(document, CaseSetFile)
        if case is None:
            bank.unread.add(path.stem)
            return
        text = case.stimulus
        stimulus = ReadStimulus(case.id, text, sha256_hex(canonical_json(text.by_locale())))
        _expect_name(document, case.id, path)
        for index in range(len(case.items)):
            item = _shaped_item(reader, document, "items", index)
            if item is None:
                bank.unread.add(path.stem)
                continue
            made = ReadItem(item, document, ("items", index), stimulus)
            if not item.id.startswith(f"{case.id}-"):
                made.complain(f"the id “{item.id}” does not begin with that of its case, “{case.id}-”", "id")
            bank.items.append(made)
        return
    item_file = _shaped_item(reader, document)
    if item_file is None:
        bank.unread.add(path.stem)
    else:
        _expect_name(document, item_file.id, path)
        bank.items.append(ReadItem(item_file, document, ()))


def _shaped_item(reader: Reader, document: Document, *place: Hashable) -> ItemFile | None:
    value = document.value
    for step in place:
        value = value[step]
    kind = value.get("type") if isinstance(value, dict) else None
    return reader.shaped(document, ITEM_FILES.get(str(kind), ItemFile), *place)


def _expect_name(document: Document, slug: str, path: Path) -> None:
    if slug != path.stem:
        document.complain(f"the id “{slug}” is not the name of its file", "id")
