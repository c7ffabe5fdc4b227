"""What putting a form together reads of items: how long they are, how they stand. No text leaves here."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from app.kernel.locales import LOCALES
from app.question_banks.models import Bank, Item, ItemVersion, Stimulus
from app.question_banks.queries import BankFacts
from app.question_banks.rules import BankPurpose, Cognitive, ItemStatus, ItemType, may_build_forms

_bank: Any = Bank
_item: Any = Item
_version: Any = ItemVersion
_stimulus: Any = Stimulus


class ComposedItem(NamedTuple):
    """An item version as a form holds it. ``lengths``, ``shared``: signs by language, own and of its case.

    ``current``: whether it is still its item's version; ``valid_until``: the last day of a dated rule.
    """

    version_id: UUID
    item_id: UUID
    slug: str
    domain: str
    type: ItemType
    cognitive: Cognitive
    points: int
    case: str | None
    status: ItemStatus
    current: bool
    valid_until: date | None
    lengths: dict[str, int]
    shared: dict[str, int]


def banks_for_forms(session: Session, *, demonstration: bool) -> list[BankFacts]:
    """The banks that examination forms may be built from, by slug."""
    rows = session.execute(
        select(_bank.id, _bank.slug, _bank.purpose, _bank.specimen, _bank.version, _bank.title)
        .where(_bank.purpose == BankPurpose.CERTIFICATION)
        .order_by(_bank.slug)
    )
    found = [BankFacts(*row) for row in rows]
    return [
        bank
        for bank in found
        if may_build_forms(bank.purpose, specimen=bank.specimen, demonstration=demonstration)
    ]


def composed_items(session: Session, ids: Iterable[UUID]) -> dict[UUID, ComposedItem]:
    """Item versions as forms hold them, also those that are retired by now."""
    rows: Any = session.execute(
        select(
            _version.id,
            _item.id,
            _item.slug,
            _version.domain,
            _version.type,
            _version.cognitive,
            _version.points,
            _stimulus.slug,
            _version.status,
            _item.current_version_id == _version.id,
            _version.valid_until,
            _version.stem,
            _version.choices,
            _version.interaction,
            _stimulus.text,
        )
        .join(_item, _item.id == _version.item_id)
        .outerjoin(_stimulus, _stimulus.id == _version.stimulus_id)
        .where(_version.id.in_(list(ids)))
    )
    found = {}
    for *facts, stem, choices, parts, case in rows:
        texts = [stem, *(part["text"] for part in (*choices, *(parts or {}).get("targets", ())))]
        lengths = {
            language: sum(len(text.get(language, "")) for text in texts) for language in map(str, LOCALES)
        }
        shared = {language: len(case[language]) for language in map(str, LOCALES)} if case else {}
        found[facts[0]] = ComposedItem._make((*facts, lengths, shared))
    return found
