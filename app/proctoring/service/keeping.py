"""Destroying what was kept long enough: first the key, then the bytes, then a receipt; and legal holds.

Every step finds what the one before has left, so that a process that dies between two of them changes
nothing: once the key is gone nothing opens, and the next round goes on.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from app.exams.queries import keeping as exams
from app.exams.queries.attempts import get_attempt
from app.exams.service import doors
from app.kernel.clock import Clock
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.proctoring import models
from app.proctoring.errors import HoldExists
from app.proctoring.queries import pictures as queries
from app.proctoring.rules import keeping as rules
from app.proctoring.rules.pictures import PictureKind


def list_kept(session: Session, *, after: UUID | None, limit: int) -> list[UUID]:
    """Attempts of which something is kept under a key, or whose files are not yet gone, by id."""
    wanted = (
        select(col(models.KeptKey.attempt_id))
        .where(col(models.KeptKey.emptied_at).is_(None))
        .distinct()
        .order_by(col(models.KeptKey.attempt_id))
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(col(models.KeptKey.attempt_id) > after)
    return list(session.scalars(wanted))


def fate_of(session: Session, attempt_id: UUID) -> rules.Fate:
    """Where an attempt stands."""
    one = exams.standings(session, [attempt_id])[0]
    return rules.Fate(
        lifecycle=one.lifecycle,
        review=one.review,
        result=one.result,
        appeal=one.appeal,
        ended_at=one.ended_at,
        changed_at=one.changed_at,
        asked=one.asked,
        held=queries.find_hold(session, attempt_id) is not None,
    )


def destroy_keys(session: Session, clock: Clock, attempt_id: UUID) -> list[rules.Keeping]:
    """Destroy the keys of an attempt that are due. What has to be emptied now or since before is returned."""
    get_attempt(session, attempt_id, for_update=True)  # nobody places a hold or decides meanwhile
    now, fate = clock.now(), fate_of(session, attempt_id)
    due = [keeping for keeping in rules.Keeping if rules.is_due(keeping, fate, at=now)]
    session.execute(
        update(models.KeptKey)
        .where(
            col(models.KeptKey.attempt_id) == attempt_id,
            col(models.KeptKey.keeping).in_(due),
            col(models.KeptKey.destroyed_at).is_(None),
        )
        .values(wrapped=None, destroyed_at=now)
        .execution_options(synchronize_session=False)
    )
    left = select(col(models.KeptKey.keeping)).where(
        col(models.KeptKey.attempt_id) == attempt_id,
        col(models.KeptKey.destroyed_at).is_not(None),
        col(models.KeptKey.emptied_at).is_(None),
    )
    return list(session.scalars(left))


def finish(session: Session, clock: Clock, attempt_id: UUID, keeping: rules.Keeping) -> bool:
    """Note that the bytes are gone too, and write the receipt; False: somebody did before."""
    key = session.execute(
        update(models.KeptKey)
        .where(
            col(models.KeptKey.attempt_id) == attempt_id,
            col(models.KeptKey.keeping) == keeping,
            col(models.KeptKey.destroyed_at).is_not(None),
            col(models.KeptKey.emptied_at).is_(None),
        )
        .values(emptied_at=clock.now())
        .returning(col(models.KeptKey.destroyed_at))
        .execution_options(synchronize_session=False)
    ).first()
    if key is None:
        return False
    snapshots = col(models.Picture.kind) == PictureKind.SNAPSHOT
    number = session.scalar(
        select(func.count())
        .select_from(models.Picture)
        .where(
            col(models.Picture.attempt_id) == attempt_id,
            snapshots if keeping is rules.Keeping.SNAPSHOTS else ~snapshots,
        )
    )
    _receipt(session, clock, attempt_id, keeping, number or 0)
    return True


def _receipt(session: Session, clock: Clock, attempt_id: UUID, keeping: rules.Keeping, number: int) -> None:
    now = clock.now()
    insert_once(
        session,
        models.DeletionReceipt,
        id=new_id(),
        attempt_id=attempt_id,
        keeping=keeping,
        number=number,
        due_at=rules.due_at(keeping, fate_of(session, attempt_id)) or now,
        at=now,
    )
    audit.record(
        session,
        clock,
        actor_id=None,
        action="kept.destroyed",
        subject_kind="attempt",
        subject_id=attempt_id,
        what=str(keeping),
        number=number,
    )


def list_signalled(session: Session, *, before: datetime, after: UUID | None, limit: int) -> list[UUID]:
    """Attempts with signals that came before an instant, by id."""
    wanted = (
        select(col(models.SignalRow.attempt_id))
        .where(col(models.SignalRow.at) < before)
        .distinct()
        .order_by(col(models.SignalRow.attempt_id))
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(col(models.SignalRow.attempt_id) > after)
    return list(session.scalars(wanted))


def drop_signals(session: Session, clock: Clock, attempt_id: UUID) -> int:
    """Delete the signals of an attempt if they are due, with a receipt; how many."""
    get_attempt(session, attempt_id, for_update=True)
    if not rules.is_due(rules.Keeping.SIGNALS, fate_of(session, attempt_id), at=clock.now()):
        return 0
    gone = session.execute(
        delete(models.SignalRow)
        .where(col(models.SignalRow.attempt_id) == attempt_id)
        .returning(col(models.SignalRow.seq))
        .execution_options(synchronize_session=False)
    ).all()
    if gone:
        _receipt(session, clock, attempt_id, rules.Keeping.SIGNALS, len(gone))
    return len(gone)


def hold(session: Session, clock: Clock, *, attempt_id: UUID, actor_id: UUID, reason: str) -> Refused | None:
    """Stop the destruction of what is kept of an attempt, with a reason.

    Raises:
        NotFound: no such attempt.
        HoldExists: it is stopped already.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="hold")
    if isinstance(attempt, Refused):
        return attempt
    if queries.find_hold(session, attempt_id) is not None:
        raise HoldExists
    session.add(models.LegalHold(attempt_id=attempt_id, reason=reason, actor_id=actor_id, at=clock.now()))
    doors.note(session, clock, attempt, actor_id, "hold.placed")
    return None


def lift(
    session: Session, clock: Clock, *, attempt_id: UUID, hold_id: UUID, actor_id: UUID, reason: str
) -> Refused | None:
    """Lift a legal hold, with a reason: what is due goes with the next round.

    Raises:
        NotFound: no such attempt.
        HoldExists: this hold does not stand.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="lift")
    if isinstance(attempt, Refused):
        return attempt
    standing = queries.find_hold(session, attempt_id)
    if standing is None or standing.id != hold_id:
        raise HoldExists
    session.add(
        models.LegalHold(
            attempt_id=attempt_id, lifts=hold_id, reason=reason, actor_id=actor_id, at=clock.now()
        )
    )
    doors.note(session, clock, attempt, actor_id, "hold.lifted")
    return None
