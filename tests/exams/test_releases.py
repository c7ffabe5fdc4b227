"""A result that waits for a person: a certification officer looks at how the exam went, and releases it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.exams.errors import MoveNotAllowed, OwnTrainee, ReviewOpen
from app.exams.models.attempts import AttemptTransition
from app.exams.queries import paging
from app.exams.rules.states import ReleasePolicy, ResultState, Review
from app.exams.service import hand_in, releasing, supervision
from app.platform.mail import Mail
from app.platform.models import AuditEntry, Job
from app.proctoring.queries.reviews import had_any_part
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests import factories
from tests.exams.acts import cleared, do, give, refusal
from tests.exams.delivery_world import Candidate, Made, attempt, candidate, count, make_exam
from tests.world import World

AFTER = ReleasePolicy.AFTER_REVIEW


def passed(world: World, exam: Made) -> Candidate:
    """Somebody who has handed in enough right answers."""
    who = candidate(world, exam)
    for n in range(1, 5):
        who.save(n, "a")
    who.hand_in()
    return who


def terminate(world: World, who: Candidate) -> None:
    first, second = factories.person(world, "proctor"), factories.person(world, "exam_manager")
    do(world, supervision.propose_termination, who.attempt_id, first, reason="Another person answered")
    do(world, supervision.confirm_termination, who.attempt_id, second)


def terminated(world: World, exam: Made) -> Candidate:
    who = candidate(world, exam)
    terminate(world, who)
    return who


def letters(world: World) -> list[Mail]:
    """Those about results, after the worker has done everything."""
    world.work()
    return [mail for mail in world.box.mails if mail.subject == "The result of your exam is there"]


def release(world: World, who: Candidate, officer: UUID, reason: str | None = None) -> object:
    with world.write() as session:
        return releasing.release(
            session,
            world.clock,
            attempt_id=who.attempt_id,
            officer_id=officer,
            reason=reason,
            kept_out=had_any_part(officer),
        )


@pytest.fixture
def officer(world: World) -> UUID:
    return factories.person(world, "certification_officer")


def test_rule_20_after_review_the_result_is_told_and_the_candidate_gets_a_letter(
    world: World, officer: UUID
) -> None:
    who = passed(world, make_exam(world, certification=True, release=AFTER))
    desk = world.browser(officer)
    assert "/en/results" in desk.get("/en/decisions").text
    listed = desk.get("/en/results").text
    row = attempt(world, who.attempt_id)
    assert row.code in listed
    here = f"/en/results/{who.attempt_id}"
    page = desk.get(here).text
    for hidden in ("of 6 points", "Passed", "passed"):
        assert hidden not in page, "how it came out decides nothing here"
    assert desk.post(f"{here}/release").status_code == HTTPStatus.CONFLICT
    cleared(world, who)
    assert attempt(world, who.attempt_id).result is ResultState.RELEASED
    assert "You have passed" in who.browser.get(f"{who.place}/result").text
    assert count(world, Job, Job.kind == hand_in.RELEASED_EVENT) == 1
    assert "No result waits" in desk.get("/en/results").text
    assert desk.get(here).status_code == HTTPStatus.NOT_FOUND
    (letter,) = letters(world)
    assert f"{who.place}/result" in letter.text
    assert "passed" not in letter.text


def test_a_result_that_is_released_a_second_time_has_a_second_letter(world: World, officer: UUID) -> None:
    who = candidate(world, make_exam(world, certification=True, release=ReleasePolicy.AFTER_WINDOW))
    who.hand_in()
    assert len(letters(world)) == 1
    give(world, who.attempt_id, factories.person(world, "exam_manager"), minutes=20)
    terminate(world, who)
    assert attempt(world, who.attempt_id).result is ResultState.WITHHELD
    cleared(world, who)
    release(world, who, officer, "It was an interpreter")
    assert len(letters(world)) == 2


def test_rule_20_a_terminated_attempt_is_released_with_a_reason_only(world: World, officer: UUID) -> None:
    who = terminated(world, make_exam(world, certification=True))
    cleared(world, who)
    desk = world.browser(officer)
    here = f"/en/results/{who.attempt_id}"
    page = desk.get(here).text
    assert "Terminated by two people" in page
    assert "Another person answered" in page
    reply = desk.post(f"{here}/release", {"reason": "  "})
    assert reply.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="reason-e"' in reply.text
    assert attempt(world, who.attempt_id).result is ResultState.WITHHELD
    assert desk.post(f"{here}/release", {"reason": "It was an interpreter"}).status_code == 303
    with world.read() as session:
        wanted = AttemptTransition.attempt_id == who.attempt_id
        entries = session.exec(select(AttemptTransition).where(wanted)).all()
        last = max(entries, key=lambda entry: entry.seq)
        assert (last.to_state, last.actor_id, last.reason) == ("released", officer, "It was an interpreter")


def test_an_officer_neither_sees_nor_releases_the_result_of_their_own_trainee(
    world: World, officer: UUID
) -> None:
    who = passed(world, make_exam(world, certification=True, release=AFTER))
    with world.write() as session:
        relate(
            session,
            trainer_id=officer,
            learner_id=who.person_id,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now(),
        )
    desk = world.browser(officer)
    assert attempt(world, who.attempt_id).code not in desk.get("/en/results").text
    assert desk.get(f"/en/results/{who.attempt_id}").status_code == HTTPStatus.NOT_FOUND
    reply = desk.post(f"/en/results/{who.attempt_id}/release")
    assert 'data-code="own-trainee"' in reply.text
    assert refusal(release(world, who, officer)) is OwnTrainee
    assert count(world, AuditEntry, AuditEntry.action == "conflict.refused") == 2
    assert attempt(world, who.attempt_id).result is ResultState.WITHHELD


def test_every_result_that_waits_is_on_some_page(world: World, officer: UUID, monkeypatch: Any) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    exam, codes = make_exam(world, certification=True, release=AFTER), []
    for _ in range(3):
        world.clock.advance(timedelta(minutes=1))
        codes.append(attempt(world, passed(world, exam).attempt_id).code)
    desk = world.browser(officer)

    def shown(number: str) -> list[str]:
        page = desk.get(f"/en/results?page={number}").text
        return [code for code in codes if code in page]

    assert shown("1") == shown("abc") == shown("0") == codes[:2]
    assert shown("2") == shown("7") == codes[2:]
    assert 'href="/en/results?page=1"' in desk.get("/en/results?page=7").text


@pytest.mark.parametrize("review", [Review.QUEUED, Review.IN_REVIEW, Review.SECOND_REVIEW])
def test_nothing_is_released_before_the_review_has_ended(world: World, officer: UUID, review: Review) -> None:
    who = passed(world, make_exam(world, certification=True, release=AFTER))
    with world.write() as session:
        session.get_one(type(attempt(world, who.attempt_id)), who.attempt_id).review = review
    with pytest.raises(ReviewOpen):
        release(world, who, officer, "all the same")
    assert "Reviewers are looking" in world.browser(officer).get(f"/en/results/{who.attempt_id}").text


def test_what_does_not_wait_for_a_person_is_not_released_by_one(world: World, officer: UUID) -> None:
    running = candidate(world, make_exam(world))
    told = passed(world, make_exam(world, slug="told"))
    window = passed(world, make_exam(world, slug="window", release=ReleasePolicy.AFTER_WINDOW))
    for who in (running, told, window):
        with pytest.raises(MoveNotAllowed):
            release(world, who, officer, "why not")
        assert world.browser(officer).get(f"/en/results/{who.attempt_id}").status_code == 404
