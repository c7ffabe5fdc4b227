"""Refusals of the question banks."""

from http import HTTPStatus

from app.kernel.errors import DomainError


class SpecimenBank(DomainError):
    """A form for a real examination was asked of a bank whose items anybody can read."""

    code = "specimen-bank"


class PracticeBank(DomainError):
    """A form for an examination was asked of a bank that learners practise with."""

    code = "practice-bank"


class BankOfFiles(DomainError):
    """Drafts were to be kept under the name of a bank that is loaded from files."""

    code = "bank-of-files"


class DraftsOfOtherPurpose(DomainError):
    """The set keeps drafts of live items, and these are for practice; or the other way round."""

    code = "drafts-of-other-purpose"


class ImportBusy(DomainError):
    """Other files are being read now."""

    code = "import-busy"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class DraftChanged(DomainError):
    """Somebody else changed the draft since it was opened."""

    code = "draft-changed"


class DraftNotOpen(DomainError):
    """The draft is being reviewed, or is an item already: it is not written in now."""

    code = "draft-not-open"


class DraftIncomplete(DomainError):
    """Something is missing that an item must have, or a language may no longer say the same."""

    code = "draft-incomplete"


class StepNotYours(DomainError):
    """The step belongs to another role."""

    code = "draft-step-not-yours"
    status = HTTPStatus.FORBIDDEN


class StepNotNow(DomainError):
    """The draft does not stand where this step begins."""

    code = "draft-step-not-now"


class OwnDraft(DomainError):
    """Whoever wrote a draft neither reviews it nor compares its languages."""

    code = "own-draft"


class BothChecks(DomainError):
    """The reviewer and the checker of the languages are two people."""

    code = "both-checks"


class CheckDone(DomainError):
    """Somebody else has confirmed this already."""

    code = "check-done"
