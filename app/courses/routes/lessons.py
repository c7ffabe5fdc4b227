"""A lesson's page, and what a learner does on it: open it, answer its checks, read to its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.courses.queries import lessons, outline
from app.courses.rules.studying import check_is_right
from app.courses.service import studying as service
from app.kernel.errors import NotFound
from app.platform.database import Read, Write
from app.platform.routing import Router
from app.web.forms import Form, FormModel, parse
from app.web.locale import locale_of
from app.web.pages import go, page, wants_fragment
from app.web.viewer import ClockDep, MaybeViewer, SignedIn, Viewer

router = Router()


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a lesson."""

    slug: str
    module: str
    lesson: str

    @property
    def path(self) -> str:
        """What stands after the language."""
        return f"courses/{self.slug}/{self.module}/{self.lesson}"


async def _place(slug: str, module: str, lesson: str) -> Place:
    return Place(slug, module, lesson)


class CheckForm(FormModel):
    """An answer to a knowledge check."""

    chosen: list[str] = Field(min_length=1, max_length=8)


@dataclass(frozen=True, slots=True)
class CheckView:
    """A knowledge check as the page shows it: ``chosen`` None means not answered, or asked again."""

    id: str
    several: bool
    stem: str
    choices: list[dict[str, Any]]
    chosen: list[str] | None
    right: bool
    empty: bool
    """It was sent without a choice."""


def _check_view(
    check: Mapping[str, Any], locale: str, chosen: list[str] | None, *, empty: bool = False
) -> CheckView:
    return CheckView(
        id=check["id"],
        several=check["type"] == "multiple",
        stem=check["stem"][locale],
        choices=[
            {
                "id": choice["id"],
                "text": choice["text"][locale],
                "why": choice["feedback"][locale],
                "right": choice["id"] in check["key"],
            }
            for choice in check["choices"]
        ],
        chosen=chosen,
        right=chosen is not None and check_is_right(key=check["key"], chosen=chosen),
        empty=empty,
    )


@router.get("/courses/{slug}/{module}/{lesson}")
def show_lesson(
    request: Request,
    *,
    session: Read,
    viewer: MaybeViewer,
    place: Annotated[Place, Depends(_place)],
    again: str = "",
    left: str = "",
) -> HTMLResponse:
    """A lesson; public. ``again``: a check to answer anew; ``left``: the reader was sent to one left out."""
    return _lesson_page(request, session, viewer, place, again=again, left=left)


def _lesson_page(
    request: Request,
    session: Session,
    viewer: Viewer | None,
    place: Place,
    *,
    again: str = "",
    left: str = "",
    tried: Mapping[str, list[str]] | None = None,
    empty: str = "",
) -> HTMLResponse:
    """The whole page. ``tried``: answers that are not kept; ``empty``: a check sent without a choice."""
    locale = str(locale_of(request))
    person_id = viewer.person_id if viewer else None
    course = outline.get_course(session, place.slug, locale, person_id)
    line = outline.find_lesson(course, place.module, place.lesson)
    text = lessons.get_lesson_page(session, line.step.lesson_id, locale, course.content_hash)
    answered = lessons.chosen_in(session, line.step.lesson_id, person_id) if person_id else {}
    chosen = {**answered, **(tried or {})}
    checks = {
        check_id: _check_view(
            check,
            locale,
            None if check_id in {again, empty} else chosen.get(check_id),
            empty=check_id == empty,
        )
        for check_id, check in text.checks.items()
    }
    unanswered = [check_id for check_id in text.check_ids if check_id not in answered]
    opened = line.step.opened and course.last_lesson_id == line.step.lesson_id
    posted = request.method == "POST"
    return page(
        request,
        "courses/lesson.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if empty else HTTPStatus.OK,
        switch_path=f"/{locale}/{place.path}" if posted else None,
        course=course,
        module=course.module_of(line),
        lesson=line,
        near=outline.neighbours(course, line),
        place=place.path,
        parts=text.parts,
        text=text,
        checks=checks,
        standing=service.Standing(line.step.read, line.step.done, unanswered),
        tells_opening=bool(course.enrolled_at) and not opened and not posted,
        left=left,
    )


@router.post("/courses/{slug}/{module}/{lesson}/opening")
def create_opening(
    session: Write, clock: ClockDep, viewer: SignedIn, form: Form, place: Annotated[Place, Depends(_place)]
) -> Response:
    """Note where an enrolled learner is. The page asks for this only when it is news."""
    del form  # the cross-site check is all there is to read
    lesson = lessons.lesson_at(session, place.slug, place.module, place.lesson)
    service.open_lesson(session, clock, person_id=viewer.person_id, lesson=lesson)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/courses/{slug}/{module}/{lesson}/checks/{check_id}")
def create_check_answer(
    request: Request,
    *,
    session: Write,
    clock: ClockDep,
    viewer: MaybeViewer,
    form: Form,
    place: Annotated[Place, Depends(_place)],
    check_id: str,
) -> Response:
    """Answer a knowledge check and read why; anybody may, and for a learner it is kept."""
    lesson = lessons.lesson_at(session, place.slug, place.module, place.lesson)
    if check_id not in lesson.checks:
        raise NotFound
    locale = str(locale_of(request))
    data, _ = parse(form, CheckForm)
    if data is None:
        if not wants_fragment(request):
            return _lesson_page(request, session, viewer, place, empty=check_id)
        view = _check_view(lesson.checks[check_id], locale, None, empty=True)
        return page(
            request,
            "courses/answer.html",
            "answer",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            check=view,
            place=place.path,
            standing=None,
        )
    if viewer is None:
        service.look_at(lesson, check_id, data.chosen)
        if not wants_fragment(request):
            return _lesson_page(request, session, viewer, place, tried={check_id: data.chosen})
        standing = None
    else:
        standing = service.answer_check(
            session, clock, person_id=viewer.person_id, lesson=lesson, check_id=check_id, chosen=data.chosen
        )
        if not wants_fragment(request):
            return go(request, f"{place.path}#check-{check_id}")
    view = _check_view(lesson.checks[check_id], locale, data.chosen)
    after = _after(session, viewer, place, locale) if standing else {}
    return page(
        request, "courses/answer.html", "answer", check=view, place=place.path, standing=standing, **after
    )


def _after(session: Session, viewer: Viewer | None, place: Place, locale: str) -> dict[str, Any]:
    """What the parts of the page that change with progress need."""
    course = outline.get_course(session, place.slug, locale, viewer.person_id if viewer else None)
    line = outline.find_lesson(course, place.module, place.lesson)
    return {
        "course": course,
        "module": course.module_of(line),
        "lesson": line,
        "near": outline.neighbours(course, line),
    }


@router.post("/courses/{slug}/{module}/{lesson}/reading")
def create_reading(
    request: Request,
    *,
    session: Write,
    clock: ClockDep,
    viewer: SignedIn,
    form: Form,
    place: Annotated[Place, Depends(_place)],
) -> Response:
    """Read to the end: by the page when its end comes into view, or by the button, which also goes on."""
    del form  # the cross-site check is all there is to read
    lesson = lessons.lesson_at(session, place.slug, place.module, place.lesson)
    standing = service.finish_reading(session, clock, person_id=viewer.person_id, lesson=lesson)
    after = _after(session, viewer, place, str(locale_of(request)))
    if wants_fragment(request):
        return page(request, "courses/answer.html", "reading", place=place.path, standing=standing, **after)
    if standing.unanswered:
        return go(request, f"{place.path}?left=1#check-{standing.unanswered[0]}")
    following = after["near"].after
    if following is None:
        return go(request, f"courses/{place.slug}")
    return go(request, f"courses/{place.slug}/{following.place}")
