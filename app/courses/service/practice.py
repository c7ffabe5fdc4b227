"""What a learner does in practice: draw a quiz, answer its items. Nothing here commits."""

import random
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session

from app.courses.errors import ChoiceNotOffered, NoPracticeItems, OneChoiceOnly, PracticeItemAnswered
from app.courses.models import PracticeAnswer, PracticeQuiz, QuizState
from app.courses.queries import practice as queries
from app.courses.rules import practice as rules
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform.database import insert_once
from app.question_banks import queries as banks
from app.question_banks.rules import ItemType

_quiz: Any = PracticeQuiz  # the checker sees the attributes of a model as values; here they are columns


def draw_items(items: Sequence[banks.DrawableItem], *, module_code: str, seed: int) -> list[UUID]:
    """The item versions of a quiz: the same seed over the same items gives the same, in the same order.

    A quiz of one module is spread over cognitive levels, a mixed one over modules.
    """
    candidates = [
        rules.Candidate(
            version_id=item.version_id,
            slug=item.slug,
            stratum=item.module if module_code == rules.MIXED else str(item.cognitive),
            enemies=frozenset(item.enemies),
        )
        for item in sorted(items, key=lambda item: item.slug)
    ]
    random.Random(seed).shuffle(candidates)  # noqa: S311  # repeatable on purpose; nothing secret hangs on it
    return [item.version_id for item in rules.draw(candidates)]


def start_quiz(session: Session, clock: Clock, *, person_id: UUID, module_code: str) -> UUID:
    """Draw a quiz of a module, or of all (``mixed``); an open one is gone on with instead.

    Raises:
        NotFound: no such module.
        NoPracticeItems: the module has no practice items now.
    """
    going_on = queries.open_quizzes(session, person_id).get(module_code)
    if going_on is not None:
        return going_on
    if not queries.known_module(session, module_code):
        raise NotFound
    now = clock.now()
    wanted = None if module_code == rules.MIXED else module_code
    items = banks.drawable_items(session, on=now.date(), module_code=wanted)
    if not items:
        raise NoPracticeItems
    seed = secrets.randbelow(2**31)
    drawn = draw_items(items, module_code=module_code, seed=seed)
    quiz_id = new_id()
    insert_once(
        session,
        PracticeQuiz,
        id=quiz_id,
        person_id=person_id,
        module_code=module_code,
        seed=seed,
        item_version_ids=[str(version_id) for version_id in drawn],
        size=len(drawn),
        state=QuizState.OPEN,
        started_at=now,
    )
    # when two requests start at once, the constraint keeps one quiz and both go on with it
    return queries.open_quizzes(session, person_id).get(module_code, quiz_id)


def answer_item(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    quiz_id: UUID,
    version_id: UUID,
    chosen: Sequence[str],
) -> None:
    """Keep the answer to an item of a quiz; the last one finishes the quiz.

    Raises:
        NotFound: no such quiz of this person, or the item is not in it.
        ChoiceNotOffered: a choice is not of this item.
        OneChoiceOnly: the item has one right answer and several were sent.
        PracticeItemAnswered: it has been answered, and its feedback shown.
    """
    quiz = queries.quiz_of(session, person_id, quiz_id, for_update=True)
    if version_id not in quiz.item_version_ids:
        raise NotFound
    item = banks.versions_by_id(session, [version_id])[version_id]
    if not set(chosen) <= {choice["id"] for choice in item.choices}:
        raise ChoiceNotOffered
    if item.type is not ItemType.MULTIPLE and len(set(chosen)) > 1:
        raise OneChoiceOnly
    key = banks.keys_by_id(session, [version_id])[version_id].key
    fresh = insert_once(
        session,
        PracticeAnswer,
        id=new_id(),
        quiz_id=quiz_id,
        item_version_id=version_id,
        chosen=list(chosen),
        correct=rules.is_right(key=sorted(key), chosen=chosen),
        answered_at=clock.now(),
    )
    if not fresh:
        raise PracticeItemAnswered
    answers = queries.answers_of(session, quiz_id)
    if len(answers) == len(quiz.item_version_ids):
        session.execute(
            update(PracticeQuiz)
            .where(_quiz.id == quiz_id, _quiz.state == QuizState.OPEN)
            .values(
                state=QuizState.FINISHED,
                finished_at=clock.now(),
                correct=sum(answer.correct for answer in answers.values()),
            )
        )
