"""Why numbers are not given: each is one sentence for whoever asked, with its place where there is one."""

from app.kernel.errors import DomainError


class NotComputed(Exception):
    """A statistic that would be wrong or mean nothing; the sentence says why."""


class BadTable(NotComputed):
    """A file of responses that is none. ``line``: from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line, self.why = line, why


class NotConverged(NotComputed):
    """The likelihood has no maximum that was found: no estimate is better than a wrong one.

    ``items``: the places, from 0, of those whose slopes have no bound.
    """

    def __init__(self, why: str, items: tuple[int, ...] = ()) -> None:
        super().__init__(why)
        self.why, self.items = why, items


class FewNew(DomainError):
    """Figures a few persons after the last ones would tell what these few answered."""

    code = "few-new-persons"


class SearchWaits(DomainError):
    """Forms of this blueprint are being searched for already."""

    code = "search-waits"


class FormRepeats(DomainError):
    """The proposed form has the questions of another form, or some of a form that it was to share none with.

    ``form``: the name of that form.
    """

    code = "form-repeats"


class PointsDiffer(DomainError):
    """The form has other points than the forms in use of its blueprint: one pass mark would not fit both.

    ``points``: its own; ``needed``: theirs.
    """

    code = "points-differ"


class ProposalTaken(DomainError):
    """The proposed form was accepted before."""

    code = "proposal-taken"


class StudyRuns(DomainError):
    """A panel is at work on this form already."""

    code = "study-runs"


class JudgesUnfit(DomainError):
    """Some of those named cannot be judges. ``why``: by address a word of ``rules.panel.Unfit``."""

    code = "judges-unfit"

    def __init__(self, why: dict[str, str]) -> None:
        super().__init__(judges=", ".join(why))
        self.why = why


class TooFewJudges(DomainError):
    """A panel needs more. ``have``, ``least``: how many there are, and must be."""

    code = "too-few-judges"


class TooManyJudges(DomainError):
    """A panel has a limit. ``most``: how many there may be."""

    code = "too-many-judges"


class JudgeBegan(DomainError):
    """A judge who has rated an item is not taken out: what they said stays."""

    code = "judge-began"


class RoundOver(DomainError):
    """The ratings of this round are handed in, or the round is closed."""

    code = "round-over"


class RatingsMissing(DomainError):
    """Every item is rated before a judge hands in. ``missing``: how many are not."""

    code = "ratings-missing"


class StudyMoved(DomainError):
    """Since the page was shown, the study went on or ended."""

    code = "study-moved"


class CutOutside(DomainError):
    """The cut score is not within two standard errors of the panel's. ``lowest``, ``highest``: what is."""

    code = "cut-outside"


class CutDecided(DomainError):
    """The cut score of this study is decided."""

    code = "cut-decided"


class JudgeDecides(DomainError):
    """Whoever was named a judge of a study does not decide on its cut score."""

    code = "judge-decides"
