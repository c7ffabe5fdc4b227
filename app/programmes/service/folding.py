"""How milestones become counters. One folder at a time; a milestone is counted exactly once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.kernel.ids import new_id
from app.platform.database import is_sqlite
from app.programmes.models import Counter, Milestone
from app.programmes.queries.figures import CounterKey
from app.programmes.rules import MilestoneWord, counting_day

BATCH = 2000
_CHUNK = 500
_LOCK = 0x636F756E74
"""The advisory lock of PostgreSQL that makes folding one at a time; SQLite has one writer anyway."""
_COLUMNS = (
    col(Milestone.id),
    col(Milestone.person_key),
    col(Milestone.cohort_id),
    col(Milestone.programme_id),
    col(Milestone.region),
    col(Milestone.word),
    col(Milestone.at),
)


def fold(session: Session, *, now: datetime, at_most: int = BATCH) -> int:
    """Count milestones that are not counted yet, oldest first; how many were. 0 also when another folds.

    In a cohort each milestone is one. In a programme a person is one per word, on the day and in the region
    of their first milestone there; when an earlier one arrives later, the count moves with it.
    """
    if not is_sqlite(session) and not session.scalar(
        text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}
    ):
        return 0
    batch = session.execute(
        select(*_COLUMNS).where(~col(Milestone.folded)).order_by(col(Milestone.id)).limit(at_most)
    ).all()
    if not batch:
        return 0
    changes: dict[CounterKey, int] = defaultdict(int)
    for row in batch:
        if row.cohort_id is not None:
            changes["cohort", str(row.cohort_id), "", row.word, counting_day(row.at)] += 1
    _count_people(session, [row for row in batch if row.programme_id is not None], changes)
    _add(session, changes, now)
    for ids in _chunks([row.id for row in batch]):
        session.execute(
            update(Milestone)
            .where(col(Milestone.id).in_(ids))
            .values(folded=True)
            .execution_options(synchronize_session=False)
        )
    return len(batch)


def _count_people(session: Session, batch: list[Row[Any]], changes: dict[CounterKey, int]) -> None:
    counted = _first(
        row
        for keys in _chunks(sorted({row.person_key for row in batch}))
        for row in session.execute(
            select(*_COLUMNS).where(
                col(Milestone.folded),
                col(Milestone.person_key).in_(keys),
                col(Milestone.programme_id).is_not(None),
            )
        )
    )
    for key, row in _first(batch).items():
        known = counted.get(key)
        if known is not None and _place(known) <= _place(row):
            continue
        if known is not None:
            changes[_programme_key(known)] -= 1
        changes[_programme_key(row)] += 1


def _first(rows: Iterable[Row[Any]]) -> dict[tuple[UUID, str, MilestoneWord], Row[Any]]:
    found: dict[tuple[UUID, str, MilestoneWord], Row[Any]] = {}
    for row in rows:
        key = (row.programme_id, row.person_key, row.word)
        if key not in found or _place(row) < _place(found[key]):
            found[key] = row
    return found


def _place(row: Row[Any]) -> tuple[datetime, str]:
    return row.at, str(row.id)


def _programme_key(row: Row[Any]) -> CounterKey:
    return "programme", str(row.programme_id), row.region, row.word, counting_day(row.at)


def _add(session: Session, changes: dict[CounterKey, int], now: datetime) -> None:
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    rows = [
        {
            "id": new_id(),
            "scope_kind": kind,
            "scope_id": scope_id,
            "region": region,
            "word": word,
            "day": day,
            "count": change,
            "as_of": now,
        }
        for (kind, scope_id, region, word, day), change in sorted(changes.items())
        if change
    ]
    for some in _chunks(rows):
        statement = insert(Counter).values(some)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["scope_kind", "scope_id", "region", "word", "day"],
                set_={"count": col(Counter.count) + statement.excluded.count, "as_of": now},
            )
        )


def _chunks(rows: list[Any]) -> Iterable[list[Any]]:
    return (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
