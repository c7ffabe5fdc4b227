"""What tests of forms, booking and rooms stand on: a small specimen bank, a room, a sitting, candidates."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import select

from app.exams.models.attempts import Attempt
from app.exams.models.forms import Form
from app.exams.rules.states import Lifecycle
from app.exams.service import applications, booking, forms, sittings
from app.kernel.canonical import sha256_hex
from app.kernel.ids import new_id
from app.question_banks.models import Bank, Item, ItemVersion, Stimulus
from app.question_banks.rules import BankPurpose, Cognitive, ItemStatus, ItemType, ScoringRule
from tests.factories import person
from tests.world import World

THREE = {"kk": "Үлгі", "ru": "Образец", "en": "Specimen"}
HOUR = timedelta(hours=1)


def bank(
    world: World,
    slug: str,
    *,
    specimen: bool,
    purpose: BankPurpose,
    cases: int = 0,
    single: int = 0,
    kind: ItemType = ItemType.SINGLE,
) -> None:
    """A bank with, in each of D1 and D2, ``cases`` case sets of three items and ``single`` items."""
    now = world.clock.now()
    with world.write() as session:
        made = Bank(
            slug=slug, purpose=purpose, specimen=specimen, version="1.0", title=THREE, imported_at=now
        )
        session.add(made)
        session.flush()
        for domain in ("D1", "D2"):
            for number in range(cases):
                stimulus = Stimulus(
                    bank_id=made.id, slug=f"{domain}-c{number}", text=THREE, content_hash=f"{domain}{number}"
                )
                session.add(stimulus)
                session.flush()
                for part in range(3):
                    _item(session, made.id, f"c{domain[1]}-{number:03d}-{part}", domain, now, stimulus.id)
            for number in range(single):
                enemies = [f"d{domain[1]}-001"] if number == 0 else []
                _item(session, made.id, f"d{domain[1]}-{number:03d}", domain, now, None, enemies, kind)
        if purpose is BankPurpose.PRACTICE:
            for slug in forms.PRACTICE_RUN.tour:
                _item(session, made.id, slug, "D2", now, None, None, kind)


def _item(
    session: Any,
    bank_id: UUID,
    slug: str,
    domain: str,
    now: datetime,
    stimulus_id: UUID | None,
    enemies: list[str] | None = None,
    kind: ItemType = ItemType.SINGLE,
) -> None:
    item = Item(bank_id=bank_id, slug=slug)
    session.add(item)
    session.flush()
    version = ItemVersion(
        item_id=item.id,
        number=1,
        status=ItemStatus.ACTIVE,
        type=kind,
        scoring=ScoringRule.ALL_OR_NOTHING,
        cognitive=Cognitive.APPLY,
        domain=domain,
        tasks=["T1"],
        points=1,
        key=["a"],
        stem=THREE,
        choices=[{"id": sign, "text": THREE, "rationale": THREE} for sign in "abcd"],
        sources=["test"],
        enemies=enemies or [],
        roles={},
        stimulus_id=stimulus_id,
        content_hash=sha256_hex(f"{bank_id}{slug}".encode()),
        imported_at=now,
    )
    session.add(version)
    session.flush()
    item.current_version_id = version.id


def exams(world: World) -> None:
    """Both banks and the exams of a demonstration."""
    bank(world, "ceasai-analyst", specimen=True, purpose=BankPurpose.CERTIFICATION, cases=4, single=18)
    bank(world, "ceasai-practice", specimen=False, purpose=BankPurpose.PRACTICE, single=10)
    with world.write() as session:
        forms.ensure_demonstration_exams(session, world.clock, demonstration=True)


def room(world: World, *, capacity: int = 30) -> UUID:
    """A room in a centre of its own."""
    with world.write() as session:
        centre = sittings.create_centre(
            session,
            world.clock,
            actor_id=None,
            slug=f"centre-{new_id()}",
            name=THREE,
            address=THREE,
            timezone="Asia/Almaty",
        )
        return sittings.create_room(
            session, world.clock, actor_id=None, centre_id=centre, name="4", capacity=capacity
        )


def sitting(
    world: World,
    *,
    after: timedelta = timedelta(days=3),
    capacity: int = 10,
    proctors: list[UUID] | None = None,
    lasts: timedelta = 3 * HOUR,
) -> UUID:
    """A sitting of the certification exam that opens ``after`` from now."""
    opens_at = world.clock.now() + after
    room_id = room(world, capacity=capacity)
    with world.write() as session:
        return sittings.create_sitting(
            session,
            world.clock,
            actor_id=None,
            exam_slug=forms.CERTIFICATION,
            room_id=room_id,
            opens_at=opens_at,
            closes_at=opens_at + lasts,
            capacity=capacity,
            proctor_ids=proctors or [],
        )


def candidate(world: World, *, roles: tuple[str, ...] = (), **values: Any) -> UUID:
    """A person with an accepted application to the certification exam."""
    made = person(world, *roles)
    with world.write() as session:
        applications.apply(
            session,
            world.clock,
            person_id=made,
            exam_slug=forms.CERTIFICATION,
            names=applications.DocumentNames(latin="Sample Candidate", cyrillic="Үлгі Кандидат"),
            **values,
        )
    return made


def place(world: World, person_id: UUID, sitting_id: UUID) -> Any:
    """What booking gives."""
    with world.write() as session:
        return booking.book(session, world.clock, person_id=person_id, sitting_id=sitting_id)


def started(
    world: World, attempt_id: UUID, state: Lifecycle = Lifecycle.IN_PROGRESS, form: str = "demo-a"
) -> None:
    """As delivery does: the attempt was started, a form seen, and now it is in ``state``."""
    with world.write() as session:
        attempt = session.get_one(Attempt, attempt_id)
        attempt.started_at = world.clock.now()
        attempt.deadline = world.clock.now() + HOUR
        attempt.form_id = session.exec(select(Form.id).where(Form.slug == form)).one()
        attempt.lifecycle = state
