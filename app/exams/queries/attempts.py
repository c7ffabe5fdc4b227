"""Reads of attempts, and the doors through which a page gets one.

A candidate reaches only their own attempt; anything else is not found.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Select, bindparam, exists, func, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, AttemptTransition, Response, ResponseEvent
from app.exams.models.booking import Sitting
from app.exams.models.forms import Blueprint, Exam, Form
from app.exams.queries.messages import unread_count
from app.exams.rules import booking as booking_rules
from app.exams.rules.appealing import is_uncounted
from app.exams.rules.delivery import BEFORE_START, GRACE, AnswerEvent, lag, replay, start_is_over
from app.exams.rules.responses import is_complete, shape_of
from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import OPEN, Axis, EventKind, Lifecycle, Mode
from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.platform.database import table_of


class OpenWindow(NamedTuple):
    """What every page of a running attempt needs to know; ``remaining_ms`` only while paused."""

    id: UUID
    code: str
    exam_slug: str
    exam_title: Trilingual
    certification: bool
    lifecycle: Lifecycle
    mode: Mode
    started_at: datetime | None
    deadline: datetime | None
    remaining_ms: int | None
    submitted_at: datetime | None
    last_seen_at: datetime | None
    lease: str | None
    lease_number: int
    scripted: bool
    locale: str | None
    layout: list[dict[str, Any]] | None
    browser_check: BrowserCheck
    browser_key: str | None
    unread: int
    """Messages that the candidate has not said to have read."""

    def remaining(self, at: datetime) -> timedelta:
        """The time left at ``at``, never negative; while paused, what was kept."""
        if self.remaining_ms is not None:
            return timedelta(milliseconds=self.remaining_ms)
        return max(timedelta(), self.deadline - at) if self.deadline else timedelta()


class Answer(NamedTuple):
    """The present answer to one place."""

    position: int
    chosen: list[str]
    flagged: bool
    version: int
    saved_at: datetime | None


class Counts(NamedTuple):
    """How the places of a form stand."""

    answered: int
    flagged: int
    empty: int


def _both(wanted: Select[Any]) -> tuple[Executable, Executable]:
    """To look only, and to hold the row."""
    fresh = wanted.execution_options(populate_existing=True)
    return fresh, fresh.with_for_update(key_share=True)


_WANTED = select(Attempt).where(col(Attempt.id) == bindparam("attempt"))
_ANY = _both(_WANTED)
_FREE = _WANTED.with_for_update(key_share=True, skip_locked=True).execution_options(populate_existing=True)
_OWN = _both(_WANTED.where(col(Attempt.candidate_id) == bindparam("candidate")))


def attempt_of(
    session: Session, candidate_id: UUID, attempt_id: UUID, *, for_update: bool = False
) -> Attempt:
    """The candidate's own attempt. ``for_update`` holds its row until the transaction ends.

    Raises:
        NotFound: no such attempt, or another candidate's.
    """
    return _one(session, _OWN[for_update], {"attempt": attempt_id, "candidate": candidate_id})


def get_attempt(session: Session, attempt_id: UUID, *, for_update: bool = False) -> Attempt:
    """An attempt by its id, for what the system or a member of staff does; the caller checks who may.

    Raises:
        NotFound: no such attempt.
    """
    return _one(session, _ANY[for_update], {"attempt": attempt_id})


def find_free(session: Session, attempt_id: UUID) -> Attempt | None:
    """An attempt by its id, its row held; None while somebody else holds it (on SQLite nobody else can)."""
    return session.scalars(_FREE, {"attempt": attempt_id}).first()


def _one(session: Session, wanted: Executable, names: dict[str, UUID]) -> Attempt:
    found: Attempt | None = session.scalars(wanted, names).first()
    if found is None:
        raise NotFound
    return found


_attempt = table_of(Attempt).c
_response = table_of(Response).c
_exam = table_of(Exam).c
_WINDOW: Executable = (
    select(
        _attempt.id,
        _attempt.code,
        _exam.slug,
        _exam.title,
        _exam.certification,
        _attempt.lifecycle,
        _attempt.mode,
        _attempt.started_at,
        _attempt.deadline,
        _attempt.remaining_ms,
        _attempt.submitted_at,
        _attempt.last_seen_at,
        _attempt.lease,
        _attempt.lease_number,
        _attempt.scripted,
        _attempt.locale,
        _attempt.layout,
        _attempt.browser_check,
        _attempt.browser_key,
        unread_count(_attempt.id),
    )
    .join_from(table_of(Attempt), table_of(Exam), _exam.id == _attempt.exam_id)
    .where(_attempt.id == bindparam("attempt"), _attempt.candidate_id == bindparam("candidate"))
)
_ANSWERS: Executable = (
    select(_response.position, _response.chosen, _response.flagged, _response.version, _response.saved_at)
    .where(_response.attempt_id == bindparam("attempt"))
    .order_by(_response.position)
)


def window_of(session: Session, candidate_id: UUID, attempt_id: UUID) -> OpenWindow:
    """The candidate's own attempt, as columns, for a page of the exam.

    Raises:
        NotFound: no such attempt, or another candidate's.
    """
    row = session.execute(_WINDOW, {"attempt": attempt_id, "candidate": candidate_id}).first()
    if row is None:
        raise NotFound
    return OpenWindow(*row)


def find_open(session: Session, candidate_id: UUID, exam_id: UUID) -> Attempt | None:
    """The candidate's open attempt at an exam; there is one at most."""
    return session.scalars(
        select(Attempt).where(
            col(Attempt.candidate_id) == candidate_id,
            col(Attempt.exam_id) == exam_id,
            col(Attempt.lifecycle).in_(OPEN),
        )
    ).first()


def past_attempts(
    session: Session, candidate_id: UUID, exam_id: UUID, without: UUID | None = None
) -> list[booking_rules.PastAttempt]:
    """The candidate's attempts at an exam but for the one left out, as far as repeating depends on them.

    One that was not passed and about which a panel upheld an appeal does not count, as if it were void.
    """
    rows = session.execute(
        select(
            col(Attempt.id),
            col(Attempt.lifecycle),
            col(Attempt.started_at),
            col(Attempt.outcome),
            col(Attempt.appeal),
        ).where(col(Attempt.candidate_id) == candidate_id, col(Attempt.exam_id) == exam_id)
    )
    return [
        booking_rules.PastAttempt(
            Lifecycle.VOID if is_uncounted(outcome=outcome, appeal=appeal) else state, started
        )
        for id_, state, started, outcome, appeal in rows
        if id_ != without
    ]


def limit_seconds(session: Session, attempt: Attempt) -> int:
    """The time limit of the attempt's form, or of its blueprint before a form is assigned, in seconds."""
    wanted = (
        select(col(Form.minutes)).where(col(Form.id) == attempt.form_id)
        if attempt.form_id
        else select(col(Blueprint.minutes)).where(col(Blueprint.id) == attempt.blueprint_id)
    )
    return int(session.execute(wanted).scalar_one()) * 60


def answers_of(session: Session, attempt_id: UUID) -> dict[int, Answer]:
    """Every place of the form with its present answer, by position."""
    rows = session.execute(_ANSWERS, {"attempt": attempt_id})
    return {row[0]: Answer(*row) for row in rows}


def answered_places(layout: Sequence[Mapping[str, Any]], answers: Mapping[int, Answer]) -> frozenset[int]:
    """The places whose answer is complete; one of which something is still open counts as empty."""
    return frozenset(
        place for place, answer in answers.items() if is_complete(shape_of(layout[place - 1]), answer.chosen)
    )


def count(layout: Sequence[Mapping[str, Any]], answers: Mapping[int, Answer]) -> Counts:
    """Answered, flagged, empty."""
    answered = len(answered_places(layout, answers))
    flagged = sum(1 for answer in answers.values() if answer.flagged)
    return Counts(answered, flagged, len(answers) - answered)


def answers_hash(code: str, layout: Sequence[Mapping[str, Any]], answers: Mapping[int, Answer]) -> str:
    """SHA-256 of the stored answers in canonical JSON, 64 hex digits: what a receipt carries.

    ``{"attempt": code, "answers": {position: {"item": item version id, "chosen": [words]}}}``
    """
    return sha256_hex(
        canonical_json(
            {
                "attempt": code,
                "answers": {
                    str(position): {"item": layout[position - 1]["item"], "chosen": answer.chosen}
                    for position, answer in answers.items()
                },
            }
        )
    )


def replayed(session: Session, attempt_id: UUID) -> dict[int, tuple[str, ...]]:
    """The answers that the log of events alone leads to, by position."""
    rows = session.execute(
        select(
            col(ResponseEvent.kind),
            col(ResponseEvent.position),
            col(ResponseEvent.chosen),
            col(ResponseEvent.version),
        ).where(
            col(ResponseEvent.attempt_id) == attempt_id,
            col(ResponseEvent.kind).in_((EventKind.SAVE, EventKind.CLEAR)),
        )
    )
    return replay(AnswerEvent(row.kind, row.position, tuple(row.chosen or ()), row.version) for row in rows)


def takeovers(session: Session, attempt_id: UUID) -> int:
    """How often the attempt was opened in another window."""
    return int(
        session.execute(
            select(func.count()).where(
                col(ResponseEvent.attempt_id) == attempt_id, col(ResponseEvent.kind) == EventKind.TAKEOVER
            )
        ).scalar_one()
    )


def due(session: Session, at: datetime, *, limit: int) -> list[UUID]:
    """Attempts whose time and grace are over at ``at``, the longest over first."""
    return list(
        session.scalars(
            select(col(Attempt.id))
            .where(
                col(Attempt.lifecycle).in_((Lifecycle.IN_PROGRESS, Lifecycle.INTERRUPTED)),
                col(Attempt.deadline) < at - GRACE,
            )
            .order_by(col(Attempt.deadline))
            .limit(limit)
        )
    )


def silent(session: Session, since: datetime, *, limit: int) -> list[UUID]:
    """Attempts in progress that have sent no request since ``since``."""
    return list(
        session.scalars(
            select(col(Attempt.id))
            .where(col(Attempt.lifecycle) == Lifecycle.IN_PROGRESS, col(Attempt.last_seen_at) < since)
            .limit(limit)
        )
    )


class SweepLag(NamedTuple):
    """How late the sweeper came: how many attempts it closed, and the worst delay after the grace."""

    closed: int
    worst: timedelta


def sweep_delay(session: Session, at: datetime) -> timedelta:
    """How long the attempt that is due longest waits for the sweeper; zero when none does.

    What an operator watches: it grows when no worker runs.
    """
    first = session.execute(
        select(col(Attempt.deadline))
        .where(
            col(Attempt.lifecycle).in_((Lifecycle.IN_PROGRESS, Lifecycle.INTERRUPTED)),
            col(Attempt.deadline) < at - GRACE,
        )
        .order_by(col(Attempt.deadline))
        .limit(1)
    ).scalar_one_or_none()
    return timedelta() if first is None else lag(deadline=first, at=at)


def history_of(session: Session, attempt_id: UUID) -> list[AttemptTransition]:
    """Every change on every axis, in order."""
    return list(
        session.scalars(
            select(AttemptTransition)
            .where(col(AttemptTransition.attempt_id) == attempt_id)
            .order_by(col(AttemptTransition.seq))
        )
    )


_FOR_CAUSE = (Lifecycle.REFUSED, Lifecycle.TERMINATED, Lifecycle.VOID)


def was_terminated(session: Session, attempt_id: UUID) -> bool:
    """Whether two people ever ended the attempt; its state may have gone on to ``scored``."""
    return bool(session.scalar(select(terminated_condition(attempt_id))))


def terminated_condition(attempt: Any) -> ColumnElement[bool]:
    """A condition: the attempt (its id, or a column of ids) was ever terminated."""
    return exists(
        select(1).where(
            col(AttemptTransition.attempt_id) == attempt,
            col(AttemptTransition.axis) == Axis.LIFECYCLE,
            col(AttemptTransition.to_state) == str(Lifecycle.TERMINATED),
        )
    )


def find_reason(session: Session, attempt_id: UUID) -> str | None:
    """Why the candidate was turned away, ended or voided, in the words of the person who did it.

    The caller has checked whose attempt it is.
    """
    return session.scalar(
        select(col(AttemptTransition.reason))
        .where(
            col(AttemptTransition.attempt_id) == attempt_id,
            col(AttemptTransition.axis) == Axis.LIFECYCLE,
            col(AttemptTransition.to_state).in_([str(state) for state in _FOR_CAUSE]),
        )
        .order_by(col(AttemptTransition.seq).desc())
        .limit(1)
    )


def never_started(session: Session, at: datetime, *, limit: int) -> list[UUID]:
    """Booked attempts that have not started, and in whose window nobody can start any more at ``at``."""
    rows = session.execute(
        select(col(Attempt.id), col(Attempt.extra_seconds), col(Sitting.closes_at))
        .join(Sitting, col(Sitting.id) == col(Attempt.sitting_id))
        .where(col(Attempt.lifecycle).in_(BEFORE_START), col(Sitting.closes_at) <= at)
        .order_by(col(Sitting.closes_at), col(Attempt.id))
        .limit(limit)
    )
    return [
        row.id
        for row in rows
        if start_is_over(window_close=row.closes_at, extra=timedelta(seconds=row.extra_seconds), at=at)
    ]
