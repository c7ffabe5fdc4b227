"""Appeals: a candidate's own, those that wait for a panel, and the clock over all of them.

The conditions of the queue are those of the acts: who may not hear an appeal does not see it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.appeals.models.challenges import ChallengeStep, ItemChallenge
from app.appeals.models.panel import Appeal, AppealSeat, AppealVote
from app.appeals.rules.challenges import Verdict
from app.appeals.rules.panel import SEAT_TIME
from app.certificates.queries.decisions import decided_condition
from app.exams.queries.appealing import had_no_part
from app.exams.queries.paging import Paged, paged
from app.exams.queries.reviewing import KeptOut
from app.exams.rules.appealing import Against
from app.exams.rules.rating import Place, Taking, taking
from app.kernel.errors import NotFound
from app.kernel.locales import Locale
from app.proctoring.queries.reviews import had_any_part


class Own(NamedTuple):
    """An appeal as its candidate and its panel read it."""

    id: UUID
    attempt_id: UUID
    against: Against
    body: str
    locale: Locale
    filed_at: datetime
    seats: int
    outcome: Verdict | None
    decided_at: datetime | None


class Vote(NamedTuple):
    """A vote, without who gave it."""

    member_id: UUID
    verdict: Verdict
    reasons: str
    at: datetime


class Waiting(NamedTuple):
    """An appeal in the queue of a member. ``taken_at`` None: the member does not have it.

    How many seats are taken and whether it waits for a third member is not told: the latter would say that
    two differ.
    """

    id: UUID
    attempt_id: UUID
    against: Against
    filed_at: datetime
    taken_at: datetime | None


class Heard(NamedTuple):
    """An appeal about which a member has voted. ``outcome`` None: others have not yet."""

    id: UUID
    against: Against
    filed_at: datetime
    outcome: Verdict | None


class ClockRow(NamedTuple):
    """An appeal as whoever runs exams sees it: nothing of what it says."""

    id: UUID
    attempt_id: UUID
    against: Against
    filed_at: datetime
    seats: int
    held: int
    voted: int
    outcome: Verdict | None
    decided_at: datetime | None


_OWN: tuple[Any, ...] = (
    Appeal.id,
    Appeal.attempt_id,
    Appeal.against,
    Appeal.body,
    Appeal.locale,
    Appeal.filed_at,
    Appeal.seats,
    Appeal.outcome,
    Appeal.decided_at,
)


def appeals_of(session: Session, attempt_id: UUID) -> list[Own]:
    """The appeals about an attempt, the newest first; the caller has checked whose it is."""
    rows = session.execute(
        select(*_OWN)
        .where(col(Appeal.attempt_id) == attempt_id)
        .order_by(col(Appeal.filed_at).desc(), col(Appeal.id).desc())
    )
    return [Own(*row) for row in rows]


def votes_of(session: Session, appeal_ids: Sequence[UUID]) -> dict[UUID, list[Vote]]:
    """The votes of these appeals in their order; others than their author see them once it is decided."""
    found: dict[UUID, list[Vote]] = {one: [] for one in appeal_ids}
    rows = session.execute(
        select(
            col(AppealVote.appeal_id),
            col(AppealVote.member_id),
            col(AppealVote.verdict),
            col(AppealVote.reasons),
            col(AppealVote.at),
        )
        .where(col(AppealVote.appeal_id).in_(list(appeal_ids)))
        .order_by(col(AppealVote.at), col(AppealVote.id))
    )
    for row in rows:
        found[row[0]].append(Vote(*row[1:]))
    return found


def kept_out(person_id: UUID) -> KeptOut:
    """Keeps out who wrote an incident down, reviewed, decided about the certificate or about an objection."""
    elsewhere, earlier = had_any_part(person_id), aliased(Appeal)

    def condition(attempt: Any) -> ColumnElement[bool]:
        heard = exists(
            select(1)
            .select_from(ChallengeStep)
            .join(ItemChallenge, col(ItemChallenge.id) == col(ChallengeStep.challenge_id))
            .where(col(ItemChallenge.attempt_id) == attempt, col(ChallengeStep.actor_id) == person_id)
        )
        voted = exists(
            select(1)
            .select_from(AppealVote)
            .join(earlier, col(earlier.id) == col(AppealVote.appeal_id))
            .where(
                col(earlier.attempt_id) == attempt,
                col(earlier.decided_at).is_not(None),
                col(AppealVote.member_id) == person_id,
            )
        )
        return or_(elsewhere(attempt), decided_condition(person_id, attempt), heard, voted)

    return condition


def may_hear(person_id: UUID, *, at: datetime) -> ColumnElement[bool]:
    """A condition on appeals: the person may sit on the panel."""
    return had_no_part(person_id, col(Appeal.attempt_id), at=at, kept_out=kept_out(person_id))


def _voted() -> ColumnElement[bool]:
    """A condition on seats: whoever took it has voted."""
    return exists(
        select(1).where(
            col(AppealVote.appeal_id) == col(AppealSeat.appeal_id),
            col(AppealVote.member_id) == col(AppealSeat.member_id),
        )
    )


def _holds(at: datetime) -> ColumnElement[bool]:
    """A condition on seats: voted, or taken no longer ago than a seat is kept."""
    kept = and_(col(AppealSeat.given_back_at).is_(None), col(AppealSeat.taken_at) >= at - SEAT_TIME)
    return or_(_voted(), kept)


def _done(person_id: UUID) -> ColumnElement[bool]:
    """A condition on appeals: the person voted, or gave it back."""
    voted = exists(
        select(1).where(col(AppealVote.appeal_id) == col(Appeal.id), col(AppealVote.member_id) == person_id)
    )
    back = exists(
        select(1).where(
            col(AppealSeat.appeal_id) == col(Appeal.id),
            col(AppealSeat.member_id) == person_id,
            col(AppealSeat.given_back_at).is_not(None),
        )
    )
    return or_(voted, back)


def list_waiting(session: Session, person_id: UUID, *, at: datetime, page: int) -> Paged[Waiting]:
    """What the member has or could take, the longest waiting first."""
    held = (
        select(func.count())
        .select_from(AppealSeat)
        .where(col(AppealSeat.appeal_id) == col(Appeal.id), _holds(at))
        .scalar_subquery()
    )
    mine = (
        select(col(AppealSeat.taken_at))
        .where(
            col(AppealSeat.appeal_id) == col(Appeal.id),
            col(AppealSeat.member_id) == person_id,
            col(AppealSeat.taken_at) >= at - SEAT_TIME,
        )
        .scalar_subquery()
    )
    columns: tuple[Any, ...] = (Appeal.id, Appeal.attempt_id, Appeal.against, Appeal.filed_at)
    wanted: Select[Any] = (
        select(*columns, mine)
        .where(
            col(Appeal.decided_at).is_(None),
            ~_done(person_id),
            may_hear(person_id, at=at),
            or_(mine.is_not(None), held < col(Appeal.seats)),
        )
        .order_by(col(Appeal.filed_at), col(Appeal.id))
    )
    return paged(session, wanted, Waiting, page=page)


def list_heard(session: Session, person_id: UUID, *, limit: int) -> list[Heard]:
    """Appeals about which the member has voted, the newest first."""
    rows = session.execute(
        select(col(Appeal.id), col(Appeal.against), col(Appeal.filed_at), col(Appeal.outcome))
        .join(AppealVote, col(AppealVote.appeal_id) == col(Appeal.id))
        .where(col(AppealVote.member_id) == person_id)
        .order_by(col(AppealVote.at).desc(), col(Appeal.id))
        .limit(limit)
    )
    return [Heard(*row) for row in rows]


def list_clocks(session: Session, *, at: datetime, page: int) -> Paged[ClockRow]:
    """All appeals with their clocks: those that wait, the oldest first, then the decided ones."""

    def number(table: Any, *conditions: ColumnElement[bool]) -> Any:
        counted = select(func.count()).select_from(table)
        return counted.where(table.appeal_id == col(Appeal.id), *conditions).scalar_subquery()

    columns: tuple[Any, ...] = (Appeal.id, Appeal.attempt_id, Appeal.against, Appeal.filed_at, Appeal.seats)
    wanted: Select[Any] = select(
        *columns,
        number(AppealSeat, _holds(at)),
        number(AppealVote),
        col(Appeal.outcome),
        col(Appeal.decided_at),
    ).order_by(col(Appeal.decided_at).is_not(None), col(Appeal.filed_at), col(Appeal.id))
    return paged(session, wanted, ClockRow, page=page)


def places_of(session: Session, appeal_id: UUID) -> list[Place]:
    """The seats of an appeal; its row or its attempt's is held by whoever acts on them."""
    rows = session.execute(
        select(
            col(AppealSeat.member_id),
            col(AppealSeat.taken_at),
            col(AppealSeat.given_back_at).is_not(None),
            _voted(),
        ).where(col(AppealSeat.appeal_id) == appeal_id)
    )
    return [Place(*row) for row in rows]


def get_appeal(session: Session, appeal_id: UUID) -> Own:
    """An appeal; the caller has checked who may see it.

    Raises:
        NotFound: no such appeal.
    """
    row = session.execute(select(*_OWN).where(col(Appeal.id) == appeal_id)).first()
    if row is None:
        raise NotFound
    return Own(*row)


def _found(session: Session, person_id: UUID, appeal_id: UUID, *, at: datetime) -> tuple[Own, Taking]:
    one = get_appeal(session, appeal_id)
    places = places_of(session, appeal_id)
    return one, taking(places, person_id, needed=one.seats, at=at, time=SEAT_TIME)


def member_door(session: Session, person_id: UUID, appeal_id: UUID, *, at: datetime) -> tuple[Own, Taking]:
    """An appeal for a member: one they could take, have, or have voted about.

    Raises:
        NotFound: no such appeal, decided without them, or not theirs to hear.
    """
    one, found = _found(session, person_id, appeal_id, at=at)
    if found is Taking.RATED:
        return one, found
    wanted = select(col(Appeal.id)).where(col(Appeal.id) == appeal_id, may_hear(person_id, at=at))
    shut = one.outcome is not None or found in {Taking.TAKEN, Taking.GIVEN_BACK}
    if shut or session.scalar(wanted) is None:
        raise NotFound
    return one, found


def last_filed(session: Session, attempt_id: UUID) -> datetime | None:
    """When the last appeal about an attempt was filed."""
    return session.scalar(select(func.max(col(Appeal.filed_at))).where(col(Appeal.attempt_id) == attempt_id))


def could_take(session: Session, person_id: UUID, appeal_id: UUID, *, at: datetime) -> bool:
    """Whether a member could take a seat now."""
    one, found = _found(session, person_id, appeal_id, at=at)
    if found is not Taking.FREE or one.outcome is not None:
        return False
    return bool(session.scalar(select(may_hear(person_id, at=at)).where(col(Appeal.id) == appeal_id)))


def list_open(session: Session, *, after: UUID | None, limit: int) -> list[tuple[UUID, datetime]]:
    """Appeals that are not decided with the instant of filing, in the order of their ids."""
    wanted = select(col(Appeal.id), col(Appeal.filed_at)).where(col(Appeal.decided_at).is_(None))
    if after is not None:
        wanted = wanted.where(col(Appeal.id) > after)
    rows = session.execute(wanted.order_by(col(Appeal.id)).limit(limit))
    return [(appeal_id, filed_at) for appeal_id, filed_at in rows]
