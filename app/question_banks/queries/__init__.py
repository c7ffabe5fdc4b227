"""Reads of banks and items. Two doors: delivery never carries a key, scoring never carries a text.

Two things show live items to people: the exam itself, whose door leaves out everybody who trains
(``programmes.queries.trains_condition``), and ``described_items``, which does so too.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Executable, bindparam, func, not_, or_, select
from sqlmodel import Session

from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.platform.database import kept
from app.programmes.queries import trains_condition
from app.question_banks.errors import PracticeBank, SpecimenBank
from app.question_banks.models import Bank, Item, ItemUse, ItemVersion, Stimulus
from app.question_banks.rules import (
    CHOSEN_FROM_A_LIST,
    BankPurpose,
    Cognitive,
    ItemStatus,
    ItemType,
    ScoringRule,
    may_build_forms,
)

# The checker sees the attributes of a model as values; in a statement they are columns.
_bank: Any = Bank
_item: Any = Item
_version: Any = ItemVersion
_stimulus: Any = Stimulus


class BankFacts(NamedTuple):
    """A bank, without its items."""

    id: UUID
    slug: str
    purpose: BankPurpose
    specimen: bool
    version: str
    title: Trilingual


class ActiveItem(NamedTuple):
    """What assembling a form needs to know of an item. ``stimulus``, ``enemies``: slugs of the same bank."""

    version_id: UUID
    slug: str
    domain: str
    type: ItemType
    cognitive: Cognitive
    points: int
    stimulus: str | None
    enemies: list[str]
    key: list[str]


class DeliveredItem(NamedTuple):
    """What a candidate or a learner sees of an item: no key, no rationale, nothing that answers it.

    ``choices``: list of ``{"id", "text": {kk, ru, en}}`` in the order of the bank; ``targets``: the same,
    what the choices of a matching are paired with; ``stimulus``: the text of the case in three languages, or
    None; ``exact_case``: whether capitals count in a short text; ``words``: the limit of a written answer.
    """

    version_id: UUID
    slug: str
    type: ItemType
    stem: Trilingual
    choices: list[dict[str, Any]]
    stimulus_id: UUID | None
    stimulus: Trilingual | None
    scoring: ScoringRule
    targets: list[dict[str, Any]]
    exact_case: bool
    words: int = 0


class ItemKey(NamedTuple):
    """What scoring needs of an item; ``points`` is a whole number, at least 1.

    ``key`` and ``interaction``: see ``rules.Answering``.
    """

    key: tuple[str, ...]
    points: int
    scoring: ScoringRule
    type: ItemType
    interaction: dict[str, Any]


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
        select(_bank.id, _bank.slug, _bank.purpose, _bank.specimen, _bank.version, _bank.title).where(
            _bank.slug == slug
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
            _version.id,
            _item.slug,
            _version.domain,
            _version.type,
            _version.cognitive,
            _version.points,
            _stimulus.slug,
            _version.enemies,
            _version.key,
        )
        .join(_item, _item.current_version_id == _version.id)
        .join(_bank, _bank.id == _item.bank_id)
        .outerjoin(_stimulus, _stimulus.id == _version.stimulus_id)
        .where(_bank.slug == bank_slug, _version.status == ItemStatus.ACTIVE)
        .order_by(_item.slug)
    )
    if on is not None:
        wanted = wanted.where(or_(_version.valid_until.is_(None), _version.valid_until >= on))
    return [ActiveItem(*row) for row in session.execute(wanted)]


_TEXTS: Executable = (
    select(
        _version.id,
        _item.slug,
        _version.type,
        _version.stem,
        _version.choices,
        _version.stimulus_id,
        _stimulus.text,
        _version.scoring,
        _version.interaction,
    )
    .join(_item, _item.id == _version.item_id)
    .outerjoin(_stimulus, _stimulus.id == _version.stimulus_id)
    .where(_version.id.in_(bindparam("versions", expanding=True)))
)


def versions_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, DeliveredItem]:
    """The texts of item versions for delivery, also of versions that are retired by now.

    A version never changes (the database refuses it), so that each is read once by a process.
    """
    known, wanted = kept(session), list(ids)
    missing = [id_ for id_ in wanted if ("item", id_) not in known]
    if missing:
        for row in session.execute(_TEXTS, {"versions": missing}):
            known["item", row[0]] = _delivered(*row)
    return {id_: known["item", id_] for id_ in wanted if ("item", id_) in known}


def _delivered(*row: Any) -> DeliveredItem:
    version_id, slug, kind, stem, choices, stimulus_id, stimulus, scoring, parts = row
    shown = [{"id": choice["id"], "text": choice["text"]} for choice in choices]
    parts = parts or {}
    targets, exact = parts.get("targets", []), parts.get("case_sensitive", False)
    words = parts.get("words", 0)
    return DeliveredItem(
        version_id, slug, kind, stem, shown, stimulus_id, stimulus, scoring, targets, exact, words
    )


_KEYS: Executable = select(
    _version.id, _version.key, _version.points, _version.scoring, _version.type, _version.interaction
).where(_version.id.in_(bindparam("versions", expanding=True)))


def keys_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, ItemKey]:
    """Key, points and scoring rule of item versions; read once by a process, as the texts are."""
    known, wanted = kept(session), list(ids)
    missing = [id_ for id_ in wanted if ("key", id_) not in known]
    if missing:
        for row in session.execute(_KEYS, {"versions": missing}):
            known["key", row[0]] = ItemKey(tuple(row[1]), row[2], row[3], row[4], row[5] or {})
    return {id_: known["key", id_] for id_ in wanted if ("key", id_) in known}


def practice_items(session: Session, module_code: str) -> list[PracticeItem]:
    """The practice items of a module that may be drawn now, by slug."""
    rows = session.execute(
        select(_version.id, _item.slug, _version.cognitive)
        .join(_item, _item.current_version_id == _version.id)
        .join(_bank, _bank.id == _item.bank_id)
        .where(
            _bank.purpose == BankPurpose.PRACTICE,
            _version.module == module_code,
            _version.type.in_(CHOSEN_FROM_A_LIST),
            _version.status == ItemStatus.ACTIVE,
        )
        .order_by(_item.slug)
    )
    return [PracticeItem(*row) for row in rows]


def feedback_of(session: Session, version_id: UUID) -> Feedback:
    """Key and rationales of a practice item.

    Raises:
        NotFound: no such version, or it is of a certification bank, whose keys are shown to nobody.
    """
    row = session.execute(
        select(_version.key, _version.choices, _version.sources)
        .join(_item, _item.id == _version.item_id)
        .join(_bank, _bank.id == _item.bank_id)
        .where(_version.id == version_id, _bank.purpose == BankPurpose.PRACTICE)
    ).first()
    if row is None:
        raise NotFound
    return Feedback(frozenset(row[0]), {choice["id"]: choice["rationale"] for choice in row[1]}, row[2])


def content_hashes(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The content hash of item versions, 64 hex digits: what a form is frozen over."""
    rows = session.execute(select(_version.id, _version.content_hash).where(_version.id.in_(list(ids))))
    return {row[0]: row[1] for row in rows}


class DrawableItem(NamedTuple):
    """A practice item as a draw needs it. ``enemies`` are slugs it may not meet in one set."""

    version_id: UUID
    slug: str
    module: str
    cognitive: Cognitive
    enemies: list[str]


def drawable_items(session: Session, *, on: date, module_code: str | None = None) -> list[DrawableItem]:
    """The practice items that may be drawn on a day, of one module or of all, by slug."""
    wanted = (
        select(_version.id, _item.slug, _version.module, _version.cognitive, _version.enemies)
        .join(_item, _item.current_version_id == _version.id)
        .join(_bank, _bank.id == _item.bank_id)
        .where(
            _bank.purpose == BankPurpose.PRACTICE,
            _version.module.is_not(None),
            _version.type.in_(CHOSEN_FROM_A_LIST),
            _version.status == ItemStatus.ACTIVE,
            or_(_version.valid_until.is_(None), _version.valid_until >= on),
        )
        .order_by(_item.slug)
    )
    if module_code is not None:
        wanted = wanted.where(_version.module == module_code)
    return [DrawableItem(*row) for row in session.execute(wanted)]


def drawable_counts(session: Session, *, on: date) -> dict[str, int]:
    """How many practice items may be drawn on a day, by module code."""
    rows = session.execute(
        select(_version.module, func.count())
        .join(_item, _item.current_version_id == _version.id)
        .join(_bank, _bank.id == _item.bank_id)
        .where(
            _bank.purpose == BankPurpose.PRACTICE,
            _version.module.is_not(None),
            _version.type.in_(CHOSEN_FROM_A_LIST),
            _version.status == ItemStatus.ACTIVE,
            or_(_version.valid_until.is_(None), _version.valid_until >= on),
        )
        .group_by(_version.module)
    )
    return {row[0]: int(row[1]) for row in rows}


def modules_of(session: Session, version_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The module code of each practice item version."""
    rows = session.execute(select(_version.id, _version.module).where(_version.id.in_(list(version_ids))))
    return {row[0]: row[1] or "" for row in rows}


class DescribedItem(NamedTuple):
    """An item as people who look after a bank read it, with its key."""

    version_id: UUID
    slug: str
    number: int
    type: ItemType
    cognitive: Cognitive
    status: ItemStatus
    stem: Trilingual
    choices: list[dict[str, Any]]
    key: list[str]


def described_items(
    session: Session, ids: Iterable[UUID], *, viewer_id: UUID, at: datetime, live: bool
) -> dict[UUID, DescribedItem]:
    """The items that the viewer may read: those of practice banks, and with ``live`` those of exams too.

    Whoever trains others at that instant reads no item of an exam, whatever else they are.
    """
    practice = _bank.purpose == BankPurpose.PRACTICE
    allowed = not_(trains_condition(viewer_id, at=at)) if live else practice
    rows = session.execute(
        select(
            _version.id,
            _item.slug,
            _version.number,
            _version.type,
            _version.cognitive,
            _version.status,
            _version.stem,
            _version.choices,
            _version.key,
        )
        .join(_item, _item.id == _version.item_id)
        .join(_bank, _bank.id == _item.bank_id)
        .where(_version.id.in_(list(ids)), or_(practice, allowed))
    )
    return {row[0]: DescribedItem(*row) for row in rows}


def uses_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, ItemUse]:
    """What was counted of item versions in use, each as it was counted last."""
    use: Any = ItemUse
    rows = session.scalars(
        select(use).where(use.item_version_id.in_(list(ids))).order_by(use.at, use.id)
    ).all()
    return {row.item_version_id: row for row in rows}
