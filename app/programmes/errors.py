"""Refusals of programmes and cohorts."""

from http import HTTPStatus

from app.kernel.errors import DomainError


class CohortOutOfScope(DomainError):
    """The manager's area does not reach the cohort that was to be created."""

    code = "cohort-out-of-scope"


class CohortClosed(DomainError):
    """Nobody joins this cohort any more."""

    code = "cohort-closed"
    status = HTTPStatus.GONE


class InvitationUsed(DomainError):
    """Somebody else has already accepted this invitation."""

    code = "invitation-used"
    status = HTTPStatus.GONE


class NotAnInstructor(DomainError):
    """Nobody with this address holds the role of an instructor."""

    code = "not-an-instructor"
