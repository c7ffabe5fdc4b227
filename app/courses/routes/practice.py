"""Practice: modules to practise, one item at a time with feedback, and the result."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.courses.models import QuizState
from app.courses.queries import practice as queries
from app.courses.rules.practice import MIXED, QUIZ_SIZE
from app.courses.service import practice as service
from app.kernel.errors import NotFound
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.question_banks import queries as banks
from app.web.forms import Form, FormModel, parse
from app.web.locale import locale_of
from app.web.pages import go, page, wants_fragment
from app.web.viewer import ClockDep, SignedIn

router = Router(prefix="/practice")


class AnswerForm(FormModel):
    """The answer to one item."""

    item: UUID
    chosen: list[str] = Field(min_length=1, max_length=8)


class ItemForm(FormModel):
    """Which item an answer is for, when there is no answer."""

    item: UUID


@router.get("")
def list_practice(request: Request, session: Read, clock: ClockDep, viewer: SignedIn) -> HTMLResponse:
    """The modules that can be practised, with the best result of each."""
    counts = banks.drawable_counts(session, on=clock.now().date())
    return page(
        request,
        "courses/practice.html",
        titles=queries.module_titles(session),
        counts=counts,
        total=sum(counts.values()),
        bests=queries.bests(session, viewer.person_id),
        open_quizzes=queries.open_quizzes(session, viewer.person_id),
        mixed=MIXED,
        quiz_size=QUIZ_SIZE,
    )


@router.post("/{module_code}")
def create_quiz(
    request: Request, *, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, module_code: str
) -> Response:
    """Draw a quiz, or go on with the open one."""
    del form  # the cross-site check is all there is to read
    quiz_id = service.start_quiz(session, clock, person_id=viewer.person_id, module_code=module_code)
    return go(request, f"practice/quizzes/{quiz_id}")


@router.get("/quizzes/{quiz_id}")
def show_quiz(
    request: Request, session: Read, viewer: SignedIn, quiz_id: UUID, item: int | None = None
) -> HTMLResponse:
    """One item of the quiz: the one asked for by its place from 1, else the first that is not answered.

    A finished quiz shows its result, unless an item is asked for.
    """
    quiz = queries.quiz_of(session, viewer.person_id, quiz_id)
    answers = queries.answers_of(session, quiz_id)
    if item is None and quiz.state is QuizState.FINISHED:
        modules = banks.modules_of(session, quiz.item_version_ids)
        titles = queries.module_titles(session)
        results = queries.results_by_module(quiz, answers, modules, titles)
        return page(
            request,
            "courses/quiz_result.html",
            quiz=quiz,
            answers=answers,
            results=results,
            titles=titles,
            mixed=MIXED,
            best=queries.bests(session, viewer.person_id).get(quiz.module_code),
        )
    return _item_page(request, session, quiz, answers, item)


def _item_page(
    request: Request,
    session: Session,
    quiz: queries.QuizFacts,
    answers: dict[UUID, queries.Answered],
    number: int | None,
    *,
    empty: bool = False,
) -> HTMLResponse:
    """One item: to be answered, or answered with its feedback. ``empty``: it was sent without a choice."""
    size = len(quiz.item_version_ids)
    if number is None:
        ahead = (n for n, version_id in enumerate(quiz.item_version_ids, 1) if version_id not in answers)
        number = next(ahead, 1)
    if not 1 <= number <= size:
        raise NotFound
    version_id = quiz.item_version_ids[number - 1]
    answered = answers.get(version_id)
    locale = str(locale_of(request))
    values: dict[str, Any] = {
        "quiz": quiz,
        "number": number,
        "size": size,
        "steps": [version in answers for version in quiz.item_version_ids],
        "item": banks.versions_by_id(session, [version_id])[version_id],
        "answered": answered,
        "feedback": banks.feedback_of(session, version_id) if answered else None,
        "titles": queries.module_titles(session),
        "mixed": MIXED,
        "empty": empty,
    }
    return page(
        request,
        "courses/quiz.html",
        "quiz",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if empty else HTTPStatus.OK,
        switch_path=f"/{locale}/practice/quizzes/{quiz.id}" if request.method == "POST" else None,
        **values,
    )


@router.post("/quizzes/{quiz_id}/answers")
def create_answer(
    request: Request, *, session: Write, clock: ClockDep, viewer: SignedIn, form: Form, quiz_id: UUID
) -> Response:
    """Answer an item; its feedback follows at once. 409 when it was answered before."""
    data, _ = parse(form, AnswerForm)
    if data is None:
        named, _ = parse(form, ItemForm)
        quiz = queries.quiz_of(session, viewer.person_id, quiz_id)
        if named is None or named.item not in quiz.item_version_ids:
            raise NotFound
        number = quiz.item_version_ids.index(named.item) + 1
        return _item_page(request, session, quiz, queries.answers_of(session, quiz_id), number, empty=True)
    service.answer_item(
        session,
        clock,
        person_id=viewer.person_id,
        quiz_id=quiz_id,
        version_id=data.item,
        chosen=data.chosen,
    )
    quiz = queries.quiz_of(session, viewer.person_id, quiz_id)
    number = quiz.item_version_ids.index(data.item) + 1
    if wants_fragment(request):
        return _item_page(request, session, quiz, queries.answers_of(session, quiz_id), number)
    return go(request, f"practice/quizzes/{quiz_id}", item=number)
