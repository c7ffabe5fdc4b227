"""Attempts, responses, and their append-only histories."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from app.exams.rules.secure_browser import BrowserCheck
from app.exams.rules.states import (
    AppealState,
    Axis,
    EventKind,
    Lifecycle,
    Mode,
    Outcome,
    ResultState,
    Review,
)
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.kernel.types import Json, UtcDateTime, word

_COUNTED = text(
    "kind IN ('language', 'takeover', 'refused_stale', 'refused_late', 'refused_closed', 'refused_window')"
)
"""Few of all events: what a live board counts, found without reading every save."""
_OPEN = text("lifecycle IN ('scheduled', 'checkin', 'ready', 'in_progress', 'interrupted', 'paused')")


class Attempt(SQLModel, table=True):
    """One candidate's one sitting of one published form.

    ``cut_score`` is copied from the form at the start, so a later standard-setting study cannot re-decide
    a sitting that has already taken place. ``outcome`` is the one in force; every list, report and
    certificate reads it from here. What a recorded re-score replaced stays in ``attempt_scoring``.
    ``layout`` pins item versions, option order and points when the attempt starts.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index(
            "uq_attempt_open",
            "candidate_id",
            "exam_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_attempt_due", "lifecycle", "deadline"),
        Index("ix_attempt_sitting", "sitting_id"),
        CheckConstraint("cut_score >= 0", name="cut_score_not_negative"),
        CheckConstraint("(raw_score IS NULL) = (outcome IS NULL)", name="score_and_outcome_together"),
        CheckConstraint("(started_at IS NULL) = (deadline IS NULL)", name="start_and_deadline_together"),
        CheckConstraint("extra_seconds >= 0", name="extra_not_negative"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(max_length=20, unique=True)
    """What a person reads aloud or finds on a receipt: random, no order, no personal data."""
    exam_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("exam.id"), nullable=False))
    blueprint_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("blueprint.id"), nullable=False))
    form_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("form.id")))
    sitting_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("sitting.id")))
    candidate_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    number: int = Field(default=1)
    mode: Mode = Field(sa_column=Column(word(Mode), nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    lifecycle: Lifecycle = Field(sa_column=Column(word(Lifecycle), nullable=False))
    review: Review = Field(default=Review.NONE, sa_column=Column(word(Review), nullable=False))
    result: ResultState = Field(
        default=ResultState.WITHHELD, sa_column=Column(word(ResultState), nullable=False)
    )
    appeal: AppealState = Field(default=AppealState.NONE, sa_column=Column(word(AppealState), nullable=False))

    notice_version: str | None = Field(default=None, max_length=16)
    notice_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    identity_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    identity_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    started_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    deadline: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """min(start + limit + extra, window close + extra); aware UTC, whole seconds."""
    extra_seconds: int = Field(default=0)
    remaining_ms: int | None = None
    """While paused: what was left of the time."""
    submitted_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When it was handed in, or the deadline when the sweeper closed it."""
    last_seen_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    lease: str | None = Field(default=None, max_length=64)
    """Hash of the token of the one live window."""
    lease_number: int = Field(default=0)
    """How many windows there have been; each one after the first is a takeover."""
    scripted: bool = Field(default=False)
    """Whether the page sends heartbeats of its own; without them silence says nothing."""
    locale: Locale | None = Field(default=None, sa_column=Column(word(Locale)))

    seed: int | None = None
    layout: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(Json))
    """By position: ``{"item": item version id, "type", "order": [choice ids], "points": n, "domain": "D1"}``.

    ``several`` says whether several choices go, ``targets`` (of a matching) their order, ``words`` how many a
    written answer may have.
    """
    cut_score: int | None = None
    max_points: int | None = None
    raw_score: int | None = None
    outcome: Outcome | None = Field(default=None, sa_column=Column(word(Outcome)))
    domain_points: dict[str, list[int]] | None = Field(default=None, sa_column=Column(Json))
    """By domain: [points reached, points possible]."""
    answers_hash: str | None = Field(default=None, max_length=64)
    counts: dict[str, int] | None = Field(default=None, sa_column=Column(Json))
    """At hand-in: ``answered``, ``flagged``, ``empty``."""
    released_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    browser_check: BrowserCheck = Field(
        default=BrowserCheck.NONE, sa_column=Column(word(BrowserCheck), nullable=False)
    )
    browser_key: str | None = Field(default=None, max_length=64)
    """The Config Key that every request of a started attempt proves; None: none is asked for."""

    review_asked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Since when people are to look at its record. Why is not said here: who reviews does not learn it."""

    termination_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    """Who proposed to end the attempt; another person confirms, or the candidate goes on."""
    termination_reason: str | None = Field(default=None, max_length=1000)
    termination_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AttemptTransition(SQLModel, table=True):
    """One change on one axis: who, when, why, and the hash of the change before it. Append-only."""

    __tablename__ = "attempt_transition"
    __table_args__ = (UniqueConstraint("attempt_id", "seq"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    seq: int
    axis: Axis = Field(sa_column=Column(word(Axis), nullable=False))
    from_state: str = Field(max_length=32)
    to_state: str = Field(max_length=32)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    actor_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    reason: str | None = Field(default=None, max_length=1000)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class Response(SQLModel, table=True):
    """The present answer to one place of the form. ``version`` grows by one with every change."""

    __tablename__ = "response"

    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), primary_key=True))
    position: int = Field(primary_key=True)
    chosen: list[str] = Field(sa_column=Column(Json, nullable=False))
    """Words, as ``rules.responses`` says for each type; empty = no answer."""
    flagged: bool = Field(default=False)
    version: int = Field(default=0)
    late: bool = Field(default=False)
    saved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class ResponseEvent(SQLModel, table=True):
    """What happened to answers, append-only: the score can be recomputed from these rows alone."""

    __tablename__ = "response_event"
    __table_args__ = (
        UniqueConstraint("attempt_id", "idempotency_key"),
        Index("ix_response_event_attempt", "attempt_id", "id"),
        Index(
            "ix_response_event_counted",
            "attempt_id",
            "kind",
            sqlite_where=_COUNTED,
            postgresql_where=_COUNTED,
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    kind: EventKind = Field(sa_column=Column(word(EventKind), nullable=False))
    position: int | None = None
    chosen: list[str] | None = Field(default=None, sa_column=Column(Json))
    version: int | None = None
    """The version this event made (or, when refused, the one it was based on)."""
    late: bool = Field(default=False)
    locale: Locale | None = Field(default=None, sa_column=Column(word(Locale)))
    idempotency_key: str | None = Field(default=None, max_length=80)
    """A hash over the page's key, the place, the answer and how it was refused, if it was."""
    client_seq: int | None = None
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class TimeGrant(SQLModel, table=True):
    """Extra time for one attempt: exact seconds, reason and approver. Append-only; never counted twice."""

    __tablename__ = "time_grant"
    __table_args__ = (
        UniqueConstraint("attempt_id", "grant_key"),
        CheckConstraint("seconds > 0", name="seconds_positive"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    attempt_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("attempt.id"), nullable=False))
    grant_key: str = Field(max_length=64)
    seconds: int
    reason: str = Field(max_length=1000)
    approver_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
