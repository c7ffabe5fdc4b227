"""Pages of statistics: who reads what, what few people do to them, and what no file tells."""

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.exams.models.attempts import Attempt
from app.exams.rules.states import Lifecycle, ResultState
from app.psychometrics import apart, jobs
from app.psychometrics.apart import Answer
from app.psychometrics.models import ItemStatistics, StatisticsRun
from app.psychometrics.rules.gates import Ended
from app.question_banks.models import ItemUse
from tests import factories
from tests.exams.delivery_world import Made, count, make_exam
from tests.programmes import ground
from tests.psychometrics.ground import fill
from tests.world import Browser, World


def a_form(world: World, persons: int, **more: Any) -> tuple[Made, str]:
    """A live form that ``persons`` took, and its address."""
    exam = make_exam(world, certification=True, items=more.pop("items", 12))
    if persons:
        fill(world, exam.form_ids[0], persons, **more)
    return exam, f"/en/statistics/{exam.form_ids[0]}"


def computed(world: World, persons: int = 120, **more: Any) -> tuple[Made, str, Browser]:
    """A form with figures, asked for by a manager on the page and computed by the worker."""
    exam, place = a_form(world, persons, **more)
    manager = world.browser(factories.person(world, "exam_manager"))
    assert manager.post(f"{place}/computation").status_code == 303
    world.work()
    return exam, place, manager


def test_a_manager_asks_and_the_worker_answers(world: World) -> None:
    exam, place, manager = computed(world)
    page = manager.get(place)
    assert "120 people have taken this form" in page.text
    assert "What the figures mean" in page.text
    assert "Question 12" in page.text
    with world.read() as session:
        run = session.scalars(select(StatisticsRun)).one()
        rows = session.scalars(select(ItemStatistics).where(ItemStatistics.language == "all")).all()
        uses = session.scalars(select(ItemUse)).all()
    assert (run.ended, run.persons, run.number) == (Ended.COMPUTED, 120, 1)
    assert run.rests_on != "0" * 64
    assert {row.position for row in rows} == set(range(1, 13))
    assert {(use.item_version_id, use.persons, use.points, use.met) for use in uses} == {
        (row.item_version_id, row.persons, row.points, 120) for row in rows
    }
    assert {use.item_version_id for use in uses} == set(exam.items)


def test_the_counts_are_those_of_the_stored_answers(world: World) -> None:
    """Points, right answers and omissions of every item, counted by another way than the job's."""
    exam, _, _ = computed(world, 60)
    with world.read() as session:
        scores = session.scalars(select(Attempt.raw_score)).all()
        rows = session.scalars(select(ItemStatistics).where(ItemStatistics.language == "all")).all()
        kept = session.execute(text("SELECT position, COUNT(*) FROM response GROUP BY position")).all()
    assert sum(row.points for row in rows) == sum(score or 0 for score in scores)
    assert {row.position: row.persons - row.omitted for row in rows} == {place: n for place, n in kept}
    assert len(rows) == len(exam.items)


def test_below_30_people_the_page_says_how_many_there_are_and_offers_nothing(world: World) -> None:
    _, place = a_form(world, 11)
    manager = world.browser(factories.person(world, "exam_manager"))
    assert "11 people so far; figures appear from 30" in manager.get(place).text
    assert "11 people so far; figures appear from 30" in manager.get("/en/statistics").text
    assert "/computation" not in manager.get(place).text
    manager.post(f"{place}/computation")
    world.work()
    with world.read() as session:
        run = session.scalars(select(StatisticsRun)).one()
    assert (run.ended, run.persons, run.figures) == (Ended.TOO_FEW, 11, None)
    assert "11 people so far" in manager.get(place).text
    assert count(world, ItemStatistics) == 0
    for file in ("items.csv", "statistics.json"):
        assert manager.get(f"{place}/{file}").status_code == 404


def test_asking_twice_is_asking_once(world: World) -> None:
    _, place = a_form(world, 40)
    manager = world.browser(factories.person(world, "exam_manager"))
    for _ in range(2):
        assert manager.post(f"{place}/computation").status_code == 303
    waiting = manager.get(place, HX_Request="true").text
    assert "asked for the figures" in waiting
    assert 'hx-trigger="every 5s"' in waiting
    assert "<html" not in waiting
    with world.read() as session:
        assert session.execute(text("SELECT COUNT(*) FROM statistics_request")).scalar_one() == 1
    world.work()
    assert count(world, StatisticsRun) == 1
    assert "hx-trigger" not in manager.get(place, HX_Request="true").text


def test_a_request_that_nobody_answered_may_be_made_again(world: World) -> None:
    """The worker was away, or its job died."""
    _, place = a_form(world, 40)
    manager = world.browser(factories.person(world, "exam_manager"))
    manager.post(f"{place}/computation")
    assert "Compute the figures now" not in manager.get(place).text
    assert "Being computed" in manager.get("/en/statistics").text
    world.clock.advance(timedelta(hours=3, seconds=1))
    assert "Compute the figures now" in manager.get(place).text
    assert "Being computed" not in manager.get("/en/statistics").text
    manager.post(f"{place}/computation")
    with world.read() as session:
        numbers = session.execute(text("SELECT number FROM statistics_request ORDER BY number")).scalars()
        assert list(numbers) == [1, 2]
    world.work()
    assert "from 40 first attempts" in manager.get(place).text


def test_figures_that_differ_by_a_few_people_are_refused(world: World) -> None:
    exam, place, manager = computed(world, 40)
    fill(world, exam.form_ids[0], 4, seed=8)
    assert "fewer than five new ones" in manager.get(place).text
    assert manager.post(f"{place}/computation").status_code == 409
    fill(world, exam.form_ids[0], 1, seed=9)
    assert manager.post(f"{place}/computation").status_code == 303
    world.work()
    assert "45 people have taken" in manager.get(place).text
    assert count(world, StatisticsRun) == 2


def test_without_numpy_and_scipy_the_page_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "ask", lambda _question: Answer(Ended.NO_NUMBERS))
    _, place, manager = computed(world, 40)
    assert "without the extra “psychometrics”" in manager.get(place).text
    assert "Compute the figures now" in manager.get(place).text


def test_only_first_attempts_that_are_somebodys_own_count(world: World) -> None:
    exam, place = a_form(world, 40)
    fill(world, exam.form_ids[0], 6, seed=8, lifecycle=Lifecycle.VOID)
    fill(world, exam.form_ids[0], 6, seed=9, result=ResultState.INVALIDATED)
    with world.write() as session:
        again = session.scalars(select(Attempt).limit(1)).first()
        assert again is not None
        person, exam_id = again.candidate_id, again.exam_id
    fill(world, exam.form_ids[0], 1, seed=10, candidate_id=person, exam_id=exam_id)
    manager = world.browser(factories.person(world, "exam_manager"))
    assert "40 people have taken this form" in manager.get(place).text


def test_an_item_that_differs_is_proposed_for_withdrawal_and_stays(world: World) -> None:
    exam, place, manager = computed(
        world, 300, moved=lambda item, language: -2.5 if (item, language) == (5, "kk") else 0.0
    )
    page = manager.get(f"{place}/items/{exam.items[4]}")
    assert "Proposed for withdrawal in all languages" in page.text
    assert "harder in: Kazakh" in page.text
    assert "class C" in page.text
    fine = manager.get(f"{place}/items/{exam.items[6]}")
    assert "Proposed for withdrawal" not in fine.text
    assert "To act on: " in manager.get("/en/statistics").text
    with world.read() as session:
        statuses = set(session.execute(text("SELECT status FROM item_version")).scalars())
    assert statuses == {"active"}


def test_the_text_of_a_live_item_is_for_managers_who_train_nobody(world: World) -> None:
    exam, place, manager = computed(world, 40)
    there = f"{place}/items/{exam.items[0]}"
    assert "Stem 1.1 eng" in manager.get(there).text
    trainer = factories.person(world, "exam_manager", "instructor", email="trains@people.example")
    trains(world, trainer)
    instructor = factories.person(world, "instructor")
    for person in (trainer, instructor):
        browser = world.browser(person)
        page, table = browser.get(there), browser.get(place)
        assert page.status_code == table.status_code == 200
        assert "Stem 1.1" not in page.text
        assert "Choice a" not in page.text
        assert "item-1-1" not in page.text + table.text
        assert "exam managers who train nobody" in page.text
        told = json.loads(browser.get(f"{place}/statistics.json").text)
        assert {item["item"] for item in told["items"]} == {None}
        assert {item["choices"] for item in told["items"]} == {None}
        assert "item-1-1" not in browser.get(f"{place}/items.csv").text


def trains(world: World, trainer: UUID) -> None:
    manager = factories.person(world, "programme_manager")
    cohort = ground.cohort(world, manager)
    reply = world.browser(manager).post(
        f"/en/cohorts/{cohort}/instructors", {"email": "trains@people.example"}
    )
    assert reply.status_code == 303, trainer


def test_an_instructor_asks_for_nothing(world: World) -> None:
    _, place = a_form(world, 40)
    instructor = world.browser(factories.person(world, "instructor"))
    assert "Compute the figures now" not in instructor.get(place).text
    assert instructor.post(f"{place}/computation").status_code == 403


def small_counts(value: Any, name: str = "") -> list[tuple[str, int]]:
    """Whole numbers of one to four where a file counts people."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in small_counts(inner, key)]
    if isinstance(value, list):
        return [found for inner in value for found in small_counts(inner, name)]
    people = name in {"persons", "chosen", "unanswered", "kk", "ru", "en", "several"}
    return [(name, value)] if people and isinstance(value, int) and 0 < value < 5 else []


def test_no_file_counts_one_to_four_people(world: World) -> None:
    """Two took it in Kazakh, omissions are rare, and wrong choices too."""
    exam, place = a_form(world, 60, languages=("ru",), omits=0.03)
    fill(world, exam.form_ids[0], 2, seed=8, languages=("kk",))
    manager = world.browser(factories.person(world, "exam_manager"))
    manager.post(f"{place}/computation")
    world.work()
    told = json.loads(manager.get(f"{place}/statistics.json").text)
    with world.read() as session:
        kept = session.scalars(select(StatisticsRun.figures)).one()
        hidden = session.scalars(
            select(ItemStatistics.omitted).where(ItemStatistics.omitted.between(1, 4))
        ).all()
    assert kept is not None
    assert kept["languages"] == {"ru": 60, "kk": 2}
    assert hidden, "nothing to hide proves nothing"
    assert small_counts(told) == []
    assert kept["test"]["consistency"]["passing"] > 0, "nothing to hide proves nothing"
    assert "passing" not in told["test"]["consistency"], "it would count who failed"
    assert told["languages"] == {"ru": None, "kk": None}
    assert all(set(item["languages"]) == {"all"} for item in told["items"]), "60 of 62 would tell of two"
    lines = list(csv.DictReader(StringIO(manager.get(f"{place}/items.csv").content.decode("utf-8-sig"))))
    assert len(lines) == 12
    assert any(line["omit_rate"] == "<=0.064516" for line in lines)
    for line in lines:
        for name in ("facility", "omit_rate", "rapid_rate"):
            part = float(line[name].lstrip("<>=") or 0) * 62
            assert part == 0 or round(part) >= 4, (name, line)


def test_the_night_asks_once_for_what_is_new(world: World) -> None:
    _, place = a_form(world, 40)
    world.work()
    assert count(world, StatisticsRun) == 0
    world.clock.advance(timedelta(hours=15))  # from noon to three o'clock
    for _ in range(2):
        world.work()
    assert count(world, StatisticsRun) == 1
    world.clock.advance(timedelta(hours=24))
    world.work()
    assert count(world, StatisticsRun) == 1, "nobody came since"
    browser = world.browser(factories.person(world, "exam_manager"))
    assert "from 40 first attempts" in browser.get(place).text
    with world.read() as session:
        assert session.execute(text("SELECT asked_by FROM statistics_request")).scalar_one() is None


def test_what_came_to_nothing_is_asked_for_once_every_night(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "ask", lambda _question: Answer(Ended.NO_NUMBERS))
    a_form(world, 40)
    world.clock.advance(timedelta(hours=14, minutes=30))
    world.work()
    world.clock.advance(timedelta(minutes=15))
    world.work()
    assert count(world, StatisticsRun) == 1
    world.clock.advance(timedelta(hours=24))
    world.work()
    assert count(world, StatisticsRun) == 2


def test_a_job_that_runs_again_keeps_nothing_twice(world: World) -> None:
    computed(world, 40)
    with world.read() as session:
        request = UUID(str(session.execute(text("SELECT id FROM statistics_request")).scalar_one()))
    jobs.compute(world.context, {"request_id": str(request)})
    assert count(world, StatisticsRun) == 1
    assert count(world, ItemUse) == 12
