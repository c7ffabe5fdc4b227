"""Refusals of the capstone slice."""

from http import HTTPStatus

from app.kernel.errors import DomainError


class CapstoneOpen(DomainError):
    """A submission is open already, or its outcome is still to come."""

    code = "capstone-open"


class CapstonePassed(DomainError):
    """The person has passed the capstone; it is done once."""

    code = "capstone-passed"


class CapstoneOver(DomainError):
    """The capstone and its one resubmission were both failed."""

    code = "capstone-over"


class CapstoneHandedIn(DomainError):
    """What was handed in never changes."""

    code = "capstone-handed-in"


class CapstoneIncomplete(DomainError):
    """A part holds neither a text nor a file."""

    code = "capstone-incomplete"


class CapstoneChanged(DomainError):
    """What is stored is not what the confirmation page showed."""

    code = "capstone-changed"


class CapstoneStale(DomainError):
    """Another text was stored since the writer's page was opened."""

    code = "capstone-stale"


class CapstoneFull(DomainError):
    """A part takes no more files."""

    code = "capstone-full"


class CapstoneTooMuch(DomainError):
    """All files of a submission together may not be larger."""

    code = "capstone-too-much"


class SameFile(DomainError):
    """The same file is stored in this part already."""

    code = "capstone-same-file"


class RatingOfTrainee(DomainError):
    """Nobody rates, or tells the outcome of, somebody they have trained."""

    code = "capstone-own-trainee"


class ToldBefore(DomainError):
    """Whoever told somebody an outcome has read their name, and rates nothing of theirs."""

    code = "capstone-told-before"


class RaterNeeded(DomainError):
    """Whoever rated a submission, or gave it back, does not also tell its outcome."""

    code = "capstone-rater"


class NothingToTake(DomainError):
    """The submission has all the raters it needs now."""

    code = "capstone-taken"


class GivenBack(DomainError):
    """Whoever gave a submission back does not rate it later."""

    code = "capstone-given-back"


class RatedBefore(DomainError):
    """A rating is never changed."""

    code = "capstone-rated"


class NotSettled(DomainError):
    """The ratings do not settle the outcome yet, or it was told before."""

    code = "capstone-not-settled"


class RatingMisses(DomainError):
    """A rating names a level for every criterion, and no other."""

    code = "capstone-levels"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
