"""Every page of the course we ship, in each language, on a screen and on a telephone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from app.courses.importer.check import read_content
from app.kernel.clock import SystemClock
from app.kernel.locales import LOCALES, Locale
from app.platform.settings import ROOT
from tests.journeys import walk
from tests.journeys.conftest import Site, no_overflow

pytestmark = pytest.mark.journey

OUTSIDE = """
() => [...document.querySelectorAll("main svg")].flatMap(svg => {
  const room = svg.viewBox.baseVal;
  if (!room || !room.width) return [];
  return [...svg.querySelectorAll("text")].filter(text => {
    const box = text.getBBox();
    return box.x < -1 || box.y < -1 || box.x + box.width > room.width + 1 || box.y + box.height > room.height + 1;
  }).map(text => text.textContent);
})
"""
"""Words of a figure that stick out of its frame."""
WIDE = """
() => [...document.querySelectorAll("main .table, main figure")].filter(
  box => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === "visible"
).map(box => box.getAttribute("aria-label") || box.className)
"""
"""Tables and figures that are wider than their place and cannot be scrolled there."""


def paths() -> list[str]:
    """The course, its glossary, each lesson and each checklist."""
    (course,) = read_content(ROOT, today=SystemClock().now().date()).courses
    base = f"/courses/{course.file.id}"
    found = [base, f"{base}/glossary"]
    for module in course.modules:
        found += [f"{base}/{module.file.id}/{lesson.slug}" for lesson in module.lessons]
        found.append(f"{base}/{module.file.id}/checklist")
    return found


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_of_the_course_is_readable_on_a_telephone(
    reading_site: Site, open_page: Callable[..., Page], locale: Locale
) -> None:
    page = open_page(reading_site)
    everything = paths()
    assert len(everything) >= 44 + 10 + 2
    for path in everything:
        reply = page.goto(f"/{locale}{path}")
        assert reply is not None
        assert reply.status == 200, path
        assert page.evaluate(OUTSIDE) == [], path
        no_overflow(page)
        with walk.at_width(page, 360):
            no_overflow(page)
            assert page.evaluate(WIDE) == [], path
