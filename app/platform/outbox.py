"""Jobs: a row written in the same transaction as what caused it, done later by the worker."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Engine, and_, delete, func, or_, select, update
from sqlmodel import Session, col

from app.kernel.clock import Clock
from app.kernel.ids import new_id
from app.platform.database import insert_once, is_sqlite, write_session
from app.platform.models import Job, JobState
from app.platform.settings import Settings

log = structlog.get_logger()

LEASE = timedelta(minutes=5)
"""How long a worker may hold a job before another takes it over."""
MAX_TRIES = 8
"""With the backoff below, the last try is about two hours after the first."""
KEEP_DONE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler works with. It opens its own sessions: nothing slow runs inside a transaction."""

    engine: Engine
    clock: Clock
    settings: Settings
    services: Mapping[str, Any]
    """Things only the entrance can build, by name: ``mail``, ``signer``."""


Handler = Callable[[Context, dict[str, Any]], None]
"""Does one job. Idempotent: it may run again after a crash."""


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something the worker does again and again. Idempotent: several workers may do it at once."""

    name: str
    every: timedelta
    run: Callable[[Context], object]
    prompt: bool = False
    """It waits for nothing else: no job and no other periodic work holds it up."""


def enqueue_later(
    session: Session,
    clock: Clock,
    kind: str,
    payload: Mapping[str, Any],
    *,
    dedupe_key: str | None = None,
    run_at: datetime | None = None,
) -> bool:
    """Ask for a job in the caller's transaction; False when ``dedupe_key`` was asked for before.

    ``payload`` holds ids and codes only. ``run_at`` is aware UTC, default now.
    """
    now = clock.now()
    return insert_once(
        session,
        Job,
        id=new_id(),
        kind=kind,
        payload={key: str(value) if isinstance(value, UUID) else value for key, value in payload.items()},
        dedupe_key=dedupe_key,
        state=JobState.READY,
        tries=0,
        run_at=run_at or now,
        created_at=now,
    )


def backoff(tries: int) -> timedelta:
    """How long to wait after ``tries`` failures: 5 s, doubling, an hour at most."""
    return min(timedelta(seconds=5 * 2 ** max(0, tries - 1)), timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Lane:
    """Which jobs a worker takes: those of ``kinds``, or with ``others`` all but these."""

    kinds: frozenset[str] = frozenset()
    others: bool = True

    def takes(self) -> ColumnElement[bool]:
        """The condition on a job."""
        return col(Job.kind).not_in(self.kinds) if self.others else col(Job.kind).in_(self.kinds)


EVERY = Lane()


def claim(engine: Engine, clock: Clock, lane: Lane = EVERY) -> Job | None:
    """Take the next job of the lane that is due, or whose worker has gone; None when there is none."""
    now = clock.now()
    with write_session(engine) as session:
        due = (
            select(col(Job.id))
            .where(
                or_(
                    and_(col(Job.state) == JobState.READY, col(Job.run_at) <= now),
                    and_(col(Job.state) == JobState.RUNNING, col(Job.lease_until) < now),
                ),
                lane.takes(),
            )
            .order_by(col(Job.run_at), col(Job.id))
            .limit(1)
        )
        if not is_sqlite(session):
            due = due.with_for_update(skip_locked=True)
        row = session.execute(
            update(Job)
            .where(col(Job.id) == due.scalar_subquery())
            .values(state=JobState.RUNNING, lease_until=now + LEASE, tries=col(Job.tries) + 1)
            .returning(Job)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        if row is not None:
            session.expunge(row)
        return row


def run_one(context: Context, handlers: Mapping[str, Handler], lane: Lane = EVERY) -> bool:
    """Claim and do one job; False when nothing was due. A failing handler is retried, then left dead."""
    job = claim(context.engine, context.clock, lane)
    if job is None:
        return False
    handler = handlers.get(job.kind)
    error: str | None = None
    try:
        if handler is None:
            error = "unknown-kind"
        else:
            handler(context, job.payload)
    except Exception as problem:  # noqa: BLE001  # any failure of a handler is retried, whatever it is
        error = type(problem).__name__
        frames = traceback.extract_tb(problem.__traceback__)[-1:]
        place = f"{frames[0].name}:{frames[0].lineno}" if frames else ""
        log.warning("job failed", kind=job.kind, job=str(job.id), tries=job.tries, error=error, place=place)
    _finish(context, job, error)
    return True


def _finish(context: Context, job: Job, error: str | None) -> None:
    now = context.clock.now()
    if error is None:
        values: dict[str, Any] = {"state": JobState.DONE, "done_at": now, "lease_until": None, "error": None}
    elif job.tries >= MAX_TRIES:
        values = {"state": JobState.DEAD, "lease_until": None, "error": error}
        log.error("job dead", kind=job.kind, job=str(job.id), error=error)
    else:
        values = {
            "state": JobState.READY,
            "lease_until": None,
            "error": error,
            "run_at": now + backoff(job.tries),
        }
    with write_session(context.engine) as session:
        # tries is the lease's version: a worker that was overtaken may not close the job
        session.execute(
            update(Job)
            .where(col(Job.id) == job.id, col(Job.tries) == job.tries, col(Job.state) == JobState.RUNNING)
            .values(**values)
        )


def overdue(session: Session, clock: Clock, *, by: timedelta, lane: Lane = EVERY) -> int:
    """How many jobs of the lane should have been taken ``by`` so long ago, and nobody has."""
    late = clock.now() - by
    count = session.scalar(
        select(func.count())
        .select_from(Job)
        .where(
            or_(
                and_(col(Job.state) == JobState.READY, col(Job.run_at) < late),
                and_(col(Job.state) == JobState.RUNNING, col(Job.lease_until) < late),
            ),
            lane.takes(),
        )
    )
    return count or 0


def drain(context: Context, handlers: Mapping[str, Handler], *, at_most: int = 10_000) -> int:
    """Do every job that is due now; how many were done."""
    done = 0
    while done < at_most and run_one(context, handlers):
        done += 1
    return done


def purge(session: Session, clock: Clock) -> None:
    """Forget jobs done more than a week ago."""
    session.execute(
        delete(Job).where(col(Job.state) == JobState.DONE, col(Job.done_at) < clock.now() - KEEP_DONE)
    )
