"""Refusals around the rating of written answers."""

from http import HTTPStatus

from app.kernel.errors import DomainError


class AnswerHasRaters(DomainError):
    """The answer has all the raters it needs now."""

    code = "answer-has-raters"


class AnswerGivenBack(DomainError):
    """Whoever gave an answer back does not rate it later."""

    code = "answer-given-back"


class AnswerRatedBefore(DomainError):
    """A rating is never changed."""

    code = "answer-rated-before"


class RatingMisses(DomainError):
    """A rating names one of the levels of every criterion, and nothing else."""

    code = "rating-misses"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AnswersAtRaters(DomainError):
    """Written answers of the attempt are with raters or rated: it is not opened again."""

    code = "answers-at-raters"


class LiveItemsHidden(DomainError):
    """Whoever trains people sees no item of an exam of certification, and so rates none of its answers."""

    code = "rating-while-training"
