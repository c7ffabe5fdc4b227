"""Reads of statistics for pages and files: nothing leaves here that tells of one to four persons."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from app.exams.queries import overriding, taken
from app.exams.queries.taken import FormTaken
from app.kernel.errors import NotFound
from app.psychometrics.models import ALL, ItemStatistics, StatisticsRequest, StatisticsRun
from app.psychometrics.rules.cells import Bar, Share, bars, share, told_counts
from app.psychometrics.rules.gates import SHOW, Ended, enough_new
from app.psychometrics.rules.told import Counted, ToldItem, tell
from app.psychometrics.rules.verdict import Word

GIVEN_UP = timedelta(hours=3)
"""After so long a request has no answer to come: the job's tries are over (``platform.outbox.MAX_TRIES``)."""


EVERY_NIGHT = timedelta(hours=20)
"""At least so long after the last request the night asks again."""


class Asked(NamedTuple):
    """A request that has no answer yet. ``by``: None, the night."""

    by: UUID | None
    at: datetime


class RunFacts(NamedTuple):
    """A computation, without its items."""

    id: UUID
    number: int
    ended: Ended
    at: datetime
    persons: int
    from_at: datetime | None
    until_at: datetime | None
    rests_on: str
    figures: dict[str, Any] | None


_RUN = (
    col(StatisticsRun.id),
    col(StatisticsRun.number),
    col(StatisticsRun.ended),
    col(StatisticsRun.at),
    col(StatisticsRun.persons),
    col(StatisticsRun.from_at),
    col(StatisticsRun.until_at),
    col(StatisticsRun.rests_on),
    col(StatisticsRun.figures),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A form, its newest figures, what came of the last request, and whether one waits.

    ``worth``: whether other figures may follow the newest.
    """

    form: FormTaken
    figures: RunFacts | None
    last: RunFacts | None
    asked: Asked | None
    worth: bool


def standing(session: Session, form_id: UUID, *, at: datetime) -> Standing:
    """Where the statistics of a form stand at that instant.

    Raises:
        NotFound: no such form.
    """
    form, figures = taken.get_taken(session, form_id), find_figures(session, form_id)
    return Standing(
        form,
        figures,
        _newest(session, form_id),
        find_asked(session, form_id, since=at - GIVEN_UP),
        _worth(figures, form, overriding.rekeyed_at(session).get(form_id)),
    )


def find_figures(session: Session, form_id: UUID) -> RunFacts | None:
    """The newest computation that gave figures."""
    return _newest(session, form_id, computed=True)


def _newest(session: Session, form_id: UUID, *, computed: bool = False) -> RunFacts | None:
    wanted: Any = select(*_RUN).where(col(StatisticsRun.form_id) == form_id)
    if computed:
        wanted = wanted.where(col(StatisticsRun.ended) == Ended.COMPUTED)
    row = session.execute(wanted.order_by(col(StatisticsRun.number).desc()).limit(1)).first()
    return RunFacts(*row) if row else None


def find_asked(session: Session, form_id: UUID, *, since: datetime) -> Asked | None:
    """The request that waits for its answer; one from before ``since`` gets none any more."""
    row = session.execute(
        select(col(StatisticsRequest.asked_by), col(StatisticsRequest.asked_at))
        .where(col(StatisticsRequest.form_id) == form_id, *_waits(since))
        .order_by(col(StatisticsRequest.number).desc())
        .limit(1)
    ).first()
    return Asked(*row) if row else None


def _waits(since: datetime) -> tuple[ColumnElement[bool], ...]:
    answered = select(col(StatisticsRun.request_id))
    return (col(StatisticsRequest.asked_at) > since, col(StatisticsRequest.id).not_in(answered))


def next_number(session: Session, form_id: UUID, *, since: datetime) -> int:
    """The number of the next request: that of the one that waits, if one does, so that both are one."""
    own = select(func.max(col(StatisticsRequest.number))).where(col(StatisticsRequest.form_id) == form_id)
    last = int(session.execute(own).scalar_one() or 0)
    return last + (find_asked(session, form_id, since=since) is None)


def get_request(session: Session, request_id: UUID) -> StatisticsRequest:
    """A request.

    Raises:
        NotFound: no such request.
    """
    found = session.get(StatisticsRequest, request_id)
    if found is None:
        raise NotFound
    return found


def is_answered(session: Session, request_id: UUID) -> bool:
    """Whether a request has its answer."""
    wanted = select(col(StatisticsRun.id)).where(col(StatisticsRun.request_id) == request_id)
    return session.execute(wanted).first() is not None


def last_asked_at(session: Session) -> dict[UUID, datetime]:
    """By form, when its figures were asked for last."""
    rows = session.execute(
        select(col(StatisticsRequest.form_id), func.max(col(StatisticsRequest.asked_at))).group_by(
            col(StatisticsRequest.form_id)
        )
    )
    return {row[0]: row[1] for row in rows}


def _worth(last: RunFacts | None, form: FormTaken, rekeyed_at: datetime | None) -> bool:
    """Whether new figures of a form may follow the last: enough people are new, or an item's key is."""
    if last is not None and rekeyed_at is not None and rekeyed_at > last.at:
        return True
    return enough_new(last.persons if last else None, form.persons)


def due_at_night(session: Session, *, at: datetime) -> list[UUID]:
    """The forms that enough people took since their last figures, and that nobody asked for of late.

    Also those of which an item was given another key since.
    """
    asked_at, rekeyed_at, due = last_asked_at(session), overriding.rekeyed_at(session), []
    for form in taken.list_taken(session):
        before = asked_at.get(form.id)
        recently = before is not None and at - before < EVERY_NIGHT
        if form.persons >= SHOW and not recently:
            last = find_figures(session, form.id)
            if _worth(last, form, rekeyed_at.get(form.id)):
                due.append(form.id)
    return due


class FormLine(NamedTuple):
    """A form in the list. ``alpha``: None without figures; ``look``, ``act``: items by status."""

    form: FormTaken
    at: datetime | None
    persons: int
    alpha: float | None
    look: int
    act: int
    waits: bool


def list_forms(session: Session, *, at: datetime) -> list[FormLine]:
    """Every form with its newest figures at that instant, certification first."""
    newest = (
        select(func.max(col(StatisticsRun.number)), col(StatisticsRun.form_id))
        .where(col(StatisticsRun.ended) == Ended.COMPUTED)
        .group_by(col(StatisticsRun.form_id))
        .subquery()
    )
    rows: Any = session.execute(
        select(*_RUN, col(StatisticsRun.form_id)).join(
            newest,
            (newest.c.form_id == col(StatisticsRun.form_id)) & (newest.c[0] == col(StatisticsRun.number)),
        )
    )
    runs = {row.form_id: RunFacts(*row[:-1]) for row in rows}
    items = _items_of(session, [run.id for run in runs.values()], col(ItemStatistics.language) == ALL)
    waiting = set(session.scalars(select(col(StatisticsRequest.form_id)).where(*_waits(at - GIVEN_UP))))
    lines = []
    for form in taken.list_taken(session):
        run = runs.get(form.id)
        words = [one.verdict.word for one in items.get(run.id, ())] if run else []
        lines.append(
            FormLine(
                form,
                run.at if run else None,
                run.persons if run else 0,
                run.figures["test"]["alpha"] if run and run.figures else None,
                words.count(Word.LOOK),
                words.count(Word.ACT),
                form.id in waiting,
            )
        )
    return lines


def items_of(session: Session, run_id: UUID) -> list[ToldItem]:
    """The items of a computation, in the order of the form, as they may be told."""
    return _items_of(session, [run_id]).get(run_id, [])


def _items_of(
    session: Session, run_ids: list[UUID], *which: ColumnElement[bool]
) -> dict[UUID, list[ToldItem]]:
    """By computation its items, in the languages that ``which`` lets in, of which ``all`` must be one."""
    rows = session.execute(
        select(
            col(ItemStatistics.run_id),
            col(ItemStatistics.position),
            col(ItemStatistics.language),
            col(ItemStatistics.item_version_id),
            col(ItemStatistics.persons),
            col(ItemStatistics.right),
            col(ItemStatistics.omitted),
            col(ItemStatistics.rapid),
            col(ItemStatistics.met),
            col(ItemStatistics.delivered),
            col(ItemStatistics.figures),
        )
        .where(col(ItemStatistics.run_id).in_(run_ids), *which)
        .order_by(col(ItemStatistics.run_id), col(ItemStatistics.position))
    )
    found: dict[tuple[UUID, int], dict[str, Counted]] = {}
    for run_id, position, language, *values in rows:
        found.setdefault((run_id, position), {})[language] = Counted(position, *values)
    told: dict[UUID, list[ToldItem]] = {}
    for (run_id, _), by_language in found.items():
        told.setdefault(run_id, []).append(tell(by_language.pop(ALL), by_language))
    return told


@dataclass(frozen=True, slots=True)
class ToldTest:
    """The test as it may be told. ``figures``: see ``rules.snapshot``; nothing in it counts few persons."""

    figures: dict[str, Any]
    languages: dict[str, int | None]
    """Persons by language and ``several``; None for one to four, and where that would follow."""
    scores: tuple[Bar, ...]
    closed_by_time: Share | None
    not_reached: Share | None


def told_test(run: RunFacts, *, max_points: int) -> ToldTest:
    """What a computation says of the whole test."""
    figures = run.figures or {}
    counts = {name: int(count) for name, count in figures["languages"].items()}
    speed, test = figures["speed"], dict(figures["test"])
    if test.get("consistency"):
        # how many passed is a count of people: a share with six places tells it exactly
        test["consistency"] = {name: of for name, of in test["consistency"].items() if name != "passing"}
    return ToldTest(
        test | {"median_seconds": speed["median_seconds"]},
        told_counts(counts),
        bars({int(score): count for score, count in figures["scores"].items()}, highest=max_points),
        share(speed["closed_by_time"], run.persons),
        share(speed["not_reached"], run.persons),
    )
