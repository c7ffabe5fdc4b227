"""When a certification officer may release a result that waits for a person, and when they must say why.

Source: specification of exams, sections 3 (axes REVIEW and RESULT) and 4, rule 20.
"""

from enum import StrEnum

from app.exams.rules.states import Review


class Releasing(StrEnum):
    """What releasing a withheld result asks of the officer."""

    PLAIN = "plain"
    WITH_REASON = "with_reason"
    NOT_YET = "not_yet"


def releasing(*, review: Review, terminated: bool) -> Releasing:
    """Plain after an exam that ended by itself; with a reason after a termination or a found irregularity.

    Not while reviewers are at work.
    """
    if review in {Review.IN_REVIEW, Review.SECOND_REVIEW}:
        return Releasing.NOT_YET
    if terminated or review is Review.IRREGULARITY:
        return Releasing.WITH_REASON
    return Releasing.PLAIN
