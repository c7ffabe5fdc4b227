"""How long a candidate stays signed in: while an attempt of theirs is open, and no longer for its sake."""

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
    select(_attempt.lifecycle, _attempt.deadline, _attempt.extra_seconds, _sitting.closes_at)
    .join_from(table_of(Attempt), table_of(Sitting), _sitting.id == _attempt.sitting_id, isouter=True)
    .where(
        _attempt.candidate_id == bindparam("candidate"),
        _attempt.lifecycle.in_(sorted({*rules.RUNNING, Lifecycle.PAUSED})),
        _attempt.deadline.is_not(None),
    )
)


def settle(session: Session, attempt: Attempt) -> None:
    """After a pause or an end: keep the candidate's sessions for what of theirs is still open."""
    rows = session.execute(_STILL_OPEN, {"candidate": attempt.candidate_id}).all()
    accounts.keep_only(
        session,
        attempt.candidate_id,
        max(
            (
                rules.open_until(
                    deadline=row.deadline,
                    paused=row.lifecycle is Lifecycle.PAUSED,
                    extra_seconds=row.extra_seconds,
                    window_close=row.closes_at,
                )
                for row in rows
            ),
            default=None,
        ),
    )
