"""What the figures of an item ask of people: nothing, a look, or an act. It proposes and never does anything.

Source: specification of the exams, section 7 (from how many persons on, classes of differences); Ebel and
Frisbie (1991), Essentials of Educational Measurement, chapter 13, for what discriminates too little; Haladyna
and Downing (1993), Educational and Psychological Measurement 53, for choices that nobody takes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from app.psychometrics.rules.gates import use

TOO_HARD, TOO_EASY = 0.25, 0.95
"""Facility, as a share of 1."""
WEAK = 0.15
"""Corrected point-biserial correlation: below, an item says little."""
OFTEN = 0.1
"""Share of persons who left the item out, or answered it too fast to have read it."""
DRAWS = 0.05
"""Correlation of a wrong choice with the points on the others: from here on it draws those who know."""


class Word(StrEnum):
    """The status of an item."""

    WAIT = "wait"
    FINE = "fine"
    LOOK = "look"
    ACT = "act"


class Reason(StrEnum):
    """Why an item has its status."""

    DIFFERS = "differs"
    """ETS class C between languages: proposed for withdrawal in all of them."""
    AGAINST = "against"
    """Who knows less answers it right more often."""
    DRAWS_ABLE = "draws_able"
    """A wrong choice draws those who know."""
    DIFFERS_SOMEWHAT = "differs_somewhat"
    TOO_HARD = "too_hard"
    TOO_EASY = "too_easy"
    WEAK = "weak"
    OMITTED = "omitted"
    RAPID = "rapid"


_GRAVE = frozenset({Reason.DIFFERS, Reason.AGAINST, Reason.DRAWS_ABLE})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a verdict rests on. Shares are of 1; ``wrong``: correlations of wrong choices."""

    persons: int
    facility: float
    discrimination: float | None
    omitted: float = 0.0
    rapid: float = 0.0
    ets: str | None = None
    wrong: Collection[float] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status with its reasons, the gravest first."""

    word: Word
    reasons: tuple[Reason, ...] = ()

    @property
    def withdraw(self) -> bool:
        """Whether people are asked to withdraw the item in all languages."""
        return self.word is Word.ACT and Reason.DIFFERS in self.reasons


def verdict(seen: Seen) -> Verdict:
    """The status: grave reasons ask for an act from 100 persons on, and for a look before."""
    standing = use(seen.persons)
    if standing == "hide":
        return Verdict(Word.WAIT)
    holds = {
        Reason.DIFFERS: seen.ets == "C",
        Reason.AGAINST: seen.discrimination is not None and seen.discrimination < 0,
        Reason.DRAWS_ABLE: any(one >= DRAWS for one in seen.wrong),
        Reason.DIFFERS_SOMEWHAT: seen.ets == "B",
        Reason.TOO_HARD: seen.facility < TOO_HARD,
        Reason.TOO_EASY: seen.facility > TOO_EASY,
        Reason.WEAK: seen.discrimination is not None and 0 <= seen.discrimination < WEAK,
        Reason.OMITTED: seen.omitted >= OFTEN,
        Reason.RAPID: seen.rapid >= OFTEN,
    }
    reasons = tuple(reason for reason, held in holds.items() if held)
    if not reasons:
        return Verdict(Word.FINE)
    grave = standing == "act" and not _GRAVE.isdisjoint(reasons)
    return Verdict(Word.ACT if grave else Word.LOOK, reasons)


class Reliability(StrEnum):
    """What coefficient alpha means for decisions about people, in a word."""

    HIGH = "high"
    GOOD = "good"
    MODEST = "modest"
    LOW = "low"


def reliability(alpha: float) -> Reliability:
    """From .90 on high, .80 good, .70 modest. Source: Nunnally (1978), Psychometric Theory, chapter 7."""
    if alpha >= 0.9:
        return Reliability.HIGH
    if alpha >= 0.8:
        return Reliability.GOOD
    return Reliability.MODEST if alpha >= 0.7 else Reliability.LOW
