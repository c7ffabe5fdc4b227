"""When an officer may release a withheld result, and when they must say why."""

import pytest

from app.exams.rules.releasing import Releasing, may_reopen, releasing
from app.exams.rules.states import Review


@pytest.mark.parametrize(
    ("review", "terminated", "asked"),
    [
        (Review.NONE, False, Releasing.PLAIN),
        (Review.CLEARED, False, Releasing.PLAIN),
        (Review.INCONCLUSIVE, False, Releasing.PLAIN),
        (Review.QUEUED, True, Releasing.NOT_YET),
        (Review.QUEUED, False, Releasing.NOT_YET),
        (Review.CLEARED, True, Releasing.WITH_REASON),
        (Review.IRREGULARITY, False, Releasing.WITH_REASON),
        (Review.IN_REVIEW, True, Releasing.NOT_YET),
        (Review.SECOND_REVIEW, False, Releasing.NOT_YET),
    ],
)
def test_releasing(review: Review, terminated: bool, asked: Releasing) -> None:
    assert releasing(review=review, terminated=terminated) is asked


@pytest.mark.parametrize("review", list(Review))
def test_an_attempt_is_opened_again_only_before_anybody_has_looked_at_its_record(review: Review) -> None:
    assert may_reopen(review) is (review in {Review.NONE, Review.QUEUED})
