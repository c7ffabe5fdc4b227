"""What an appeal moves on an attempt: filed, before its panel, decided, and what upholding it restores.

Who may hear it and how votes come to an outcome is the business of the appeals slice, which calls this.
"""

from uuid import UUID

from sqlmodel import Session

from app.exams.queries import appealing as queries
from app.exams.queries import attempts
from app.exams.rules.appealing import Against, restores
from app.exams.rules.states import AppealState, Axis, Review
from app.exams.rules.transitions import Who
from app.exams.service import hand_in, history
from app.kernel.clock import Clock

_PANEL = frozenset({Who.APPEALS_PANEL})


def file(session: Session, clock: Clock, *, attempt_id: UUID, candidate_id: UUID) -> None:
    """The candidate appeals. The caller has checked that they may.

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: an appeal is open, or was upheld.
    """
    attempt = attempts.get_attempt(session, attempt_id, for_update=True)
    history.move(session, clock, attempt, Axis.APPEAL, AppealState.FILED, actor_id=candidate_id)


def open_panel(session: Session, clock: Clock, *, attempt_id: UUID, member_id: UUID) -> None:
    """The first member takes it; nothing happens when one did before.

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: no appeal is open.
    """
    attempt = attempts.get_attempt(session, attempt_id, for_update=True)
    if attempt.appeal is not AppealState.PANEL:
        history.move(
            session, clock, attempt, Axis.APPEAL, AppealState.PANEL, actor_id=member_id, roles=_PANEL
        )


def end(
    session: Session,
    clock: Clock,
    *,
    attempt_id: UUID,
    member_id: UUID,
    against: Against,
    upheld: bool,
    reason: str,
) -> None:
    """The panel has decided; ``member_id`` is whose vote decided it, ``reason`` is theirs.

    An upheld appeal against a finding reverses it, and tells a result that was withheld or invalidated for
    it. An attempt that was not passed no longer counts then (``rules.appealing.is_uncounted``).

    Raises:
        NotFound: no such attempt.
        MoveNotAllowed: no panel hears an appeal.
    """
    attempt = attempts.get_attempt(session, attempt_id, for_update=True)
    before = queries.appealed_of(session, attempt_id).decided()
    to = AppealState.UPHELD if upheld else AppealState.DISMISSED
    history.move(session, clock, attempt, Axis.APPEAL, to, actor_id=member_id, roles=_PANEL, reason=reason)
    if not upheld or against is not Against.FINDING:
        return
    history.move(
        session, clock, attempt, Axis.REVIEW, Review.REVERSED, actor_id=member_id, roles=_PANEL, reason=reason
    )
    if restores(before):
        hand_in.release(
            session, clock, attempt_id=attempt_id, actor_id=member_id, roles=_PANEL, reason=reason
        )
