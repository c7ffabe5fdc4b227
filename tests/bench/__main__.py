"""Print the figures: CPU per request, an exam journey in two shapes, statements, memory, page weight.

Usage: make bench. Needs a browser for the page weights; without one they are left out and said to be missing.
"""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import event

from app.brands.resolver import resolve
from app.certificates.pdf.render import render
from app.certificates.queries import verify
from app.cli import demo
from app.cli.cast import PASSWORD
from app.kernel.clock import SystemClock
from app.platform.database import make_engine, read_session
from app.platform.settings import Settings
from tests.bench import prepare, weights
from tests.bench.client import Browser
from tests.bench.server import Measured
from tests.postgres import Server
from tests.world import World

ROUNDS, REQUESTS = 5, 60
LISTED = 1000
SIGN_INS, HANDS = 200, 4
PAPERS = 20

BUDGETS = {
    "sign-in page": 1.5,
    "dashboard": 4,
    "lesson": 4,
    "verify page": 2,
    "save of one answer": 2.5,
    "journey, our shape": 0.12,
    "journey, a page a save": 0.18,
    "1,000 invited by a list": 3,
    "1,000 sign-ins": 60,
    "a certificate's PDF": 90,
    "memory idle": 250,
    "memory under load": 400,
}
"""Upper bounds in the unit of each figure. Source: design of the stack, what a request costs; specification of
the certificates, section 5 (the PDF's with seal and log proof, which are still to come)."""


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


def tell(name: str, figure: float, unit: str, *, digits: int = 2) -> None:
    """Print a figure, and its budget when it has one."""
    budget = BUDGETS.get(name)
    judged = "" if budget is None else f"   budget {budget:g}{', over' if figure > budget else ''}"
    print(f"  {name:25}{figure:9.{digits}f} {unit}{judged}")


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


def invited(server: Measured, facts: prepare.Facts) -> float:
    """Seconds of CPU to invite 1,000 people by a list: what was read, then the letters' jobs and figures."""
    browser = Browser(server.settings.public_base, {"ceasai_session": facts.manager})
    path = f"{facts.cohort}/invitations"
    listed = {"addresses": "\n".join(f"listed{number:04d}@bench.example" for number in range(LISTED))}
    ok(browser.get(path))
    before = server.cpu(worker=False)
    ok(browser.post(path, listed))
    ok(browser.post(path, listed | {"step": "send"}), 303)
    return server.cpu(worker=False) - before


def signed_in(server: Measured) -> float:
    """Seconds that 1,000 sign-ins take, measured on 200 by four hands at once; clock time."""
    data: dict[str, object] = {"email": "aigerim@demo.example", "password": PASSWORD}

    def sign_in(_: int) -> None:
        browser = Browser(server.settings.public_base)
        ok(browser.get("/kk/sign-in"))
        ok(browser.post("/kk/sign-in", data), 303)

    started = time.monotonic()
    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(sign_in, range(SIGN_INS)))
    return (time.monotonic() - started) * 1000 / SIGN_INS


def papers(settings: Settings, facts: prepare.Facts) -> float:
    """Milliseconds of CPU to draw and tag a certificate's PDF that nobody has asked for yet."""
    engine = make_engine(settings.database)
    with read_session(engine) as session:
        certificate = verify.certificate_facts(session, facts.number, at=SystemClock().now())
    engine.dispose()
    brand = resolve(default=settings.brand, brand_id=certificate.brand_id)
    render(certificate, brand, settings.timezone)
    before = time.process_time()
    for _ in range(PAPERS):
        render(certificate, brand, settings.timezone)
    return (time.process_time() - before) * 1000 / PAPERS


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
        tell("memory idle", server.memory(), "MiB", digits=1)
        for name, figure in pages(server, facts):
            tell(name, figure, "ms CPU")
        for name, shape in (("journey, our shape", False), ("journey, a page a save", True)):
            figures = [journey(server, facts, page_per_save=shape) for _ in range(5)]
            tell(name, median(figures), "s CPU", digits=3)
        tell("1,000 invited by a list", invited(server, facts), "s CPU")
        with ThreadPoolExecutor(1) as beside:
            load = beside.submit(signed_in, server)
            peak = 0.0
            while not load.done():
                peak = max(peak, server.memory())
                time.sleep(0.5)
        tell("1,000 sign-ins", load.result(), "s", digits=1)
        tell("memory under load", peak, "MiB", digits=1)
        tell("a certificate's PDF", papers(settings, facts), "ms CPU", digits=1)
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
