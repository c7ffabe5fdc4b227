"""Who did what, when and why: an append-only, hash-chained log.

A request only inserts; the worker links the rows in order, so that no act waits for the chain's head, and
publishes the head: whoever kept one can tell later that nothing up to it was changed or cut off.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlmodel import Session, col

from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.clock import Clock
from app.platform.models import AuditEntry

log = structlog.get_logger()

GENESIS = "0" * 64
PUBLISHED = "audit.head"
"""The event of the log line that publishes the head."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest linked entry: its place, its hash (64 hex digits) and when the act was (aware UTC)."""

    seq: int
    hash: str
    at: datetime


def record(
    session: Session,
    clock: Clock,
    *,
    actor_id: UUID | None,
    action: str,
    subject_kind: str,
    subject_id: UUID | str,
    **facts: Any,
) -> None:
    """Note an act in the caller's transaction.

    ``facts`` hold ids, codes and numbers, never names, addresses or what somebody wrote: a reason stays on
    the row it belongs to, and the facts name that row. ``actor_id`` None is the system.
    """
    session.add(
        AuditEntry(
            at=clock.now(),
            actor_id=actor_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            facts={key: str(value) if isinstance(value, UUID) else value for key, value in facts.items()},
        )
    )


def entry_hash(entry: AuditEntry, *, seq: int, prev_hash: str) -> str:
    """The hash that binds ``entry`` to its place and to everything before it, 64 hex digits."""
    body = canonical_json(
        {
            "id": str(entry.id),
            "seq": seq,
            "at": entry.at.isoformat(),
            "actor": str(entry.actor_id) if entry.actor_id else None,
            "action": entry.action,
            "subject_kind": entry.subject_kind,
            "subject_id": entry.subject_id,
            "reason": entry.reason,
            "facts": entry.facts,
        }
    )
    return sha256_hex(prev_hash.encode() + body)


def find_head(session: Session) -> Head | None:
    """The head of the chain; None while nothing is linked."""
    row = session.execute(
        select(col(AuditEntry.seq), col(AuditEntry.hash), col(AuditEntry.at))
        .where(col(AuditEntry.seq).is_not(None))
        .order_by(col(AuditEntry.seq).desc())
        .limit(1)
    ).first()
    return Head(int(row.seq or 0), str(row.hash), row.at) if row else None


def publish(head: Head) -> None:
    """Write the head to the log, which is kept elsewhere than the database. Call it after the commit."""
    log.info(PUBLISHED, seq=head.seq, hash=head.hash, at=head.at.isoformat())


def link(session: Session, *, at_most: int = 1000) -> int:
    """Chain the entries that are not chained yet, oldest id first; how many were.

    Two workers at once: the unique ``seq`` lets one win, the other's transaction fails and is repeated.
    """
    head = find_head(session)
    seq, prev_hash = (head.seq, head.hash) if head else (0, GENESIS)
    fresh = session.scalars(
        select(AuditEntry).where(col(AuditEntry.seq).is_(None)).order_by(col(AuditEntry.id)).limit(at_most)
    ).all()
    for entry in fresh:
        seq += 1
        hash_ = entry_hash(entry, seq=seq, prev_hash=prev_hash)
        session.execute(
            update(AuditEntry)
            .where(col(AuditEntry.id) == entry.id)
            .values(seq=seq, prev_hash=prev_hash, hash=hash_)
            .execution_options(synchronize_session=False)
        )
        prev_hash = hash_
    return len(fresh)


def first_broken(session: Session) -> int | None:
    """The ``seq`` of the first entry that does not fit its chain; None when the whole chain holds."""
    prev_hash, expected = GENESIS, 1
    rows = session.scalars(
        select(AuditEntry).where(col(AuditEntry.seq).is_not(None)).order_by(col(AuditEntry.seq))
    ).yield_per(500)
    for entry in rows:
        good = (
            entry.seq == expected
            and entry.prev_hash == prev_hash
            and entry.hash == entry_hash(entry, seq=expected, prev_hash=prev_hash)
        )
        if not good:
            return expected
        prev_hash, expected = str(entry.hash), expected + 1
    return None
