"""A small exam to deliver: six items in three languages, one form or more, candidates and staff."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.exams.models.attempts import Attempt, AttemptTransition, Response, ResponseEvent
from app.exams.models.booking import Sitting, SittingProctor
from app.exams.models.forms import Blueprint, Exam, Form, FormItem
from app.exams.rules.states import Lifecycle, Mode, ReleasePolicy
from app.exams.service import history
from app.kernel.ids import new_id
from app.question_banks.models import Bank, Item, ItemVersion, Stimulus
from app.question_banks.rules import BankPurpose, Cognitive, ItemStatus, ItemType, ScoringRule
from tests import factories
from tests.world import Browser, World

ITEMS = 6
MULTIPLE = 6
"""The place of the one item that takes several answers (key a and b)."""
LIMIT = timedelta(minutes=30)
SECRET = "rationale-that-nobody-sees"


def three(text: str) -> dict[str, str]:
    return {"kk": f"{text} қаз", "ru": f"{text} рус", "en": f"{text} eng"}


@dataclass
class Made:
    """An exam with one form."""

    exam_id: UUID
    slug: str
    blueprint_id: UUID
    form_ids: list[UUID]
    items: list[UUID] = field(default_factory=list)


def make_exam(
    world: World,
    *,
    slug: str = "small-exam",
    mode: Mode = Mode.UNPROCTORED,
    certification: bool = False,
    release: ReleasePolicy = ReleasePolicy.AT_ONCE,
    forms: int = 1,
    allowed: int | None = None,
    wait_days: int = 0,
    items: int = ITEMS,
) -> Made:
    now = world.clock.now()
    with world.write() as session:
        bank = Bank(
            slug=f"{slug}-bank",
            purpose=BankPurpose.CERTIFICATION,
            specimen=True,
            version="1",
            title=three("bank"),
            imported_at=now,
        )
        session.add(bank)
        session.flush()
        case = Stimulus(bank_id=bank.id, slug="case", text=three("Case text"), content_hash="c" * 64)
        session.add(case)
        exam = Exam(
            slug=slug,
            title=three("Small exam"),
            certification=certification,
            achievement="analyst" if certification else None,
            default_mode=mode,
            release=release,
        )
        session.add(exam)
        session.flush()
        blueprint = Blueprint(
            exam_id=exam.id,
            version="1",
            domains={"D1": items // 2, "D2": items - items // 2},
            items=items,
            minutes=int(LIMIT.total_seconds()) // 60,
            cut_score=items * 2 // 3,
            attempts_allowed=allowed,
            wait_days=wait_days,
        )
        session.add(blueprint)
        session.flush()
        made = Made(exam.id, slug, blueprint.id, [])
        for number in range(1, forms + 1):
            form = Form(
                blueprint_id=blueprint.id,
                slug=f"form-{number}",
                seed=1,
                specimen=True,
                minutes=blueprint.minutes,
                cut_score=blueprint.cut_score,
                max_points=items,
                content_hash="f" * 64,
                published_at=now,
            )
            session.add(form)
            session.flush()
            made.form_ids.append(form.id)
            for place in range(1, items + 1):
                several = place == MULTIPLE
                item = Item(bank_id=bank.id, slug=f"item-{number}-{place}")
                session.add(item)
                session.flush()
                version = ItemVersion(
                    item_id=item.id,
                    number=1,
                    status=ItemStatus.ACTIVE,
                    type=ItemType.MULTIPLE if several else ItemType.SINGLE,
                    scoring=ScoringRule.ALL_OR_NOTHING,
                    cognitive=Cognitive.APPLY,
                    domain="D1" if place <= items // 2 else "D2",
                    tasks=["T1"],
                    points=1,
                    key=["a", "b"] if several else ["a"],
                    stem=three(f"Stem {number}.{place}"),
                    choices=[
                        {"id": word, "text": three(f"Choice {word} of {place}"), "rationale": three(SECRET)}
                        for word in "abcd"
                    ],
                    sources=["a source"],
                    enemies=[],
                    roles={},
                    stimulus_id=case.id if place in {2, 3} else None,
                    content_hash=f"{number:02d}{place:02d}".ljust(64, "0"),
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
                        points=1,
                    )
                )
    return made


def make_sitting(
    world: World,
    exam: Made,
    *,
    mode: Mode = Mode.ON_SITE,
    opens_in: timedelta = timedelta(),
    lasts: timedelta = timedelta(hours=2),
    proctors: Iterable[UUID] = (),
) -> UUID:
    now = world.clock.now()
    with world.write() as session:
        sitting = Sitting(
            exam_id=exam.exam_id,
            blueprint_id=exam.blueprint_id,
            mode=mode,
            opens_at=now + opens_in,
            closes_at=now + opens_in + lasts,
            capacity=50,
            languages=["kk", "ru", "en"],
            form_ids=[],
        )
        session.add(sitting)
        session.flush()
        made = sitting.id
        for person in proctors:
            session.add(SittingProctor(sitting_id=made, person_id=person))
    return made


def make_attempt(
    world: World,
    exam: Made,
    candidate_id: UUID,
    *,
    sitting_id: UUID | None = None,
    mode: Mode = Mode.ON_SITE,
    lifecycle: Lifecycle = Lifecycle.READY,
    extra_seconds: int = 0,
    number: int = 1,
) -> UUID:
    """An attempt as booking and check-in leave it."""
    with world.write() as session:
        attempt = Attempt(
            code=f"T{new_id().hex[-12:].upper()}",
            exam_id=exam.exam_id,
            blueprint_id=exam.blueprint_id,
            sitting_id=sitting_id,
            candidate_id=candidate_id,
            number=number,
            mode=mode,
            created_at=world.clock.now(),
            lifecycle=lifecycle,
            extra_seconds=extra_seconds,
        )
        history.begin(session, world.clock, attempt, actor_id=candidate_id)
        return attempt.id


class Candidate:
    """A candidate at a browser: opens, saves, hands in, as the page without a script does."""

    def __init__(self, world: World, person_id: UUID, attempt_id: UUID | None = None) -> None:
        self.world, self.person_id, self.attempt_id = world, person_id, attempt_id
        self.browser: Browser = world.browser(person_id)
        self.locale = "en"

    @property
    def place(self) -> str:
        return f"/{self.locale}/exams/attempts/{self.attempt_id}"

    def begin(self, slug: str) -> Any:
        """Open an unproctored attempt."""
        reply = self.browser.post(f"/{self.locale}/exams/{slug}/attempts")
        assert reply.status_code == 303, reply.text
        self.attempt_id = UUID(reply.headers["location"].rsplit("/", 1)[1])
        return reply

    def start(self) -> Any:
        return self.browser.post(f"{self.place}/start")

    def page(self, query: str = "") -> Any:
        return self.browser.get(f"{self.place}{query}")

    def lease(self) -> str:
        match = re.search(r'name="lease" value="([^"]+)"', self.page().text)
        assert match
        return unescape(match.group(1))

    def save(self, n: int, *chosen: str, version: int | None = 0, **more: Any) -> Any:
        """Save one place as exam.js does; ``version`` None leaves the field out."""
        data: dict[str, Any] = {f"a-{n}": list(chosen)} if chosen else {}
        if version is not None:
            data[f"v-{n}"] = str(version)
        return self.browser.post(
            f"{self.place}/answers",
            data | {k.replace("_", "-"): v for k, v in more.items()},
            HX_Request="true",
        )

    def hand_in(self, **more: Any) -> Any:
        return self.browser.post(f"{self.place}/submission", dict(more))


def candidate(world: World, exam: Made, **facts: Any) -> Candidate:
    """Somebody whose unproctored attempt has started."""
    made = Candidate(world, factories.person(world, "candidate", **facts))
    made.begin(exam.slug)
    return made


def door(who: Candidate) -> str:
    """Where supervising people reach the candidate's attempt."""
    return f"/en/rooms/attempts/{who.attempt_id}"


def attempt(world: World, attempt_id: UUID | None) -> Attempt:
    with world.read() as session:
        row = session.get_one(Attempt, attempt_id)
        session.expunge(row)
        return row


def answers(world: World, attempt_id: UUID | None) -> dict[int, tuple[list[str], int]]:
    with world.read() as session:
        rows = session.scalars(select(Response).where(Response.attempt_id == attempt_id)).all()
        return {row.position: (row.chosen, row.version) for row in rows}


def events(world: World, attempt_id: UUID | None, kind: str | None = None) -> list[ResponseEvent]:
    with world.read() as session:
        wanted = select(ResponseEvent).where(ResponseEvent.attempt_id == attempt_id)
        rows = [row for row in session.scalars(wanted) if kind is None or str(row.kind) == kind]
        for row in rows:
            session.expunge(row)
        return rows


def changes(world: World, attempt_id: UUID | None) -> list[tuple[str, str, str]]:
    with world.read() as session:
        rows = session.scalars(
            select(AttemptTransition)
            .where(AttemptTransition.attempt_id == attempt_id)
            .order_by(AttemptTransition.seq)
        ).all()
        return [(str(row.axis), row.from_state, row.to_state) for row in rows]


def count(world: World, model: type[Any], *conditions: Any) -> int:
    with world.read() as session:
        return int(session.execute(select(func.count()).select_from(model).where(*conditions)).scalar_one())
