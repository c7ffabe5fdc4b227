"""What ``rules.snapshot`` looks at, in plain values: read in one process and computed in another."""

from typing import TypedDict


class Place(TypedDict):
    """A place of the form. ``choices``: ids of a single-answer item, else none; ``possible``: its points."""

    item: str
    possible: int
    choices: list[str]
    key: list[str]


class Taken(TypedDict):
    """A first attempt.

    By place: ``points``, None when left out; the ``chosen`` id, where it is one of the item's; ``seconds``,
    where they are known.
    ``language``: "" when it was taken in several. ``spent``: seconds in all; ``closed_by_time``: the end of
    the time closed it.
    """

    language: str
    points: list[int | None]
    chosen: list[str | None]
    seconds: list[float | None]
    spent: float
    closed_by_time: bool
