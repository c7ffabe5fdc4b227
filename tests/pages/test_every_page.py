"""Walk every link of a demonstration, as everybody it has, in every language, and read what stands there."""

import shutil
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.cli import demo
from app.cli.cast import CAST
from app.kernel.clock import FixedClock, SystemClock
from app.platform.settings import ROOT, Settings
from app.web.folding import FoldingEnvironment
from app.web.pages import environment
from tests.pages.reading import LANGUAGES, faults, faults_of_a_part, fixed_parts, links
from tests.pages.scenes import Scenes
from tests.world import Browser, World

AT_MOST = 400
"""Pages walked for one person in one language; more would mean that links breed links."""
TEMPLATES = {
    path.as_posix().split("/templates/")[1]
    for path in (ROOT / "app").glob("*/templates/**/*.html")
    if "{% extends" in path.read_text()
}
"""Every template that is a page of its own."""


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    folder, present = tmp_path_factory.mktemp("walk"), SystemClock().now()
    demo.prepare(Settings(var_dir=folder), FixedClock(present))
    return folder, present


@pytest.fixture
def walked(demonstration: tuple[Path, datetime], tmp_path: Path) -> Iterator[World]:
    """A copy, at the hour at which it was built."""
    folder, present = demonstration
    var = tmp_path / "var"
    shutil.copytree(folder, var)
    made = World(Settings(var_dir=var, worker="separate"), FixedClock(present))
    yield made
    made.close()


def everybody(world: World) -> dict[str, UUID | None]:
    with world.read() as session:
        rows = session.execute(text("SELECT demo_role, id FROM person WHERE demo_role IS NOT NULL")).all()
    return {"visitor": None} | {row[0]: UUID(str(row[1])) for row in rows}


def is_page(locale: str, path: str) -> bool:
    if "lang=" in path and f"lang={locale}" not in path:
        return False  # the switch of a page whose address names no language
    return path.startswith((f"/{locale}/", "/v/")) and not path.endswith((".csv", ".pdf", ".jwt", ".ics"))


class Eye:
    """Reads every reply it is shown, and knows which templates were rendered meanwhile."""

    def __init__(self, locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.locale, self.rendered, self.wrong, self.read = locale, set(), [], 0
        asked, own = FoldingEnvironment.get_template, environment(locale)

        def recorded(of: FoldingEnvironment, name: str, *more: Any, **named: Any) -> Any:
            if of is own:
                self.rendered.add(name)
            return asked(of, name, *more, **named)

        monkeypatch.setattr(FoldingEnvironment, "get_template", recorded)

    def look(self, where: str, reply: Any) -> None:
        """Read a page, or a part of one."""
        whole = "<html" in reply.text
        found = faults(self.locale, reply.text) if whole else faults_of_a_part(self.locale, reply.text)
        self.wrong += [f"{where}: {fault}" for fault in found]
        self.read += 1


def walk(browser: Browser, role: str, eye: Eye) -> list[str]:
    """Follow every link from the home page; what is left when the limit is reached."""
    queue, seen = deque([f"/{eye.locale}/"]), set()
    while queue and len(seen) < AT_MOST:
        path = queue.popleft()
        if path in seen or not is_page(eye.locale, path):
            continue
        seen.add(path)
        reply = browser.get(path)
        if reply.status_code == 303:
            queue.append(reply.headers["location"])
        elif reply.status_code != 200:
            eye.wrong.append(f"{role} {path}: {reply.status_code}")
        elif reply.headers["content-type"].startswith("text/html"):
            eye.look(f"{role} {path}", reply)
            queue += links(eye.locale, reply.text)
    return [path for path in queue if path not in seen and is_page(eye.locale, path)]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_page_speaks_its_language(walked: World, locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    people = everybody(walked)
    assert len(people) == len(CAST) + 1
    eye = Eye(locale, monkeypatch)
    left = {role: walk(walked.browser(person_id), role, eye) for role, person_id in people.items()}
    assert {role: paths for role, paths in left.items() if paths} == {}
    Scenes(walked, locale, eye.look).play()
    assert eye.read > 500
    assert eye.wrong == []
    assert TEMPLATES - eye.rendered == set(), "no link and no scene of tests/pages/scenes.py shows these"


def refusals(browser: Browser, locale: str) -> Iterator[tuple[int, Any]]:
    """A page for each way of saying no."""
    yield 404, browser.get(f"/{locale}/no-such-page")
    yield 404, browser.get(f"/{locale}/courses/none")
    yield 410, browser.get(f"/{locale}/confirm/none")
    yield 422, browser.post(f"/{locale}/sign-in", {"email": "", "password": "x"})
    yield 422, browser.post(f"/{locale}/sign-in", {"email": "nobody@people.example", "password": "x"})
    yield 422, browser.post(f"/{locale}/register", {"email": "nobody"})
    yield 422, browser.post(f"/{locale}/reset", {"email": "nobody"})
    yield 403, browser.http.post(f"/{locale}/register", headers={"Origin": "https://evil.example"})
    yield 405, browser.http.put(f"/{locale}/courses")
    for _ in range(5):
        reply = browser.post(f"/{locale}/sign-in", {"email": "often@people.example", "password": "x"})
    yield 422, reply
    yield 429, browser.post(f"/{locale}/sign-in", {"email": "often@people.example", "password": "x"})


def refusals_signed_in(browser: Browser, locale: str) -> Iterator[tuple[int, Any]]:
    yield 403, browser.get(f"/{locale}/admin/people")
    yield 404, browser.get(f"/{locale}/exams/attempts/00000000-0000-7000-8000-000000000000")
    yield 422, browser.post(f"/{locale}/settings/profile", {"timezone": "Mars/Olympus"})
    yield 422, browser.post(f"/{locale}/settings/closure", {"present": "x"})
    yield 410, browser.get(f"/{locale}/settings/address/none")
    yield 422, browser.post(f"/{locale}/exams/ceasai-analyst/application", {})


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_refusal_speaks_its_readers_language(walked: World, locale: str) -> None:
    somebody = next(person for role, person in everybody(walked).items() if role == "learner")
    told = [*refusals(walked.browser(), locale), *refusals_signed_in(walked.browser(somebody), locale)]
    assert [reply.status_code for _, reply in told] == [status for status, _ in told]
    assert [fault for _, reply in told for fault in faults(locale, reply.text)] == []


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_running_exam_speaks_its_language_from_the_first_page_to_the_receipt(
    walked: World, locale: str
) -> None:
    with walked.read() as session:
        slug = session.execute(text("SELECT slug FROM exam WHERE NOT certification")).scalars().first()
    browser = walked.browser(everybody(walked)["learner"])
    place = browser.post(f"/{locale}/exams/{slug}/attempts").headers["location"]
    assert place.startswith(f"/{locale}/exams/attempts/")
    pages = [browser.get(f"{place}{tail}") for tail in ("", "?n=2", "/time", "/submission")]
    refused = browser.post(f"{place}/answers", {"n": "none", "a-1": "no such choice", "v-1": "0"})
    handed_in = browser.post(f"{place}/submission", {})
    assert handed_in.status_code == 303, handed_in.text
    pages += [browser.get(handed_in.headers["location"]), browser.get(f"{place}/result"), browser.get(place)]
    pages = [browser.get(p.headers["location"]) if p.status_code == 303 else p for p in pages]
    assert [p.status_code for p in pages] == [200] * len(pages)
    whole = [p for p in (*pages, refused) if "<html" in p.text]
    assert len(whole) >= 5
    assert [fault for p in whole for fault in faults(locale, p.text)] == []


BROKEN = {
    "a whole sentence": "<p>Verify a certificate</p>",
    "a leak": "<p>%(name)s</p>",
    "nothing": "<p>None</p>",
    "no sentence of a catalogue": "<p>Written by a program in English</p>",
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_check_is_able_to_fail(what: str) -> None:
    strip = '<aside class="demo-strip"></aside>'
    assert (
        list(faults("kk", f'<html lang="kk">{strip}<p>Ал, кеттік</p><p lang="en">Sign in</p></html>')) == []
    )
    assert len(list(faults("kk", f'<html lang="kk">{strip}{BROKEN[what]}</html>'))) == 1
    assert list(faults("kk", f'<html lang="ru">{strip}</html>')) == ["lang=ru"]


def test_a_filled_sentence_of_another_language_is_seen() -> None:
    part = sorted(fixed_parts("ru") - fixed_parts("kk"))[0]
    strip = '<aside class="demo-strip"></aside>'
    page = f'<html lang="kk">{strip}<p>2026: {part} 12</p></html>'
    assert any("ru words" in fault for fault in faults("kk", page))
    assert len(fixed_parts("ru")) > 100
