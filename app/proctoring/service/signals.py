"""What an exam page says about itself is kept as it came: once, and whether or not its chain fits."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from app.kernel.clock import Clock
from app.platform.database import insert_once
from app.proctoring.models import SignalRow
from app.proctoring.rules.chain import Signal


def take(session: Session, clock: Clock, *, attempt_id: UUID, signals: Iterable[Signal]) -> int:
    """Keep the signals that are not there yet; how many."""
    now = clock.now()
    return sum(
        insert_once(
            session,
            SignalRow,
            attempt_id=attempt_id,
            seq=one.seq,
            kind=one.kind,
            client_ms=one.at,
            facts=dict(one.facts),
            hash=one.hash,
            at=now,
        )
        for one in signals
    )
