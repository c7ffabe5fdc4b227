"""The blind draw of a sitting, stored with its seed and with what it was drawn from: it can be repeated."""

from uuid import UUID

from sqlmodel import Session

from app.exams.queries.reviewing import unreviewed
from app.exams.service import reviewing
from app.kernel.clock import Clock
from app.kernel.ids import new_token
from app.platform import audit
from app.platform.database import insert_once
from app.proctoring.models import ReviewSample
from app.proctoring.queries.reviews import with_incident
from app.proctoring.rules.sampling import draw


def draw_sitting(session: Session, clock: Clock, *, sitting_id: UUID, attempt_ids: list[UUID]) -> int:
    """Draw from the unflagged attempts of a sitting that is over, and have them reviewed; how many.

    A sitting is drawn once; several workers may try.
    """
    waiting = unreviewed(session, attempt_ids)
    marked = with_incident(session, waiting)
    unflagged = [one for one in waiting if one not in marked]
    seed = new_token()
    drawn = draw(seed, unflagged)
    fresh = insert_once(
        session,
        ReviewSample,
        sitting_id=sitting_id,
        seed=seed,
        unflagged=[str(one) for one in unflagged],
        drawn=[str(one) for one in drawn],
        at=clock.now(),
    )
    if not fresh:
        return 0
    for attempt_id in drawn:
        reviewing.ask(session, clock, attempt_id=attempt_id)
    audit.record(
        session,
        clock,
        actor_id=None,
        action="review.drawn",
        subject_kind="sitting",
        subject_id=sitting_id,
        unflagged=len(unflagged),
        drawn=len(drawn),
    )
    return len(drawn)
