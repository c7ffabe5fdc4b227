"""Written tasks in a real browser: the count of words, long texts, and a page whose exam is over elsewhere.

Source: specification of exams, section 4, rule 5; docs/decisions/0028-written-tasks.md.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.exams.rules.states import Lifecycle
from app.kernel.clock import FixedClock, SystemClock
from tests.exams.delivery_world import attempt
from tests.exams.written_world import FIRST, SECOND, make_written_exam
from tests.journeys.conftest import axe_clean, make_site, no_overflow
from tests.journeys.test_exam_page import Hall, Seat
from tests.world import World

pytestmark = pytest.mark.journey
Open = Callable[..., Page]
LONG = " ".join(["қауіпсіздікті"] * 1420)
"""19,879 letters, most of them Cyrillic: 112 KB as a form sends them, twice what may outlive a page."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    var = tmp_path_factory.mktemp("written") / "var"
    var.mkdir()
    shutil.copyfile(Path(os.environ["CEASAI_TEST_FOLDER"]) / "template.db", var / "ceasai.db")
    site = make_site(var, f"sqlite:///{var / 'ceasai.db'}")
    world = World(site.settings, FixedClock(SystemClock().now()))
    exam = make_written_exam(world)
    site.start()
    yield Hall(site, world, exam)
    site.stop()
    world.close()


def test_the_words_are_counted_while_somebody_writes_and_too_many_are_said(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page, width=360)
    page = seat.page
    page.goto(f"{seat.place}?n={FIRST}")
    page.locator(f"#a-{FIRST}").press_sequentially("one two three")
    expect(page.locator(f"#count-{FIRST}")).to_contain_text("3 of 5")
    expect(page.locator(f"#odd-{FIRST}")).to_be_hidden()
    page.locator(f"#a-{FIRST}").press_sequentially(" four five six")
    expect(page.locator(f"#count-{FIRST}")).to_contain_text("6 of 5")
    seat.saved()
    expect(page.locator(f"#odd-{FIRST}")).to_be_visible()
    axe_clean(page)
    no_overflow(page)
    assert seat.stored() == {FIRST: ["one two three four five six"]}


def test_a_text_longer_than_a_request_that_outlives_its_page_is_saved(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n={FIRST}")
    page.locator(f"#a-{FIRST}").fill(LONG)
    page.locator(f"#a-{FIRST}").blur()
    seat.saved()
    expect(page.locator("#offline")).to_have_count(0)
    assert seat.stored() == {FIRST: [LONG]}
    page.goto(f"{seat.place}?n={SECOND}")
    page.locator(f"#a-{SECOND}").fill("short")
    page.locator(f"#a-{SECOND}").blur()
    seat.saved()
    assert seat.stored() == {FIRST: [LONG], SECOND: ["short"]}


def test_a_page_whose_exam_was_handed_in_elsewhere_closes_though_raters_have_it(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n={FIRST}")
    page.locator(f"#a-{FIRST}").fill("a text")
    page.locator(f"#a-{FIRST}").blur()
    seat.saved()
    lease = {"lease": page.locator("#lease").input_value()}
    assert hall.world.browser(seat.person).post(f"{seat.place}/submission", lease).status_code == 303
    assert attempt(hall.world, seat.attempt_id).lifecycle is Lifecycle.SUBMITTED
    seat.beat()
    expect(page.locator("#closed")).to_be_visible()
    expect(page.locator(f"#a-{FIRST}")).to_be_disabled()
