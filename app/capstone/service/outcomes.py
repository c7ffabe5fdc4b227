"""Telling an outcome, and writing down who opened which file."""

from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.capstone.errors import NotSettled, RaterNeeded, RatingOfTrainee
from app.capstone.models import CapstoneSubmission, CapstoneTelling
from app.capstone.queries.rating import places_of
from app.capstone.service.traces import note
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform.outbox import enqueue_later
from app.programmes.queries import trained

LETTER = "capstone.letter"
"""The job kind; its payload holds the submission."""


def tell(
    session: Session, clock: Clock, *, submission_id: UUID, officer_id: UUID, words: str | None
) -> Refused | None:
    """Tell the candidate what the ratings came to, as an officer who read them and made none of them.

    Raises:
        NotFound: no such submission.
        NotSettled: a rating is missing, or it was told before.
    """
    person_id = session.execute(
        select(col(CapstoneSubmission.person_id)).where(col(CapstoneSubmission.id) == submission_id)
    ).scalar_one_or_none()
    if person_id is None:
        raise NotFound
    now, refusal = clock.now(), None
    if trained(session, officer_id, person_id, at=now):
        refusal = Refused(RatingOfTrainee())
    elif any(place.rater_id == officer_id for place in places_of(session, submission_id)):
        refusal = Refused(RaterNeeded())
    if refusal is not None:
        note(session, clock, officer_id, "conflict.refused", submission_id, act="tell")
        return refusal
    told = session.execute(
        update(CapstoneSubmission)
        .where(
            col(CapstoneSubmission.id) == submission_id,
            col(CapstoneSubmission.settled_at).is_not(None),
            col(CapstoneSubmission.told_at).is_(None),
        )
        .values(told_at=now)
        .returning(col(CapstoneSubmission.id))
    ).first()
    if told is None:
        raise NotSettled
    session.add(CapstoneTelling(submission_id=submission_id, officer_id=officer_id, words=words, at=now))
    note(session, clock, officer_id, "capstone.told", submission_id)
    enqueue_later(
        session, clock, LETTER, {"submission_id": submission_id}, dedupe_key=f"{LETTER}:{submission_id}"
    )
    return None


def note_opened(
    session: Session, clock: Clock, *, person_id: UUID, submission_id: UUID, file_id: UUID, purpose: str
) -> None:
    """Write down that a file was given out, to whom and what for."""
    note(session, clock, person_id, "capstone.file_opened", submission_id, file=file_id, purpose=purpose)
