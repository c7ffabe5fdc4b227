"""XML read safely: no document types, no entities but the five, bounded depth and size, lines of everything.

Trees are small: a file of many items is read item by item, and each tree is dropped when it was used.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.sax import ContentHandler, SAXParseException  # nosec  # the parser is that of defusedxml
from xml.sax.handler import feature_external_ges, feature_namespaces  # nosec  # names only

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser
from markupsafe import escape

from app.question_banks.formats.limits import ATTRIBUTES, DEPTH, ELEMENTS, RAW_TEXT
from app.question_banks.formats.report import FormatError

_CHUNK = 64 * 1024
_TEXT_OF_A_TREE = 16 * 1024 * 1024
"""Characters in one tree, pictures in base64 included; a longer one is no item."""


@dataclass(slots=True)
class Node:
    """An element: its name without prefix, attributes by name without prefix, and what stands in it."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list["Node | str"] = field(default_factory=list)

    @property
    def elements(self) -> list["Node"]:
        """The elements in it."""
        return [child for child in self.children if isinstance(child, Node)]

    def all(self, *names: str) -> list["Node"]:
        """The elements directly in it that have one of these names."""
        return [child for child in self.elements if child.name in names]

    def find(self, *path: str) -> "Node | None":
        """The first element under these names, one below the other."""
        node: Node | None = self
        for name in path:
            node = next((child for child in node.elements if child.name == name), None) if node else None
        return node

    def walk(self) -> Iterator["Node"]:
        """Itself and every element in it, in the order of the file."""
        yield self
        for child in self.elements:
            yield from child.walk()

    @property
    def text(self) -> str:
        """Its words, without those of the elements in it."""
        return "".join(child for child in self.children if isinstance(child, str))

    def said(self, *path: str) -> str:
        """The words of the element under these names, without white space around; empty if there is none."""
        node = self.find(*path)
        return node.text.strip() if node else ""

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)


class _Handler(ContentHandler):
    def __init__(self, wanted: frozenset[str], take: Callable[[Node], None], where: str) -> None:
        super().__init__()
        self.wanted, self.take, self.where = wanted, take, where
        self.open: list[Node] = []
        self.depth = self.elements = self.length = 0
        self.locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802  # the interface's name
        self.locator = locator

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802  # the interface's name
        self.depth += 1
        self.elements += 1
        line = self.locator.getLineNumber()
        if self.depth > DEPTH:
            raise FormatError(at(self.where, line), f"nested more than {DEPTH} levels deep")
        if len(attrs) > ATTRIBUTES:
            raise FormatError(at(self.where, line), f"an element has more than {ATTRIBUTES} attributes")
        local = name.rpartition(":")[2]
        given = {
            key.rpartition(":")[2] if not key.startswith("xml:") else key: value
            for key, value in attrs.items()
        }
        if any(len(value) > RAW_TEXT for value in given.values()):
            raise FormatError(at(self.where, line), f"an attribute has more than {RAW_TEXT} characters")
        if not self.open and (self.wanted and local not in self.wanted):
            if self.depth == 1:
                self.take(Node(local, given, line))
            self.elements = 0
            return
        node = Node(local, given, line)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.elements = self.length = 0
        if self.elements > ELEMENTS:
            raise FormatError(at(self.where, line), f"one item has more than {ELEMENTS} elements")
        self.open.append(node)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802  # the interface's name
        self.depth -= 1
        if self.open:
            node = self.open.pop()
            if not self.open:
                self.take(node)

    def characters(self, content: str) -> None:
        if not self.open:
            return
        self.length += len(content)
        if self.length > _TEXT_OF_A_TREE:
            raise FormatError(
                at(self.where, self.locator.getLineNumber()),
                f"one item has more than {_TEXT_OF_A_TREE} characters",
            )
        children = self.open[-1].children
        if children and isinstance(children[-1], str) and len(children[-1]) < _CHUNK:
            children[-1] += content
        else:
            children.append(content)

    def processingInstruction(self, target: str, data: str) -> None:  # noqa: N802  # the interface's name
        if self.open and target == "ceasai":
            self.open[-1].attributes[f"?{target}"] = data


def at(where: str, line: int) -> str:
    """A place as the report says it."""
    return f"{where}:{line}" if where else f"line {line}"


def read(text: str, take: Callable[[Node], None], *, wanted: frozenset[str], where: str = "") -> None:
    """Give ``take`` the root (without what is in it) and each ``wanted`` element (whole), in order.

    With nothing ``wanted`` the whole root is given once.

    Raises:
        FormatError: XML that is broken (line and column), has a document type or entities, or is too deep.
    """
    handler = _Handler(wanted, take, where)
    parser = make_parser()
    parser.forbid_dtd = True
    parser.forbid_entities = True
    parser.forbid_external = True
    parser.setFeature(feature_namespaces, False)
    parser.setFeature(feature_external_ges, False)
    parser.setContentHandler(handler)
    handler.setDocumentLocator(parser)  # fed by hand, it does not say this itself
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
        parser.close()
    except SAXParseException as error:
        line, column = error.getLineNumber() or 1, (error.getColumnNumber() or 0) + 1
        raise FormatError(at(where, line), f"broken XML in column {column}: {error.getMessage()}") from None
    except DefusedXmlException:
        line = handler.locator.getLineNumber() if handler.locator else 1
        raise FormatError(
            at(where, line), "a document type or entities are declared, which is not allowed"
        ) from None


def tree(text: str, *, where: str = "") -> Node:
    """The whole of a small file.

    Raises:
        FormatError: as ``read``.
    """
    found: list[Node] = []
    if not text.strip():
        raise FormatError(at(where, 1), "the file is empty")
    read(text, found.append, wanted=frozenset(), where=where)
    return found[0]


def element(name: str, *children: str, **attributes: object) -> str:
    """An element of XML; ``children`` are XML. In names of attributes ``_`` is a hyphen, ``__`` a colon."""
    given = "".join(
        f' {key.replace("__", ":").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(children)
    return f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>"


def words(text: object) -> str:
    """Words as XML."""
    return str(escape(str(text)))
