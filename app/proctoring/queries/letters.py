"""What a letter about a review needs to know."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from app.exams.queries.reviewing import get_reviewed
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.proctoring.queries.record import Step, steps_of


class ReviewLetter(NamedTuple):
    """The attempt a letter is about, and the steps of its review so far."""

    attempt_id: UUID
    person_id: UUID
    code: str
    title: Trilingual
    steps: list[Step]


def find_letter(session: Session, attempt_id: UUID) -> ReviewLetter | None:
    """What to write about; None when there is no such attempt any more."""
    try:
        one = get_reviewed(session, attempt_id)
    except NotFound:
        return None
    return ReviewLetter(one.id, one.candidate_id, one.code, one.exam_title, steps_of(session, attempt_id))
