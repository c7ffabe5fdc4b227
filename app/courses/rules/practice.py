"""How a practice quiz is drawn, and what counts as its result.

The order of chance is given (the service shuffles with a stored seed); which of the items are taken is
decided here, so that the same seed over the same items always makes the same quiz.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

QUIZ_SIZE = 10
"""Items of a practice quiz. Source: specification of the curriculum, section 3."""

MIXED = "mixed"
"""Stands for all modules together, where a module's code would stand."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may be drawn. ``stratum``: what the draw is spread over; ``enemies``: kept apart."""

    version_id: UUID
    slug: str
    stratum: str
    enemies: frozenset[str] = field(default_factory=frozenset)


def quotas(sizes: dict[str, int], size: int) -> dict[str, int]:
    """How many items each stratum gives: in proportion, whole numbers, largest remainders first.

    Ties go to the stratum whose name sorts first. The sum is ``size``, or everything when there is less.
    """
    total = sum(sizes.values())
    if total <= size:
        return dict(sizes)
    shares = {name: divmod(count * size, total) for name, count in sizes.items()}
    given = {name: share[0] for name, share in shares.items()}
    by_remainder = sorted(shares, key=lambda name: (-shares[name][1], name))
    for name in by_remainder[: size - sum(given.values())]:
        given[name] += 1
    return given


def draw(shuffled: Sequence[Candidate], size: int = QUIZ_SIZE) -> list[Candidate]:
    """The items of a quiz out of ``shuffled``, in that order, spread over the strata.

    Items that give each other away never meet, even if the quiz is shorter for it.
    """
    left = quotas(dict(Counter(item.stratum for item in shuffled)), size)
    taken: dict[UUID, Candidate] = {}
    for in_quota in (True, False):
        for item in shuffled:
            if len(taken) == size:
                break
            if item.version_id in taken or (in_quota and left[item.stratum] == 0):
                continue
            if any(item.slug in other.enemies or other.slug in item.enemies for other in taken.values()):
                continue
            taken[item.version_id] = item
            left[item.stratum] -= 1
    return [item for item in shuffled if item.version_id in taken]


def is_right(*, key: Sequence[str], chosen: Sequence[str]) -> bool:
    """Whether exactly the right choices were made."""
    return set(key) == set(chosen)
