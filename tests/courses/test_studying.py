"""Studying over HTTP: the catalogue, the outline, lessons, their checks, and when progress is earned."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, select

from app.courses.models import CheckAnswer, Enrolment, Lesson, LessonProgress
from app.platform.models import AuditEntry
from tests.courses.content import course
from tests.factories import person
from tests.world import Browser, World

LAWS = "/en/courses/analyst/m01/01-laws"
ROLES = "/en/courses/analyst/m01/02-roles"
LAST = "/en/courses/analyst/m02/03-last"
HTMX = {"HX_Request": "true"}


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(world.engine, "before_cursor_execute", note)
    yield seen
    event.remove(world.engine, "before_cursor_execute", note)


def rows(world: World, model: Any) -> int:
    with world.read() as session:
        return int(session.execute(select(func.count()).select_from(model)).scalar_one())


def progress(world: World, lesson_id: UUID) -> Any:
    with world.read() as session:
        return session.execute(
            select(LessonProgress).where(LessonProgress.lesson_id == lesson_id)
        ).scalar_one_or_none()


def enrolment(world: World) -> Any:
    with world.read() as session:
        return session.execute(select(Enrolment)).scalar_one()


def finish(browser: Browser, *, but: str = "") -> None:
    """Answer every check and read every lesson; ``but`` one."""
    for path, checks in ((LAWS, ("laws-1", "laws-2")), (ROLES, ("roles-1",)), (LAST, ())):
        if path == but:
            continue
        for check_id in checks:
            assert browser.post(f"{path}/checks/{check_id}", {"chosen": "b"}).status_code == 303
        assert browser.post(f"{path}/reading").status_code == 303


def together(*acts: Any) -> list[Any]:
    """Do things at the same time."""
    barrier, answers = Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        barrier.wait()
        answers[place] = acts[place]().status_code

    threads = [Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


# The catalogue and the outline


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_catalogue_outline_and_lesson_are_public_in_every_language(world: World, locale: str) -> None:
    course(world)
    browser = world.browser()
    assert f"/{locale}/courses/analyst" in browser.get(f"/{locale}/courses").text
    outline = browser.get(f"/{locale}/courses/analyst")
    assert outline.status_code == 200
    assert f"/{locale}/courses/analyst/m01/01-laws" in outline.text
    assert f"sign-in?next=%2F{locale}%2Fcourses%2Fanalyst" in outline.text
    lesson = browser.get(f"/{locale}/courses/analyst/m01/01-laws")
    assert lesson.status_code == 200
    assert f"Stem of laws-1 ({locale})" in lesson.text
    assert 'id="g-owner"' in lesson.text
    assert 'id="ref-law-230"' in lesson.text


def test_an_empty_catalogue_says_what_to_do_next(world: World) -> None:
    answer = world.browser().get("/en/courses")
    assert "There are no courses yet" in answer.text
    assert "/en/programmes" in answer.text


@pytest.mark.parametrize(
    "path",
    ["courses/none", "courses/analyst/m01/none", "courses/analyst/m02/01-laws", "courses/none/m01/01-laws"],
)
def test_what_is_not_there_is_404(world: World, path: str) -> None:
    course(world)
    assert world.browser().get(f"/en/{path}").status_code == 404


def test_a_retired_lesson_is_gone_from_the_outline_and_is_404(world: World) -> None:
    made = course(world)
    with world.write() as session:
        session.get_one(Lesson, made["02-roles"]).retired_at = world.clock.now()
    browser = world.browser(person(world))
    assert "02-roles" not in browser.get("/en/courses/analyst").text
    assert browser.get(ROLES).status_code == 404
    assert browser.post(f"{ROLES}/reading").status_code == 404


def test_enrolling_twice_makes_one_enrolment(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    for _ in range(2):
        answer = browser.post("/en/courses/analyst/enrolment")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/en/courses/analyst?done=enrolled"
    assert rows(world, Enrolment) == 1
    with world.read() as session:
        assert session.execute(select(AuditEntry.action)).scalars().all() == ["course.enrolled"]
    assert "Start: Why a law" in browser.get("/en/courses/analyst").text


def test_enrolling_needs_a_person_and_a_course(world: World) -> None:
    course(world)
    assert world.browser().post("/en/courses/analyst/enrolment").headers["location"] == "/en/sign-in"
    assert world.browser(person(world)).post("/en/courses/none/enrolment").status_code == 404


def test_a_form_from_another_site_changes_nothing(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    answer = browser.post(f"{LAWS}/reading", Sec_Fetch_Site="cross-site")
    assert answer.status_code == 403
    assert rows(world, LessonProgress) == 0


def test_the_outline_shows_progress_and_minutes_left(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    browser.post("/en/courses/analyst/enrolment")
    browser.post(f"{ROLES}/checks/roles-1", {"chosen": "b"})
    browser.post(f"{ROLES}/reading")
    text = browser.get("/en/courses/analyst").text
    assert "1 of 3" in text
    assert "1 of 2" in text
    assert "About 10 minutes left" in text
    assert 'width="33.3%"' in text
    assert "4.5 hours, being studied" in text
    assert "1 hour, not begun" in text


@pytest.mark.parametrize(
    "path", ["/en/courses", "/en/courses/analyst", LAWS, "/en/dashboard", "/en/search?q=law"]
)
def test_pages_take_few_statements(world: World, path: str) -> None:
    course(world)
    browser = world.browser(person(world))
    browser.post(f"{LAWS}/checks/laws-1", {"chosen": "b"})
    browser.get(path)
    with statements(world) as seen:
        assert browser.get(path).status_code == 200
    assert 0 < len(seen) <= 6, seen


# Lessons and their checks


def test_previous_and_next_cross_modules(world: World) -> None:
    course(world)
    text = world.browser().get(ROLES).text
    assert re.search(r'href="/en/courses/analyst/m01/01-laws" rel="prev"', text)
    assert re.search(r'href="/en/courses/analyst/m02/03-last" rel="next"', text)
    assert 'rel="prev"' not in world.browser().get(LAWS).text
    assert 'rel="next"' not in world.browser().get(LAST).text


def test_a_wrong_answer_gets_the_reason_of_every_choice(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    answer = browser.post(f"{LAWS}/checks/laws-1", {"chosen": "a"}, **HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Not right yet" in answer.text
    assert all(f"Because {name} of laws-1 (en)" in answer.text for name in "abc")
    assert 'hx-target="#state"' in answer.text


def test_a_right_answer_is_told_so_and_stays_on_the_page(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    answer = browser.post(f"{LAWS}/checks/laws-1", {"chosen": "b"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LAWS}#check-laws-1")
    text = browser.get(LAWS).text
    assert "That is right." in text
    assert "Because b of laws-1 (en)" in text
    assert "Because b of laws-2 (en)" not in text, "an unanswered check gives nothing away"
    again = browser.get(f"{LAWS}?again=laws-1").text
    assert "Because b of laws-1 (en)" not in again


def test_several_right_choices_must_all_be_chosen(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    assert "Not right yet" in browser.post(f"{LAWS}/checks/laws-2", {"chosen": "a"}, **HTMX).text
    assert "That is right." in browser.post(f"{LAWS}/checks/laws-2", {"chosen": ["a", "c"]}, **HTMX).text


def test_the_first_answer_is_kept_beside_the_latest(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    for chosen in "abc":
        browser.post(f"{LAWS}/checks/laws-1", {"chosen": chosen})
    with world.read() as session:
        row = session.execute(select(CheckAnswer)).scalar_one()
    assert (row.first_chosen, row.chosen) == (["a"], ["c"])


@pytest.mark.parametrize("htmx", [{}, HTMX], ids=["plain", "htmx"])
def test_anybody_may_answer_and_nothing_is_kept(world: World, htmx: dict[str, str]) -> None:
    course(world)
    answer = world.browser().post(f"{LAWS}/checks/laws-1", {"chosen": "a"}, **htmx)
    assert answer.status_code == 200
    assert "Because a of laws-1 (en)" in answer.text
    assert ("<html" in answer.text) == (not htmx)
    for model in (CheckAnswer, LessonProgress, Enrolment):
        assert rows(world, model) == 0


@pytest.mark.parametrize("htmx", [{}, HTMX], ids=["plain", "htmx"])
def test_no_choice_is_asked_for_again(world: World, htmx: dict[str, str]) -> None:
    course(world)
    browser = world.browser(person(world))
    answer = browser.post(f"{LAWS}/checks/laws-1", {}, **htmx)
    assert answer.status_code == 422
    assert "Choose an answer first." in answer.text
    assert "Because a of laws-1 (en)" not in answer.text
    assert rows(world, CheckAnswer) == 0


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(
    ("check_id", "chosen", "status"),
    [
        ("none", "a", 404),
        ("roles-1", "a", 404),
        ("laws-1", "z", 422),
        ("laws-1", ["a", "b"], 422),
        ("laws-1", ["a"] * 9, 422),
        ("laws-1", "<script>", 422),
    ],
)
def test_hostile_answers_are_refused(
    world: World, signed_in: bool, check_id: str, chosen: Any, status: int
) -> None:
    course(world)
    browser = world.browser(person(world) if signed_in else None)
    answer = browser.post(f"{LAWS}/checks/{check_id}", {"chosen": chosen})
    assert answer.status_code == status
    assert rows(world, CheckAnswer) == 0
    assert rows(world, Enrolment) == 0


# Progress


def test_a_lesson_is_done_only_when_read_and_every_check_is_answered(world: World) -> None:
    made = course(world)
    browser = world.browser(person(world))
    browser.post(f"{LAWS}/checks/laws-1", {"chosen": "a"})
    assert progress(world, made["01-laws"]).done_at is None
    assert browser.post(f"{LAWS}/reading", **HTMX).status_code == 200
    row = progress(world, made["01-laws"])
    assert (row.read_at, row.done_at) == (world.clock.now(), None)
    browser.post(f"{LAWS}/checks/laws-2", {"chosen": "a"})
    assert progress(world, made["01-laws"]).done_at == world.clock.now(), "answered is enough, right or wrong"


def test_every_check_answered_is_not_enough_without_reading(world: World) -> None:
    made = course(world)
    browser = world.browser(person(world))
    browser.post(f"{ROLES}/checks/roles-1", {"chosen": "b"})
    assert progress(world, made["02-roles"]).done_at is None
    text = browser.get(ROLES).text
    assert "Not read to the end yet" in text
    assert 'hx-trigger="intersect once"' in text


def test_the_button_leads_to_the_check_left_out_and_then_to_the_next_lesson(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    left = browser.post(f"{ROLES}/reading")
    assert left.headers["location"] == f"{ROLES}?left=1#check-roles-1"
    assert "Answer this to finish the lesson." in browser.get(f"{ROLES}?left=1").text
    browser.post(f"{ROLES}/checks/roles-1", {"chosen": "b"})
    assert browser.post(f"{ROLES}/reading").headers["location"] == LAST
    assert browser.post(f"{LAST}/reading").headers["location"] == "/en/courses/analyst"


def test_reading_without_an_account_is_led_to_sign_in(world: World) -> None:
    course(world)
    assert world.browser().post(f"{LAWS}/reading").headers["location"] == "/en/sign-in"
    assert world.browser().post(f"{LAWS}/opening").headers["location"] == "/en/sign-in"


def test_opening_counts_for_the_enrolled_only_and_moves_the_place_to_go_on(world: World) -> None:
    made = course(world)
    browser = world.browser(person(world))
    assert "/opening" not in browser.get(ROLES).text
    assert browser.post(f"{ROLES}/opening").status_code == 204
    assert rows(world, LessonProgress) == 0
    browser.post("/en/courses/analyst/enrolment")
    assert "/opening" in browser.get(ROLES).text
    assert browser.post(f"{ROLES}/opening").status_code == 204
    assert progress(world, made["02-roles"]).opened_at == world.clock.now()
    assert "/opening" not in browser.get(ROLES).text, "news is told once"
    assert "Continue: Roles" in browser.get("/en/courses/analyst").text


def test_going_on_starts_where_one_left_off(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    assert "You have not begun a course yet" in browser.get("/en/dashboard").text
    browser.post(f"{ROLES}/checks/roles-1", {"chosen": "b"})
    assert ">Roles <" in browser.get("/en/dashboard").text
    browser.post(f"{ROLES}/reading")
    assert ">In short <" in browser.get("/en/dashboard").text
    browser.post(f"{LAST}/reading")
    assert ">Why a law <" in browser.get("/en/dashboard").text, "what was left out comes last"


def test_pages_of_progress_need_a_person(world: World) -> None:
    assert world.browser().get("/en/dashboard").headers["location"] == "/en/sign-in?next=/en/dashboard"


def test_somebody_elses_progress_is_not_mine(world: World) -> None:
    course(world)
    finish(world.browser(person(world)))
    other = world.browser(person(world))
    other.post("/en/courses/analyst/enrolment")
    assert "0 of 3" in other.get("/en/courses/analyst").text
    assert "Because" not in other.get(LAWS).text
