"""One broken file for each thing the content check says: where it is broken, and what is told."""

from typing import NamedTuple

from tests.courses.content_tree import ENGLISH, KAZAKH, RUSSIAN

MODULE = "courses/sample/m01-roles"
EN, KK, RU = (f"{MODULE}/01-owner.{locale}.md" for locale in ("en", "kk", "ru"))
CHECKS = f"{MODULE}/01-owner.checks.yaml"
SVG, WORDS = f"{MODULE}/figures/roles.svg", f"{MODULE}/figures/roles.yaml"
GLOSSARY = "courses/sample/glossary/m01.yaml"
ITEM = "question_banks/sample-practice/items/m01-001.yaml"
OTHER = "question_banks/sample-practice/items/m01-002.yaml"
LIVE = "question_banks/sample-live/items/d1-001.yaml"
CASE = "question_banks/sample-live/items/c1-001.yaml"


class Broken(NamedTuple):
    """One replacement in one file; the problem stands at the first line that holds ``at`` afterwards."""

    path: str
    old: str
    new: str
    at: str
    says: str
    where: str = ""


SHEET = {locale: f"{MODULE}/checklist.{locale}.md" for locale in ("kk", "ru", "en")}

BROKEN = {
    "a checklist's term": Broken(
        SHEET["ru"], "этой системы, 3", "этой [системы](term:owner), 3", "term:", "no checks, terms"
    ),
    "a checklist's figure": Broken(
        SHEET["ru"],
        "Заполняйте",
        '![](figures/roles.svg "Рис. 1. Роли.")\n\nЗаполняйте',
        "figures/",
        "no figures",
    ),
    "a checklist that is too long": Broken(
        SHEET["en"], "Use it before", "word " * 420 + "Use it before", "title", "in English 120 to 420"
    ),
    "a checklist that is half translated": Broken(
        SHEET["kk"], "- Жүйенің меншік иесін атап жазыңыз, 3.\n", "", "", "23 lines to tick, in English 24"
    ),
    "a checklist in another language": Broken(
        SHEET["kk"],
        "Жүйе іске қосылар алдында қолданыңыз.",
        "Nobody has put this into Kazakh. " * 25,
        "",
        "not written in",
    ),
    "a checklist of an English text that has changed": Broken(
        SHEET["en"], "Name the owner of the system, 3", "Name its owner, 3", "", "has changed", SHEET["ru"]
    ),
    "a checklist without its stamp": Broken(
        SHEET["ru"], "source_hash", "# source_hash", "title", "is missing"
    ),
    "a checklist with no title": Broken(
        SHEET["ru"], "title:", "caption:", "caption", "“caption” is not known here"
    ),
    "a number for a text": Broken(
        "courses/sample/course.yaml", 'version: "1.0"', "version: 1.0", "version", "string"
    ),
    "a folder that is not the bank's id": Broken(
        "question_banks/sample-live/bank.yaml", "id: sample-live", "id: live", "id:", "name of its folder"
    ),
    "a stray file": Broken("question_banks/sample-live/items/notes.txt", "", "x", "x", "nothing refers"),
    "a module without its folder": Broken(
        "courses/sample/course.yaml", "[m01-roles]", "[m01-roles, m02]", "modules", "has no m02/module.yaml"
    ),
    "a lesson without its files": Broken(
        f"{MODULE}/module.yaml", "[01-owner]", "[01-owner, 02-user]", "lessons", "02-user.kk.md is missing"
    ),
    "a reference nobody cites": Broken(
        f"{MODULE}/module.yaml",
        "  - id: law\n",
        '  - {id: eu, title: {kk: "Акт", ru: "Акт", en: "Act"}, where: "EU", retrieved: 2026-11-23}\n  - id: law\n',
        "id: eu",
        "no lesson cites",
    ),
    "a term twice": Broken(
        GLOSSARY,
        "- id: owner",
        '- id: owner\n  kk: {term: "Иә", text: "Иә"}\n  ru: {term: "Да", text: "Да"}\n'
        '  en: {term: "Yes", text: "Yes"}\n- id: owner # again',
        "again",
        "stands already",
    ),
    "a term in another alphabet": Broken(GLOSSARY, '"Owner"', '"Иегер"', "Иегер", "written in Cyrillic"),
    "a raw tag in a lesson": Broken(KK, "| 1 |", "| <b>1</b> |", "<b>", "raw HTML"),
    "a block of HTML": Broken(KK, "::: case", "<script>\n\n::: case", "<script>", "raw HTML"),
    "an image of elsewhere": Broken(
        KK, "figures/roles.svg", "https://example.org/x.svg", "example.org", "a figure is figures/<name>.svg"
    ),
    "a figure outside of its folder": Broken(
        KK, "figures/roles.svg", "figures/../../secret.svg", "secret", "a figure is figures/<name>.svg"
    ),
    "a figure without a caption": Broken(KK, ' "1-сурет"', "", "![]", "no caption"),
    "a figure in a sentence": Broken(KK, "![](figures", "Міне ![](figures", "Міне", "stands alone"),
    "a figure that does not exist": Broken(KK, "roles.svg", "rules.svg", "rules.svg", "no figure “rules”"),
    "a check that does not exist": Broken(
        KK, "check:owner-1", "check:owner-9", "owner-9", "no check “owner-9”"
    ),
    "a check left out": Broken(KK, "[[check:owner-1]]\n", "", "title:", "“owner-1” does not stand"),
    "a check twice": Broken(
        KK,
        "[[check:owner-1]]\n",
        "[[check:owner-1]]\n\n[[check:owner-1]] \n",
        "[[check:owner-1]] ",
        "stands twice",
    ),
    "a check in a sentence": Broken(KK, "[[check", "Міне [[check", "Міне", "stands alone"),
    "a term that does not exist": Broken(
        KK, "(term:owner)", "(term:holder)", "term:holder", "no term “holder”"
    ),
    "a link that shows another word": Broken(
        KK, "[меншік иесі](term", "[иегердің](term", "(term:owner)", "shows “иегердің”, and its term is"
    ),
    "a term that one language does not explain": Broken(
        KK, "[меншік иесі](term:owner)", "меншік иесі", "title", "no link explains “owner”, as English does"
    ),
    "a term that is said otherwise in a figure": Broken(
        WORDS, 'kk: "Меншік иесі"', 'kk: "Иегер"', "title:", "“Меншік иесі” stands nowhere here"
    ),
    "a term that is said otherwise in a lesson": Broken(
        GLOSSARY, 'term: "Собственник"', 'term: "Хранитель"', "", "“Хранитель” stands nowhere here", RU
    ),
    "a word the glossary refuses": Broken(
        RU, "Владелец ведёт", "Хозяин ведёт", "Хозяин", "the glossary says “Собственник”, not “хозяин”"
    ),
    "a lesson that takes no time": Broken(EN, "minutes: 20", "minutes: 2", "minutes", "words in 2 minutes"),
    "lessons longer than their module": Broken(
        f"{MODULE}/module.yaml", "hours: 2", "hours: 0.3", "hours", "take 20 minutes, longer than the module"
    ),
    "a check that asks what a live item asks": Broken(
        CHECKS,
        'en: "Who manages the risk?"',
        'en: "System d1-001: who must manage its risk?"',
        "System d1-001",
        "like that of the live item d1-001",
    ),
    "a translation that is padded": Broken(KK, KAZAKH, KAZAKH * 9, "", "% of the English"),
    "a Russian sentence in a Kazakh text": Broken(
        KK,
        "\n:::\n",
        " Владелец ведёт реестр рисков и каждую неделю просматривает его вместе с людьми.\n:::\n",
        "",
        "no Kazakh letter: Владелец",
    ),
    "a reference without its date": Broken(
        f"{MODULE}/module.yaml", "    retrieved: 2026-11-23\n", "", "- id: law", "retrieved” is missing"
    ),
    "a reference that does not exist": Broken(KK, "[^law]", "[^act]", "[^act]", "no reference “act”"),
    "a bad reference": Broken(KK, "[^law]", "[^Law]", "[^Law]", "this is no reference"),
    "a link that runs a script": Broken(
        KK, "(term:owner)", "(http://example.org)", "http:", "neither https:// nor term:"
    ),
    "an unknown container": Broken(KK, "::: case", "::: example", "::: example", "is not known"),
    "a container left open": Broken(KK, "\n:::\n", "\n", "::: case", "never closed"),
    "stars that do nothing": Broken(KK, "**меншік иесі.**", "** меншік иесі.**", "** ", "anything bold"),
    "a heading of the first level": Broken(KK, "## Бір рөл", "# Бір рөл", "# Бір", "headings are ## or ###"),
    "a heading of another level": Broken(KK, "### Мысал", "## Мысал", "## Мысал", "here is a heading ##, in"),
    "a heading left out": Broken(
        KK, "### Мысал\n", "", "::: case", "here is a case, in English a heading ###"
    ),
    "a table of another size": Broken(
        KK, "| 1 |", "| 1 |\n| меншік иесі | 2 |", "| № |", "2 rows, in English"
    ),
    "code": Broken(KK, "::: case", "`x`\n\n::: case", "`x`", "a code span is not allowed"),
    "emphasis": Broken(KK, "::: case", "Бұл *x*\n\n::: case", "*x*", "use **bold**"),
    "no front matter": Broken(KK, "---\ntitle", "title", "title", "begins with its front matter"),
    "an unknown key in front matter": Broken(
        KK, "minutes: 20", "minutes: 20\nauthor: x", "author", "not known"
    ),
    "other minutes": Broken(KK, "minutes: 20", "minutes: 21", "minutes", "English says 20 minutes"),
    "an outcome that does not exist": Broken(
        KK, "[m1-o1]", "[m1-o1, m1-o2]", "outcomes", "no outcome “m1-o2”"
    ),
    "a stale translation": Broken(EN, ENGLISH, ENGLISH.upper(), "source_hash", "has changed since", KK),
    "no stamp": Broken(KK, "source_hash: ", "# source_hash: ", "title:", "“source_hash” is missing"),
    "an English text too short": Broken(
        EN, ENGLISH * 20, ENGLISH, "title:", "in English 900 to 1800 are right"
    ),
    "a translation too short": Broken(RU, RUSSIAN * 20, RUSSIAN, "title:", "fewer than 65 %"),
    "a translation in English": Broken(RU, RUSSIAN, ENGLISH, ENGLISH[:40], "not written in Cyrillic"),
    "a check with two choices": Broken(
        CHECKS,
        '      - id: c\n        text: {kk: "Тек дәрігер", ru: "Только врач", en: "Only the doctor"}\n'
        '        feedback: {kk: "Жоқ.", ru: "Нет.", en: "No."}\n',
        "",
        "choices:",
        "at least 3",
    ),
    "a check's key that is no choice": Broken(
        CHECKS, "key: [b]", "key: [d]", "key:", "no choice of this check"
    ),
    "a check with two keys": Broken(CHECKS, "key: [b]", "key: [a, b]", "key:", "exactly one key"),
    "a token without words": Broken(SVG, "{owner}", "{user}", "{user}", "has no words in roles.yaml"),
    "words without a token": Broken(
        WORDS,
        "  owner:",
        '  user: {kk: "Иә", ru: "Да", en: "Yes"}\n  owner:',
        "  user:",
        "has no token {user}",
    ),
    "words in a drawing": Broken(SVG, "{owner}", "Owner", ">Owner<", "words are {tokens}"),
    "a script in a drawing": Broken(
        SVG, "  <path", "  <script>x()</script>\n  <path", "<script", "<script> is not"
    ),
    "a style in a drawing": Broken(
        SVG, 'x="2"', 'style="fill:red" x="2"', "style=", "“style” is not allowed"
    ),
    "a handler in a drawing": Broken(
        SVG, 'x="2"', 'onclick="x()" x="2"', "onclick", "“onclick” is not allowed"
    ),
    "a picture in a drawing": Broken(
        SVG, "  <path", '  <image href="x.png"/>\n  <path', "<image", "<image> is not"
    ),
    "an address in a drawing": Broken(SVG, 'd="M130 98v28"', 'd="url(#x)"', "url(", "more than numbers"),
    "an unknown class in a drawing": Broken(
        SVG, '"box on"', '"red"', '"red"', "the class “red” is not known"
    ),
    "a drawing too wide": Broken(SVG, "0 0 400 100", "0 0 431 100", "viewBox", "at most 430"),
    "a drawing with a width": Broken(
        SVG, "viewBox", 'width="9" viewBox', "width=", "“width” is not allowed on <svg>"
    ),
    "a drawing that is no XML": Broken(SVG, "</text>", "", "</svg>", "XML"),
    "a course folder that is not its id": Broken(
        "courses/sample/course.yaml", "id: sample", "id: simple", "id:", "name of its folder"
    ),
    "a module folder that is not its id": Broken(
        f"{MODULE}/module.yaml", "id: m01-roles", "id: m01", "id:", "name of its folder"
    ),
    "a module twice": Broken(
        "courses/sample/course.yaml", "[m01-roles]", "[m01-roles, m01-roles]", "modules", "stands twice"
    ),
    "a lesson twice": Broken(
        f"{MODULE}/module.yaml", "[01-owner]", "[01-owner, 01-owner]", "lessons", "stands twice"
    ),
    "an outcome twice": Broken(
        f"{MODULE}/module.yaml",
        "lessons:",
        '  - {id: m1-o1, kk: "Атайды", ru: "Знает", en: "Know it"} # again\nlessons:',
        "again",
        "the outcome “m1-o1” stands already in",
    ),
    "a reference twice": Broken(
        f"{MODULE}/module.yaml",
        "  - id: law\n",
        '  - {id: law, title: {kk: "Заң", ru: "Закон", en: "Law"}, where: "KZ", retrieved: 2026-11-23}\n  - id: law # again\n',
        "again",
        "the reference “law” stands twice",
    ),
    "a module that cannot be read": Broken(
        f"{MODULE}/module.yaml", "hours: 2", "hours: much", "hours", "“hours”"
    ),
    "hours that are no number": Broken(
        f"{MODULE}/module.yaml", "hours: 2", "hours: .inf", "hours", "decimal"
    ),
    "a stray file beside the banks": Broken(
        "question_banks/notes.txt", "", "x", "x", "only folders stand here"
    ),
    "a source hash in English": Broken(
        EN, "minutes: 20", "minutes: 20\nsource_hash: 0123456789abcdef", "source_hash", "it is the source"
    ),
    "a figure twice": Broken(
        KK,
        "| Бір рөл",
        '![](figures/roles.svg "Тағы")\n\n| Бір рөл',
        "Тағы",
        "the figure “roles” stands twice",
    ),
    "a figure that no lesson shows": Broken(
        KK, '![](figures/roles.svg "1-сурет")', "", "| Бір рөл", "here is a table"
    ),
    "HTML in a caption": Broken(KK, "1-сурет", "<b>1</b>", "<b>", "HTML is not allowed in a caption"),
    "words in place of a figure": Broken(KK, "![](", "![рөлдер](", "рөлдер](", "stand in its .yaml"),
    "a case in a case": Broken(
        KK, "::: case", "::: case\n::: note", "::: note", "stands inside the one of line"
    ),
    "a container that closes nothing": Broken(KK, "\n:::\n", "\n:::\n\n:::\n", "", "closes nothing"),
    "a ### heading before any ##": Broken(KK, "## Бір рөл", "### Бір рөл", "### Бір", "needs a ## heading"),
    "a table at the end that English lacks": Broken(
        KK, "\n:::\n", "\n:::\n\n| а | ә |\n| --- | --- |\n", "| а | ә |", "in English nothing more"
    ),
    "choices of a check out of order": Broken(CHECKS, "- id: c", "- id: d", "choices:", "in this order"),
    "a check's key named twice": Broken(CHECKS, "key: [b]", "key: [b, b]", "key:", "names a choice twice"),
    "a multiple check with one key": Broken(
        CHECKS, "type: single", "type: multiple", "key:", "at least two keys"
    ),
    "two equal choices of a check": Broken(
        CHECKS, "The owner", "Nobody", "Меншік", "two choices say the same"
    ),
    "none of the above in a check": Broken(CHECKS, "The owner", "None of the above", "None", "not answers"),
    "a check that cannot be read": Broken(CHECKS, "type: single", "type: essay", "type", "“checks.0.type”"),
    "an empty bank": Broken(
        "question_banks/empty/bank.yaml",
        "",
        'id: empty\npurpose: practice\nspecimen: false\nversion: "1.0"\n'
        'title: {kk: "Бос", ru: "Пусто", en: "Empty"}\n',
        "id: empty",
        "no item that can be read",
    ),
    "a bank without its file": Broken(
        "question_banks/empty/items/x.yaml", "", "id: x", "", "is missing", "question_banks/empty/bank.yaml"
    ),
}
