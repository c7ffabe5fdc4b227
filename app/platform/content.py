"""Reading content files: every problem is known by file and line, and no file is trusted.

YAML is turned into plain values by us, node by node, so that each value keeps its line and nothing but
scalars, lists and mappings ever comes out of a file.
"""

import re
import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from app.kernel.locales import Trilingual
from app.kernel.writing import alphabet_fault, holds_markup

LARGEST = 1_000_000
"""Bytes of a content file; a longer one is refused unread."""
DEEPEST = 20
"""Levels of nesting in a YAML file."""

M = TypeVar("M", bound=BaseModel)
Place = tuple[Hashable, ...]


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """What is wrong and where: path as under the content root, line from 1."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """As compilers say it, so that editors can jump there."""
        return f"{self.path}:{self.line}: {self.message}"


class ContentError(Exception):
    """Content that is not fit to be stored. ``problems`` are all that were found, by file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)


@dataclass(slots=True)
class Document:
    """A file as plain values, with the line of each. ``lines``: by the path of keys and indexes."""

    path: str
    value: Any
    lines: dict[Place, int]
    problems: list[Problem] = field(repr=False)
    """Those of the reader."""

    def line(self, *place: Hashable) -> int:
        """The line of a value, or of the nearest thing around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def complain(self, message: str, *place: Hashable) -> None:
        """Note a problem at a value."""
        self.problems.append(Problem(self.path, self.line(*place), message))


class Strict(BaseModel):
    """A shape of a file: unknown keys are refused and nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


def _plain(value: str) -> str:
    if not value.strip():
        msg = "the text is blank"
        raise ValueError(msg)
    if holds_markup(value):
        msg = "HTML is not allowed in a text"
        raise ValueError(msg)
    return value.strip()


Plain = Annotated[str, AfterValidator(_plain), Field(max_length=6000)]
"""A text that is shown as written: not blank, no markup."""
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""A name in lower-case Latin letters, digits and single hyphens."""
Decimals = Annotated[Decimal, Field(strict=False, gt=0, le=1000)]


class Text(Strict):
    """A text in the three languages, each in its own alphabet."""

    kk: Plain
    ru: Plain
    en: Plain

    @field_validator("kk", "ru", "en")
    @classmethod
    def _alphabet(cls, value: str, info: ValidationInfo) -> str:
        fault = alphabet_fault(value, str(info.field_name))
        if fault is not None:
            raise ValueError(fault)
        return value

    def by_locale(self) -> Trilingual:
        """The text as the database keeps it."""
        return {"kk": self.kk, "ru": self.ru, "en": self.en}


class Reader:
    """Reads files under one root and collects what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.asked: set[Path] = set()
        """Every file that was asked for, so that strays can be told."""

    def name(self, path: Path) -> str:
        """The path as problems show it."""
        return path.relative_to(self.root).as_posix()

    def complain(self, path: Path, line: int, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.name(path), line, message))

    def strays(self, folder: Path) -> None:
        """Note the files under ``folder`` that nothing asked for; hidden ones are no content."""
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if not path.is_dir() and not hidden and path not in self.asked:
                self.complain(path, 1, "nothing refers to this file")

    def text(self, path: Path) -> str | None:
        """The text of a file, or None when there is no such text, which is noted.

        Refused: a file that is missing, outside the root, too long, not UTF-8, not NFC, or with a byte order
        mark, carriage returns or control characters.
        """
        self.asked.add(path)
        if not path.is_file():
            self.complain(path, 1, "the file is missing")
            return None
        if not path.resolve().is_relative_to(self.root.resolve()):
            self.complain(path, 1, "the file lies outside the content folder")
            return None
        if path.stat().st_size > LARGEST:
            self.complain(path, 1, f"the file is longer than {LARGEST} bytes")
            return None
        data = path.read_bytes()
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            self.complain(path, data.count(b"\n", 0, error.start) + 1, "the text is not UTF-8")
            return None
        fault = _character_fault(text)
        if fault is not None:
            self.complain(path, *fault)
            return None
        return text

    def yaml(self, path: Path) -> Document | None:
        """A YAML file, or None when it cannot be read, which is noted."""
        text = self.text(path)
        return None if text is None else self.parse(path, text)

    def parse(self, path: Path, text: str, *, above: int = 0) -> Document | None:
        """YAML that stands in ``path`` after ``above`` lines of something else."""
        try:
            _refuse_bombs(text)
            node = yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.complain(path, above + (mark.line + 1 if mark else 1), _said(error))
            return None
        except _UnfitError as error:
            self.complain(path, above + error.line, str(error))
            return None
        if node is None:
            self.complain(path, above + 1, "the file is empty")
            return None
        document = Document(self.name(path), None, {}, self.problems)
        try:
            document.value = _Values(document, above).of(node, ())
        except _UnfitError as error:
            self.complain(path, above + error.line, str(error))
            return None
        return document

    def shaped(self, document: Document, model: type[M], *place: Hashable) -> M | None:
        """The document, or what stands at a place in it, as ``model``.

        None when it has another shape, which is noted line by line.
        """
        value = document.value
        for step in place:
            value = value[step]
        try:
            return model.model_validate(value)
        except ValidationError as error:
            for found in error.errors(include_url=False):
                inside = tuple(found["loc"])
                self.problems.append(
                    Problem(
                        document.path,
                        document.line(*place, *inside),
                        _sentence(found["type"], inside, found["msg"]),
                    )
                )
            return None


def _said(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or "not YAML"
    return f"YAML: {problem}"


def _sentence(kind: str, place: Place, message: str) -> str:
    name = ".".join(str(part) for part in place)
    if kind == "missing":
        return f"“{name}” is missing"
    if kind == "extra_forbidden":
        return f"“{name}” is not known here"
    message = message.removeprefix("Value error, ")
    if message[1:2].islower():
        message = message[:1].lower() + message[1:]
    return f"“{name}”: {message}" if name else message


_HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\uf8ff\ufeff\U000f0000-\U0010ffff]"
)
"""Shows nothing but changes what is shown: controls, turns of the reading direction, private characters."""
_CALLED = {"\r": "a carriage return: lines end with LF alone", "\ufeff": "a byte order mark"}


def _character_fault(text: str) -> tuple[int, str] | None:
    hidden = _HIDDEN.search(text)
    if hidden is not None:
        return text.count("\n", 0, hidden.start()) + 1, _CALLED.get(hidden[0], "a control character")
    if not unicodedata.is_normalized("NFC", text):
        lines = enumerate(text.split("\n"), 1)
        number = next((at for at, line in lines if not unicodedata.is_normalized("NFC", line)), 1)
        return number, "the text is not in Unicode form NFC"
    return None


class _UnfitError(Exception):
    def __init__(self, at: yaml.Node | yaml.Event, message: str) -> None:
        super().__init__(message)
        self.line = at.start_mark.line + 1 if at.start_mark else 1


def _refuse_bombs(text: str) -> None:
    """Look at the marks of the file only, before anything is built that could outgrow the machine."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _UnfitError(event, "anchors and aliases are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _UnfitError(event, f"nested more than {DEEPEST} levels deep")


class _Values:
    """Makes plain values of YAML nodes and notes their lines."""

    def __init__(self, document: Document, above: int) -> None:
        self.document, self.above = document, above
        self.scalars = yaml.constructor.SafeConstructor()

    def of(self, node: yaml.Node, place: Place) -> Any:
        """The value of ``node``. The line of a mapping's value is that of its key.

        Raises:
            _UnfitError: a key that is no word or stands twice, or a value that is none.
        """
        self.document.lines.setdefault(place, self.above + node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self.of(child, (*place, index)) for index, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode) or not isinstance(key, str):
                raise _UnfitError(key_node, "a key must be a word")
            if key in made:
                raise _UnfitError(key_node, f"the key “{key}” stands twice")
            self.document.lines[*place, key] = self.above + key_node.start_mark.line + 1
            made[key] = self.of(value_node, (*place, key))
        return made

    def _scalar(self, node: yaml.Node) -> Any:
        if node.tag == "tag:yaml.org,2002:float":
            try:
                return Decimal(node.value)
            except ArithmeticError:
                raise _UnfitError(node, f"“{node.value}” is not a decimal number") from None
        if node.tag not in _SCALARS:
            raise _UnfitError(node, f"the tag {node.tag} is not allowed")
        try:
            return self.scalars.construct_object(node)
        except (ValueError, yaml.YAMLError):
            raise _UnfitError(node, f"“{node.value}” is not a value") from None


_SCALARS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "bool", "null", "timestamp"))
