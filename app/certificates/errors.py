"""Refusals of the certificates slice."""

from http import HTTPStatus

from app.kernel.errors import DomainError


class OwnTrainee(DomainError):
    """The officer has trained this person within 24 months, so a colleague decides."""

    code = "own-trainee"


class OwnRating(DomainError):
    """The officer has rated a capstone of this person, so a colleague decides."""

    code = "own-rating"


class CaseIncomplete(DomainError):
    """Certification cannot be granted while something required is missing."""

    code = "case-incomplete"


class AlreadyDecided(DomainError):
    """The case was decided before; a decision is never changed."""

    code = "already-decided"


class CaseChanged(DomainError):
    """The score of the case is another one than the officer was shown."""

    code = "case-changed"


class NamesAlreadyConfirmed(DomainError):
    """The holder has confirmed the names before, or the case is decided."""

    code = "names-already-confirmed"


class StatusNotAllowed(DomainError):
    """The certificate stands where this change does not lead from."""

    code = "status-not-allowed"


class NumberMistyped(DomainError):
    """The check symbols do not fit: somebody mistyped the number."""

    code = "number-mistyped"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class CertificateUnknown(DomainError):
    """No certificate was issued under this number."""

    code = "certificate-unknown"
    status = HTTPStatus.NOT_FOUND


class NotInForce(DomainError):
    """The certificate is suspended, revoked or replaced, so its document is not given out."""

    code = "not-in-force"


class ShareEnded(DomainError):
    """The share link is unknown, expired or was ended; which of them is not told."""

    code = "share-ended"
    status = HTTPStatus.NOT_FOUND
