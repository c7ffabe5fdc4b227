"""The scene of written answers: written too long, handed in, given back, rated, and told."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import text as sql
from sqlalchemy import update

from app.accounts import service as people
from app.accounts.rules import Role
from app.exams.models.rating import RatingPlace
from app.exams.rules.rating import RATING_TIME
from app.worker import make_context, run_due
from tests.exams.written_world import make_written_exam
from tests.pages.rescores import found
from tests.world import World

COMMENT = "Үлгі пікір: дәлелі екінші жолда"


def play(world: World, player: Callable[[str], Any]) -> None:
    """A learner writes and hands in, two rate, an exam manager sees what waits, the result is told."""
    make_written_exam(world, slug="written-scene")
    learner, first, second, manager = map(player, ("aigerim", "kuanysh", "rater", "gulnara"))
    learner.sends("exams/written-scene/attempts")
    place = found(
        r'data-place="[^"]*/(exams/attempts/[^"/]+)"', learner.opens("exams/attempts/" + _own(world))
    )
    learner.opens(f"{place}?n=2")
    text = "бір екі үш төрт бес алты"
    learner.sends(f"{place}/answers", **{"a-2": text, "v-2": "0", "n": "2"})
    learner.opens(f"{place}?n=2")
    learner.sends(f"{place}/submission")
    learner.opens(f"{place}/result")
    manager.opens("sittings")
    with world.write() as session:
        person = UUID(
            str(
                session.execute(sql("SELECT id FROM person WHERE email = 'yerlan@demo.example'")).scalar_one()
            )
        )
        people.grant(session, world.clock, person_id=person, role=Role.RATER, by=None, reason="a third rater")
    third = player("yerlan")
    late = found(r'href="[^"]*/(written-answers/[^"]+)"', third.opens("written-answers"))
    third.sends(f"{late}/taking")
    with world.write() as session:  # and then did nothing for longer than it stays with anybody
        session.execute(update(RatingPlace).values(taken_at=world.clock.now() - 2 * RATING_TIME))
    for rater in (first, second):
        page = rater.opens("written-answers")
        answer = found(r'href="[^"]*/(written-answers/[^"]+)"', page)
        rater.opens(answer)
        rater.sends(f"{answer}/taking")
        rater.sends(f"{answer}/return", 422)
        rater.sends(answer, 422)
    sent = {"level-1": "3", "level-2": "1", "comment": COMMENT}
    third.sends(late, 409, **sent)
    first.sends(late, **sent)
    second.sends(late, **sent)
    assert not re.search(r'href="[^"]*/written-answers/[^"]+"', second.opens("written-answers"))
    run_due(make_context(world.engine, world.clock, world.settings))
    learner.opens(f"{place}/result")


def _own(world: World) -> str:
    with world.read() as session:
        statement = (
            "SELECT a.id FROM attempt a JOIN exam e ON e.id = a.exam_id WHERE e.slug = 'written-scene'"
        )
        return str(UUID(str(session.execute(sql(statement)).scalars().one())))
