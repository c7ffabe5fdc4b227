"""Drawings: only what the allow-list names gets in, and what comes out is written by us.

The words of a drawing are tokens, filled from its .yaml in the reader's language and escaped.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from app.courses.importer.schemas import FigureFile

WIDEST = 430
"""Units of the drawing, so that its words are readable on a phone. Source: docs/content-format.md."""
LONGEST = 30_000
"""Characters of a drawing, which every reader of the lesson loads."""
NAMESPACE = "http://www.w3.org/2000/svg"

_PLACE = frozenset({"class", "transform"})
_ATTRIBUTES = {
    "g": _PLACE,
    "rect": _PLACE | {"x", "y", "width", "height", "rx", "ry"},
    "circle": _PLACE | {"cx", "cy", "r"},
    "ellipse": _PLACE | {"cx", "cy", "rx", "ry"},
    "line": _PLACE | {"x1", "y1", "x2", "y2"},
    "polyline": _PLACE | {"points"},
    "polygon": _PLACE | {"points"},
    "path": _PLACE | {"d"},
    "text": _PLACE | {"x", "y", "dx", "dy", "text-anchor", "font-weight"},
    "tspan": frozenset({"class", "x", "y", "dx", "dy", "text-anchor", "font-weight"}),
}
_CLASSES = frozenset({"box", "box on", "ln", "head", "t2"})
_VALUE = re.compile(r"[A-Za-z0-9 .,()+-]*")
_VIEW_BOX = re.compile(r"0 0 (\d{1,4}) (\d{1,4})")
_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(slots=True)
class Drawing:
    """A checked drawing as pieces of text and tokens. ``faults``: line and message."""

    view_box: str = ""
    pieces: list[str] = field(default_factory=list)
    tokens: dict[str, int] = field(default_factory=dict)
    """Each token by name, with its first line."""
    faults: list[tuple[int, str]] = field(default_factory=list)


def parse(svg: str) -> Drawing:
    """Read a drawing. Declarations of types and entities are refused before they do anything."""
    drawing = Drawing()
    if len(svg) > LONGEST:
        drawing.faults.append((1, f"the drawing is longer than {LONGEST} characters"))
        return drawing
    handler = _Handler(drawing)
    try:
        defusedxml.sax.parseString(svg.encode(), handler, forbid_dtd=True)
    except DefusedXmlException:
        drawing.faults.append((1, "a drawing declares no document type and no entities"))
    except SAXException as error:
        line = getattr(error, "getLineNumber", lambda: 1)() or 1
        drawing.faults.append((line, f"XML: {getattr(error, 'getMessage', lambda: 'not readable')()}"))
    return drawing


class _Handler(ContentHandler):
    """Takes over what the allow-list names and notes everything else."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self.drawing = drawing
        self.open: list[str] = []
        self.locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802  # SAX's own name
        self.locator = locator

    def fault(self, message: str) -> None:
        line = (self.locator.getLineNumber() if self.locator else None) or 1
        self.drawing.faults.append((line, message))

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self.open.append(name)
        given = dict(attrs.items())
        if len(self.open) == 1:
            self._root(name, given)
            return
        if name not in _ATTRIBUTES:
            self.fault(f"<{name}> is not allowed in a drawing")
            return
        for attribute, value in given.items():
            if attribute not in _ATTRIBUTES[name]:
                self.fault(f"“{attribute}” is not allowed on <{name}>")
            elif attribute == "class" and value not in _CLASSES:
                self.fault(f"the class “{value}” is not known; use {', '.join(sorted(_CLASSES))}")
            elif not _VALUE.fullmatch(value):
                self.fault(f"“{attribute}” holds more than numbers and letters")
        said = "".join(f' {attribute}="{escape(value)}"' for attribute, value in given.items())
        self.drawing.pieces.append(f"<{name}{said}>")

    def _root(self, name: str, given: dict[str, str]) -> None:
        size = _VIEW_BOX.fullmatch(given.get("viewBox", ""))
        if name != "svg" or given.get("xmlns") != NAMESPACE:
            self.fault(f'a drawing is <svg xmlns="{NAMESPACE}" viewBox="0 0 width height">')
        if size is None:
            self.fault("viewBox is “0 0 width height” in whole numbers")
        elif int(size[1]) > WIDEST:
            self.fault(f"{size[1]} units wide; at most {WIDEST} can be read on a phone")
        for attribute in sorted(given.keys() - {"xmlns", "viewBox"}):
            self.fault(f"“{attribute}” is not allowed on <svg>")
        self.drawing.view_box = given.get("viewBox", "")

    def endElement(self, name: str) -> None:  # noqa: N802
        self.open.pop()
        if self.open:
            self.drawing.pieces.append(f"</{name}>")

    def characters(self, content: str) -> None:
        if not content.strip():
            return
        if self.open[-1] not in {"text", "tspan"}:
            self.fault("words stand in <text> only")
        for token in _TOKEN.findall(content):
            line = (self.locator.getLineNumber() if self.locator else None) or 1
            self.drawing.tokens.setdefault(token, line)
        rest = _TOKEN.sub("", content)
        if any(letter.isalpha() for letter in rest) or "{" in rest or "}" in rest:
            self.fault(f"“{content.strip()}”: words are {{tokens}}, with their text in the .yaml")
        self.drawing.pieces.append(escape(_SPACES.sub(" ", content)))

    def processingInstruction(self, target: str, data: str) -> None:  # noqa: N802, ARG002
        self.fault(f"<?{target}?> is not allowed in a drawing")


def markup(drawing: Drawing, file: FigureFile, *, name: str, locale: str) -> str:
    """The drawing for a page in ``locale``, named and described for those who cannot see it.

    ``name`` makes its ids unique: a drawing stands once in a lesson.
    """
    words: Mapping[str, str] = {token: text.by_locale()[locale] for token, text in file.texts.items()}
    inside = _TOKEN.sub(lambda found: escape(words[found[1]]), "".join(drawing.pieces))
    title, desc = escape(file.title.by_locale()[locale]), escape(file.desc.by_locale()[locale])
    return (
        f'<svg class="figure-svg" viewBox="{drawing.view_box}" role="img" '
        f'aria-labelledby="fig-{name}-t" aria-describedby="fig-{name}-d">'
        f'<title id="fig-{name}-t">{title}</title><desc id="fig-{name}-d">{desc}</desc>{inside}</svg>'
    )
