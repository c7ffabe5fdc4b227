"""A small content folder without a problem, for tests to break in one place."""

from pathlib import Path

from app.courses.rules.lessons import source_hash

ENGLISH = "The holder keeps a register of risks and reads it every week with the people on the shift. "
KAZAKH = "Иегер тәуекелдер тізілімін жүргізіп, оны апта сайын ауысымдағы адамдармен бірге қарап шығады. "
RUSSIAN = "Владелец ведёт реестр рисков и каждую неделю просматривает его вместе с людьми на смене. "

COURSE = """\
id: sample
version: "1.0"
level: 1
hours: 4.5
title: {kk: "Үлгі курс", ru: "Образец курса", en: "Sample course"}
summary: {kk: "Қысқаша мазмұны", ru: "Краткое содержание", en: "In short"}
modules: [m01-roles]
"""
MODULE = """\
id: m01-roles
code: M1
hours: 2
domains: [D1]
title: {kk: "Рөлдер", ru: "Роли", en: "Roles"}
summary: {kk: "Рөлдер туралы", ru: "О ролях", en: "About roles"}
outcomes:
  - {id: m1-o1, kk: "Рөлді атай алады", ru: "Называет роль", en: "Name the role"}
lessons: [01-owner]
references:
  - id: law
    title: {kk: "Заң", ru: "Закон", en: "The law"}
    where: "Law No. 230-VIII, Art. 15"
    retrieved: 2026-11-23
"""
GLOSSARY = """\
- id: owner
  kk: {term: "Меншік иесі", text: "Жүйеге меншік құқығы бар тұлға."}
  ru: {term: "Собственник", text: "Лицо с правом собственности на систему.", never: ["хозяин"]}
  en: {term: "Owner", text: "The person with the property right in the system."}
"""
CHECKS = """\
checks:
  - id: owner-1
    type: single
    key: [b]
    stem: {kk: "Тәуекелді кім басқарады?", ru: "Кто управляет риском?", en: "Who manages the risk?"}
    choices:
      - id: a
        text: {kk: "Ешкім", ru: "Никто", en: "Nobody"}
        feedback: {kk: "Жоқ.", ru: "Нет.", en: "No."}
      - id: b
        text: {kk: "Меншік иесі", ru: "Собственник", en: "The owner"}
        feedback: {kk: "Дұрыс.", ru: "Верно.", en: "Right."}
      - id: c
        text: {kk: "Тек дәрігер", ru: "Только врач", en: "Only the doctor"}
        feedback: {kk: "Жоқ.", ru: "Нет.", en: "No."}
"""
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100">
  <rect class="box on" x="2" y="2" width="256" height="96" rx="4"/>
  <text x="18" y="32">{owner}</text>
  <path class="ln" d="M130 98v28"/>
</svg>
"""
FIGURE = """\
title: {kk: "Бір рөл", ru: "Одна роль", en: "One role"}
desc: {kk: "Ішінде сөзі бар тіктөртбұрыш", ru: "Прямоугольник со словом", en: "A box with a word"}
texts:
  owner: {kk: "Меншік иесі", ru: "Собственник", en: "Owner"}
"""
BODY = """\
{words}[{term}](term:owner)[^law]

## {first}

![](figures/roles.svg "{caption}")

| {first} | № |
| --- | ---: |
| {term} | 1 |

[[check:owner-1]]

### {second}

::: case
**{term}.** {words}
:::

{words}
"""
SAID = {
    "en": {
        "words": ENGLISH * 20,
        "term": "owner",
        "first": "One role",
        "second": "A case",
        "caption": "Figure 1",
    },
    "kk": {
        "words": KAZAKH * 20,
        "term": "меншік иесі",
        "first": "Бір рөл",
        "second": "Мысал",
        "caption": "1-сурет",
    },
    "ru": {
        "words": RUSSIAN * 20,
        "term": "собственник",
        "first": "Одна роль",
        "second": "Пример",
        "caption": "Рисунок 1",
    },
}
TITLES = {"en": "The owner", "kk": "Меншік иесі", "ru": "Собственник"}

ITEM = """\
id: {id}
type: single
{module}domain: D1
tasks: [T1]
cognitive: apply
points: 1
scoring: all_or_nothing
key: [{key}]
stem:
  kk: "{id} жүйесі: тәуекелді кім басқаруға тиіс?"
  ru: "Система {id}: кто обязан управлять риском?"
  en: "System {id}: who must manage its risk?"
choices:
  - id: a
    text: {{kk: "Ешкім", ru: "Никто", en: "Nobody"}}
    rationale: {{kk: "Жоқ.", ru: "Нет.", en: "No."}}
  - id: b
    text: {{kk: "Меншік иесі", ru: "Собственник", en: "The owner"}}
    rationale: {{kk: "Дұрыс.", ru: "Верно.", en: "Right."}}
  - id: c
    text: {{kk: "Тек дәрігер", ru: "Только врач", en: "Only the doctor"}}
    rationale: {{kk: "Жоқ.", ru: "Нет.", en: "No."}}
  - id: d
    text: {{kk: "Мейірбике ғана", ru: "Лишь медсестра", en: "Just the nurse"}}
    rationale: {{kk: "Жоқ.", ru: "Нет.", en: "No."}}
sources:
  - "Law No. 230-VIII, Art. 15"
enemies: [{enemies}]
roles: {{author: author-1, reviewer: reviewer-1, translation_checker: checker-1}}
"""
BANK = """\
id: {id}
purpose: {purpose}
specimen: {specimen}
version: "1.0"
title: {{kk: "Үлгі банк", ru: "Образец банка", en: "Sample bank"}}
"""


def item(id_: str, *, key: str = "b", enemies: str = "", module: str = "") -> str:
    """An item file."""
    return ITEM.format(id=id_, key=key, enemies=enemies, module=f"module: {module}\n" if module else "")


def case_set(id_: str) -> str:
    """A case set of two items."""
    parts = []
    for number in (1, 2):
        lines = item(f"{id_}-{number}").splitlines(keepends=True)
        parts.append("".join(("  - " if not index else "    ") + line for index, line in enumerate(lines)))
    stimulus = 'stimulus: {kk: "Банк несие береді.", ru: "Банк выдаёт кредиты.", en: "A bank lends money."}\n'
    return f"id: {id_}\ntype: case_set\n{stimulus}items:\n{''.join(parts)}"


def lesson(locale: str) -> str:
    """A lesson file."""
    body = BODY.format(**SAID[locale])
    stamp = "" if locale == "en" else f'source_hash: "{source_hash(BODY.format(**SAID["en"]))}"\n'
    return f'---\ntitle: "{TITLES[locale]}"\nminutes: 20\noutcomes: [m1-o1]\n{stamp}---\n{body}'


CHECKLISTS = {
    "kk": (
        "Рөлдерді тексеру тізімі",
        "Жүйе іске қосылар алдында қолданыңыз",
        "Жүйенің меншік иесін атап жазыңыз",
    ),
    "ru": (
        "Контрольный список ролей",
        "Заполняйте перед запуском системы",
        "Назовите здесь собственника этой системы",
    ),
    "en": ("Checklist of roles", "Use it before a system starts work", "Name the owner of the system"),
}


def checklist_body(locale: str) -> str:
    """The text of the checklist: a sentence and two lists."""
    _, when, act = CHECKLISTS[locale]
    lines = "".join(f"- {act}, {number}.\n" for number in range(1, 13))
    return f"{when}.\n\n## {when}\n\n{lines}\n## {act}\n\n{lines}"


def checklist(locale: str) -> str:
    """A checklist's file."""
    stamp = "" if locale == "en" else f'source_hash: "{source_hash(checklist_body("en"))}"\n'
    return f'---\ntitle: "{CHECKLISTS[locale][0]}"\n{stamp}---\n{checklist_body(locale)}'


def grow(root: Path) -> Path:
    """Write the folder under ``root``."""
    module = "courses/sample/m01-roles"
    files = {
        "courses/sample/course.yaml": COURSE,
        "courses/sample/glossary/m01.yaml": GLOSSARY,
        f"{module}/module.yaml": MODULE,
        f"{module}/01-owner.checks.yaml": CHECKS,
        f"{module}/figures/roles.svg": SVG,
        f"{module}/figures/roles.yaml": FIGURE,
        "question_banks/sample-practice/bank.yaml": BANK.format(
            id="sample-practice", purpose="practice", specimen="false"
        ),
        "question_banks/sample-practice/items/m01-001.yaml": item("m01-001", module="M1", enemies="m01-002"),
        "question_banks/sample-practice/items/m01-002.yaml": item("m01-002", module="M1", enemies="m01-001"),
        "question_banks/sample-live/bank.yaml": BANK.format(
            id="sample-live", purpose="certification", specimen="true"
        ),
        "question_banks/sample-live/items/d1-001.yaml": item("d1-001"),
        "question_banks/sample-live/items/c1-001.yaml": case_set("c1-001"),
    }
    for locale in ("kk", "ru", "en"):
        files[f"{module}/01-owner.{locale}.md"] = lesson(locale)
        files[f"{module}/checklist.{locale}.md"] = checklist(locale)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
