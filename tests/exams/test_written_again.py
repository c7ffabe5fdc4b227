"""Written tasks where something goes otherwise: more time after closing, a lost job, a rater who had a part."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from app.accounts.rules import Role
from app.exams.errors import ItemsNotScored, OwnSitting
from app.exams.models.attempts import Attempt, TimeGrant
from app.exams.models.forms import Blueprint, Form
from app.exams.rules.rating import RATING_TIME
from app.exams.rules.states import Axis, Lifecycle, ReleasePolicy, ResultState, Review
from app.exams.rules.transitions import Who
from app.exams.service import history, publishing, rating
from app.question_banks.models import Bank
from app.question_banks.queries import BankFacts
from tests import factories
from tests.exams.delivery_world import attempt, count, three
from tests.exams.test_written import counted, queue, recomputed, refusal
from tests.exams.written_world import COMMENT, FIRST, SECOND, Desk, make_written_exam
from tests.world import World

TIME = {"minutes": "5", "reason": "A fire alarm", "key": "k" * 16}


def more_time(desk: Desk, key: str = "k" * 16) -> Any:
    manager = desk.world.browser(factories.person(desk.world, Role.EXAM_MANAGER))
    return manager.post(f"/en/rooms/attempts/{desk.who.attempt_id}/time", TIME | {"key": key})


def test_more_time_opens_it_again_while_no_rater_has_an_answer_and_the_new_text_is_rated(
    world: World,
) -> None:
    desk = Desk(world)
    desk.hands_in(first="a", second="b")
    assert more_time(desk).status_code == 303
    assert attempt(world, desk.who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS
    assert desk.answers() == {}
    assert queue(desk, 0) == []
    assert desk.who.save(FIRST, "much better", version=1).status_code == 200
    assert desk.who.save(SECOND, version=1, clear=str(SECOND)).status_code == 200
    assert desk.who.hand_in().status_code == 303
    assert list(desk.answers()) == [FIRST]
    for rater in (0, 1):
        desk.rates(FIRST, rater, 3)
    world.work()
    assert attempt(world, desk.who.attempt_id).raw_score == recomputed(desk) == 5
    facts = [one["fact"] for one in desk.who.browser.get(f"{desk.who.place}/record.json").json()["timeline"]]
    assert [one for one in facts if one in {"handed_in", "reopened"}] == [
        "handed_in",
        "reopened",
        "handed_in",
    ]
    with world.read() as session:
        assert history.first_broken(session, desk.who.attempt_id) is None


def test_more_time_is_refused_once_a_rater_has_an_answer_even_one_who_gave_it_back(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")
    desk.takes(FIRST, 0)
    with world.write() as session:
        rating.give_back(
            session,
            world.clock,
            answer_id=desk.answers()[FIRST].id,
            rater_id=desk.raters[0],
            reason="I know whose",
        )
    reply = more_time(desk)
    assert reply.status_code == 409
    assert 'data-code="answers-at-raters"' in reply.text
    assert attempt(world, desk.who.attempt_id).lifecycle is Lifecycle.SUBMITTED
    assert list(desk.answers()) == [FIRST]
    assert count(world, TimeGrant) == 0


def test_a_result_that_was_told_before_is_told_anew_by_letter_when_raters_have_ended(world: World) -> None:
    desk = Desk(world)
    desk.hands_in()
    assert attempt(world, desk.who.attempt_id).result is ResultState.RELEASED
    assert more_time(desk).status_code == 303
    assert desk.who.save(FIRST, "a text").status_code == 200
    assert desk.who.hand_in().status_code == 303
    world.work()
    before = len(world.box.mails)
    for rater in (0, 1):
        desk.rates(FIRST, rater, 3)
    world.work()
    row = attempt(world, desk.who.attempt_id)
    assert (row.result, row.raw_score) == (ResultState.REISSUED, 5)
    assert len(world.box.mails) == before + 1


def test_what_a_lost_job_left_is_scored_all_the_same(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")
    for rater in (0, 1):
        desk.rates(FIRST, rater, 3)
    with world.write() as session:
        session.execute(text("DELETE FROM job WHERE kind = :kind"), {"kind": rating.RATED_EVENT})
    world.clock.advance(timedelta(minutes=2))
    world.work()
    assert attempt(world, desk.who.attempt_id).lifecycle is Lifecycle.SCORED
    assert counted(world, "attempt.rated") == 1


def test_who_supervised_the_exam_neither_sees_nor_rates_an_answer_of_it(world: World) -> None:
    desk = Desk(world)
    with world.write() as session:
        session.add(
            TimeGrant(
                attempt_id=desk.who.attempt_id,
                grant_key="before",
                seconds=60,
                reason="late door",
                approver_id=desk.raters[0],
                at=world.clock.now(),
            )
        )
    desk.hands_in(first="a")
    assert queue(desk, 0) == []
    assert len(queue(desk, 1)) == 1
    assert refusal(desk.takes(FIRST, 0)) is OwnSitting
    assert counted(world, "conflict.refused") == 1


def test_who_reviews_the_record_rates_no_answer_of_it(world: World) -> None:
    desk = Desk(world, release=ReleasePolicy.AFTER_REVIEW)
    desk.hands_in(first="a")
    with world.write() as session:
        held = session.get_one(Attempt, desk.who.attempt_id)
        history.move(
            session,
            world.clock,
            held,
            Axis.REVIEW,
            Review.IN_REVIEW,
            actor_id=desk.raters[0],
            roles={Who.INCIDENT_REVIEWER},
        )
    assert queue(desk, 0) == []
    assert refusal(desk.takes(FIRST, 0)) is OwnSitting


def test_an_id_of_an_answer_does_not_tell_when_the_exam_ended(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")
    assert desk.answers()[FIRST].id.version == 4


@pytest.mark.parametrize("level", ["3", "2"])
def test_what_a_rater_typed_is_shown_back_when_colleagues_have_settled_it(world: World, level: str) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")
    answer = desk.answers()[FIRST].id
    desk.takes(FIRST, 0)
    world.clock.advance(RATING_TIME * 2)
    for rater in (1, 2):
        desk.rates(FIRST, rater, 3)
    sent = {"level-1": level, "level-2": "1", "comment": COMMENT}
    reply = desk.browser(0).post(f"/en/written-answers/{answer}", sent)
    assert reply.status_code == 409
    assert COMMENT in reply.text
    assert desk.browser(3).post(f"/en/written-answers/{answer}", sent).status_code == 404


def test_a_written_task_without_a_readable_rubric_is_not_published(world: World) -> None:
    made = make_written_exam(world, rubric=[three("no levels")])

    def publish(slug: str, items: list[UUID]) -> UUID:
        with world.write() as session:
            bank = session.scalars(select(Bank).where(col(Bank.slug) == "written-bank")).one()
            return publishing.publish(
                session,
                world.clock,
                session.get_one(Blueprint, made.blueprint_id),
                slug=slug,
                seed=1,
                bank=BankFacts(bank.id, bank.slug, bank.purpose, bank.specimen, bank.version, bank.title),
                items=items,
                actor_id=None,
            )

    choices = [made.items[-3]]
    assert publish("sound", choices)
    with pytest.raises(ItemsNotScored) as refused:
        publish("unsound", [*choices, made.items[-1]])
    assert refused.value.facts["items"] == "written-3"
    with world.read() as session:
        assert session.scalars(select(Form.slug).where(col(Form.slug) == "unsound")).all() == []
