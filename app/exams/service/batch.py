"""One order of a page: the places it changes, each by one guarded statement, and the events that keep it.

The statements are constants, since this is what an examination hall asks for all the time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from app.exams.models.attempts import Attempt, Response, ResponseEvent
from app.exams.rules import delivery as rules
from app.exams.rules.secure_browser import NO_PROOF, Proof
from app.exams.rules.states import EventKind
from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.kernel.types import Json
from app.platform.database import is_sqlite, table_of

_attempt = table_of(Attempt).c
_response = table_of(Response).c
_event = table_of(ResponseEvent).c

_PLACE = (_response.attempt_id == bindparam("attempt"), _response.position == bindparam("place"))
_RUNS = exists(
    select(1).where(_attempt.id == bindparam("attempt"), _attempt.lifecycle.in_(sorted(rules.RUNNING)))
)
_HAPPENED = exists(
    select(1).where(_event.attempt_id == bindparam("attempt"), _event.idempotency_key == bindparam("key"))
)
_PUT: Executable = (
    update(table_of(Response))
    .where(
        *_PLACE,
        _response.version == bindparam("based_on"),
        _response.chosen != bindparam("answer", type_=Json),
        _RUNS,
        ~_HAPPENED,  # without a key nothing has
    )
    .values(
        chosen=bindparam("answer", type_=Json),
        version=_response.version + 1,
        late=bindparam("is_late"),
        saved_at=bindparam("now"),
    )
    .returning(_response.version)
)
_FLAG: Executable = (
    update(table_of(Response))
    .where(*_PLACE, _response.flagged != bindparam("mark"), _RUNS)
    .values(flagged=bindparam("mark"))
)
_STORED: Executable = select(_response.version, _response.chosen).where(*_PLACE)
_DONE_BEFORE: Executable = select(_HAPPENED)
_NOTE = {made: made.insert(table_of(ResponseEvent)).on_conflict_do_nothing() for made in (sqlite, postgresql)}


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to one place, based on a version; ``clear`` takes the answer away.

    ``chosen``: as it was sent; what is put is in the form of ``rules.responses.read_answer``.
    """

    position: int
    chosen: tuple[str, ...]
    version: int | None
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What a page asks to be saved. ``lease`` is its window's token.

    ``lease`` None is no window: staff load what a page could not send, and nobody was seen by that.

    ``key`` makes a repetition harmless: the same key with the same answer to the same place is one save, sent
    twice. With another answer it is another save, on which the version decides.
    """

    answers: tuple[Given, ...] = ()
    flags: Mapping[int, bool] = field(default_factory=dict)
    lease: str | None = ""
    key: str | None = None
    client_seq: int | None = None
    scripted: bool = False
    proof: Proof = NO_PROOF


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that was changed elsewhere: what was asked for and refused, and what the server holds."""

    position: int
    refused: tuple[str, ...]
    held: tuple[str, ...]
    version: int


class Batch:
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
        chosen = list(given.chosen)
        kind = EventKind.CLEAR if given.clear else EventKind.SAVE
        key = self._key(given.position, chosen)
        version = self._session.execute(
            _PUT,
            {
                "attempt": self._attempt_id,
                "place": given.position,
                "based_on": given.version,
                "answer": chosen,
                "key": key,
                "is_late": late,
                "now": self._at,
            },
        ).scalar_one_or_none()
        if version is None:
            self._unchanged_or_stale(given, chosen, key)
            return
        self.versions[given.position] = version
        self._note(kind, given.position, chosen=chosen, version=version, late=late, key=key)

    def _unchanged_or_stale(self, given: Given, chosen: list[str], key: str | None) -> None:
        held = self._session.execute(_STORED, {"attempt": self._attempt_id, "place": given.position}).one()
        self.versions[given.position] = held.version
        if held.chosen == chosen:
            return
        before = {"attempt": self._attempt_id, "key": key}
        if key is not None and self._session.execute(_DONE_BEFORE, before).scalar_one():
            return  # this very save was done before; what came after it stands
        self.conflicts.append(Conflict(given.position, tuple(chosen), tuple(held.chosen), held.version))
        self._refuse(EventKind.REFUSED_STALE, given, chosen)

    def flag(self, position: int, *, flagged: bool) -> None:
        """Set or take away the mark "look again"; it is no part of the answer and has no version."""
        result: Any = self._session.execute(
            _FLAG, {"attempt": self._attempt_id, "place": position, "mark": flagged}
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
            note = _NOTE[sqlite if is_sqlite(self._session) else postgresql]
            self._session.execute(note, self._events)
