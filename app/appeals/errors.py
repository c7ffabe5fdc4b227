"""Refusals of the appeals slice."""

from http import HTTPStatus

from app.kernel.errors import DomainError


class ChallengeTooLate(DomainError):
    """The days in which one may object to a result are over."""

    code = "challenge-too-late"


class ResultNotReleased(DomainError):
    """Nobody objects to an exam whose result is not released yet."""

    code = "result-not-released"


class ChallengeOpen(DomainError):
    """An objection to this place of this exam is being looked at."""

    code = "challenge-open"


class TooManyChallenges(DomainError):
    """So many objections to one exam are open that a letter to people is the better way."""

    code = "too-many-challenges"


class PlaceUnknown(DomainError):
    """The exam has no question of this number."""

    code = "place-unknown"


class ChallengeMoved(DomainError):
    """Somebody else has read or decided it meanwhile, or there is nothing to do."""

    code = "challenge-moved"


class SecondPersonNeeded(DomainError):
    """Nobody decides alone: whoever proposed it leaves the decision to another person."""

    code = "second-person-needed"
    status = HTTPStatus.CONFLICT


class TrainsPeople(DomainError):
    """Whoever trains others now sees no live item, so they neither hear objections nor decide re-scores."""

    code = "trainer-of-others"


class OwnTraineeTouched(DomainError):
    """It touches somebody whom this person has trained, or this person: a colleague takes it."""

    code = "own-trainee-touched"


class KeyUnfit(DomainError):
    """The correction could not be right for an item of this type, or changes nothing."""

    code = "key-unfit"


class PlanMoved(DomainError):
    """The plan was decided before, or is not computed yet."""

    code = "plan-moved"


class PlanOutdated(DomainError):
    """Something has changed since the dry run: what would be done is not what was shown."""

    code = "plan-outdated"


class PlanOpen(DomainError):
    """There is an open plan for this item; one after the other."""

    code = "plan-open"


class NothingToAppeal(DomainError):
    """Nothing was decided against the candidate, or its review has not ended."""

    code = "nothing-to-appeal"


class AppealTooLate(DomainError):
    """The days in which one may appeal are over."""

    code = "appeal-too-late"


class AppealOpen(DomainError):
    """An appeal about this exam waits for its panel."""

    code = "appeal-open"


class AppealDecided(DomainError):
    """A panel has decided, and nothing new was decided since."""

    code = "appeal-decided"


class AppealHasPanel(DomainError):
    """All seats of the panel are taken, or it has decided."""

    code = "appeal-has-panel"


class SeatGivenBack(DomainError):
    """This member gave the appeal back."""

    code = "seat-given-back"


class VotedBefore(DomainError):
    """This member has voted, and a vote stands."""

    code = "voted-before"


class PartInAttempt(DomainError):
    """Whoever had a part in the exam, or trained its candidate, does not hear the appeal."""

    code = "part-in-attempt"
    status = HTTPStatus.CONFLICT
