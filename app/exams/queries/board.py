"""Reads of the live board: everybody of a sitting with what the database already knows of their attempt.

One look serves everybody who watches the same sitting within a second. It knows nothing of who looks; the
caller leaves out whom the viewer has trained.
"""

from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import String, and_, case, cast, func, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, AttemptTransition, Response, ResponseEvent
from app.exams.models.booking import Application, Sitting
from app.exams.queries import messages
from app.exams.queries.rooms import SEAT, seated
from app.exams.rules.board import COUNTED, Age, Cue, Noted, Standing, age_of, cues_of, minutes_left
from app.exams.rules.delivery import RUNNING
from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import OPEN, Axis, Lifecycle
from app.kernel.locales import Locale

SHARED_FOR = timedelta(seconds=1)
"""How long one look serves everybody who polls the same sitting."""
_KEPT = 32
"""Sittings whose last look is kept by a process."""


class Seat(NamedTuple):
    """An attempt of the sitting as it is stored: names as in the document, states and instants."""

    attempt_id: UUID
    candidate_id: UUID
    code: str
    name_latin: str
    name_cyrillic: str | None
    seat: int | None
    lifecycle: Lifecycle
    locale: Locale | None
    deadline: datetime | None
    remaining_ms: int | None
    extra_seconds: int
    last_seen_at: datetime | None
    scripted: bool
    submitted_at: datetime | None
    browser_check: BrowserCheck
    ending: bool


class Work(NamedTuple):
    """How far somebody is: places with a stored answer, places in all, the newest save."""

    answered: int
    places: int
    saved_at: datetime | None


_NO_WORK = Work(0, 0, None)


class Row(NamedTuple):
    """What the board shows of an attempt, as coarse as it is shown: no answers, no score."""

    attempt_id: UUID
    candidate_id: UUID
    code: str
    name_latin: str
    name_cyrillic: str | None
    seat: int | None
    lifecycle: Lifecycle
    locale: Locale | None
    cues: tuple[Cue, ...]
    seen: Age | None
    """How long ago its page was heard of; only while the clock runs."""
    saved: Age | None
    answered: int
    places: int
    noted: tuple[tuple[Noted, int], ...]
    unread: int
    left: int | None
    """Minutes."""
    extra_seconds: int
    submitted_at: datetime | None

    @property
    def digest(self) -> str:
        """Four signs that change when anything of the row does."""
        return short_hash(self)


def short_hash(facts: object) -> str:
    """Four signs for an address, over whatever has a stable ``repr``."""
    return urlsafe_b64encode(sha256(repr(facts).encode()).digest()[:3]).decode()


@dataclass(frozen=True, slots=True)
class Look:
    """Everybody of a sitting as they stood at ``at``, each with the digest of their row."""

    at: datetime
    rows: list[tuple[Row, str]]


def look_at(session: Session, sitting_id: UUID, *, at: datetime) -> Look:
    """Read everybody of a sitting: six statements, however many they are."""
    opens_at = session.execute(
        select(col(Sitting.opens_at)).where(col(Sitting.id) == sitting_id)
    ).scalar_one()
    seats = session.execute(
        seated(
            sitting_id,
            col(Attempt.id),
            col(Attempt.candidate_id),
            col(Attempt.code),
            col(Application.name_latin),
            col(Application.name_cyrillic),
            SEAT,
            col(Attempt.lifecycle),
            col(Attempt.locale),
            col(Attempt.deadline),
            col(Attempt.remaining_ms),
            col(Attempt.extra_seconds),
            col(Attempt.last_seen_at),
            col(Attempt.scripted),
            col(Attempt.submitted_at),
            col(Attempt.browser_check),
            and_(col(Attempt.termination_by).is_not(None), col(Attempt.lifecycle).in_(OPEN)),
        )
    ).all()
    work, noted = _work(session, sitting_id), _noted(session, sitting_id)
    unread = messages.unread_by_attempt(session, sitting_id)
    rows = []
    for stored in seats:
        seat = Seat(*stored)
        done = work.get(seat.attempt_id, _NO_WORK)
        row = _row(
            seat,
            done,
            noted.get(seat.attempt_id, {}),
            unread.get(seat.attempt_id, 0),
            opens_at=opens_at,
            at=at,
        )
        rows.append((row, row.digest))
    return Look(at, rows)


def _row(
    seat: Seat, done: Work, noted: Mapping[Noted, int], unread: int, *, opens_at: datetime, at: datetime
) -> Row:
    state = seat.lifecycle
    standing = Standing(
        state, seat.browser_check, seat.scripted, seat.last_seen_at, opens_at, seat.ending, at
    )
    writes = state in RUNNING or state is Lifecycle.PAUSED
    return Row(
        seat.attempt_id,
        seat.candidate_id,
        seat.code,
        seat.name_latin,
        seat.name_cyrillic,
        seat.seat,
        state,
        seat.locale,
        cues_of(standing),
        age_of(seat.last_seen_at, at) if state in RUNNING and seat.last_seen_at else None,
        age_of(done.saved_at, at) if writes and done.saved_at else None,
        done.answered,
        done.places,
        tuple((kind, noted[kind]) for kind in Noted if noted.get(kind)),
        unread,
        minutes_left(lifecycle=state, deadline=seat.deadline, remaining_ms=seat.remaining_ms, at=at),
        seat.extra_seconds,
        seat.submitted_at,
    )


def _work(session: Session, sitting_id: UUID) -> dict[UUID, Work]:
    given = case((cast(col(Response.chosen), String) == "[]", 0), else_=1)
    rows = session.execute(
        select(col(Response.attempt_id), func.sum(given), func.count(), func.max(col(Response.saved_at)))
        .join(Attempt, col(Attempt.id) == col(Response.attempt_id))
        .where(col(Attempt.sitting_id) == sitting_id)
        .group_by(col(Response.attempt_id))
    )
    return {attempt_id: Work(answered, places, saved_at) for attempt_id, answered, places, saved_at in rows}


def _noted(session: Session, sitting_id: UUID) -> dict[UUID, dict[Noted, int]]:
    found: dict[UUID, dict[Noted, int]] = defaultdict(lambda: defaultdict(int))
    events = session.execute(
        select(col(ResponseEvent.attempt_id), col(ResponseEvent.kind), func.count())
        .join(Attempt, col(Attempt.id) == col(ResponseEvent.attempt_id))
        .where(col(Attempt.sitting_id) == sitting_id, col(ResponseEvent.kind).in_(list(COUNTED)))
        .group_by(col(ResponseEvent.attempt_id), col(ResponseEvent.kind))
    )
    for attempt_id, kind, number in events:
        found[attempt_id][COUNTED[kind]] += number
    interruptions = session.execute(
        select(col(AttemptTransition.attempt_id), func.count())
        .join(Attempt, col(Attempt.id) == col(AttemptTransition.attempt_id))
        .where(
            col(Attempt.sitting_id) == sitting_id,
            col(AttemptTransition.axis) == Axis.LIFECYCLE,
            col(AttemptTransition.to_state) == str(Lifecycle.INTERRUPTED),
        )
        .group_by(col(AttemptTransition.attempt_id))
    )
    for attempt_id, number in interruptions:
        found[attempt_id][Noted.INTERRUPTED] = number
    return found


@dataclass(slots=True)
class _Held:
    lock: Lock = field(default_factory=Lock)
    look: Look | None = None


@dataclass(slots=True)
class Boards:
    """The newest look at each sitting in this process; whoever polls within a second of it gets the same."""

    _lock: Lock = field(default_factory=Lock)
    _held: dict[UUID, _Held] = field(default_factory=dict)

    def look(self, session: Session, sitting_id: UUID, *, at: datetime, fresh: bool = False) -> Look:
        """The look at a sitting; ``fresh`` reads it anew, as after an act of the viewer."""
        held = self._of(sitting_id)
        with held.lock:  # whoever comes while it is read waits, and gets it
            known = held.look
            if known is None or fresh or not known.at <= at < known.at + SHARED_FOR:
                held.look = known = look_at(session, sitting_id, at=at)
            return known

    def _of(self, sitting_id: UUID) -> _Held:
        with self._lock:
            if sitting_id not in self._held and len(self._held) >= _KEPT:
                self._held.pop(next(iter(self._held)))
            return self._held.setdefault(sitting_id, _Held())
