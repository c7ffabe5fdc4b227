"""Rating blind: taking a submission, giving it back, and the rating, which never changes."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.capstone.errors import (
    GivenBack,
    NothingToTake,
    RatedBefore,
    RatingMisses,
    RatingOfTrainee,
    ToldBefore,
)
from app.capstone.models import CapstoneOutcome, CapstonePlace, CapstoneRating, CapstoneSubmission
from app.capstone.queries.briefs import brief_of
from app.capstone.queries.rating import has_told, places_of
from app.capstone.queries.work import ratings_of
from app.capstone.rules.rating import Rated, complete, decide_capstone, rated, raters_needed
from app.capstone.service.traces import note
from app.exams.rules.rating import Taking, taking
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound, Refused
from app.kernel.ids import new_id
from app.platform.database import insert_once
from app.programmes.queries import trained

_REFUSALS: dict[Taking, type[DomainError]] = {
    Taking.TAKEN: NothingToTake,
    Taking.FREE: NothingToTake,
    Taking.GIVEN_BACK: GivenBack,
    Taking.RATED: RatedBefore,
}


def take(session: Session, clock: Clock, *, submission_id: UUID, rater_id: UUID) -> Refused | None:
    """Take a submission for the rating time. Taken twice by the same rater is once.

    Raises:
        NotFound: nothing is handed in under this id, or its outcome stands.
        NothingToTake: it has all its raters.
        GivenBack, RatedBefore: this rater is done with it.
    """
    held = _door(session, submission_id)
    refusal = _conflict(session, clock, held, rater_id, "take")
    if refusal is not None:
        return refusal
    found = _taking(session, clock, held, rater_id)
    if found is Taking.MINE:
        return None
    if found is not Taking.FREE:
        raise _REFUSALS[found]
    _place(session, clock, submission_id, rater_id)
    return None


def _place(session: Session, clock: Clock, submission_id: UUID, rater_id: UUID) -> None:
    now = clock.now()
    fresh = insert_once(
        session,
        CapstonePlace,
        id=new_id(),
        submission_id=submission_id,
        rater_id=rater_id,
        taken_at=now,
    )
    if not fresh:  # the time of an earlier taking was over
        session.execute(update(CapstonePlace).where(*_mine(submission_id, rater_id)).values(taken_at=now))
    note(session, clock, rater_id, "capstone.taken", submission_id)


def give_back(session: Session, clock: Clock, *, submission_id: UUID, rater_id: UUID, reason: str) -> None:
    """Give a submission back, because the rater knows whose it is or cannot rate it; a colleague takes it.

    Nobody is refused here for knowing the candidate: that it is given back is what is wanted then.

    Raises:
        NotFound: see ``take``.
        NothingToTake, GivenBack, RatedBefore: the rater does not have it.
    """
    held = _door(session, submission_id)
    _has(_taking(session, clock, held, rater_id))
    session.execute(
        update(CapstonePlace)
        .where(*_mine(submission_id, rater_id))
        .values(given_back_at=clock.now(), reason=reason)
    )
    note(session, clock, rater_id, "capstone.given_back", submission_id)


def rate(
    session: Session,
    clock: Clock,
    *,
    submission_id: UUID,
    rater_id: UUID,
    levels: dict[str, int],
    comments: dict[str, str],
) -> Refused | None:
    """Record a rating; with the one that settles it, what the ratings come to is stored.

    A rater whose time ended meanwhile takes the submission once more by it, where a place is free.

    Raises:
        NotFound: see ``take``.
        NothingToTake, GivenBack, RatedBefore: the rater does not have it.
        RatingMisses: a criterion has no level or no comment.
    """
    held = _door(session, submission_id)
    refusal = _conflict(session, clock, held, rater_id, "rate")
    if refusal is not None:
        return refusal
    found = _taking(session, clock, held, rater_id)
    if found is Taking.FREE and _had(session, submission_id, rater_id):
        _place(session, clock, submission_id, rater_id)
    else:
        _has(found)
    brief = brief_of(session, held.brief_id)
    commented = {name for name, words in comments.items() if words.strip()}
    if not complete(levels, brief) or commented != set(levels):
        raise RatingMisses
    alone = rated(levels, brief)
    made = CapstoneRating(
        submission_id=submission_id,
        rater_id=rater_id,
        levels=levels,
        comments=comments,
        points=alone.points,
        outcome=alone.outcome,
        at=clock.now(),
    )
    session.add(made)
    session.flush()
    note(session, clock, rater_id, "capstone.rated", submission_id, rating=made.id)
    _settle(session, clock, held)
    return None


def _settle(session: Session, clock: Clock, held: Any) -> None:
    brief, now = brief_of(session, held.brief_id), clock.now()
    rows = ratings_of(session, held.id)
    ratings = [Rated(one.points, one.outcome) for one in rows]
    settled = decide_capstone(ratings, brief)
    if settled is not None:
        session.add(
            CapstoneOutcome(
                submission_id=held.id,
                outcome=settled.outcome,
                points=settled.points,
                most=brief.most,
                counted=[str(rows[place].id) for place in settled.counted],
                at=now,
            )
        )
        note(session, clock, None, "capstone.settled", held.id)
    session.execute(
        update(CapstoneSubmission)
        .where(col(CapstoneSubmission.id) == held.id)
        .values(raters=raters_needed(ratings, brief), settled_at=now if settled else None)
    )


def _mine(submission_id: UUID, rater_id: UUID) -> tuple[Any, Any]:
    return col(CapstonePlace.submission_id) == submission_id, col(CapstonePlace.rater_id) == rater_id


def _door(session: Session, submission_id: UUID) -> Any:
    """A submission that is rated now, its row held."""
    columns: tuple[Any, ...] = (
        CapstoneSubmission.id,
        CapstoneSubmission.person_id,
        CapstoneSubmission.brief_id,
        CapstoneSubmission.raters,
    )
    row = session.execute(
        select(*columns)
        .where(
            col(CapstoneSubmission.id) == submission_id,
            col(CapstoneSubmission.handed_in_at).is_not(None),
            col(CapstoneSubmission.settled_at).is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _conflict(session: Session, clock: Clock, held: Any, rater_id: UUID, act: str) -> Refused | None:
    """The refusal of a rater who trained the candidate or has read their name, noted."""
    error: DomainError | None = None
    if trained(session, rater_id, held.person_id, at=clock.now()):
        error = RatingOfTrainee()
    elif has_told(session, rater_id, held.person_id):
        error = ToldBefore()
    if error is None:
        return None
    note(session, clock, rater_id, "conflict.refused", held.id, act=act, why=error.code)
    return Refused(error)


def _taking(session: Session, clock: Clock, held: Any, rater_id: UUID) -> Taking:
    return taking(places_of(session, held.id), rater_id, needed=held.raters, at=clock.now())


def _had(session: Session, submission_id: UUID, rater_id: UUID) -> bool:
    return any(place.rater_id == rater_id for place in places_of(session, submission_id))


def _has(found: Taking) -> None:
    if found is not Taking.MINE:
        raise _REFUSALS[found]
