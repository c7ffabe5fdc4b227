"""When a certification officer may release a result that waits for a person, and when they must say why.

Source: specification of exams, sections 3 (axes REVIEW and RESULT) and 4, rule 20.
"""

from enum import StrEnum

from app.exams.rules.states import ReleasePolicy, Review

UNDER_REVIEW = frozenset({Review.QUEUED, Review.IN_REVIEW, Review.SECOND_REVIEW})
"""People are to look at the record, or look at it now."""


class Releasing(StrEnum):
    """What releasing a withheld result asks of the officer."""

    PLAIN = "plain"
    WITH_REASON = "with_reason"
    NOT_YET = "not_yet"


def releasing(*, review: Review, terminated: bool) -> Releasing:
    """Plain after an exam that ended by itself; with a reason after a termination or a found irregularity.

    Not before the reviewers have ended.
    """
    if review in UNDER_REVIEW:
        return Releasing.NOT_YET
    if terminated or review is Review.IRREGULARITY:
        return Releasing.WITH_REASON
    return Releasing.PLAIN


def may_reopen(review: Review) -> bool:
    """Whether an attempt that was scored can be opened again: nobody has looked at its record yet.

    What reviewers see, and what they found, is about answers that do not change any more.
    """
    return review in {Review.NONE, Review.QUEUED}


def is_held(*, review: Review, terminated: bool) -> bool:
    """Whether the result of an attempt that was just scored waits for people, whatever the exam's policy."""
    return terminated or review in UNDER_REVIEW or review is Review.IRREGULARITY


def releases_once_rated(*, review: Review, terminated: bool, release: ReleasePolicy) -> bool:
    """Whether a withheld result is told as soon as raters have ended: what else it waited for is over.

    One that is told after the window is left to whoever watches the window.
    """
    if is_held(review=review, terminated=terminated) or release is ReleasePolicy.AFTER_WINDOW:
        return False
    return release is ReleasePolicy.AT_ONCE or review in {Review.CLEARED, Review.INCONCLUSIVE}


def releases_itself(*, review: Review, terminated: bool, release: ReleasePolicy, window_over: bool) -> bool:
    """Whether a withheld result is told as soon as the review has ended: nothing was found against anybody.

    ``window_over``: whether the window of the sitting has closed, or there is none. What two people
    terminated is told by a third, who gives a reason.
    """
    if terminated or review not in {Review.CLEARED, Review.INCONCLUSIVE}:
        return False
    return window_over or release is not ReleasePolicy.AFTER_WINDOW
