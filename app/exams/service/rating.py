"""Written answers go to raters: asked for when an attempt closes, taken, given back, rated, settled.

Every act holds the attempt's row first, so that of two raters who end at the same moment the later one sees
what the earlier one left.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from app.exams.errors import OwnSitting, OwnTrainee
from app.exams.errors.rating import (
    AnswerGivenBack,
    AnswerHasRaters,
    AnswerRatedBefore,
    LiveItemsHidden,
    RatingMisses,
)
from app.exams.models.attempts import Attempt, ResponseEvent
from app.exams.models.forms import Exam
from app.exams.models.rating import AnswerRating, RatingPlace, WrittenAnswer
from app.exams.queries import rating as queries
from app.exams.queries.attempts import Answer
from app.exams.rules.rating import (
    Taking,
    decide_points,
    is_complete_rating,
    raters_needed,
    taking,
)
from app.exams.rules.states import EventKind
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound, Refused
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later
from app.programmes.queries import trained, trains_condition
from app.question_banks.rules import ItemType

RATED_EVENT = "exams.answers_rated"
"""The job kind that scores an attempt whose written answers are all rated; payload ``{"attempt_id": …}``."""

_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_REFUSALS: dict[Taking, type[DomainError]] = {
    Taking.TAKEN: AnswerHasRaters,
    Taking.FREE: AnswerHasRaters,
    Taking.GIVEN_BACK: AnswerGivenBack,
    Taking.RATED: AnswerRatedBefore,
}


def ask(session: Session, clock: Clock, attempt: Attempt, given: Mapping[int, Answer]) -> int:
    """Give the written answers of an attempt that closes to raters; how many. An empty one needs nobody.

    The caller holds the attempt's row. Without a written item on the form this asks the database nothing.
    """
    layout = attempt.layout or []
    places = [
        at
        for at, place in enumerate(layout, 1)
        if place.get("type") == ItemType.WRITTEN and at in given and given[at].chosen
    ]
    if not places:
        return 0
    spoken = _languages(session, attempt.id, places)
    for at in places:
        signs = "".join(secrets.choice(_SIGNS) for _ in range(8))
        session.add(
            WrittenAnswer(
                code=f"{signs[:4]}-{signs[4:]}",
                attempt_id=attempt.id,
                position=at,
                item_version_id=UUID(layout[at - 1]["item"]),
                locale=spoken.get(at),
                most=layout[at - 1]["points"],
                waits_since=clock.now(),
            )
        )
    session.flush()
    return len(places)


def _languages(session: Session, attempt_id: UUID, places: Sequence[int]) -> dict[int, Locale]:
    """By place, the language of the page on which it was saved last."""
    rows = session.execute(
        select(col(ResponseEvent.position), col(ResponseEvent.locale))
        .where(
            col(ResponseEvent.attempt_id) == attempt_id,
            col(ResponseEvent.kind) == EventKind.SAVE,
            col(ResponseEvent.position).in_(places),
        )
        .order_by(col(ResponseEvent.version))
    )
    return {at: Locale(locale) for at, locale in rows if locale is not None}


def withdraw(session: Session, attempt_id: UUID) -> None:
    """Take the answers of an attempt that is opened again from the queue; ``went_to_raters`` of it is false.

    The caller holds the attempt's row, as does every rater who takes an answer.
    """
    session.execute(delete(WrittenAnswer).where(col(WrittenAnswer.attempt_id) == attempt_id))


def take(session: Session, clock: Clock, *, answer_id: UUID, rater_id: UUID) -> Refused | None:
    """Take an answer for the rating time. Taken twice by the same rater is once.

    Raises:
        NotFound: no such answer, or it is settled.
        AnswerHasRaters: it has all its raters.
        AnswerGivenBack, AnswerRatedBefore: this rater is done with it.
    """
    held = _door(session, answer_id)
    refusal = _conflict(session, clock, held, rater_id, "take")
    if refusal is not None:
        return refusal
    found = _taking(session, clock, held, rater_id)
    if found is Taking.MINE:
        return None
    if found is not Taking.FREE:
        raise _REFUSALS[found]
    _place(session, clock, answer_id, rater_id)
    return None


def _place(session: Session, clock: Clock, answer_id: UUID, rater_id: UUID) -> None:
    now = clock.now()
    fresh = insert_once(
        session, RatingPlace, id=new_id(), answer_id=answer_id, rater_id=rater_id, taken_at=now
    )
    if not fresh:  # the time of an earlier taking was over
        session.execute(update(RatingPlace).where(*_mine(answer_id, rater_id)).values(taken_at=now))
    _note(session, clock, rater_id, "answer.taken", answer_id)


def give_back(session: Session, clock: Clock, *, answer_id: UUID, rater_id: UUID, reason: str) -> None:
    """Give an answer back, because the rater knows whose it is or cannot rate it; a colleague takes it.

    Nobody is refused here for knowing the candidate: that it is given back is what is wanted then.

    Raises:
        NotFound: see ``take``.
        AnswerHasRaters, AnswerGivenBack, AnswerRatedBefore: the rater does not have it.
    """
    held = _door(session, answer_id)
    _has(_taking(session, clock, held, rater_id))
    session.execute(
        update(RatingPlace)
        .where(*_mine(answer_id, rater_id))
        .values(given_back_at=clock.now(), reason=reason)
    )
    _note(session, clock, rater_id, "answer.given_back", answer_id)


def rate(
    session: Session,
    clock: Clock,
    *,
    answer_id: UUID,
    rater_id: UUID,
    levels: dict[str, int],
    comment: str,
) -> Refused | None:
    """Record a rating; with the one that settles it the answer has its points.

    With the last answer of an attempt its score is asked for, in the same transaction. A rater whose time
    ended meanwhile takes the answer once more by it, where a place is free.

    Raises:
        NotFound: see ``take``.
        AnswerHasRaters, AnswerGivenBack, AnswerRatedBefore: the rater does not have it.
        RatingMisses: a criterion has no level, or there is no comment.
    """
    held = _door(session, answer_id)
    refusal = _conflict(session, clock, held, rater_id, "rate")
    if refusal is not None:
        return refusal
    found = _taking(session, clock, held, rater_id)
    had = any(place.rater_id == rater_id for place in queries.places_of(session, answer_id))
    if found is Taking.FREE and had:
        _place(session, clock, answer_id, rater_id)
    else:
        _has(found)
    criteria = queries.criteria_for(session, held.item_version_id)
    if not criteria or not is_complete_rating(levels, criteria) or not comment.strip():
        raise RatingMisses
    made = AnswerRating(
        answer_id=answer_id,
        rater_id=rater_id,
        levels=levels,
        comment=comment.strip(),
        points=sum(levels.values()),
        at=clock.now(),
    )
    session.add(made)
    session.flush()
    _note(session, clock, rater_id, "answer.rated", answer_id, rating=made.id)
    _settle(session, clock, held)
    return None


def _settle(session: Session, clock: Clock, held: Any) -> None:
    totals = queries.totals_of(session, [held.id])[held.id]
    points = _points_by(totals, held.most)
    session.execute(
        update(WrittenAnswer)
        .where(col(WrittenAnswer.id) == held.id)
        .values(
            raters=raters_needed(totals, points=held.most),
            points=points,
            settled_at=None if points is None else clock.now(),
        )
        .execution_options(synchronize_session=False)
    )
    if points is None:
        return
    _note(session, clock, None, "answer.settled", held.id, points=points)
    if not queries.has_answers(session, held.attempt_id, unsettled=True):
        enqueue_later(
            session,
            clock,
            RATED_EVENT,
            {"attempt_id": held.attempt_id},
            dedupe_key=f"{RATED_EVENT}:{held.attempt_id}",
        )


def rated_points(session: Session, attempt_ids: Sequence[UUID]) -> dict[UUID, dict[int, int]]:
    """By attempt and place, the points of written answers, made anew from the append-only ratings.

    An answer that still waits for a rater is absent.
    """
    found: dict[UUID, dict[int, int]] = {one: {} for one in attempt_ids}
    placed = queries.placed_of(session, attempt_ids)
    totals = queries.totals_of(session, [one.id for one in placed])
    for one in placed:
        points = _points_by(totals[one.id], one.most)
        if points is not None:
            found[one.attempt_id][one.position] = points
    return found


def _points_by(totals: Sequence[int], most: int) -> int | None:
    settled = decide_points(totals, points=most)
    return None if settled is None else settled.points


def _mine(answer_id: UUID, rater_id: UUID) -> tuple[Any, Any]:
    return col(RatingPlace.answer_id) == answer_id, col(RatingPlace.rater_id) == rater_id


def _door(session: Session, answer_id: UUID) -> Any:
    """An answer that is rated now, with its attempt's row held, then its own."""
    of = select(col(WrittenAnswer.attempt_id)).where(col(WrittenAnswer.id) == answer_id).scalar_subquery()
    session.execute(select(col(Attempt.id)).where(col(Attempt.id) == of).with_for_update(key_share=True))
    columns: tuple[Any, ...] = (
        WrittenAnswer.id,
        WrittenAnswer.attempt_id,
        WrittenAnswer.item_version_id,
        WrittenAnswer.most,
        WrittenAnswer.raters,
        Attempt.candidate_id,
        Exam.certification,
    )
    row = session.execute(
        select(*columns)
        .join(Attempt, col(Attempt.id) == col(WrittenAnswer.attempt_id))
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .where(col(WrittenAnswer.id) == answer_id, col(WrittenAnswer.settled_at).is_(None))
        .with_for_update(of=WrittenAnswer)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _conflict(session: Session, clock: Clock, held: Any, rater_id: UUID, act: str) -> Refused | None:
    """The refusal of the candidate, their trainers, who had a part or may not see the item; noted."""
    error: DomainError | None = None
    if trained(session, rater_id, held.candidate_id, at=clock.now()):
        error = OwnTrainee()
    elif session.scalar(
        select(queries.had_part_condition(rater_id)).where(col(Attempt.id) == held.attempt_id)
    ):
        error = OwnSitting()
    elif held.certification and session.scalar(select(trains_condition(rater_id, at=clock.now()))):
        error = LiveItemsHidden()
    if error is None:
        return None
    _note(session, clock, rater_id, "conflict.refused", held.id, act=act, why=error.code)
    return Refused(error)


def _taking(session: Session, clock: Clock, held: Any, rater_id: UUID) -> Taking:
    return taking(queries.places_of(session, held.id), rater_id, needed=held.raters, at=clock.now())


def _has(found: Taking) -> None:
    if found is not Taking.MINE:
        raise _REFUSALS[found]


def _note(
    session: Session, clock: Clock, person_id: UUID | None, action: str, answer_id: UUID, **facts: object
) -> None:
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action=action,
        subject_kind="written_answer",
        subject_id=answer_id,
        **facts,
    )
