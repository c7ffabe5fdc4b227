"""Objections: a candidate's own, and those that wait for people who may hear them.

A candidate's door never leads to an item: only to the number of a place and to what was written about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.appeals.models.challenges import ChallengeStep, ItemChallenge
from app.appeals.rules.challenges import OPEN_STATES, ChallengeState, Verdict
from app.exams.queries.paging import Paged, paged
from app.kernel.errors import NotFound
from app.programmes.queries import trained, trained_condition, trains_condition

_ENDED = (ChallengeState.UPHELD, ChallengeState.DISMISSED)


class Own(NamedTuple):
    """A candidate's own objection. ``answer`` by language, once it is decided."""

    id: UUID
    position: int
    body: str
    state: ChallengeState
    filed_at: datetime
    answer: dict[str, str] | None
    answered_at: datetime | None


class Line(NamedTuple):
    """One line of the queue: an item with the objections to it that wait, or one to a whole exam."""

    item_version_id: UUID | None
    subject: UUID
    """The item version, or the one objection to a whole exam."""
    waiting: int
    unread: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did with an objection."""

    state: ChallengeState
    verdict: Verdict
    actor_id: UUID
    note: str | None
    answer: dict[str, str] | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """An objection as those who hear it see it. No name: who objects does not matter to what is right."""

    id: UUID
    attempt_id: UUID
    candidate_id: UUID
    position: int
    body: str
    locale: str
    state: ChallengeState
    filed_at: datetime
    reader_id: UUID | None
    steps: tuple[Step, ...]


def list_own(session: Session, candidate_id: UUID, attempt_id: UUID) -> list[Own]:
    """The candidate's objections to one attempt, the newest first."""
    rows = session.execute(
        select(
            col(ItemChallenge.id),
            col(ItemChallenge.position),
            col(ItemChallenge.body),
            col(ItemChallenge.state),
            col(ItemChallenge.filed_at),
            col(ChallengeStep.answer),
            col(ChallengeStep.at),
        )
        .outerjoin(
            ChallengeStep,
            and_(
                col(ChallengeStep.challenge_id) == col(ItemChallenge.id),
                col(ChallengeStep.state).in_(_ENDED),
            ),
        )
        .where(col(ItemChallenge.candidate_id) == candidate_id, col(ItemChallenge.attempt_id) == attempt_id)
        .order_by(col(ItemChallenge.filed_at).desc(), col(ItemChallenge.id).desc())
    )
    return [Own(*row) for row in rows]


def conflict(person_id: UUID, at: datetime) -> ColumnElement[bool]:
    """A condition on objections: the person is the candidate, or has trained them."""
    candidate: Any = col(ItemChallenge.candidate_id)
    return or_(candidate == person_id, trained_condition(person_id, candidate, at=at))


def conflicted(session: Session, person_id: UUID, ids: Sequence[UUID], *, at: datetime) -> bool:
    """Whether one of these objections is the person's own or their trainee's."""
    wanted = exists().where(col(ItemChallenge.id).in_(ids), conflict(person_id, at))
    return bool(session.scalar(select(wanted)))


def trains(session: Session, person_id: UUID, *, at: datetime) -> bool:
    """Whether the person trains others now, and so sees no live item."""
    return bool(session.scalar(select(trains_condition(person_id, at=at))))


def _subject() -> Any:
    """What objections are heard together: those to one item; one to a whole exam stands alone."""
    return func.coalesce(col(ItemChallenge.item_version_id), col(ItemChallenge.id))


def _hearable(person_id: UUID, at: datetime) -> ColumnElement[bool]:
    """Nobody who trains now hears anything; and of an item all objections that wait, or none."""
    other = aliased(ItemChallenge)
    candidate: Any = col(other.candidate_id)
    conflicting = exists().where(
        func.coalesce(col(other.item_version_id), col(other.id)) == _subject(),
        col(other.state).in_(OPEN_STATES),
        or_(candidate == person_id, trained_condition(person_id, candidate, at=at)),
    )
    return and_(not_(conflicting), not_(trains_condition(person_id, at=at)))


def list_queue(session: Session, person_id: UUID, *, at: datetime, page: int) -> Paged[Line]:
    """What waits for this person or a colleague, the longest waiting first."""
    subject = _subject().label("subject")
    grouped = (
        select(
            col(ItemChallenge.item_version_id).label("item"),
            subject,
            func.count().label("waiting"),
            func.count().filter(col(ItemChallenge.state) == ChallengeState.FILED).label("unread"),
            func.min(col(ItemChallenge.filed_at)).label("oldest"),
        )
        .where(col(ItemChallenge.state).in_(OPEN_STATES), _hearable(person_id, at))
        .group_by(col(ItemChallenge.item_version_id), subject)
        .subquery()
    )
    wanted: Any = select(grouped).order_by(grouped.c.oldest, grouped.c.subject)
    return paged(session, wanted, Line, page=page)


def count_hidden(session: Session, person_id: UUID, *, at: datetime) -> int:
    """How many objections wait that this person may not hear."""
    counted = select(func.count()).where(
        col(ItemChallenge.state).in_(OPEN_STATES), not_(_hearable(person_id, at))
    )
    return int(session.execute(counted).scalar_one())


def heard(
    session: Session,
    person_id: UUID,
    *,
    at: datetime,
    version_id: UUID | None = None,
    challenge_id: UUID | None = None,
) -> list[Heard]:
    """All objections to one item, or one to a whole exam, for a person who may hear them.

    Those that wait stand first. Decided ones of own trainees are left out.

    Raises:
        NotFound: there is none, or one that waits is the person's own or a trainee's, or they train others.
    """
    which = (
        col(ItemChallenge.item_version_id) == version_id
        if version_id is not None
        else and_(col(ItemChallenge.id) == challenge_id, col(ItemChallenge.item_version_id).is_(None))
    )
    rows = list(
        session.scalars(
            select(ItemChallenge)
            .where(which, _hearable(person_id, at), not_(conflict(person_id, at)))
            .order_by(col(ItemChallenge.filed_at), col(ItemChallenge.id))
        )
    )
    if not rows:
        raise NotFound
    steps: dict[UUID, list[Step]] = {row.id: [] for row in rows}
    taken = session.scalars(
        select(ChallengeStep)
        .where(col(ChallengeStep.challenge_id).in_(list(steps)))
        .order_by(col(ChallengeStep.at), col(ChallengeStep.id))
    )
    for step in taken:
        steps[step.challenge_id].append(
            Step(step.state, step.verdict, step.actor_id, step.note, step.answer, step.at)
        )
    found = [
        Heard(
            row.id,
            row.attempt_id,
            row.candidate_id,
            row.position,
            row.body,
            str(row.locale),
            row.state,
            row.filed_at,
            row.reader_id,
            tuple(steps[row.id]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.state not in OPEN_STATES)


class AnswerLetter(NamedTuple):
    """What the letter about an answered objection needs; not the answer."""

    candidate_id: UUID
    attempt_id: UUID


def find_letter(session: Session, challenge_id: UUID) -> AnswerLetter | None:
    """Whom to write to; None when there is no such objection."""
    row = session.execute(
        select(col(ItemChallenge.candidate_id), col(ItemChallenge.attempt_id)).where(
            col(ItemChallenge.id) == challenge_id
        )
    ).first()
    return AnswerLetter(*row) if row else None


def is_trainer_of(session: Session, person_id: UUID, candidate_id: UUID, *, at: datetime) -> bool:
    """Whether the person is the candidate or has trained them."""
    return trained(session, person_id, candidate_id, at=at)
