"""The steps of a review: who may do what next, how long a candidate has to answer, which letter is written.

Source: specification of exams, section 3 (REVIEW) and section 5, rules 1 and 7.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.exams.rules.releasing import UNDER_REVIEW
from app.exams.rules.states import ResultState, Review

STATEMENT_TIME = timedelta(days=7)
"""How long a candidate has to answer before a reviewer goes on without. Source: ADR 0021."""
OBJECTION_TIME = timedelta(days=30)
"""How long a decision can be objected to. Source: specification of exams, section 5, rule 7."""


class StepKind(StrEnum):
    """A step of a review. All but ``taken`` happen once."""

    TAKEN = "taken"
    STATEMENT_ASKED = "statement_asked"
    STATEMENT_GIVEN = "statement_given"
    CLEARED = "cleared"
    REFERRED = "referred"
    CONCLUDED = "concluded"


class Purpose(StrEnum):
    """Why somebody of the staff looked at a record."""

    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    DECISION = "decision"
    APPEAL = "appeal"


class Act(StrEnum):
    """What a reviewer can do now."""

    TAKE = "take"
    TAKE_OVER = "take_over"
    CLEAR = "clear"
    ASK = "ask"
    REFER = "refer"
    CONCLUDE = "conclude"


class Letter(StrEnum):
    """Which letter a candidate gets."""

    QUEUED = "queued"
    ASKED = "asked"
    REFERRED = "referred"
    CLEARED = "cleared"
    INCONCLUSIVE = "inconclusive"
    IRREGULARITY = "irregularity"


FINDINGS = (Review.CLEARED, Review.INCONCLUSIVE, Review.IRREGULARITY)
"""What a second reviewer can find; inconclusive counts as cleared."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a review stands. ``mine``: whether whoever looks is the one who took it last."""

    review: Review
    mine: bool = False
    asked_until: datetime | None = None
    """Until when the candidate can answer; None: not asked."""
    answered: bool = False


def acts(standing: Standing, *, at: datetime) -> frozenset[Act]:
    """What a reviewer without a conflict of interest may do at ``at`` (aware UTC).

    A record goes to a second reviewer only after the candidate has answered or their time to do so is over.
    """
    if standing.review is Review.QUEUED:
        return frozenset({Act.TAKE})
    if standing.review is Review.SECOND_REVIEW:
        return frozenset({Act.CONCLUDE})
    if standing.review is not Review.IN_REVIEW:
        return frozenset()
    if not standing.mine:
        return frozenset({Act.TAKE_OVER})
    if standing.asked_until is None:
        return frozenset({Act.CLEAR, Act.ASK})
    if standing.answered or at > standing.asked_until:
        return frozenset({Act.CLEAR, Act.REFER})
    return frozenset({Act.CLEAR})


def takes_statement(standing: Standing) -> bool:
    """Whether the candidate can answer: once, as soon as asked, and also late while nothing is decided."""
    open_still = standing.review in {Review.IN_REVIEW, Review.SECOND_REVIEW}
    return open_still and standing.asked_until is not None and not standing.answered


def letter_of_queueing(review: Review, result: ResultState) -> Letter | None:
    """The letter when a record came to review: only while the candidate waits for a result because of it."""
    return Letter.QUEUED if review in UNDER_REVIEW and result is ResultState.WITHHELD else None


def letter_of_finding(finding: Review) -> Letter:
    """The letter about the end of a review."""
    return Letter(str(finding))
