"""A lesson's Markdown: what it holds, what is wrong with it, and the safe markup made of it.

Parsed by markdown-it-py, then sanitised by nh3; drawings are put in afterwards, from our own serialiser.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import takewhile
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from app.kernel.writing import words
from app.web.translations import say

_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_CHECK = re.compile(rf"\[\[check:({_NAME})\]\]")
_FIGURE = re.compile(rf"figures/({_NAME})\.svg")
_TERM = re.compile(rf"term:({_NAME})")
_REFERENCE = re.compile(rf"\[\^({_NAME})\]")
_CONTAINERS = {"case": "case flow", "note": "note info"}
_BLOCK_NAMES = """
paragraph heading bullet_list ordered_list list_item blockquote table thead tbody tr th td
container_case container_note
"""
_BLOCKS = frozenset(f"{name}_{end}" for name in _BLOCK_NAMES.split() for end in ("open", "close"))
_INLINES = frozenset(
    {
        "text",
        "text_special",
        "softbreak",
        "strong_open",
        "strong_close",
        "link_open",
        "link_close",
        "reference",
        "image",
    }
)
_CALLED = {
    "html_block": "raw HTML",
    "html_inline": "raw HTML",
    "code_block": "a line indented by four spaces",
    "fence": "a code block",
    "code_inline": "a code span",
    "em_open": "*emphasis* (our fonts have no italics; use **bold**)",
    "hr": "a horizontal rule",
    "hardbreak": "a line break within a paragraph",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in a lesson that its other languages have too: in words, and its line in the file."""

    what: str
    line: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing in a text: its name, its caption, its line."""

    name: str
    caption: str
    line: int


@dataclass(frozen=True, slots=True)
class TermLink:
    """A link to the glossary: the entry's id, the words that are shown, its line."""

    id: str
    shown: str
    line: int


@dataclass(slots=True)
class LessonBody:
    """A parsed lesson in one language. ``faults``: line and message; a body with faults is never rendered.

    ``terms`` and ``references`` (id and line): in order, each use.
    """

    tokens: list[Token]
    structure: list[Mark] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    checks: list[tuple[str, int]] = field(default_factory=list)
    terms: list[TermLink] = field(default_factory=list)
    references: list[tuple[str, int]] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    passages: list[tuple[int, str]] = field(default_factory=list)
    """Line and words of each paragraph, entry, heading and cell."""

    @property
    def text(self) -> str:
        """Everything that is read, a passage a line."""
        return "\n".join(said for _, said in self.passages)

    @property
    def word_count(self) -> int:
        """Words that are read, captions included."""
        return len(words(self.text))

    @property
    def list_items(self) -> int:
        """Entries of lists."""
        return sum(token.type == "list_item_open" for token in self.tokens)


def parse(body: str, *, above: int) -> LessonBody:
    """Parse a lesson's text that stands after ``above`` lines of its file."""
    found = LessonBody(_parser().parse(body))
    _look_at_containers(body, above, found)
    for index, token in enumerate(found.tokens):
        line = above + (token.map[0] if token.map else 0) + 1
        if token.type == "inline":
            alone = _stands_alone(found.tokens, index)
            found.passages.append((line, _look_at_inline(token, line, found, alone=alone)))
        elif token.type not in _BLOCKS:
            found.faults.append((line, f"{_CALLED.get(token.type, token.type)} is not allowed in a lesson"))
        else:
            _look_at_block(found, index, line)
    return found


def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": True}).enable("table")
    for name in _CONTAINERS:
        made.use(container_plugin, name)
    made.inline.ruler.before("link", "reference", _reference_rule)
    return made


def _reference_rule(state: StateInline, silent: bool) -> bool:
    match = _REFERENCE.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("reference", "", 0).meta = {"id": match[1]}
    state.pos = match.end()
    return True


def _stands_alone(tokens: Sequence[Token], index: int) -> bool:
    """Whether an inline token is the whole of a paragraph that is in nothing else."""
    return tokens[index - 1].type == "paragraph_open" and tokens[index - 1].level == 0


def _look_at_containers(body: str, above: int, found: LessonBody) -> None:
    opened: int | None = None
    for number, line in enumerate(body.split("\n"), above + 1):
        if not line.startswith(":::"):
            continue
        name = line.strip(": \t")
        if name and name not in _CONTAINERS:
            found.faults.append((number, f"“::: {name}” is not known; use case or note"))
        elif name and opened is not None:
            found.faults.append((number, f"“::: {name}” stands inside the one of line {opened}"))
        elif name:
            opened = number
        elif opened is None:
            found.faults.append((number, "“:::” closes nothing"))
        else:
            opened = None
    if opened is not None:
        found.faults.append((opened, "this “:::” is never closed"))


def _look_at_block(found: LessonBody, index: int, line: int) -> None:
    token = found.tokens[index]
    if token.type == "heading_open":
        level = int(token.tag[1])
        last = found.headings[-1][0] if found.headings else 1
        if level not in {2, 3}:
            found.faults.append((line, "headings are ## or ###"))
        elif level > last + 1:
            found.faults.append((line, "a ### heading needs a ## heading before it"))
        title = found.tokens[index + 1].content
        found.headings.append((level, "".join(_plain(found.tokens[index + 1].children or [])) or title))
        found.structure.append(Mark(f"a heading {token.markup}", line))
    elif token.type.startswith("container_") and token.nesting == 1:
        found.structure.append(Mark(f"a {token.type.split('_')[1]}", line))
    elif token.type == "table_open":
        end = next(i for i in range(index, len(found.tokens)) if found.tokens[i].type == "table_close")
        inside = [found.tokens[i].type for i in range(index, end)]
        columns, rows = inside.count("th_open"), inside.count("tr_open") - 1
        found.structure.append(Mark(f"a table of {columns} columns and {rows} rows", line))


def _plain(children: Sequence[Token]) -> Iterator[str]:
    for child in children:
        if child.type in {"text", "text_special"}:
            yield child.content
        elif child.type == "softbreak":
            yield " "


def _look_at_inline(token: Token, line: int, found: LessonBody, *, alone: bool) -> str:
    """Note what an inline token holds; its words are given back."""
    check = _CHECK.fullmatch(token.content.strip())
    children = token.children or []
    if check and alone:
        found.checks.append((check[1], line))
        found.structure.append(Mark(f"the check “{check[1]}”", line))
        return ""
    if alone and len(children) == 1 and children[0].type == "image":
        return _look_at_figure(children[0], line, found)
    for at, child in enumerate(children):
        if child.type in {"softbreak", "hardbreak"}:
            line += 1
        _look_at_child(child, line, found)
        if child.type == "link_open":
            _look_at_link(children[at:], line, found)
    return "".join(_plain(children))


def _look_at_figure(image: Token, line: int, found: LessonBody) -> str:
    source = _FIGURE.fullmatch(str(image.attrs.get("src", "")))
    caption = str(image.attrs.get("title", "")).strip()
    if source is None:
        found.faults.append((line, "a figure is figures/<name>.svg of its module"))
    elif not caption:
        found.faults.append((line, "the figure has no caption"))
    elif image.content:
        found.faults.append((line, "the words for those who cannot see the figure stand in its .yaml"))
    else:
        found.figures.append(Figure(source[1], caption, line))
        found.structure.append(Mark(f"the figure “{source[1]}”", line))
    return caption


def _look_at_child(child: Token, line: int, found: LessonBody) -> None:
    if child.type == "image":
        found.faults.append((line, "a figure stands alone on its line, outside of cases and lists"))
    elif child.type not in _INLINES and not child.type.endswith("_close"):
        found.faults.append((line, f"{_CALLED.get(child.type, child.type)} is not allowed in a lesson"))
    elif child.type == "reference":
        found.references.append((child.meta["id"], line))
    elif child.type == "text":
        for sign, said in (
            ("[[", "a knowledge check stands alone on its line: [[check:id]]"),
            ("[^", "this is no reference: [^id]"),
            ("**", "these ** do not make anything bold"),
            (":::", "“:::” stands at the beginning of a line of its own"),
        ):
            if sign in child.content:
                found.faults.append((line, said))


def _look_at_link(tokens: Sequence[Token], line: int, found: LessonBody) -> None:
    """Note a link; ``tokens`` are those from its opening on, to the end of the text it stands in."""
    link = tokens[0]
    address = str(link.attrs.get("href", ""))
    term = _TERM.fullmatch(address)
    if term:
        inside = takewhile(lambda token: token.type != "link_close", tokens)
        found.terms.append(TermLink(term[1], "".join(_plain(tuple(inside))), line))
        link.attrs = {"class": "term", "href": f"#g-{term[1]}"}
    elif address.startswith("https://"):
        link.attrs = {"href": address, "rel": "noopener noreferrer"}
    else:
        found.faults.append((line, f"the link “{address}” is neither https:// nor term:"))


_TAGS = {"p", "h2", "h3", "ul", "ol", "li", "strong", "blockquote", "a", "sup", "div"} | {
    "table", "thead", "tbody", "tr", "th", "td"
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "class", "aria-label", "rel"},
    "h2": {"id"},
    "h3": {"id"},
    "ol": {"start"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "th": {"class", "scope"},
    "td": {"class"},
}


class _Markup(RendererHTML):
    """Writes our own markup where the product's differs from plain HTML."""

    def container_case_open(self, *_: Any) -> str:
        return f'<div class="{_CONTAINERS["case"]}">\n'

    def container_note_open(self, *_: Any) -> str:
        return f'<div class="{_CONTAINERS["note"]}">\n'

    def container_case_close(self, *_: Any) -> str:
        return "</div>\n"

    def container_note_close(self, *_: Any) -> str:
        return "</div>\n"

    def heading_open(self, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
        env["label"] = "".join(_plain(tokens[index + 1].children or []))
        return f'<{tokens[index].tag} id="{env["ids"].pop(0)}">'

    def table_open(self, _tokens: Sequence[Token], _index: int, _options: Any, env: Any) -> str:
        label, seen = env["label"], env["labels"]
        seen[label] = seen.get(label, 0) + 1
        if seen[label] > 1:
            label = f"{label} ({seen[label]})"
        return f'<div class="table" role="region" tabindex="0" aria-label="{escape(label)}"><table>\n'

    def table_close(self, *_: Any) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        return f'<th scope="col"{_number(tokens[index])}>'

    def td_open(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        return f"<td{_number(tokens[index])}>"

    def reference(self, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
        id_ = tokens[index].meta["id"]
        number = env["numbers"].setdefault(id_, len(env["numbers"]) + 1)
        label = escape(say(env["locale"], "Source %(number)s", number=number))
        return f'<sup><a class="ref" href="#ref-{id_}" aria-label="{label}">{number}</a></sup>'


def _number(cell: Token) -> str:
    """Columns aligned to the right hold numbers."""
    return ' class="num"' if "right" in str(cell.attrs.get("style", "")) else ""


def render(
    body: LessonBody, *, title: str, locale: str, ids: Sequence[str], drawings: Mapping[str, str]
) -> list[dict[str, str]]:
    """The parts of a lesson for its page: ``{"html": …}`` or ``{"check": id}``, in order.

    ``ids``: of the headings; ``drawings``: by name, markup that is safe already.
    """
    renderer = _Markup()
    env: dict[str, Any] = {
        "label": title, "labels": {}, "ids": list(ids), "numbers": {}, "locale": locale
    }  # fmt: skip
    parts: list[dict[str, str]] = []

    def add(html: str) -> None:
        if parts and "html" in parts[-1]:
            parts[-1]["html"] += html
        elif html:
            parts.append({"html": html})

    figures = iter(body.figures)
    pending: list[Token] = []
    for kind, tokens in _blocks(body.tokens):
        if kind == "text":
            pending += tokens
            continue
        add(_clean(renderer.render(pending, _parser().options, env)))
        pending = []
        if kind == "check":
            match = _CHECK.fullmatch(tokens[1].content.strip())
            parts.append({"check": match[1] if match else ""})
        else:
            figure = next(figures)
            add(
                f"<figure>{drawings[figure.name]}<figcaption>{escape(figure.caption)}</figcaption></figure>\n"
            )
    add(_clean(renderer.render(pending, _parser().options, env)))
    return parts


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Paragraphs that are a check or a figure, and everything else token by token."""
    index = 0
    while index < len(tokens):
        kind = "text"
        if (
            index + 2 < len(tokens)
            and tokens[index + 1].type == "inline"
            and _stands_alone(tokens, index + 1)
        ):
            inline = tokens[index + 1]
            if _CHECK.fullmatch(inline.content.strip()):
                kind = "check"
            elif [child.type for child in inline.children or []] == ["image"]:
                kind = "figure"
        size = 1 if kind == "text" else 3
        yield kind, list(tokens[index : index + size])
        index += size


def _clean(html: str) -> str:
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"https"}, link_rel=None).strip()
