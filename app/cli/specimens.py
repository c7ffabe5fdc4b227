"""Drafts of items for the demonstration, so that its pages of items are not empty: obviously specimens."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from app.cli.scenes import Stage
from app.kernel.clock import FixedClock
from app.kernel.locales import LOCALES
from app.platform.database import read_session, write_session
from app.question_banks.formats.draft import DraftChoice, DraftItem, Text
from app.question_banks.formats.stored import find_source
from app.question_banks.queries import drafts as queries
from app.question_banks.rules import BankPurpose
from app.question_banks.rules.workflow import Step
from app.question_banks.service import drafts, workflow

LIVE, PRACTICE = "specimen-live", "specimen-practice"


def _text(kk: str, ru: str = "", en: str = "") -> Text:
    said = dict(zip(map(str, LOCALES), (kk, ru, en), strict=True))
    return {locale: words for locale, words in said.items() if words}


def _choice(id_: str, text: Text, why: Text | None = None) -> DraftChoice:
    return DraftChoice(id_, text, why or {})


_RIGHT = _text("Дұрыс.", "Верно.", "Correct.")
_LABELS = ("domain:D1", "cognitive:understand", "task:T1", "source:Specimen of the demonstration, page 1")
_WHOLE = DraftItem(
    "specimen-1",
    "single",
    _text(
        "Үлгі тапсырма: аптада неше күн бар?",
        "Образец задания: сколько дней в неделе?",
        "A specimen item: how many days are there in a week?",
    ),
    (
        _choice("a", _text("Жеті күн", "Семь дней", "Seven days"), _RIGHT),
        _choice(
            "b",
            _text("Бес күн", "Пять дней", "Five days"),
            _text("Бұл — жұмыс күндері.", "Это рабочие дни.", "Those are the working days."),
        ),
        _choice(
            "c",
            _text("Он күн", "Десять дней", "Ten days"),
            _text("Он күн — онкүндік.", "Десять дней — это декада.", "Ten days are a decade of a month."),
        ),
        _choice(
            "d",
            _text("Екі күн", "Два дня", "Two days"),
            _text("Бұл — демалыс күндері.", "Это выходные.", "Those are the days of rest."),
        ),
    ),
    ("a",),
    labels=_LABELS,
)
_ORDER = DraftItem(
    "specimen-2",
    "ordering",
    _text(
        "Үлгі тапсырма: жыл мезгілдерін қысқы мезгілден бастап реттеңіз.",
        "Образец задания: расставьте времена года, начиная с зимы.",
        "A specimen item: put the seasons in order, beginning with winter.",
    ),
    (
        _choice("a", _text("Жаз", "Лето", "Summer"), _text("Үшінші.", "Третье.", "The third.")),
        _choice("b", _text("Қыс", "Зима", "Winter"), _text("Бірінші.", "Первое.", "The first.")),
        _choice("c", _text("Көктем", "Весна", "Spring"), _text("Екінші.", "Второе.", "The second.")),
    ),
    ("b", "c", "a"),
    labels=_LABELS,
)
_NUMBER = DraftItem(
    "specimen-3",
    "numeric",
    _text("Үлгі тапсырма: су теңіз деңгейінде неше градуста қайнайды?"),
    key=("100",),
    interaction={"tolerance": "0.5"},
)
_PAIRS = DraftItem(
    "specimen-4",
    "matching",
    _text("Үлгі тапсырма: ел мен астананы жұптаңыз.", "Образец задания: соедините страну и столицу."),
    (
        _choice("a", _text("Қазақстан", "Казахстан")),
        _choice("b", _text("Өзбекстан", "Узбекистан")),
    ),
    ("a=t1", "b=t2"),
    {
        "targets": [
            {"id": "t1", "text": _text("Астана", "Астана")},
            {"id": "t2", "text": _text("Ташкент", "Ташкент")},
        ]
    },
)
_ESSAY = DraftItem(
    "specimen-5",
    "written",
    _text("Үлгі тапсырма: екі сөйлеммен өзіңіз туралы жазыңыз."),
    interaction={"rubric": [_text("Екі сөйлем")], "words": 40},
)
_TASTE = DraftItem(
    "specimen-6",
    "short_text",
    _text(
        "Үлгі тапсырма: судың химиялық формуласы қандай?",
        "Образец задания: какова химическая формула воды?",
        "A specimen item: what is the chemical formula of water?",
    ),
    interaction={"accepted": {"kk": ["H2O"], "ru": ["H2O"], "en": ["H2O"]}, "case_sensitive": False},
    labels=_LABELS,
)


def make_drafts(stage: Stage) -> None:
    """Two sets of drafts at different steps of their way; made once."""
    with read_session(stage.engine) as session:
        if find_source(session, LIVE) is not None:
            return
    clock = stage.ago(days=12)
    with write_session(stage.engine) as session:
        live = (_WHOLE, _ORDER, _NUMBER, _PAIRS, _ESSAY)
        _bring_in(session, clock, LIVE, live, who=stage.cast["gulnara"], purpose=BankPurpose.CERTIFICATION)
        _bring_in(
            session,
            clock,
            PRACTICE,
            (_TASTE, _NUMBER),
            who=stage.cast["marat"],
            purpose=BankPurpose.PRACTICE,
        )
        found = queries.list_drafts(
            session,
            stage.cast["gulnara"],
            queries.Wanted(),
            roles=frozenset(),
            page=1,
            at=clock.now(),
        )
        ids = {(one.bank, one.slug): one.id for one in found.rows}
        done = (
            (LIVE, "specimen-1", "gulnara", Step.SUBMITTED),
            (LIVE, "specimen-1", "arman", Step.CONTENT_CONFIRMED),
            (LIVE, "specimen-1", "aliya", Step.LANGUAGES_CONFIRMED),
            (LIVE, "specimen-1", "gulnara", Step.ACTIVATED),
            (LIVE, "specimen-2", "gulnara", Step.SUBMITTED),
            (LIVE, "specimen-2", "arman", Step.CONTENT_CONFIRMED),
            (PRACTICE, "specimen-6", "marat", Step.SUBMITTED),
        )
        for bank, slug, who, step in done:
            clock.advance(timedelta(hours=5))
            workflow.take_step(
                session,
                clock,
                draft_id=ids[bank, slug],
                step=step,
                version=1,
                actor_id=stage.cast[who],
                roles=_ROLES[who],
                reason="",
                demonstration=True,
            )


_ROLES = {
    "gulnara": frozenset({"exam_manager"}),
    "marat": frozenset({"instructor"}),
    "arman": frozenset({"item_reviewer"}),
    "aliya": frozenset({"translation_checker"}),
}


def _bring_in(
    session: Session,
    clock: FixedClock,
    slug: str,
    items: tuple[DraftItem, ...],
    *,
    who: UUID,
    purpose: BankPurpose,
) -> None:
    drafts.store_drafts(
        session,
        clock,
        slug=slug,
        drafts=items,
        form="csv",
        source_hash="0" * 64,
        purpose=purpose,
        actor_id=who,
    )
