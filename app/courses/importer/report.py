"""What the content holds, counted: by module, domain, language, cognitive level and place of the key."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

from app.courses.importer.check import Content
from app.courses.importer.reading import ReadCourse, ReadModule
from app.kernel.locales import LOCALES
from app.question_banks.importer.reading import REVIEW, ReadBank
from app.question_banks.importer.schemas import CHOICES
from app.question_banks.rules import ItemType, key_is_longest, key_is_shortest

_ADDRESS = re.compile(r"^- `([^`:]+):(\d+)`", re.MULTILINE)
_RECORDED = re.compile(r"^\| `([^`]+)` \| \d{4}-\d{2}-\d{2} \|", re.MULTILINE)


def report(content: Content, root: Path) -> dict[str, Any]:
    """The counts, as plain values. ``root``: the folder that was read."""
    practice = Counter(
        item.file.module for bank in content.banks for item in bank.items if item.file.module is not None
    )
    return {
        "courses": [_course(course, practice) for course in content.courses],
        "banks": [_bank(bank) for bank in content.banks],
        "review": _review(root),
    }


def _review(root: Path) -> dict[str, Any]:
    """Which files have a record of a second reading, which have none, and what it says of lines that are not.

    ``open``: the questions left for a native specialist or a lawyer; ``lost``: those whose line is not there.
    """
    record = root / "courses" / REVIEW
    said = record.read_text(encoding="utf-8") if record.is_file() else ""
    recorded, questions = set(_RECORDED.findall(said)), _ADDRESS.findall(said)
    files = {
        path.relative_to(root).as_posix()
        for folder in ("courses", "question_banks")
        for path in (root / folder).glob("*/**/*.*")
        if path.suffix in {".md", ".yaml"}
    }
    return {
        "files": len(files),
        "reviewed": len(files & recorded),
        "without": sorted(files - recorded),
        "gone": sorted(recorded - files),
        "open": len(questions),
        "lost": [f"{path}:{line}" for path, line in questions if not _has_line(root / path, int(line))],
    }


def _has_line(path: Path, line: int) -> bool:
    return path.is_file() and 1 <= line <= len(path.read_text(encoding="utf-8").splitlines())


def _course(course: ReadCourse, practice: Counter[str]) -> dict[str, Any]:
    modules = [_module(module, practice) for module in course.modules]
    return {
        "id": course.file.id,
        "lessons": sum(module["lessons"] for module in modules),
        "minutes": sum(module["minutes"] for module in modules),
        "terms": len(course.glossary),
        "words": {str(locale): sum(module["words"][str(locale)] for module in modules) for locale in LOCALES},
        "modules": modules,
    }


def _module(module: ReadModule, practice: Counter[str]) -> dict[str, Any]:
    texts = [lesson.texts for lesson in module.lessons]
    english = [by_locale[LOCALES[-1]] for by_locale in texts if LOCALES[-1] in by_locale]
    return {
        "code": module.file.code,
        "id": module.file.id,
        "lessons": len(module.lessons),
        "minutes": sum(text.head.minutes for text in english),
        "checks": sum(len(lesson.checks) for lesson in module.lessons),
        "lessons_without_terms": [
            lesson.slug
            for lesson in module.lessons
            if not any(text.body.terms for text in lesson.texts.values())
        ],
        "figures": len(module.figures),
        "cases": sum(mark.what.startswith("a case") for text in english for mark in text.body.structure),
        "checklist": len(module.checklist) == len(LOCALES),
        "references": len(module.file.references),
        "practice_items": practice[module.file.code],
        "words": {
            str(locale): sum(by_locale[locale].body.word_count for by_locale in texts if locale in by_locale)
            for locale in LOCALES
        },
    }


def _bank(bank: ReadBank) -> dict[str, Any]:
    items = [item.file for item in bank.items]
    singles = [item for item in items if item.type is ItemType.SINGLE]
    lengths = {
        str(locale): [
            ({str(c.id): len(c.text.by_locale()[locale]) for c in item.choices}, item.key[0])
            for item in singles
        ]
        for locale in LOCALES
    }
    tasks = Counter(task for item in items for task in item.tasks)
    return {
        "id": bank.file.id,
        "purpose": str(bank.file.purpose),
        "specimen": bank.file.specimen,
        "items": len(items),
        "in_case_sets": sum(item.stimulus is not None for item in bank.items),
        "multiple": sum(item.type is ItemType.MULTIPLE for item in items),
        "dated": sum(item.valid_until is not None for item in items),
        "domains": dict(sorted(Counter(item.domain for item in items).items())),
        "cognitive": dict(sorted(Counter(str(item.cognitive) for item in items).items())),
        "tasks": dict(sorted(tasks.items(), key=lambda counted: int(counted[0][1:]))),
        "keys": {place: sum(item.key == [place] for item in singles) for place in CHOICES},
        "key_is_longest": {name: sum(key_is_longest(*one) for one in lengths[name]) for name in lengths},
        "key_is_shortest": {name: sum(key_is_shortest(*one) for one in lengths[name]) for name in lengths},
    }
