"""The panel of an appeal: seats, blind votes, what they come to, and the clock.

Source: specification of exams, section 3 (APPEAL: nobody from the first decision) and section 5, rules 7 and
9; docs/decisions/0030-appeals.md.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.appeals.rules.challenges import Verdict

SEATS = 2
"""How many vote on every appeal; a third one where these two differ."""
SEAT_TIME = timedelta(days=4)
"""How long a member who has not voted keeps a seat: three members in turn still end within the clock."""
ANSWER_WITHIN = timedelta(days=14)
"""How long an appeal waits for its panel; both sides see the day."""


def due_at(filed_at: datetime) -> datetime:
    """When the panel's answer is due; instants are aware UTC."""
    return filed_at + ANSWER_WITHIN


def call_number(filed_at: datetime, at: datetime) -> int:
    """Which call for members it is: 0 when the appeal is filed, one more each time a silent seat is free."""
    return max(0, (at - filed_at) // SEAT_TIME)


def seats_needed(votes: Sequence[Verdict]) -> int:
    """Two; three once the first two votes differ."""
    return SEATS + (len(set(votes[:SEATS])) > 1)


def decide_appeal(votes: Sequence[Verdict]) -> Verdict | None:
    """THE outcome of an appeal: what most of its panel voted for; None while a vote is missing.

    ``votes`` in the order in which they were given.
    """
    if len(votes) < seats_needed(votes):
        return None
    (most, _), *_ = Counter(votes).most_common(1)
    return most
