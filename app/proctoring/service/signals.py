"""What an exam page says about itself is kept as it came: once, and whether or not its chain fits."""

from uuid import UUID

from sqlmodel import Session

from app.kernel.clock import Clock
from app.platform.database import insert_once
from app.proctoring.errors import SignalsForked, SignalsFull
from app.proctoring.models import SignalRow
from app.proctoring.queries.signals import hashes_of, kept_of
from app.proctoring.rules import chain as rules


def take(
    session: Session, clock: Clock, *, attempt_id: UUID, chain: str, signals: tuple[rules.Signal, ...]
) -> int:
    """Keep the signals of a window that are not there yet; how many.

    Raises:
        SignalsFull: the attempt has as many chains or signals as are kept.
        SignalsForked: another signal stands under one of their numbers, or the chain cannot go on there.
            Nothing is kept, and the window begins another chain.
    """
    there = hashes_of(session, attempt_id, chain, [one.seq for one in signals])
    fresh = [one for one in signals if one.seq not in there]
    if any(there.get(one.seq, one.hash) != one.hash for one in signals):
        raise SignalsForked
    if not fresh:
        return 0
    found = rules.following(kept_of(session, attempt_id), chain, fresh)
    if found is rules.Following.FULL:
        raise SignalsFull
    if found is rules.Following.FORKED:
        raise SignalsForked
    now = clock.now()
    return sum(
        insert_once(
            session,
            SignalRow,
            attempt_id=attempt_id,
            chain=chain,
            seq=one.seq,
            kind=one.kind,
            client_ms=one.at,
            facts=dict(one.facts),
            hash=one.hash,
            at=now,
        )
        for one in fresh
    )
