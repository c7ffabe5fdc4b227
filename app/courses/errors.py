"""Refusals of the courses slice."""

from http import HTTPStatus

from app.kernel.errors import DomainError


class ChoiceNotOffered(DomainError):
    """The answer names a choice that the item or the knowledge check does not have."""

    code = "choice-not-offered"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class OneChoiceOnly(DomainError):
    """Several choices were sent where one is right."""

    code = "one-choice-only"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class PracticeItemAnswered(DomainError):
    """A practice item is answered once in a quiz; its feedback has been shown."""

    code = "practice-item-answered"


class NoPracticeItems(DomainError):
    """There are no practice items of this module now."""

    code = "no-practice-items"
