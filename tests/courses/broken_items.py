"""One broken file of a bank for each thing the content check says of banks."""

from tests.courses.broken_files import CASE, ITEM, LIVE, OTHER, Broken

BANK = "question_banks/sample-live/bank.yaml"
BLUEPRINT = """version: "1.0"
blueprint:
  forms: 2
  domains: {{D1: {d1}}}
  cognitive: {{apply: {apply}}}
  case_share: {case}
"""

BROKEN_ITEMS = {
    "a blueprint the bank cannot fill": Broken(
        BANK,
        'version: "1.0"',
        BLUEPRINT.format(d1=2, case=50, apply=100),
        "D1",
        "3 items of D1; 2 forms need 4",
    ),
    "a domain that is on no form": Broken(
        BANK,
        'version: "1.0"',
        BLUEPRINT.format(d1=1, case=50, apply=100).replace("D1: 1", "D2: 1"),
        "domains",
        "the bank has 3 items of D1, the blueprint none",
    ),  # fmt: skip
    "too few case sets": Broken(
        BANK, 'version: "1.0"', BLUEPRINT.format(d1=1, case=70, apply=100), "case_share", "at least 70 %"
    ),
    "a cognitive mix that is off": Broken(
        BANK,
        'version: "1.0"',
        BLUEPRINT.format(d1=1, case=50, apply=90),
        "cognitive",
        "100 % of the items are “apply”; 90 %",
    ),
    "YAML syntax": Broken(ITEM, "domain: D1", "domain: [D1", "tasks:", "YAML"),
    "an unknown key": Broken(ITEM, "points: 1", "points: 1\npiont: 2", "piont", "“piont” is not known here"),
    "a missing key": Broken(ITEM, "points: 1\n", "", "id: m01", "“points” is missing"),
    "a missing language": Broken(
        ITEM, '  ru: "Система m01-001: кто обязан управлять риском?"\n', "", "stem:", "“stem.ru” is missing"
    ),
    "a blank language": Broken(
        ITEM, 'ru: "Система m01-001: кто обязан управлять риском?"', 'ru: " "', 'ru: " "', "blank"
    ),
    "a wrong word": Broken(ITEM, "cognitive: apply", "cognitive: recall", "cognitive", "“cognitive”"),
    "a key twice": Broken(ITEM, "points: 1", "points: 1\npoints: 2", "points: 2", "stands twice"),
    "an id that is not the file's name": Broken(
        ITEM, "id: m01-001", "id: m01-009", "id: m01-009", "name of its"
    ),
    "a key that is no choice": Broken(ITEM, "key: [b]", "key: [e]", "key:", "“e” is no choice"),
    "two keys of a single": Broken(ITEM, "key: [b]", "key: [a, b]", "key:", "exactly one key"),
    "one key of a multiple": Broken(ITEM, "type: single", "type: multiple", "key:", "at least two keys"),
    "a key named twice": Broken(ITEM, "key: [b]", "key: [b, b]", "key:", "names a choice twice"),
    "three choices of an item": Broken(
        LIVE,
        '  - id: d\n    text: {kk: "Мейірбике ғана", ru: "Лишь медсестра", en: "Just the nurse"}\n'
        '    rationale: {kk: "Жоқ.", ru: "Нет.", en: "No."}\n',
        "",
        "choices:",
        "a, b, c, d in this order",
    ),
    "choices out of order": Broken(ITEM, "- id: d", "- id: c", "choices:", "a, b, c, d in this order"),
    "two equal choices": Broken(
        ITEM, "Just the nurse", "Nobody", "Лишь медсестра", "two choices say the same"
    ),
    "none of the above (en)": Broken(ITEM, "Just the nurse", "None of the above", "None of", "not answers"),
    "all of the above (ru)": Broken(ITEM, "Лишь медсестра", "Всё перечисленное", "Всё", "not answers"),
    "all of the above (kk)": Broken(ITEM, "Мейірбике ғана", "Аталғандардың бәрі", "Атал", "not answers"),
    "a practice item without a module": Broken(ITEM, "module: M1\n", "", "id: m01", "belongs to a module"),
    "a live item with a module": Broken(
        LIVE, "domain: D1", "module: M1\ndomain: D1", "module", "practice items"
    ),
    "an author who reviews": Broken(
        ITEM, "reviewer: reviewer-1", "reviewer: author-1", "roles:", "the author"
    ),
    "an enemy that does not exist": Broken(
        ITEM, "[m01-002]", "[m01-002, m01-007]", "enemies", "no item of this"
    ),
    "an enemy that does not agree": Broken(OTHER, "[m01-001]", "[]", "enemies", "in return", ITEM),
    "an item that is its own enemy": Broken(
        ITEM, "[m01-002]", "[m01-002, m01-001]", "enemies", "its own enemy"
    ),
    "an id twice in a bank": Broken(CASE, "id: c1-001-2", "id: c1-001-1 # again", "again", "stands already"),
    "a case's item with a foreign id": Broken(CASE, "id: c1-001-2", "id: c9-001-2", "c9", "that of its case"),
    "a stem twice": Broken(OTHER, "System m01-002:", "System m01-001:", "System m01-001", "is like that in"),
    "a live stem in practice": Broken(
        ITEM, "Система m01-001:", "Система d1-001:", "Система d1-001", "of a live item in"
    ),
    "HTML in a stem": Broken(ITEM, "System m01-001:", "<b>System</b>:", "<b>", "HTML is not allowed"),
    "a mixed alphabet": Broken(ITEM, "Система m01", "Cистема m01", "Cистема", "mixes Latin and Cyrillic"),
    "English in Cyrillic": Broken(CASE, "A bank lends money.", "Банк", 'en: "Банк"', "written in Cyrillic"),
    "a term that is said otherwise in an item": Broken(
        ITEM, 'ru: "Собственник"', 'ru: "Обладатель"', "Система m01-001", "“Собственник” stands nowhere here"
    ),
    "a refused word in an item": Broken(
        LIVE, "Никто", "Хозяина нет", "Хозяина", "the glossary says “Собственник”, not “хозяин”"
    ),
    "a task that nobody has": Broken(ITEM, "tasks: [T1]", "tasks: [T13]", "T13", "“tasks"),
    "a key that rests on a figure of one year": Broken(
        ITEM, "The owner", "100 MCI", "id: m01-001", "a figure of one year"
    ),
    "a byte order mark": Broken(ITEM, "id: m01", "\ufeffid: m01", "id: m01", "byte order mark"),
    "a key that is no word": Broken(
        ITEM, "points: 1", "points: 1\n? [a]\n: 1", "? [a]", "a key must be a word"
    ),
    "a day that does not exist": Broken(
        ITEM, "enemies:", "valid_until: 2027-02-30\nenemies:", "valid_until", "is not a value"
    ),
    "a carriage return": Broken(ITEM, "points: 1", "points: 1\r", "points", "carriage return"),
    "decomposed letters": Broken(ITEM, "Ешкім", "Еш\u0438\u0306", "Еш\u0438\u0306", "NFC"),
    "a hidden turn of direction": Broken(ITEM, "Nobody", "No\u202ebody", "\u202e", "control character"),
    "a type that practice does not show": Broken(
        ITEM, "type: single", "type: ordering", "module", "practice of a module does not show the type"
    ),
}
