"""Every kind of page a demonstration leads to, looked at by axe and at the width of a telephone; terms in place."""

import re
from collections import deque
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.cli.cast import CAST, Part
from app.cli.demo import numbers
from tests.journeys import walk
from tests.journeys.conftest import Site, axe_clean

pytestmark = pytest.mark.journey
Open = Callable[..., Page]

LESSON = "/kk/courses/ceasai-analyst/m03-kz-ai-law/02-roles"
BESIDE = (
    "/kk/",
    "/kk/search?q=" + "заң",
    "/kk/search?q=qqqqq",
    "/kk/exams/notice",
    "/kk/register",
    "/kk/register/sent",
    "/kk/reset",
    "/kk/reset/sent",
    "/kk/dev/mail",
    "/kk/confirm/none",
    "/v/0000?lang=kk",
    "/v/00000000000000000000?lang=kk",
)
"""What a visitor gets to by a form or a letter."""
OWN = ("/kk/dashboard", "/kk/exams", "/kk/exams/ceasai-analyst/sittings", "/kk/certificates")
"""What looks different for everybody."""
FILES = (".csv", ".ics", ".json", ".jwt", ".pdf", ".seb", ".xml", ".zip")
VARIABLE = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}"), "*"),
    (re.compile(r"(/courses/[^/]+)/[^/]+/checklist$"), r"\1/*/checklist"),
    (re.compile(r"(/courses/[^/]+)/[^/]+/(?!checklist)[^/]+$"), r"\1/*/*"),
    (re.compile(r"/[0-9A-Z]{20}\b"), "/*"),
    (re.compile(r"/(programmes|exams|dev/mail)/(?!notice|attempts|bookings|receipts)[^/]+"), r"/\1/*"),
    (re.compile(r"/receipts/.*"), "/receipts/*"),
)


def kind(address: str) -> str:
    """What kind of page it is: its address without what names one of many."""
    path = address.split("?", maxsplit=1)[0]
    for pattern, plain in VARIABLE:
        path = pattern.sub(plain, path)
    return path


def leads_to_a_page(address: str) -> bool:
    if "lang=" in address and "lang=kk" not in address:
        return False
    path = address.split("?", maxsplit=1)[0]
    return path.startswith(("/kk/", "/v/")) and not path.endswith(FILES) and "/files/" not in path


class Visit:
    """Follows links to pages of a kind nobody has looked at yet."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.wrong: list[str] = []

    def go(self, page: Page, *starts: str) -> None:
        """Look at ``starts`` whatever they are, then at what they lead to."""
        queue = deque((address, True) for address in starts)
        while queue:
            address, anyway = queue.popleft()
            if kind(address) in self.kinds and not anyway:
                continue
            self.kinds.add(kind(address))
            page.goto(address)
            try:
                walk.looked_at(page)
            except AssertionError as found:
                self.wrong.append(str(found))
            hrefs = page.evaluate(
                "[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"
            )
            queue += [(href.split("#")[0], False) for href in hrefs if leads_to_a_page(href)]


def sign_in(page: Page, part: Part) -> None:
    page.goto("/kk/sign-in")
    page.locator(".people button").filter(has_text=part.cyrillic).click()
    expect(page.locator(".account")).to_have_attribute("href", "/kk/settings")


def test_every_kind_of_page_is_clean_and_fits_a_telephone(reading_site: Site, open_page: Open) -> None:
    visit = Visit()
    (number,) = numbers(reading_site.settings)
    visit.go(open_page(reading_site), *BESIDE, f"/v/{number}?lang=kk", "/kk/sign-in")
    for part in CAST:
        page = open_page(reading_site)
        sign_in(page, part)
        visit.go(page, *OWN)
    assert len(visit.kinds) > 50, sorted(visit.kinds)
    assert visit.wrong == []


def test_a_term_is_explained_where_it_stands(reading_site: Site, open_page: Open) -> None:
    page = open_page(reading_site)
    page.goto(LESSON)
    link = page.locator("a.term").first
    entry = page.locator(str(link.get_attribute("href")))
    expect(link).to_have_attribute("aria-expanded", "false")
    link.click()
    note = page.locator(".explained")
    expect(note).to_have_count(1)
    expect(note.locator("p")).to_have_text(
        f"{entry.inner_text()}: {entry.locator('xpath=following-sibling::dd[1]').inner_text()}"
    )
    expect(note).to_have_attribute("role", "status")
    expect(link).to_have_attribute("aria-expanded", "true")
    axe_clean(page)
    note.locator("button").click()
    expect(note).to_have_count(0)
    expect(link).to_have_attribute("aria-expanded", "false")
    expect(link).to_be_focused()
