"""Refusals of the proctoring slice."""

from http import HTTPStatus

from app.kernel.errors import DomainError


class RecordClosed(DomainError):
    """Reviewers have begun, or the attempt never took place: nothing is added to its record any more."""

    code = "record-closed"


class IncidentWithdrawn(DomainError):
    """The incident was withdrawn before; what was seen since is an incident of its own."""

    code = "incident-withdrawn"


class ReviewTaken(DomainError):
    """Another reviewer is at work on this record."""

    code = "review-taken"


class StatementPending(DomainError):
    """The candidate was not asked yet, or still has time to answer."""

    code = "statement-pending"


class StatementNotAsked(DomainError):
    """No statement is asked for now, or one was given before."""

    code = "statement-not-asked"


class StepNotPossible(DomainError):
    """The review does not stand where this step leads from."""

    code = "step-not-possible"


class SeenAtImpossible(DomainError):
    """An incident is seen between the booking of the attempt and now."""

    code = "seen-at-impossible"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NoPicture(DomainError):
    """The bytes are no picture of a kind that is taken, or too many."""

    code = "no-picture"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotWatched(DomainError):
    """Nothing is taken of this attempt now: monitoring is off, or the exam does not run."""

    code = "not-watched"


class PicturesMissing(DomainError):
    """Face and document are compared when a picture of each is there."""

    code = "pictures-missing"


class PicturesChanged(DomainError):
    """Other pictures came, or some are gone, since the page was opened: what was seen is not there now."""

    code = "pictures-changed"


class PictureGone(DomainError):
    """The picture was destroyed, as the rules of keeping say."""

    code = "picture-gone"
    status = HTTPStatus.GONE


class SignalsUnread(DomainError):
    """The delivery is no list of signals: nothing of it was taken."""

    code = "signals-unread"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class SignalsForked(DomainError):
    """Other signals stand where these would go: their window begins a chain of its own."""

    code = "signals-forked"


class SignalsFull(DomainError):
    """The attempt has as many signals as are kept: the page says no more, and the timeline tells it."""

    code = "signals-full"


class HoldExists(DomainError):
    """A legal hold stands already, or the one meant was lifted."""

    code = "hold-exists"
