"""Reads of the wall: the newest picture of everybody, their camera, and what their pages said lately."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from app.proctoring.models import KeptKey, Picture, SignalRow
from app.proctoring.rules.chain import SignalKind
from app.proctoring.rules.keeping import Keeping
from app.proctoring.rules.pictures import PictureKind
from app.proctoring.rules.timeline import FactKind, kind_of_signal
from app.proctoring.rules.wall import CAMERA


class Newest(NamedTuple):
    """The newest picture of an attempt. ``gone``: its key was destroyed."""

    id: UUID
    at: datetime
    gone: bool


def newest_of(session: Session, attempts: Collection[UUID]) -> dict[UUID, Newest]:
    """By attempt, the last picture that came during the exam; nothing for one without."""
    mine = and_(col(Picture.attempt_id).in_(list(attempts)), col(Picture.kind) == PictureKind.SNAPSHOT)
    last = (
        select(col(Picture.attempt_id).label("attempt"), func.max(col(Picture.seq)).label("seq"))
        .where(mine)
        .group_by(col(Picture.attempt_id))
        .subquery()
    )
    rows = session.execute(
        select(col(Picture.attempt_id), col(Picture.id), col(Picture.at), col(KeptKey.wrapped).is_(None))
        .join(last, and_(col(Picture.attempt_id) == last.c.attempt, col(Picture.seq) == last.c.seq))
        .join(
            KeptKey,
            and_(
                col(KeptKey.attempt_id) == col(Picture.attempt_id),
                col(KeptKey.keeping) == Keeping.SNAPSHOTS,
            ),
        )
        .where(mine)
    )
    return {attempt: Newest(picture, at, bool(gone)) for attempt, picture, at, gone in rows}


def cameras_of(session: Session, attempts: Collection[UUID]) -> dict[UUID, SignalKind]:
    """By attempt, what its page said last about the camera."""
    rows = session.execute(
        select(col(SignalRow.attempt_id), col(SignalRow.kind))
        .where(col(SignalRow.attempt_id).in_(list(attempts)), col(SignalRow.kind).in_(list(CAMERA)))
        .order_by(col(SignalRow.at), col(SignalRow.client_ms), col(SignalRow.seq))
    )
    return {row[0]: row[1] for row in rows}


class Said(NamedTuple):
    """What a page said about itself lately: how often, and when the last time."""

    fact: FactKind
    number: int
    at: datetime


def said_of(session: Session, attempts: Collection[UUID], *, since: datetime) -> dict[UUID, list[Said]]:
    """By attempt, what its page said since then, the latest first."""
    last: Any = func.max(col(SignalRow.at))
    rows = session.execute(
        select(col(SignalRow.attempt_id), col(SignalRow.kind), func.count(), last)
        .where(col(SignalRow.attempt_id).in_(list(attempts)), col(SignalRow.at) >= since)
        .group_by(col(SignalRow.attempt_id), col(SignalRow.kind))
        .order_by(last.desc(), col(SignalRow.kind))
    )
    found: dict[UUID, list[Said]] = defaultdict(list)
    for attempt, kind, number, at in rows:
        found[attempt].append(Said(kind_of_signal(kind), int(number), at))
    return found
