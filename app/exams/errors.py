"""Refusals of the exams slice."""

from http import HTTPStatus

from app.kernel.errors import DomainError

# Forms and booking

# Delivery


class MoveNotAllowed(DomainError):
    """The attempt stands where this change does not lead from, or was changed by somebody else meanwhile."""

    code = "move-not-allowed"


class ReasonMissing(DomainError):
    """This change needs a reason, in the words of the person who makes it."""

    code = "reason-missing"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
