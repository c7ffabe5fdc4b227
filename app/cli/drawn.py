"""What was drawn blind for review in the demonstration is read before anybody decides about it."""

from app.cli.scenes import Stage, done
from app.kernel.clock import FixedClock
from app.platform.database import read_session, write_session
from app.proctoring.queries.reviews import list_open
from app.proctoring.service import reviewing


def read(stage: Stage, clock: FixedClock) -> None:
    """The incident reviewer clears every record that waits for one."""
    stage.work(clock)
    reviewer = stage.cast["zarina"]
    with read_session(stage.engine) as session:
        waiting = [one.id for one in list_open(session, reviewer, at=clock.now(), page=1).rows]
    for attempt_id in waiting:
        with write_session(stage.engine) as session:
            done(reviewing.take(session, clock, attempt_id=attempt_id, reviewer_id=reviewer))
            done(
                reviewing.clear(
                    session, clock, attempt_id=attempt_id, reviewer_id=reviewer, words="Ескерту жоқ."
                )
            )
    stage.work(clock)
