"""Reads of drafts. One door for all of them: who trains others sees no draft of a live item.

The condition stands in every statement (``_open_to``), not on a page: see ADR 0014 and 0022.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select
from sqlmodel import Session, col

from app.kernel.errors import NotFound
from app.programmes.queries import trains_condition
from app.question_banks.formats.stored import Source
from app.question_banks.models import Bank, DraftSet, DraftStep, Item, ItemDraft, ItemVersion
from app.question_banks.rules import BankPurpose, ItemStatus
from app.question_banks.rules.workflow import CHECKERS, REVIEWERS, WRITING, Standing, Step

PAGE = 50
"""Rows of a page of the list."""
_set: Any = DraftSet
_draft: Any = ItemDraft
_step: Any = DraftStep
_bank: Any = Bank


class DraftLine(NamedTuple):
    """A draft in a list. ``document``: see ``models.ItemDraft``; ``missing``, ``stale``: languages."""

    id: UUID
    slug: str
    bank: str
    purpose: BankPurpose
    status: ItemStatus
    missing: str
    stale: str
    document: dict[str, Any]
    updated_at: datetime


class DraftFacts(NamedTuple):
    """A draft that is open. ``set_id``: its set; ``version`` counts its changes."""

    id: UUID
    slug: str
    set_id: UUID
    bank: str
    purpose: BankPurpose
    status: ItemStatus
    version: int
    source_locale: str
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    document: dict[str, Any]
    updated_at: datetime
    version_id: UUID | None


class StepFacts(NamedTuple):
    """What was done to a draft."""

    step: Step
    at: datetime
    actor_id: UUID | None
    reason: str
    version: int


class SetFacts(NamedTuple):
    """A set of drafts, and how many stand where."""

    id: UUID
    slug: str
    purpose: BankPurpose


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; empty means all. ``queue``: what waits for the viewer's check."""

    bank: str = ""
    status: str = ""
    missing: str = ""
    queue: bool = False

    def as_query(self) -> dict[str, str]:
        """The same as it stands in an address."""
        said = {"bank": self.bank, "status": self.status, "missing": self.missing}
        said["view"] = "queue" if self.queue else ""
        return {name: value for name, value in said.items() if value}


class Listed(NamedTuple):
    """A page of the list; ``number`` and ``pages`` count from 1, ``total`` counts drafts."""

    rows: list[DraftLine]
    number: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """Which draft is the first on this page, from 1."""
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """Which draft is the last on this page."""
        return self.first + len(self.rows) - 1


def trains(session: Session, person_id: UUID, *, at: datetime) -> bool:
    """Whether the person trains others at that instant, and so sees no live item."""
    return bool(session.execute(select(trains_condition(person_id, at=at))).scalar_one())


def _open_to(person_id: UUID, at: datetime) -> ColumnElement[bool]:
    return or_(_set.purpose == BankPurpose.PRACTICE, not_(trains_condition(person_id, at=at)))


def list_sets(session: Session, person_id: UUID, *, at: datetime) -> list[SetFacts]:
    """The sets whose drafts the person may see, by name."""
    rows = session.execute(
        select(_set.id, _set.slug, _set.purpose).where(_open_to(person_id, at)).order_by(_set.slug)
    )
    return [SetFacts(*row) for row in rows]


def _waits_for(person_id: UUID, roles: frozenset[str]) -> ColumnElement[bool]:
    """Drafts in review that the person may confirm: not their own work, and not both checks by one person."""
    own = exists(
        select(1).where(
            _step.draft_id == _draft.id, _step.actor_id == person_id, _step.step.in_(list(WRITING))
        )
    )
    checks = []
    if roles & REVIEWERS:
        checks.append(
            and_(_draft.content_by.is_(None), func.coalesce(_draft.languages_by != person_id, True))
        )
    if roles & CHECKERS:
        checks.append(
            and_(_draft.languages_by.is_(None), func.coalesce(_draft.content_by != person_id, True))
        )
    return and_(_draft.status == ItemStatus.IN_REVIEW, not_(own), or_(*checks) if checks else false())


def _lines(person_id: UUID, wanted: Wanted, roles: frozenset[str], at: datetime) -> Select[Any]:
    found = (
        select(
            _draft.id,
            _draft.slug,
            _set.slug,
            _set.purpose,
            _draft.status,
            _draft.missing,
            _draft.stale,
            _draft.document,
            _draft.updated_at,
        )
        .join(_set, _set.id == _draft.draft_set_id)
        .where(_open_to(person_id, at))
    )
    if wanted.bank:
        found = found.where(_set.slug == wanted.bank)
    if wanted.status:
        found = found.where(_draft.status == ItemStatus(wanted.status))
    if wanted.missing:
        found = found.where(
            or_(_draft.missing.contains(wanted.missing), _draft.stale.contains(wanted.missing))
        )
    if wanted.queue:
        found = found.where(_waits_for(person_id, roles))
    return found


def list_drafts(
    session: Session, person_id: UUID, wanted: Wanted, *, roles: frozenset[str], page: int, at: datetime
) -> Listed:
    """Drafts by set and name. Two statements."""
    found = _lines(person_id, wanted, roles, at)
    total = int(
        session.execute(found.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one()
    )
    pages = max(1, -(-total // PAGE))
    number = min(max(1, page), pages)
    rows = session.execute(
        found.order_by(_set.slug, _draft.slug).limit(PAGE).offset((number - 1) * PAGE)
    ).all()
    return Listed([DraftLine(*row) for row in rows], number, pages, total)


def count_waiting(session: Session, person_id: UUID, *, roles: frozenset[str], at: datetime) -> int:
    """How many drafts wait for the person's check."""
    found = _lines(person_id, Wanted(queue=True), roles, at)
    return int(
        session.execute(found.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one()
    )


def draft_of(session: Session, person_id: UUID, draft_id: UUID, *, at: datetime) -> DraftFacts:
    """A draft that the person may see.

    Raises:
        NotFound: no such draft, or it is of a live item and the person trains others.
    """
    row = session.execute(
        select(
            _draft.id,
            _draft.slug,
            _set.id.label("set_id"),
            _set.slug.label("bank"),
            _set.purpose,
            _draft.status,
            _draft.version,
            _draft.source_locale,
            _draft.missing,
            _draft.stale,
            _draft.document,
            _draft.updated_at,
            _draft.version_id,
        )
        .join(_set, _set.id == _draft.draft_set_id)
        .where(_draft.id == draft_id, _open_to(person_id, at))
    ).first()
    if row is None:
        raise NotFound
    facts = row._asdict()
    return DraftFacts(
        **facts | {"missing": tuple(facts["missing"].split()), "stale": tuple(facts["stale"].split())}
    )


def standing_of(session: Session, draft_id: UUID) -> Standing:
    """Where a draft stands, with its authors: whoever imported it, wrote in it or handed it in."""
    row = session.execute(
        select(_draft.status, _draft.content_by, _draft.languages_by, _draft.version_id).where(
            _draft.id == draft_id
        )
    ).one()
    authors = session.scalars(
        select(_step.actor_id).where(
            _step.draft_id == draft_id, _step.step.in_(list(WRITING)), _step.actor_id.is_not(None)
        )
    )
    return Standing(row[0], frozenset(authors), row[1], row[2], made=row[3] is not None)


def list_steps(session: Session, draft_id: UUID) -> list[StepFacts]:
    """What was done to a draft, newest first."""
    rows = session.execute(
        select(_step.step, _step.at, _step.actor_id, _step.reason, _step.version)
        .where(_step.draft_id == draft_id)
        .order_by(_step.id.desc())
    )
    return [StepFacts(*row) for row in rows]


def find_use(session: Session, version_id: UUID | None) -> tuple[int, ItemStatus] | None:
    """Number and status of the version of an item that a draft became; None before."""
    row = session.execute(
        select(col(ItemVersion.number), col(ItemVersion.status))
        .join(Item, col(Item.id) == col(ItemVersion.item_id))
        .where(col(ItemVersion.id) == version_id)
    ).first()
    return (row[0], row[1]) if row else None


def list_sources(session: Session, person_id: UUID, *, at: datetime) -> list[tuple[Source, str, BankPurpose]]:
    """What somebody may export: banks and sets of drafts, name and purpose; live ones no trainer may."""
    found = []
    for kind, table in (("bank", _bank), ("draft_set", _set)):
        rows = session.execute(
            select(table.id, table.slug, table.purpose)
            .where(or_(table.purpose == BankPurpose.PRACTICE, not_(trains_condition(person_id, at=at))))
            .order_by(table.slug)
        )
        found += [(Source(kind, row[0], row[1]), row[1], row[2]) for row in rows]
    return found
