"""Two records of the demonstration under review: one waits for a reviewer, one for a second one."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from app.accounts import service as people
from app.cli.cast import email
from app.cli.scenes import EXAM, Stage, done, sit
from app.exams.rules.transitions import Who
from app.exams.service import sittings
from app.kernel.clock import FixedClock
from app.kernel.locales import Locale
from app.platform.database import write_session
from app.proctoring.rules.incidents import IncidentKind
from app.proctoring.service import incidents, reviewing

_FIRST, _SECOND = 8, 9
"""Of the cohort's members: both finished the course and sit now."""


def review(stage: Stage, members: list[UUID], room: UUID, password_hash: str) -> None:
    """A sitting two days ago with two incidents, and how far their reviews are."""
    opens = (stage.now - timedelta(days=2)).replace(hour=5, minute=0, second=0)
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
        reviewer = people.create_person(
            session,
            stage.ago(days=70),
            email=email("reviewer"),
            name_cyrillic="Сынақбаев Арман",
            name_latin="Synaqbayev Arman",
            locale=Locale.KK,
            password_hash=password_hash,
            confirmed=True,
        )
        people.grant(
            session,
            stage.ago(days=70),
            person_id=reviewer,
            role="incident_reviewer",
            by=None,
            reason="demonstration",
        )
    phone = partial(
        _saw, stage, opens + timedelta(minutes=20), IncidentKind.PHONE, "Үстел үстінде телефон жатты"
    )
    sit(stage, members[_FIRST], sitting, opens, wrong=3, meanwhile=phone)
    voice = partial(
        _saw, stage, opens + timedelta(minutes=10), IncidentKind.TALKING, "Екі рет дауыстап сөйледі"
    )
    attempt_id = sit(stage, members[_SECOND], sitting, opens, wrong=2, meanwhile=voice)
    later = FixedClock(opens + timedelta(hours=8))
    with write_session(stage.engine) as session:
        done(reviewing.take(session, later, attempt_id=attempt_id, reviewer_id=reviewer))
        done(
            reviewing.ask_statement(
                session,
                later,
                attempt_id=attempt_id,
                reviewer_id=reviewer,
                words="Не айттыңыз және кімге айттыңыз?",
            )
        )
    stage.work(later)
    later.advance(timedelta(hours=3))
    with write_session(stage.engine) as session:
        reviewing.give_statement(
            session,
            later,
            attempt_id=attempt_id,
            candidate_id=members[_SECOND],
            words="Сұрақты өзіме дауыстап оқыдым, қасымда ешкім болған жоқ.",
        )
        later.advance(timedelta(hours=2))
        done(
            reviewing.refer(
                session,
                later,
                attempt_id=attempt_id,
                reviewer_id=reviewer,
                words="Дауыс екі рет естілген, кандидат оны түсіндірді. Басқа адам бағалауы керек.",
            )
        )
    stage.work(later)


def _saw(stage: Stage, at: datetime, kind: IncidentKind, words: str, attempt_id: UUID) -> None:
    with write_session(stage.engine) as session:
        done(
            incidents.record(
                session,
                FixedClock(at),
                attempt_id=attempt_id,
                actor_id=stage.cast["saule"],
                roles={Who.PROCTOR},
                seen=incidents.Seen(kind, at, words),
            )
        )
