"""Corrections of items as scoring needs them, and the attempts that hold a corrected item.

No text and no name: who may see which is asked above.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Executable, and_, bindparam, exists, func, null, or_, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, ResponseEvent
from app.exams.models.forms import Exam, FormItem
from app.exams.models.rescoring import AttemptScoring, ScoringOverride
from app.exams.rules.delivery import AnswerEvent, replay
from app.exams.rules.overriding import Override, OverrideKind
from app.exams.rules.states import OPEN, EventKind, Lifecycle, Mode, Outcome, ResultState
from app.platform.database import table_of
from app.programmes.queries import trained_condition

CHUNK = 200
"""Attempts whose log is read at once."""


class Basis(NamedTuple):
    """What the score in force of an attempt rests on, and what its start had fixed."""

    overrides: dict[UUID, Override]
    """By item version."""
    cut_score: int
    max_points: int


class Holding(NamedTuple):
    """An attempt that holds a corrected item, as it stands."""

    id: UUID
    code: str
    candidate_id: UUID
    lifecycle: Lifecycle
    result: ResultState
    mode: Mode
    certification: bool
    achievement: str | None
    layout: list[dict[str, Any]]
    raw_score: int | None
    max_points: int | None
    cut_score: int | None
    outcome: Outcome | None
    answers_hash: str | None


class Rescored(NamedTuple):
    """A result that a correction replaced, as its candidate may see it."""

    at: datetime
    kind: OverrideKind
    raw_before: int
    max_before: int
    passed_before: bool


_override = table_of(ScoringOverride).c
_COLUMNS = select(
    _override.id, _override.item_version_id, _override.kind, _override["keys"].label("right"), _override.at
)
# Constants: every attempt that is closed asks the first.
_IN_FORCE: Executable = _COLUMNS.where(_override.item_version_id.in_(bindparam("versions", expanding=True)))
_NAMED: Executable = _COLUMNS.where(_override.id.in_(bindparam("named", expanding=True)))


def versions_of(layout: Iterable[Mapping[str, Any]]) -> tuple[UUID, ...]:
    """By place, the item version an attempt pins."""
    return tuple(UUID(place["item"]) for place in layout)


def _read(rows: Iterable[Any]) -> dict[UUID, Override]:
    """By item version; of several the newest stands."""
    ordered = sorted(rows, key=lambda row: (row.at, row.id))
    return {
        row.item_version_id: Override(
            row.id, row.item_version_id, row.kind, tuple(tuple(key) for key in row.right)
        )
        for row in ordered
    }


def in_force(
    session: Session, versions: Collection[UUID], *, before: datetime | None = None
) -> dict[UUID, Override]:
    """The corrections in force of these item versions, by version; ``before``: as they were then."""
    rows = session.execute(_IN_FORCE, {"versions": list(versions)})
    return _read(row for row in rows if before is None or row.at < before)


def rekeyed_at(session: Session) -> dict[UUID, datetime]:
    """By form, when an item of it was given another key last."""
    rows = session.execute(
        select(col(FormItem.form_id), func.max(col(ScoringOverride.at)))
        .join(ScoringOverride, col(ScoringOverride.item_version_id) == col(FormItem.item_version_id))
        .where(col(ScoringOverride.kind) == OverrideKind.NEW_KEY)
        .group_by(col(FormItem.form_id))
    )
    return {row[0]: row[1] for row in rows}


def basis_of(session: Session, attempt_ids: Sequence[UUID]) -> dict[UUID, Basis]:
    """What the scores of these attempts rest on; one that rests on its pinned keys alone is absent."""
    newest: dict[UUID, AttemptScoring] = {}
    for start in range(0, len(attempt_ids), CHUNK):
        rows = session.scalars(
            select(AttemptScoring)
            .where(col(AttemptScoring.attempt_id).in_(attempt_ids[start : start + CHUNK]))
            .order_by(col(AttemptScoring.at), col(AttemptScoring.id))
        )
        newest |= {row.attempt_id: row for row in rows}
    named = {UUID(one) for row in newest.values() for one in row.overrides}
    held = session.execute(_NAMED, {"named": list(named)}).all()
    return {
        attempt: Basis(
            _read(one for one in held if str(one.id) in row.overrides), row.pinned_cut, row.pinned_max
        )
        for attempt, row in newest.items()
    }


def holds_own(session: Session, person_id: UUID, version_id: UUID, *, at: datetime) -> bool:
    """Whether an attempt that holds the item is the person's own, or of somebody they have trained."""
    candidate: Any = col(Attempt.candidate_id)
    forms = select(col(FormItem.form_id)).where(col(FormItem.item_version_id) == version_id)
    own = or_(candidate == person_id, trained_condition(person_id, candidate, at=at))
    return bool(session.scalar(select(exists().where(col(Attempt.form_id).in_(forms), own))))


def holding(
    session: Session,
    version_id: UUID,
    lifecycles: Collection[Lifecycle] = (Lifecycle.SCORED,),
    *,
    for_update: bool = False,
    layouts: bool = True,
) -> list[Holding]:
    """The started attempts in these states whose form has the item version, in order of their ids.

    ``for_update`` holds their rows, so that none of them is closed or opened again meanwhile; ``layouts``
    off leaves the large column out, which then is None.
    """
    forms = select(col(FormItem.form_id)).where(col(FormItem.item_version_id) == version_id)
    columns: tuple[Any, ...] = (
        Attempt.id,
        Attempt.code,
        Attempt.candidate_id,
        Attempt.lifecycle,
        Attempt.result,
        Attempt.mode,
        Exam.certification,
        Exam.achievement,
        Attempt.layout if layouts else null(),
        Attempt.raw_score,
        Attempt.max_points,
        Attempt.cut_score,
        Attempt.outcome,
        Attempt.answers_hash,
    )
    wanted = (
        select(*columns)
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .where(
            col(Attempt.form_id).in_(forms),
            col(Attempt.lifecycle).in_(list(lifecycles)),
            col(Attempt.result) != ResultState.INVALIDATED,
        )
        .order_by(col(Attempt.id))
    )
    if for_update:
        wanted = wanted.with_for_update(key_share=True, of=Attempt)
    return [Holding(*row) for row in session.execute(wanted)]


def under_way(
    session: Session, version_id: UUID, *, for_update: bool = False, layouts: bool = True
) -> list[Holding]:
    """Attempts that hold the item and are not scored yet: they will be by the rule then in force."""
    states = (*OPEN, Lifecycle.SUBMITTED, Lifecycle.EXPIRED, Lifecycle.TERMINATED)
    return holding(session, version_id, states, for_update=for_update, layouts=layouts)


def replayed_of(session: Session, attempt_ids: Sequence[UUID]) -> dict[UUID, dict[int, tuple[str, ...]]]:
    """By attempt, the answers that the append-only log alone leads to."""
    found: dict[UUID, dict[int, tuple[str, ...]]] = {}
    for start in range(0, len(attempt_ids), CHUNK):
        events: dict[UUID, list[AnswerEvent]] = {one: [] for one in attempt_ids[start : start + CHUNK]}
        changes = (
            col(ResponseEvent.attempt_id).in_(list(events)),
            col(ResponseEvent.kind).in_((EventKind.SAVE, EventKind.CLEAR)),
        )
        place: tuple[Any, ...] = (ResponseEvent.attempt_id, ResponseEvent.position)
        # the last change of a place decides, and the texts of all the others are long
        last = (
            select(*place, func.max(col(ResponseEvent.version)).label("version"))
            .where(*changes)
            .group_by(*place)
            .subquery()
        )
        rows = session.execute(
            select(
                col(ResponseEvent.attempt_id),
                col(ResponseEvent.kind),
                col(ResponseEvent.position),
                col(ResponseEvent.chosen),
                col(ResponseEvent.version),
            )
            .join(
                last,
                and_(
                    col(ResponseEvent.attempt_id) == last.c.attempt_id,
                    col(ResponseEvent.position) == last.c.position,
                    col(ResponseEvent.version) == last.c.version,
                ),
            )
            .where(*changes)
        )
        for row in rows:
            events[row.attempt_id].append(
                AnswerEvent(row.kind, row.position, tuple(row.chosen or ()), row.version)
            )
        found |= {attempt: replay(of) for attempt, of in events.items()}
    return found


def rescores_of(session: Session, attempt_id: UUID) -> list[Rescored]:
    """The results of an attempt that corrections have replaced, the oldest first. Never what the item was."""
    rows = session.execute(
        select(
            col(AttemptScoring.at),
            col(ScoringOverride.kind),
            col(AttemptScoring.raw_before),
            col(AttemptScoring.max_before),
            col(AttemptScoring.passed_before),
        )
        .join(ScoringOverride, col(ScoringOverride.source_id) == col(AttemptScoring.source_id))
        .where(col(AttemptScoring.attempt_id) == attempt_id)
        .order_by(col(AttemptScoring.at), col(AttemptScoring.id))
    )
    return [Rescored(*row) for row in rows]
