"""From how many people on a number is shown, acted upon, or estimated at all.

Source: specification of the exams, section 7.
"""

from enum import StrEnum

SHOW, ACT = 30, 100
"""Persons who answered an item: fewer than the first say nothing, from the second on
an item may be changed."""
SMALLEST_CELL = 5
"""A count below is not told: it could be recognised as a person."""


class Model(StrEnum):
    """What is computed, in the words of the command."""

    CLASSICAL = "classical"
    RASCH = "rasch"
    TWO_PARAMETERS = "2pl"


PERSONS = {Model.RASCH: 200, Model.TWO_PARAMETERS: 500}
"""Persons at least for a model's estimates."""


def use(persons: int) -> str:
    """What statistics over so many people may be used for: ``hide``, ``show`` or ``act``."""
    return "act" if persons >= ACT else "show" if persons >= SHOW else "hide"


def told(count: int) -> int | None:
    """The count, or None when it is small enough to point at somebody."""
    return count if count == 0 or count >= SMALLEST_CELL else None


class Ended(StrEnum):
    """How a computation of statistics came out."""

    COMPUTED = "computed"
    TOO_FEW = "too_few"
    """Fewer persons than figures are shown for: only how many there are is kept."""
    NO_NUMBERS = "no_numbers"
    """This installation is without the extra ``psychometrics``."""
    OVER_LIMIT = "over_limit"
    """It took more time or memory than it may."""
    FAILED = "failed"


def enough_new(before: int | None, now: int) -> bool:
    """Whether figures over ``now`` persons may follow figures over ``before`` (None: there are none).

    Two snapshots a few persons apart, one taken from the other, would tell what these few answered.
    """
    return before is None or abs(now - before) >= SMALLEST_CELL


class Assembled(StrEnum):
    """How a search for forms ended."""

    WITHIN_TOLERANCE = "within_tolerance"
    BEST = "best"
    """Nothing nearer to the targets exists, though it is outside of the tolerance."""
    TIME_OVER = "time_over"
    """With forms: a nearer solution may exist. Without: none was found in the time."""
    IMPOSSIBLE = "impossible"


class Search(StrEnum):
    """Where a search for forms stands; the last six are its ends."""

    QUEUED = "queued"
    RUNNING = "running"
    GIVEN_UP = "given_up"
    """Nobody answered in the time in which a job is tried again and again."""
    FOUND = "found"
    TIME_OVER = "time_over"
    """No forms were found in the time."""
    IMPOSSIBLE = "impossible"
    NO_NUMBERS = "no_numbers"
    OVER_LIMIT = "over_limit"
    FAILED = "failed"


def search_ended(ended: Ended, status: str | None, *, forms: int) -> Search:
    """How a search ended: what the process said where it said nothing, else what came of it."""
    if ended is not Ended.COMPUTED or status is None:
        return Search(ended) if ended in {Ended.NO_NUMBERS, Ended.OVER_LIMIT} else Search.FAILED
    if forms:
        return Search.FOUND
    return Search.IMPOSSIBLE if status == Assembled.IMPOSSIBLE else Search.TIME_OVER


class Method(StrEnum):
    """How scores of two forms are made comparable."""

    IDENTITY = "identity"
    """Too few persons for anything better: a score is worth itself."""
    TUCKER = "tucker"
    CHAINED_LINEAR = "chained_linear"
    EQUIPERCENTILE = "equipercentile"
