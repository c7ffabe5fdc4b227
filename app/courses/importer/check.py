"""What must hold in a course beyond the shape of its files. Each check notes its problems at their line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from app.courses.importer.reading import ReadCourse, ReadLesson, ReadModule, ReadText, read_courses
from app.courses.importer.schemas import CheckFile, ChecklistHead, LessonHead
from app.courses.importer.wording import check_wording
from app.courses.rules import lessons as rules
from app.kernel.locales import LOCALES, Locale
from app.kernel.writing import alphabet_fault, holds_markup, plain_words
from app.platform.content import Document, Problem, Reader
from app.question_banks.importer.check import check_banks, outdated
from app.question_banks.importer.reading import ReadBank, read_banks
from app.question_banks.rules import BankPurpose, alike, refers_to_other_choices

H = TypeVar("H", LessonHead, ChecklistHead)


@dataclass(frozen=True, slots=True)
class Content:
    """Everything under a content root. Fit to be stored when ``problems`` is empty.

    ``outdated``: items to be written anew since time went by; they hinder nothing.
    """

    courses: list[ReadCourse]
    banks: list[ReadBank]
    problems: list[Problem]
    outdated: list[Problem]

    @property
    def size(self) -> int:
        """How many items and lessons there are to store."""
        items = sum(len(bank.items) for bank in self.banks)
        return items + sum(len(module.lessons) for course in self.courses for module in course.modules)


def read_content(root: Path, *, today: date) -> Content:
    """Read and check ``root/courses`` and ``root/question_banks``; ``today`` judges what is out of date."""
    reader = Reader(root)
    if not (root / "courses").is_dir() and not (root / "question_banks").is_dir():
        reader.problems.append(Problem(".", 1, "neither courses/ nor question_banks/ stands here"))
    courses = read_courses(reader, root / "courses")
    banks = read_banks(reader, root / "question_banks")
    for course in courses:
        check_course(course)
    check_banks(banks)
    check_wording(courses, banks)
    for course in courses:
        _check_stems(course, banks)
    return Content(courses, banks, sorted(set(reader.problems)), outdated(banks, today=today))


def check_course(course: ReadCourse) -> None:
    """Look at everything in a course."""
    _check_unique(course)
    for module in course.modules:
        _check_module(module)
        _check_figures(module)
        _check_checklist(module)
        for lesson in module.lessons:
            for locale, text in lesson.texts.items():
                _check_text(text, locale, lesson, module)
                _check_links(text, lesson, module, course)
            _check_parallel(lesson.texts)
            if not lesson.checks and lesson.checks_document is None:
                module.document.complain(f"the lesson “{lesson.slug}” has no knowledge check", "lessons")
            for index, check in enumerate(lesson.checks):
                if lesson.checks_document is not None:
                    _check_check(check, lesson.checks_document, index)


def _check_unique(course: ReadCourse) -> None:
    """Codes of modules, and ids of outcomes and checks, stand once in a course."""
    seen: dict[tuple[str, str], str] = {}

    def once(kind: str, name: str, document: Document, *place: str | int) -> None:
        here = f"{document.path}:{document.line(*place)}"
        there = seen.setdefault((kind, name), here)
        if there != here:
            document.complain(f"the {kind} “{name}” stands already in {there}", *place)

    for module in course.modules:
        once("code", module.file.code, module.document, "code")
        for index, outcome in enumerate(module.file.outcomes):
            once("outcome", outcome.id, module.document, "outcomes", index, "id")
        for lesson in module.lessons:
            if lesson.checks_document is not None:
                for index, check in enumerate(lesson.checks):
                    once("check", check.id, lesson.checks_document, "checks", index, "id")


def _check_module(module: ReadModule) -> None:
    """References are named once and cited somewhere; the lessons take no longer than the module."""
    texts = [lesson.texts[Locale.EN] for lesson in module.lessons if Locale.EN in lesson.texts]
    minutes = sum(text.head.minutes for text in texts)
    if minutes > 60 * module.file.hours:
        module.document.complain(f"the lessons take {minutes} minutes, longer than the module", "hours")
    ids = [reference.id for reference in module.file.references]
    cited = {
        id_ for lesson in module.lessons for text in lesson.texts.values() for id_, _ in text.body.references
    }
    for index, id_ in enumerate(ids):
        if id_ in ids[:index]:
            module.document.complain(f"the reference “{id_}” stands twice", "references", index, "id")
        elif id_ not in cited and all(len(lesson.texts) == len(LOCALES) for lesson in module.lessons):
            module.document.complain(f"no lesson cites the reference “{id_}”", "references", index, "id")


def _check_figures(module: ReadModule) -> None:
    """Drawings hold what is allowed; their tokens are the words of the .yaml; a lesson shows each."""
    shown = {f.name for lesson in module.lessons for text in lesson.texts.values() for f in text.body.figures}
    for name, figure in module.figures.items():
        drawing, document = figure.drawing, figure.document
        for line, message in drawing.faults:
            document.problems.append(Problem(figure.svg_path, line, message))
        for token, line in drawing.tokens.items():
            if token not in figure.file.texts:
                message = f"the token {{{token}}} has no words in {name}.yaml"
                document.problems.append(Problem(figure.svg_path, line, message))
        for token in figure.file.texts:
            if token not in drawing.tokens and not drawing.faults:
                document.complain(f"the drawing has no token {{{token}}}", "texts", token)
        if name not in shown:
            document.complain("no lesson shows this figure")


def _check_checklist(module: ReadModule) -> None:
    """A page to print: headings and lists, the same in each language, and short enough for one sheet."""
    english = module.checklist.get(Locale.EN)
    for locale, sheet in module.checklist.items():
        for line, message in sheet.body.faults:
            sheet.complain(line, message)
        body = sheet.body
        for line in [line for _, line in (*body.checks, *body.references)] + [
            link.line for link in body.terms
        ]:
            sheet.complain(line, "a checklist holds no checks, terms or references: it is printed")
        for figure in body.figures:
            sheet.complain(figure.line, "a checklist holds no figures")
        _check_alphabet(sheet, locale)
        words = english.body.word_count if english else 0
        long = rules.length_fault(
            words=body.word_count, english_words=words, locale=locale, english=rules.CHECKLIST_WORDS
        )
        if long is not None:
            sheet.document.complain(long)
        lines, expected = body.list_items, english.body.list_items if english else body.list_items
        if lines != expected:
            sheet.document.complain(f"{lines} lines to tick, in English {expected}")
        _check_source(sheet, locale, english)
    _check_parallel(module.checklist)


def _check_alphabet(text: ReadText[H], locale: Locale) -> None:
    """The title and each passage are written in the letters of their language: nothing stays untranslated."""
    fault = alphabet_fault(text.head.title, locale)
    if fault is not None:
        text.document.complain(fault, "title")
    for line, said in text.body.passages:
        fault = alphabet_fault(said, locale)
        if fault is not None:
            text.complain(line, fault)


def _check_source(text: ReadText[H], locale: Locale, english: ReadText[H] | None) -> None:
    """A translation says which English text it was written from, and that text stands as it was."""
    head, document = text.head, text.document
    if locale is Locale.EN:
        if head.source_hash is not None:
            document.complain("the English text has no source_hash: it is the source", "source_hash")
    elif english is not None and head.source_hash is None:
        document.complain("“source_hash” is missing: `ceasai content stamp` writes it")
    elif english is not None and head.source_hash != english.own_hash:
        document.complain(
            "the English text has changed since this one was written: bring it up to date, then "
            "`ceasai content stamp`",
            "source_hash",
        )


def _check_text(text: ReadText[LessonHead], locale: Locale, lesson: ReadLesson, module: ReadModule) -> None:
    """A text is written in its language, as long as it should be, and from the English that stands now."""
    document, head, english = text.document, text.head, lesson.texts.get(Locale.EN)
    for line, message in text.body.faults:
        text.complain(line, message)
    _check_alphabet(text, locale)
    known = {outcome.id for outcome in module.file.outcomes}
    for index, outcome in enumerate(head.outcomes):
        if outcome not in known:
            document.complain(f"the module has no outcome “{outcome}”", "outcomes", index)
    words = text.body.word_count
    english_words = english.body.word_count if english else 0
    long = rules.length_fault(words=words, english_words=english_words, locale=locale)
    if long is not None:
        document.complain(long)
    _check_source(text, locale, english)
    pace = rules.pace_fault(words=english_words, minutes=head.minutes) if locale is Locale.EN else None
    if pace is not None:
        document.complain(pace, "minutes")
    if english is None:
        return
    if head.minutes != english.head.minutes:
        document.complain(f"English says {english.head.minutes} minutes", "minutes")
    if head.outcomes != english.head.outcomes:
        document.complain(f"English has the outcomes {', '.join(english.head.outcomes)}", "outcomes")


def _check_links(
    text: ReadText[LessonHead], lesson: ReadLesson, module: ReadModule, course: ReadCourse
) -> None:
    """Terms, references, figures and checks exist; no figure or check stands twice; no check is left out."""
    references = {reference.id for reference in module.file.references}
    for id_, line in text.body.references:
        if id_ not in references:
            text.complain(line, f"the module has no reference “{id_}”")
    for link in text.body.terms:
        if link.id not in course.glossary:
            text.complain(link.line, f"the glossary has no term “{link.id}”")
    for index, figure in enumerate(text.body.figures):
        if figure.name not in module.figures:
            text.complain(figure.line, f"there is no figure “{figure.name}” that can be read")
        if figure.name in {other.name for other in text.body.figures[:index]}:
            text.complain(figure.line, f"the figure “{figure.name}” stands twice")
        if holds_markup(figure.caption):
            text.complain(figure.line, "HTML is not allowed in a caption")
    known, standing = [check.id for check in lesson.checks], [id_ for id_, _ in text.body.checks]
    for index, (id_, line) in enumerate(text.body.checks):
        if id_ not in known:
            text.complain(line, f"{lesson.slug}.checks.yaml has no check “{id_}”")
        if id_ in standing[:index]:
            text.complain(line, f"the check “{id_}” stands twice")
    for id_ in known:
        if id_ not in standing:
            text.document.complain(f"the check “{id_}” does not stand in this text")


def _check_parallel(texts: Mapping[Locale, ReadText[H]]) -> None:
    """The languages have the same headings, figures, checks, cases and tables, in the same order."""
    english = texts.get(Locale.EN)
    if english is None:
        return
    expected = english.body.structure
    for locale, text in texts.items():
        found = text.body.structure
        at = rules.first_difference([mark.what for mark in expected], [mark.what for mark in found])
        if locale is Locale.EN or at is None:
            continue
        line = found[at].line if at < len(found) else (found[-1].line if found else 1)
        here = found[at].what if at < len(found) else "nothing more"
        there = f"{expected[at].what} (line {expected[at].line})" if at < len(expected) else "nothing more"
        text.complain(line, f"here is {here}, in English {there}")


def _check_stems(course: ReadCourse, banks: Sequence[ReadBank]) -> None:
    """No knowledge check asks what a live item asks."""
    checks = [
        (lesson.checks_document, index, check)
        for module in course.modules
        for lesson in module.lessons
        if lesson.checks_document is not None
        for index, check in enumerate(lesson.checks)
    ]
    live = [item for bank in banks if bank.file.purpose is BankPurpose.CERTIFICATION for item in bank.items]
    for locale in LOCALES:
        stems = [plain_words(item.file.stem.by_locale()[locale]) for item in live]
        stems += [plain_words(check.stem.by_locale()[locale]) for _, _, check in checks]
        for one, other in alike(stems):
            if one < len(live) <= other:
                document, index, _ = checks[other - len(live)]
                message = f"the stem is like that of the live item {live[one].file.id}"
                document.complain(message, "checks", index, "stem", str(locale))


def _check_check(check: CheckFile, document: Document, index: int) -> None:
    """The key names choices; choices are in order, differ, and answer for themselves."""
    for place, message in _faults_of(check):
        document.complain(message, "checks", index, *place)


def _faults_of(check: CheckFile) -> Iterator[tuple[Sequence[str | int], str]]:
    ids = [choice.id for choice in check.choices]
    if ids != ["a", "b", "c", "d"][: len(ids)]:
        yield ("choices",), "the choices are a, b, c and perhaps d, in this order"
    for at, chosen in enumerate(check.key):
        if chosen not in ids:
            yield ("key", at), f"the key “{chosen}” is no choice of this check"
    if len(set(check.key)) != len(check.key):
        yield ("key",), "the key names a choice twice"
    if check.type == "single" and len(check.key) != 1:
        yield ("key",), "a single-answer check has exactly one key"
    if check.type == "multiple" and not 2 <= len(set(check.key)) < len(ids):
        yield ("key",), "a multiple-response check has at least two keys and at least one other choice"
    for locale in LOCALES:
        texts = [choice.text.by_locale()[locale] for choice in check.choices]
        for at, text in enumerate(texts):
            if text in texts[:at]:
                yield ("choices", at, "text", locale), "two choices say the same"
            if refers_to_other_choices(text, locale):
                yield ("choices", at, "text", locale), "“all of the above” and the like are not answers"
