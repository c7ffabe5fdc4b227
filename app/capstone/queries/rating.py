"""What waits for raters and officers, by the conditions of the acts: who may not act does not see it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.capstone.models import (
    CapstoneOutcome,
    CapstonePlace,
    CapstoneRating,
    CapstoneSubmission,
    CapstoneTelling,
)
from app.capstone.rules.rating import Outcome
from app.exams.queries.paging import Paged, paged
from app.exams.rules.rating import RATING_TIME, Place, Taking, taking
from app.kernel.errors import NotFound
from app.programmes.queries import trained_condition


class Waiting(NamedTuple):
    """A submission in the queue of a rater. ``taken_at`` None: it is not with this rater.

    Whether it waits for a third rater is not told: that would say that two differ.
    """

    id: UUID
    code: str
    handed_in_at: datetime
    taken_at: datetime | None


class Settled(NamedTuple):
    """A submission whose outcome waits to be told."""

    id: UUID
    code: str
    handed_in_at: datetime
    settled_at: datetime
    outcome: Outcome
    points: int
    most: int


def allowed(person_id: UUID, at: datetime) -> ColumnElement[bool]:
    """The person is neither the candidate nor somebody who trained the candidate."""
    candidate: Any = col(CapstoneSubmission.person_id)
    return and_(candidate != person_id, not_(trained_condition(person_id, candidate, at=at)))


def _rated(submission: Any, rater: Any) -> ColumnElement[bool]:
    return exists(
        select(1).where(
            col(CapstoneRating.submission_id) == submission, col(CapstoneRating.rater_id) == rater
        )
    )


def told_condition(officer_id: UUID, person: Any) -> ColumnElement[bool]:
    """A WHERE condition: the officer told the person in the column an outcome, and so knows whose it is."""
    earlier = aliased(CapstoneSubmission)
    return exists(
        select(1)
        .select_from(CapstoneTelling)
        .join(earlier, col(earlier.id) == col(CapstoneTelling.submission_id))
        .where(col(CapstoneTelling.officer_id) == officer_id, col(earlier.person_id) == person)
    )


def rated_condition(rater_id: UUID, person: Any) -> ColumnElement[bool]:
    """A WHERE condition: the rater rated a capstone of the person in the column."""
    work = aliased(CapstoneSubmission)
    return exists(
        select(1)
        .select_from(CapstoneRating)
        .join(work, col(work.id) == col(CapstoneRating.submission_id))
        .where(col(CapstoneRating.rater_id) == rater_id, col(work.person_id) == person)
    )


def has_told(session: Session, officer_id: UUID, person_id: UUID) -> bool:
    """Whether an officer told a person an outcome."""
    return bool(session.execute(select(told_condition(officer_id, person_id))).scalar_one())


def has_rated(session: Session, rater_id: UUID, person_id: UUID) -> bool:
    """Whether a rater rated a capstone of a person."""
    return bool(session.execute(select(rated_condition(rater_id, person_id))).scalar_one())


def _open_to_raters(rater_id: UUID, at: datetime) -> ColumnElement[bool]:
    submission: Any = col(CapstoneSubmission.id)
    gave_back = exists(
        select(1).where(
            col(CapstonePlace.submission_id) == submission,
            col(CapstonePlace.rater_id) == rater_id,
            col(CapstonePlace.given_back_at).is_not(None),
        )
    )
    return and_(
        col(CapstoneSubmission.handed_in_at).is_not(None),
        col(CapstoneSubmission.settled_at).is_(None),
        allowed(rater_id, at),
        not_(told_condition(rater_id, col(CapstoneSubmission.person_id))),
        not_(gave_back),
        not_(_rated(submission, rater_id)),
    )


def _held(at: datetime, rater_id: UUID | None = None) -> Any:
    place = aliased(CapstonePlace)
    wanted = (
        select(func.count())
        .select_from(place)
        .where(
            col(place.submission_id) == col(CapstoneSubmission.id),
            col(place.given_back_at).is_(None),
            or_(col(place.taken_at) >= at - RATING_TIME, _rated(place.submission_id, place.rater_id)),
        )
    )
    if rater_id is not None:
        wanted = wanted.where(col(place.rater_id) == rater_id)
    return wanted.correlate(CapstoneSubmission).scalar_subquery()


def list_waiting(session: Session, rater_id: UUID, *, at: datetime, page: int) -> Paged[Waiting]:
    """What a rater has or could take: the longest waiting first. No names, and nothing of other ratings."""
    mine = aliased(CapstonePlace)
    columns: tuple[Any, ...] = (
        CapstoneSubmission.id,
        CapstoneSubmission.code,
        CapstoneSubmission.handed_in_at,
        mine.taken_at,
    )
    wanted = (
        select(*columns)
        .outerjoin(
            mine,
            and_(
                col(mine.submission_id) == col(CapstoneSubmission.id),
                col(mine.rater_id) == rater_id,
                col(mine.taken_at) >= at - RATING_TIME,
            ),
        )
        .where(
            _open_to_raters(rater_id, at),
            or_(col(mine.id).is_not(None), _held(at) < col(CapstoneSubmission.raters)),
        )
        .order_by(col(CapstoneSubmission.handed_in_at), col(CapstoneSubmission.id))
    )
    return paged(session, wanted, Waiting, page=page)


def places_of(session: Session, submission_id: UUID) -> list[Place]:
    """Who has a submission, had it, or rated it."""
    columns: tuple[Any, ...] = (
        CapstonePlace.rater_id,
        CapstonePlace.taken_at,
        col(CapstonePlace.given_back_at).is_not(None),
        _rated(CapstonePlace.submission_id, CapstonePlace.rater_id),
    )
    rows = session.execute(select(*columns).where(col(CapstonePlace.submission_id) == submission_id))
    return [Place(rater, at, bool(back), bool(rated)) for rater, at, back, rated in rows]


def rater_door(session: Session, rater_id: UUID, submission_id: UUID, *, at: datetime) -> Taking:
    """Whether a rater has the submission or could take it.

    Raises:
        NotFound: no such submission, not this rater's to see, done with, or all places are taken.
    """
    row = session.execute(
        select(col(CapstoneSubmission.raters)).where(
            col(CapstoneSubmission.id) == submission_id, _open_to_raters(rater_id, at)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    found = taking(places_of(session, submission_id), rater_id, needed=row.raters, at=at)
    if found not in {Taking.FREE, Taking.MINE}:
        raise NotFound
    return found


def _open_to_officers(officer_id: UUID, at: datetime) -> ColumnElement[bool]:
    had_it = exists(
        select(1).where(
            col(CapstonePlace.submission_id) == col(CapstoneSubmission.id),
            col(CapstonePlace.rater_id) == officer_id,
        )
    )
    return and_(col(CapstoneSubmission.settled_at).is_not(None), allowed(officer_id, at), not_(had_it))


def list_settled(session: Session, officer_id: UUID, *, at: datetime, page: int) -> Paged[Settled]:
    """The outcomes that wait to be told, the longest waiting first."""
    columns: tuple[Any, ...] = (
        CapstoneSubmission.id,
        CapstoneSubmission.code,
        CapstoneSubmission.handed_in_at,
        CapstoneSubmission.settled_at,
        CapstoneOutcome.outcome,
        CapstoneOutcome.points,
        CapstoneOutcome.most,
    )
    wanted = (
        select(*columns)
        .join(CapstoneOutcome, col(CapstoneOutcome.submission_id) == col(CapstoneSubmission.id))
        .where(_open_to_officers(officer_id, at), col(CapstoneSubmission.told_at).is_(None))
        .order_by(col(CapstoneSubmission.settled_at), col(CapstoneSubmission.id))
    )
    return paged(session, wanted, Settled, page=page)


def officer_door(session: Session, officer_id: UUID, submission_id: UUID, *, at: datetime) -> None:
    """Let an officer come to a submission whose ratings have settled.

    Raises:
        NotFound: no such submission, not settled, a trainee's, or the officer was one of its raters.
    """
    found = session.scalars(
        select(col(CapstoneSubmission.id)).where(
            col(CapstoneSubmission.id) == submission_id, _open_to_officers(officer_id, at)
        )
    ).first()
    if found is None:
        raise NotFound
