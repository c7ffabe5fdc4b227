"""What putting forms together reads of exams: the newest blueprints, and what their forms hold."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.exams.models.forms import Blueprint, Exam, Form, FormItem
from app.exams.queries.cuts import cut_in_force
from app.kernel.errors import NotFound
from app.kernel.locales import Trilingual


class BlueprintFacts(NamedTuple):
    """The newest version of a certification exam's blueprint. ``domains``: items by domain."""

    id: UUID
    exam_id: UUID
    exam_slug: str
    exam_title: Trilingual
    version: str
    domains: dict[str, int]
    items: int
    minutes: int
    cut_score: int


class PublishedForm(NamedTuple):
    """A published form of an exam, whatever the version of its blueprint, and the item versions it holds.

    ``cut_score``: the one in force.
    """

    id: UUID
    slug: str
    blueprint_id: UUID
    version: str
    cut_score: int
    max_points: int
    content_hash: str
    published_at: datetime
    retired_at: datetime | None
    items: tuple[UUID, ...]


def newest_blueprints(session: Session) -> list[BlueprintFacts]:
    """The blueprints that forms are made for: of each certification exam the newest, by the exam's slug.

    A practice run has its own way: items stand on all of its forms.
    """
    rows = session.execute(
        select(
            col(Blueprint.id),
            col(Exam.id),
            col(Exam.slug),
            col(Exam.title),
            col(Blueprint.version),
            col(Blueprint.domains),
            col(Blueprint.items),
            col(Blueprint.minutes),
            col(Blueprint.cut_score),
        )
        .join(Exam, col(Exam.id) == col(Blueprint.exam_id))
        .where(col(Exam.certification))
        .order_by(col(Exam.slug), col(Blueprint.id).desc())
    )
    newest: dict[UUID, BlueprintFacts] = {}
    for row in rows:
        newest.setdefault(row[1], BlueprintFacts(*row))
    return list(newest.values())


def get_blueprint(session: Session, blueprint_id: UUID) -> BlueprintFacts:
    """A blueprint that forms are still made for.

    Raises:
        NotFound: no such blueprint, or a newer one has taken its place.
    """
    found = next((one for one in newest_blueprints(session) if one.id == blueprint_id), None)
    if found is None:
        raise NotFound
    return found


def forms_of(session: Session, exam_id: UUID) -> list[PublishedForm]:
    """The forms of an exam in the order of their publication, retired ones too."""
    rows: Any = session.execute(
        select(
            col(Form.id),
            col(Form.slug),
            col(Form.blueprint_id),
            col(Blueprint.version),
            cut_in_force(),
            col(Form.max_points),
            col(Form.content_hash),
            col(Form.published_at),
            col(Form.retired_at),
        )
        .join(Blueprint, col(Blueprint.id) == col(Form.blueprint_id))
        .where(col(Blueprint.exam_id) == exam_id)
        .order_by(col(Form.published_at), col(Form.slug))
    ).all()
    held: dict[UUID, list[UUID]] = {row[0]: [] for row in rows}
    places = select(col(FormItem.form_id), col(FormItem.item_version_id)).order_by(
        col(FormItem.form_id), col(FormItem.position)
    )
    for form_id, version_id in session.execute(places.where(col(FormItem.form_id).in_(list(held)))):
        held[form_id].append(version_id)
    return [PublishedForm._make((*row, tuple(held[row[0]]))) for row in rows]
