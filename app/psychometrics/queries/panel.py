"""Reads of panels of judges. What a judge rated leaves here when the round is closed, or for that judge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.queries import composing
from app.exams.queries.taken import FormPlace, FormTaken, get_taken, places_of
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.psychometrics import queries as statistics
from app.psychometrics.models import PanelJudge, PanelRating, PanelResult, PanelStudy
from app.psychometrics.rules import panel as rules
from app.psychometrics.rules.cells import Share
from app.psychometrics.rules.panel import Leaving, PanelStage, Spread


class Study(NamedTuple):
    """A study; its fields: see ``models.PanelStudy``."""

    id: UUID
    form_id: UUID
    stage: PanelStage
    description: Trilingual
    opened_by: UUID
    opened_at: datetime
    round_two_at: datetime | None
    ended_at: datetime | None
    ended_by: UUID | None
    reason: str | None

    @property
    def round(self) -> int | None:
        """The round that runs."""
        return rules.round_of(self.stage)


class Judge(NamedTuple):
    """Somebody who was named; its fields: see ``models.PanelJudge``."""

    id: UUID
    study_id: UUID
    person_id: UUID
    round_one_at: datetime | None
    round_two_at: datetime | None
    left_at: datetime | None
    leaving: Leaving | None

    def handed_in(self, number: int | None) -> datetime | None:
        """When they handed round 1 or 2 in."""
        return {1: self.round_one_at, 2: self.round_two_at}.get(number or 0)


class Result(NamedTuple):
    """What a study came to; its fields: see ``models.PanelResult``."""

    judges: int
    mean: int
    error: int
    first_mean: int
    first_error: int
    sums: dict[str, list[int]]
    at: datetime

    @property
    def estimate(self) -> rules.Estimate:
        """The panel's cut after round 2."""
        return rules.Estimate(self.judges, self.mean, self.error)


_STUDY = tuple(getattr(PanelStudy, name) for name in Study._fields)
_JUDGE = tuple(getattr(PanelJudge, name) for name in Judge._fields)
_RESULT = tuple(getattr(PanelResult, name) for name in Result._fields)


def get_study(session: Session, study_id: UUID, *, for_update: bool = False) -> Study:
    """A study, its row held ``for_update``.

    Raises:
        NotFound: no such study.
    """
    wanted: Any = select(*_STUDY).where(col(PanelStudy.id) == study_id)
    row = session.execute(wanted.with_for_update() if for_update else wanted).first()
    if row is None:
        raise NotFound
    return Study(*row)


def judges_of(session: Session, study_ids: Iterable[UUID], *, for_update: bool = False) -> list[Judge]:
    """The judges of studies as they were named, those who left too."""
    wanted: Any = (
        select(*_JUDGE).where(col(PanelJudge.study_id).in_(list(study_ids))).order_by(col(PanelJudge.id))
    )
    return [Judge(*row) for row in session.execute(wanted.with_for_update() if for_update else wanted)]


def judge_of(session: Session, study_id: UUID, person_id: UUID, *, for_update: bool = False) -> Judge:
    """The judge of a study that a person is.

    Raises:
        NotFound: no such study, or they are none of its judges, or not any more.
    """
    wanted: Any = select(*_JUDGE).where(
        col(PanelJudge.study_id) == study_id,
        col(PanelJudge.person_id) == person_id,
        col(PanelJudge.left_at).is_(None),
    )
    row = session.execute(wanted.with_for_update() if for_update else wanted).first()
    if row is None:
        raise NotFound
    return Judge(*row)


class RatedBy(NamedTuple):
    """A judge's ratings of a round by place, as they stand."""

    values: dict[int, int]
    last: dict[int, int]
    """By place, the number of the rating that holds."""


def ratings_of(session: Session, judge_ids: Iterable[UUID]) -> dict[tuple[UUID, int], RatedBy]:
    """By judge and round what they rated; of several ratings of a place the last. Nothing for none."""
    rows = session.execute(
        select(
            col(PanelRating.judge_id),
            col(PanelRating.round),
            col(PanelRating.position),
            col(PanelRating.number),
            col(PanelRating.value),
        )
        .where(col(PanelRating.judge_id).in_(list(judge_ids)))
        .order_by(col(PanelRating.number))
    )
    found: dict[tuple[UUID, int], RatedBy] = {}
    for judge_id, number_of_round, position, number, value in rows:
        held = found.setdefault((judge_id, number_of_round), RatedBy({}, {}))
        held.values[position], held.last[position] = value, number
    return found


NONE = RatedBy({}, {})


def values_of(
    held: Mapping[tuple[UUID, int], RatedBy], judge_id: UUID, number_of_round: int
) -> dict[int, int]:
    """A judge's ratings by place as they stand in a round; what the second did not change is the first's."""
    first = held.get((judge_id, 1), NONE).values
    return rules.in_force(first, held.get((judge_id, 2), NONE).values) if number_of_round == 2 else first


class ItemSpread(NamedTuple):
    """What the panel thinks of the item at a place, and how it went where people answered it."""

    position: int
    points: int
    rounds: tuple[Spread, ...]
    facility: Share | None


def spreads_of(
    session: Session, study: Study, *, rounds: Iterable[int], judges: Iterable[UUID]
) -> list[ItemSpread]:
    """Item by item what these judges, at least one, rated in these rounds, which are closed."""
    ids, wanted = list(judges), tuple(rounds)
    held = ratings_of(session, ids)
    by_round = {number: [values_of(held, one, number) for one in ids] for number in wanted}
    run = statistics.find_figures(session, study.form_id)
    shares = {one.position: one.whole.facility for one in statistics.items_of(session, run.id)} if run else {}
    return [
        ItemSpread(
            place.position,
            place.points,
            tuple(rules.spread([one[place.position] for one in by_round[number]]) for number in wanted),
            shares.get(place.position),
        )
        for place in places_of(session, study.form_id)
    ]


def find_result(session: Session, study_id: UUID) -> Result | None:
    """What a study came to, once its second round is closed."""
    wanted: Any = select(*_RESULT).where(col(PanelResult.study_id) == study_id)
    row = session.execute(wanted).first()
    return Result(*row) if row else None


class StudyLine(NamedTuple):
    """A study in a list."""

    study: Study
    form: FormTaken
    judges: int
    handed_in: int


def list_studies(session: Session) -> list[StudyLine]:
    """Every study, the newest first; ``judges``: those that count."""
    wanted: Any = select(*_STUDY).order_by(col(PanelStudy.id).desc())
    studies = [Study(*row) for row in session.execute(wanted)]
    judges = judges_of(session, [study.id for study in studies])
    return [
        StudyLine(
            study,
            get_taken(session, study.form_id),
            len(own := [one for one in judges if one.study_id == study.id and one.left_at is None]),
            sum(one.handed_in(study.round) is not None for one in own),
        )
        for study in studies
    ]


class OwnPanel(NamedTuple):
    """A panel somebody was named for."""

    study: Study
    judge: Judge
    form: FormTaken


def list_own(session: Session, person_id: UUID) -> list[OwnPanel]:
    """The panels of a judge, the newest first."""
    wanted: Any = (
        select(*_STUDY, *_JUDGE)
        .join(PanelJudge, col(PanelJudge.study_id) == col(PanelStudy.id))
        .where(col(PanelJudge.person_id) == person_id)
        .order_by(col(PanelStudy.id).desc())
    )
    size = len(_STUDY)
    found = [(Study(*row[:size]), Judge(*row[size:])) for row in session.execute(wanted)]
    return [OwnPanel(study, judge, get_taken(session, study.form_id)) for study, judge in found]


class JudgeLetter(NamedTuple):
    """To whom a round is told, and of which study."""

    study: Study
    judge: Judge


def find_letter(session: Session, judge_id: UUID, number: int) -> JudgeLetter | None:
    """What to write to a judge about a round; None when it does not run, or is nothing to them any more."""
    wanted: Any = (
        select(*_STUDY, *_JUDGE)
        .join(PanelJudge, col(PanelJudge.study_id) == col(PanelStudy.id))
        .where(col(PanelJudge.id) == judge_id, col(PanelJudge.left_at).is_(None))
    )
    row = session.execute(wanted).first()
    study = Study(*row[: len(_STUDY)]) if row else None
    if row is None or study is None or study.round != number:
        return None
    return JudgeLetter(study, Judge(*row[len(_STUDY) :]))


class OpenForm(NamedTuple):
    """A form that a study may be opened for."""

    id: UUID
    slug: str
    exam_id: UUID
    exam_title: Trilingual
    places: int


def forms_to_judge(session: Session) -> list[OpenForm]:
    """The forms in use of certification exams."""
    return [
        OpenForm(form.id, form.slug, one.exam_id, one.exam_title, len(form.items))
        for one in composing.newest_blueprints(session)
        for form in composing.forms_of(session, one.exam_id)
        if form.retired_at is None and form.blueprint_id == one.id
    ]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a judge is in the round that runs: a count and never a value."""

    judge: Judge
    rated: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A study as its managers see it. ``result``, ``spreads``: nothing while the rounds run."""

    study: Study
    form: FormTaken
    places: list[FormPlace]
    judges: list[Progress]
    result: Result | None
    spreads: list[ItemSpread]

    @property
    def counted(self) -> list[Progress]:
        """The judges that count."""
        return [one for one in self.judges if one.judge.left_at is None]

    @property
    def handed_in(self) -> int:
        """How many of them have handed in the round that runs."""
        return sum(one.judge.handed_in(self.study.round) is not None for one in self.counted)


def standing(session: Session, study_id: UUID) -> Standing:
    """A study with its judges, and what it came to.

    Raises:
        NotFound: no such study.
    """
    study = get_study(session, study_id)
    judges = judges_of(session, [study_id])
    held = ratings_of(session, [one.id for one in judges])
    number = study.round or 1
    result = find_result(session, study_id)
    counted = [one.id for one in judges if one.left_at is None]
    return Standing(
        study,
        get_taken(session, study.form_id),
        places_of(session, study.form_id),
        [Progress(one, len(values_of(held, one.id, number))) for one in judges],
        result,
        spreads_of(session, study, rounds=(1, 2), judges=counted) if result else [],
    )
