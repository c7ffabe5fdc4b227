"""Refusals of the accounts slice."""

from http import HTTPStatus

from app.kernel.errors import DomainError


class WrongCredentials(DomainError):
    """The address is unknown or the password is wrong: the two are never told apart."""

    code = "wrong-credentials"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class SignInPaused(DomainError):
    """Too many wrong passwords for this address; `until` says when the next one is looked at."""

    code = "sign-in-paused"
    status = HTTPStatus.TOO_MANY_REQUESTS


class EmailNotConfirmed(DomainError):
    """The password is right, and the address has not been confirmed; a new letter is on its way."""

    code = "email-not-confirmed"
    status = HTTPStatus.CONFLICT


class LinkNotValid(DomainError):
    """The link was used already, has expired, or never existed."""

    code = "link-not-valid"
    status = HTTPStatus.GONE


class ResidencyElsewhere(DomainError):
    """The person's country keeps its residents' data at home, and this installation stands elsewhere."""

    code = "residency-elsewhere"


class EmailTaken(DomainError):
    """Another account has this address. Shown to staff only."""

    code = "email-taken"


class WrongPassword(DomainError):
    """The present password, asked for before it is changed, is not right."""

    code = "wrong-password"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class RoleHeld(DomainError):
    """The person holds this role in this scope already."""

    code = "role-held"


class ScopeUnfit(DomainError):
    """The role cannot be given in this scope."""

    code = "scope-unfit"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class OwnRoles(DomainError):
    """Nobody changes their own roles."""

    code = "own-roles"


class NotTheRegistration(DomainError):
    """The password is not the one typed at the registration that the letter belongs to."""

    code = "not-the-registration"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ExamUnderWay(DomainError):
    """An account is not closed while an exam of its person is open."""

    code = "exam-under-way"


class NotClosed(DomainError):
    """The account is open already."""

    code = "account-not-closed"


class OwnAccount(DomainError):
    """Nobody reopens their own account."""

    code = "own-account"
