"""Reads of searches for forms: what they are told, where they stand, and how their forms compare."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.exams.queries import composing
from app.exams.queries.composing import BlueprintFacts, PublishedForm
from app.kernel.errors import NotFound
from app.psychometrics.models import (
    ALL,
    AssemblyRequest,
    AssemblyResult,
    AssemblyTry,
    ItemStatistics,
    ProposalAcceptance,
    ProposedForm,
    ProposedItem,
    StatisticsRun,
)
from app.psychometrics.queries import GIVEN_UP
from app.psychometrics.rules.comparing import Composed, Composition, Counted, Shared, composition, overlaps
from app.psychometrics.rules.gates import Search
from app.question_banks.queries.composing import ComposedItem, composed_items


class Asked(NamedTuple):
    """A request for forms; its fields: see ``models.AssemblyRequest``."""

    id: UUID
    blueprint_id: UUID
    bank_id: UUID
    number: int
    forms: int
    seconds: int
    seed: int
    cases: int
    limits: dict[str, Any]
    most_forms: int
    overlap: int
    exposure_cap: int
    fresh: bool
    asked_by: UUID
    asked_at: datetime


_ASKED = tuple(getattr(AssemblyRequest, name) for name in Asked._fields)


class Found(NamedTuple):
    """What came of a request."""

    ended: Search
    at: datetime
    milliseconds: int | None
    kibibytes: int | None
    rests_on: str
    forms_hash: str
    figures: dict[str, Any] | None


_FOUND = tuple(getattr(AssemblyResult, name) for name in Found._fields)


class SearchLine(NamedTuple):
    """A search in the list. ``accepted``: how many of its forms were made forms of the exam."""

    asked: Asked
    state: Search
    accepted: int


def known_statistics(session: Session, ids: list[UUID]) -> dict[UUID, Counted]:
    """By item version what its newest figures over everybody counted; nothing for one without."""
    rows = session.execute(
        select(
            col(ItemStatistics.item_version_id),
            col(ItemStatistics.persons),
            col(ItemStatistics.right),
            col(ItemStatistics.figures),
        )
        .join(StatisticsRun, col(StatisticsRun.id) == col(ItemStatistics.run_id))
        .where(col(ItemStatistics.item_version_id).in_(ids), col(ItemStatistics.language) == ALL)
        .order_by(col(StatisticsRun.at), col(StatisticsRun.id))
    )
    return {row[0]: Counted(row[1], row[2], row[3].get("models", {})) for row in rows}


def get_asked(session: Session, request_id: UUID) -> Asked:
    """A request for forms.

    Raises:
        NotFound: no such request.
    """
    row = session.execute(select(*_ASKED).where(col(AssemblyRequest.id) == request_id)).first()
    if row is None:
        raise NotFound
    return Asked(*row)


def find_found(session: Session, request_id: UUID) -> Found | None:
    """What came of a request; None while it waits."""
    row = session.execute(select(*_FOUND).where(col(AssemblyResult.request_id) == request_id)).first()
    return Found(*row) if row else None


def tries_of(session: Session, request_id: UUID) -> list[datetime]:
    """When workers began to search, in order."""
    wanted = select(col(AssemblyTry.begun_at)).where(col(AssemblyTry.request_id) == request_id)
    return list(session.scalars(wanted.order_by(col(AssemblyTry.number))))


def next_number(session: Session, blueprint_id: UUID, *, since: datetime) -> int:
    """The number of the next request: that of the one that waits, if one does, so that both are one."""
    answered = select(col(AssemblyResult.request_id))
    own = col(AssemblyRequest.blueprint_id) == blueprint_id
    last = session.scalar(select(func.max(col(AssemblyRequest.number))).where(own)) or 0
    waits = session.scalar(
        select(func.count())
        .select_from(AssemblyRequest)
        .where(own, col(AssemblyRequest.asked_at) > since, col(AssemblyRequest.id).not_in(answered))
    )
    return last + (not waits)


def list_searches(session: Session, *, at: datetime) -> list[SearchLine]:
    """Every search, the newest first, as it stands at that instant."""
    ended = {
        row[0]: row[1]
        for row in session.execute(select(col(AssemblyResult.request_id), col(AssemblyResult.ended)))
    }
    begun = set(session.scalars(select(col(AssemblyTry.request_id))))
    accepted = {
        row[0]: int(row[1])
        for row in session.execute(
            select(col(ProposedForm.request_id), func.count())
            .join(ProposalAcceptance, col(ProposalAcceptance.proposed_id) == col(ProposedForm.id))
            .group_by(col(ProposedForm.request_id))
        )
    }
    rows = session.execute(
        select(*_ASKED).order_by(col(AssemblyRequest.asked_at).desc(), col(AssemblyRequest.id).desc())
    )
    return [
        SearchLine(
            asked,
            ended.get(asked.id) or _waiting(asked, begun=asked.id in begun, at=at),
            accepted.get(asked.id, 0),
        )
        for asked in (Asked(*row) for row in rows)
    ]


def _waiting(asked: Asked, *, begun: bool, at: datetime) -> Search:
    if asked.asked_at <= at - GIVEN_UP:
        return Search.GIVEN_UP
    return Search.RUNNING if begun else Search.QUEUED


class Accepted(NamedTuple):
    """Who made a proposed form a form of the exam."""

    form_id: UUID
    person_id: UUID
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed form. ``figures``: see ``rules.proposing``; ``items`` in order."""

    id: UUID
    number: int
    figures: dict[str, Any]
    items: tuple[UUID, ...]
    made_of: Composition
    accepted: Accepted | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A search: what was asked, where it stands, and its forms beside each other and the published ones."""

    asked: Asked
    blueprint: BlueprintFacts | None
    state: Search
    begun: list[datetime]
    found: Found | None
    proposals: list[Proposal]
    published: dict[UUID, PublishedForm]
    shared: list[Shared]

    @property
    def waits(self) -> bool:
        """Whether its answer is still to come."""
        return self.state in {Search.QUEUED, Search.RUNNING}


def standing(session: Session, request_id: UUID, *, at: datetime) -> Standing:
    """Where a search stands at that instant. ``blueprint``: None when a newer one has taken its place.

    Raises:
        NotFound: no such request.
    """
    asked = get_asked(session, request_id)
    blueprint = next(
        (one for one in composing.newest_blueprints(session) if one.id == asked.blueprint_id), None
    )
    found, begun = find_found(session, request_id), tries_of(session, request_id)
    state = found.ended if found else _waiting(asked, begun=bool(begun), at=at)
    proposals = _proposals(session, request_id) if found else []
    published = {one.id: one for one in composing.forms_of(session, blueprint.exam_id)} if blueprint else {}
    own = {one.accepted.form_id for one in proposals if one.accepted}
    shared = overlaps(
        {str(one.number): map(str, one.items) for one in proposals},
        {
            form.slug: map(str, form.items)
            for form in published.values()
            if form.id not in own and form.retired_at is None
        },
    )
    return Standing(asked, blueprint, state, begun, found, proposals, published, shared)


def _proposals(session: Session, request_id: UUID) -> list[Proposal]:
    rows = session.execute(
        select(
            col(ProposedForm.id),
            col(ProposedForm.number),
            col(ProposedForm.figures),
            col(ProposalAcceptance.form_id),
            col(ProposalAcceptance.person_id),
            col(ProposalAcceptance.at),
            col(ProposalAcceptance.reason),
        )
        .outerjoin(ProposalAcceptance, col(ProposalAcceptance.proposed_id) == col(ProposedForm.id))
        .where(col(ProposedForm.request_id) == request_id)
        .order_by(col(ProposedForm.number))
    ).all()
    held = items_of(session, [row[0] for row in rows])
    texts = composed_items(session, {item for items in held.values() for item in items})
    return [
        Proposal(
            proposed_id,
            number,
            figures,
            held[proposed_id],
            composition([_composed(texts[item]) for item in held[proposed_id]]),
            Accepted(*accepted) if accepted[0] else None,
        )
        for proposed_id, number, figures, *accepted in rows
    ]


def items_of(session: Session, proposed_ids: list[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """By proposed form its item versions in order."""
    held: dict[UUID, list[UUID]] = {id_: [] for id_ in proposed_ids}
    rows = session.execute(
        select(col(ProposedItem.proposed_id), col(ProposedItem.item_version_id))
        .where(col(ProposedItem.proposed_id).in_(proposed_ids))
        .order_by(col(ProposedItem.proposed_id), col(ProposedItem.position))
    )
    for proposed_id, version_id in rows:
        held[proposed_id].append(version_id)
    return {id_: tuple(items) for id_, items in held.items()}


def _composed(item: ComposedItem) -> Composed:
    return Composed(
        str(item.version_id),
        item.domain,
        str(item.type),
        str(item.cognitive),
        item.case,
        item.lengths,
        item.shared,
    )


def find_proposed(session: Session, request_id: UUID, number: int) -> UUID | None:
    """The proposed form of that number, from 1."""
    wanted = select(col(ProposedForm.id)).where(
        col(ProposedForm.request_id) == request_id, col(ProposedForm.number) == number
    )
    return session.scalar(wanted)


def is_accepted(session: Session, proposed_id: UUID) -> bool:
    """Whether a proposed form was made a form of the exam."""
    wanted = select(col(ProposalAcceptance.form_id)).where(col(ProposalAcceptance.proposed_id) == proposed_id)
    return session.execute(wanted).first() is not None


def accepted_forms(session: Session, request_id: UUID) -> set[UUID]:
    """The forms of the exam that forms of a request were made."""
    wanted = (
        select(col(ProposalAcceptance.form_id))
        .join(ProposedForm, col(ProposedForm.id) == col(ProposalAcceptance.proposed_id))
        .where(col(ProposedForm.request_id) == request_id)
    )
    return set(session.scalars(wanted))
