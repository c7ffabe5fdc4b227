"""Saving answers: a merge of the places that are named, guarded by version, window, state and time.

Every change appends an event; a refused answer is kept as an event too, so that nothing typed is ever lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.exams.errors import (
    AnswerUnknown,
    AttemptClosed,
    AttemptPaused,
    ReleaseNeeded,
    TimeOver,
    VersionMissing,
    WindowTaken,
)
from app.exams.models.attempts import Attempt, Response, ResponseEvent
from app.exams.queries import attempts as queries
from app.exams.rules import delivery as rules
from app.exams.rules import scoring
from app.exams.rules.states import EventKind, Lifecycle
from app.exams.service import delivery
from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound, Refused
from app.kernel.ids import new_id, token_hash
from app.kernel.locales import Locale
from app.platform.database import is_sqlite
from app.question_banks import queries as banks


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to one place, based on a version; ``clear`` takes the answer away."""

    position: int
    chosen: tuple[str, ...]
    version: int | None
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What a page asks to be saved. ``lease`` is its window's token.

    ``key`` makes a repetition harmless: the same key with the same answer to the same place is one save, sent
    twice. With another answer it is another save, on which the version decides.
    """

    answers: tuple[Given, ...] = ()
    flags: Mapping[int, bool] = field(default_factory=dict)
    lease: str = ""
    key: str | None = None
    client_seq: int | None = None
    scripted: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that was changed elsewhere: what was asked for and refused, and what the server holds."""

    position: int
    refused: tuple[str, ...]
    held: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Saved:
    """What is stored now for the places that were named. ``remaining`` is the time left."""

    at: datetime
    remaining: timedelta
    versions: dict[int, int]
    late: bool
    conflicts: tuple[Conflict, ...]


def save(
    session: Session, clock: Clock, *, candidate_id: UUID, attempt_id: UUID, order: Order, locale: str
) -> Saved | Refused:
    """Save the places that ``order`` names and leave every other as it is.

    A refusal of a started attempt (over, paused, waiting for a proctor, open in another window) is returned:
    what was refused is kept as an event. So is a conflict, place by place, while the other places are saved.

    Raises:
        NotFound: no such attempt, or another candidate's.
        AttemptNotReady: it has not started.
        AnswerUnknown: a place or a choice that the attempt does not have.
        VersionMissing: an answer without the version it is based on.
    """
    now = clock.now()
    row = _held(session, candidate_id, attempt_id)
    batch = _Batch(session, row.id, now, order, Locale(locale))
    refusal = refusal_of(row, order.lease, now)
    if refusal is not None:
        error, kind = refusal
        batch.refuse(order.answers, kind)
        batch.append()
        return Refused(error)
    _check(row.layout, order)
    if row.lifecycle is Lifecycle.INTERRUPTED:
        delivery.come_back(session, clock, row.id, candidate_id)
    late = rules.arrival(deadline=row.deadline, at=now) is rules.Arrival.LATE
    for given in order.answers:
        batch.put(given, late=late)
    for position, flagged in order.flags.items():
        batch.flag(position, flagged=flagged)
    batch.append()
    if rules.is_seen_again(last_seen_at=row.last_seen_at, at=now) or (order.scripted and not row.scripted):
        session.execute(
            update(Attempt)
            .where(col(Attempt.id) == row.id, col(Attempt.lifecycle).in_(rules.RUNNING))
            .values(last_seen_at=now, scripted=row.scripted or order.scripted)
            .execution_options(synchronize_session=False)
        )
    return Saved(now, max(timedelta(), row.deadline - now), batch.versions, late, tuple(batch.conflicts))


def heartbeat(
    session: Session, clock: Clock, window: queries.OpenWindow, *, candidate_id: UUID, lease: str
) -> None:
    """Note that the live window of a running attempt is there; any other window's beat says nothing."""
    now = clock.now()
    if window.lease is None or lease == "" or token_hash(lease) != window.lease:
        return
    if window.lifecycle is Lifecycle.INTERRUPTED and not rules.needs_release(
        mode=window.mode,
        lifecycle=window.lifecycle,
        scripted=window.scripted,
        last_seen_at=window.last_seen_at,
        at=now,
    ):
        delivery.come_back(session, clock, window.id, candidate_id)
    elif not window.scripted or rules.is_seen_again(last_seen_at=window.last_seen_at, at=now):
        session.execute(
            update(Attempt)
            .where(col(Attempt.id) == window.id, col(Attempt.lifecycle) == Lifecycle.IN_PROGRESS)
            .values(last_seen_at=now, scripted=True)
            .execution_options(synchronize_session=False)
        )


def _held(session: Session, candidate_id: UUID, attempt_id: UUID) -> Row[Any]:
    """The attempt's columns, its row held: saves, hand-in, sweeper and staff take turns."""
    row = session.execute(
        select(
            col(Attempt.id),
            col(Attempt.lifecycle),
            col(Attempt.mode),
            col(Attempt.deadline),
            col(Attempt.submitted_at),
            col(Attempt.lease),
            col(Attempt.last_seen_at),
            col(Attempt.scripted),
            col(Attempt.layout),
        )
        .where(col(Attempt.id) == attempt_id, col(Attempt.candidate_id) == candidate_id)
        .with_for_update(key_share=True)
    ).first()
    if row is None:
        raise NotFound
    return row


def refusal_of(row: Any, lease: str, now: datetime) -> tuple[DomainError, EventKind] | None:
    """Why the window ``lease`` may not write now, and the event that keeps what it sent; None: it may.

    ``row`` has the columns of an attempt. Saving and handing in ask the same question here.

    Raises:
        AttemptNotReady: the attempt has not started, so there is nothing to keep.
    """
    if row.lifecycle is Lifecycle.PAUSED:
        return AttemptPaused(), EventKind.REFUSED_CLOSED
    if row.lifecycle not in rules.RUNNING:
        if row.submitted_at is None:
            raise delivery.refusal_to_write(row.lifecycle)
        by_time = rules.closed_by_time(deadline=row.deadline, submitted_at=row.submitted_at)
        return AttemptClosed(), EventKind.REFUSED_LATE if by_time else EventKind.REFUSED_CLOSED
    if rules.arrival(deadline=row.deadline, at=now) is rules.Arrival.OVER:
        return TimeOver(), EventKind.REFUSED_LATE
    if row.lease is not None and (lease == "" or token_hash(lease) != row.lease):
        return WindowTaken(), EventKind.REFUSED_WINDOW
    if rules.needs_release(
        mode=row.mode,
        lifecycle=row.lifecycle,
        scripted=row.scripted,
        last_seen_at=row.last_seen_at,
        at=now,
    ):
        return ReleaseNeeded(), EventKind.REFUSED_CLOSED
    return None


def _check(layout: list[dict[str, Any]], order: Order) -> None:
    places = range(1, len(layout) + 1)
    for given in order.answers:
        if given.position not in places or not rules.is_possible(
            chosen=given.chosen,
            choices=layout[given.position - 1]["order"],
            several=layout[given.position - 1]["several"],
        ):
            raise AnswerUnknown
        if given.version is None:
            raise VersionMissing
    if any(position not in places for position in order.flags):
        raise AnswerUnknown


class _Batch:
    """The changes of one request, and the events they leave, which are appended in one statement."""

    def __init__(
        self, session: Session, attempt_id: UUID, at: datetime, order: Order, locale: Locale
    ) -> None:
        self._session, self._attempt_id, self._at = session, attempt_id, at
        self._order, self._locale = order, locale
        self._events: list[dict[str, Any]] = []
        self.versions: dict[int, int] = {}
        self.conflicts: list[Conflict] = []

    def put(self, given: Given, *, late: bool) -> None:
        """Compare and set one place, in one statement."""
        chosen = rules.answer_of(() if given.clear else given.chosen)
        statement = update(Response).where(
            col(Response.attempt_id) == self._attempt_id,
            col(Response.position) == given.position,
            col(Response.version) == given.version,
            col(Response.chosen) != chosen,
            exists(
                select(1).where(
                    col(Attempt.id) == self._attempt_id, col(Attempt.lifecycle).in_(rules.RUNNING)
                )
            ),
        )
        kind = EventKind.CLEAR if given.clear else EventKind.SAVE
        key = self._key(given.position, chosen)
        if key is not None:
            statement = statement.where(~self._happened(key))
        version = self._session.execute(
            statement.values(chosen=chosen, version=col(Response.version) + 1, late=late, saved_at=self._at)
            .returning(col(Response.version))
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        if version is None:
            self._unchanged_or_stale(given, chosen, key)
            return
        self.versions[given.position] = version
        self._note(kind, given.position, chosen=chosen, version=version, late=late, key=key)

    def _unchanged_or_stale(self, given: Given, chosen: list[str], key: str | None) -> None:
        held = self._session.execute(
            select(col(Response.version), col(Response.chosen)).where(
                col(Response.attempt_id) == self._attempt_id, col(Response.position) == given.position
            )
        ).one()
        self.versions[given.position] = held.version
        if held.chosen == chosen:
            return
        if key is not None and self._session.execute(select(self._happened(key))).scalar_one():
            return  # this very save was done before; what came after it stands
        self.conflicts.append(Conflict(given.position, tuple(chosen), tuple(held.chosen), held.version))
        self._refuse(EventKind.REFUSED_STALE, given, chosen)

    def _happened(self, key: str) -> Any:
        return exists(
            select(1).where(
                col(ResponseEvent.attempt_id) == self._attempt_id, col(ResponseEvent.idempotency_key) == key
            )
        )

    def flag(self, position: int, *, flagged: bool) -> None:
        """Set or take away the mark "look again"; it is no part of the answer and has no version."""
        result: Any = self._session.execute(
            update(Response)
            .where(
                col(Response.attempt_id) == self._attempt_id,
                col(Response.position) == position,
                col(Response.flagged) != flagged,
                exists(
                    select(1).where(
                        col(Attempt.id) == self._attempt_id, col(Attempt.lifecycle).in_(rules.RUNNING)
                    )
                ),
            )
            .values(flagged=flagged)
            .execution_options(synchronize_session=False)
        )
        if result.rowcount:
            self._note(EventKind.FLAG if flagged else EventKind.UNFLAG, position)

    def refuse(self, answers: Iterable[Given], kind: EventKind) -> None:
        """Keep what is not saved, as evidence."""
        for given in answers:
            self._refuse(kind, given, list(given.chosen))

    def _refuse(self, kind: EventKind, given: Given, chosen: list[str]) -> None:
        key = self._key(given.position, chosen, kind)
        self._note(kind, given.position, chosen=chosen, version=given.version, key=key)

    def _key(self, position: int, chosen: list[str], refused: EventKind | None = None) -> str | None:
        # The answer is a part of the key: one key with another answer is never taken for "done before".
        # So is the refusal: the same order may be refused now and saved later.
        if not self._order.key:
            return None
        return sha256_hex(canonical_json([self._order.key, position, chosen, refused]))

    def _note(self, kind: EventKind, position: int, *, key: str | None = None, **facts: Any) -> None:
        self._events.append(
            {
                "id": new_id(),
                "attempt_id": self._attempt_id,
                "kind": kind,
                "position": position,
                "chosen": facts.get("chosen"),
                "version": facts.get("version"),
                "late": facts.get("late", False),
                "locale": self._locale,
                "idempotency_key": key,
                "client_seq": self._order.client_seq,
                "at": self._at,
            }
        )

    def append(self) -> None:
        """Write the events. A refused answer that comes twice with one key is kept once."""
        if self._events:
            insert: Any = sqlite.insert if is_sqlite(self._session) else postgresql.insert
            self._session.execute(insert(ResponseEvent).values(self._events).on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A score made anew from the log of events alone, and the answers it rests on."""

    answers: dict[int, frozenset[str]]
    raw_score: int


def scored_items(session: Session, layout: Iterable[Mapping[str, Any]]) -> tuple[scoring.ScoredItem, ...]:
    """The keys of an attempt's items, with the points pinned at its start."""
    places = list(layout)
    keys = banks.keys_by_id(session, [UUID(place["item"]) for place in places])
    return tuple(
        scoring.ScoredItem(position, keys[UUID(place["item"])].key, place["points"], place["domain"])
        for position, place in enumerate(places, start=1)
    )


def recompute(session: Session, attempt: Attempt) -> Recomputed:
    """What the attempt would score if only the append-only events had been kept."""
    answers = queries.replayed(session, attempt.id)
    return Recomputed(answers, scoring.raw_score(scored_items(session, attempt.layout or ()), answers))
