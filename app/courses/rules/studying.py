"""When a lesson is done, when a course is completed, and where a learner goes on.

Progress is earned: read to the end, and every knowledge check answered. Whether an answer is right teaches,
but decides nothing here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

TOUCH_EVERY = timedelta(hours=1)
"""Activity is passed on to the programmes slice at most this often."""


class Stage(StrEnum):
    """How far a lesson or a module is, for the knot and the word beside it."""

    AHEAD = "ahead"
    HERE = "here"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    """A lesson of a course, in order, as one learner stands to it. ``minutes``: the author's estimate."""

    lesson_id: UUID
    minutes: int
    opened: bool = False
    read: bool = False
    done: bool = False


def decide_lesson_done(*, read: bool, check_ids: Collection[str], answered: Collection[str]) -> bool:
    """THE rule of a lesson: read to the end and every one of its checks answered, rightly or not."""
    return read and set(check_ids) <= set(answered)


def decide_course_completed(*, lessons: int, done: int) -> bool:
    """THE rule of a course: every lesson it has now is done; a course without lessons is never completed."""
    return lessons > 0 and done >= lessons


def check_is_right(*, key: Collection[str], chosen: Collection[str]) -> bool:
    """Whether exactly the right choices were made."""
    return set(key) == set(chosen)


def stage_of(step: Step) -> Stage:
    """The stage of one lesson."""
    if step.done:
        return Stage.DONE
    return Stage.HERE if step.opened else Stage.AHEAD


def stage_of_module(steps: Sequence[Step]) -> Stage:
    """The stage of a module: done when all its lessons are, ahead when none was opened."""
    if steps and all(step.done for step in steps):
        return Stage.DONE
    return Stage.HERE if any(step.opened or step.done for step in steps) else Stage.AHEAD


def minutes_left(steps: Sequence[Step]) -> int:
    """Minutes of the lessons that are not done yet."""
    return sum(step.minutes for step in steps if not step.done)


def continue_with(steps: Sequence[Step], last: UUID | None) -> UUID | None:
    """The lesson to go on with: the last one studied, else the next that is not done; None when all are.

    After the last lesson of the course it starts over at the first one that was left out.
    """
    places = {step.lesson_id: place for place, step in enumerate(steps)}
    start = places.get(last, 0) if last is not None else 0
    for step in [*steps[start:], *steps[:start]]:
        if not step.done:
            return step.lesson_id
    return None


def touch_due(*, last: datetime | None, at: datetime) -> bool:
    """Whether activity at ``at`` is passed on; ``last``: when the learner studied before (aware UTC)."""
    return last is None or at - last >= TOUCH_EVERY


def plural_count(hours: Decimal) -> int:
    """The whole number whose plural form a number of hours takes: itself, or 2 for a fraction (4,5 часа)."""
    return int(hours) if hours == hours.to_integral_value() else 2
