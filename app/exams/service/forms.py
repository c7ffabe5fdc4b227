"""Exams, blueprints and their frozen forms: making them, and giving an attempt the form it meets."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.errors import BankTooSmall, NoFormLeft
from app.exams.models.attempts import Attempt
from app.exams.models.forms import Blueprint, Exam, Form
from app.exams.queries import forms as queries
from app.exams.rules import forms as rules
from app.exams.rules.states import Mode, ReleasePolicy
from app.exams.service.publishing import publish
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.question_banks import queries as banks

CERTIFICATION = "ceasai-analyst"
FULL = "ceasai-analyst-full"
PRACTICE = "practice-run"
DEMONSTRATION_SEED = 2026_11_23
PRACTICE_SEED = 6


@dataclass(frozen=True, slots=True)
class Plan:
    """What the forms of a blueprint are made of.

    On each form: ``cases``, the items in case sets at least; ``limits``, the least and the most items of a
    type or a cognitive level; ``tour``, items that stand at the end of every one, besides ``domains``.
    """

    version: str
    domains: Mapping[str, int]
    cases: int
    minutes: int
    cut_score: int
    attempts_allowed: int | None
    wait_days: int
    form_slugs: Sequence[str]
    seed: int
    limits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    tour: Sequence[str] = ()


DEMONSTRATION = Plan(
    version="demonstration v1",
    domains={"D1": 11, "D2": 13},
    cases=9,
    minutes=40,
    cut_score=17,
    attempts_allowed=2,
    wait_days=14,
    form_slugs=("demo-a", "demo-b"),
    seed=DEMONSTRATION_SEED,
)
"""Two disjoint forms, so that a retake meets a new one; hence two attempts. 17 of 24 is 70 %, rounded up."""
BLUEPRINT = Plan(
    version="v1",
    domains={"D1": 10, "D2": 12, "D3": 12, "D4": 12, "D5": 10, "D6": 10, "D7": 6, "D8": 8},
    cases=24,
    minutes=120,
    cut_score=56,
    attempts_allowed=2,
    wait_days=14,
    form_slugs=("full-a", "full-b"),
    seed=DEMONSTRATION_SEED,
    limits={"multiple": (0, 8), "understand": (20, 28), "apply": (32, 40), "analyse": (16, 24)},
)
"""The scheme's own blueprint: 80 items, at least 30 % of them in case sets, 70 % to pass; two disjoint forms.

At most 10 % multiple response; the cognitive mix is 30 / 45 / 25 %, each within 5 points of per cent.
Source: the scheme, in section 1 of the specification of the curriculum.
"""
PRACTICE_RUN = Plan(
    version="practice v2",
    domains={"D1": 2, "D2": 1},
    cases=0,
    minutes=10,
    cut_score=7,
    attempts_allowed=None,
    wait_days=0,
    form_slugs=("practice-a", "practice-b", "practice-c"),
    seed=PRACTICE_SEED,
    tour=("run-matching", "run-ordering", "run-numeric"),
)
"""Three items to choose in, others on each form, and one of each other way to answer, the same on all."""


def ensure_demonstration_exams(session: Session, clock: Clock, *, demonstration: bool) -> None:
    """Make the short certification exam over the specimen bank, and the practice run; once.

    Raises:
        SpecimenBank: this installation is no demonstration, so specimens may not lead to certification.
        NotFound: a bank is missing.
        BankTooSmall: the bank does not give the forms.
    """
    title = {
        "kk": "CEASAI жасанды интеллект қауіпсіздігі бойынша сертификатталған талдаушысы",
        "ru": "Сертифицированный аналитик CEASAI по безопасности искусственного интеллекта",
        "en": "CEASAI Certified AI Safety Analyst",
    }
    _ensure_certification(session, clock, CERTIFICATION, title, DEMONSTRATION, demonstration=demonstration)
    ensure_practice_run(session, clock)


def ensure_full_exam(session: Session, clock: Clock, *, demonstration: bool) -> None:
    """Make the certification exam at its full length over the specimen bank; once.

    Raises:
        SpecimenBank, NotFound, BankTooSmall: as ``ensure_demonstration_exams``.
    """
    title = {
        "kk": "CEASAI ЖИ қауіпсіздігі бойынша сертификатталған талдаушысы: толық емтихан",
        "ru": "Сертифицированный аналитик CEASAI по безопасности ИИ: полный экзамен",
        "en": "CEASAI Certified AI Safety Analyst: the full exam",
    }
    _ensure_certification(session, clock, FULL, title, BLUEPRINT, demonstration=demonstration)


def _ensure_certification(
    session: Session, clock: Clock, slug: str, title: dict[str, str], plan: Plan, *, demonstration: bool
) -> None:
    bank = banks.get_bank_for_forms(session, CERTIFICATION, demonstration=demonstration)
    exam = _ensure_exam(
        session,
        slug=slug,
        title=title,
        certification=True,
        achievement="analyst",
        mode=Mode.ON_SITE,
    )
    _ensure_forms(session, clock, exam, bank, plan)


def ensure_practice_run(session: Session, clock: Clock) -> None:
    """Make the practice run of the exam page, which is for everybody and decides nothing.

    Raises:
        NotFound: the practice bank is missing.
        BankTooSmall: the bank does not give the forms.
    """
    bank = banks.find_bank(session, "ceasai-practice")
    if bank is None:
        raise NotFound
    exam = _ensure_exam(
        session,
        slug=PRACTICE,
        title={
            "kk": "Емтихан бетімен танысу: сынақ тапсыру",
            "ru": "Знакомство с экзаменом: пробная сдача",
            "en": "Practice run of the exam page",
        },
        certification=False,
        achievement=None,
        mode=Mode.UNPROCTORED,
    )
    _ensure_forms(session, clock, exam, bank, PRACTICE_RUN)


def _ensure_exam(
    session: Session,
    *,
    slug: str,
    title: dict[str, str],
    certification: bool,
    achievement: str | None,
    mode: Mode,
) -> UUID:
    known = session.scalar(select(col(Exam.id)).where(col(Exam.slug) == slug))
    if known is not None:
        return known
    exam = Exam(
        slug=slug,
        title=title,
        certification=certification,
        achievement=achievement,
        default_mode=mode,
        release=ReleasePolicy.AT_ONCE,
    )
    session.add(exam)
    session.flush()
    return exam.id


def _ensure_forms(session: Session, clock: Clock, exam_id: UUID, bank: banks.BankFacts, plan: Plan) -> None:
    """Publish the forms of a blueprint once; from then on they are frozen.

    Raises:
        BankTooSmall: the bank does not give the forms.
        ItemsNotScored: a form would hold an item whose type ``rules.delivered_from`` leaves out.
    """
    known = session.scalar(
        select(col(Blueprint.id)).where(
            col(Blueprint.exam_id) == exam_id, col(Blueprint.version) == plan.version
        )
    )
    if known is not None:
        return
    items = {item.slug: item for item in banks.active_items(session, bank.slug, on=clock.now().date())}
    made = rules.assemble(
        [
            rules.BankItem(
                item.slug,
                item.domain,
                item.stimulus,
                frozenset(item.enemies),
                frozenset({str(item.type), str(item.cognitive)}),
            )
            for item in items.values()
            if item.slug not in plan.tour
        ],
        domains=plan.domains,
        forms=len(plan.form_slugs),
        cases=plan.cases,
        limits=plan.limits,
        seed=plan.seed,
    )
    if made is None or not set(plan.tour) <= items.keys():
        raise BankTooSmall(bank=bank.slug)
    made = tuple((*slugs, *plan.tour) for slugs in made)
    domains = Counter(plan.domains) + Counter(items[slug].domain for slug in plan.tour)
    blueprint = Blueprint(
        exam_id=exam_id,
        version=plan.version,
        domains=dict(sorted(domains.items())),
        items=domains.total(),
        minutes=plan.minutes,
        cut_score=plan.cut_score,
        attempts_allowed=plan.attempts_allowed,
        wait_days=plan.wait_days,
    )
    session.add(blueprint)
    session.flush()
    for form_slug, slugs in zip(plan.form_slugs, made, strict=True):
        publish(
            session,
            clock,
            blueprint,
            slug=form_slug,
            seed=plan.seed,
            bank=bank,
            items=[items[slug].version_id for slug in slugs],
            actor_id=None,
        )


def pick_form(session: Session, attempt: Attempt) -> Form:
    """The published form this attempt gets: one the candidate has not met before, also not in a void attempt.

    A sitting that names forms gives only those. Only where attempts are unlimited (practice) may a form
    come again.

    Raises:
        NoFormLeft: every form was seen.
    """
    allowed = session.scalar(
        select(col(Blueprint.attempts_allowed)).where(col(Blueprint.id) == attempt.blueprint_id)
    )
    published = queries.published_forms(session, attempt.blueprint_id, attempt.sitting_id)
    seen = queries.seen_forms(session, attempt.candidate_id, attempt.exam_id)
    chosen = rules.choose_form(published, seen, key=attempt.code, may_repeat=allowed is None)
    if chosen is None:
        raise NoFormLeft
    return session.get_one(Form, UUID(chosen))
