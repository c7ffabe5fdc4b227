"""What a learner does with a course. Each act notes that the person studied, and none of them commits.

Every act first writes to the enrolment's row, so that two acts of one person in one course wait for each
other, and the last lesson is neither finished twice nor by nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session

from app.courses.errors import ChoiceNotOffered, OneChoiceOnly
from app.courses.models import CheckAnswer, Enrolment, LessonProgress
from app.courses.queries import lessons as queries
from app.courses.queries.lessons import LessonDoor
from app.courses.rules import studying as rules
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.platform.outbox import enqueue_later
from app.programmes import service as programmes
from app.programmes.rules import MilestoneWord

# The checker sees the attributes of a model as values; in a statement they are columns.
_enrolment: Any = Enrolment
_progress: Any = LessonProgress
_answer: Any = CheckAnswer


@dataclass(frozen=True, slots=True)
class Standing:
    """How a learner stands to a lesson after an act. ``unanswered``: check ids, in order."""

    read: bool
    done: bool
    unanswered: list[str]


def enrol(session: Session, clock: Clock, *, person_id: UUID, course_id: UUID) -> bool:
    """Begin to study a course; False when the person studies it already."""
    fresh = insert_once(
        session,
        Enrolment,
        id=new_id(),
        person_id=person_id,
        course_id=course_id,
        enrolled_at=clock.now(),
    )
    if fresh:
        audit.record(
            session,
            clock,
            actor_id=person_id,
            action="course.enrolled",
            subject_kind="course",
            subject_id=course_id,
        )
    return fresh


def open_lesson(session: Session, clock: Clock, *, person_id: UUID, lesson: LessonDoor) -> bool:
    """Note that an enrolled learner has a lesson open; False, and nothing noted, for one who only looks."""
    enrolled = session.execute(
        select(_enrolment.id).where(
            _enrolment.person_id == person_id, _enrolment.course_id == lesson.course_id
        )
    ).first()
    if enrolled is None:
        return False
    _study(session, clock, person_id, lesson)
    return True


def answer_check(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    lesson: LessonDoor,
    check_id: str,
    chosen: Sequence[str],
) -> Standing:
    """Keep an answer to a knowledge check: the first one for good, the latest beside it.

    Raises:
        NotFound, ChoiceNotOffered, OneChoiceOnly: see ``look_at``.
    """
    look_at(lesson, check_id, chosen)
    now = clock.now()
    _study(session, clock, person_id, lesson)
    fresh = insert_once(
        session,
        CheckAnswer,
        id=new_id(),
        person_id=person_id,
        lesson_id=lesson.lesson_id,
        check_id=check_id,
        first_chosen=list(chosen),
        chosen=list(chosen),
        answered_at=now,
    )
    if not fresh:
        session.execute(
            update(CheckAnswer)
            .where(
                _answer.person_id == person_id,
                _answer.lesson_id == lesson.lesson_id,
                _answer.check_id == check_id,
            )
            .values(chosen=list(chosen), answered_at=now)
        )
    return _settle(session, clock, person_id, lesson)


def look_at(lesson: LessonDoor, check_id: str, chosen: Sequence[str]) -> bool:
    """Whether an answer is right; keeps nothing, so that anybody may try.

    Raises:
        NotFound: the lesson has no such check.
        ChoiceNotOffered: a choice is not of this check.
        OneChoiceOnly: the check has one right answer and several were sent.
    """
    check = lesson.checks.get(check_id)
    if check is None:
        raise NotFound
    if not set(chosen) <= {choice["id"] for choice in check["choices"]}:
        raise ChoiceNotOffered
    if check["type"] == "single" and len(set(chosen)) > 1:
        raise OneChoiceOnly
    return rules.check_is_right(key=check["key"], chosen=chosen)


def finish_reading(session: Session, clock: Clock, *, person_id: UUID, lesson: LessonDoor) -> Standing:
    """Note that the learner has come to the end of a lesson's text. Again changes nothing."""
    _study(session, clock, person_id, lesson)
    session.execute(
        update(LessonProgress)
        .where(
            _progress.person_id == person_id,
            _progress.lesson_id == lesson.lesson_id,
            _progress.read_at.is_(None),
        )
        .values(read_at=clock.now())
    )
    return _settle(session, clock, person_id, lesson)


def _study(session: Session, clock: Clock, person_id: UUID, lesson: LessonDoor) -> None:
    """Enrol whoever studies, move the place to go on from, and tell the programmes slice now and then."""
    now = clock.now()
    enrol(session, clock, person_id=person_id, course_id=lesson.course_id)
    before = _move(session, person_id, lesson, now)
    insert_once(
        session,
        LessonProgress,
        id=new_id(),
        person_id=person_id,
        lesson_id=lesson.lesson_id,
        opened_at=now,
    )
    if rules.touch_due(last=before, at=now):
        programmes.touch_activity(session, person_id, now)


def _move(session: Session, person_id: UUID, lesson: LessonDoor, now: datetime) -> datetime | None:
    """Lock the enrolment, write where and when the learner studies, and tell when they did before."""
    mine = (_enrolment.person_id == person_id, _enrolment.course_id == lesson.course_id)
    before = session.execute(select(_enrolment.last_studied_at).where(*mine).with_for_update()).scalar()
    session.execute(
        update(Enrolment).where(*mine).values(last_lesson_id=lesson.lesson_id, last_studied_at=now)
    )
    return before


def _settle(session: Session, clock: Clock, person_id: UUID, lesson: LessonDoor) -> Standing:
    """Decide whether the lesson is done now, and with it the course; each is written once."""
    progress = session.execute(
        select(_progress.read_at, _progress.done_at).where(
            _progress.person_id == person_id, _progress.lesson_id == lesson.lesson_id
        )
    ).one()
    answered = queries.chosen_in(session, lesson.lesson_id, person_id)
    unanswered = [check_id for check_id in lesson.check_ids if check_id not in answered]
    read, done = progress.read_at is not None, progress.done_at is not None
    if not done and rules.decide_lesson_done(read=read, check_ids=lesson.check_ids, answered=answered):
        done = True
        session.execute(
            update(LessonProgress)
            .where(
                _progress.person_id == person_id,
                _progress.lesson_id == lesson.lesson_id,
                _progress.done_at.is_(None),
            )
            .values(done_at=clock.now())
        )
    if done:
        _complete(session, clock, person_id, lesson)
    return Standing(read, done, unanswered)


def _complete(session: Session, clock: Clock, person_id: UUID, lesson: LessonDoor) -> None:
    """Close the course when its last lesson is done: once, with its milestone and its event."""
    lessons, done = queries.lessons_done(session, lesson.course_id, person_id)
    if not rules.decide_course_completed(lessons=lessons, done=done):
        return
    now = clock.now()
    closed = session.execute(
        update(Enrolment)
        .where(
            _enrolment.person_id == person_id,
            _enrolment.course_id == lesson.course_id,
            _enrolment.completed_at.is_(None),
        )
        .values(completed_at=now)
        .returning(_enrolment.id)
    ).first()
    if closed is None:
        return
    programmes.record_milestone(
        session, person_id=person_id, word=MilestoneWord.COMPLETED, at=now, source=f"enrolment:{closed.id}"
    )
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="course.completed",
        subject_kind="enrolment",
        subject_id=closed.id,
    )
    enqueue_later(
        session,
        clock,
        "course.completed",
        {"person_id": person_id, "course_slug": lesson.course_slug},
        dedupe_key=f"course.completed:{person_id}:{lesson.course_slug}",
    )
