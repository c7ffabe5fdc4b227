"""Publishing a form: from then on it is frozen. The one way in which a form comes to be. Never commits."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from app.exams.errors import ItemsChanged, ItemsNotScored, NameTaken
from app.exams.models.forms import Blueprint, Form, FormItem
from app.exams.queries.rating import criteria_for
from app.exams.rules import forms as rules
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once
from app.question_banks import queries as banks
from app.question_banks.queries import BankFacts
from app.question_banks.queries.composing import composed_items
from app.question_banks.rules import ItemType


def publish(
    session: Session,
    clock: Clock,
    blueprint: Blueprint,
    *,
    slug: str,
    seed: int,
    bank: BankFacts,
    items: Sequence[UUID],
    actor_id: UUID | None,
) -> UUID:
    """Freeze item versions, in their order, as a form of the blueprint; its id.

    The cut score starts as the blueprint's. ``bank``: theirs. ``actor_id``: who decided it; None for what an
    installation is founded with.

    Raises:
        ItemsChanged: an item was retired, has a newer version or rests on a rule that ended.
        ItemsNotScored: an item's type is none of ``rules.delivered_from``, or a written task has no rubric.
        NameTaken: the blueprint has a form of that name.
    """
    held, now = composed_items(session, items), clock.now()
    places = [held[version_id] for version_id in items]
    changed = sum(
        not rules.fit_to_publish(
            active=place.status == "active",
            current=place.current,
            valid_until=place.valid_until,
            on=now.date(),
        )
        for place in places
    )
    if changed:
        raise ItemsChanged(items=changed)
    delivered = rules.delivered_from(bank.purpose)
    foreign = sorted(
        place.slug
        for place in places
        if place.type not in delivered or not _can_be_rated(session, place.type, place.version_id)
    )
    if foreign:
        raise ItemsNotScored(bank=bank.slug, items=", ".join(foreign))
    hashes = banks.content_hashes(session, items)
    form_id = new_id()
    content_hash = rules.form_hash(
        blueprint=blueprint.version,
        minutes=blueprint.minutes,
        cut_score=blueprint.cut_score,
        places=[(hashes[place.version_id], place.domain, place.points) for place in places],
    )
    if not insert_once(
        session,
        Form,
        id=form_id,
        blueprint_id=blueprint.id,
        slug=slug,
        seed=seed,
        specimen=bank.specimen,
        minutes=blueprint.minutes,
        cut_score=blueprint.cut_score,
        max_points=sum(place.points for place in places),
        content_hash=content_hash,
        published_at=now,
    ):
        raise NameTaken
    session.add_all(
        FormItem(
            form_id=form_id,
            position=position,
            item_version_id=place.version_id,
            domain=place.domain,
            points=place.points,
        )
        for position, place in enumerate(places, start=1)
    )
    audit.record(
        session,
        clock,
        actor_id=actor_id,
        action="form.published",
        subject_kind="form",
        subject_id=form_id,
        content_hash=content_hash,
        seed=seed,
        specimen=bank.specimen,
    )
    session.flush()
    return form_id


def _can_be_rated(session: Session, item_type: str, version_id: UUID) -> bool:
    """Items of before the rubric was read as one may hold anything in its place."""
    return item_type != ItemType.WRITTEN or bool(criteria_for(session, version_id))


def publish_for(
    session: Session,
    clock: Clock,
    blueprint_id: UUID,
    *,
    slug: str,
    seed: int,
    bank: BankFacts,
    items: Sequence[UUID],
    actor_id: UUID,
) -> UUID:
    """As ``publish``, by the id of the blueprint.

    Raises:
        NotFound: no such blueprint.
        ItemsChanged, ItemsNotScored, NameTaken: as ``publish``.
    """
    blueprint = session.get(Blueprint, blueprint_id)
    if blueprint is None:
        raise NotFound
    return publish(session, clock, blueprint, slug=slug, seed=seed, bank=bank, items=items, actor_id=actor_id)
