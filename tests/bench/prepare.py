"""What the measurements need beside the demonstration: a 60-item form, 1,000 people, candidates ready to start."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import Session, col

from app.accounts.models import Person, SignInSession
from app.accounts.rules import SESSION_LIFE
from app.cli import demo
from app.exams.models.attempts import Attempt
from app.exams.models.forms import Blueprint, Exam, Form, FormItem
from app.exams.rules.booking import NOTICE_VERSION
from app.exams.rules.states import Lifecycle, Mode, ReleasePolicy
from app.kernel.clock import SystemClock
from app.kernel.ids import new_id, new_token, token_hash
from app.kernel.locales import Locale
from app.platform.database import make_engine, write_session
from app.platform.settings import Settings
from app.programmes.models import Cohort, CohortMember
from app.programmes.rules import MilestoneWord
from app.question_banks.models import Bank, Item, ItemVersion

CANDIDATES, PEOPLE, ITEMS = 16, 1000, 60


@dataclass
class Facts:
    """Session cookies and addresses."""

    learner: str
    manager: str
    lesson: str
    number: str
    cohort: str
    candidates: list[tuple[str, UUID]] = field(default_factory=list)


def _session_of(session: Session, person_id: UUID) -> str:
    token, now = new_token(), SystemClock().now()
    session.add(
        SignInSession(
            person_id=person_id,
            token_hash=token_hash(token),
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    return token


def _person(session: Session, name: str) -> UUID:
    made = new_id()
    now = SystemClock().now()
    session.execute(
        insert(Person).values(
            id=made,
            email=f"{name}@bench.example",
            email_confirmed_at=now,
            name_cyrillic=f"Өлшемов {name}",
            name_latin=f"Olshemov {name}",
            locale=Locale.KK,
            sort_key=name,
            created_at=now,
        )
    )
    return made


def _form(session: Session) -> tuple[UUID, UUID, UUID]:
    versions = session.execute(
        select(col(ItemVersion.id), col(ItemVersion.domain), col(ItemVersion.points))
        .join(Item, col(Item.current_version_id) == col(ItemVersion.id))
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .where(col(Bank.slug) == "ceasai-analyst")
        .order_by(col(Item.slug))
        .limit(ITEMS)
    ).all()
    if len(versions) != ITEMS:
        raise RuntimeError("the bank is too small for the form that is measured")
    now = SystemClock().now()
    title = {"kk": "Өлшеу", "ru": "Измерение", "en": "Measurement"}
    exam = Exam(
        slug="measured",
        title=title,
        certification=False,
        default_mode=Mode.UNPROCTORED,
        release=ReleasePolicy.AT_ONCE,
    )
    session.add(exam)
    session.flush()
    blueprint = Blueprint(
        exam_id=exam.id,
        version="measured",
        domains={"D1": 28, "D2": 32},
        items=ITEMS,
        minutes=120,
        cut_score=42,
    )
    session.add(blueprint)
    session.flush()
    form = Form(
        blueprint_id=blueprint.id,
        slug="measured",
        seed=1,
        specimen=True,
        minutes=120,
        cut_score=42,
        max_points=ITEMS,
        content_hash="0" * 64,
        published_at=now,
    )
    session.add(form)
    session.flush()
    session.add_all(
        FormItem(form_id=form.id, position=n, item_version_id=row.id, domain=row.domain, points=row.points)
        for n, row in enumerate(versions, start=1)
    )
    return exam.id, blueprint.id, form.id


def fill(settings: Settings) -> Facts:
    """Write it all; the facts the measurements need."""
    engine = make_engine(settings.database)
    now = SystemClock().now()
    with write_session(engine) as session:
        exam, blueprint, form = _form(session)
        candidates = []
        for number in range(CANDIDATES):
            person = _person(session, f"candidate{number:02d}")
            attempt = Attempt(
                code=f"BENCH-{number:05d}",
                exam_id=exam,
                blueprint_id=blueprint,
                form_id=form,
                candidate_id=person,
                mode=Mode.UNPROCTORED,
                created_at=now,
                lifecycle=Lifecycle.READY,
                notice_version=NOTICE_VERSION,
                notice_at=now,
            )
            session.add(attempt)
            session.flush()
            candidates.append((_session_of(session, person), attempt.id))
        cohort = session.scalars(select(Cohort)).first()
        if cohort is None:
            raise RuntimeError("the demonstration has no cohort")
        people = [_person(session, f"member{number:04d}") for number in range(PEOPLE)]
        words = list(MilestoneWord)
        session.execute(
            insert(CohortMember),
            [
                {
                    "id": new_id(),
                    "cohort_id": cohort.id,
                    "person_id": person,
                    "region": "KZ-71",
                    "joined_at": now,
                    "last_active_at": now - timedelta(days=place % 40),
                    "state": words[1 + place % 5],
                }
                for place, person in enumerate(people)
            ],
        )
        cast = {
            row.email.split("@")[0]: row.id
            for row in session.execute(
                select(col(Person.id), col(Person.email)).where(col(Person.demo_role).is_not(None))
            )
        }
        facts = Facts(
            learner=_session_of(session, cast["aigerim"]),
            manager=_session_of(session, cast["dinara"]),
            lesson="/kk/courses/ceasai-analyst/m03-kz-ai-law/02-roles",
            number=demo.numbers(settings)[0],
            cohort=f"/kk/cohorts/{cohort.id}",
            candidates=candidates,
        )
    engine.dispose()
    return facts
