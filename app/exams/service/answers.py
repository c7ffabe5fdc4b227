"""Saving answers: a merge of the places that are named, guarded by version, window, state and time.

Every change appends an event; a refused answer is kept as an event too, so that nothing typed is ever lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row, bindparam, select, update
from sqlmodel import Session, col

from app.exams.errors import (
    AnswerUnknown,
    AttemptClosed,
    AttemptPaused,
    ReleaseNeeded,
    SecureBrowserHeld,
    TimeOver,
    VersionMissing,
    WindowTaken,
)
from app.exams.models.attempts import Attempt
from app.exams.queries import attempts as queries
from app.exams.queries.overriding import basis_of, versions_of
from app.exams.rules import delivery as rules
from app.exams.rules import responses, scoring
from app.exams.rules.overriding import overridden
from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import EventKind, Lifecycle
from app.exams.service import delivery, rating, secure_browser
from app.exams.service.batch import Batch, Conflict, Given, Order
from app.kernel.clock import Clock
from app.kernel.errors import DomainError, NotFound, Refused
from app.kernel.ids import token_hash
from app.kernel.locales import Locale
from app.platform.database import table_of
from app.question_banks import queries as banks
from app.question_banks.rules import ItemType


@dataclass(frozen=True, slots=True)
class Saved:
    """What is stored now for the places that were named. ``remaining`` is the time left.

    ``unread``: places that hold, since this save, something that cannot be read as a number.
    """

    at: datetime
    remaining: timedelta
    versions: dict[int, int]
    late: bool
    conflicts: tuple[Conflict, ...]
    unread: tuple[int, ...] = ()


def save(
    session: Session, clock: Clock, *, candidate_id: UUID, attempt_id: UUID, order: Order, locale: str
) -> Saved | Refused:
    """Save the places that ``order`` names and leave every other as it is.

    A refusal of a started attempt (over, paused, waiting for a proctor, open in another window) is returned:
    what was refused is kept as an event. So is a conflict, place by place, while the other places are saved.
    What a browser sends that does not prove its settings is saved; then the attempt is stopped.

    Raises:
        NotFound: no such attempt, or another candidate's.
        AttemptNotReady: it has not started.
        AnswerUnknown: a place or a choice that the attempt does not have.
        VersionMissing: an answer without the version it is based on.
    """
    now = clock.now()
    row = _held(session, candidate_id, attempt_id)
    batch = Batch(session, row.id, now, order, Locale(locale))
    refusal = refusal_of(row, order.lease, now)
    if refusal is not None:
        error, kind = refusal
        batch.refuse((given for given in order.answers if _is_kept(given, len(row.layout or ()))), kind)
        batch.append()
        return Refused(error)
    given_answers = read(row.layout, order)
    late = rules.arrival(deadline=row.deadline, at=now) is rules.Arrival.LATE
    for given in given_answers:
        batch.put(given, late=late)
    for position, flagged in order.flags.items():
        batch.flag(position, flagged=flagged)
    batch.append()
    by_page = order.lease is not None
    stopped = secure_browser.stop_unless_proven(session, clock, row, order.proof) if by_page else None
    if stopped is not None:
        return Refused(SecureBrowserHeld(saved=True))
    if by_page and row.lifecycle is Lifecycle.INTERRUPTED:
        delivery.come_back(session, clock, row.id, candidate_id)
    if by_page and (
        rules.is_seen_again(last_seen_at=row.last_seen_at, at=now) or (order.scripted and not row.scripted)
    ):
        session.execute(
            update(Attempt)
            .where(col(Attempt.id) == row.id, col(Attempt.lifecycle).in_(rules.RUNNING))
            .values(last_seen_at=now, scripted=row.scripted or order.scripted)
            .execution_options(synchronize_session=False)
        )
    unread = tuple(
        given.position
        for given in given_answers
        if batch.versions[given.position] != given.version
        and responses.is_unread(responses.shape_of(row.layout[given.position - 1]), given.chosen)
    )
    remaining = max(timedelta(), row.deadline - now)
    return Saved(now, remaining, batch.versions, late, tuple(batch.conflicts), unread)


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


_attempt = table_of(Attempt).c
_HELD: Executable = (
    select(
        _attempt.id,
        _attempt.lifecycle,
        _attempt.mode,
        _attempt.deadline,
        _attempt.submitted_at,
        _attempt.lease,
        _attempt.last_seen_at,
        _attempt.scripted,
        _attempt.layout,
        _attempt.browser_check,
        _attempt.browser_key,
    )
    .where(_attempt.id == bindparam("attempt"), _attempt.candidate_id == bindparam("candidate"))
    .with_for_update(key_share=True)
)


def _held(session: Session, candidate_id: UUID, attempt_id: UUID) -> Row[Any]:
    """The attempt's columns, its row held: saves, hand-in, sweeper and staff take turns."""
    row = session.execute(_HELD, {"attempt": attempt_id, "candidate": candidate_id}).first()
    if row is None:
        raise NotFound
    return row


def refusal_of(row: Any, lease: str | None, now: datetime) -> tuple[DomainError, EventKind] | None:
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
    if row.lease is not None and lease is not None and token_hash(lease) != row.lease:
        return WindowTaken(), EventKind.REFUSED_WINDOW
    if lease is not None and rules.needs_release(
        mode=row.mode,
        lifecycle=row.lifecycle,
        scripted=row.scripted,
        last_seen_at=row.last_seen_at,
        at=now,
    ):
        return ReleaseNeeded(), EventKind.REFUSED_CLOSED
    if row.browser_check is BrowserCheck.HELD:
        return SecureBrowserHeld(), EventKind.REFUSED_CLOSED
    return None


def _is_kept(given: Given, places: int) -> bool:
    """Whether a refused answer could be one: of a place that is there, and no longer than any answer is."""
    return 1 <= given.position <= places and responses.may_be_answer(given.chosen)


def read(layout: list[dict[str, Any]], order: Order) -> list[Given]:
    """The answers of an order in the form in which they are stored.

    Raises:
        AnswerUnknown: a place or a choice that the attempt does not have.
        VersionMissing: an answer without the version it is based on.
    """
    places, found = range(1, len(layout) + 1), []
    for given in order.answers:
        if given.position not in places:
            raise AnswerUnknown
        shape = responses.shape_of(layout[given.position - 1])
        chosen = responses.read_answer(shape, () if given.clear else given.chosen)
        if chosen is None:
            raise AnswerUnknown
        if given.version is None:
            raise VersionMissing
        found.append(Given(given.position, chosen, given.version, clear=not chosen))
    if any(position not in places for position in order.flags):
        raise AnswerUnknown
    return found


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A score made anew from the log of events alone, and the answers it rests on."""

    answers: dict[int, tuple[str, ...]]
    raw_score: int


def scored_items(session: Session, layout: Iterable[Mapping[str, Any]]) -> tuple[scoring.ScoredItem, ...]:
    """The keys of an attempt's items, with the points pinned at its start."""
    places = list(layout)
    return items_of(places, banks.keys_by_id(session, [UUID(place["item"]) for place in places]))


def rated_items(
    session: Session, attempt_id: UUID, layout: Iterable[Mapping[str, Any]]
) -> tuple[scoring.ScoredItem, ...]:
    """The same with what people gave the written answers of the attempt, as far as it has such items."""
    items = scored_items(session, layout)
    if all(item.type is not ItemType.WRITTEN for item in items):
        return items
    return scoring.with_ratings(items, rating.rated_points(session, [attempt_id])[attempt_id])


def items_of(
    layout: Iterable[Mapping[str, Any]], keys: Mapping[UUID, banks.ItemKey]
) -> tuple[scoring.ScoredItem, ...]:
    """The same from keys that are at hand, by item version."""
    return tuple(
        _scored(position, place, keys[UUID(place["item"])]) for position, place in enumerate(layout, start=1)
    )


def _scored(position: int, place: Mapping[str, Any], item: banks.ItemKey) -> scoring.ScoredItem:
    accepted = item.interaction.get("accepted", {})
    return scoring.ScoredItem(
        position,
        item.key,
        place["points"],
        place["domain"],
        item.type,
        item.scoring,
        tolerance=item.interaction.get("tolerance", "0"),
        accepted=tuple(text for texts in accepted.values() for text in texts),
        exact_case=item.interaction.get("case_sensitive", False),
    )


def recompute(session: Session, attempt: Attempt) -> Recomputed:
    """What the attempt would score if only the append-only events and ratings had been kept.

    Corrected keys count as far as its score in force rests on them. What still waits for raters scores 0.
    """
    answers, layout = queries.replayed(session, attempt.id), attempt.layout or ()
    rests_on = basis_of(session, [attempt.id]).get(attempt.id)
    items = overridden(
        rated_items(session, attempt.id, layout), versions_of(layout), rests_on.overrides if rests_on else {}
    )
    return Recomputed(answers, scoring.raw_score(items, answers))
