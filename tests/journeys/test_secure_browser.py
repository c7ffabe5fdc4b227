"""An exam in the secure browser, played in a real browser: by header, by its JavaScript interface, on trouble.

Source: specification of exams, section 6. What the secure browser adds is computed here as its makers publish it.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Error, Page, Route, expect

from app.exams.models.booking import Sitting
from app.exams.rules.secure_browser import config_key, request_hash
from app.exams.rules.states import Mode
from app.exams.service.secure_browser_file import read
from app.kernel.clock import FixedClock, SystemClock
from app.web.viewer import COOKIE
from tests import factories
from tests.exams.delivery_world import Made, answers, attempt, make_attempt, make_exam, make_sitting
from tests.journeys.conftest import Site, make_site
from tests.journeys.walk import looked_at_closely
from tests.world import World

pytestmark = pytest.mark.journey
Open = Callable[..., Page]
LANGUAGES = ("kk", "ru", "en")

# What macOS and iOS give a page: a key hashed with its address, once the page has asked for it.
INTERFACE = """
window.SafeExamBrowser = { version: "stub_macOS_3.6", security: {
  configKey: "",
  updateKeys(told) {
    const bytes = new TextEncoder().encode(location.href.split("#")[0] + "KEY");
    crypto.subtle.digest("SHA-256", bytes).then((hash) => {
      this.configKey = Array.from(new Uint8Array(hash), (one) => one.toString(16).padStart(2, "0")).join("");
      told();
    });
  } } };
"""


class Hall:
    """A server with one sitting in the secure browser, its proctor, and its database."""

    def __init__(self, site: Site, world: World, exam: Made) -> None:
        self.site, self.world, self.exam = site, world, exam
        self.proctor = factories.person(world, "proctor", "exam_manager")
        self.sitting_id = make_sitting(world, exam, proctors=[self.proctor])
        with world.write() as session:
            session.get_one(Sitting, self.sitting_id).secure_browser = True

    def open(self, open_page: Open, person: UUID, **options: int) -> Page:
        """A page of somebody who is signed in."""
        page = open_page(self.site, **options)
        token = self.world.browser(person).http.cookies[COOKIE]
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": self.site.base}])
        return page


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    var = tmp_path_factory.mktemp("secure-browser") / "var"
    var.mkdir()
    shutil.copyfile(Path(os.environ["CEASAI_TEST_FOLDER"]) / "template.db", var / "ceasai.db")
    site = make_site(var, f"sqlite:///{var / 'ceasai.db'}")
    world = World(site.settings, FixedClock(SystemClock().now()))
    made = Hall(site, world, make_exam(world, mode=Mode.ON_SITE))
    site.start()
    yield made
    site.stop()
    world.close()


class Seat:
    """A candidate who was admitted, before the page before the exam, with the key of the attempt's settings."""

    def __init__(self, hall: Hall, open_page: Open) -> None:
        self.hall = hall
        self.person = factories.person(hall.world, "candidate")
        self.attempt_id = make_attempt(hall.world, hall.exam, self.person, sitting_id=hall.sitting_id)
        self.place = f"/en/exams/attempts/{self.attempt_id}"
        self.page = hall.open(open_page, self.person)
        self.added: str | None = None
        file = self.page.request.get(f"{hall.site.base}{self.place}/settings.seb")
        assert file.headers["content-type"] == "application/seb"
        self.key = config_key(read(file.body()))

    def by_header(self, key: str | None) -> None:
        """From now on the browser adds the header to every request, as on Windows; None: no more."""
        if self.added is None:
            self.page.context.route("**/*", self._add)
        self.added = key or ""

    def _add(self, route: Route) -> None:
        proof = request_hash(route.request.url, self.added or "")
        more = {"x-safeexambrowser-configkeyhash": proof} if self.added else {}
        with suppress(Error):  # a request that the page itself has given up meanwhile
            route.fulfill(response=route.fetch(headers={**route.request.headers, **more}, max_redirects=0))

    def start(self) -> None:
        self.page.goto(f"{self.place}/before")
        expect(self.page.get_by_text("You are in Safe Exam Browser")).to_be_visible()
        self.page.get_by_role("button", name="Start the exam").click()
        expect(self.page.locator("#item .stem").first).to_be_visible()

    def choose(self, word: str) -> None:
        self.page.get_by_label(f"Choice {word} of 1 eng").check()
        expect(self.page.locator("#saved")).to_contain_text("Saved ")

    def chosen(self) -> list[str]:
        return answers(self.hall.world, self.attempt_id)[1][0]

    def hand_in(self) -> None:
        self.page.goto(f"{self.place}/submission")
        self.page.locator("#item button.btn, form button.btn").filter(
            has_text=re.compile("Hand in")
        ).first.click()
        expect(self.page).to_have_url(re.compile("/receipt$"))
        expect(self.page.get_by_role("link", name="Close Safe Exam Browser")).to_be_visible()


def test_a_browser_with_the_header_goes_through_an_exam(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    seat.by_header(seat.key)
    seat.start()
    seat.choose("b")
    assert seat.chosen() == ["b"]
    seat.hand_in()


def test_a_browser_with_the_interface_goes_through_an_exam(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    seat.page.add_init_script(INTERFACE.replace("KEY", seat.key))
    seat.start()
    seat.choose("c")
    seat.page.get_by_role("button", name="Next").first.click()
    expect(seat.page.locator("#q-2")).to_be_visible()
    seat.page.get_by_role("button", name="Previous").first.click()
    expect(seat.page.get_by_label("Choice c of 1 eng")).to_be_checked()
    seat.hand_in()


def test_an_ordinary_browser_is_told_what_to_do_and_sees_nothing(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    for locale in LANGUAGES:
        seat.page.goto(f"{seat.place.replace('/en/', f'/{locale}/')}/before")
        expect(seat.page.locator('a[href^="seb://"]')).to_be_visible()
        assert seat.page.locator('form[action$="/start"]').count() == 0
        looked_at_closely(seat.page)
    seat.by_header(seat.key)
    seat.start()
    seat.by_header(None)
    seat.page.context.clear_cookies(name=re.compile("ceasai_browser_"))
    for locale in LANGUAGES:
        seat.page.goto(seat.place.replace("/en/", f"/{locale}/"))
        expect(seat.page.locator("#browser-no")).to_be_visible()
        assert seat.page.locator(".stem").count() == 0
        looked_at_closely(seat.page)
    assert str(attempt(hall.world, seat.attempt_id).browser_check) == "required"


def test_other_settings_stop_the_exam_and_a_proctor_lets_it_go_on(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    seat.by_header(seat.key)
    seat.start()
    seat.choose("a")
    seat.by_header("0" * 64)
    seat.page.get_by_label("Choice d of 1 eng").check()
    expect(seat.page.get_by_role("heading", name="Your exam is stopped: ask a proctor")).to_be_visible()
    assert seat.chosen() == ["d"]
    for locale in LANGUAGES:
        seat.page.goto(seat.place.replace("/en/", f"/{locale}/"))
        looked_at_closely(seat.page)
    staff = hall.open(open_page, hall.proctor)
    for locale in LANGUAGES:
        staff.goto(f"/{locale}/rooms/attempts/{seat.attempt_id}")
        looked_at_closely(staff)
    staff.get_by_label("Reason").first.fill("An older file; it is the right one now")
    staff.get_by_role("button", name="Let it go on").click()
    expect(staff.get_by_text("let go on once")).to_be_visible()
    seat.by_header(seat.key)
    seat.page.goto(f"{seat.place}?n=1")
    expect(seat.page.get_by_label("Choice d of 1 eng")).to_be_checked()
    seat.hand_in()


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_help_can_be_read_everywhere(hall: Hall, open_page: Open, locale: str) -> None:
    page = open_page(hall.site)
    for tail in ("", "/end"):
        page.goto(f"/{locale}/exams/secure-browser{tail}")
        looked_at_closely(page)
