"""A decided correction of an item: what it would change, and the change itself, attempt by attempt."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.models.rescoring import AttemptScoring, ScoringOverride
from app.exams.queries import attempts
from app.exams.queries import overriding as queries
from app.exams.queries.overriding import Holding
from app.exams.rules.overriding import Override
from app.exams.rules.scoring import with_ratings
from app.exams.rules.states import Axis, Lifecycle, Outcome, ResultState
from app.exams.rules.transitions import Who
from app.exams.service import answers, hand_in, history, rating
from app.exams.service.score import Scored, note_of, score
from app.kernel.clock import Clock
from app.platform import audit
from app.question_banks import queries as banks
from app.question_banks.rules import ItemType


class Stood(NamedTuple):
    """Figures of an attempt; it is changed only where it still has them."""

    raw_score: int
    max_points: int
    cut_score: int
    outcome: Outcome


class Given(StrEnum):
    """What became of a new score that was to be given to an attempt."""

    TOLD = "told"
    """Given, and the candidate knew the result that it replaces."""
    SILENT = "silent"
    """Given, now or before, and there is nobody to tell."""
    CLOSED_BY_IT = "closed_by_it"
    """Not given: the attempt is open again, invalidated, or was closed by the correction itself."""
    OTHER_FIGURES = "other_figures"
    """Not given: it is scored with other figures, which do not rest on the correction."""


class Preview(NamedTuple):
    """One attempt, scored twice from its log of answers: as it stands, and with the correction."""

    before: Scored
    after: Scored


def preview(session: Session, held: Sequence[Holding], correction: Override) -> dict[UUID, Preview]:
    """By attempt: what the append-only answers score now, and with ``correction``. Writes nothing.

    Corrections that an attempt's score rests on already go on holding for it, but for an older one of the
    same item.
    """
    ids = [one.id for one in held]
    log, basis = queries.replayed_of(session, ids), queries.basis_of(session, ids)
    layouts = {one.id: queries.versions_of(one.layout) for one in held}
    keys = banks.keys_by_id(session, {version for places in layouts.values() for version in places})
    rated = (
        rating.rated_points(session, ids)
        if any(key.type is ItemType.WRITTEN for key in keys.values())
        else {}
    )
    found = {}
    for one in held:
        versions, rests_on = layouts[one.id], basis.get(one.id)
        pinned = (one.cut_score or 0, one.max_points or 0)
        pinned = (rests_on.cut_score, rests_on.max_points) if rests_on else pinned
        known = rests_on.overrides if rests_on else {}
        items = with_ratings(answers.items_of(one.layout, keys), rated.get(one.id, {}))
        found[one.id] = Preview(
            score(items, versions, log[one.id], pinned=pinned, overrides=known),
            score(
                items, versions, log[one.id], pinned=pinned, overrides=known | {correction.item: correction}
            ),
        )
    return found


def record_override(
    session: Session,
    clock: Clock,
    *,
    override: Override,
    source_id: UUID,
    officer_id: UUID,
    reason: str,
) -> None:
    """Put a decided correction in force: whatever is scored from now on is scored by it."""
    session.add(
        ScoringOverride(
            id=override.id,
            item_version_id=override.item,
            kind=override.kind,
            keys=[list(key) for key in override.keys],
            source_id=source_id,
            decided_by=officer_id,
            reason=reason,
            at=clock.now(),
        )
    )
    audit.record(
        session,
        clock,
        actor_id=officer_id,
        action="scoring.overridden",
        subject_kind="item_version",
        subject_id=override.item,
        kind=str(override.kind),
        source=source_id,
    )


def rescore(
    session: Session,
    clock: Clock,
    *,
    attempt_id: UUID,
    stood: Stood,
    scored: Scored,
    source_id: UUID,
    officer_id: UUID,
    reason: str,
) -> Given:
    """Give an attempt its new score, once per ``source_id``, if it stands as ``stood`` says.

    ``source_id`` is also the id of the correction. An attempt that was opened again and closed by it keeps
    what it was closed with, whatever the figures.

    A released result is reissued, with the events that follow a release; one that is withheld gets an entry
    of its history. What it was stays in ``attempt_scoring``.
    """
    attempt = attempts.get_attempt(session, attempt_id, for_update=True)
    done = session.scalar(
        select(col(AttemptScoring.id)).where(
            col(AttemptScoring.attempt_id) == attempt_id, col(AttemptScoring.source_id) == source_id
        )
    )
    if done is not None:
        return Given.SILENT  # with its letter, in the transaction that did it
    now = (attempt.raw_score, attempt.max_points, attempt.cut_score, attempt.outcome)
    told = attempt.result in {ResultState.RELEASED, ResultState.REISSUED}
    if attempt.lifecycle is not Lifecycle.SCORED or attempt.result is ResultState.INVALIDATED:
        return Given.CLOSED_BY_IT
    basis = queries.basis_of(session, [attempt_id]).get(attempt_id)
    if basis is not None and source_id in {one.id for one in basis.overrides.values()}:
        return Given.CLOSED_BY_IT
    if now != stood:
        return Given.OTHER_FIGURES
    session.add(
        note_of(
            attempt_id,
            scored,
            at=clock.now(),
            source_id=source_id,
            raw_before=stood.raw_score,
            max_before=stood.max_points,
            cut_before=stood.cut_score,
            passed_before=stood.outcome is Outcome.PASSED,
            officer_id=officer_id,
            reason=reason,
        )
    )
    if told:
        hand_in.reissue(session, clock, attempt, officer_id=officer_id, reason=reason, values=scored.values)
    else:
        history.move(
            session,
            clock,
            attempt,
            Axis.LIFECYCLE,
            Lifecycle.SCORED,
            actor_id=officer_id,
            roles={Who.CERTIFICATION_OFFICER},
            reason=reason,
            values=scored.values,
        )
    audit.record(
        session,
        clock,
        actor_id=officer_id,
        action="attempt.rescored",
        subject_kind="attempt",
        subject_id=attempt_id,
        source=source_id,
        before=f"{stood.raw_score}/{stood.max_points} {stood.outcome}",
        after=f"{scored.raw_score}/{scored.max_points} {scored.outcome}",
    )
    return Given.TOLD if told else Given.SILENT
