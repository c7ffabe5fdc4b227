"""The demonstration: invented people and a cohort, over the real content, through the real services.

What the people have behind them (study, an exam, a decision) was done by the services of the product with the
clock set to the days in question, so that nothing here is a picture of a figure.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import typer
from pwdlib.hashers.argon2 import Argon2Hasher
from rich.console import Console
from sqlalchemy import Engine

from app.accounts import queries as accounts
from app.accounts import service as people
from app.certificates.queries.mine import list_own, list_own_cases
from app.certificates.rules.states import Verdict
from app.certificates.service import decisions
from app.cli import messages
from app.cli.cast import CAST, FIRST, LAST, PASSWORD, email
from app.cli.content import store
from app.cli.database import initialise
from app.cli.serve import run_server
from app.courses.importer.check import read_content
from app.exams import errors as exam_errors
from app.exams.queries import demonstration as made_before
from app.exams.rules.booking import NOTICE_VERSION
from app.exams.service import answers, applications, booking, delivery, forms, hand_in, rooms
from app.kernel.canonical import sha256_hex
from app.kernel.clock import Clock, FixedClock, SystemClock
from app.kernel.errors import Refused
from app.kernel.locales import Locale
from app.platform.database import make_engine, read_session, write_session
from app.platform.settings import ROOT, Settings, SettingsError, load
from app.programmes import service as programmes
from app.programmes.rules import MilestoneWord, Sector
from app.programmes.service import cohorts, joining
from app.worker import make_context, run_due

EXAM = "ceasai-analyst"

# how many of the cohort's 36 members have come so far, and how many days ago each step was taken
_REACHED = (
    (MilestoneWord.ACTIVE, 30, 55),
    (MilestoneWord.COMPLETED, 18, 30),
)
_GRADUATES = 6
"""Members who sat the exam; all pass but the last, and three hold a certificate."""


class _Stage:
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


def _make_people(stage: _Stage, password_hash: str) -> None:
    clock = stage.ago(days=70)
    with write_session(stage.engine) as session:
        for part in CAST:
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
            if part.role not in {"learner", "candidate"}:
                people.grant(
                    session,
                    clock,
                    person_id=stage.cast[part.key],
                    role=part.role,
                    by=None,
                    reason="demonstration",
                )


def _make_cohort(stage: _Stage, password_hash: str) -> list[UUID]:
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
    members = [stage.cast["aigerim"], stage.cast["nurlan"]]
    for number in range(34):
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


def _study(stage: _Stage, members: list[UUID]) -> None:
    for word, count, days in _REACHED:
        for place, member in enumerate(members[2 : 2 + count]):
            clock = stage.ago(days=max(1, days - place))
            with write_session(stage.engine) as session:
                programmes.record_milestone(
                    session, person_id=member, word=word, at=clock.now(), source="demonstration"
                )
                programmes.touch_activity(session, member, clock.now())
    stage.work(FixedClock(stage.now))


def _make_centre(stage: _Stage) -> list[UUID]:
    clock, manager = stage.ago(days=60), stage.cast["gulnara"]
    with write_session(stage.engine) as session:
        centre = booking.create_centre(
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
            booking.create_room(
                session, clock, actor_id=manager, centre_id=centre, name=name, capacity=12, step_free=True
            )
            for name in ("101", "102", "103", "104", "105", "106")
        ]


def _sit(stage: _Stage, person: UUID, sitting: UUID, at: datetime, wrong: int) -> None:
    """Apply, book, be admitted, answer with ``wrong`` mistakes, hand in: as a candidate does it."""
    before, hour = FixedClock(at - timedelta(days=3)), FixedClock(at)
    with write_session(stage.engine) as session:
        who = accounts.get_contact(session, person).names
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
        entrance = delivery.start(session, hour, candidate_id=person, attempt_id=attempt_id, locale="kk")
    with write_session(stage.engine) as session:
        keys = made_before.keys_of_layout(session, attempt_id)
        given = tuple(
            answers.Given(position, tuple(sorted(key)), 0) for position, key in keys if position > wrong
        )
        order = answers.Order(answers=given, lease=str(entrance.lease), key="demonstration")
        hour.advance(timedelta(minutes=25))
        _done(
            answers.save(session, hour, candidate_id=person, attempt_id=attempt_id, order=order, locale="kk")
        )
    with write_session(stage.engine) as session:
        _done(
            hand_in.hand_in(
                session,
                hour,
                candidate_id=person,
                attempt_id=attempt_id,
                order=answers.Order(lease=str(entrance.lease)),
                locale="kk",
            )
        )
    stage.work(hour)


def _done(result: object) -> None:
    if isinstance(result, Refused):
        msg = f"the demonstration was refused: {result.error.code}"
        raise SettingsError(msg)


def _graduate(stage: _Stage, members: list[UUID], room: UUID) -> None:
    opens = (stage.now - timedelta(days=20)).replace(hour=5, minute=0, second=0)
    with write_session(stage.engine) as session:
        sitting = booking.create_sitting(
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
        _sit(stage, person, sitting, opens, wrong=place if place < _GRADUATES - 1 else 12)
    for place, person in enumerate(graduates[:4]):
        clock = FixedClock(opens + timedelta(days=2 + place))
        with write_session(stage.engine) as session:
            case = list_own_cases(session, person)[0]
            decisions.confirm_names(session, clock, person_id=person, case_id=case.case_id)
            if place < 3:
                _done(
                    decisions.decide(
                        session,
                        clock,
                        officer_id=stage.cast["yerlan"],
                        case_id=case.case_id,
                        wish=Verdict.GRANTED,
                        reason=None,
                    )
                )
        stage.work(clock)
    stage.work(FixedClock(stage.now))


def _top_up(stage: _Stage, session_rooms: list[UUID]) -> None:
    """Sittings every ten minutes for two hours, so that nobody waits long, then fewer."""
    ten, hour = timedelta(minutes=10), timedelta(hours=1)
    mark = stage.now.replace(minute=stage.now.minute // 10 * 10, second=0)
    first = mark + ten if mark + ten - stage.now >= timedelta(minutes=3) else mark + 2 * ten
    starts = [first + ten * step for step in range(12)]
    starts += [starts[-1] + hour * step for step in range(1, 7)]
    day = (stage.now + timedelta(days=3)).replace(hour=5, minute=0, second=0)
    starts += [day + timedelta(days=step * 3) for step in range(5)]
    for opens in starts:
        room = session_rooms[opens.minute // 10]  # each room has one sitting an hour, so they never meet
        with suppress(exam_errors.RoomTaken), write_session(stage.engine) as session:
            booking.create_sitting(
                session,
                FixedClock(stage.now),
                actor_id=stage.cast["gulnara"],
                exam_slug=EXAM,
                room_id=room,
                opens_at=opens,
                closes_at=opens + timedelta(minutes=55),
                capacity=12,
                proctor_ids=[stage.cast["saule"]],
            )


def _content_stamp(settings: Settings) -> str:
    """What the content files look like from outside: a start with the same files need not read them again."""
    seen = [settings.database]
    for folder in ("courses", "question_banks"):
        for path in sorted((ROOT / folder).rglob("*")):
            facts = path.stat()
            seen.append(f"{path}:{facts.st_size}:{facts.st_mtime_ns}")
    return sha256_hex("\n".join(seen).encode())


def prepare(settings: Settings, clock: Clock, say: Callable[[str], None] = lambda _: None) -> None:
    """Build the demonstration, or bring an older one up to date. Safe to repeat.

    Raises:
        SettingsError: the database is not a demonstration.
    """
    initialise(settings, demonstration=True)
    engine = make_engine(settings.database)
    stage = _Stage(engine, settings, clock.now())
    try:
        stamp, known_stamp = settings.var_dir / "content.stamp", _content_stamp(settings)
        if not stamp.exists() or stamp.read_text() != known_stamp:
            say("content")
            store(engine, clock, read_content(ROOT, today=clock.now().date()), demonstration=True)
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.write_text(known_stamp)
        with write_session(engine) as session:
            forms.ensure_demonstration_exams(session, stage.ago(days=70), demonstration=True)
            forms.ensure_practice_run(session, stage.ago(days=70))
        with read_session(engine) as session:
            for part in CAST:
                known = accounts.find_by_email(session, email(part.key))
                if known is not None:
                    stage.cast[part.key] = known.person_id
            session_rooms = made_before.rooms(session)
        if not stage.cast:
            say("people, cohort, exams, certificates")
            password_hash = Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)
            _make_people(stage, password_hash)
            members = _make_cohort(stage, password_hash)
            _study(stage, members)
            session_rooms = _make_centre(stage)
            _graduate(stage, members, session_rooms[2])
        _top_up(stage, session_rooms)
    finally:
        engine.dispose()


def numbers(settings: Settings) -> list[str]:
    """The certificate numbers a stranger may try."""
    engine = make_engine(settings.database)
    found: list[str] = []
    with read_session(engine) as session:
        now = SystemClock().now()
        for number in range(34):
            person = accounts.find_by_email(session, email(f"member{number + 1:02d}"))
            if person is not None:
                found += [one.number for one in list_own(session, person.person_id, at=now)]
            if found:
                break
    engine.dispose()
    return found


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("demo")
    def demo_command() -> None:
        """Build the demonstration if it is not there, and serve it."""
        settings, console = load(), Console()
        messages.compile_()
        with console.status("Building the demonstration") as status:
            prepare(
                settings, SystemClock(), lambda what: status.update(f"Building the demonstration: {what}")
            )
        console.print(f"\n[bold]{settings.public_base}[/bold]  (stop with Ctrl+C)\n")
        console.print("One click signs in as any of these on the sign-in page:")
        for part in CAST:
            console.print(f"  {part.latin:24} {part.role.replace('_', ' '):24} {email(part.key)}")
        console.print(f"  password of all of them: {PASSWORD}")
        for number in numbers(settings):
            console.print(f"\nA certificate to verify: {settings.public_base}/v/{number}")
        run_server(settings)
