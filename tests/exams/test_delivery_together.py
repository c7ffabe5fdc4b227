"""Rules 7, 9 and 10 with real threads: many requests at once, one outcome."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from app.exams import jobs
from app.exams.models.attempts import Attempt, AttemptTransition
from app.exams.queries import attempts as queries
from app.exams.rules.states import Lifecycle
from app.exams.service import answers as service
from app.exams.service import delivery, hand_in, history, sweeper
from app.exams.service.batch import Given, Order
from app.kernel.errors import DomainError, Refused
from tests import factories
from tests.exams.delivery_world import (
    LIMIT,
    Candidate,
    answers,
    attempt,
    candidate,
    count,
    events,
    make_attempt,
    make_exam,
)
from tests.world import World

AT_ONCE = 4
"""The pool of the test application has as many connections."""


def together(act, times: int = AT_ONCE) -> list:
    """Do ``act(i)`` in that many threads, let loose at one moment."""
    gate = Barrier(times)

    def run(number: int):
        gate.wait(timeout=20)
        return act(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_rule_07_of_concurrent_saves_on_one_version_exactly_one_wins(world: World) -> None:
    who = candidate(world, make_exam(world))
    lease = who.lease()

    def act(number: int):
        with world.write() as session:
            return service.save(
                session,
                world.clock,
                candidate_id=who.person_id,
                attempt_id=who.attempt_id,
                order=Order((Given(1, ("abcd"[number],), 0),), lease=lease, key=f"k{number}"),
                locale="en",
            )

    outcomes = together(act)
    assert sum(not one.conflicts for one in outcomes) == 1
    assert all(one.versions == {1: 1} for one in outcomes)
    chosen, version = answers(world, who.attempt_id)[1]
    assert version == 1
    assert [event.chosen for event in events(world, who.attempt_id, "save")] == [chosen]
    assert len(events(world, who.attempt_id, "refused_stale")) == AT_ONCE - 1
    assert all(one.conflicts[0].held == tuple(chosen) for one in outcomes if one.conflicts)


def test_rule_07_concurrent_saves_over_http_lose_nothing(world: World) -> None:
    who = candidate(world, make_exam(world))
    lease = who.lease()
    browsers = [Candidate(world, who.person_id, who.attempt_id) for _ in range(AT_ONCE)]
    replies = together(lambda i: browsers[i].save(2, "abcd"[i], lease=lease))
    assert Counter(reply.status_code for reply in replies) == {200: 1, 409: AT_ONCE - 1}
    asked = {("abcd"[i],) for i in range(AT_ONCE)}
    kept = events(world, who.attempt_id, "save") + events(world, who.attempt_id, "refused_stale")
    assert {tuple(event.chosen) for event in kept} == asked


def test_rule_08_one_key_sent_at_once_many_times_is_one_event(world: World) -> None:
    who = candidate(world, make_exam(world))
    lease = who.lease()
    browsers = [Candidate(world, who.person_id, who.attempt_id) for _ in range(AT_ONCE)]
    replies = together(lambda i: browsers[i].save(1, "c", lease=lease, key="same"))
    assert {reply.status_code for reply in replies} == {200}
    assert len(events(world, who.attempt_id, "save")) == 1
    assert answers(world, who.attempt_id)[1] == (["c"], 1)


def test_rule_09_opening_at_once_many_times_makes_one_attempt(world: World) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    browsers = [Candidate(world, person) for _ in range(AT_ONCE)]
    together(lambda i: browsers[i].begin(exam.slug))
    assert len({browser.attempt_id for browser in browsers}) == 1
    made = browsers[0].attempt_id
    assert count(world, Attempt, Attempt.candidate_id == person) == 1
    assert len(events(world, made, "start")) == 1
    with world.read() as session:
        assert history.first_broken(session, made) is None


def test_rule_09_starting_at_once_many_times_starts_once(world: World) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    made = make_attempt(world, exam, person)
    browsers = [Candidate(world, person, made) for _ in range(AT_ONCE)]
    assert {reply.status_code for reply in together(lambda i: browsers[i].start())} == {303}
    assert len(events(world, made, "start")) == 1
    starts = count(
        world,
        AttemptTransition,
        AttemptTransition.attempt_id == made,
        AttemptTransition.to_state == Lifecycle.IN_PROGRESS,
    )
    assert starts == 1


def test_rule_10_of_windows_opened_at_once_one_lives(world: World) -> None:
    who = candidate(world, make_exam(world))
    others = [Candidate(world, who.person_id, who.attempt_id) for _ in range(AT_ONCE)]
    pages = together(lambda i: others[i].page())
    assert {page.status_code for page in pages} == {200}
    tokens = [page.text.split('name="lease" value="')[1].split('"')[0] for page in pages]
    replies = [
        other.save(1, "a", version=0, lease=token) for other, token in zip(others, tokens, strict=True)
    ]
    assert sum(reply.status_code == 200 for reply in replies) == 1
    assert sum('data-code="window-taken"' in reply.text for reply in replies) == AT_ONCE - 1
    assert len(events(world, who.attempt_id, "takeover")) == AT_ONCE


@pytest.mark.parametrize("round_", range(3))
def test_rule_11_a_save_beside_a_hand_in_is_either_scored_or_refused(world: World, round_: int) -> None:
    who = candidate(world, make_exam(world))
    lease = who.lease()

    def act(number: int):
        with world.write() as session:
            if number == 0:
                return hand_in.hand_in(
                    session,
                    world.clock,
                    candidate_id=who.person_id,
                    attempt_id=who.attempt_id,
                    order=Order(lease=lease),
                    locale="en",
                )
            return service.save(
                session,
                world.clock,
                candidate_id=who.person_id,
                attempt_id=who.attempt_id,
                order=Order((Given(number, ("a",), 0),), lease=lease),
                locale="en",
            )

    outcomes = together(act)
    accepted = sum(not isinstance(one, Refused) for one in outcomes[1:])
    row = attempt(world, who.attempt_id)
    assert row.raw_score == accepted == len(events(world, who.attempt_id, "save"))
    with world.read() as session:
        assert service.recompute(session, row).raw_score == row.raw_score


def test_rule_04_two_sweepers_and_a_hand_in_close_once(world: World) -> None:
    who = candidate(world, make_exam(world))
    lease = who.lease()
    world.clock.advance(LIMIT + delivery.rules.GRACE + delivery.rules.EARLY)

    def act(number: int):
        try:
            with world.write() as session:
                if number == 0:
                    return hand_in.hand_in(
                        session,
                        world.clock,
                        candidate_id=who.person_id,
                        attempt_id=who.attempt_id,
                        order=Order(lease=lease),
                        locale="en",
                    )
                return sweeper.expire(session, world.clock, who.attempt_id)
        except DomainError as error:
            return error

    outcomes = together(act)
    # the hand-in may have held it just then: it is left for the next round
    assert sum(one is not None for one in outcomes[1:]) + jobs.sweep(world.context).closed == 1
    assert len(events(world, who.attempt_id, "expire")) == 1
    assert events(world, who.attempt_id, "hand_in") == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_rule_04_an_attempt_that_somebody_holds_keeps_the_sweeper_from_no_other(world: World) -> None:
    """As a second worker does, which goes through the same list; on SQLite one writes at a time anyway."""
    exam = make_exam(world)
    held, other = candidate(world, exam), candidate(world, exam)
    world.clock.advance(LIMIT + timedelta(minutes=2))
    with world.write() as session:
        queries.get_attempt(session, held.attempt_id, for_update=True)
        assert jobs.sweep(world.context).closed == 1
    assert attempt(world, other.attempt_id).lifecycle is Lifecycle.SCORED
    assert attempt(world, held.attempt_id).lifecycle is Lifecycle.IN_PROGRESS
    assert jobs.sweep(world.context).closed == 1
    assert attempt(world, held.attempt_id).lifecycle is Lifecycle.SCORED
