"""Whether everything that is read speaks the words of the glossary, in each language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from app.courses.importer.reading import ReadCourse, ReadLesson, ReadText
from app.courses.importer.schemas import TermFile
from app.courses.rules import wording
from app.kernel.locales import LOCALES, Locale
from app.platform.content import Document, Place, Problem, Text
from app.question_banks.importer.reading import ReadBank


@dataclass(frozen=True, slots=True)
class Said:
    """A text in one language and where it stands."""

    path: str
    line: int
    text: str
    words: str
    """The text as the rules of wording want it."""


Parallel = Mapping[Locale, Sequence[Said]]
"""A lesson, a check, a figure or an item in each language, text by text; a missing language is empty."""


def check_wording(courses: Sequence[ReadCourse], banks: Sequence[ReadBank]) -> None:
    """Look at the links to the glossary, and hold courses and banks to its words.

    A bank belongs to no course, so it is held to the terms of all of them.
    """
    everywhere: dict[str, TermFile] = {}
    for course in courses:
        everywhere |= course.glossary
        for module in course.modules:
            for lesson in module.lessons:
                _check_links(lesson, course.glossary)
        for parallel in _said_in(course):
            course.document.problems.extend(_problems(parallel, course.glossary))
    for bank in banks:
        for parallel in _said_in_bank(bank):
            bank.document.problems.extend(_problems(parallel, everywhere))


def _check_links(lesson: ReadLesson, glossary: Mapping[str, TermFile]) -> None:
    """A link shows its term, and each language explains the same ones."""
    english = lesson.texts.get(Locale.EN)
    for locale, text in lesson.texts.items():
        linked = {link.id for link in text.body.terms}
        for link in text.body.terms:
            term = glossary[link.id].in_language(locale).term if link.id in glossary else link.shown
            if not wording.shows(link.shown, term):
                text.complain(link.line, f"the link shows “{link.shown}”, and its term is “{term}”")
        for link in english.body.terms if english else []:
            if link.id not in linked:
                linked.add(link.id)
                text.document.complain(f"no link explains “{link.id}”, as English does in line {link.line}")


def _problems(parallel: Parallel, glossary: Mapping[str, TermFile]) -> Iterator[Problem]:
    """Where English says a term the others say theirs, and nobody says what the glossary refuses."""
    for locale, texts in parallel.items():
        said = {word: t.term for t in (e.in_language(locale) for e in glossary.values()) for word in t.never}
        for one in texts:
            word = wording.refused_word(one.text, said)
            if word is not None:
                yield Problem(one.path, one.line, f"the glossary says “{said[word]}”, not “{word}”")
    for entry in glossary.values():
        named = (one for one in parallel[Locale.EN] if wording.names_in_english(one.words, entry.en.term))
        english = None if entry.everyday else next(named, None)
        for locale in (Locale.KK, Locale.RU) if english else ():
            texts, term = parallel[locale], entry.in_language(locale).term
            if english and texts and not wording.uses("".join(one.words for one in texts), term):
                where = f"{english.path}:{english.line}"
                message = f"“{term}” stands nowhere here; {where} says “{entry.en.term}”"
                yield Problem(texts[0].path, texts[0].line, message)


def _said_in(course: ReadCourse) -> Iterator[Parallel]:
    """Checklists, figures, lessons and their knowledge checks."""
    for module in course.modules:
        yield _said_by_texts(module.checklist)
        for figure in module.figures.values():
            yield _said_by_yaml(figure.document, figure.file)
        for lesson in module.lessons:
            said = _said_by_texts(lesson.texts)
            if lesson.checks_document is not None:
                checks = _said_by_yaml(lesson.checks_document, lesson.checks, ("checks",))
                said = {locale: [*said[locale], *checks[locale]] for locale in LOCALES}
            yield said


def _said_in_bank(bank: ReadBank) -> Iterator[Parallel]:
    """Items, and the texts that those of a case share."""
    for item in bank.items:
        yield _said_by_yaml(item.document, item.file, item.place)
    cases = {item.document.path: (item.document, item.stimulus) for item in bank.items if item.stimulus}
    for document, stimulus in cases.values():
        yield _said_by_yaml(document, stimulus.text, ("stimulus",))


def _said_by_texts(texts: Mapping[Locale, ReadText[Any]]) -> Parallel:
    said: dict[Locale, list[Said]] = {locale: [] for locale in LOCALES}
    for locale, read in texts.items():
        for line, text in ((read.document.line("title"), read.head.title), *read.body.passages):
            said[locale].append(Said(read.document.path, line, text, wording.line_of(text)))
    return said


def _said_by_yaml(document: Document, file: BaseModel | Sequence[BaseModel], place: Place = ()) -> Parallel:
    found = list(_texts_of(file, place))
    return {locale: [_said(document, locale, text, where) for where, text in found] for locale in LOCALES}


def _said(document: Document, locale: Locale, text: Text, place: Place) -> Said:
    said = text.by_locale()[locale]
    return Said(document.path, document.line(*place, str(locale)), said, wording.line_of(said))


def _texts_of(value: object, place: Place) -> Iterator[tuple[Place, Text]]:
    """Every text in three languages that a file holds, with its place."""
    if isinstance(value, Text):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts_of(getattr(value, name), (*place, name))
    elif isinstance(value, dict):
        for name, inside in value.items():
            yield from _texts_of(inside, (*place, name))
    elif isinstance(value, list):
        for index, inside in enumerate(value):
            yield from _texts_of(inside, (*place, index))
