"""How long a candidate stays signed in: while an attempt of theirs is open, and no longer for its sake."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Executable, bindparam, select
from sqlmodel import Session

from app.accounts import service as accounts
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting
from app.exams.rules import delivery as rules
from app.exams.rules.states import Lifecycle
from app.platform.database import table_of

_attempt = table_of(Attempt).c
_sitting = table_of(Sitting).c
_STILL_OPEN: Executable = (
    select(
        _attempt.candidate_id,
        _attempt.lifecycle,
        _attempt.deadline,
        _attempt.extra_seconds,
        _sitting.closes_at,
    )
    .join_from(table_of(Attempt), table_of(Sitting), _sitting.id == _attempt.sitting_id, isouter=True)
    .where(
        _attempt.candidate_id.in_(bindparam("candidates", expanding=True)),
        _attempt.lifecycle.in_(sorted({*rules.RUNNING, Lifecycle.PAUSED})),
        _attempt.deadline.is_not(None),
    )
)


def settle(session: Session, candidates: Collection[UUID]) -> None:
    """After a pause or an end: keep the candidates' sessions for what of theirs is still open."""
    until: dict[UUID, datetime | None] = dict.fromkeys(candidates)
    for row in session.execute(_STILL_OPEN, {"candidates": list(until)}):
        open_until = rules.open_until(
            deadline=row.deadline,
            paused=row.lifecycle is Lifecycle.PAUSED,
            extra_seconds=row.extra_seconds,
            window_close=row.closes_at,
        )
        known = until[row.candidate_id]
        until[row.candidate_id] = max(known, open_until) if known else open_until
    accounts.keep_only(session, until)
