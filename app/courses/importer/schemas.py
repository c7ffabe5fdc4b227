"""The shapes of a course's files. Source: docs/content-format.md."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, RootModel, ValidationInfo, field_validator

from app.kernel.writing import alphabet_fault
from app.platform.content import Decimals, Plain, Slug, Strict, Text

Title = Annotated[Plain, Field(max_length=300)]
Token = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class CourseFile(Strict):
    """``course.yaml``."""

    id: Slug
    version: Annotated[str, Field(pattern=r"^\d+(\.\d+)*$", max_length=16)]
    level: Annotated[int, Field(ge=1, le=9)]
    hours: Decimals
    title: Text
    summary: Text
    modules: Annotated[list[Slug], Field(min_length=1)]


class OutcomeFile(Text):
    """What the learner can do afterwards."""

    id: Slug


class ReferenceFile(Strict):
    """A source that lessons cite."""

    id: Slug
    title: Text
    where: Plain
    retrieved: date


class ModuleFile(Strict):
    """``module.yaml``."""

    id: Slug
    code: Annotated[str, Field(pattern=r"^M\d{1,2}$")]
    hours: Decimals
    domains: Annotated[list[Annotated[str, Field(pattern=r"^D\d{1,2}$")]], Field(min_length=1)]
    title: Text
    summary: Text
    outcomes: Annotated[list[OutcomeFile], Field(min_length=1)]
    lessons: Annotated[list[Slug], Field(min_length=1)]
    references: list[ReferenceFile] = Field(default_factory=list)


class LessonHead(Strict):
    """The front matter of a lesson in one language."""

    title: Title
    minutes: Annotated[int, Field(ge=1, le=240)]
    outcomes: Annotated[list[Slug], Field(min_length=1)]
    source_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = None


class ChecklistHead(Strict):
    """The front matter of a module's checklist in one language."""

    title: Title
    source_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = None


class CheckChoiceFile(Strict):
    """A choice of a knowledge check."""

    id: Literal["a", "b", "c", "d"]
    text: Text
    feedback: Text


class CheckFile(Strict):
    """A knowledge check."""

    id: Slug
    type: Literal["single", "multiple"]
    key: Annotated[list[str], Field(min_length=1)]
    stem: Text
    choices: Annotated[list[CheckChoiceFile], Field(min_length=3, max_length=4)]


class ChecksFile(Strict):
    """``<lesson>.checks.yaml``."""

    checks: Annotated[list[CheckFile], Field(min_length=1)]


class FigureFile(Strict):
    """``figures/<figure>.yaml``: the words of a drawing."""

    title: Text
    desc: Text
    texts: dict[Token, Text]


class TermText(Strict):
    """A glossary entry in one language. ``never``: how what no text says for it begins; quotations may."""

    term: Plain
    text: Plain
    never: list[Plain] = Field(default_factory=list)


class TermFile(Strict):
    """A glossary entry.

    ``everyday``: its English words are also said of other things, so that a text is not held to the entry
    wherever they stand.
    """

    id: Slug
    everyday: bool = False
    kk: TermText
    ru: TermText
    en: TermText

    @field_validator("kk", "ru", "en")
    @classmethod
    def _alphabet(cls, value: TermText, info: ValidationInfo) -> TermText:
        for text in (value.term, value.text):
            fault = alphabet_fault(text, str(info.field_name))
            if fault is not None:
                raise ValueError(fault)
        return value

    def in_language(self, locale: str) -> TermText:
        """The entry for a reader of ``locale``."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[locale]


class GlossaryFile(RootModel[Annotated[list[TermFile], Field(min_length=1)]]):
    """``glossary/<any>.yaml``: a list of entries."""
