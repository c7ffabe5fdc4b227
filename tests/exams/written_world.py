"""A small exam with two written tasks and one choice, a candidate, and people who rate."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.rules import Role
from app.exams.models.forms import Form, FormItem
from app.exams.models.rating import WrittenAnswer
from app.exams.rules.states import ReleasePolicy
from app.exams.service import rating
from app.programmes.models import TrainingRelation
from app.programmes.rules import TrainingBasis
from app.question_banks.models import Bank, Item, ItemVersion
from app.question_banks.rules import Cognitive, ItemStatus, ItemType, ScoringRule
from tests import factories
from tests.exams.delivery_world import Made, candidate, make_exam, three
from tests.world import Browser, World

CHOICE, FIRST, SECOND = 1, 2, 3
"""The places of the form: one point, and four each."""
WORDS = 5
COMMENT = "It says so in the second line"
RUBRIC = [
    {"kk": "Дәлел\n0: жоқ\n1: бар\n3: толық", "ru": "Довод\n0: нет\n1: есть\n3: полный",
     "en": "Argument\n0: none\n1: some\n3: whole"},
    {"kk": "Тіл\n0: түсініксіз\n1: анық", "ru": "Язык\n0: неясный\n1: ясный", "en": "Language\n0: unclear\n1: clear"},
]  # fmt: skip


def make_written_exam(world: World, slug: str = "written", *, rubric: Any = RUBRIC, **more: Any) -> Made:
    """An exam whose form holds a single choice and two written tasks of four points each; six to pass."""
    made = make_exam(world, slug=slug, forms=0, **more)
    now = world.clock.now()
    with world.write() as session:
        bank_id = session.scalars(select(Bank.id).where(Bank.slug == f"{slug}-bank")).one()
        form = Form(
            blueprint_id=made.blueprint_id,
            slug="form-written",
            seed=1,
            specimen=True,
            minutes=30,
            cut_score=6,
            max_points=9,
            content_hash="f" * 64,
            published_at=now,
        )
        session.add(form)
        session.flush()
        made.form_ids.append(form.id)
        for place in (CHOICE, FIRST, SECOND):
            written = place != CHOICE
            item = Item(bank_id=bank_id, slug=f"written-{place}")
            session.add(item)
            session.flush()
            version = ItemVersion(
                item_id=item.id,
                number=1,
                status=ItemStatus.ACTIVE,
                type=ItemType.WRITTEN if written else ItemType.SINGLE,
                scoring=ScoringRule.ALL_OR_NOTHING,
                cognitive=Cognitive.ANALYSE,
                domain="D2" if written else "D1",
                tasks=["T1"],
                points=4 if written else 1,
                key=[] if written else ["a"],
                stem=three(f"Task {place}"),
                choices=[]
                if written
                else [{"id": word, "text": three(word), "rationale": three("why")} for word in "abcd"],
                interaction={"rubric": rubric, "words": WORDS} if written else None,
                sources=["a source"],
                enemies=[],
                roles={},
                content_hash=f"{place:064d}",
                imported_at=now,
            )
            session.add(version)
            session.flush()
            item.current_version_id = version.id
            made.items.append(version.id)
            session.add(
                FormItem(
                    form_id=form.id,
                    position=place,
                    item_version_id=version.id,
                    domain=version.domain,
                    points=version.points,
                )
            )
    return made


class Desk:
    """A candidate at the written exam and four raters."""

    def __init__(self, world: World, *, release: ReleasePolicy = ReleasePolicy.AT_ONCE, **more: Any) -> None:
        self.world = world
        self.who = candidate(world, make_written_exam(world, release=release, **more))
        self.raters = [factories.person(world, Role.RATER) for _ in range(4)]

    def hands_in(self, **texts: str) -> None:
        """The right choice, and texts at ``first`` and ``second``."""
        assert self.who.save(CHOICE, "a").status_code == 200
        for name, place in (("first", FIRST), ("second", SECOND)):
            if name in texts:
                assert self.who.save(place, texts[name]).status_code == 200
        assert self.who.hand_in().status_code == 303

    def answers(self) -> dict[int, WrittenAnswer]:
        """What went to raters, by place."""
        with self.world.read() as session:
            found = session.scalars(
                select(WrittenAnswer).where(WrittenAnswer.attempt_id == self.who.attempt_id)  # type: ignore[arg-type]  # a column
            ).all()
            return {one.position: one for one in found}

    def takes(self, place: int, rater: int) -> Any:
        """A rater takes an answer."""
        with self.world.write() as session:
            return rating.take(
                session, self.world.clock, answer_id=self.answers()[place].id, rater_id=self.raters[rater]
            )

    def rates(self, place: int, rater: int, argument: int, language: int = 1) -> Any:
        """A rater takes an answer and rates it."""
        answer_id = self.answers()[place].id
        with self.world.write() as session:
            refused = rating.take(session, self.world.clock, answer_id=answer_id, rater_id=self.raters[rater])
            if refused is not None:
                return refused
        with self.world.write() as session:
            return rating.rate(
                session,
                self.world.clock,
                answer_id=answer_id,
                rater_id=self.raters[rater],
                levels={"1": argument, "2": language},
                comment=COMMENT,
            )

    def trains(self, trainer: UUID, learner: UUID | None = None) -> None:
        """Somebody has trained the candidate."""
        with self.world.write() as session:
            session.add(
                TrainingRelation(
                    trainer_id=trainer,
                    learner_id=learner or self.who.person_id,
                    basis=TrainingBasis.MENTOR,
                    since=self.world.clock.now(),
                )
            )

    def browser(self, rater: int) -> Browser:
        """A rater's browser."""
        return self.world.browser(self.raters[rater])
