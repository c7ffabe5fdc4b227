"""What a browser transfers: a cold page with its fonts, and the same page again."""

from collections.abc import Iterator

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.bench.prepare import Facts
from tests.journeys.conftest import FLAGS, executable


def _visit(context: BrowserContext, path: str) -> tuple[int, int]:
    page: Page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[int] = []
    started: set[str] = set()
    cached: set[str] = set()
    wire.on("Network.requestWillBeSent", lambda e: started.add(e["requestId"]))
    wire.on("Network.requestServedFromCache", lambda e: cached.add(e["requestId"]))
    wire.on("Network.loadingFinished", lambda e: sizes.append(int(e["encodedDataLength"])))
    page.goto(path, wait_until="networkidle")
    page.close()
    return sum(sizes), len(started - cached)


def measure(base: str, facts: Facts) -> Iterator[str]:
    """A line per page: bytes and requests, cold and repeated."""
    try:
        program = executable()
    except RuntimeError as error:
        yield f"  page weights not measured: {error}"
        return
    pages = (
        ("home", "/kk/", None),
        ("sign-in", "/kk/sign-in", None),
        ("dashboard", "/kk/dashboard", facts.learner),
        ("lesson", facts.lesson, facts.learner),
        ("verify", f"/v/{facts.number}?lang=kk", None),
        ("cohort", facts.cohort, facts.manager),
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, "--no-sandbox"])
        for name, path, session in pages:
            context = browser.new_context(base_url=base)
            if session:
                context.add_cookies([{"name": "ceasai_session", "value": session, "url": base}])
            cold, requests = _visit(context, path)
            again, repeated = _visit(context, path)
            yield (
                f"  {name:12} cold {cold / 1024:6.1f} KiB in {requests} requests, "
                f"again {again / 1024:5.1f} KiB in {repeated}"
            )
            context.close()
        browser.close()
