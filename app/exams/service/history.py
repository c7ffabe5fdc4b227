"""The one writer of the four axes of an attempt: a change is in its table, guarded, and appended.

The history of an attempt is a chain: each entry holds the hash of the one before it, so that a changed or
missing entry shows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, bindparam, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col

from app.exams.errors import MoveNotAllowed, ReasonMissing, WrongRole
from app.exams.models.attempts import Attempt, AttemptTransition
from app.exams.rules.states import Axis
from app.exams.rules.transitions import STATES, Who, acting, find_change, may_make
from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.clock import Clock
from app.platform.database import table_of

GENESIS = "0" * 64
"""What stands before the first entry."""

_attempt = table_of(Attempt).c
_entry = table_of(AttemptTransition).c
_HEAD: Executable = (
    select(_entry.seq, _entry.hash)
    .where(_entry.attempt_id == bindparam("attempt"))
    .order_by(_entry.seq.desc())
    .limit(1)
)
_ENTRY: Executable = insert(table_of(AttemptTransition))


def begin(session: Session, clock: Clock, attempt: Attempt, *, actor_id: UUID | None) -> None:
    """Add a new attempt and the first entry of its history: from nothing to its first state."""
    session.add(attempt)
    session.flush()
    entry = _Entry(attempt.id, Axis.LIFECYCLE, "", str(attempt.lifecycle), actor_id, None)
    _append(session, clock, entry)


def move(
    session: Session,
    clock: Clock,
    attempt: Attempt,
    axis: Axis,
    to: str,
    *,
    actor_id: UUID | None,
    roles: Collection[Who] = (),
    reason: str | None = None,
    values: Mapping[str, Any] | None = None,
    where: tuple[ColumnElement[bool], ...] = (),
) -> AttemptTransition:
    """Change the attempt on one axis and append to its history.

    ``actor_id`` None is the system, the candidate's own id the candidate; anybody else acts in ``roles``.
    ``values`` are other columns that change in the same UPDATE, ``where`` are further guards in it;
    ``attempt`` then shows what was written.

    Raises:
        MoveNotAllowed: the table has no such change, the review did not find what the change rests on, or the
            attempt was changed meanwhile.
        WrongRole: the table gives this change to somebody else.
        ReasonMissing: the table asks for a reason.
    """
    before = str(getattr(attempt, axis.value))
    line = find_change(axis, before, str(to))
    if line is None:
        raise MoveNotAllowed
    if not may_make(line, acting(actor_id, attempt.candidate_id, roles)):
        raise WrongRole
    if line.reason and not (reason and reason.strip()):
        raise ReasonMissing
    if line.found is not None:
        where = (*where, col(Attempt.review) == line.found)
    written = {axis.value: STATES[axis](to), **(values or {})}
    change: Any = _change(axis, tuple(written))
    result: Any = session.execute(
        change.where(*where) if where else change,
        {
            "attempt": attempt.id,
            "before": STATES[axis](before),
            **{f"to_{name}": value for name, value in written.items()},
        },
    )
    if result.rowcount != 1:
        raise MoveNotAllowed
    for name, value in written.items():
        set_committed_value(attempt, name, value)
    return _append(session, clock, _Entry(attempt.id, axis, before, str(to), actor_id, reason))


@cache
def _change(axis: Axis, names: tuple[str, ...]) -> Executable:
    return (
        update(table_of(Attempt))
        .where(_attempt.id == bindparam("attempt"), _attempt[axis.value] == bindparam("before"))
        .values({name: bindparam(f"to_{name}", type_=_attempt[name].type) for name in names})
    )


def entry_hash(entry: AttemptTransition) -> str:
    """SHA-256 over the hash before and the entry in canonical JSON, 64 hex digits."""
    body = canonical_json(
        {
            "attempt": str(entry.attempt_id),
            "seq": entry.seq,
            "axis": str(entry.axis),
            "from": entry.from_state,
            "to": entry.to_state,
            "at": entry.at.isoformat(),
            "actor": str(entry.actor_id) if entry.actor_id else None,
            "reason": entry.reason,
        }
    )
    return sha256_hex(entry.prev_hash.encode() + body)


@dataclass(frozen=True, slots=True)
class _Entry:
    attempt_id: UUID
    axis: Axis
    before: str
    after: str
    actor_id: UUID | None
    reason: str | None


def _append(session: Session, clock: Clock, new: _Entry) -> AttemptTransition:
    # The UPDATE above holds the attempt's row, so nobody else reads or extends this chain until we commit.
    head = session.execute(_HEAD, {"attempt": new.attempt_id}).first()
    entry = AttemptTransition(
        attempt_id=new.attempt_id,
        seq=head.seq + 1 if head else 1,
        axis=new.axis,
        from_state=new.before,
        to_state=new.after,
        at=clock.now(),
        actor_id=new.actor_id,
        reason=new.reason.strip() if new.reason else None,
        prev_hash=head.hash if head else GENESIS,
        hash="",
    )
    entry.hash = entry_hash(entry)
    session.execute(_ENTRY, entry.model_dump())
    return entry


def first_broken(session: Session, attempt_id: UUID) -> int | None:
    """The ``seq`` of the first entry that does not fit its chain; None when the whole history holds."""
    prev_hash, expected = GENESIS, 1
    entries = session.scalars(
        select(AttemptTransition)
        .where(col(AttemptTransition.attempt_id) == attempt_id)
        .order_by(col(AttemptTransition.seq))
    )
    for entry in entries:
        if entry.seq != expected or entry.prev_hash != prev_hash or entry.hash != entry_hash(entry):
            return expected
        prev_hash, expected = entry.hash, expected + 1
    return None
