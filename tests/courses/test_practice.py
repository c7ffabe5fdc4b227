"""Practice over HTTP: drawing, answering once, feedback, the result, and whose quiz it is."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.courses.models import PracticeAnswer, PracticeQuiz, QuizState
from app.courses.service.practice import draw_items
from app.kernel.clock import FixedClock
from app.question_banks import queries as banks
from tests.courses.content import course, practice_bank
from tests.courses.test_studying import HTMX, rows, statements, together
from tests.factories import person
from tests.world import Browser, World


def start(browser: Browser, code: str = "M1") -> str:
    answer = browser.post(f"/en/practice/{code}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def quiz(world: World) -> PracticeQuiz:
    with world.read() as session:
        return (
            session.execute(select(PracticeQuiz).order_by(PracticeQuiz.started_at.desc())).scalars().first()
        )


def answer(browser: Browser, place: str, item: Any, chosen: Any, **headers: str) -> Any:
    return browser.post(f"{place}/answers", {"item": str(item), "chosen": chosen}, **headers)


def test_practice_needs_a_person(world: World) -> None:
    assert world.browser().get("/en/practice").headers["location"] == "/en/sign-in?next=/en/practice"


def test_without_items_the_page_says_what_to_do_instead(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    text = browser.get("/en/practice").text
    assert "There are no practice questions yet" in text
    assert "/en/courses" in text
    assert browser.post("/en/practice/M1").status_code == 409


@pytest.mark.parametrize("code", ["M9", "m1", "x" * 60, "quizzes", "%27--"])
def test_an_unknown_module_is_404(world: World, code: str) -> None:
    course(world)
    practice_bank(world)
    assert world.browser(person(world)).post(f"/en/practice/{code}").status_code in {404, 405}
    assert rows(world, PracticeQuiz) == 0


def test_a_quiz_is_gone_through_with_feedback_to_its_result(world: World) -> None:
    course(world)
    practice_bank(world)
    browser = world.browser(person(world))
    place = start(browser)
    drawn = quiz(world)
    assert (drawn.size, len(set(drawn.item_version_ids)), drawn.state) == (10, 10, QuizState.OPEN)
    for number, item in enumerate(drawn.item_version_ids, 1):
        asked = browser.get(place).text
        assert f"Question {number} of 10" in asked
        assert "Because" not in asked
        told = answer(browser, place, item, "b" if number <= 7 else "a")
        assert told.headers["location"] == f"{place}?item={number}"
        shown = browser.get(told.headers["location"]).text
        assert len(re.findall(r"Because [abcd]\d+ \(en\)", shown)) == 4, "every choice has its reason"
        assert ("That is right." in shown) == (number <= 7)
        assert ("See the result" in shown) == (number == 10)
    done = quiz(world)
    assert (done.state, done.correct, done.finished_at) == (QuizState.FINISHED, 7, world.clock.now())
    result = browser.get(place).text
    assert "Practice result: 7 of 10" in result
    assert "Module M1 (en)" in result
    assert "Best practice result: 7 of 10" in browser.get("/en/courses/analyst").text


def test_the_fragment_of_an_answer_is_the_item_with_its_feedback(world: World) -> None:
    course(world)
    practice_bank(world)
    browser = world.browser(person(world))
    place = start(browser)
    told = answer(browser, place, quiz(world).item_version_ids[0], "a", **HTMX)
    assert told.status_code == 200
    assert "<html" not in told.text
    assert 'id="quiz"' in told.text
    assert "Not right yet" in told.text


def test_an_item_is_answered_once(world: World) -> None:
    course(world)
    practice_bank(world)
    browser = world.browser(person(world))
    place = start(browser)
    item = quiz(world).item_version_ids[0]
    assert answer(browser, place, item, "a").status_code == 303
    second = answer(browser, place, item, "b")
    assert second.status_code == 409
    assert "You have answered this question already" in second.text
    with world.read() as session:
        assert session.execute(select(PracticeAnswer.chosen)).scalar_one() == ["a"]


def test_two_answers_at_once_leave_one(world: World) -> None:
    course(world)
    practice_bank(world)
    person_id = person(world)
    first, second = world.browser(person_id), world.browser(person_id)
    place = start(first)
    item = quiz(world).item_version_ids[0]
    got = together(lambda: answer(first, place, item, "a"), lambda: answer(second, place, item, "b"))
    assert sorted(got) == [303, 409]
    assert rows(world, PracticeAnswer) == 1


def test_the_last_two_answers_at_once_finish_the_quiz(world: World) -> None:
    course(world)
    practice_bank(world, items=2)
    person_id = person(world)
    first, second = world.browser(person_id), world.browser(person_id)
    place = start(first)
    one, two = quiz(world).item_version_ids
    assert together(lambda: answer(first, place, one, "b"), lambda: answer(second, place, two, "b")) == [
        303,
        303,
    ]
    assert (quiz(world).state, quiz(world).correct) == (QuizState.FINISHED, 2)


def test_two_starts_at_once_make_one_quiz(world: World) -> None:
    course(world)
    practice_bank(world)
    person_id = person(world)
    first, second = world.browser(person_id), world.browser(person_id)
    assert together(lambda: first.post("/en/practice/M1"), lambda: second.post("/en/practice/M1")) == [
        303,
        303,
    ]
    assert rows(world, PracticeQuiz) == 1


def test_an_open_quiz_is_gone_on_with_and_a_finished_one_makes_room(world: World) -> None:
    course(world)
    practice_bank(world, items=1)
    browser = world.browser(person(world))
    place = start(browser)
    assert start(browser) == place
    assert "Continue practice" in browser.get("/en/practice").text
    answer(browser, place, quiz(world).item_version_ids[0], "b")
    assert start(browser) != place


def test_somebody_elses_quiz_is_404(world: World) -> None:
    course(world)
    practice_bank(world)
    place = start(world.browser(person(world)))
    other = world.browser(person(world))
    item = quiz(world).item_version_ids[0]
    assert other.get(place).status_code == 404
    assert answer(other, place, item, "a").status_code == 404
    assert other.post(f"{place}/answers", {"item": item}).status_code == 404
    assert rows(world, PracticeAnswer) == 0


@pytest.mark.parametrize(
    ("item", "chosen", "status"),
    [
        ("0190a6e0-0000-7000-8000-000000000001", "a", 404),
        ("not-an-id", "a", 404),
        (None, "a", 404),
        ("mine", "z", 422),
        ("mine", ["a", "b"], 422),
        ("mine", "", 422),
        ("mine", ["a"] * 9, 422),
    ],
)
def test_hostile_answers_are_refused(world: World, item: str | None, chosen: Any, status: int) -> None:
    course(world)
    practice_bank(world)
    browser = world.browser(person(world))
    place = start(browser)
    data = {"chosen": chosen} | (
        {"item": quiz(world).item_version_ids[0] if item == "mine" else item} if item else {}
    )
    assert browser.post(f"{place}/answers", data).status_code == status
    assert rows(world, PracticeAnswer) == 0


@pytest.mark.parametrize("tail", ["?item=0", "?item=11", "?item=-1"])
def test_an_item_that_is_not_there_is_404(world: World, tail: str) -> None:
    course(world)
    practice_bank(world)
    browser = world.browser(person(world))
    assert browser.get(start(browser) + tail).status_code == 404


def test_items_of_certification_banks_are_never_drawn(world: World) -> None:
    course(world)
    practice_bank(world, purpose="certification")
    browser = world.browser(person(world))
    assert browser.post("/en/practice/M1").status_code == 409


def test_an_item_whose_rule_has_run_out_is_not_drawn(world: World) -> None:
    course(world)
    made = practice_bank(world, items=2, first_until=(world.clock.now() - timedelta(days=1)).date())
    browser = world.browser(person(world))
    start(browser)
    assert quiz(world).item_version_ids == [str(made[1])]


def test_a_mixed_quiz_takes_from_every_module_and_its_result_says_so(world: World) -> None:
    course(world)
    practice_bank(world, items=20, modules=("M1", "M2"))
    browser = world.browser(person(world))
    place = start(browser, "mixed")
    for item in quiz(world).item_version_ids:
        answer(browser, place, item, "b")
    result = browser.get(place).text
    assert "Module M1 (en)" in result
    assert "Module M2 (en)" in result
    assert result.count("5 of 5") == 2


def test_the_stored_seed_draws_the_same_quiz_again(world: World) -> None:
    course(world)
    practice_bank(world, items=40)
    browser = world.browser(person(world))
    start(browser)
    made = quiz(world)
    with world.read() as session:
        items = banks.drawable_items(session, on=world.clock.now().date(), module_code="M1")
    again = draw_items(list(reversed(items)), module_code="M1", seed=made.seed)
    assert [str(version) for version in again] == made.item_version_ids
    assert again != draw_items(items, module_code="M1", seed=made.seed + 1)


def test_the_best_result_stands_on_the_list(world: World) -> None:
    course(world)
    practice_bank(world, items=2)
    browser = world.browser(person(world))
    for chosen in ("ab", "bb", "aa"):
        place = start(browser)
        for item, choice in zip(quiz(world).item_version_ids, chosen, strict=True):
            answer(browser, place, UUID(item), choice)
        assert isinstance(world.clock, FixedClock)
        world.clock.advance(timedelta(minutes=5))
    assert "Best practice result: 2 of 2" in browser.get("/en/practice").text


def test_practice_pages_take_few_statements(world: World) -> None:
    course(world)
    practice_bank(world)
    browser = world.browser(person(world))
    place = start(browser)
    answer(browser, place, quiz(world).item_version_ids[0], "b")
    for path in ("/en/practice", place, f"{place}?item=1"):
        with statements(world) as seen:
            assert browser.get(path).status_code == 200
        assert 0 < len(seen) <= 6, seen
