"""Items of banks and drafts as the database has them, for the writers of formats.

They carry keys and rationales: a command of the installation asks for them, or an exam manager through
``queries.drafts.list_sources``, and each time is audited.
"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session

from app.question_banks.formats.draft import DraftChoice, DraftItem, DraftStimulus, from_document
from app.question_banks.models import Bank, DraftSet, Item, ItemDraft, ItemVersion, Stimulus
from app.question_banks.rules import ItemStatus

_bank: Any = Bank
_item: Any = Item
_version: Any = ItemVersion
_stimulus: Any = Stimulus
_set: Any = DraftSet
_draft: Any = ItemDraft


class Source(NamedTuple):
    """Where items stand: a ``bank`` or a ``draft_set``, and its id."""

    kind: str
    id: UUID
    slug: str


def find_source(session: Session, name: str) -> Source | None:
    """The bank or the set of drafts with that slug or id."""
    try:
        id_ = UUID(name)
    except ValueError:
        id_ = None
    for kind, table in (("bank", _bank), ("draft_set", _set)):
        row = session.execute(
            select(table.id, table.slug).where(
                or_(table.slug == name, table.id == id_) if id_ else table.slug == name
            )
        ).first()
        if row is not None:
            return Source(kind, row[0], row[1])
    return None


def items_of(session: Session, source: Source) -> list[DraftItem]:
    """The active items of a bank, or the drafts of a set as they read now; by slug."""
    return _of_bank(session, source.id) if source.kind == "bank" else _of_set(session, source.id)


def _of_set(session: Session, set_id: UUID) -> list[DraftItem]:
    rows = session.scalars(select(_draft.document).where(_draft.draft_set_id == set_id).order_by(_draft.slug))
    return [from_document(document) for document in rows]


def _of_bank(session: Session, bank_id: UUID) -> list[DraftItem]:
    rows = session.execute(
        select(_version, _item.slug, _stimulus.slug, _stimulus.text)
        .join(_item, _item.current_version_id == _version.id)
        .outerjoin(_stimulus, _stimulus.id == _version.stimulus_id)
        .where(_item.bank_id == bank_id, _version.status == ItemStatus.ACTIVE)
        .order_by(_item.slug)
    )
    return [
        _item_of(version, slug, DraftStimulus(case, text) if case else None)
        for version, slug, case, text in rows
    ]


def _item_of(version: ItemVersion, slug: str, stimulus: DraftStimulus | None) -> DraftItem:
    facts = {
        "domain": [version.domain],
        "module": [version.module] if version.module else [],
        "cognitive": [version.cognitive.value],
        "task": version.tasks,
        "source": version.sources,
        "enemy": version.enemies,
        "valid-until": [version.valid_until.isoformat()] if version.valid_until else [],
    }
    return DraftItem(
        id=slug,
        type=version.type.value,
        stem=version.stem,
        choices=tuple(
            DraftChoice(one["id"], one["text"], one.get("rationale") or {}) for one in version.choices
        ),
        key=tuple(version.key),
        interaction=version.interaction,
        scoring=version.scoring.value,
        points=version.points,
        stimulus=stimulus,
        labels=tuple(f"{name}:{word}" for name, words in facts.items() for word in words),
    )
