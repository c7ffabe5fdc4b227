"""Figures: counters as the worker folded them, and the recount from milestones that they must equal."""

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlmodel import Session, col

from app.platform.database import is_sqlite
from app.programmes.models import Counter, Milestone, Programme
from app.programmes.queries.shipped import shipped
from app.programmes.rules import MilestoneWord, counting_day

CounterKey = tuple[str, str, str, str, date]
"""What a counter counts: scope kind, scope id, region, word, day."""


def counted_until(session: Session, *, now: datetime) -> datetime:
    """The "as of" of every figure: now when every milestone is counted, else the last fold's instant."""
    unfolded, last = session.execute(
        select(
            exists(select(1).where(~col(Milestone.folded))),
            select(func.max(col(Counter.as_of))).scalar_subquery(),
        )
    ).one()
    return last if unfolded and last is not None else now


def has_uncounted(session: Session) -> bool:
    """Whether a milestone waits to be counted."""
    return bool(session.scalar(select(exists(select(1).where(~col(Milestone.folded))))))


def take_snapshot(session: Session) -> None:
    """Let the reads of this session see one state. SQLite's do anyway; called before the first statement."""
    if not is_sqlite(session):
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def cohort_counts(session: Session, cohort_id: UUID) -> dict[MilestoneWord, dict[date, int]]:
    """A cohort's counters: how many by word and day."""
    found: dict[MilestoneWord, dict[date, int]] = defaultdict(dict)
    for word, day, count in session.execute(
        select(col(Counter.word), col(Counter.day), col(Counter.count)).where(
            col(Counter.scope_kind) == "cohort", col(Counter.scope_id) == str(cohort_id)
        )
    ):
        found[word][day] = count
    return found


def programme_totals(session: Session) -> dict[str, dict[str, int]]:
    """By programme slug, how many reached its target's word, by region (empty: without one)."""
    ids = {
        str(row.id): row.slug for row in session.execute(select(col(Programme.id), col(Programme.slug))).all()
    }
    found: dict[str, dict[str, int]] = {slug: {} for slug in shipped()}
    for scope_id, region, word, count in session.execute(
        select(col(Counter.scope_id), col(Counter.region), col(Counter.word), func.sum(col(Counter.count)))
        .where(col(Counter.scope_kind) == "programme")
        .group_by(col(Counter.scope_id), col(Counter.region), col(Counter.word))
    ):
        slug = ids[scope_id]
        if slug in found and shipped()[slug].target_word == word:
            found[slug][region] = int(count)
    return found


def counters(session: Session) -> dict[CounterKey, int]:
    """Every counter that is not zero, as the worker folded it."""
    rows = session.execute(
        select(
            col(Counter.scope_kind),
            col(Counter.scope_id),
            col(Counter.region),
            col(Counter.word),
            col(Counter.day),
            col(Counter.count),
        ).where(col(Counter.count) != 0)
    )
    return {(kind, scope, region, str(word), day): count for kind, scope, region, word, day, count in rows}


def recount(session: Session, *, folded_only: bool = False) -> dict[CounterKey, int]:
    """What the counters must say, computed from the milestones alone.

    ``folded_only``: only those the worker has taken into account, for a check while people work.
    """
    found: dict[CounterKey, int] = defaultdict(int)
    first: dict[tuple[str, str, str], tuple[datetime, str, str]] = {}
    statement = select(
        col(Milestone.id),
        col(Milestone.person_key),
        col(Milestone.cohort_id),
        col(Milestone.programme_id),
        col(Milestone.region),
        col(Milestone.word),
        col(Milestone.at),
    )
    if folded_only:
        statement = statement.where(col(Milestone.folded))
    for row in session.execute(statement.execution_options(yield_per=2000)):
        if row.cohort_id is not None:
            found["cohort", str(row.cohort_id), "", str(row.word), counting_day(row.at)] += 1
        if row.programme_id is not None:
            person = (str(row.programme_id), row.person_key, str(row.word))
            here = (row.at, str(row.id), row.region)
            first[person] = min(first.get(person, here), here)
    for (programme, _, word), (at, _, region) in first.items():
        found["programme", programme, region, word, counting_day(at)] += 1
    return dict(found)
