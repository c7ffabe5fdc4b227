"""How people answered one item, for those who decide about it: counts only, and no small ones."""

from collections import Counter
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, Response
from app.exams.models.forms import FormItem
from app.exams.rules.states import Lifecycle

SMALL = 5
"""Fewer people than this are not counted apart."""
MOST = 5000
"""Attempts that are counted at most, the newest."""


class Answered(NamedTuple):
    """Of so many scored attempts. ``by_answer``: the words of an answer, and how many; None: fewer than 5."""

    attempts: int
    by_answer: list[tuple[str, int | None]]


def answered_with(session: Session, version_id: UUID) -> Answered:
    """The answers given to an item version in scored attempts, the most frequent first; "" is no answer."""
    rows = session.scalars(
        select(col(Response.chosen))
        .join(Attempt, col(Attempt.id) == col(Response.attempt_id))
        .join(
            FormItem,
            and_(
                col(FormItem.form_id) == col(Attempt.form_id),
                col(FormItem.position) == col(Response.position),
            ),
        )
        .where(
            col(FormItem.item_version_id) == version_id,
            col(Attempt.lifecycle) == Lifecycle.SCORED,
        )
        .order_by(col(Attempt.id).desc())
        .limit(MOST)
    )
    counted = Counter(", ".join(chosen) for chosen in rows)
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return Answered(
        sum(counted.values()), [(words, number if number >= SMALL else None) for words, number in ordered]
    )
