"""Counters equal a recount of the milestones, whatever happens and however many workers fold."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
import structlog
from sqlalchemy import select, update
from sqlmodel import col

from app.programmes import jobs, service
from app.programmes.models import Counter, Milestone, Programme
from app.programmes.queries import figures
from app.programmes.rules import MilestoneWord
from app.programmes.service import folding, joining
from tests import factories
from tests.programmes import ground
from tests.world import World


def fold(world: World, at_most: int = folding.BATCH) -> int:
    with world.write() as session:
        return folding.fold(session, now=world.clock.now(), at_most=at_most)


def both(world: World) -> tuple[dict[figures.CounterKey, int], dict[figures.CounterKey, int]]:
    with world.read() as session:
        return figures.counters(session), figures.recount(session)


def join(world: World, person_id: UUID, token: str) -> None:
    with world.write() as session:
        joining.join_by_link(session, world.clock, token=token, person_id=person_id)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_history_the_counters_equal_a_recount(world: World, seed: int) -> None:
    dice = random.Random(seed)
    boss = factories.person(world, "programme_manager")
    regions = ["KZ-71", "KZ-75", None]
    cohorts = [
        ground.cohort(
            world,
            boss,
            region=dice.choice(regions),
            programme=dice.choice(["kz-1000", "kz-1000", "global-500250"]),
        )
        for _ in range(4)
    ]
    tokens = [ground.join_link(world, each, boss) for each in cohorts]
    people = [factories.person(world) for _ in range(6)]
    start = world.clock.now()
    for _ in range(60):
        world.clock.at = start + timedelta(hours=dice.randrange(-24 * 20, 24 * 20))  # also out of order
        act = dice.random()
        if act < 0.3:
            join(world, dice.choice(people), dice.choice(tokens))
        elif act < 0.8:
            ground.milestone(world, dice.choice(people), dice.choice(list(MilestoneWord)))
        else:
            fold(world, at_most=dice.randrange(1, 9))
            with world.read() as session:
                assert figures.counters(session) == figures.recount(session, folded_only=True)
    while fold(world, at_most=7):
        pass
    counted, true = both(world)
    assert counted == true
    assert counted


def test_a_person_in_two_cohorts_of_a_programme_counts_once_there(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    guest = factories.person(world)
    for region in ("KZ-71", "KZ-75"):
        cohort_id = ground.cohort(world, boss, region=region)
        join(world, guest, ground.join_link(world, cohort_id, boss))
    ground.milestone(world, guest, "certified")
    fold(world)
    with world.read() as session:
        assert sum(figures.programme_totals(session)["kz-1000"].values()) == 1
        found = figures.counters(session)
    assert sum(n for (kind, *_, word, _), n in found.items() if kind == "cohort" and word == "certified") == 2


def test_an_earlier_milestone_that_arrives_later_moves_the_count_and_its_day(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    guest = factories.person(world)
    first, second = (ground.cohort(world, boss, region=region) for region in ("KZ-71", "KZ-75"))
    ground.member(world, first, person_id=guest, region="KZ-71")
    ground.milestone(world, guest, "certified")
    fold(world)
    with world.write() as session:
        session.add(
            Milestone(
                person_id=guest,
                person_key=str(guest),
                cohort_id=second,
                cohort_key=str(second),
                programme_id=ground.programme_id(world),
                region="KZ-75",
                word=MilestoneWord.CERTIFIED,
                at=world.clock.now() - timedelta(days=5),
                source="test",
            )
        )
    fold(world)
    counted, true = both(world)
    assert counted == true
    programme = {(region, day): n for (kind, _, region, _, day), n in counted.items() if kind == "programme"}
    assert programme == {("KZ-75", date(2026, 11, 18)): 1}


def test_a_milestone_outside_every_cohort_counts_nowhere(world: World) -> None:
    ground.programmes(world)
    ground.milestone(world, factories.person(world), "certified")
    fold(world)
    assert both(world) == ({}, {})


def test_recording_again_is_no_second_milestone(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    person_id = ground.member(world, ground.cohort(world, boss))
    with world.write() as session:
        at = world.clock.now()
        assert (
            service.record_milestone(session, person_id=person_id, word=MilestoneWord.SAT, at=at, source="a")
            == 1
        )
        assert (
            service.record_milestone(session, person_id=person_id, word=MilestoneWord.SAT, at=at, source="b")
            == 0
        )


def test_many_workers_fold_every_milestone_exactly_once(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    cohorts = [ground.cohort(world, boss) for _ in range(2)]
    for each in cohorts:
        for _ in range(15):
            ground.milestone(world, ground.member(world, each), *MilestoneWord)
    _, true = both(world)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: fold(world, at_most=11), range(60)))
    while fold(world):
        pass
    assert both(world)[0] == true


def test_as_of_is_now_when_everything_is_counted_else_the_last_fold(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    person_id = ground.member(world, ground.cohort(world, boss))
    ground.milestone(world, person_id, "sat")
    fold(world)
    folded_at = world.clock.now()
    world.clock.advance(timedelta(hours=1))

    def as_of() -> object:
        with world.read() as session:
            return figures.counted_until(session, now=world.clock.now())

    assert as_of() == world.clock.now()
    ground.milestone(world, person_id, "passed")
    assert as_of() == folded_at
    jobs.fold(world.context)
    assert as_of() == world.clock.now()


def test_the_daily_check_says_what_differs(world: World) -> None:
    boss = factories.person(world, "programme_manager")
    ground.milestone(world, ground.member(world, ground.cohort(world, boss)), "sat")
    jobs.fold(world.context)
    with structlog.testing.capture_logs() as quiet:
        jobs.check_figures(world.context)
    assert quiet == []
    with world.write() as session:
        session.execute(update(Counter).where(col(Counter.scope_kind) == "cohort").values(count=5))
    with structlog.testing.capture_logs() as loud:
        jobs.check_figures(world.context)
    assert [(entry["event"], entry["counted"], entry["recounted"]) for entry in loud] == [
        ("figures differ", 5, 1)
    ]


def test_the_shipped_programmes_are_written_once_and_kept_up_to_date(world: World) -> None:
    ground.programmes(world)
    with world.write() as session:
        session.execute(update(Programme).values(target=7))
    ground.programmes(world)
    with world.read() as session:
        rows = session.execute(
            select(col(Programme.slug), col(Programme.target), col(Programme.list_price_pence)).order_by(
                col(Programme.target)
            )
        ).all()
    assert [tuple(row) for row in rows] == [("kz-1000", 1000, None), ("global-500250", 500250, 199900)]
    assert 500_250 * 199_900 == 99_999_975_000  # £999,999,750
