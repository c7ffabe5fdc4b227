"""The published figures about supervision: flagged, found, reversed, by language, region and mode.

A count of 1 to 4 people is not published, nor what would give it away.

Source: specification of exams, section 5, rule 8.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.exams.rules.states import Review
from app.programmes.rules import Hidden, publishable

LEAST = 5
"""Below so many a rate says more about single people than about supervision."""
Cell = int | Hidden
Cells = Mapping[str, Cell]


class Measure(StrEnum):
    """What is counted."""

    ATTEMPTS = "attempts"
    FLAGGED = "flagged"
    REVIEWED = "reviewed"
    FOUND = "found"
    REVERSED = "reversed"


FOUND = frozenset({Review.IRREGULARITY, Review.REVERSED})
ENDED = FOUND | {Review.CLEARED, Review.INCONCLUSIVE}


@dataclass(frozen=True, slots=True)
class Alike:
    """Attempts that are alike: by what they are split, whether flagged, where the review stands."""

    split: str
    flagged: bool
    review: Review
    attempts: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the figures: each measure as a number, or hidden."""

    split: str
    cells: Mapping[Measure, Cell] = field(default_factory=dict)

    def rate(self, of: Measure, among: Measure) -> int | None:
        """A rate in whole per cent, halves up; None where one of both is hidden or the base is too small."""
        part, whole = self.cells[of], self.cells[among]
        if isinstance(part, Hidden) or isinstance(whole, Hidden) or whole < LEAST:
            return None
        return (200 * part + whole) // (2 * whole)


def worth_publishing(before: int | None, now: int) -> bool:
    """Whether figures over ``now`` exams may follow those over ``before`` (None: there are none yet).

    Of two a few exams apart, one taken from the other would tell what became of these few.
    """
    return now - (before or 0) >= LEAST


def measured(one: Alike) -> dict[Measure, int]:
    """What a group adds to each measure. ``reviewed`` counts flagged attempts whose review has ended."""
    ended = one.flagged and one.review in ENDED
    found = ended and one.review in FOUND
    turned = ended and one.review is Review.REVERSED
    holds = (True, one.flagged, ended, found, turned)
    return {measure: one.attempts * hold for measure, hold in zip(Measure, holds, strict=True)}


def lines(groups: Iterable[Alike]) -> list[Line]:
    """The figures by split, in the order of its words, with small cells hidden in every column."""
    added: dict[str, dict[Measure, int]] = {}
    for one in groups:
        row = added.setdefault(one.split, dict.fromkeys(Measure, 0))
        for measure, number in measured(one).items():
            row[measure] += number
    shown = {m: publishable({split: row[m] for split, row in added.items()}) for m in Measure}
    hidden = {split for split in added if isinstance(shown[Measure.ATTEMPTS][split], Hidden)}
    table: dict[str, dict[Measure, Cell]] = {}
    for split in sorted(added):
        table[split] = dict(zip(Measure, nested(added[split].values()), strict=True))
        for m in Measure:
            if split in hidden and m is not Measure.ATTEMPTS:
                table[split][m] = Hidden.BESIDE
            elif isinstance(shown[m][split], Hidden):
                table[split][m] = shown[m][split]
    _widen(table)
    return [Line(split, row) for split, row in table.items()]


def nested(counts: Iterable[int]) -> list[Cell]:
    """Counts of which each holds the next: hidden where one, or what it leaves of the last told, is small.

    Flagged less reviewed is who waits: 9 and 8 would tell that one person does.
    """
    told: list[Cell] = []
    last: int | None = None
    for count in counts:
        if 0 < count < LEAST:
            told.append(Hidden.SMALL)
        elif last is not None and 0 < last - count < LEAST:
            told.append(Hidden.BESIDE)
        else:
            told.append(count)
            last = count
    return told


def _widen(table: dict[str, dict[Measure, Cell]]) -> None:
    """Hide a second cell where a column has but one hidden: the line of the total would tell it."""
    for m in Measure:
        told = {split: cell for split, row in table.items() if not isinstance(cell := row[m], Hidden)}
        if len(told) == len(table) - 1 and told:
            table[min(told, key=lambda split: (told[split] == 0, told[split], split))][m] = Hidden.BESIDE


def total(groups: Iterable[Alike]) -> Line:
    """The figures of everything together; empty without a group."""
    everything = lines(Alike("", one.flagged, one.review, one.attempts) for one in groups)
    return everything[0] if everything else Line("", dict.fromkeys(Measure, 0))
