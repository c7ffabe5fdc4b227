"""Whoever trains others never sees a live item: refused at the application, the booking and the start.

Source: specification of exams, section 1; docs/decisions/0014-who-trains-sees-no-live-item.md.
"""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

import pytest

from app.accounts.models import Person
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Application, Booking
from app.exams.rules.states import Lifecycle
from app.programmes import service as programmes
from app.programmes.rules import TrainingBasis
from tests import factories
from tests.exams import bench
from tests.exams.delivery_world import Candidate, attempt, count, make_attempt, make_exam
from tests.exams.test_applications import GOOD, PAGE
from tests.programmes import ground
from tests.world import Browser, World

SENTENCES = {
    "kk": "Қазір Сіз басқаларды оқытып жүрсіз",
    "ru": "Сейчас Вы обучаете других",
    "en": "You train others now",
}
Teach = Callable[[World, UUID], None]


def _manager(world: World) -> tuple[Browser, UUID]:
    manager = factories.person(world, "programme_manager")
    return world.browser(manager), ground.cohort(world, manager)


def names_an_instructor(world: World, trainer: UUID, *, email: str) -> tuple[Browser, str]:
    """A manager names them for a cohort that nobody has joined yet; returns where the teaching is ended."""
    manager, cohort = _manager(world)
    reply = manager.post(f"/en/cohorts/{cohort}/instructors", {"email": email})
    assert reply.status_code == HTTPStatus.SEE_OTHER
    return manager, f"/en/cohorts/{cohort}/instructors/{trainer}/end"


def by_cohort(world: World, trainer: UUID) -> None:
    with world.read() as session:
        email = str(session.get_one(Person, trainer).email)
    names_an_instructor(world, trainer, email=email)


def by_relation(world: World, trainer: UUID) -> None:
    """A mentor teaches no cohort; the relation says so."""
    learner = factories.person(world)
    with world.write() as session:
        programmes.relate(
            session,
            trainer_id=trainer,
            learner_id=learner,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now(),
        )


def refused(world: World, person: UUID, tail: str, data: dict[str, str] | None = None) -> None:
    """409 with the sentence in three languages, each time."""
    browser = world.browser(person)
    for locale, sentence in SENTENCES.items():
        reply = browser.post(f"/{locale}/{tail}", data)
        assert reply.status_code == HTTPStatus.CONFLICT, reply.text
        assert sentence in reply.text


@pytest.mark.parametrize("teach", [by_cohort, by_relation])
def test_who_trains_cannot_apply_and_loses_nothing_that_was_typed(world: World, teach: Teach) -> None:
    bench.exams(world)
    trainer = factories.person(world, "instructor")
    teach(world, trainer)
    refused(world, trainer, PAGE.removeprefix("/en/"), GOOD)
    reply = world.browser(trainer).post(PAGE, GOOD | {"accommodation": "kept text"})
    assert "kept text" in reply.text
    assert count(world, Application, Application.person_id == trainer) == 0


@pytest.mark.parametrize("teach", [by_cohort, by_relation])
def test_who_has_begun_to_train_since_the_application_cannot_book(world: World, teach: Teach) -> None:
    bench.exams(world)
    sitting = bench.sitting(world)
    trainer = bench.candidate(world, roles=("instructor",))
    teach(world, trainer)
    refused(world, trainer, "exams/ceasai-analyst/bookings", {"sitting_id": str(sitting)})
    assert count(world, Booking, Booking.person_id == trainer) == 0
    assert count(world, Attempt, Attempt.candidate_id == trainer) == 0


@pytest.mark.parametrize("teach", [by_cohort, by_relation])
def test_who_has_begun_to_train_since_the_booking_cannot_start(world: World, teach: Teach) -> None:
    exam = make_exam(world, certification=True)
    trainer = factories.person(world, "instructor")
    who = Candidate(world, trainer, make_attempt(world, exam, trainer))
    teach(world, trainer)
    refused(world, trainer, f"exams/attempts/{who.attempt_id}/start")
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.READY
    assert "Stem" not in who.page().text
    again = world.browser(trainer).post(f"/en/exams/{exam.slug}/attempts")
    assert again.status_code == HTTPStatus.CONFLICT


def test_who_trains_no_more_applies_and_starts_like_anybody(world: World) -> None:
    bench.exams(world)
    exam = make_exam(world, certification=True)
    trainer = factories.person(world, "instructor", email="trainer@people.example")
    who = Candidate(world, trainer, make_attempt(world, exam, trainer))
    manager, end = names_an_instructor(world, trainer, email="trainer@people.example")
    assert who.start().status_code == HTTPStatus.CONFLICT
    assert manager.post(end).status_code == HTTPStatus.SEE_OTHER
    assert who.start().status_code == HTTPStatus.SEE_OTHER
    assert "Stem" in who.page().text
    assert world.browser(trainer).post(PAGE, GOOD).status_code == HTTPStatus.SEE_OTHER


def test_who_may_be_asked_to_teach_but_does_not_is_a_candidate_like_anybody(world: World) -> None:
    bench.exams(world)
    trainer = factories.person(world, "instructor")
    assert world.browser(trainer).post(PAGE, GOOD).status_code == HTTPStatus.SEE_OTHER


def test_practice_runs_and_exams_without_live_items_stay_open(world: World) -> None:
    bench.exams(world)
    exam = make_exam(world)
    trainer = factories.person(world, "instructor")
    by_cohort(world, trainer)
    for slug in (exam.slug, "practice-run"):
        who = Candidate(world, trainer)
        who.begin(slug)
        assert who.page("?n=1").status_code == HTTPStatus.OK
        assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS
