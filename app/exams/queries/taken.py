"""What statistics read of a form: who took it first, what they answered, and when. No names, no outcomes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, not_, select
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, Response, ResponseEvent
from app.exams.models.forms import Blueprint, Exam, Form, FormItem
from app.exams.models.rating import WrittenAnswer
from app.exams.queries.attempts import terminated_condition
from app.exams.queries.cuts import cut_in_force
from app.exams.rules.states import EventKind, Lifecycle, ResultState
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual

_ANSWERED = (EventKind.SAVE, EventKind.CLEAR, EventKind.FLAG, EventKind.UNFLAG)
_AT_ONCE = 200
_NOTED = (*_ANSWERED, EventKind.START, EventKind.LANGUAGE, EventKind.TAKEOVER)


class FormTaken(NamedTuple):
    """A form, and how many took it as the first of its exam. ``cut_score``: the one in force."""

    id: UUID
    slug: str
    exam_id: UUID
    exam_slug: str
    exam_title: Trilingual
    certification: bool
    cut_score: int
    max_points: int
    minutes: int
    published_at: datetime
    retired_at: datetime | None
    persons: int


class FormPlace(NamedTuple):
    """A place of a form."""

    position: int
    version_id: UUID
    domain: str
    points: int


@dataclass(slots=True)
class FirstAttempt:
    """A first attempt. ``answers``: by place; ``languages``: all it was taken in.

    ``marks``: seconds since the start and the place that was answered then, 0 where the exam was opened in
    another window.
    """

    id: UUID
    layout: list[dict[str, Any]]
    answers_hash: str
    started_at: datetime
    ended_at: datetime
    closed_by_time: bool
    answers: dict[int, tuple[str, ...]] = field(default_factory=dict)
    rated: dict[int, int] = field(default_factory=dict)
    """What people gave its written answers, by place."""
    marks: list[tuple[float, int]] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)


def _first(form_id: UUID | None) -> Select[Any]:
    """Ids of attempts that were the first scored ones of their candidate and exam, of the form's exam."""
    exam = (
        select(col(Blueprint.exam_id))
        .join(Form, col(Form.blueprint_id) == col(Blueprint.id))
        .where(col(Form.id) == form_id)
    )
    of = () if form_id is None else (col(Attempt.exam_id) == exam.scalar_subquery(),)
    ranked = (
        select(
            col(Attempt.id).label("id"),
            func.row_number()
            .over(
                partition_by=(col(Attempt.candidate_id), col(Attempt.exam_id)),
                order_by=(col(Attempt.started_at), col(Attempt.id)),
            )
            .label("rank"),
        )
        .where(col(Attempt.lifecycle) == Lifecycle.SCORED, col(Attempt.started_at).is_not(None), *of)
        .subquery()
    )
    return cast(Select[Any], select(ranked.c.id).where(ranked.c.rank == 1))


def _evidence(form_id: UUID | None) -> ColumnElement[bool]:
    """First attempts, but for those that two people ended and those whose result was invalidated.

    The answers of these may be nobody's own.
    """
    return (
        col(Attempt.id).in_(_first(form_id))
        & (col(Attempt.result) != ResultState.INVALIDATED)
        & not_(terminated_condition(col(Attempt.id)))
    )


def list_taken(session: Session, *, form_id: UUID | None = None) -> list[FormTaken]:
    """Every form, certification first, the newest first; or the one of that id."""
    counted = (
        select(col(Attempt.form_id).label("form_id"), func.count().label("persons"))
        .where(_evidence(form_id))
        .group_by(col(Attempt.form_id))
        .subquery()
    )
    wanted: Any = (
        select(
            col(Form.id),
            col(Form.slug),
            col(Exam.id),
            col(Exam.slug),
            col(Exam.title),
            col(Exam.certification),
            cut_in_force(),
            col(Form.max_points),
            col(Form.minutes),
            col(Form.published_at),
            col(Form.retired_at),
            func.coalesce(counted.c.persons, 0),
        )
        .join(Blueprint, col(Blueprint.id) == col(Form.blueprint_id))
        .join(Exam, col(Exam.id) == col(Blueprint.exam_id))
        .outerjoin(counted, counted.c.form_id == col(Form.id))
        .order_by(
            col(Exam.certification).desc(), col(Exam.slug), col(Form.published_at).desc(), col(Form.slug)
        )
    )
    if form_id is not None:
        wanted = wanted.where(col(Form.id) == form_id)
    return [FormTaken(*row) for row in session.execute(wanted)]


def get_taken(session: Session, form_id: UUID) -> FormTaken:
    """A form with how many took it.

    Raises:
        NotFound: no such form.
    """
    found = list_taken(session, form_id=form_id)
    if not found:
        raise NotFound
    return found[0]


def places_of(session: Session, form_id: UUID) -> list[FormPlace]:
    """The places of a form in order."""
    rows = session.execute(
        select(
            col(FormItem.position), col(FormItem.item_version_id), col(FormItem.domain), col(FormItem.points)
        )
        .where(col(FormItem.form_id) == form_id)
        .order_by(col(FormItem.position))
    )
    return [FormPlace(*row) for row in rows]


def first_attempts(session: Session, form_id: UUID) -> Iterator[FirstAttempt]:
    """The first attempts on a form with their answers and times, in the order in which they ended.

    Some are in memory at once, however many there are.
    """
    ids = session.scalars(
        select(col(Attempt.id))
        .where(_evidence(form_id), col(Attempt.form_id) == form_id)
        .order_by(col(Attempt.submitted_at), col(Attempt.id))
    ).all()
    for begin in range(0, len(ids), _AT_ONCE):
        yield from _read(session, ids[begin : begin + _AT_ONCE])


def _read(session: Session, ids: Sequence[UUID]) -> Iterable[FirstAttempt]:
    rows = session.execute(
        select(
            col(Attempt.id),
            col(Attempt.layout),
            col(Attempt.answers_hash),
            col(Attempt.started_at),
            col(Attempt.submitted_at),
            col(Attempt.deadline),
        )
        .where(col(Attempt.id).in_(ids))
        .order_by(col(Attempt.submitted_at), col(Attempt.id))
    )
    found = {
        row[0]: FirstAttempt(row[0], row[1] or [], row[2] or "", row[3], row[4], row[4] >= row[5])
        for row in rows
    }
    answers = select(col(Response.attempt_id), col(Response.position), col(Response.chosen))
    for attempt_id, position, chosen in session.execute(answers.where(col(Response.attempt_id).in_(ids))):
        if chosen:
            found[attempt_id].answers[position] = tuple(chosen)
    rated = select(col(WrittenAnswer.attempt_id), col(WrittenAnswer.position), col(WrittenAnswer.points))
    for attempt_id, position, points in session.execute(rated.where(col(WrittenAnswer.attempt_id).in_(ids))):
        found[attempt_id].rated[position] = points or 0
    events = select(
        col(ResponseEvent.attempt_id),
        col(ResponseEvent.kind),
        col(ResponseEvent.position),
        col(ResponseEvent.at),
        col(ResponseEvent.locale),
    ).where(col(ResponseEvent.attempt_id).in_(ids), col(ResponseEvent.kind).in_(_NOTED))
    for attempt_id, kind, position, at, locale in session.execute(events):
        _note(found[attempt_id], kind, position, at, locale)
    return found.values()


def _note(one: FirstAttempt, kind: EventKind, position: int | None, at: datetime, locale: object) -> None:
    if kind in {EventKind.START, EventKind.LANGUAGE}:
        if locale is not None:
            one.languages.add(str(locale))
        return
    one.marks.append(((at - one.started_at).total_seconds(), (position or 0) if kind in _ANSWERED else 0))


def delivered(session: Session, exam_id: UUID) -> dict[UUID, int]:
    """By form of an exam, how many attempts were shown it, retakes too."""
    rows = session.execute(
        select(col(Attempt.form_id), func.count())
        .where(
            col(Attempt.exam_id) == exam_id,
            col(Attempt.form_id).is_not(None),
            col(Attempt.started_at).is_not(None),
        )
        .group_by(col(Attempt.form_id))
    )
    return {row[0]: int(row[1]) for row in rows}


def met(session: Session, exam_id: UUID) -> dict[UUID, int]:
    """By item version, how many attempts of an exam were shown it, on whatever form."""
    shown = delivered(session, exam_id)
    found: dict[UUID, int] = {}
    rows = session.execute(
        select(col(FormItem.form_id), col(FormItem.item_version_id)).where(
            col(FormItem.form_id).in_(list(shown))
        )
    )
    for form_id, version_id in rows:
        found[version_id] = found.get(version_id, 0) + shown[form_id]
    return found
