"""The record of an attempt: its timeline, incidents, the steps of its review, and who looked at it.

The candidate and whoever reviews get the same record: it holds no name.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.queries import record as exams
from app.exams.rules.states import Review
from app.proctoring.models import Incident, RecordView, ReviewStep
from app.proctoring.queries import pictures as taken
from app.proctoring.queries import signals as chains
from app.proctoring.rules import incidents as rules
from app.proctoring.rules.pictures import Verdict
from app.proctoring.rules.reviewing import Purpose, Standing, StepKind
from app.proctoring.rules.timeline import By, Fact, FactKind, counts, facts_of_incidents, kind_of, timeline


class Step(NamedTuple):
    """A step of the review."""

    kind: StepKind
    finding: str | None
    text: str | None
    due_at: datetime | None
    actor_id: UUID
    at: datetime


class View(NamedTuple):
    """Somebody of the staff looked at the record."""

    at: datetime
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Record:
    """Everything there is to see, for the candidate and the reviewers alike."""

    facts: tuple[Fact, ...]
    counts: dict[FactKind, int]
    saves: int
    incidents: tuple[rules.Incident, ...]
    steps: tuple[Step, ...]
    pictures: tuple[taken.Shot, ...]
    receipts: tuple[taken.Receipt, ...]
    signals: tuple[chains.Came, ...]


def get_record(session: Session, attempt_id: UUID, *, candidate_id: UUID) -> Record:
    """The record of an attempt; the caller has checked who may see it."""
    seen = incidents_of(session, attempt_id)
    chain = chains.signals_of(session, attempt_id)
    recorded = _recorded(session, attempt_id, candidate_id)
    facts = timeline(
        recorded,
        _supervised(session, attempt_id, any(one.kind is FactKind.IDENTITY_COMPARED for one in recorded)),
        chains.facts_of(chain),
        facts_of_incidents(seen),
    )
    return Record(
        facts,
        counts(facts),
        exams.count_saves(session, attempt_id),
        seen,
        tuple(steps_of(session, attempt_id)),
        tuple(taken.pictures_of(session, attempt_id)),
        tuple(taken.receipts_of(session, attempt_id)),
        tuple(chain),
    )


def _supervised(session: Session, attempt_id: UUID, compared: bool) -> list[Fact]:
    """What staff did about pictures: compared them, asked for others, or switched monitoring of the sitting.

    ``compared``: the exam itself tells of a comparison that admitted somebody.
    """
    checks = [
        Fact(
            one.at,
            FactKind.IDENTITY_AGAIN if one.verdict is Verdict.AGAIN else FactKind.IDENTITY_COMPARED,
            By.STAFF,
            text=one.reason,
        )
        for one in taken.checks_of(session, attempt_id)
        if one.verdict is Verdict.AGAIN or not compared
    ]
    switched = [
        Fact(one.at, FactKind.MONITORING_ON if one.on else FactKind.MONITORING_OFF, By.STAFF, text=one.reason)
        for one in taken.switches_of(session, exams.sitting_of(session, attempt_id))
    ]
    return [*checks, *switched]


def _recorded(session: Session, attempt_id: UUID, candidate_id: UUID) -> list[Fact]:
    found = []
    for one in exams.recorded(session, attempt_id):
        by = By.SYSTEM if one.actor_id is None else By.CANDIDATE if one.actor_id == candidate_id else By.STAFF
        if one.source == "answers":
            by = By.CANDIDATE
        kind = kind_of(one.source, one.word, by=by)
        if kind is not None:
            found.append(Fact(one.at, kind, by, text=one.reason, place=one.place, seconds=one.seconds))
    return found


def incidents_of(session: Session, attempt_id: UUID) -> tuple[rules.Incident, ...]:
    """The incidents of an attempt, each with all its wordings."""
    rows = session.execute(
        select(
            col(Incident.id),
            col(Incident.corrects),
            col(Incident.kind),
            col(Incident.seen_at),
            col(Incident.seen),
            col(Incident.withdrawn),
            col(Incident.reason),
            col(Incident.actor_id),
            col(Incident.at),
        )
        .where(col(Incident.attempt_id) == attempt_id)
        .order_by(col(Incident.at), col(Incident.id))
    )
    return rules.incidents_of(rules.IncidentRow(*row) for row in rows)


def steps_of(session: Session, attempt_id: UUID) -> list[Step]:
    """The steps of a review, in order."""
    rows = session.execute(
        select(
            col(ReviewStep.kind),
            col(ReviewStep.finding),
            col(ReviewStep.text),
            col(ReviewStep.due_at),
            col(ReviewStep.actor_id),
            col(ReviewStep.at),
        )
        .where(col(ReviewStep.attempt_id) == attempt_id)
        .order_by(col(ReviewStep.at), col(ReviewStep.id))
    )
    return [Step(*row) for row in rows]


def standing_of(review: Review, steps: tuple[Step, ...], viewer_id: UUID | None = None) -> Standing:
    """Where a review stands, seen by somebody."""
    taken = [step.actor_id for step in steps if step.kind is StepKind.TAKEN]
    asked = [step.due_at for step in steps if step.kind is StepKind.STATEMENT_ASKED]
    return Standing(
        review=review,
        mine=bool(taken) and taken[-1] == viewer_id,
        asked_until=asked[0] if asked else None,
        answered=any(step.kind is StepKind.STATEMENT_GIVEN for step in steps),
    )


def views_of(session: Session, attempt_id: UUID) -> list[View]:
    """When and why staff looked at the record, in order."""
    rows = session.execute(
        select(col(RecordView.at), col(RecordView.purpose))
        .where(col(RecordView.attempt_id) == attempt_id)
        .order_by(col(RecordView.at), col(RecordView.id))
    )
    return [View(*row) for row in rows]
