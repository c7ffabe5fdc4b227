"""What an attempt scores and whether it passes.

Points are whole numbers throughout, so that no comparison ever depends on rounding.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from app.exams.rules.states import Outcome, ReleasePolicy
from app.kernel.numbers import within
from app.question_banks.rules import ItemType, ScoringRule


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One place of a form with its key. ``points`` is a whole number, at least 1.

    ``tolerance``: of a numeric item, a decimal; ``accepted``: of a short text, in any language;
    ``exact_case``: whether its capitals count; ``also``: further keys, each as right as the first; ``free``:
    everybody gets the points, also whoever left it empty; ``rated``: what people gave a written answer.
    """

    position: int
    key: tuple[str, ...]
    points: int
    domain: str
    type: ItemType = ItemType.SINGLE
    scoring: ScoringRule = ScoringRule.ALL_OR_NOTHING
    tolerance: str = "0"
    accepted: tuple[str, ...] = ()
    exact_case: bool = False
    also: tuple[tuple[str, ...], ...] = ()
    free: bool = False
    rated: int = 0


class Band(IntEnum):
    """How a domain went, in four steps: too few items for a figure of their own."""

    WEAK = 1
    NEAR = 2
    GOOD = 3
    STRONG = 4


def with_ratings(items: Sequence[ScoredItem], rated: Mapping[int, int]) -> tuple[ScoredItem, ...]:
    """The places of an attempt with what people gave its written answers, by place; one not rated has 0."""
    return tuple(replace(item, rated=rated.get(item.position, 0)) for item in items)


def raw_score(items: Sequence[ScoredItem], responses: Mapping[int, Sequence[str]]) -> int:
    """Total points. A response to a place the form does not have is ignored."""
    return sum(points_of(item, responses.get(item.position, ())) for item in items)


def domain_points(
    items: Sequence[ScoredItem], responses: Mapping[int, Sequence[str]]
) -> dict[str, list[int]]:
    """By domain: [points reached, points possible]."""
    found: dict[str, list[int]] = {}
    for item in items:
        reached_possible = found.setdefault(item.domain, [0, 0])
        reached_possible[0] += points_of(item, responses.get(item.position, ()))
        reached_possible[1] += item.points
    return found


def points_of(item: ScoredItem, chosen: Sequence[str]) -> int:
    """What a stored answer scores by the item's own rule: 0 to ``item.points``, whole; no answer scores 0.

    A share of the points is rounded down, and everything right is always all of them. A written answer scores
    what people gave it. Of several keys the one that gives most counts.
    """
    if item.free:
        return item.points
    if not chosen:
        return 0
    if item.type is ItemType.WRITTEN:
        return min(item.rated, item.points)
    keyed = (item, *(replace(item, key=key) for key in item.also))
    return max(_SCORE[one.scoring](one, tuple(chosen)) for one in keyed)


def _all_or_nothing(item: ScoredItem, chosen: tuple[str, ...]) -> int:
    """Everything right, or 0. Source: QTI 3.0 ``match_correct``."""
    return item.points if _is_right(item, chosen) else 0


def _plus_minus(item: ScoredItem, chosen: tuple[str, ...]) -> int:
    """The right choices less the wrong ones, never below 0, as a share of all right ones.

    Source: QTI 3.0 ``map_response`` with +1, -1 and lower bound 0; Moodle's multiple choice with penalties.
    """
    right = len(set(chosen) & set(item.key))
    return item.points * max(0, right - (len(set(chosen)) - right)) // len(item.key)


def _per_pair(item: ScoredItem, chosen: tuple[str, ...]) -> int:
    """The right pairs as a share of all. Source: QTI 3.0 ``map_response``; Moodle's matching question."""
    return item.points * len(set(chosen) & set(item.key)) // len(item.key)


def _order_adjacent(item: ScoredItem, chosen: tuple[str, ...]) -> int:
    """The neighbours that follow each other as in the key, as a share of all; an order with gaps has none.

    Source: Moodle's ordering question, "relative to the next item, excluding last".
    """
    right = set(pairwise(chosen)) & set(pairwise(item.key))
    return item.points * len(right) // (len(item.key) - 1)


_SCORE: dict[ScoringRule, Callable[[ScoredItem, tuple[str, ...]], int]] = {
    ScoringRule.ALL_OR_NOTHING: _all_or_nothing,
    ScoringRule.PLUS_MINUS: _plus_minus,
    ScoringRule.PER_PAIR: _per_pair,
    ScoringRule.ORDER_ADJACENT: _order_adjacent,
}


def _is_right(item: ScoredItem, chosen: tuple[str, ...]) -> bool:
    match item.type:
        case ItemType.ORDERING:
            return chosen == item.key
        case ItemType.NUMERIC:
            return within(chosen[0], wanted=item.key[0], tolerance=item.tolerance)
        case ItemType.SHORT_TEXT:
            # the language of the page never identifies an answer, so that of a text does not either
            said = _plainly(chosen[0], exact_case=item.exact_case)
            return any(_plainly(text, exact_case=item.exact_case) == said for text in item.accepted)
    return set(chosen) == set(item.key)


def _plainly(text: str, *, exact_case: bool) -> str:
    text = unicodedata.normalize("NFC", text)
    folded = text if exact_case else unicodedata.normalize("NFC", text.casefold())
    return " ".join(folded.split())


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
