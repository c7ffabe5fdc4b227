"""Reads of what exam pages said about themselves."""

from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.proctoring.models import SignalRow
from app.proctoring.rules.chain import Kept, Signal, flaws_of, is_full
from app.proctoring.rules.timeline import (
    Fact,
    fact_of_full,
    fact_of_window,
    facts_of_flaws,
    facts_of_signals,
)


def kept_of(session: Session, attempt_id: UUID) -> Kept:
    """Which chains an attempt has, how far they go, and how many signals there are."""
    rows = session.execute(
        select(col(SignalRow.chain), func.max(col(SignalRow.seq)), func.count())
        .where(col(SignalRow.attempt_id) == attempt_id)
        .group_by(col(SignalRow.chain))
    ).all()
    return Kept({chain: head for chain, head, _ in rows}, sum(number for _, _, number in rows))


def hashes_of(session: Session, attempt_id: UUID, chain: str, numbers: list[int]) -> dict[int, str]:
    """The hashes of those of these signals that are there, by number."""
    rows = session.execute(
        select(col(SignalRow.seq), col(SignalRow.hash)).where(
            col(SignalRow.attempt_id) == attempt_id,
            col(SignalRow.chain) == chain,
            col(SignalRow.seq).in_(numbers),
        )
    )
    return {row.seq: row.hash for row in rows}


class Came(NamedTuple):
    """A signal with the time at which it came, and the chain of its window."""

    signal: Signal
    at: datetime
    chain: str


def signals_of(session: Session, attempt_id: UUID) -> list[Came]:
    """The chains of an attempt, in the order in which they began."""
    rows = session.execute(
        select(
            col(SignalRow.seq),
            col(SignalRow.client_ms),
            col(SignalRow.kind),
            col(SignalRow.facts),
            col(SignalRow.hash),
            col(SignalRow.at),
            col(SignalRow.chain),
        )
        .where(col(SignalRow.attempt_id) == attempt_id)
        .order_by(col(SignalRow.chain), col(SignalRow.seq))
    )
    found = [Came(Signal(*row[:5]), row.at, row.chain) for row in rows]
    began: dict[str, datetime] = {}
    for one in found:
        began[one.chain] = min(one.at, began.get(one.chain, one.at))
    return sorted(found, key=lambda one: (began[one.chain], one.chain))


def facts_of(came: list[Came]) -> list[Fact]:
    """The chains as facts of a timeline, with their holes, what does not fit, and each further window."""
    found: list[Fact] = []
    for chain, part in groupby(came, key=lambda one: one.chain):
        rows = list(part)
        times = {one.signal.seq: one.at for one in rows}
        signals = [one.signal for one in rows]
        if chain != came[0].chain:
            found.append(fact_of_window(min(times.values())))
        found += [*facts_of_signals(signals, times), *facts_of_flaws(flaws_of(signals), times)]
    if is_full(len({one.chain for one in came}), len(came)):
        found.append(fact_of_full(max(one.at for one in came)))
    return found
