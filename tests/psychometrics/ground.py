"""First attempts on a form by the hundred, written straight into the tables: candidates of a known ability."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import exp
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from app.accounts.models import Person
from app.exams.models.attempts import Attempt, Response, ResponseEvent
from app.exams.models.forms import Blueprint, Form, FormItem
from app.exams.rules.states import (
    AppealState,
    EventKind,
    Lifecycle,
    Mode,
    Outcome,
    ResultState,
    Review,
)
from app.kernel.ids import new_id
from app.kernel.locales import Locale
from app.question_banks.models import ItemVersion
from tests.world import World

Chance = Callable[[int, str], float]
"""By place (from 1) and language: by how much the logit of a right answer moves."""


@dataclass(frozen=True)
class Layout:
    """What attempts on a form pin."""

    exam_id: UUID
    blueprint_id: UUID
    form_id: UUID
    cut_score: int
    places: list[dict[str, Any]]
    keys: list[list[str]]


def layout_of(world: World, form_id: UUID) -> Layout:
    with world.read() as session:
        form = session.get_one(Form, form_id)
        blueprint = session.get_one(Blueprint, form.blueprint_id)
        rows = session.execute(
            select(FormItem, ItemVersion)
            .join(ItemVersion, ItemVersion.id == FormItem.item_version_id)
            .where(FormItem.form_id == form_id)
            .order_by(FormItem.position)
        ).all()
        return Layout(
            blueprint.exam_id,
            blueprint.id,
            form_id,
            form.cut_score,
            [
                {
                    "item": str(version.id),
                    "type": str(version.type),
                    "order": [choice["id"] for choice in version.choices],
                    "points": place.points,
                    "domain": place.domain,
                    "several": len(version.key) > 1,
                }
                for place, version in rows
            ],
            [list(version.key) for _, version in rows],
        )


def fill(
    world: World,
    form_id: UUID,
    persons: int,
    *,
    seed: int = 7,
    languages: Sequence[str] = ("kk", "ru", "en"),
    moved: Chance = lambda _place, _language: 0.0,
    seconds: Callable[[int], int] = lambda _place: 40,
    omits: float = 0.02,
    **values: Any,
) -> list[UUID]:
    """``persons`` scored first attempts in turn in each of ``languages``; the ids of the attempts.

    Items are the harder the later they stand; ``seconds`` is the time each takes; ``values`` replace those of
    an attempt.
    """
    made, luck, now = layout_of(world, form_id), random.Random(seed), world.clock.now()
    size = len(made.places)
    rows: dict[type, list[dict[str, Any]]] = {Person: [], Attempt: [], Response: [], ResponseEvent: []}
    for number in range(persons):
        person_id, attempt_id, language = new_id(), new_id(), languages[number % len(languages)]
        ability, points, at = luck.gauss(0, 1), 0, now - timedelta(days=1) + timedelta(seconds=number)
        begun = at
        event = {"attempt_id": attempt_id, "locale": Locale(language), "late": False, "version": None}
        rows[ResponseEvent].append(_event(event, EventKind.START, None, None, at))
        for place in range(1, size + 1):
            key, order = made.keys[place - 1], made.places[place - 1]["order"]
            logit = 1.2 * (ability - (3 * place / size - 1.5)) + moved(place, language)
            right = luck.random() < 1 / (1 + exp(-logit))
            if luck.random() < omits:
                continue
            wrong = [choice for choice in order if choice not in key]
            chosen = key if right else [luck.choice(wrong)] if wrong else []
            points += right
            at += timedelta(seconds=seconds(place))
            rows[ResponseEvent].append(_event(event, EventKind.SAVE, place, chosen, at))
            rows[Response].append(
                {
                    "attempt_id": attempt_id,
                    "position": place,
                    "chosen": chosen,
                    "flagged": False,
                    "version": 1,
                    "late": False,
                    "saved_at": at,
                }
            )
        rows[Person].append(_person(person_id, attempt_id, begun))
        rows[Attempt].append(
            {
                "id": attempt_id,
                "code": f"S{attempt_id.hex[-14:].upper()}",
                "exam_id": made.exam_id,
                "blueprint_id": made.blueprint_id,
                "form_id": form_id,
                "candidate_id": person_id,
                "number": 1,
                "mode": Mode.ON_SITE,
                "created_at": begun,
                "lifecycle": Lifecycle.SCORED,
                "review": Review.NONE,
                "result": ResultState.RELEASED,
                "appeal": AppealState.NONE,
                "started_at": begun,
                "deadline": begun + timedelta(hours=2),
                "submitted_at": at,
                "layout": made.places,
                "cut_score": made.cut_score,
                "max_points": size,
                "raw_score": points,
                "outcome": Outcome.PASSED if points >= made.cut_score else Outcome.FAILED,
                "answers_hash": attempt_id.hex * 2,
                "locale": Locale(language),
                "extra_seconds": 0,
                "lease_number": 1,
                "scripted": True,
            }
            | values
        )
    with world.write() as session:
        for table, found in rows.items():
            session.execute(insert(table), found)
    return [row["id"] for row in rows[Attempt]]


def _event(facts: dict[str, Any], kind: EventKind, place: int | None, chosen: Any, at: Any) -> dict[str, Any]:
    return facts | {"id": new_id(), "kind": kind, "position": place, "chosen": chosen, "at": at}


def _person(person_id: UUID, attempt_id: UUID, at: Any) -> dict[str, Any]:
    return {
        "id": person_id,
        "email": f"{attempt_id.hex}@people.example",
        "email_confirmed_at": at,
        "name_cyrillic": "Үлгіұлы Сынақ",
        "name_latin": "Sample Testperson",
        "locale": Locale.EN,
        "sort_key": person_id.hex,
        "created_at": at,
    }
