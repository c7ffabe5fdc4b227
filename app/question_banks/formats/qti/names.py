"""One way of naming for all versions: QTI 3 writes ``qti-simple-choice``, QTI 2 ``simpleChoice``."""

import re
from html import escape

from app.question_banks.formats.report import UnsupportedError
from app.question_banks.formats.trees import Node

_HYPHEN = re.compile(r"-([a-z])")
_INSIDE = frozenset(
    {"feedbackInline", "feedbackBlock", "rubricBlock", "modalFeedback", "stylesheet", "catalogInfo"}
)
"""Stands in a body and is no part of its words."""
_CHANGING = frozenset({"printedVariable", "templateInline", "templateBlock", "include", "infoControl", "gap"})
"""Words that a delivery engine would make; no fixed text says them."""
_VOID = frozenset(["br", "hr", "img", "wbr", "col"])


def camel(name: str) -> str:
    """A name of QTI 3 as QTI 2 writes it."""
    return _HYPHEN.sub(lambda found: found[1].upper(), name)


def unified(root: Node) -> Node:
    """The tree with the names of QTI 2, changed in place."""
    for node in root.walk():
        if node.name.startswith("qti-"):
            node.name = camel(node.name.removeprefix("qti-"))
        node.attributes = {
            name if name[0] == "?" or ":" in name or name.startswith("data-") else camel(name): value
            for name, value in node.attributes.items()
        }
    return root


def is_interaction(node: Node) -> bool:
    """Whether a candidate answers with this element."""
    return node.name.endswith("Interaction")


def html_of(node: Node, *, blank: str = "") -> str:
    """What stands in an element as HTML; an interaction in it is written as ``blank``.

    Raises:
        UnsupportedError: some of the words are made while the item is delivered.
    """
    parts: list[str] = []
    for child in node.children:
        if isinstance(child, str):
            parts.append(escape(child, quote=False))
        elif child.name in _CHANGING:
            raise UnsupportedError(
                f"the text holds <{child.name}>, whose words are made when it is delivered"
            )
        elif is_interaction(child):
            parts.append(blank)
        elif child.name not in _INSIDE:
            parts.append(_element(child, blank))
    return "".join(parts)


def _element(node: Node, blank: str) -> str:
    name = node.name
    if name == "object":  # in QTI 2 a picture, a sound or a video
        kind = node.get("type").partition("/")[0]
        name = {"image": "img", "video": "video", "audio": "audio"}.get(kind, "object")
        source = escape(node.get("data"))
        return f'<img src="{source}">' if name == "img" else f'<{name} data="{source}"></{name}>'
    given = "".join(f' {key}="{escape(value)}"' for key, value in node.attributes.items() if key[0] != "?")
    return f"<{name}{given}>" if name in _VOID else f"<{name}{given}>{html_of(node, blank=blank)}</{name}>"
