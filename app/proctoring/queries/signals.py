"""Reads of what exam pages said about themselves."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.proctoring.models import SignalRow
from app.proctoring.rules.chain import GENESIS, Signal, flaws_of
from app.proctoring.rules.timeline import Fact, facts_of_flaws, facts_of_signals


class Head(NamedTuple):
    """The newest signal that is stored."""

    seq: int
    hash: str


def head_of(session: Session, attempt_id: UUID) -> Head:
    """Where a page that knows nothing of the chain goes on."""
    row = session.execute(
        select(col(SignalRow.seq), col(SignalRow.hash))
        .where(col(SignalRow.attempt_id) == attempt_id)
        .order_by(col(SignalRow.seq).desc())
        .limit(1)
    ).first()
    return Head(*row) if row else Head(0, GENESIS)


class Came(NamedTuple):
    """A signal with the time at which it came."""

    signal: Signal
    at: datetime


def signals_of(session: Session, attempt_id: UUID) -> list[Came]:
    """The chain of an attempt."""
    rows = session.execute(
        select(
            col(SignalRow.seq),
            col(SignalRow.client_ms),
            col(SignalRow.kind),
            col(SignalRow.facts),
            col(SignalRow.hash),
            col(SignalRow.at),
        )
        .where(col(SignalRow.attempt_id) == attempt_id)
        .order_by(col(SignalRow.seq))
    )
    return [Came(Signal(*row[:5]), row.at) for row in rows]


def facts_of(came: list[Came]) -> list[Fact]:
    """The chain as facts of a timeline, with its holes and what does not fit."""
    times = {one.signal.seq: one.at for one in came}
    signals = [one.signal for one in came]
    return [*facts_of_signals(signals, times), *facts_of_flaws(flaws_of(signals), times)]
