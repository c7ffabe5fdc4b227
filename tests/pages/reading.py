"""Reading a page as somebody does who knows one language: what stands there, and what should not."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html.parser import HTMLParser

from app.cli import messages

LANGUAGES = ("kk", "ru", "en")
WORD = re.compile(r"[^\W\d_]{2,}")
FILLED = re.compile(r"%\(\w+\)s|<[^>]*>|%%")
"""What parts a sentence: what fills it, and markup, at which a page's text is parted too."""
LEAKED = re.compile(r"%\(|\{\{|<built-in|Undefined")
LATIN, CYRILLIC = re.compile(r"\b[a-z]{2,}\b"), re.compile(r"[Ѐ-ӿ]")
CHECKSUM = re.compile(r"\b[0-9a-f]{4,8}(?: [0-9a-f]{4,8}){7,15}\b")
ADDRESS = re.compile(r"\S*[/@.]\S+")
"""Of a page, a file or an e-mail: Latin words in it are no language."""
TERMS = frozenset({"human in the loop", "(human on the loop)"})
"""Terms a lesson introduces in the language they come from."""


class Reader(HTMLParser):
    """What a reader sees and where the links lead. Passages marked as another language are left out."""

    VOID = frozenset(
        {"meta", "link", "img", "input", "br", "hr", "use", "path", "rect", "source", "col", "wbr"}
    )

    def __init__(self, locale: str) -> None:
        super().__init__()
        self.locale, self.texts, self.links, self.html_lang = locale, [], [], ""
        self._stack: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.html_lang = given.get("lang") or ""
        if tag == "a" and (given.get("href") or "").startswith("/"):
            self.links.append(str(given["href"]).split("#")[0])
        for name in ("aria-label", "title", "alt", "placeholder"):
            if given.get(name) and not self._hidden(given):
                self.texts.append(str(given[name]))
        if tag not in self.VOID:
            self._stack.append((tag, self._hidden(given)))

    def _hidden(self, given: dict[str, str | None]) -> bool:
        other = given.get("lang") not in {None, self.locale}
        return other or any(hidden for _, hidden in self._stack)

    def handle_endtag(self, tag: str) -> None:
        while self._stack:
            if self._stack.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and not any(hidden or tag in {"script", "style"} for tag, hidden in self._stack):
            self.texts.append(words)


def _strings(locale: str) -> Iterator[str]:
    for message in messages.read(locale):
        if not message.id:
            continue
        strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if locale == "en" and message.context != "error":
            strings = [message.id] if isinstance(message.id, str) else list(message.id)
        yield from (" ".join(string.split()) for string in strings if string)


@cache
def sentences(locale: str) -> frozenset[str]:
    """Whole sentences of a language, without placeholders, long enough to be no name or number."""
    return frozenset(s for s in _strings(locale) if not FILLED.search(s) and len(WORD.findall(s)) >= 2)


@cache
def fixed_parts(locale: str) -> frozenset[str]:
    """What stands between the placeholders of a language's other sentences, three words long at least."""
    return frozenset(
        part.strip()
        for string in _strings(locale)
        if FILLED.search(string)
        for part in FILLED.split(string)
        if len(WORD.findall(part)) >= 3
    )


@cache
def _foreign(locale: str) -> tuple[tuple[str, frozenset[str], tuple[str, ...]], ...]:
    own = "\n".join(_strings(locale))
    return tuple(
        (
            other,
            sentences(other) - sentences(locale),
            tuple(sorted(part for part in fixed_parts(other) if part not in own)),
        )
        for other in LANGUAGES
        if other != locale
    )


@lru_cache(maxsize=2)
def _read(locale: str, html: str) -> Reader:
    reader = Reader(locale)
    reader.feed(html)
    return reader


@cache
def _wrong(locale: str, words: str) -> tuple[str, ...]:
    found = []
    for other, whole, parts in _foreign(locale):
        if words in whole:
            found.append(f"{other} sentence {words!r}")
        else:
            found += [f"{other} words {part!r} in {words!r}" for part in parts if part in words]
    if not found and locale != "en" and words not in TERMS and not CYRILLIC.search(words):
        if len(LATIN.findall(CHECKSUM.sub(" ", ADDRESS.sub(" ", words)))) >= 3:
            found.append(f"only Latin words {words!r}")
    if (words == "None" and locale != "en") or LEAKED.search(words):
        found.append(f"leaked {words[:80]!r}")
    return tuple(found)


def faults_of_a_part(locale: str, html: str) -> Iterator[str]:
    """Everything in a part of a page of ``locale`` that its reader should not see."""
    for words in sorted(set(_read(locale, html).texts)):
        yield from _wrong(locale, words)


def faults(locale: str, html: str) -> Iterator[str]:
    """Everything on a page of ``locale`` that its reader should not see."""
    html_lang = _read(locale, html).html_lang
    if html_lang != locale:
        yield f"lang={html_lang}"
    if 'class="demo-strip"' not in html:
        yield "does not say that it is a demonstration"
    yield from faults_of_a_part(locale, html)


def links(locale: str, html: str) -> list[str]:
    """Where a page leads, within its language."""
    return [link for link in _read(locale, html).links if link.startswith((f"/{locale}/", "/v/"))]
