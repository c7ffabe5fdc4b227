"""Short messages of staff to candidates in an exam: who can still get one, and what an own text may be.

A ready sentence is kept as a word and told in the language in which the candidate reads.
"""

from enum import StrEnum

from app.exams.rules.states import OPEN, Lifecycle

LONGEST = 500
"""Signs of an own text: it is read while the clock runs."""


class Ready(StrEnum):
    """Sentences that stand ready in all three languages."""

    START_LATER = "start_later"
    QUIET = "quiet"
    REMAIN_SEATED = "remain_seated"
    TECHNICAL = "technical"
    TIME_ADDED = "time_added"
    PROCTOR_COMES = "proctor_comes"


def may_reach(lifecycle: Lifecycle) -> bool:
    """Whether the candidate of an attempt still comes by a page that shows messages: it is not closed."""
    return lifecycle in OPEN
