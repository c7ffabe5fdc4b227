"""Rating blind: taking a submission, giving it back, and the rating, which never changes."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.capstone.errors import GivenBack, NothingToTake, RatedBefore, RatingMisses, RatingOfTrainee
from app.capstone.models import CapstoneOutcome, CapstonePlace, CapstoneRating, CapstoneSubmission
from app.capstone.queries.briefs import brief_of
from app.capstone.queries.rating import places_of
from app.capstone.queries.work import ratings_of
from app.capstone.rules.rating import (
    Rated,
    Taking,
    complete,
    decide_capstone,
    rated,
    raters_needed,
    taking,
)
from app.capstone.service.traces import note
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
    held = _door(session, clock, submission_id, rater_id, "take")
    if isinstance(held, Refused):
        return held
    found = _taking(session, clock, held, rater_id)
    if found is Taking.MINE:
        return None
    if found is not Taking.FREE:
        raise _REFUSALS[found]
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
    return None


def give_back(
    session: Session, clock: Clock, *, submission_id: UUID, rater_id: UUID, reason: str
) -> Refused | None:
    """Give a submission back, because the rater knows whose it is or cannot rate it; a colleague takes it.

    Raises:
        NotFound: see ``take``.
        NothingToTake, GivenBack, RatedBefore: the rater does not have it.
    """
    held = _door(session, clock, submission_id, rater_id, "give_back")
    if isinstance(held, Refused):
        return held
    _has(session, clock, held, rater_id)
    session.execute(
        update(CapstonePlace)
        .where(*_mine(submission_id, rater_id))
        .values(given_back_at=clock.now(), reason=reason)
    )
    note(session, clock, rater_id, "capstone.given_back", submission_id)
    return None


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

    Raises:
        NotFound: see ``take``.
        NothingToTake, GivenBack, RatedBefore: the rater does not have it.
        RatingMisses: a criterion has no level or no comment.
    """
    held = _door(session, clock, submission_id, rater_id, "rate")
    if isinstance(held, Refused):
        return held
    _has(session, clock, held, rater_id)
    brief = brief_of(session, held.brief_id)
    commented = {name for name, words in comments.items() if words.strip()}
    if not complete(levels, brief) or commented != set(levels):
        raise RatingMisses
    found = rated(levels, brief)
    made = CapstoneRating(
        submission_id=submission_id,
        rater_id=rater_id,
        levels=levels,
        comments=comments,
        points=found.points,
        outcome=found.outcome,
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


def _door(session: Session, clock: Clock, submission_id: UUID, rater_id: UUID, act: str) -> Any | Refused:
    """The submission, its row held, for a rater who never trained the candidate; else the refusal, noted."""
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
    if trained(session, rater_id, row.person_id, at=clock.now()):
        note(session, clock, rater_id, "conflict.refused", submission_id, act=act)
        return Refused(RatingOfTrainee())
    return row


def _taking(session: Session, clock: Clock, held: Any, rater_id: UUID) -> Taking:
    return taking(places_of(session, held.id), rater_id, needed=held.raters, at=clock.now())


def _has(session: Session, clock: Clock, held: Any, rater_id: UUID) -> None:
    found = _taking(session, clock, held, rater_id)
    if found is not Taking.MINE:
        raise _REFUSALS[found]
