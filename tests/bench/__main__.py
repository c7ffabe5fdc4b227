"""Print the figures: CPU per request, an exam journey in two shapes, statements, memory, page weight.

Usage: make bench. Needs a browser for the page weights; without one they are left out and said to be missing.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import event

from app.cli import demo
from app.kernel.clock import SystemClock
from app.platform.settings import Settings
from tests.bench import prepare, weights
from tests.bench.client import Browser
from tests.bench.server import Measured
from tests.postgres import Server
from tests.world import World

ROUNDS, REQUESTS = 5, 60


def cpu_of(server: Measured, act: Any, times: int) -> float:
    """CPU milliseconds of the web processes per act: the median of several rounds."""
    act()
    figures = []
    for _ in range(ROUNDS):
        before = server.cpu()
        for _ in range(times):
            act()
        figures.append((server.cpu() - before) / times * 1000)
    return median(figures)


def ok(reply: tuple[int, str, str], *allowed: int) -> None:
    """A figure of a page that failed would be worth nothing."""
    if reply[0] not in (allowed or (200,)):
        raise RuntimeError(f"{reply[0]} {reply[1]} {reply[2][:300]}")


def pages(server: Measured, facts: prepare.Facts) -> list[tuple[str, float]]:
    """CPU of each page the budgets name."""
    base = server.settings.public_base
    anonymous = Browser(base)
    learner = Browser(base, {"ceasai_session": facts.learner})
    manager = Browser(base, {"ceasai_session": facts.manager})
    figures = [
        ("sign-in page", cpu_of(server, lambda: ok(anonymous.get("/kk/sign-in")), REQUESTS)),
        ("dashboard", cpu_of(server, lambda: ok(learner.get("/kk/dashboard")), REQUESTS)),
        ("lesson", cpu_of(server, lambda: ok(learner.get(facts.lesson)), REQUESTS)),
        ("verify page", cpu_of(server, lambda: ok(anonymous.get(f"/v/{facts.number}?lang=kk")), REQUESTS)),
        ("cohort page, 1,000 people", cpu_of(server, lambda: ok(manager.get(facts.cohort)), 20)),
    ]
    candidate, attempt = facts.candidates.pop()
    browser = Browser(base, {"ceasai_session": candidate})
    lease = enter(browser, attempt)
    versions = {"n": 0}

    def save() -> None:
        versions["n"] += 1
        data = {
            "lease": lease,
            "key": f"save-{versions['n']}",
            "a-1": "ab"[versions["n"] % 2],
            "v-1": versions["n"] - 1,
        }
        ok(browser.post(f"/kk/exams/attempts/{attempt}/answers", data, **{"HX-Request": "true"}))

    figures.append(("save of one answer", cpu_of(server, save, REQUESTS)))
    return figures


def enter(browser: Browser, attempt: UUID) -> str:
    """Start the attempt and take the window's token from the page."""
    ok(browser.get(f"/kk/exams/attempts/{attempt}/before"))
    ok(browser.post(f"/kk/exams/attempts/{attempt}/start", {}), 303)
    reply = browser.get(f"/kk/exams/attempts/{attempt}?n=1")
    ok(reply)
    return reply[2].split('id="lease" name="lease" value="', 1)[1].split('"', 1)[0]


def journey(server: Measured, facts: prepare.Facts, *, page_per_save: bool) -> float:
    """CPU seconds of start, 20 saves of 3 answers, hand-in and result."""
    session, attempt = facts.candidates.pop()
    browser = Browser(server.settings.public_base, {"ceasai_session": session})
    before = server.cpu()
    lease = enter(browser, attempt)
    for turn in range(20):
        data: dict[str, object] = {"lease": lease, "key": f"turn-{turn}"}
        for position in range(turn * 3 + 1, turn * 3 + 4):
            data |= {f"a-{position}": "b", f"v-{position}": 0}
        if page_per_save:
            ok(
                browser.post(
                    f"/kk/exams/attempts/{attempt}/answers", {**data, "n": turn * 3 + 1, "go": "next"}
                ),
                303,
            )
            ok(browser.get(f"/kk/exams/attempts/{attempt}?n={turn * 3 + 2}"))
        else:
            ok(browser.post(f"/kk/exams/attempts/{attempt}/answers", data, **{"HX-Request": "true"}))
    ok(browser.get(f"/kk/exams/attempts/{attempt}/submission"))
    ok(browser.post(f"/kk/exams/attempts/{attempt}/submission", {"lease": lease, "key": "end"}), 303)
    ok(browser.get(f"/kk/exams/attempts/{attempt}/result"))
    return server.cpu() - before


def statements(settings: Settings, facts: prepare.Facts) -> list[tuple[str, int]]:
    """Statements per page, the viewer's included, counted inside one process."""
    world = World(settings.model_copy(update={"allowed_hosts": ("127.0.0.1",)}), SystemClock())  # type: ignore[arg-type]
    count = 0

    def counting(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(world.engine, "before_cursor_execute", counting)
    figures = []
    asked = (
        ("sign-in page", "/kk/sign-in", None),
        ("dashboard", "/kk/dashboard", facts.learner),
        ("lesson", facts.lesson, facts.learner),
        ("verify page", f"/v/{facts.number}?lang=kk", None),
        ("cohort page, 1,000 people", facts.cohort, facts.manager),
    )
    for name, path, session in asked:
        browser = world.browser()
        browser.http.base_url = settings.public_base
        if session:
            browser.http.cookies.set("ceasai_session", session)
        browser.get(path)
        count = 0
        reply = browser.get(path)
        if reply.status_code != 200:
            raise RuntimeError(f"{path}: {reply.status_code}")
        figures.append((name, count))
    world.close()
    return figures


def measure(kind: str, settings: Settings, processes: int) -> None:
    """Everything on one database."""
    started = time.monotonic()
    demo.prepare(settings, SystemClock())
    facts = prepare.fill(settings)
    print(
        f"\n{kind}, {processes} web process(es) and a worker; prepared in {time.monotonic() - started:.1f} s"
    )
    server = Measured(settings, processes)
    server.start()
    try:
        print(f"  memory idle              {server.memory():7.1f} MiB")
        for name, figure in pages(server, facts):
            print(f"  {name:25}{figure:7.2f} ms CPU")
        for name, shape in (("journey, our shape", False), ("journey, a page a save", True)):
            figures = [journey(server, facts, page_per_save=shape) for _ in range(5)]
            print(f"  {name:25}{median(figures):7.3f} s CPU")
        print(f"  memory under load        {server.memory():7.1f} MiB")
        if kind == "SQLite":
            for line in weights.measure(server.settings.public_base, facts):
                print(line)
    finally:
        server.stop()
    for name, number in statements(settings, facts):
        print(f"  {name:25}{number:4} statements")


def main() -> None:
    """Both databases, one after the other."""
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="ceasai-bench-") as folder:
        base = {"public_base": "http://127.0.0.1:8971", "bind_port": 8971}
        measure("SQLite", Settings(var_dir=Path(folder) / "sqlite", **base), cores)  # type: ignore[arg-type]
        server = Server()
        try:
            server.execute("CREATE DATABASE bench")
            url = Settings(database_url=server.database("bench")).database
            measure(
                "PostgreSQL",
                Settings(var_dir=Path(folder) / "pg", database_url=url, **base),
                cores,  # type: ignore[arg-type]
            )
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
