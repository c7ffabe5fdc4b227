"""What raters see of written answers, by the conditions of the acts: no name, no rating of others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.exams.models.attempts import Attempt, Response
from app.exams.models.forms import Exam
from app.exams.models.rating import AnswerRating, RatingPlace, WrittenAnswer
from app.exams.queries.paging import Paged, paged
from app.exams.queries.parts import acted_condition, reviewed_before_condition
from app.exams.rules.rating import RATING_TIME, Place, Taking, taking
from app.exams.rules.states import AT_RATERS
from app.kernel.errors import NotFound
from app.kernel.locales import Locale, Trilingual
from app.programmes.queries import trained_condition, trains_condition
from app.question_banks import queries as banks
from app.question_banks.rules.rubrics import Criterion, count_words, criteria_of, within_words


class Waiting(NamedTuple):
    """An answer in the queue of a rater. ``taken_at`` None: it is not with this rater.

    Whether it waits for a third rater is not told: that would say that two differ.
    """

    id: UUID
    code: str
    locale: Locale | None
    waits_since: datetime
    taken_at: datetime | None


class Shown(NamedTuple):
    """An answer as its raters read it: ``text`` up to the limit, ``cut`` when there was more of it."""

    id: UUID
    code: str
    locale: Locale | None
    most: int
    stem: Trilingual
    stimulus: Trilingual | None
    criteria: tuple[Criterion, ...]
    words: int
    text: str
    cut: bool


class Backlog(NamedTuple):
    """How many answers wait for raters, and since when the first of them does."""

    waiting: int
    since: datetime | None


def allowed(rater_id: UUID, at: datetime) -> ColumnElement[bool]:
    """The rater is not the candidate, never trained them, had no part in the attempt, may see its items.

    Whoever trains anybody sees no live item (ADR 0014), and so no answer to one.
    """
    candidate: Any = col(Attempt.candidate_id)
    return and_(
        candidate != rater_id,
        not_(trained_condition(rater_id, candidate, at=at)),
        not_(had_part_condition(rater_id)),
        or_(not_(col(Exam.certification)), not_(trains_condition(rater_id, at=at))),
    )


def had_part_condition(rater_id: UUID) -> ColumnElement[bool]:
    """A condition: the person supervised the attempt, did something about it, or reviewed its record."""
    return or_(acted_condition(rater_id), reviewed_before_condition(rater_id))


def _rated(answer: Any, rater: Any) -> ColumnElement[bool]:
    return exists(select(1).where(col(AnswerRating.answer_id) == answer, col(AnswerRating.rater_id) == rater))


def rated_condition(rater_id: UUID, attempt: Any) -> ColumnElement[bool]:
    """A WHERE condition: the rater rated an answer of the attempt in the column."""
    rated = aliased(WrittenAnswer)
    return exists(
        select(1)
        .select_from(AnswerRating)
        .join(rated, col(rated.id) == col(AnswerRating.answer_id))
        .where(col(AnswerRating.rater_id) == rater_id, col(rated.attempt_id) == attempt)
    )


def has_rated(session: Session, rater_id: UUID, attempt_id: UUID) -> bool:
    """Whether the person rated an answer of the attempt."""
    return bool(session.scalar(select(rated_condition(rater_id, attempt_id))))


def _open_to(rater_id: UUID, at: datetime) -> ColumnElement[bool]:
    answer: Any = col(WrittenAnswer.id)
    gave_back = exists(
        select(1).where(
            col(RatingPlace.answer_id) == answer,
            col(RatingPlace.rater_id) == rater_id,
            col(RatingPlace.given_back_at).is_not(None),
        )
    )
    return and_(
        col(WrittenAnswer.settled_at).is_(None),
        allowed(rater_id, at),
        not_(gave_back),
        not_(_rated(answer, rater_id)),
    )


def _held(at: datetime) -> Any:
    place = aliased(RatingPlace)
    return (
        select(func.count())
        .select_from(place)
        .where(
            col(place.answer_id) == col(WrittenAnswer.id),
            col(place.given_back_at).is_(None),
            or_(col(place.taken_at) >= at - RATING_TIME, _rated(place.answer_id, place.rater_id)),
        )
        .correlate(WrittenAnswer)
        .scalar_subquery()
    )


def list_waiting(session: Session, rater_id: UUID, *, at: datetime, page: int) -> Paged[Waiting]:
    """What a rater has or could take: the longest waiting first."""
    mine = aliased(RatingPlace)
    columns: tuple[Any, ...] = (
        WrittenAnswer.id,
        WrittenAnswer.code,
        WrittenAnswer.locale,
        WrittenAnswer.waits_since,
        mine.taken_at,
    )
    wanted = (
        select(*columns)
        .join(Attempt, col(Attempt.id) == col(WrittenAnswer.attempt_id))
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .outerjoin(
            mine,
            and_(
                col(mine.answer_id) == col(WrittenAnswer.id),
                col(mine.rater_id) == rater_id,
                col(mine.taken_at) >= at - RATING_TIME,
            ),
        )
        .where(
            _open_to(rater_id, at),
            or_(col(mine.id).is_not(None), _held(at) < col(WrittenAnswer.raters)),
        )
        .order_by(col(WrittenAnswer.waits_since), col(WrittenAnswer.id))
    )
    return paged(session, wanted, Waiting, page=page)


def places_of(session: Session, answer_id: UUID) -> list[Place]:
    """Who has an answer, had it, or rated it."""
    columns: tuple[Any, ...] = (
        RatingPlace.rater_id,
        RatingPlace.taken_at,
        col(RatingPlace.given_back_at).is_not(None),
        _rated(RatingPlace.answer_id, RatingPlace.rater_id),
    )
    rows = session.execute(select(*columns).where(col(RatingPlace.answer_id) == answer_id))
    return [Place(rater, at, bool(back), bool(rated)) for rater, at, back, rated in rows]


def rater_door(session: Session, rater_id: UUID, answer_id: UUID, *, at: datetime) -> Taking:
    """Whether a rater has the answer or could take it.

    Raises:
        NotFound: no such answer, not this rater's to see, done with, or all places are taken.
    """
    raters = session.scalar(
        select(col(WrittenAnswer.raters))
        .join(Attempt, col(Attempt.id) == col(WrittenAnswer.attempt_id))
        .join(Exam, col(Exam.id) == col(Attempt.exam_id))
        .where(col(WrittenAnswer.id) == answer_id, _open_to(rater_id, at))
    )
    if raters is None:
        raise NotFound
    found = taking(places_of(session, answer_id), rater_id, needed=raters, at=at)
    if found not in {Taking.FREE, Taking.MINE}:
        raise NotFound
    return found


def shown_of(session: Session, answer_id: UUID) -> Shown:
    """An answer with what was asked and its rubric. The caller has come through ``rater_door``."""
    row = session.execute(
        select(
            col(WrittenAnswer.id),
            col(WrittenAnswer.code),
            col(WrittenAnswer.locale),
            col(WrittenAnswer.most),
            col(WrittenAnswer.item_version_id),
            col(Response.chosen),
        )
        .join(
            Response,
            and_(
                col(Response.attempt_id) == col(WrittenAnswer.attempt_id),
                col(Response.position) == col(WrittenAnswer.position),
            ),
        )
        .where(col(WrittenAnswer.id) == answer_id)
    ).one()
    version = row.item_version_id
    item = banks.versions_by_id(session, [version])[version]
    written = "".join(row.chosen)
    return Shown(
        row.id,
        row.code,
        row.locale,
        row.most,
        item.stem,
        item.stimulus,
        criteria_for(session, version),
        item.words,
        within_words(written, item.words),
        count_words(written) > item.words,
    )


def criteria_for(session: Session, version_id: UUID) -> tuple[Criterion, ...]:
    """The rubric of an item version; neither the content check nor ``publish`` lets one pass without."""
    rubric = banks.keys_by_id(session, [version_id])[version_id].interaction.get("rubric", ())
    return criteria_of(rubric) or ()


def rubric_of(session: Session, answer_id: UUID) -> tuple[Criterion, ...]:
    """By what an answer is rated.

    Raises:
        NotFound: no such answer.
    """
    version = session.scalar(
        select(col(WrittenAnswer.item_version_id)).where(col(WrittenAnswer.id) == answer_id)
    )
    if version is None:
        raise NotFound
    return criteria_for(session, version)


def totals_of(session: Session, answer_ids: Sequence[UUID]) -> dict[UUID, list[int]]:
    """By answer, the totals of its ratings in the order in which they were given: from the log alone."""
    found: dict[UUID, list[int]] = {one: [] for one in answer_ids}
    rows = session.execute(
        select(col(AnswerRating.answer_id), col(AnswerRating.points))
        .where(col(AnswerRating.answer_id).in_(list(answer_ids)))
        .order_by(col(AnswerRating.at), col(AnswerRating.id))
    )
    for answer, points in rows:
        found[answer].append(points)
    return found


class Placed(NamedTuple):
    """A written answer, as far as scoring asks for it."""

    id: UUID
    attempt_id: UUID
    position: int
    most: int


def placed_of(session: Session, attempt_ids: Sequence[UUID]) -> list[Placed]:
    """The written answers of these attempts."""
    rows = session.execute(
        select(
            col(WrittenAnswer.id),
            col(WrittenAnswer.attempt_id),
            col(WrittenAnswer.position),
            col(WrittenAnswer.most),
        ).where(col(WrittenAnswer.attempt_id).in_(list(attempt_ids)))
    )
    return [Placed(*row) for row in rows]


def has_answers(session: Session, attempt_id: UUID, *, unsettled: bool = False) -> bool:
    """Whether answers of the attempt went to raters; ``unsettled``: whether some still wait for them."""
    wanted = select(col(WrittenAnswer.id)).where(col(WrittenAnswer.attempt_id) == attempt_id)
    if unsettled:
        wanted = wanted.where(col(WrittenAnswer.settled_at).is_(None))
    return session.scalars(wanted.limit(1)).first() is not None


def went_to_raters(session: Session, attempt_id: UUID) -> bool:
    """Whether a rater has, had or rated an answer of the attempt."""
    wanted = (
        select(col(RatingPlace.id))
        .join(WrittenAnswer, col(WrittenAnswer.id) == col(RatingPlace.answer_id))
        .where(col(WrittenAnswer.attempt_id) == attempt_id)
    )
    return session.scalars(wanted.limit(1)).first() is not None


def unscored(session: Session, *, limit: int) -> list[UUID]:
    """Closed attempts that nobody scored although all their answers are rated: their job was lost."""
    waits = exists(
        select(1).where(
            col(WrittenAnswer.attempt_id) == col(Attempt.id), col(WrittenAnswer.settled_at).is_(None)
        )
    )
    wanted = select(col(Attempt.id)).where(col(Attempt.lifecycle).in_(AT_RATERS), not_(waits))
    return list(session.scalars(wanted.order_by(col(Attempt.id)).limit(limit)))


def backlog(session: Session) -> Backlog:
    """What waits for raters in all, for whoever runs exams."""
    row = session.execute(
        select(func.count(), func.min(col(WrittenAnswer.waits_since))).where(
            col(WrittenAnswer.settled_at).is_(None)
        )
    ).one()
    return Backlog(int(row[0]), row[1])
