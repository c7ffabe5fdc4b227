"""Reads of practice: a person's quizzes only, so that somebody else's is simply not found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, bindparam, func, select
from sqlmodel import Session

from app.courses.models import Module, PracticeAnswer, PracticeQuiz, QuizState
from app.courses.rules.practice import MIXED
from app.kernel.errors import NotFound
from app.platform.database import table_of

# The checker sees the attributes of a model as values; in a statement they are columns.
_quiz: Any = PracticeQuiz
_answer: Any = PracticeAnswer
_module: Any = Module


@dataclass(frozen=True, slots=True)
class Best:
    """The best finished quiz of a module."""

    correct: int
    size: int


@dataclass(frozen=True, slots=True)
class QuizFacts:
    """A quiz as its pages need it; ``item_version_ids`` in the order of delivery."""

    id: UUID
    module_code: str
    item_version_ids: list[UUID]
    state: QuizState
    started_at: datetime
    finished_at: datetime | None
    correct: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answered item."""

    chosen: list[str]
    correct: bool


_finished = table_of(PracticeQuiz).c
_BESTS: Executable = (
    select(_finished.module_code, _finished.size, func.max(_finished.correct).label("correct"))
    .where(_finished.person_id == bindparam("person"), _finished.state == QuizState.FINISHED)
    .group_by(_finished.module_code, _finished.size)
)


def bests(session: Session, person_id: UUID) -> dict[str, Best]:
    """A person's best result by module code: the largest share of right answers, then the longer quiz."""
    found: dict[str, Best] = {}
    for row in session.execute(_BESTS, {"person": person_id}):
        known = found.get(row.module_code)
        # compared as whole numbers: a/b > c/d is a*d > c*b
        if known is None or (row.correct * known.size, row.size) > (known.correct * row.size, known.size):
            found[row.module_code] = Best(row.correct, row.size)
    return found


def open_quizzes(session: Session, person_id: UUID) -> dict[str, UUID]:
    """A person's open quizzes by module code; there is one of each at most."""
    rows = session.execute(
        select(_quiz.module_code, _quiz.id).where(_quiz.person_id == person_id, _quiz.state == QuizState.OPEN)
    )
    return {row.module_code: row.id for row in rows}


def module_titles(session: Session) -> dict[str, dict[str, str]]:
    """The titles of all modules by code, in the order of the courses."""
    rows = session.execute(
        select(_module.code, _module.title)
        .where(_module.retired_at.is_(None))
        .order_by(_module.course_id, _module.position)
    )
    return {row.code: row.title for row in rows}


def quiz_of(session: Session, person_id: UUID, quiz_id: UUID, *, for_update: bool = False) -> QuizFacts:
    """The door to a quiz: the person's own. ``for_update`` keeps other answers waiting until this one is in.

    Raises:
        NotFound: no such quiz, or it is somebody else's.
    """
    wanted: Any = select(
        _quiz.id,
        _quiz.module_code,
        _quiz.item_version_ids,
        _quiz.state,
        _quiz.started_at,
        _quiz.finished_at,
        _quiz.correct,
    ).where(_quiz.id == quiz_id, _quiz.person_id == person_id)
    row = session.execute(wanted.with_for_update() if for_update else wanted).first()
    if row is None:
        raise NotFound
    return QuizFacts(
        row.id,
        row.module_code,
        [UUID(text) for text in row.item_version_ids],
        QuizState(row.state),
        row.started_at,
        row.finished_at,
        row.correct,
    )


def answers_of(session: Session, quiz_id: UUID) -> dict[UUID, Answered]:
    """The answers given in a quiz, by item version."""
    rows = session.execute(
        select(_answer.item_version_id, _answer.chosen, _answer.correct).where(_answer.quiz_id == quiz_id)
    )
    return {row.item_version_id: Answered(row.chosen, row.correct) for row in rows}


@dataclass(frozen=True, slots=True)
class ModuleResult:
    """How many items of a module were right in a quiz."""

    code: str
    title: dict[str, str] | None
    correct: int
    size: int


def results_by_module(
    quiz: QuizFacts,
    answers: dict[UUID, Answered],
    modules: dict[UUID, str],
    titles: dict[str, dict[str, str]],
) -> list[ModuleResult]:
    """The result of a quiz by module, in the order of the course. No statement."""
    order: Sequence[str] = [*titles, *sorted(set(modules.values()) - set(titles))]
    results = []
    for code in order:
        mine = [item for item in quiz.item_version_ids if modules.get(item) == code]
        if mine:
            right = sum(item in answers and answers[item].correct for item in mine)
            results.append(ModuleResult(code, titles.get(code), right, len(mine)))
    return results


def known_module(session: Session, code: str) -> bool:
    """Whether quizzes may be asked for under this word."""
    if code == MIXED:
        return True
    found = session.execute(
        select(_module.id).where(_module.code == code, _module.retired_at.is_(None)).limit(1)
    ).first()
    return found is not None
