"""A small course in three languages, and practice items, as the importer would leave them."""

from datetime import date
from typing import Any
from uuid import UUID

from app.courses.models import Course, Lesson, LessonText, Module
from app.courses.rules.search import normalise
from app.kernel.ids import new_id
from app.kernel.locales import LOCALES
from app.question_banks.models import Bank, Item, ItemVersion
from app.question_banks.rules import BankPurpose, Cognitive, ItemStatus, ItemType, ScoringRule
from tests.world import World


def three(text: str) -> dict[str, str]:
    return {locale: f"{text} ({locale})" for locale in LOCALES}


def check(check_id: str, *, key: tuple[str, ...] = ("b",)) -> dict[str, Any]:
    return {
        "id": check_id,
        "type": "single" if len(key) == 1 else "multiple",
        "key": list(key),
        "stem": three(f"Stem of {check_id}"),
        "choices": [
            {
                "id": name,
                "text": three(f"Choice {name} of {check_id}"),
                "feedback": three(f"Because {name} of {check_id}"),
            }
            for name in "abc"
        ],
    }


BODIES = {
    "01-laws": {
        "kk": ("Заң не үшін керек", "Жасанды интеллект қауіпсіздігі туралы заң 2026 жылы күшіне енді. Меншік иесі жауап береді."),
        "ru": ("Зачем нужен закон", "Закон о безопасности искусственного интеллекта вступил в силу в 2026 году. Собственник отвечает за всё."),
        "en": ("Why a law", "The law on the safety of artificial intelligence came into force in 2026. The owner answers for it."),
    },
    "02-roles": {
        "kk": ("Рөлдер", "Иегер жүйені өз қызметінде қолданады. Пайдаланушыға ескерту беріледі."),
        "ru": ("Роли", "Владелец применяет систему в своей деятельности. Пользователя предупреждают."),
        "en": ("Roles", "The holder uses the system in its own work. The user is informed."),
    },
    "03-last": {
        "kk": ("Қорытынды", "Талдаушының тұжырымы тексеруге болатын фактіге сүйенеді."),
        "ru": ("Итог", "Вывод аналитика опирается на проверяемые факты."),
        "en": ("In short", "An analyst's finding rests on facts that can be checked."),
    },
}  # fmt: skip


def course(world: World, *, slug: str = "analyst") -> dict[str, UUID]:
    """Two modules, three lessons with 2, 1 and 0 checks; gives the ids of the lessons by slug."""
    made: dict[str, UUID] = {}
    now = world.clock.now()
    with world.write() as session:
        row = Course(
            slug=slug, version="1.0", level=1, hours="36", title=three("Analyst"), summary=three("About it"),
            content_hash="0" * 64, imported_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        plan = {"m01": ("M1", "4.5", ["01-laws", "02-roles"]), "m02": ("M2", "1", ["03-last"])}
        checks = {
            "01-laws": [check("laws-1"), check("laws-2", key=("a", "c"))],
            "02-roles": [check("roles-1")],
            "03-last": [],
        }
        for position, (module_slug, (code, hours, lessons)) in enumerate(plan.items()):
            module = Module(
                course_id=row.id, slug=module_slug, code=code, position=position, hours=hours,
                title=three(f"Module {code}"), summary=three("What it is about"), outcomes=[],
                references=[{"id": "law-230", "title": three("Law 230"), "where": "zan.kz", "retrieved": "2026-11-20"}],
            )  # fmt: skip
            session.add(module)
            session.flush()
            for place, name in enumerate(lessons):
                mine = checks[name]
                lesson = Lesson(
                    module_id=module.id, slug=name, position=place, minutes=10 + place,
                    check_ids=[one["id"] for one in mine], checks=mine,
                )  # fmt: skip
                session.add(lesson)
                session.flush()
                made[name] = lesson.id
                for locale in LOCALES:
                    title, text = BODIES[name][locale]
                    parts: list[dict[str, Any]] = [
                        {
                            "html": f'<h2 id="h-1">{title}</h2><p>{text}<sup><a href="#ref-law-230">1</a></sup> <a class="term" href="#g-owner">term</a></p>'
                        }
                    ]
                    parts += [{"check": one["id"]} for one in mine]
                    parts.append({"html": "<p>The end.</p>"})
                    session.add(
                        LessonText(
                            lesson_id=lesson.id,
                            locale=locale,
                            title=title,
                            parts=parts,
                            toc=[{"id": "h-1", "title": title}],
                            glossary=[{"id": "owner", "term": "Owner", "text": "Who owns it."}],
                            references=["law-230"],
                            search_text=" ".join(normalise(f"{title}\n{text}", locale)),
                            content_hash="0" * 64,
                        )  # fmt: skip
                    )
    return made


def practice_bank(
    world: World,
    items: int = 15,
    *,
    modules: tuple[str, ...] = ("M1",),
    purpose: str = "practice",
    first_until: date | None = None,
) -> list[UUID]:
    """Active single-answer items whose key is b; gives the ids of their versions.

    ``first_until``: the last day on which the rule behind the first item holds.
    """
    made: list[UUID] = []
    now = world.clock.now()
    with world.write() as session:
        bank = Bank(
            slug=f"bank-{new_id()}"[:64],
            purpose=BankPurpose(purpose),
            specimen=False,
            version="1.0",
            title=three("Bank"),
            imported_at=now,
        )
        session.add(bank)
        session.flush()
        for number in range(items):
            item = Item(bank_id=bank.id, slug=f"i-{number:03d}")
            session.add(item)
            session.flush()
            version = ItemVersion(
                item_id=item.id, number=1, status=ItemStatus.ACTIVE, type=ItemType.SINGLE,
                scoring=ScoringRule.ALL_OR_NOTHING, cognitive=list(Cognitive)[number % 3], domain="D1",
                module=modules[number % len(modules)], tasks=["T1"], points=1, key=["b"], stem=three(f"Stem {number}"),
                choices=[{"id": c, "text": three(f"Choice {c}"), "rationale": three(f"Because {c}{number}")} for c in "abcd"],
                sources=["Law 230"], enemies=[], roles={}, content_hash=f"{number:064d}", imported_at=now,
                valid_until=None if number else first_until,
            )  # fmt: skip
            session.add(version)
            session.flush()
            item.current_version_id = version.id
            made.append(version.id)
    return made
