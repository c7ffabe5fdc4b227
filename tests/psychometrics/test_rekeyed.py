"""An item that was given another key is looked at by that key; then there is something new to compute."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.exams.models.attempts import Response
from app.exams.models.rescoring import ScoringOverride
from app.exams.rules.overriding import OverrideKind
from app.kernel.ids import new_id
from app.psychometrics import jobs
from app.psychometrics.models import ItemStatistics, StatisticsRequest, StatisticsRun
from tests import factories
from tests.exams.delivery_world import Made, count
from tests.psychometrics.test_pages import computed
from tests.world import World


def correct(world: World, version_id: UUID, kind: OverrideKind, keys: list[list[str]]) -> None:
    world.clock.advance(timedelta(minutes=1))
    with world.write() as session:
        session.add(
            ScoringOverride(
                item_version_id=version_id,
                kind=kind,
                keys=keys,
                source_id=new_id(),
                decided_by=factories.person(world, "certification_officer"),
                reason="Two answers were right",
                at=world.clock.now(),
            )
        )


def figures(world: World, exam: Made, place: int) -> list[ItemStatistics]:
    """Of one item over everybody, the oldest first."""
    with world.read() as session:
        return list(
            session.scalars(
                select(ItemStatistics)
                .join(StatisticsRun, StatisticsRun.id == ItemStatistics.run_id)
                .where(
                    ItemStatistics.language == "all",
                    ItemStatistics.item_version_id == exam.items[place - 1],
                )
                .order_by(StatisticsRun.number)
            )
        )


def answered(world: World, place: int, choices: set[str]) -> int:
    with world.read() as session:
        given = session.scalars(select(Response.chosen).where(Response.position == place)).all()
    return sum(set(one) <= choices and bool(one) for one in given)


def test_another_key_is_something_new_and_the_figures_are_those_of_that_key(world: World) -> None:
    exam, place, manager = computed(world, 60)
    assert manager.post(f"{place}/computation").status_code == 409
    correct(world, exam.items[2], OverrideKind.NEW_KEY, [["b"], ["a"]])
    assert "Compute the figures now" in manager.get(place).text
    assert manager.post(f"{place}/computation").status_code == 303
    world.work()
    before, after = figures(world, exam, 3)
    assert before.right == answered(world, 3, {"a"})
    assert after.right == answered(world, 3, {"a", "b"}) > before.right
    kept, same = figures(world, exam, 4)
    assert (kept.right, kept.points) == (same.right, same.points)
    with world.read() as session:
        one, two = session.scalars(select(StatisticsRun.rests_on).order_by(StatisticsRun.number)).all()
    assert one != two
    assert manager.post(f"{place}/computation").status_code == 409, "nothing is new any more"


def test_what_counts_for_nobody_or_for_everybody_is_still_looked_at_by_its_own_key(world: World) -> None:
    exam, place, manager = computed(world, 60)
    correct(world, exam.items[2], OverrideKind.WITHDRAWN, [])
    correct(world, exam.items[3], OverrideKind.EVERYBODY, [])
    assert manager.post(f"{place}/computation").status_code == 409
    correct(world, exam.items[4], OverrideKind.NEW_KEY, [["b"]])
    assert manager.post(f"{place}/computation").status_code == 303
    world.work()
    for number in (3, 4):
        before, after = figures(world, exam, number)
        assert (before.right, before.points) == (after.right, after.points)
    _, after = figures(world, exam, 5)
    assert after.right == answered(world, 5, {"b"})


def test_the_night_asks_again_after_another_key(world: World) -> None:
    exam, _, _ = computed(world, 60)
    world.clock.advance(timedelta(days=1))
    while not jobs.NIGHT.start <= (world.clock.now() + timedelta(hours=5)).hour < jobs.NIGHT.stop:
        world.clock.advance(timedelta(hours=1))
    assert jobs.nightly(world.context) == 0
    correct(world, exam.items[2], OverrideKind.NEW_KEY, [["b"]])
    assert jobs.nightly(world.context) == 1
    assert count(world, StatisticsRequest) == 2
