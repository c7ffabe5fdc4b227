"""How long a candidate stays signed in: while an attempt of theirs is open, and no longer for its sake."""

from sqlalchemy import select
from sqlmodel import Session, col

from app.accounts import service as accounts
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting
from app.exams.rules import delivery as rules
from app.exams.rules.states import Lifecycle


def settle(session: Session, attempt: Attempt) -> None:
    """After a pause or an end: keep the candidate's sessions for what of theirs is still open."""
    rows = session.execute(
        select(
            col(Attempt.lifecycle),
            col(Attempt.deadline),
            col(Attempt.extra_seconds),
            col(Sitting.closes_at),
        )
        .outerjoin(Sitting, col(Sitting.id) == col(Attempt.sitting_id))
        .where(
            col(Attempt.candidate_id) == attempt.candidate_id,
            col(Attempt.lifecycle).in_({*rules.RUNNING, Lifecycle.PAUSED}),
            col(Attempt.deadline).is_not(None),
        )
    ).all()
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
