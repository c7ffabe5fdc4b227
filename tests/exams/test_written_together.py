"""Written tasks where several act at one moment: real threads, real transactions."""

from typing import Any

from sqlalchemy import text

from app.accounts.rules import Role
from app.exams.errors.rating import AnswerHasRaters, AnswersAtRaters
from app.exams.rules.states import Lifecycle
from app.exams.rules.transitions import Who
from app.exams.service import extra_time, rating
from app.kernel.errors import NotFound
from tests import factories
from tests.exams.delivery_world import attempt
from tests.exams.test_delivery_together import together
from tests.exams.test_written import counted, recomputed
from tests.exams.written_world import COMMENT, FIRST, SECOND, Desk
from tests.world import World


def test_two_raters_who_end_at_one_moment_settle_it_once_and_one_job_scores_it(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a", second="b")
    for rater in (0, 1):
        desk.rates(SECOND, rater, 3)
        desk.takes(FIRST, rater)
    answer = desk.answers()[FIRST].id

    def act(number: int) -> Any:
        with world.write() as session:
            return rating.rate(
                session,
                world.clock,
                answer_id=answer,
                rater_id=desk.raters[number],
                levels={"1": 3, "2": number},
                comment=COMMENT,
            )

    assert together(act, 2) == [None, None]
    with world.read() as session:
        jobs = session.execute(
            text("SELECT count(*) FROM job WHERE kind = :kind"), {"kind": rating.RATED_EVENT}
        ).scalar_one()
    assert jobs == 1
    assert counted(world, "answer.settled") == 2
    world.work()
    row = attempt(world, desk.who.attempt_id)
    assert (row.lifecycle, row.raw_score) == (Lifecycle.SCORED, recomputed(desk))
    assert counted(world, "attempt.rated") == 1


def test_of_four_raters_who_take_an_answer_at_one_moment_two_have_it(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")

    def act(number: int) -> bool:
        try:
            desk.takes(FIRST, number)
        except AnswerHasRaters:
            return False
        return True

    assert sorted(together(act, 4)) == [False, False, True, True]


def test_more_time_and_a_rater_at_one_moment_one_of_them_is_refused(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")
    manager = factories.person(world, Role.EXAM_MANAGER)

    def act(number: int) -> bool:
        try:
            if number == 0:
                desk.takes(FIRST, 0)
                return True
            with world.write() as session:
                extra_time.grant(
                    session,
                    world.clock,
                    attempt_id=desk.who.attempt_id,
                    actor_id=manager,
                    roles=frozenset({Who.EXAM_MANAGER}),
                    reason="A fire alarm",
                    extra=extra_time.Extra("k" * 16, minutes=5),
                )
        except (AnswersAtRaters, NotFound, KeyError):
            return False
        return True

    took, reopened = together(act, 2)
    assert took is not reopened
    row = attempt(world, desk.who.attempt_id)
    assert row.lifecycle is (Lifecycle.IN_PROGRESS if reopened else Lifecycle.SUBMITTED)
    assert list(desk.answers()) == ([] if reopened else [FIRST])
