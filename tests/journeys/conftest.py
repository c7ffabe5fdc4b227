"""A real server over a real demonstration, and a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.cli import demo
from app.kernel.clock import SystemClock
from app.platform.settings import Settings
from tests.postgres import Server

FLAGS = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


Launch = Callable[..., Browser]


def executable() -> str:
    """The browser of this machine; a missing one fails, it never skips."""
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError("no browser: apt-get install chromium-headless-shell, or BROWSER=0")


@pytest.fixture(scope="session")
def launch() -> Iterator[Launch]:
    """Starts a browser with these arguments more; a process can drive browsers from one place only."""
    if os.environ.get("BROWSER") == "0":
        pytest.skip("BROWSER=0 leaves the journeys out on purpose")
    expect.set_options(timeout=30_000)  # a page may wait 16 s before it tries again, and machines are busy
    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:

        def start(*more: str) -> Browser:
            return playwright.chromium.launch(executable_path=executable(), args=[*flags, *more])

        yield start


@pytest.fixture(scope="session")
def chromium(launch: Launch) -> Iterator[Browser]:
    """One browser for the session; every test opens its own contexts."""
    browser = launch()
    yield browser
    browser.close()


@dataclass
class Site:
    """A running server."""

    base: str
    settings: Settings
    environment: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    log: Path | None = None

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        self.log = self.settings.var_dir / "server.log"
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("ceasai")), "serve"],
                env=self.environment,
                stdout=out,
                stderr=out,
            )
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"{self.base}/readyz", timeout=1)
            except OSError:
                assert self.process.poll() is None, self.log.read_text()[-2000:]
                time.sleep(0.1)
            else:
                return
        self.kill()
        raise RuntimeError("the server did not start")

    def kill(self) -> None:
        """Kill -9, as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=20)

    def stop(self) -> None:
        """Stop it as an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration on SQLite, made once and copied for every test that changes it."""
    folder = tmp_path_factory.mktemp("demonstration")
    demo.prepare(Settings(var_dir=folder), SystemClock())
    return folder


def make_site(var: Path, database: str = "") -> Site:
    port = free_port()
    settings = Settings(
        var_dir=var, database_url=database, public_base=f"http://127.0.0.1:{port}", bind_port=port
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CEASAI_", "COV_"))}
    environment = kept | {
        "CEASAI_VAR_DIR": str(var),
        "CEASAI_DATABASE_URL": settings.database,
        "CEASAI_PUBLIC_BASE": settings.public_base,
        "CEASAI_BIND_PORT": str(port),
        "CEASAI_IP_LIMIT_PER_MINUTE": "100000",
    }
    return Site(settings.public_base, settings, environment)


@pytest.fixture
def site(prepared: Path, tmp_path: Path) -> Iterator[Site]:
    """A server of this test's own, on SQLite."""
    var = tmp_path / "var"
    shutil.copytree(prepared, var)
    made = make_site(var)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def reading_site(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that several tests share because they only look at pages."""
    var = tmp_path_factory.mktemp("reading") / "var"
    shutil.copytree(prepared, var)
    made = make_site(var)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def postgres_site(tmp_path: Path) -> Iterator[Site]:
    """A server of this test's own, on PostgreSQL."""
    server = Server.running()
    name = f"j_{uuid4().hex}"
    server.execute(f"CREATE DATABASE {name}")
    var = tmp_path / "var"
    address = Settings(database_url=server.database(name)).database
    demo.prepare(Settings(var_dir=var, database_url=address), SystemClock())
    made = make_site(var, address)
    made.start()
    yield made
    made.stop()
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser context of its own; console errors and policy violations fail the test."""
    contexts: list[Any] = []
    problems: list[str] = []

    def make(site: Site, *, width: int = 1280, javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=site.base,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                problems.append(f"{page.url}: {message.text}")
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                problems.append(f"third party: {request.url}")
                if not request.url.startswith((site.base, "data:", "blob:", "about:"))
                else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert problems == []


def axe_clean(page: Page) -> None:
    """No violation of WCAG 2.2 A or AA that a machine can see."""
    result = Axe().run(
        page,
        options={
            "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        },
    )
    found = [
        f"{v['id']}: {v['nodes'][0]['html'][:160]} ({len(v['nodes'])})" for v in result.response["violations"]
    ]
    assert found == [], f"{page.url}\n" + "\n".join(found)


def no_overflow(page: Page) -> None:
    """Nothing sticks out sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), page.url
