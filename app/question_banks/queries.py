"""Reads of banks and items. Two doors: delivery never carries a key, scoring never carries a text.

Nothing here shows live items to people. A page that will (an author's or a reviewer's) must leave out
everybody who trains: holders of the role ``instructor`` and trainers in ``programmes.queries.trained``.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.question_banks.errors import PracticeBank, SpecimenBank
from app.question_banks.models import Bank, Item, ItemVersion, Stimulus
from app.question_banks.rules import (
    BankPurpose,
    Cognitive,
    ItemStatus,
    ItemType,
    ScoringRule,
    may_build_forms,
)


class BankFacts(NamedTuple):
    """A bank, without its items."""

    id: UUID
    slug: str
    purpose: BankPurpose
    specimen: bool
    version: str
    title: Trilingual


class ActiveItem(NamedTuple):
    """What assembling a form needs to know of an item. ``enemies`` are slugs of the same bank."""

    version_id: UUID
    slug: str
    domain: str
    type: ItemType
    cognitive: Cognitive
    points: int
    stimulus_id: UUID | None
    enemies: list[str]
    key: list[str]


class DeliveredItem(NamedTuple):
    """What a candidate or a learner sees of an item: no key, no rationale.

    ``choices``: list of ``{"id", "text": {kk, ru, en}}`` in the order of the bank; ``stimulus``: the text of
    the case in three languages, or None.
    """

    version_id: UUID
    slug: str
    type: ItemType
    stem: Trilingual
    choices: list[dict[str, Any]]
    stimulus_id: UUID | None
    stimulus: Trilingual | None


class ItemKey(NamedTuple):
    """What scoring needs of an item; ``points`` is a whole number, at least 1."""

    key: frozenset[str]
    points: int
    scoring: ScoringRule


class PracticeItem(NamedTuple):
    """A practice item that may be drawn."""

    version_id: UUID
    slug: str
    cognitive: Cognitive


class Feedback(NamedTuple):
    """What a learner reads after answering: the key, and by choice why it is right or wrong."""

    key: frozenset[str]
    rationales: dict[str, Trilingual]
    sources: list[str]


def find_bank(session: Session, slug: str) -> BankFacts | None:
    """The bank of that name, or None."""
    row = session.execute(
        select(Bank.id, Bank.slug, Bank.purpose, Bank.specimen, Bank.version, Bank.title).where(
            Bank.slug == slug
        )
    ).first()
    return BankFacts(*row) if row else None


def get_bank_for_forms(session: Session, slug: str, *, demonstration: bool) -> BankFacts:
    """The bank that examination forms are built from.

    Raises:
        NotFound: no such bank.
        PracticeBank: learners practise with it.
        SpecimenBank: it is a specimen, and this installation is not a demonstration.
    """
    bank = find_bank(session, slug)
    if bank is None:
        raise NotFound
    if bank.purpose is BankPurpose.PRACTICE:
        raise PracticeBank(bank=slug)
    if not may_build_forms(bank.purpose, specimen=bank.specimen, demonstration=demonstration):
        raise SpecimenBank(bank=slug)
    return bank


def active_items(session: Session, bank_slug: str, *, on: date | None = None) -> list[ActiveItem]:
    """The items that new forms may take, by slug; with ``on``, those whose rule is in force that day."""
    wanted = (
        select(
            ItemVersion.id,
            Item.slug,
            ItemVersion.domain,
            ItemVersion.type,
            ItemVersion.cognitive,
            ItemVersion.points,
            ItemVersion.stimulus_id,
            ItemVersion.enemies,
            ItemVersion.key,
        )
        .join(Item, col(Item.current_version_id) == col(ItemVersion.id))
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .where(col(Bank.slug) == bank_slug, ItemVersion.status == ItemStatus.ACTIVE)
        .order_by(Item.slug)
    )
    if on is not None:
        wanted = wanted.where(or_(col(ItemVersion.valid_until).is_(None), col(ItemVersion.valid_until) >= on))
    return [ActiveItem(*row) for row in session.execute(wanted)]


def versions_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, DeliveredItem]:
    """The texts of item versions for delivery, also of versions that are retired by now."""
    rows = session.execute(
        select(
            ItemVersion.id,
            Item.slug,
            ItemVersion.type,
            ItemVersion.stem,
            ItemVersion.choices,
            ItemVersion.stimulus_id,
            Stimulus.text,
        )
        .join(Item, col(Item.id) == col(ItemVersion.item_id))
        .outerjoin(Stimulus, col(Stimulus.id) == col(ItemVersion.stimulus_id))
        .where(col(ItemVersion.id).in_(list(ids)))
    )
    return {
        row[0]: DeliveredItem(
            row[0],
            row[1],
            row[2],
            row[3],
            [{"id": choice["id"], "text": choice["text"]} for choice in row[4]],
            row[5],
            row[6],
        )
        for row in rows
    }


def keys_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, ItemKey]:
    """Key, points and scoring rule of item versions."""
    rows = session.execute(
        select(ItemVersion.id, ItemVersion.key, ItemVersion.points, ItemVersion.scoring).where(
            col(ItemVersion.id).in_(list(ids))
        )
    )
    return {row[0]: ItemKey(frozenset(row[1]), row[2], row[3]) for row in rows}


def practice_items(session: Session, module_code: str) -> list[PracticeItem]:
    """The practice items of a module that may be drawn now, by slug."""
    rows = session.execute(
        select(ItemVersion.id, Item.slug, ItemVersion.cognitive)
        .join(Item, col(Item.current_version_id) == col(ItemVersion.id))
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .where(
            col(Bank.purpose) == BankPurpose.PRACTICE,
            col(ItemVersion.module) == module_code,
            col(ItemVersion.status) == ItemStatus.ACTIVE,
        )
        .order_by(Item.slug)
    )
    return [PracticeItem(*row) for row in rows]


def feedback_of(session: Session, version_id: UUID) -> Feedback:
    """Key and rationales of a practice item.

    Raises:
        NotFound: no such version, or it is of a certification bank, whose keys are shown to nobody.
    """
    row = session.execute(
        select(ItemVersion.key, ItemVersion.choices, ItemVersion.sources)
        .join(Item, col(Item.id) == col(ItemVersion.item_id))
        .join(Bank, col(Bank.id) == col(Item.bank_id))
        .where(col(ItemVersion.id) == version_id, col(Bank.purpose) == BankPurpose.PRACTICE)
    ).first()
    if row is None:
        raise NotFound
    return Feedback(frozenset(row[0]), {choice["id"]: choice["rationale"] for choice in row[1]}, row[2])
