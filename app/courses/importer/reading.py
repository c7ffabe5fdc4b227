"""Reads the folders of courses into typed values that remember their file and line."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from app.courses.importer import figures, markdown
from app.courses.importer.schemas import (
    CheckFile,
    ChecklistHead,
    ChecksFile,
    CourseFile,
    FigureFile,
    GlossaryFile,
    LessonHead,
    ModuleFile,
    TermFile,
)
from app.courses.rules.lessons import source_hash
from app.kernel.locales import LOCALES, Locale
from app.platform.content import Document, Problem, Reader
from app.question_banks.importer.reading import folders_of

FENCE = "---\n"
"""Opens and closes the front matter of a lesson."""


H = TypeVar("H", LessonHead, ChecklistHead)


@dataclass(slots=True)
class ReadText(Generic[H]):
    """A lesson or a checklist in one language. ``document`` is its front matter."""

    document: Document
    head: H
    body: markdown.LessonBody
    own_hash: str
    """The source hash of this text; what translations of an English one must say."""

    def complain(self, line: int, message: str) -> None:
        """Note a problem at a line of the file."""
        self.document.problems.append(Problem(self.document.path, line, message))


@dataclass(slots=True)
class ReadLesson:
    """A lesson over its languages, with its checks. Languages that could not be read are missing."""

    slug: str
    texts: dict[Locale, ReadText[LessonHead]] = field(default_factory=dict)
    checks: list[CheckFile] = field(default_factory=list)
    checks_document: Document | None = None


@dataclass(slots=True)
class ReadFigure:
    """A drawing and its words."""

    drawing: figures.Drawing
    file: FigureFile
    document: Document
    svg_path: str


@dataclass(slots=True)
class ReadModule:
    """A module with its lessons, in order, and its figures by name."""

    file: ModuleFile
    document: Document
    lessons: list[ReadLesson] = field(default_factory=list)
    figures: dict[str, ReadFigure] = field(default_factory=dict)
    checklist: dict[Locale, ReadText[ChecklistHead]] = field(default_factory=dict)


@dataclass(slots=True)
class ReadCourse:
    """A course with its modules, in order, and its glossary by id."""

    file: CourseFile
    document: Document
    modules: list[ReadModule] = field(default_factory=list)
    glossary: dict[str, TermFile] = field(default_factory=dict)


def read_courses(reader: Reader, folder: Path) -> list[ReadCourse]:
    """Every course under ``folder``; what cannot be read is noted in ``reader`` and left out."""
    return [
        course for path in folders_of(reader, folder) if (course := _read_course(reader, path)) is not None
    ]


def _read_course(reader: Reader, folder: Path) -> ReadCourse | None:
    document = reader.yaml(folder / "course.yaml")
    file = reader.shaped(document, CourseFile) if document else None
    if document is None or file is None:
        return None
    if file.id != folder.name:
        document.complain(f"the id “{file.id}” is not the name of its folder", "id")
    course = ReadCourse(file, document)
    for path in sorted((folder / "glossary").glob("*.yaml")):
        _read_glossary(reader, path, course)
    for index, slug in enumerate(file.modules):
        if slug in file.modules[:index]:
            document.complain(f"the module “{slug}” stands twice", "modules", index)
        elif not (folder / slug / "module.yaml").is_file():
            document.complain(f"the module “{slug}” has no {slug}/module.yaml", "modules", index)
        else:
            _read_module(reader, folder / slug, course)
    reader.strays(folder)
    return course


def _read_glossary(reader: Reader, path: Path, course: ReadCourse) -> None:
    document = reader.yaml(path)
    file = reader.shaped(document, GlossaryFile) if document else None
    if document is None or file is None:
        return
    for index, term in enumerate(file.root):
        if term.id in course.glossary:
            document.complain(f"the term “{term.id}” stands already in the glossary", index, "id")
        course.glossary[term.id] = term


def _read_module(reader: Reader, folder: Path, course: ReadCourse) -> None:
    document = reader.yaml(folder / "module.yaml")
    file = reader.shaped(document, ModuleFile) if document else None
    for path in sorted((folder / "figures").glob("*.svg")):
        # Asked for even when the module is not readable, so that one mistake is not called many.
        reader.asked |= {path, path.with_suffix(".yaml")}
    if document is None or file is None:
        reader.asked |= set(folder.rglob("*"))
        return
    if file.id != folder.name:
        document.complain(f"the id “{file.id}” is not the name of its folder", "id")
    module = ReadModule(file, document)
    course.modules.append(module)
    for path in sorted((folder / "figures").glob("*.svg")):
        figure = _read_figure(reader, path)
        if figure is not None:
            module.figures[path.stem] = figure
    for index, slug in enumerate(file.lessons):
        if slug in file.lessons[:index]:
            document.complain(f"the lesson “{slug}” stands twice", "lessons", index)
            continue
        module.lessons.append(_read_lesson(reader, folder, slug, document, index))
    if any((folder / f"checklist.{locale}.md").is_file() for locale in LOCALES):
        for locale in LOCALES:
            sheet = _read_text(reader, folder / f"checklist.{locale}.md", ChecklistHead)
            if sheet is not None:
                module.checklist[locale] = sheet


def _read_figure(reader: Reader, path: Path) -> ReadFigure | None:
    svg, document = reader.text(path), reader.yaml(path.with_suffix(".yaml"))
    file = reader.shaped(document, FigureFile) if document else None
    if svg is None or document is None or file is None:
        return None
    return ReadFigure(figures.parse(svg), file, document, reader.name(path))


def _read_lesson(reader: Reader, folder: Path, slug: str, module: Document, index: int) -> ReadLesson:
    lesson = ReadLesson(slug)
    for locale in LOCALES:
        path = folder / f"{slug}.{locale}.md"
        if not path.is_file():
            module.complain(f"{path.name} is missing", "lessons", index)
            continue
        text = _read_text(reader, path, LessonHead)
        if text is not None:
            lesson.texts[locale] = text
    path = folder / f"{slug}.checks.yaml"
    if path.is_file():
        lesson.checks_document = reader.yaml(path)
        file = reader.shaped(lesson.checks_document, ChecksFile) if lesson.checks_document else None
        lesson.checks = list(file.checks) if file else []
    return lesson


def _read_text(reader: Reader, path: Path, shape: type[H]) -> ReadText[H] | None:
    text = reader.text(path)
    if text is None:
        return None
    front, body = split(text)
    if front is None:
        reader.complain(path, 1, "the text begins with its front matter between two lines “---”")
        return None
    document = reader.parse(path, front, above=1)
    head = reader.shaped(document, shape) if document else None
    if document is None or head is None:
        return None
    parsed = markdown.parse(body, above=front.count("\n") + 2)
    return ReadText(document, head, parsed, source_hash(body))


def split(text: str) -> tuple[str | None, str]:
    """A lesson's front matter without its fences, and its body; without front matter None and everything."""
    if not text.startswith(FENCE):
        return None, text
    front, fence, body = text.removeprefix(FENCE).partition(f"\n{FENCE}")
    return (f"{front}\n", body) if fence else (None, text)
