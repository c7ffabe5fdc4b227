"""The rubric of a written task, as people write it: one text a criterion, its levels line by line.

The first line names the criterion; each further line is a level: points, a colon, what such an answer shows.
So every format that can hold a text can hold a rubric, and it is written in three languages like any text.

Source: docs/decisions/0028-written-tasks.md.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.kernel.locales import LOCALES, Trilingual

MOST_CRITERIA = 8
"""Criteria of a written task; more than that and raters stop telling them apart."""
_LEVEL = re.compile(r"(\d{1,2})\s*:\s*(\S.*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Level:
    """What an answer shows that gets ``points``, whole."""

    points: int
    text: Trilingual


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing raters look at; ``levels`` from the lowest, which is 0, to the highest."""

    title: Trilingual
    levels: tuple[Level, ...]

    @property
    def most(self) -> int:
        """The points it can bring."""
        return self.levels[-1].points


def criteria_of(rubric: Sequence[Mapping[str, str]]) -> tuple[Criterion, ...] | None:
    """The criteria that a rubric says; None when one of its texts is no criterion, or there is none."""
    read = [criterion_of(text) for text in rubric]
    found = tuple(one for one in read if one is not None)
    return found if found and len(found) == len(read) else None


def criterion_of(text: Mapping[str, str]) -> Criterion | None:
    """The criterion that a text says in the three languages.

    None when a language is missing, a line is no level, there are fewer than two levels, none of them is 0, a
    number stands twice, or the languages have different numbers.
    """
    by_locale = {str(locale): _read(text.get(str(locale), "")) for locale in LOCALES}
    numbers = [sorted(points for points, _ in levels) for _, levels in by_locale.values()]
    first = numbers[0]
    if any(one != first for one in numbers) or len(set(first)) != len(first) or len(first) < 2 or first[0]:
        return None
    words = {locale: dict(levels) for locale, (_, levels) in by_locale.items()}
    return Criterion(
        {locale: title for locale, (title, _) in by_locale.items()},
        tuple(Level(points, {locale: words[locale][points] for locale in words}) for points in first),
    )


def _read(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The name and the levels of a criterion in one language; no levels when a line cannot be read."""
    title, *lines = [line.strip() for line in text.split("\n") if line.strip()] or [""]
    found = [_LEVEL.fullmatch(line) for line in lines]
    return title, [(int(one[1]), one[2]) for one in found if one] if all(found) else []


def points_in(criteria: Sequence[Criterion]) -> int:
    """The points that the highest levels come to: those of the item."""
    return sum(one.most for one in criteria)


def count_words(text: str) -> int:
    """How long a text is, in words: what stands between blanks."""
    return len(text.split())


def within_words(text: str, most: int) -> str:
    """The beginning of a text that keeps the limit, with its own line ends; all of a shorter one."""
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    return text if len(ends) <= most else text[: ends[most - 1]]
