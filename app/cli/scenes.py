"""The scenes of the demonstration: what its invented people have behind them.

All of it is done by the services of the product, as people do it on its pages, with the clock set to the days
in question: a figure counts acts, and a certificate rests on them.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session

from app.accounts import queries as accounts
from app.accounts import service as people
from app.certificates.queries.decisions import get_case
from app.certificates.queries.mine import list_own_cases
from app.certificates.rules.states import Verdict
from app.certificates.service import decisions
from app.cli.cast import CAST, FIRST, LAST, email
from app.courses.queries import lessons as reading
from app.courses.queries import outline
from app.courses.queries import practice as quizzes
from app.courses.queries.lessons import LessonDoor
from app.courses.service import practice, studying
from app.exams import errors as exam_errors
from app.exams.queries import demonstration as made_before
from app.exams.rules.booking import NOTICE_VERSION
from app.exams.service import answers, applications, booking, delivery, forms, hand_in, rooms, sittings
from app.exams.service.batch import Given, Order
from app.kernel.clock import Clock, FixedClock
from app.kernel.errors import Refused
from app.kernel.locales import Locale
from app.platform.database import read_session, write_session
from app.platform.settings import Settings, SettingsError
from app.programmes import service as programmes
from app.programmes.rules import Sector
from app.programmes.service import cohorts, joining
from app.question_banks import queries as banks
from app.worker import make_context, run_due

EXAM = COURSE = "ceasai-analyst"

_GRADUATES = 6
"""Members who sat the exam, all of them finishers; all pass but the last, and three hold a certificate."""
_FINISHERS, _BEGINNERS = 8, 20
"""Of the cohort's 36 members; the others have not begun."""


class Stage:
    """What every scene works with."""

    def __init__(self, engine: Engine, settings: Settings, now: datetime) -> None:
        self.engine, self.settings, self.now = engine, settings, now
        self.cast: dict[str, UUID] = {}

    def ago(self, **span: float) -> FixedClock:
        """A clock that stands so long before now."""
        return FixedClock(self.now - timedelta(**span))

    def work(self, clock: Clock) -> None:
        """Let the worker do what is due at that time."""
        run_due(make_context(self.engine, clock, self.settings))


def make_people(stage: Stage, password_hash: str) -> None:
    """Everybody of the cast who is not on the stage yet, with their roles."""
    clock = stage.ago(days=70)
    with write_session(stage.engine) as session:
        for part in CAST:
            if part.key in stage.cast:
                continue
            stage.cast[part.key] = people.create_person(
                session,
                clock,
                email=email(part.key),
                name_cyrillic=part.cyrillic,
                name_latin=part.latin,
                locale=part.locale,
                password_hash=password_hash,
                confirmed=True,
                demo_role=part.role,
            )
            if part.role not in {"learner", "candidate", "holder"}:
                people.grant(
                    session,
                    clock,
                    person_id=stage.cast[part.key],
                    role=part.role,
                    by=None,
                    reason="demonstration",
                )


def make_cohort(stage: Stage, password_hash: str) -> list[UUID]:
    """A cohort of 36 and its members in the order in which they joined, the cast first."""
    start = stage.ago(days=66)
    with write_session(stage.engine) as session:
        programmes.ensure_programmes(session)
        cohort_id = cohorts.create_cohort(
            session,
            start,
            actor_id=stage.cast["dinara"],
            scopes=frozenset({("all", "")}),
            wanted=cohorts.NewCohort(
                name="Астана, қаржы саласы, 1-топ",
                programme="kz-1000",
                region="KZ-71",
                sector=Sector.FINANCE,
                employer="Алтын Дала Банкі",
                locale=Locale.KK,
                starts_on=start.now().date(),
                ends_on=(start.now() + timedelta(days=180)).date(),
                target=36,
                brand_id=stage.settings.brand,
            ),
        )
        cohorts.add_instructor(
            session, start, actor_id=stage.cast["dinara"], cohort_id=cohort_id, email=email("marat")
        )
        token = cohorts.open_join_link(session, start, actor_id=stage.cast["dinara"], cohort_id=cohort_id)
    members = [stage.cast["aigerim"], stage.cast["nurlan"], stage.cast["dana"]]
    for number in range(33):
        first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST)]
        ending = "а" if number % 2 == 0 else ""
        clock = stage.ago(days=64 - number % 20)
        with write_session(stage.engine) as session:
            members.append(
                people.create_person(
                    session,
                    clock,
                    email=email(f"member{number + 1:02d}"),
                    name_cyrillic=f"{last[0]}баев{ending} {first[0]}",
                    name_latin=f"{last[1]}bayev{'a' if ending else ''} {first[1]}",
                    locale=(Locale.KK, Locale.RU, Locale.EN)[number % 3],
                    password_hash=password_hash,
                    confirmed=True,
                )
            )
    for place, member in enumerate(members):
        with write_session(stage.engine) as session:
            joining.join_by_link(session, stage.ago(days=63 - place % 20), token=token, person_id=member)
    return members


def study(stage: Stage, members: list[UUID]) -> None:
    """Most of the cohort studies: a few to the end, more have begun; and Aigerim is half-way."""
    with read_session(stage.engine) as session:
        lessons = _lessons(session)
    for place, person in enumerate(members[2 : 2 + _FINISHERS]):
        began, ended = stage.now - timedelta(days=55 - place), stage.now - timedelta(days=30 - place)
        step = (ended - began) / (len(lessons) - 1)
        with write_session(stage.engine) as session:
            for number, lesson in enumerate(lessons):
                _read(session, FixedClock(began + step * number), person, lesson)
        stage.work(FixedClock(ended))  # the certificate of completion is issued on that day
    for place, person in enumerate(members[2 + _FINISHERS : 2 + _FINISHERS + _BEGINNERS]):
        with write_session(stage.engine) as session:
            for number, lesson in enumerate(lessons[: 1 + place % 3]):
                _read(session, stage.ago(days=28 - place, hours=-number), person, lesson)
    _half_way(stage, lessons)
    stage.work(FixedClock(stage.now))


def _lessons(session: Session) -> list[LessonDoor]:
    """Every lesson of the course, in order."""
    course = outline.get_course(session, COURSE, Locale.EN, None)
    places = [(module.slug, line.slug) for module in course.modules for line in module.lessons]
    return [reading.lesson_at(session, COURSE, *place) for place in places]


def _read(session: Session, clock: FixedClock, person: UUID, lesson: LessonDoor) -> None:
    """Answer the checks of a lesson rightly, and read it to the end."""
    for check_id in lesson.check_ids:
        clock.advance(timedelta(minutes=10))
        studying.answer_check(
            session,
            clock,
            person_id=person,
            lesson=lesson,
            check_id=check_id,
            chosen=lesson.checks[check_id]["key"],
        )
    studying.finish_reading(session, clock, person_id=person, lesson=lesson)


def _half_way(stage: Stage, lessons: list[LessonDoor]) -> None:
    """Aigerim: the first half of the lessons is done, the next is open; a practice set, half of another."""
    person, half = stage.cast["aigerim"], len(lessons) // 2
    with write_session(stage.engine) as session:
        for number, lesson in enumerate(lessons[:half]):
            _read(session, stage.ago(days=2 + half - number), person, lesson)
        studying.open_lesson(session, stage.ago(days=1), person_id=person, lesson=lessons[half])
        _practise(session, stage.ago(days=2), person, "M1", answered=10, wrong=2)
        _practise(session, stage.ago(days=1), person, "mixed", answered=4, wrong=1)


def _practise(
    session: Session, clock: FixedClock, person: UUID, module: str, *, answered: int, wrong: int
) -> None:
    """Draw a practice set and answer its first items, the first of them wrongly."""
    quiz_id = practice.start_quiz(session, clock, person_id=person, module_code=module)
    drawn = quizzes.quiz_of(session, person, quiz_id).item_version_ids[:answered]
    texts, keys = banks.versions_by_id(session, drawn), banks.keys_by_id(session, drawn)
    for number, version_id in enumerate(drawn):
        key = keys[version_id].key
        other = next(choice["id"] for choice in texts[version_id].choices if choice["id"] not in key)
        clock.advance(timedelta(seconds=50))
        practice.answer_item(
            session,
            clock,
            person_id=person,
            quiz_id=quiz_id,
            version_id=version_id,
            chosen=[other] if number < wrong else sorted(key),
        )


def make_centre(stage: Stage) -> list[UUID]:
    """An exam centre; its rooms."""
    clock, manager = stage.ago(days=60), stage.cast["gulnara"]
    with write_session(stage.engine) as session:
        centre = sittings.create_centre(
            session,
            clock,
            actor_id=manager,
            slug="astana-1",
            region="KZ-71",
            timezone="Asia/Almaty",
            name={
                "kk": "Астана емтихан орталығы",
                "ru": "Экзаменационный центр Астаны",
                "en": "Astana exam centre",
            },
            address={
                "kk": "Астана, Үлгі көшесі, 1",
                "ru": "Астана, улица Примерная, 1",
                "en": "1 Example Street, Astana",
            },
        )
        return [
            sittings.create_room(
                session, clock, actor_id=manager, centre_id=centre, name=name, capacity=12, step_free=True
            )
            for name in ("101", "102", "103", "104", "105", "106")
        ]


def sit(
    stage: Stage,
    person: UUID,
    sitting: UUID,
    at: datetime,
    *,
    wrong: int,
    meanwhile: Callable[[UUID], object] = lambda _: None,
) -> UUID:
    """Apply, book, be admitted, answer with ``wrong`` mistakes, hand in: as a candidate does it; the attempt.

    ``meanwhile`` is what others do about the attempt before it is handed in.
    """
    before, hour = FixedClock(at - timedelta(days=3)), FixedClock(at)
    with write_session(stage.engine) as session:
        contact = accounts.get_contact(session, person)
        who = contact.names
        applications.apply(
            session,
            before,
            person_id=person,
            exam_slug=EXAM,
            names=applications.DocumentNames(latin=str(who.latin), cyrillic=who.cyrillic),
        )
        place = booking.book(session, before, person_id=person, sitting_id=sitting)
    if place.attempt_id is None:
        msg = "the demonstration's sitting is full"
        raise SettingsError(msg)
    attempt_id = place.attempt_id
    with write_session(stage.engine) as session:
        rooms.check_in(
            session, hour, candidate_id=person, attempt_id=attempt_id, notice_version=NOTICE_VERSION
        )
        rooms.admit(session, hour, proctor_id=stage.cast["saule"], sitting_id=sitting, attempt_id=attempt_id)
    with write_session(stage.engine) as session:
        entrance = delivery.start(
            session, hour, candidate_id=person, attempt_id=attempt_id, locale=contact.locale
        )
    with write_session(stage.engine) as session:
        keys = made_before.keys_of_layout(session, attempt_id)
        given = tuple(Given(position, key, 0) for position, key in keys if position > wrong)
        order = Order(answers=given, lease=str(entrance.lease), key="demonstration")
        hour.advance(timedelta(minutes=25))
        done(
            answers.save(
                session,
                hour,
                candidate_id=person,
                attempt_id=attempt_id,
                order=order,
                locale=contact.locale,
            )
        )
    meanwhile(attempt_id)
    with write_session(stage.engine) as session:
        done(
            hand_in.hand_in(
                session,
                hour,
                candidate_id=person,
                attempt_id=attempt_id,
                order=Order(lease=str(entrance.lease)),
                locale=contact.locale,
            )
        )
    stage.work(hour)
    return attempt_id


def done(result: object) -> None:
    """Nothing of the demonstration is refused.

    Raises:
        SettingsError: it was.
    """
    if isinstance(result, Refused):
        msg = f"the demonstration was refused: {result.error.code}"
        raise SettingsError(msg)


def graduate(
    stage: Stage, members: list[UUID], room: UUID, read_drawn: Callable[["Stage", FixedClock], None]
) -> None:
    """A sitting three weeks ago, its results, and what an officer has decided since."""
    opens = (stage.now - timedelta(days=20)).replace(hour=5, minute=0, second=0)
    with write_session(stage.engine) as session:
        sitting = sittings.create_sitting(
            session,
            FixedClock(opens - timedelta(days=10)),
            actor_id=stage.cast["gulnara"],
            exam_slug=EXAM,
            room_id=room,
            opens_at=opens,
            closes_at=opens + timedelta(minutes=90),
            capacity=12,
            proctor_ids=[stage.cast["saule"]],
        )
    graduates = members[2 : 2 + _GRADUATES]
    for place, person in enumerate(graduates):
        sit(stage, person, sitting, opens, wrong=place if place < _GRADUATES - 1 else 12)
    read_drawn(stage, FixedClock(opens + timedelta(days=1)))
    for place, person in enumerate(graduates[:4]):
        clock = FixedClock(opens + timedelta(days=2 + place))
        with write_session(stage.engine) as session:
            case = list_own_cases(session, person)[0]
            decisions.confirm_names(session, clock, person_id=person, case_id=case.case_id)
            if place < 3:
                shown = get_case(session, stage.cast["yerlan"], case.case_id, at=clock.now())
                done(
                    decisions.decide(
                        session,
                        clock,
                        officer_id=stage.cast["yerlan"],
                        case_id=case.case_id,
                        wish=Verdict.GRANTED,
                        reason=None,
                        seen=shown.seen,
                    )
                )
        stage.work(clock)
    stage.work(FixedClock(stage.now))


def top_up(stage: Stage, session_rooms: list[UUID]) -> None:
    """Sittings every ten minutes for two hours, so that nobody waits long, then fewer; one of full length."""
    ten, hour = timedelta(minutes=10), timedelta(hours=1)
    mark = stage.now.replace(minute=stage.now.minute // 10 * 10, second=0)
    first = mark + ten if mark + ten - stage.now >= timedelta(minutes=3) else mark + 2 * ten
    starts = [first + ten * step for step in range(12)]
    starts += [starts[-1] + hour * step for step in range(1, 7)]
    day = (stage.now + timedelta(days=3)).replace(hour=5, minute=0, second=0)
    starts += [day + timedelta(days=step * 3) for step in range(5)]
    announced = [(EXAM, opens, timedelta(minutes=55)) for opens in starts]
    announced.append((forms.FULL, day + 4 * hour, timedelta(minutes=150)))
    for exam_slug, opens, length in announced:
        room = session_rooms[opens.minute // 10]  # each room has one sitting an hour, so they never meet
        with suppress(exam_errors.RoomTaken), write_session(stage.engine) as session:
            sittings.create_sitting(
                session,
                FixedClock(stage.now),
                actor_id=stage.cast["gulnara"],
                exam_slug=exam_slug,
                room_id=room,
                opens_at=opens,
                closes_at=opens + length,
                capacity=12,
                proctor_ids=[stage.cast["saule"]],
            )
