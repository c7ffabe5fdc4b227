"""A small exam with an item of each type that is delivered, in three languages."""

from typing import Any

from sqlalchemy import select

from app.exams.models.forms import Form, FormItem
from app.question_banks.models import Bank, Item, ItemVersion
from app.question_banks.rules import Cognitive, ItemStatus, ItemType, ScoringRule
from tests.exams.delivery_world import SECRET, Made, make_exam, three
from tests.world import World

TRUE_FALSE, MATCHING, ORDERING, NUMERIC, TEXT, PENALTY = range(1, 7)
"""The places of the form."""
POINTS = 3


def said(kk: str, ru: str, en: str) -> dict[str, str]:
    return {"kk": kk, "ru": ru, "en": en}


def choice(name: str, kk: str, ru: str, en: str) -> dict[str, Any]:
    return {"id": name, "text": said(kk, ru, en), "rationale": three(SECRET)}


STEPS = [
    choice("a", "Тексеру", "Проверить", "Check"),
    choice("b", "Жоспарлау", "Спланировать", "Plan"),
    choice("c", "Жетілдіру", "Улучшить", "Act"),
    choice("d", "Орындау", "Выполнить", "Do"),
]
SITUATIONS = [
    choice(
        "a",
        "Банк несие беру жүйесін өз тәуекелімен сатып алып, іске қосты",
        "Банк купил систему кредитования и запустил её под свою ответственность",
        "A bank bought a lending system and runs it at its own risk",
    ),
    choice("b", "Команда жүйені жасап шығарды", "Команда создала систему", "A team built the system"),
    choice("c", "Клиент чат-ботпен сөйлеседі", "Клиент говорит с чат-ботом", "A client talks to a chatbot"),
]
ROLES = {
    "targets": [
        {"id": "builds", "text": said("Жасаушы", "Создатель", "Developer")},
        {"id": "runs", "text": said("Меншік иесі", "Собственник", "Owner")},
        {"id": "uses", "text": said("Пайдаланушы", "Пользователь", "User")},
        {"id": "nobody", "text": said("Ешкім", "Никто", "Nobody")},
    ]
}
ACCEPTED = {
    "accepted": {"kk": ["тәуекел"], "ru": ["риск"], "en": ["risk", "a risk"]},
    "case_sensitive": False,
}
LETTERS = [choice(word, f"Таңдау {word}", f"Вариант {word}", f"Choice {word}") for word in "abcd"]
YES_NO = [choice("true", "Иә", "Да", "True"), choice("false", "Жоқ", "Нет", "False")]
ITEMS: list[tuple[ItemType, ScoringRule, list[Any], list[str], dict[str, Any] | None, dict[str, str]]] = [
    (
        ItemType.TRUE_FALSE,
        ScoringRule.ALL_OR_NOTHING,
        YES_NO,
        ["true"],
        None,
        said("Шешімді адам қабылдайды.", "Решение принимает человек.", "A human takes the decision."),
    ),
    (
        ItemType.MATCHING,
        ScoringRule.PER_PAIR,
        SITUATIONS,
        ["a=runs", "b=builds", "c=uses"],
        ROLES,
        said("Кім қай рөлде?", "Кто в какой роли?", "Who has which role?"),
    ),
    (
        ItemType.ORDERING,
        ScoringRule.ORDER_ADJACENT,
        STEPS,
        ["b", "d", "a", "c"],
        None,
        said("Қадамдарды ретімен қойыңыз.", "Расставьте шаги по порядку.", "Put the steps in order."),
    ),
    (
        ItemType.NUMERIC,
        ScoringRule.ALL_OR_NOTHING,
        [],
        ["12.5"],
        {"tolerance": "0.1"},
        said(
            "80-нің 10-ы неше пайыз?", "Сколько процентов составляют 10 из 80?", "What per cent is 10 of 80?"
        ),
    ),
    (
        ItemType.SHORT_TEXT,
        ScoringRule.ALL_OR_NOTHING,
        [],
        [],
        ACCEPTED,
        said(
            "Бағалау нысаны қалай аталады?",
            "Как называют то, что оценивают?",
            "What is it that one assesses?",
        ),
    ),
    (
        ItemType.MULTIPLE,
        ScoringRule.PLUS_MINUS,
        LETTERS,
        ["a", "b", "c"],
        None,
        said("Дұрысының бәрін таңдаңыз.", "Выберите все верные.", "Choose all that are right."),
    ),
]


def make_types_exam(world: World, slug: str = "types") -> Made:
    """An exam whose form holds each of ``ITEMS`` once, at the place of its name, three points each."""
    made = make_exam(world, slug=slug, forms=0, items=6)
    now = world.clock.now()
    with world.write() as session:
        bank_id = session.scalars(select(Bank.id).where(Bank.slug == f"{slug}-bank")).one()
        form = Form(
            blueprint_id=made.blueprint_id,
            slug="form-types",
            seed=1,
            specimen=True,
            minutes=30,
            cut_score=9,
            max_points=POINTS * len(ITEMS),
            content_hash="f" * 64,
            published_at=now,
        )
        session.add(form)
        session.flush()
        made.form_ids.append(form.id)
        for place, (kind, scoring, choices, key, parts, stem) in enumerate(ITEMS, start=1):
            item = Item(bank_id=bank_id, slug=f"type-{kind}".replace("_", "-"))
            session.add(item)
            session.flush()
            version = ItemVersion(
                item_id=item.id,
                number=1,
                status=ItemStatus.ACTIVE,
                type=kind,
                scoring=scoring,
                cognitive=Cognitive.APPLY,
                domain="D1" if place < 4 else "D2",
                tasks=["T1"],
                points=POINTS,
                key=key,
                stem=stem,
                choices=choices,
                interaction=parts,
                sources=["a source"],
                enemies=[],
                roles={},
                content_hash=f"{place:064d}",
                imported_at=now,
            )
            session.add(version)
            session.flush()
            item.current_version_id = version.id
            made.items.append(version.id)
            session.add(
                FormItem(
                    form_id=form.id,
                    position=place,
                    item_version_id=version.id,
                    domain=version.domain,
                    points=POINTS,
                )
            )
    return made
