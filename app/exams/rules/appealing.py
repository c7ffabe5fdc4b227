"""What a candidate can appeal against, until when, and what an upheld appeal changes.

An appeal is against a decision that went against the candidate: a finding about the record of the exam with
all that followed from it, or a result that was told and is not a pass.

Source: specification of exams, section 3 (APPEAL) and section 5, rule 7; docs/decisions/0030-appeals.md.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from app.exams.rules.releasing import UNDER_REVIEW
from app.exams.rules.states import HEARD, AppealState, Lifecycle, Outcome, ResultState, Review

FILE_WITHIN = timedelta(days=30)
"""How long after the decision; whole days in the candidate's zone, the last one included."""

_TOLD = frozenset({ResultState.RELEASED, ResultState.REISSUED})


class Against(StrEnum):
    """What an appeal is against."""

    FINDING = "finding"
    """Two reviewers found an irregularity, whatever an officer made of the result since."""
    RESULT = "result"
    """A result that is not a pass: how the exam was held, ended or rated."""


class Filing(StrEnum):
    """Whether an appeal can be filed now, and if not, why."""

    OPEN = "open"
    NOTHING = "nothing"
    """Nothing was decided against the candidate."""
    IN_REVIEW = "in_review"
    HEARD = "heard"
    """An appeal waits for its panel."""
    DECIDED = "decided"
    """A panel has decided, and nothing was decided since the appeal was filed."""
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Decided:
    """Where an attempt stands. Instants are aware UTC."""

    lifecycle: Lifecycle
    review: Review
    result: ResultState
    outcome: Outcome | None
    appeal: AppealState
    certification: bool
    """Whether the exam decides anything; a practice run does not."""
    decided_at: datetime | None
    """The last change of its review or its result; None: there was none."""
    filed_at: datetime | None = None
    """When the last appeal was filed."""


def against(one: Decided) -> Against | None:
    """What an appeal would be against; None: there is nothing."""
    if one.lifecycle is not Lifecycle.SCORED or one.review in UNDER_REVIEW:
        return None
    if one.review is Review.IRREGULARITY:
        return Against.FINDING
    if one.certification and one.result in _TOLD and one.outcome is Outcome.FAILED:
        return Against.RESULT
    return None


def last_day(decided_at: datetime, zone: tzinfo) -> date:
    """The last day on which an appeal can be filed, in the candidate's zone."""
    return decided_at.astimezone(zone).date() + FILE_WITHIN


def filing(one: Decided, *, at: datetime, zone: tzinfo) -> Filing:
    """Whether an appeal can be filed at ``at``. An upheld one ends it: nothing more can be taken back."""
    if one.appeal in HEARD:
        return Filing.HEARD
    if one.lifecycle is Lifecycle.SCORED and one.review in UNDER_REVIEW:
        return Filing.IN_REVIEW
    if one.appeal is AppealState.UPHELD or (
        one.filed_at is not None and one.decided_at is not None and one.decided_at <= one.filed_at
    ):
        return Filing.DECIDED
    if against(one) is None or one.decided_at is None:
        return Filing.NOTHING
    late = at.astimezone(zone).date() > last_day(one.decided_at, zone)
    return Filing.TOO_LATE if late else Filing.OPEN


def is_uncounted(*, outcome: Outcome | None, appeal: AppealState) -> bool:
    """Whether an attempt does not count when the exam is repeated: not passed, and an appeal was upheld."""
    return appeal is AppealState.UPHELD and outcome is Outcome.FAILED


def restores(one: Decided) -> bool:
    """Whether upholding the appeal tells the candidate a result that is withheld or was invalidated."""
    return one.review is Review.IRREGULARITY and one.result not in _TOLD
