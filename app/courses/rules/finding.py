"""Which lessons come first in a search, and which words around the hit are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from app.courses.rules.search import normalise

LONGEST_QUERY = 200
"""Characters of a query that are looked at."""
MOST_WORDS = 8
"""Words of a query that are looked for."""
_AROUND = 14
"""Words shown before and after the first hit."""
_SKIPPED = frozenset({"svg", "script", "style", "sup"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of a snippet; ``hit`` when it is what was looked for."""

    text: str
    hit: bool


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._depth += tag in _SKIPPED
        if tag in {"p", "li", "td", "th", "h2", "h3", "blockquote", "figcaption", "br"}:
            self.kept.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag in _SKIPPED and self._depth > 0

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.kept.append(data)


def plain_text(html: Sequence[str]) -> str:
    """The words of rendered lesson parts, without figures and footnote numbers."""
    parser = _Words()
    for part in html:
        parser.feed(part + " ")
    parser.close()
    return " ".join("".join(parser.kept).split())


def query_words(query: str, locale: str) -> list[str]:
    """What is looked for: normalised words, each once, in order of typing."""
    return list(dict.fromkeys(normalise(query[:LONGEST_QUERY], locale)))[:MOST_WORDS]


def score(*, title: str, search_text: str, words: Sequence[str], locale: str) -> int:
    """How well a lesson fits: a word in the title outweighs any number of words in the text."""
    in_title = normalise(title, locale)
    titled = sum(any(word.startswith(wanted) for word in in_title) for wanted in words)
    told = sum(word.startswith(tuple(words)) for word in search_text.split())
    return titled * 10_000 + min(told, 9_999)


@lru_cache(maxsize=50_000)
def _stems(token: str, locale: str) -> tuple[str, ...]:
    return tuple(normalise(token, locale))  # stemming is the cost of a search, and words come again and again


def _hits(token: str, wanted: tuple[str, ...], locale: str) -> bool:
    return any(word.startswith(wanted) for word in _stems(token, locale))


def snippet(text: str, words: Sequence[str], locale: str) -> list[Piece]:
    """The words around the first hit in ``text``, hits marked; the beginning when no word of it hits."""
    wanted, tokens = tuple(words), text.split()
    first = next((place for place, token in enumerate(tokens) if _hits(token, wanted, locale)), 0)
    start, end = max(0, first - _AROUND), min(len(tokens), first + _AROUND + 1)
    pieces: list[Piece] = []
    for token in tokens[start:end]:
        hit = _hits(token, wanted, locale)
        if pieces and pieces[-1].hit == hit:
            pieces[-1] = Piece(f"{pieces[-1].text} {token}", hit)
        else:
            pieces.append(Piece(token, hit))
    if pieces and start > 0:
        pieces.insert(0, Piece("…", hit=False))
    if pieces and end < len(tokens):
        pieces.append(Piece("…", hit=False))
    return pieces
