"""Stores checked content. Never commits, so that one failed write undoes the whole import."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from app.courses.importer import figures, markdown
from app.courses.importer.check import Content
from app.courses.importer.reading import ReadCourse, ReadLesson, ReadModule, ReadText
from app.courses.importer.schemas import CheckFile, ChecklistHead, LessonHead
from app.courses.models import Course, Lesson, LessonText, Module
from app.courses.rules.lessons import heading_ids
from app.courses.rules.search import normalise
from app.kernel.canonical import canonical_json, sha256_hex
from app.kernel.clock import Clock
from app.kernel.locales import LOCALES, Locale
from app.platform import audit
from app.platform.content import ContentError
from app.question_banks.rules import BankPurpose, may_build_forms
from app.question_banks.service import Loaded, load_bank, shared_stems

M = TypeVar("M", bound=SQLModel)


@dataclass(slots=True)
class Report:
    """What an import changed, by the name of the bank or course; ``refused``: specimen banks left out."""

    loaded: dict[str, Loaded]
    refused: list[str]

    @property
    def written(self) -> int:
        """Rows inserted or updated."""
        return sum(loaded.written for loaded in self.loaded.values())


def load_content(
    session: Session, clock: Clock, content: Content, *, demonstration: bool, step: Callable[[], None]
) -> Report:
    """Bring the database to what the files say; ``step`` is called once an item and once a lesson.

    Courses and banks that the files do not hold are left as they are: another folder may hold them. A
    specimen of a certification bank is left out unless this installation is a demonstration.

    Raises:
        ContentError: the content has problems; nothing is written.
    """
    problems = content.problems or shared_stems(session, content.banks)
    if problems:
        raise ContentError(problems)
    report = Report({}, [])
    for bank in content.banks:
        file = bank.file
        live = file.purpose is BankPurpose.CERTIFICATION
        if live and not may_build_forms(file.purpose, specimen=file.specimen, demonstration=demonstration):
            report.refused.append(file.id)
        else:
            report.loaded[f"question_banks/{file.id}"] = load_bank(session, clock, bank, step=step)
    for course in content.courses:
        report.loaded[f"courses/{course.file.id}"] = load_course(session, clock, course, step=step)
    return report


def load_course(session: Session, clock: Clock, course: ReadCourse, *, step: Callable[[], None]) -> Loaded:
    """Store a checked course. A second run with the same files writes nothing.

    A module or lesson that is no longer in the files is retired, so that progress on it is kept; one that
    comes back is taken up again.
    """
    load = _Load(session, clock.now(), course)
    for position, module in enumerate(course.modules, 1):
        load.module(module, position, step)
    load.retire_the_rest()
    load.seal()
    loaded = load.loaded
    if loaded.written:
        audit.record(
            session,
            clock,
            actor_id=None,
            action="course.imported",
            subject_kind="course",
            subject_id=load.row.id,
            new=loaded.new,
            changed=loaded.changed,
            retired=loaded.retired,
        )
    return loaded


class _Load:
    """One loading of one course: what the database knows, and what has been written so far."""

    def __init__(self, session: Session, now: datetime, course: ReadCourse) -> None:
        self.session, self.now, self.course, self.loaded = session, now, course, Loaded()
        file = course.file
        self.facts: dict[str, Any] = {
            "version": file.version,
            "level": file.level,
            "hours": str(file.hours),
            "title": file.title.by_locale(),
            "summary": file.summary.by_locale(),
            "glossary": [
                {"id": term.id} | {str(locale): term.in_language(locale).model_dump() for locale in LOCALES}
                for term in sorted(course.glossary.values(), key=lambda term: term.id)
            ],
        }
        self.said: list[Any] = [self.facts]
        row = session.scalars(select(Course).where(col(Course.slug) == file.id)).one_or_none()
        self.row = row or self._insert(Course(slug=file.id, content_hash="", imported_at=now, **self.facts))
        modules = session.scalars(select(Module).where(col(Module.course_id) == self.row.id)).all()
        ids = [module.id for module in modules]
        lessons = session.scalars(select(Lesson).where(col(Lesson.module_id).in_(ids))).all()
        texts = session.scalars(
            select(LessonText).where(col(LessonText.lesson_id).in_([lesson.id for lesson in lessons]))
        ).all()
        self.modules = {module.slug: module for module in modules}
        self.lessons = {(lesson.module_id, lesson.slug): lesson for lesson in lessons}
        self.texts = {(text.lesson_id, text.locale): text for text in texts}

    def module(self, module: ReadModule, position: int, step: Callable[[], None]) -> None:
        """Bring one module and its lessons to what their files say."""
        file = module.file
        facts: dict[str, Any] = {
            "code": file.code,
            "position": position,
            "hours": str(file.hours),
            "title": file.title.by_locale(),
            "summary": file.summary.by_locale(),
            "outcomes": [{"id": outcome.id, **outcome.by_locale()} for outcome in file.outcomes],
            "references": [
                {
                    "id": reference.id,
                    "title": reference.title.by_locale(),
                    "where": reference.where,
                    "retrieved": reference.retrieved.isoformat(),
                }
                for reference in file.references
            ],
            "checklist": {str(locale): _sheet(text, locale) for locale, text in module.checklist.items()},
        }
        row = self.modules.pop(file.id, None)
        if row is None:
            row = self._insert(Module(course_id=self.row.id, slug=file.id, **facts))
        else:
            self._bring(row, facts | {"retired_at": None})
        self.said.append([file.id, facts])
        for place, lesson in enumerate(module.lessons, 1):
            self._lesson(lesson, module, row.id, place)
            step()

    def _lesson(self, lesson: ReadLesson, module: ReadModule, module_id: UUID, position: int) -> None:
        facts: dict[str, Any] = {
            "position": position,
            "minutes": lesson.texts[Locale.EN].head.minutes,
            "check_ids": [id_ for id_, _ in lesson.texts[Locale.EN].body.checks],
            "checks": [_check_facts(check) for check in lesson.checks],
        }
        before = self.loaded.written
        row = self.lessons.pop((module_id, lesson.slug), None)
        fresh = row is None
        if row is None:
            row = self._insert(Lesson(module_id=module_id, slug=lesson.slug, **facts))
        else:
            self._bring(row, facts | {"retired_at": None})
        self.said.append([lesson.slug, facts])
        english = [title for _, title in lesson.texts[Locale.EN].body.headings]
        for locale in LOCALES:
            said = _text_facts(lesson.texts[locale], module, self.course, locale, heading_ids(english))
            said["content_hash"] = sha256_hex(canonical_json(said))
            self.said.append(said["content_hash"])
            text = self.texts.get((row.id, locale))
            if text is None:
                self._insert(LessonText(lesson_id=row.id, locale=locale, **said))
            elif text.content_hash != said["content_hash"]:
                self._bring(text, said)
        if fresh:
            self.loaded.new += 1
        elif self.loaded.written > before:
            self.loaded.changed += 1
        else:
            self.loaded.unchanged += 1

    def retire_the_rest(self) -> None:
        """Retire the modules and lessons that no file holds any more."""
        for module in self.modules.values():
            if module.retired_at is None:
                self._bring(module, {"retired_at": self.now})
        for lesson in self.lessons.values():
            if lesson.retired_at is None:
                self._bring(lesson, {"retired_at": self.now})
                self.loaded.retired += 1

    def seal(self) -> None:
        """Write the course's own row when anything under it has changed."""
        content_hash = sha256_hex(canonical_json(self.said))
        if self.loaded.written or self.row.content_hash != content_hash:
            self._bring(self.row, self.facts | {"content_hash": content_hash, "imported_at": self.now})
        self.session.flush()

    def _insert(self, row: M) -> M:
        self.session.add(row)
        self.session.flush()
        self.loaded.written += 1
        return row

    def _bring(self, row: SQLModel, facts: dict[str, Any]) -> None:
        changed = {name: value for name, value in facts.items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        self.loaded.written += bool(changed)


def _check_facts(check: CheckFile) -> dict[str, Any]:
    return {
        "id": check.id,
        "type": check.type,
        "key": list(check.key),
        "stem": check.stem.by_locale(),
        "choices": [
            {"id": choice.id, "text": choice.text.by_locale(), "feedback": choice.feedback.by_locale()}
            for choice in check.choices
        ],
    }


def _sheet(text: ReadText[ChecklistHead], locale: Locale) -> dict[str, str]:
    ids = heading_ids([title for _, title in text.body.headings])
    parts = markdown.render(text.body, title=text.head.title, locale=locale, ids=ids, drawings={})
    return {"title": text.head.title, "html": "\n".join(part["html"] for part in parts)}


def _text_facts(
    text: ReadText[LessonHead], module: ReadModule, course: ReadCourse, locale: Locale, ids: list[str]
) -> dict[str, Any]:
    """What a page needs of a lesson in one language, rendered."""
    body = text.body
    drawings = {
        figure.name: figures.markup(
            module.figures[figure.name].drawing,
            module.figures[figure.name].file,
            name=figure.name,
            locale=locale,
        )
        for figure in body.figures
    }
    terms = [
        (id_, course.glossary[id_].in_language(locale))
        for id_ in dict.fromkeys(link.id for link in body.terms)
    ]
    return {
        "title": text.head.title,
        "parts": markdown.render(body, title=text.head.title, locale=locale, ids=ids, drawings=drawings),
        "toc": [
            {"id": id_, "title": title}
            for id_, (level, title) in zip(ids, body.headings, strict=True)
            if level == 2
        ],
        "glossary": [{"id": id_, "term": term.term, "text": term.text} for id_, term in terms],
        "references": list(dict.fromkeys(id_ for id_, _ in body.references)),
        "search_text": " ".join(normalise(f"{text.head.title}\n{body.text}", locale)),
    }
