"""A sound item of each type in its file, and one broken one for each thing the content check says of types."""

from tests.courses.broken_files import Broken

ITEMS = "question_banks/sample-live/items"
_HEAD = """\
id: {id}
type: {type}
domain: D1
tasks: [T1]
cognitive: apply
points: 3
scoring: {scoring}
key: {key}
stem: {{kk: "{kk} туралы тапсырма.", ru: "{ru}: выполните задание.", en: "{en}: do the task."}}
"""
_TAIL = """\
sources:
  - "Law No. 230-VIII, Art. 15"
roles: {author: author-1, reviewer: reviewer-1, translation_checker: checker-1}
"""
_STEPS = """\
choices:
  - id: a
    text: {kk: "Тәуекелді бағалау", ru: "Оценить риск", en: "Assess the risk"}
    rationale: {kk: "Екінші.", ru: "Второе.", en: "Second."}
  - id: b
    text: {kk: "Жүйені іске қосу", ru: "Запустить систему", en: "Launch the system"}
    rationale: {kk: "Үшінші.", ru: "Третье.", en: "Third."}
  - id: c
    text: {kk: "Мақсатты анықтау", ru: "Определить цель", en: "Define the purpose"}
    rationale: {kk: "Бірінші.", ru: "Первое.", en: "First."}
"""


def _item(name: str, kind: str, key: str, body: str, scoring: str = "all_or_nothing") -> str:
    words = {
        "x-matching": ("Сәйкестендіру", "Соответствие", "Matching"),
        "x-ordering": ("Реттілік", "Порядок действий", "Ordering"),
        "x-numeric": ("Есептеу", "Вычисление", "Arithmetic"),
        "x-short-text": ("Қысқа жауап", "Краткий ответ", "One word"),
        "x-true-false": ("Пайымдау", "Суждение", "Statement"),
        "x-hotspot": ("Сурет", "Рисунок", "Picture"),
        "x-written": ("Жазбаша жұмыс", "Письменная работа", "Essay"),
    }[name]
    kk, ru, en = words
    return _HEAD.format(id=name, type=kind, scoring=scoring, key=key, kk=kk, ru=ru, en=en) + body + _TAIL


TYPES = {
    "matching": (
        "x-matching",
        _item(
            "x-matching",
            "matching",
            "[a=builds, b=builds, c=deploys]",
            _STEPS
            + """\
interaction:
  targets:
    - {id: builds, text: {kk: "Жүйені жасайды", ru: "Создаёт систему", en: "Builds the system"}}
    - {id: deploys, text: {kk: "Жүйені қолданады", ru: "Применяет систему", en: "Runs the system"}}
""",
            "per_pair",
        ),
    ),
    "ordering": ("x-ordering", _item("x-ordering", "ordering", "[c, a, b]", _STEPS, "order_adjacent")),
    "numeric": (
        "x-numeric",
        _item("x-numeric", "numeric", '["12.5"]', 'interaction:\n  tolerance: "0.5"\n'),
    ),
    "short_text": (
        "x-short-text",
        _item(
            "x-short-text",
            "short_text",
            "[]",
            """\
interaction:
  accepted: {kk: [меншік иесі, иесі], ru: [собственник], en: [owner]}
  case_sensitive: false
""",
        ),
    ),
    "true_false": (
        "x-true-false",
        _item(
            "x-true-false",
            "true_false",
            '["true"]',
            """\
choices:
  - id: "true"
    text: {kk: "Иә", ru: "Да", en: "Yes"}
    rationale: {kk: "Дұрыс.", ru: "Верно.", en: "Right."}
  - id: "false"
    text: {kk: "Жоқ", ru: "Нет", en: "No"}
    rationale: {kk: "Қате.", ru: "Неверно.", en: "Wrong."}
""",
        ),
    ),
    "hotspot": (
        "x-hotspot",
        _item(
            "x-hotspot",
            "hotspot",
            "[b]",
            _STEPS
            + """\
interaction:
  image: roles
  width: 100
  height: 50
  alt: {kk: "Үш тіктөртбұрыш", ru: "Три прямоугольника", en: "Three boxes"}
  regions:
    a: {shape: rect, coords: [5, 5, 40, 45]}
    b: {shape: rect, coords: [60, 5, 95, 45]}
    c: {shape: circle, coords: [50, 25, 8]}
""",
        ),
    ),
    "written": (
        "x-written",
        _item(
            "x-written",
            "written",
            "[]",
            """\
interaction:
  words: 300
  rubric:
    - kk: "Дәлел\\n0: дәлел жоқ\\n3: дәлел бар"
      ru: "Довод\\n0: довода нет\\n3: довод есть"
      en: "Argument\\n0: there is none\\n3: there is one"
""",
        ),
    ),
}
"""By type: the name of the file, and what it says."""

_BROKEN = [
    ("matching", "a pair too few", ", c=deploys]", "]", "key:", "exactly once"),
    ("matching", "a target that is none", "c=deploys", "c=sells", "key:", "“c=sells” is no pair"),
    ("matching", "a target twice", "id: deploys", "id: builds", "targets:", "each id once"),
    ("matching", "two targets that say the same", "Runs the", "Builds the", "id: deploys", "say the same"),
    ("matching", "no targets", "targets:", "partners:", "interaction:", "“interaction.targets” is missing"),
    ("matching", "half a target", 'en: "Runs the system"', 'en: ""', "id: deploys", "blank"),
    ("ordering", "a step left out", "key: [c, a, b]", "key: [c, a]", "key:", "names every choice"),
    (
        "ordering",
        "parts of another type",
        "sources:",
        "interaction: {}\nsources:",
        "interaction",
        "not for this",
    ),
    ("ordering", "a rule of another type", "order_adjacent", "per_pair", "scoring", "does not score"),
    ("ordering", "a step without a text", 'en: "Launch the system"', 'en: ""', 'en: ""', "blank"),
    ("numeric", "a comma", '["12.5"]', '["12,5"]', "key:", "one decimal number"),
    ("numeric", "a number for a text", '["12.5"]', "[12.5]", "key:", "string"),
    (
        "numeric",
        "no tolerance",
        "interaction:\n  tolerance",
        "valid_until",
        "id:",
        "“interaction” is missing",
    ),
    ("numeric", "a tolerance below 0", '"0.5"', '"-0.5"', "tolerance", "from 0"),
    ("short_text", "a language without an answer", "[собственник]", "[]", "accepted", "in “ru”"),
    ("short_text", "a key", "key: []", "key: [owner]", "key:", "an empty key"),
    ("short_text", "a blank answer", "[owner]", '[" "]', "accepted", "blank"),
    ("true_false", "other words", 'id: "true"', "id: yes", "id: yes", "string"),
    ("true_false", "another order", 'id: "true"', "id: maybe", "choices:", "true and false, in this order"),
    ("hotspot", "a region outside", "[60, 5, 95, 45]", "[60, 5, 105, 45]", "    b:", "outside the picture"),
    (
        "hotspot",
        "a region too few",
        "    c: {shape: circle, coords: [50, 25, 8]}\n",
        "",
        "regions",
        "no region",
    ),
    ("hotspot", "an unknown shape", "shape: circle", "shape: star", "    c:", "'rect'"),
    ("hotspot", "a picture without words", "  alt:", "  caption:", "interaction:", "alt” is missing"),
    ("written", "no rubric", "rubric:", "rubrics:", "interaction:", "“interaction.rubric” is missing"),
    ("written", "a length of nothing", "words: 300", "words: 0", "words:", "a length of 1 to"),
    ("written", "a level that is none", "0: there is none", "there is none", "    - kk", "cannot be read"),
    ("written", "other points than the item", "points: 3", "points: 4", "rubric:", "come to 3 points"),
]
BROKEN_TYPES = {
    f"{kind}: {what}": Broken(f"{ITEMS}/{TYPES[kind][0]}.yaml", old, new, at, says)
    for kind, what, old, new, at, says in _BROKEN
}
