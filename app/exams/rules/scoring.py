"""What an attempt scores and whether it passes.

Points are whole numbers throughout, so that no comparison ever depends on rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from app.exams.rules.states import Outcome, ReleasePolicy


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One place of a form with its key. ``points`` is a whole number, at least 1."""

    position: int
    key: frozenset[str]
    points: int
    domain: str


class Band(IntEnum):
    """How a domain went, in four steps: too few items for a figure of their own."""

    WEAK = 1
    NEAR = 2
    GOOD = 3
    STRONG = 4


def raw_score(items: Sequence[ScoredItem], responses: Mapping[int, frozenset[str]]) -> int:
    """Total points, all or nothing per item (QTI 3.0 ``match_correct``).

    An unanswered item scores 0; a response to a place the form does not have is ignored.
    """
    return sum(item.points for item in items if responses.get(item.position) == item.key)


def domain_points(
    items: Sequence[ScoredItem], responses: Mapping[int, frozenset[str]]
) -> dict[str, list[int]]:
    """By domain: [points reached, points possible]."""
    found: dict[str, list[int]] = {}
    for item in items:
        reached_possible = found.setdefault(item.domain, [0, 0])
        reached_possible[1] += item.points
        if responses.get(item.position) == item.key:
            reached_possible[0] += item.points
    return found


def decide_outcome(*, raw_score: int, cut_score: int) -> Outcome:
    """THE pass rule: at or above the cut score passes, and nothing else is considered.

    ``cut_score`` is the one frozen on the attempt, in points on the form's raw scale.
    Incidents void an attempt or withhold its result; they never move its score.

    Source: AERA/APA/NCME Standards 2014, standard 5.21; scheme, section 1 (56 of 80).
    """
    return Outcome.PASSED if raw_score >= cut_score else Outcome.FAILED


def band(*, reached: int, possible: int, cut_score: int, max_points: int) -> Band:
    """How a domain went, compared with the cut score of the whole exam.

    STRONG: at least half of the way from the cut share to everything; GOOD: at or above the cut share;
    NEAR: at least three quarters of the cut share. It explains a result and never decides one.
    """
    if possible == 0 or max_points == 0:
        return Band.WEAK
    share = reached * max_points
    cut = cut_score * possible
    if 2 * share >= cut + possible * max_points:
        return Band.STRONG
    if share >= cut:
        return Band.GOOD
    return Band.NEAR if 4 * share >= 3 * cut else Band.WEAK


def releases_at_once(policy: ReleasePolicy) -> bool:
    """Whether the result is shown as soon as the attempt is scored."""
    return policy is ReleasePolicy.AT_ONCE
