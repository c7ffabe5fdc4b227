"""An item version with everything, for people who decide about it. Never for a candidate, nor for a trainer.

The caller keeps everybody out who trains others (``programmes.queries.trains_condition``).
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual
from app.question_banks.models import Bank, Item, ItemVersion, Stimulus
from app.question_banks.rules import ItemStatus, ItemType, ScoringRule

# The checker sees the attributes of a model as values; in a statement they are columns.
_bank: Any = Bank
_item: Any = Item
_version: Any = ItemVersion
_stimulus: Any = Stimulus


class WholeItem(NamedTuple):
    """An item version with everything: three languages, key, rationales, sources. For no candidate."""

    version_id: UUID
    slug: str
    number: int
    bank_slug: str
    status: ItemStatus
    type: ItemType
    scoring: ScoringRule
    domain: str
    points: int
    key: list[str]
    stem: Trilingual
    choices: list[dict[str, Any]]
    interaction: dict[str, Any] | None
    sources: list[str]
    stimulus: Trilingual | None


def get_whole(session: Session, version_id: UUID) -> WholeItem:
    """An item version for people who decide about it; the caller keeps everybody out who trains others.

    Raises:
        NotFound: no such version.
    """
    found = list_whole(session, [version_id])
    if version_id not in found:
        raise NotFound
    return found[version_id]


def list_whole(session: Session, ids: Iterable[UUID]) -> dict[UUID, WholeItem]:
    """Item versions, by id; as ``get_whole``, for nobody who trains others."""
    rows = session.execute(
        select(
            _version.id,
            _item.slug,
            _version.number,
            _bank.slug,
            _version.status,
            _version.type,
            _version.scoring,
            _version.domain,
            _version.points,
            _version.key,
            _version.stem,
            _version.choices,
            _version.interaction,
            _version.sources,
            _stimulus.text,
        )
        .join(_item, _item.id == _version.item_id)
        .join(_bank, _bank.id == _item.bank_id)
        .outerjoin(_stimulus, _stimulus.id == _version.stimulus_id)
        .where(_version.id.in_(list(ids)))
    )
    return {row[0]: WholeItem(*row) for row in rows}


def slugs_of(session: Session, version_ids: Iterable[UUID]) -> dict[UUID, str]:
    """By item version, the name of its item in its bank, which says nothing of what it asks."""
    rows = session.execute(
        select(_version.id, _item.slug)
        .join(_item, _item.id == _version.item_id)
        .where(_version.id.in_(list(version_ids)))
    )
    return {row[0]: row[1] for row in rows}
