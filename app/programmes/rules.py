"""Words of programmes and cohorts, who sees which, the arithmetic of a plan, how address lists are read."""

import csv
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.accounts.rules import is_email, normalise_email


class MilestoneWord(StrEnum):
    """A step of a person towards certification, in the order of the funnel. Append-only facts."""

    INVITED = "invited"
    REGISTERED = "registered"
    ACTIVE = "active"
    COMPLETED = "completed"
    SCHEDULED = "scheduled"
    SAT = "sat"
    PASSED = "passed"
    DECIDED = "decided"
    CERTIFIED = "certified"


class TrainingBasis(StrEnum):
    """Why somebody counts as another's trainer."""

    COHORT_INSTRUCTOR = "cohort_instructor"
    RATER = "rater"
    MENTOR = "mentor"
    DECLARED = "declared"


class Sector(StrEnum):
    """Where a learner works."""

    MINING = "mining"
    ENERGY = "energy"
    HEALTHCARE = "healthcare"
    FINANCE = "finance"
    GOVERNMENT = "government"
    EDUCATION = "education"
    OTHER = "other"


CONFLICT_WINDOW = timedelta(days=730)
"""A trainer of the last 24 months takes no part in deciding. Source: ISO/IEC 17024, section 9.4."""
ACTIVE_WINDOW = timedelta(days=14)
"""Active = studied in the last 14 days."""
COUNTING_ZONE = ZoneInfo("Asia/Almaty")
"""Whose calendar cuts milestones into days. Fixed for life: a recount must give the same days as the fold."""
SMALL_CELL = 5
"""A published cell with fewer people than this is hidden."""


def counting_day(at: datetime) -> date:
    """The day an instant counts to."""
    return at.astimezone(COUNTING_ZONE).date()


def order(word: MilestoneWord) -> int:
    """The place of a word in the funnel, from 0."""
    return list(MilestoneWord).index(word)


# Who sees what ------------------------------------------------------------------------------------


def covers(
    scopes: Iterable[tuple[str, str]],
    *,
    programme: str,
    region: str | None,
    employer: str | None,
    cohort: str = "",
) -> bool:
    """Whether one of the scopes (kind, id) reaches a cohort with these facts.

    A region or employer scope reaches the cohorts that carry it; one that carries none is seen by the
    programme's own managers only. ``cohort`` is empty for a cohort that does not exist yet.
    """
    reached = {("all", ""), ("programme", programme)}
    if region:
        reached.add(("region", region))
    if employer:
        reached.add(("employer", employer))
    if cohort:
        reached.add(("cohort", cohort))
    return not reached.isdisjoint(scopes)


# The funnel ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the funnel. The rate is ``count`` of ``whole``: everybody who was invited."""

    word: MilestoneWord
    count: int
    whole: int


def funnel(totals: Mapping[MilestoneWord, int], *, active_now: int) -> tuple[Step, ...]:
    """The steps in order. ``active_now``: members who studied within ``ACTIVE_WINDOW``.

    Every rate is of the invited, never of the step before: a candidate may sit the exam without finishing
    the course, so a step may hold more people than the one above it.
    """
    counts = {word: totals.get(word, 0) for word in MilestoneWord} | {MilestoneWord.ACTIVE: active_now}
    return tuple(Step(word, counts[word], counts[MilestoneWord.INVITED]) for word in MilestoneWord)


def waiting(totals: Mapping[MilestoneWord, int]) -> int:
    """How many passed and have no decision yet."""
    return max(0, totals.get(MilestoneWord.PASSED, 0) - totals.get(MilestoneWord.DECIDED, 0))


# The plan -----------------------------------------------------------------------------------------


def planned(*, target: int, starts_on: date, ends_on: date, on: date) -> int:
    """How many there should be at the end of ``on`` by a straight line from 0 to the target, rounded down.

    The line starts at 0 the evening before ``starts_on`` and reaches ``target`` at the end of ``ends_on``.
    """
    days = (ends_on - starts_on).days + 1
    gone = min(max((on - starts_on).days + 1, 0), days)
    return target * gone // days


def required_weekly(*, target: int, reached: int, ends_on: date, on: date) -> int | None:
    """How many a week are needed after ``on`` to reach the target by the end of ``ends_on``, rounded up.

    Arithmetic, not a forecast. 0 when the target is reached; None when no day is left.
    """
    missing = target - reached
    if missing <= 0:
        return 0
    days = (ends_on - on).days
    if days <= 0:
        return None
    return min(missing, -(-missing * 7 // days))


@dataclass(frozen=True, slots=True)
class Point:
    """The burn-up on a day: reached in all by its end, and by the plan."""

    day: date
    reached: int
    planned: int


def burn_up(
    by_day: Mapping[date, int], *, target: int, starts_on: date, ends_on: date, on: date
) -> tuple[Point, ...]:
    """The cumulative line from the eve of the start to ``on``, one point where it changes and at both ends.

    What was reached before the start counts from the start; nothing after ``on`` or after the end is drawn.
    """
    last = max(min(on, ends_on), starts_on)
    eve = starts_on - timedelta(days=1)
    total = sum(count for day, count in by_day.items() if day <= eve)
    points = [Point(eve, total, 0)]
    for day in sorted(day for day in by_day if eve < day <= last):
        total += by_day[day]
        points.append(Point(day, total, _on_line(target, starts_on, ends_on, day)))
    if points[-1].day != last:
        points.append(Point(last, total, _on_line(target, starts_on, ends_on, last)))
    return tuple(points)


def _on_line(target: int, starts_on: date, ends_on: date, on: date) -> int:
    return planned(target=target, starts_on=starts_on, ends_on=ends_on, on=on)


def add_months(day: date, months: int) -> date:
    """The same day of a later month; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# Figures for the public ---------------------------------------------------------------------------


class Hidden(StrEnum):
    """Why a published cell shows no number."""

    SMALL = "small"
    """Fewer than 5 people, shown as ``<5``."""
    BESIDE = "beside"
    """Hidden only so that a small cell cannot be computed from the total."""


def publishable(cells: Mapping[str, int]) -> dict[str, int | Hidden]:
    """A split that may be published: while a cell holds 1 to 4 people, every cell below 5 is hidden.

    Zeros are hidden with them, since a zero beside a small cell would say which cells are small. The total is
    public, so a gap that it would still tell is widened: a single one, and several that can only hold 4 each.
    A cell of 5 or more is hidden with it: the smallest above 5, because 5 could be nothing but 5.
    """
    low = {key: count for key, count in cells.items() if count < SMALL_CELL}
    if not any(low.values()):
        return dict(cells)
    shown: dict[str, int | Hidden] = {**cells, **dict.fromkeys(low, Hidden.SMALL)}
    if len(low) == 1 or sum(low.values()) == len(low) * (SMALL_CELL - 1):
        large = [(count == SMALL_CELL, count, key) for key, count in cells.items() if count >= SMALL_CELL]
        if large:
            shown[min(large)[2]] = Hidden.BESIDE
    return shown


# Lists of addresses -------------------------------------------------------------------------------

MAX_UPLOAD = 1024 * 1024
"""Bytes of an uploaded list."""
MAX_ADDRESSES = 10_000
_DELIMITERS = (";", "\t", ",")


class ListProblem(StrEnum):
    """Why a whole list cannot be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    NO_ADDRESSES = "no_addresses"
    TOO_MANY = "too_many"


class RowProblem(StrEnum):
    """Why one row is not taken."""

    NO_ADDRESS = "no_address"
    MALFORMED = "malformed"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One row of a list: its number in the file, what stands there, the normalised address or a problem."""

    number: int
    text: str
    email: str = ""
    problem: RowProblem | None = None


@dataclass(frozen=True, slots=True)
class AddressList:
    """A list as it was read. ``encoding`` and ``delimiter`` are empty for pasted text."""

    rows: tuple[AddressRow, ...]
    encoding: str = ""
    delimiter: str = ""


def decode(body: bytes) -> tuple[str, str] | None:
    """The text of a file and the encoding it was read as; None when it is no text.

    A byte-order mark decides; without one UTF-16 shows by its zero bytes, UTF-8 by being valid, and the rest
    is windows-1251, in which spreadsheets here save Cyrillic.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif body.startswith(b"\xef\xbb\xbf"):
        candidates = ["utf-8-sig"]
    elif b"\0" in body[:200]:
        high_first = body[:200:2].count(0) > body[1:200:2].count(0)
        candidates = ["utf-16-be" if high_first else "utf-16-le"]
    else:
        candidates = ["utf-8", "cp1251"]
    for encoding in candidates:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f" for c in text):
            return text, encoding
    return None


def read_file(body: bytes) -> AddressList | ListProblem:
    """Read an uploaded list: encoding, delimiter and the first column with addresses are found by looking.

    The first row is a heading when its cell in that column holds no ``@``.
    """
    if len(body) > MAX_UPLOAD:
        return ListProblem.TOO_LARGE
    decoded = decode(body)
    if decoded is None:
        return ListProblem.NOT_TEXT
    text, encoding = decoded
    if not text.strip():
        return ListProblem.EMPTY
    head = [line for line in text.splitlines() if line.strip()][:50]
    delimiter = max(_DELIMITERS, key=lambda mark: sum(mark in line for line in head))
    lines = csv.reader(text.splitlines(), delimiter=delimiter)
    try:
        table = [(lines.line_num, cells) for cells in lines if any(cell.strip() for cell in cells)]
    except csv.Error:
        return ListProblem.NOT_TEXT
    columns = [n for _, cells in table for n, cell in enumerate(cells) if "@" in cell]
    if not columns:
        return ListProblem.NO_ADDRESSES
    column = min(columns)
    found = [(number, cells[column].strip() if column < len(cells) else "") for number, cells in table]
    if "@" not in found[0][1]:
        found = found[1:]
    return _checked(found, encoding, delimiter)


def read_pasted(text: str) -> AddressList | ListProblem:
    """Read pasted text: addresses parted by spaces, commas, semicolons, lines; ``Name <address>`` is fine."""
    if not text.strip():
        return ListProblem.EMPTY
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = [word.strip("<>()\"'") for word in re.split(r"[\s,;]+", line) if word]
        addresses = [word for word in words if "@" in word]
        found += [(number, word) for word in addresses]
        if words and not addresses:
            found.append((number, line.strip()))
    return _checked(found, "", "")


def _checked(found: list[tuple[int, str]], encoding: str, delimiter: str) -> AddressList | ListProblem:
    if len(found) > MAX_ADDRESSES:
        return ListProblem.TOO_MANY
    rows, seen = [], set()
    for number, text in found:
        shown, email = text[:120], normalise_email(text)
        if not text:
            rows.append(AddressRow(number, shown, problem=RowProblem.NO_ADDRESS))
        elif not is_email(email):
            rows.append(AddressRow(number, shown, problem=RowProblem.MALFORMED))
        elif email in seen:
            rows.append(AddressRow(number, shown, email, RowProblem.REPEATED))
        else:
            seen.add(email)
            rows.append(AddressRow(number, shown, email))
    return AddressList(tuple(rows), encoding, delimiter)


def harmless_cell(value: str) -> str:
    """A cell for a sheet: what a spreadsheet would run as a formula is preceded by an apostrophe.

    Source: OWASP, CSV injection.
    """
    return f"'{value}" if value.lstrip()[:1] in {"=", "+", "-", "@"} or value[:1] in {"\t", "\r"} else value
