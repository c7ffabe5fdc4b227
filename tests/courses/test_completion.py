"""Completing a course: once, with one event, also when things happen at the same time; and activity."""

from datetime import timedelta

from sqlalchemy import select

from app.courses.models import Enrolment, Lesson, LessonProgress
from app.platform.models import AuditEntry, Job
from app.programmes.models import Milestone
from app.programmes.rules import MilestoneWord
from tests.courses.content import course
from tests.courses.test_studying import LAST, LAWS, ROLES, enrolment, finish, rows, statements, together
from tests.factories import person
from tests.world import World


def test_the_last_lesson_completes_the_course_once(world: World) -> None:
    course(world)
    person_id = person(world)
    browser = world.browser(person_id)
    finish(browser, but=ROLES)
    assert enrolment(world).completed_at is None
    browser.post(f"{ROLES}/checks/roles-1", {"chosen": "b"})
    browser.post(f"{ROLES}/reading")
    completed = enrolment(world).completed_at
    assert completed == world.clock.now()
    world.clock.advance(timedelta(minutes=10))
    finish(browser)
    assert enrolment(world).completed_at == completed
    with world.read() as session:
        jobs = session.execute(select(Job).where(Job.kind == "course.completed")).scalars().all()
        words = session.execute(select(Milestone.word).order_by(Milestone.id)).scalars().all()
        acts = session.execute(select(AuditEntry.action)).scalars().all()
    assert [job.payload for job in jobs] == [{"person_id": str(person_id), "course_slug": "analyst"}]
    assert words == [MilestoneWord.ACTIVE, MilestoneWord.COMPLETED]
    assert acts.count("course.completed") == 1
    text = browser.get("/en/courses/analyst").text
    assert "You completed the course on 23 November 2026." in text
    assert "certification is only ever decided after the exam" in text


def test_a_lesson_taken_out_does_not_stand_in_the_way(world: World) -> None:
    made = course(world)
    browser = world.browser(person(world))
    finish(browser, but=ROLES)
    with world.write() as session:
        session.get_one(Lesson, made["02-roles"]).retired_at = world.clock.now()
    browser.post(f"{LAST}/reading")
    assert enrolment(world).completed_at is not None


def test_reading_twice_at_once_makes_one_row_and_one_event(world: World) -> None:
    course(world)
    person_id = person(world)
    finish(world.browser(person_id), but=LAST)
    first, second = world.browser(person_id), world.browser(person_id)
    assert together(lambda: first.post(f"{LAST}/reading"), lambda: second.post(f"{LAST}/reading")) == [
        303,
        303,
    ]
    assert rows(world, LessonProgress) == 3
    with world.read() as session:
        assert len(session.execute(select(Job).where(Job.kind == "course.completed")).all()) == 1
        assert (
            len(session.execute(select(Milestone).where(Milestone.word == MilestoneWord.COMPLETED)).all())
            == 1
        )


def test_the_last_two_steps_at_once_still_complete_the_course(world: World) -> None:
    course(world)
    person_id = person(world)
    first, second = world.browser(person_id), world.browser(person_id)
    finish(first, but=ROLES)
    acts = (
        lambda: first.post(f"{ROLES}/reading"),
        lambda: second.post(f"{ROLES}/checks/roles-1", {"chosen": "a"}),
    )
    assert together(*acts) == [303, 303]
    assert enrolment(world).completed_at is not None


def test_the_first_step_at_once_makes_one_enrolment(world: World) -> None:
    course(world)
    person_id = person(world)
    first, second = world.browser(person_id), world.browser(person_id)
    acts = (
        lambda: first.post(f"{LAWS}/checks/laws-1", {"chosen": "a"}),
        lambda: second.post(f"{LAWS}/reading"),
    )
    assert together(*acts) == [303, 303]
    assert (rows(world, Enrolment), rows(world, LessonProgress)) == (1, 1)


def test_activity_is_passed_on_once_an_hour(world: World) -> None:
    course(world)
    browser = world.browser(person(world))
    for minutes, told in ((0, 1), (59, 0), (60, 1)):
        world.clock.advance(timedelta(minutes=minutes))
        with statements(world) as seen:
            browser.post(f"{LAWS}/checks/laws-1", {"chosen": "a"})
        asked = [one for one in seen if "FROM cohort_member" in one and "last_active_at" in one]
        assert len(asked) == told, minutes
