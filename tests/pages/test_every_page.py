"""Walk every link of a demonstration, as everybody it has, in every language, and read what stands there."""

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import text

from app.cli import demo, messages
from app.kernel.clock import SystemClock
from app.platform.settings import Settings
from tests.world import World

WORD = re.compile(r"[^\W\d_]{2,}")
AT_MOST = 250
"""Pages walked for one person in one language; lists repeat themselves beyond that."""


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


def sentences(locale: str) -> set[str]:
    """Whole sentences of a language, without placeholders, long enough to be no name or number."""
    found = set()
    for message in messages.read(locale):
        if not message.id:
            continue
        strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if locale == "en" and message.context != "error":
            strings = [message.id] if isinstance(message.id, str) else list(message.id)
        found |= {" ".join(s.split()) for s in strings if s and "%" not in s and len(WORD.findall(s)) >= 2}
    return found


SENTENCES = {locale: sentences(locale) for locale in ("kk", "ru", "en")}


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walk")
    demo.prepare(Settings(var_dir=folder), SystemClock())
    return folder


@pytest.fixture
def walked(demonstration: Path, tmp_path: Path) -> Iterator[World]:
    var = tmp_path / "var"
    shutil.copytree(demonstration, var)
    made = World(Settings(var_dir=var, worker="separate"), SystemClock())  # type: ignore[arg-type]
    yield made
    made.close()


def everybody(world: World) -> dict[str, object]:
    from uuid import UUID

    with world.read() as session:
        rows = session.execute(text("SELECT demo_role, id FROM person WHERE demo_role IS NOT NULL")).all()
    return {"visitor": None} | {row[0]: UUID(row[1]) if isinstance(row[1], str) else row[1] for row in rows}


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_page_speaks_its_language(walked: World, locale: str) -> None:
    others = {other: SENTENCES[other] - SENTENCES[locale] for other in ("kk", "ru", "en") if other != locale}
    people = everybody(walked)
    assert len(people) >= 7
    seen_everywhere: set[str] = set()
    wrong: list[str] = []
    for role, person_id in people.items():
        browser = walked.browser(person_id)  # type: ignore[arg-type]
        queue, seen = [f"/{locale}/"], set()
        while queue and len(seen) < AT_MOST:
            path = queue.pop(0)
            if (
                path in seen
                or not path.startswith((f"/{locale}/", "/v/"))
                or path.endswith((".csv", ".pdf", ".jwt"))
            ):
                continue
            seen.add(path)
            reply = browser.get(path)
            if reply.status_code == 303:
                queue.append(reply.headers["location"])
                continue
            if reply.status_code != 200:
                wrong.append(f"{role} {path}: {reply.status_code}")
                continue
            if not reply.headers["content-type"].startswith("text/html"):
                continue
            reader = Reader(locale)
            reader.feed(reply.text)
            if reader.html_lang != locale:
                wrong.append(f"{role} {path}: lang={reader.html_lang}")
            if 'class="demo-strip"' not in reply.text:
                wrong.append(f"{role} {path}: does not say that it is a demonstration")
            for words in set(reader.texts):
                for other, theirs in others.items():
                    if words in theirs:
                        wrong.append(f"{role} {path}: {other} sentence {words!r}")
                if words == "None" or re.search(r"%\(|\{\{|<built-in|Undefined", words):
                    wrong.append(f"{role} {path}: leaked {words[:80]!r}")
            queue += [link for link in reader.links if link.startswith((f"/{locale}/", "/v/"))]
        seen_everywhere |= seen
    assert len(seen_everywhere) > 40
    assert wrong == []


def test_the_check_is_able_to_fail() -> None:
    reader = Reader("kk")
    reader.feed('<html lang="kk"><p>Verify a certificate</p><p lang="en">Sign in</p></html>')
    assert set(reader.texts) & (SENTENCES["en"] - SENTENCES["kk"]) == {"Verify a certificate"}
