"""HTML of other systems to the plain text that our items are, and back.

Nothing of the markup survives: what it means in words is kept (lines, lists, powers), what it would do is
refused, and what is lost is told.
"""

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt

from app.kernel.locales import LOCALES
from app.question_banks.formats.building import UNSAID
from app.question_banks.formats.check import ACTIVE
from app.question_banks.formats.draft import Text
from app.question_banks.formats.limits import RAW_TEXT
from app.question_banks.formats.report import ItemError, UnsupportedError

_RUNS = frozenset(
    ("script", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "meta", "link", "portal")
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "tr",
        "blockquote",
        "pre",
        "section",
        "article",
        "header",
        "footer",
        "figure",
        "figcaption",
        "address",
        "center",
        "hr",
        "main",
        "aside",
        "nav",
        "caption",
        "thead",
        "tbody",
        "tfoot",
    ]
)
_STYLES = frozenset(
    [
        "b",
        "i",
        "em",
        "strong",
        "u",
        "s",
        "del",
        "ins",
        "small",
        "big",
        "font",
        "mark",
        "cite",
        "q",
        "var",
        "samp",
        "kbd",
        "code",
        "tt",
        "dfn",
        "abbr",
    ]
)
_LOST = {
    "img": "a picture",
    "image": "a picture",
    "svg": "a drawing",
    "video": "a video",
    "audio": "a sound",
    "table": "the form of a table (its cells are kept as lines)",
    "a": "the address of a link (its words are kept)",
    "style": "a style sheet",
    "form": "a form",
    "input": "a field of a form",
    "button": "a button",
    "canvas": "a drawing",
}
_SKIPPED = frozenset({"style", "svg", "video", "audio", "canvas", "template", "noscript", "title", "head"})
_VOID = frozenset(["br", "hr", "img", "image", "input", "wbr", "col", "area", "source", "track", "param"])
_KNOWN = _RUNS | _BLOCKS | _STYLES | _SKIPPED | _VOID | {
    *_LOST, "span", "li", "td", "th", "sub", "sup", "math", "label", "html", "body", "ruby", "rt",
}  # fmt: skip
_NOT_A_TAG = re.compile(rf"<(?!/?(?:{'|'.join(sorted(_KNOWN))})(?:[\s/][^<>]*)?>|!--)", re.IGNORECASE)
_SUPERS = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUBS = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_ATTRIBUTES = frozenset(
    [
        "class",
        "lang",
        "xml:lang",
        "src",
        "href",
        "action",
        "formaction",
        "data",
        "background",
        "xlink:href",
        "srcset",
        "alt",
        "alttext",
        "style",
    ]
)
_SCHEMES = frozenset(
    ["http", "https", "ftp", "data", "javascript", "vbscript", "mailto", "tel", "file", "blob", "about"]
)
_LOADS = re.compile(r"\s*(?:javascript|vbscript|data\s*:\s*text)\s*:?", re.IGNORECASE)
_PARAGRAPH, _BREAK, _ENTRY = "\x01", "\x02", "\x03"
_SPACES = re.compile(r"[ \t\n\r\f]+")


def plain(text: str, notes: list[str], *, kind: str = "html") -> Text:
    """The words of a text, by language where it marks them (multilang), else under ``UNSAID``.

    ``kind``: ``html``, ``auto`` (HTML in which a stray ``<`` and lines stay), ``markdown`` or ``plain``.
    ``notes`` takes what is lost.

    Raises:
        ItemError: the text is too long, or holds what a browser would run or load.
        UnsupportedError: it means something that plain text cannot.
    """
    if len(text) > RAW_TEXT:
        raise ItemError(f"a text has {len(text)} characters with its markup; at most {RAW_TEXT} are read")
    if kind == "plain":
        return {UNSAID: text}
    if kind == "markdown":
        text = MarkdownIt("commonmark").render(text)
    elif kind == "auto":
        if "<" not in text and "&" not in text:
            return {UNSAID: text}
        text = _NOT_A_TAG.sub("&lt;", text.strip("\n")).replace("\n", "<br>")
    active = ACTIVE.search(text)
    if active is not None:
        raise ItemError(f"the text holds what a browser would run or load: {active[0][:60]}")
    reader = _Reader(notes)
    reader.feed(_well_formed(_named_languages(text)))
    reader.close()
    return reader.by_language()


def _well_formed(text: str) -> str:
    """The same markup as a browser understands it. The reader of the standard library is slow on broken tags.

    Nothing is cleaned here: what runs or loads must be seen to be refused.
    """
    return nh3.clean(
        text,
        tags=set(_KNOWN),
        clean_content_tags=set(),
        attributes={"*": set(_ATTRIBUTES)},
        generic_attribute_prefixes={"on"},
        url_schemes=set(_SCHEMES),
        link_rel=None,
    )


_MLANG = re.compile(r"\{mlang\s+([a-z]{2,8})[a-z_,-]*\}(.*?)\{mlang\}", re.DOTALL | re.IGNORECASE)


def _named_languages(text: str) -> str:
    """Marks of the second multilang filter written as those of the first."""
    if "{mlang" not in text:
        return text
    return _MLANG.sub(
        lambda found: f'<span class="multilang" lang="{found[1].lower()}">{found[2]}</span>', text
    )


@dataclass
class _Part:
    """Words of one language, or of all (None)."""

    language: str | None
    words: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Reads markup once, from left to right, and keeps words only."""

    def __init__(self, notes: list[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.notes = notes
        self.parts = [_Part(None)]
        self.spans: list[bool] = []
        self.skipping = 0
        self.raised: list[tuple[str, int]] = []
        self.pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what the tag means in plain text."""
        given = dict(attrs)
        _refuse_active(tag, given)
        if tag == "math":
            self._math(given)
        if tag in _SKIPPED and tag not in _VOID:
            self.skipping += 1
        if tag in {"img", "image"}:
            self._picture(given.get("src") or given.get("xlink:href") or "")
        elif tag in _LOST:
            self._note(f"{_LOST[tag]} is not kept")
        elif tag in _STYLES:
            self._note("bold, italic and other styles of letters are not kept")
        if tag == "br":
            self._put(_BREAK)
        elif tag == "li":
            self._put(_ENTRY)
        elif tag in {"td", "th"}:
            self._put(" ")
        elif tag in _BLOCKS:
            self._put(_PARAGRAPH)
        if tag == "pre":
            self.pre += 1
        if tag in {"sub", "sup"}:
            self.raised.append((tag, len(self.parts[-1].words)))
        if tag == "span":
            self._span(given)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if (tag in _SKIPPED and self.skipping) or (tag == "math" and self.skipping):
            self.skipping -= 1
        elif tag == "span" and self.spans:
            if self.spans.pop():
                self.parts.append(_Part(None))
        elif tag in {"sub", "sup"} and self.raised:
            self._raise(*self.raised.pop())
        elif tag == "pre" and self.pre:
            self.pre -= 1
            self._put(_PARAGRAPH)
        elif tag in _BLOCKS and tag not in _VOID:
            self._put(_PARAGRAPH)

    def handle_data(self, data: str) -> None:
        """Keep words; white space is one space, as a browser shows it."""
        if not self.skipping:
            self._put(data.replace("\n", _BREAK) if self.pre else _SPACES.sub(" ", data))

    def unknown_decl(self, data: str) -> None:
        """A CDATA section inside HTML shows nothing in a browser; its words are kept."""
        self._put(data.removeprefix("CDATA["))

    def by_language(self) -> Text:
        """The words, cleared of the marks of lines."""
        named = {part.language for part in self.parts if part.language is not None}
        if not named:
            return {UNSAID: _lines("".join(word for part in self.parts for word in part.words))}
        for other in sorted(named - set(LOCALES)):
            self._note(f"the text in the language “{other[:10]}” is not kept")
        return {
            str(locale): _lines(
                "".join(word for part in self.parts if part.language in {None, locale} for word in part.words)
            )
            for locale in LOCALES
            if locale in named
        }

    def _put(self, words: str) -> None:
        self.parts[-1].words.append(words)

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _picture(self, source: str) -> None:
        if _far(source):
            self._note(f"a remote picture is not kept and was not loaded: {source.strip()[:80]}")
        else:
            self._note("a picture is not kept")

    def _span(self, given: dict[str, str | None]) -> None:
        language = (given.get("lang") or given.get("xml:lang") or "").lower().replace("_", "-").split("-")[0]
        multi = "multilang" in (given.get("class") or "").split() and bool(language)
        self.spans.append(multi)
        if multi:
            self.parts.append(_Part(language))

    def _math(self, given: dict[str, str | None]) -> None:
        words = given.get("alttext")
        if not words:
            raise UnsupportedError("a formula in MathML has no words that could stand for it (alttext)")
        self._note("a formula in MathML is kept as its words only")
        self._put(f" {words} ")
        self.skipping += 1

    def _raise(self, tag: str, start: int) -> None:
        words = self.parts[-1].words
        inner = "".join(words[start:])
        table = _SUPERS if tag == "sup" else _SUBS
        if inner and all(ord(letter) in table for letter in inner):
            made = inner.translate(table)
        else:
            self._note("raised and lowered letters are kept as ^ and _")
            made = f"{'^' if tag == 'sup' else '_'}{inner}"
        words[start:] = [made]


def _refuse_active(tag: str, given: dict[str, str | None]) -> None:
    if tag in _RUNS:
        raise ItemError(f"the text holds <{tag}>, which a browser would run or load")
    for name, value in given.items():
        if name.startswith("on") and len(name) > 2:
            raise ItemError(f"the text holds the event handler “{name[:30]}”, which a browser would run")
        if value and name in {"href", "src", "action", "formaction", "xlink:href", "data", "background"}:
            packed = "".join(value.split())
            if _LOADS.match(packed):
                raise ItemError(f"the text holds an address that a browser would run: {packed[:40]}")


def _far(address: str) -> bool:
    return address.strip().lower().startswith(("http:", "https:", "//", "ftp:"))


_MARKS = f" {_PARAGRAPH}{_BREAK}"


def _lines(text: str) -> str:
    first, *entries = text.split(_ENTRY)
    listed = [first.rstrip(_MARKS), *(f"- {entry.strip(_MARKS)}" for entry in entries)]
    paragraphs = _BREAK.join(part for part in listed if part).split(_PARAGRAPH)
    stripped = [paragraph.strip(f" {_BREAK}") for paragraph in paragraphs]
    return "\n\n".join(part for part in stripped if part).replace(_BREAK, "\n")


def html(text: str) -> str:
    """A plain text as HTML that ``plain`` reads back the same."""
    return escape(text, quote=False).replace("\n", "<br>")


def multilang(text: Text, language: str | None = None) -> str:
    """A text in its languages as HTML, each in its mark (Moodle's filter); of one language without.

    Source: Moodle documentation, Multi-language content filter.
    """
    if language is not None:
        return html(text.get(language, ""))
    return "".join(
        f'<span lang="{locale}" class="multilang">{html(text[locale])}</span>'
        for locale in LOCALES
        if locale in text
    )
