"""Refusals of the question banks."""

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
