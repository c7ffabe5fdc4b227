"""Statistics of a form with written tasks: what raters gave counts, and what nobody rated does not run."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from app.exams.models.attempts import Attempt, Response
from app.exams.models.rating import WrittenAnswer
from app.psychometrics.models import ItemStatistics, StatisticsRun
from app.psychometrics.rules.gates import Ended
from tests import factories
from tests.exams.written_world import CHOICE, FIRST, SECOND, make_written_exam
from tests.psychometrics.ground import fill
from tests.world import World

PERSONS = 90


def points_of(number: int) -> dict[int, int | None]:
    """What the raters gave one person: None wrote nothing there."""
    return {FIRST: number % 5, SECOND: None if number % 9 == 0 else 4 - number % 3}


def rated(world: World, attempts: list[Any]) -> None:
    """Give every attempt its written answers, settled, and the score they come to."""
    texts: list[dict[str, Any]] = []
    now = world.clock.now()
    with world.write() as session:
        layout = session.get_one(Attempt, attempts[0]).layout or []
        for number, attempt_id in enumerate(attempts):
            for place, points in points_of(number).items():
                if points is None:
                    continue
                texts.append(
                    {
                        "attempt_id": attempt_id,
                        "position": place,
                        "chosen": [f"what person {number} wrote"],
                        "flagged": False,
                        "version": 1,
                        "late": False,
                        "saved_at": now,
                    }
                )
                session.add(
                    WrittenAnswer(
                        code=f"C{number}-{place}",
                        attempt_id=attempt_id,
                        position=place,
                        item_version_id=UUID(layout[place - 1]["item"]),
                        most=4,
                        waits_since=now,
                        points=points,
                        settled_at=now,
                    )
                )
            more = sum(points or 0 for points in points_of(number).values())
            session.execute(
                update(Attempt)
                .where(Attempt.id == attempt_id)
                .values(raw_score=Attempt.raw_score + more, max_points=9)
            )
        session.execute(insert(Response), texts)


def test_points_of_raters_count_in_the_figures_and_an_empty_text_is_an_omission(world: World) -> None:
    exam = make_written_exam(world, certification=True)
    attempts = fill(world, exam.form_ids[0], PERSONS, omits=0)
    with world.write() as session:  # the ground answers written places with nothing
        session.execute(Response.__table__.delete().where(Response.position != CHOICE))
    rated(world, attempts)
    manager = world.browser(factories.person(world, "exam_manager"))
    place = f"/en/statistics/{exam.form_ids[0]}"
    assert manager.post(f"{place}/computation").status_code == 303
    world.work()
    with world.read() as session:
        run = session.scalars(select(StatisticsRun)).one()
        rows = {
            row.position: row
            for row in session.scalars(select(ItemStatistics).where(ItemStatistics.language == "all"))
        }
    assert (run.ended, run.persons) == (Ended.COMPUTED, PERSONS)
    everyone = [points_of(number) for number in range(PERSONS)]
    for at in (FIRST, SECOND):
        given = [one[at] for one in everyone]
        assert rows[at].points == sum(points or 0 for points in given)
        assert rows[at].omitted == given.count(None)
    assert manager.get(place).status_code == 200
