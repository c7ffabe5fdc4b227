"""What an attempt scores by the rules that hold for it. The only caller of the pass rule.

Closing an attempt asks here, and so does the dry run of a re-score: there is no second way to a result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.exams.models.attempts import Attempt
from app.exams.models.rescoring import AttemptScoring
from app.exams.queries import overriding as queries
from app.exams.rules import overriding, scoring
from app.exams.rules.states import Outcome
from app.exams.service import answers


@dataclass(frozen=True, slots=True)
class Scored:
    """A score with what it rests on. Points are whole numbers on the form's raw scale."""

    raw_score: int
    max_points: int
    cut_score: int
    outcome: Outcome
    domain_points: dict[str, list[int]]
    pinned: tuple[int, int]
    """Cut score and possible points as the attempt's start fixed them."""
    overrides: tuple[UUID, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """The columns of an attempt."""
        return {
            "raw_score": self.raw_score,
            "max_points": self.max_points,
            "cut_score": self.cut_score,
            "outcome": self.outcome,
            "domain_points": self.domain_points,
        }


def score(
    items: Sequence[scoring.ScoredItem],
    versions: Sequence[UUID],
    chosen: Mapping[int, Sequence[str]],
    *,
    pinned: tuple[int, int],
    overrides: Mapping[UUID, overriding.Override],
) -> Scored:
    """What these answers score. ``pinned``: cut score and possible points; ``overrides`` by item version."""
    places = overriding.overridden(items, versions, overrides)
    cut, possible = pinned
    dropped = sum(item.points for item in items) - sum(item.points for item in places)
    points, remaining = scoring.raw_score(places, chosen), possible - dropped
    cut_score = overriding.cut_after(cut_score=cut, max_points=possible, remaining=remaining)
    return Scored(
        points,
        remaining,
        cut_score,
        scoring.decide_outcome(raw_score=points, cut_score=cut_score),
        scoring.domain_points(places, chosen),
        pinned,
        tuple(sorted(one.id for version, one in overrides.items() if version in versions)),
    )


def by_rules_in_force(session: Session, attempt: Attempt, chosen: Mapping[int, Sequence[str]]) -> Scored:
    """What an attempt scores when it is closed: by its pinned keys, and by every correction in force."""
    layout = attempt.layout or []
    versions = queries.versions_of(layout)
    overrides = queries.in_force(session, versions)
    pinned = (attempt.cut_score or 0, attempt.max_points or 0)
    if overrides:
        before = queries.basis_of(session, [attempt.id]).get(attempt.id)
        pinned = (before.cut_score, before.max_points) if before else pinned
    items = answers.rated_items(session, attempt.id, layout)
    return score(items, versions, chosen, pinned=pinned, overrides=overrides)


def note_of(attempt_id: UUID, scored: Scored, *, at: datetime, **facts: Any) -> AttemptScoring:
    """The row that says what a score rests on; ``facts``: whose decision it was, and what it replaced."""
    cut, possible = scored.pinned
    return AttemptScoring(
        attempt_id=attempt_id,
        overrides=[str(one) for one in scored.overrides],
        pinned_cut=cut,
        pinned_max=possible,
        raw_after=scored.raw_score,
        max_after=scored.max_points,
        cut_after=scored.cut_score,
        passed_after=scored.outcome is Outcome.PASSED,
        at=at,
        **facts,
    )
