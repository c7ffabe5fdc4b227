"""A file of responses: one line a person, one column an item, 1 right, 0 wrong, empty when left out.

What is left out counts as wrong, as it does in the exam itself; the omit rate tells how often it happens.
"""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from app.psychometrics.errors import BadTable

LARGEST = 64 * 1024 * 1024
"""Bytes of a file; a longer one is refused unread."""
MOST_CELLS = 50_000_000
"""Persons × items; 8 bytes each are in memory at once."""
MOST_COLUMNS = 2000
NOT_ITEMS = frozenset({"id", "person", "group"})
"""Headings that name no item; what else is none is named by whoever asks."""
OMITTED = -1
_BYTES = {"": OMITTED + 1, "0": 1, "1": 2}

Scores = NDArray[np.float64]
"""Persons × items of 0.0 and 1.0."""


@dataclass(frozen=True, slots=True)
class Table:
    """Responses as read.

    ``cells``: persons × items of 1, 0 and ``OMITTED``; ``groups``: one a person, or None.
    """

    items: tuple[str, ...]
    cells: NDArray[np.int8]
    groups: tuple[str, ...] | None
    left_out: tuple[str, ...]
    """Columns that are no items."""

    @property
    def scores(self) -> Scores:
        """Persons × items of 0.0 and 1.0: what was left out is wrong."""
        return np.asarray(self.cells == 1, dtype=np.float64)


def read(data: bytes, *, group: str | None = None, not_items: Collection[str] = ()) -> Table:
    """The table in a CSV file of UTF-8 text, with or without a byte order mark, separated by commas.

    ``group``: the heading of the column that names each person's group.

    Raises:
        BadTable: with the line, from 1, and the reason.
    """
    rows = _rows(_text(data))
    line, heads = next(rows, (1, []))
    _check_heads(line, heads, group)
    no_items = NOT_ITEMS | set(not_items) | ({group} if group else set())
    places = [place for place, head in enumerate(heads) if head not in no_items]
    if not places:
        raise BadTable(line, "no column is an item")
    cells, groups = bytearray(), []
    at = heads.index(group) if group else None
    for line, row in rows:
        if len(row) != len(heads):
            raise BadTable(line, f"{len(row)} cells, and the heading has {len(heads)}")
        if len(cells) + len(places) > MOST_CELLS:
            raise BadTable(line, f"more than {MOST_CELLS} responses")
        cells.extend(_cell(line, heads[place], row[place]) for place in places)
        if at is not None:
            if not row[at].strip():
                raise BadTable(line, f"the column {group!r} is empty")
            groups.append(row[at].strip())
    if not cells:
        raise BadTable(line, "there is no person below the heading")
    made = np.frombuffer(bytes(cells), dtype=np.int8).reshape(-1, len(places)) - np.int8(1)
    return Table(
        items=tuple(heads[place] for place in places),
        cells=made,
        groups=tuple(groups) if group else None,
        left_out=tuple(head for head in heads if head in no_items),
    )


def _text(data: bytes) -> str:
    if len(data) > LARGEST:
        raise BadTable(1, f"the file is longer than {LARGEST} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadTable(data.count(b"\n", 0, error.start) + 1, "the text is not UTF-8") from None
    if "\0" in text:
        raise BadTable(text.count("\n", 0, text.index("\0")) + 1, "a zero byte stands in the text")
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty, with its number."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise BadTable(reader.line_num, f"this is no CSV: {error}") from None


def _check_heads(line: int, heads: list[str], group: str | None) -> None:
    heads[:] = [head.strip() for head in heads]
    if len(heads) > MOST_COLUMNS:
        raise BadTable(line, f"{len(heads)} columns; at most {MOST_COLUMNS}")
    if heads and set(heads) <= _BYTES.keys():
        raise BadTable(line, "the first line is no heading: it names no item")
    if len(heads) == 1 and (";" in heads[0] or "\t" in heads[0]):
        raise BadTable(line, "the columns are separated by something else than a comma")
    for at, head in enumerate(heads):
        if not head:
            raise BadTable(line, f"column {at + 1} has no heading")
        if head in heads[:at]:
            raise BadTable(line, f"the heading {head!r} stands twice")
    if not heads:
        raise BadTable(line, "the file is empty")
    if group is not None and group not in heads:
        raise BadTable(line, f"no column is headed {group!r}")


def _cell(line: int, head: str, written: str) -> int:
    """The response + 1, so that it fits a byte."""
    value = written.strip()
    if value not in _BYTES:
        shown = value if len(value) <= 20 else value[:20] + "…"
        raise BadTable(line, f"{shown!r} in the column {head!r} is neither 0, 1 nor empty")
    return _BYTES[value]
