"""The exam page in a real browser: lost connections, other windows, the end of the time, languages, going back.

Source: specification of exams, section 4, rules 2, 3, 5, 10 and 13. A small exam over a real server; the
network is cut or slowed in the browser, deadlines are moved in the database.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import delete, update

from app.accounts.models import SignInSession
from app.exams.models.attempts import Attempt
from app.exams.rules.states import Lifecycle, Mode
from app.kernel.clock import FixedClock, SystemClock
from app.web.viewer import COOKIE
from tests import factories
from tests.exams.delivery_world import Made, answers, attempt, events, make_attempt, make_exam
from tests.journeys.conftest import Site, axe_clean, make_site, no_overflow
from tests.world import World

pytestmark = pytest.mark.journey
Open = Callable[..., Page]


class Hall:
    """A server with one small exam, and its database."""

    def __init__(self, site: Site, world: World, exam: Made) -> None:
        self.site, self.world, self.exam = site, world, exam


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    var = tmp_path_factory.mktemp("exam-page") / "var"
    var.mkdir()
    shutil.copyfile(Path(os.environ["CEASAI_TEST_FOLDER"]) / "template.db", var / "ceasai.db")
    site = make_site(var, f"sqlite:///{var / 'ceasai.db'}")
    world = World(site.settings, FixedClock(SystemClock().now()))
    exam = make_exam(world)
    site.start()
    yield Hall(site, world, exam)
    site.stop()
    world.close()


class Seat:
    """A candidate before the exam page."""

    def __init__(self, hall: Hall, open_page: Open, **options: int) -> None:
        self.hall, self.world = hall, hall.world
        self.person = factories.person(hall.world, "candidate")
        self.attempt_id: UUID = make_attempt(hall.world, hall.exam, self.person, mode=Mode.UNPROCTORED)
        self.place = f"/en/exams/attempts/{self.attempt_id}"
        self.page = open_page(hall.site, **options)
        self.sign_in(self.page)
        self.page.goto(self.place)
        self.page.get_by_role("button", name="Start the exam").click()
        expect(self.page.locator("#item .stem").first).to_be_visible()

    def sign_in(self, page: Page) -> None:
        token = self.world.browser(self.person).http.cookies[COOKIE]
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": self.hall.site.base}])

    def choice(self, n: int, word: str) -> Locator:
        return self.page.locator(f'input[name="a-{n}"][value="{word}"]')

    def saved(self) -> None:
        expect(self.page.locator("#saved .ok")).to_be_visible()

    def slow(self, milliseconds: int) -> None:
        """Every answer of the server takes this long; 0 ends it."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        limits = {"offline": False, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1}
        session.send("Network.emulateNetworkConditions", limits)

    def ends_in(self, seconds: int) -> None:
        self.write(deadline=SystemClock().now() + timedelta(seconds=seconds))

    def write(self, **values: object) -> None:
        with self.world.write() as session:
            session.execute(update(Attempt).where(Attempt.id == self.attempt_id).values(**values))

    def beat(self) -> None:
        """The page asks how much time is left, as it does when it is looked at again."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def stored(self) -> dict[int, list[str]]:
        return {n: chosen for n, (chosen, _) in answers(self.world, self.attempt_id).items() if chosen}


def test_rule_05_a_cut_connection_is_said_and_what_was_chosen_is_sent_when_it_is_back(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page, width=360)
    page = seat.page
    page.goto(f"{seat.place}?n=1")
    seat.choice(1, "a").check()
    seat.saved()
    page.context.set_offline(True)
    seat.choice(1, "b").check()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    expect(page.locator("#say[role=status]")).to_contain_text("Not saved since")
    expect(page.locator("#offline[role=alert]")).to_contain_text("Answers waiting to be sent: 1")
    axe_clean(page)
    no_overflow(page)
    page.locator(".exam-foot [value=next]").click()
    expect(page.locator("#offline")).to_contain_text("The next question cannot be fetched")
    expect(seat.choice(1, "b")).to_be_checked()
    assert seat.stored() == {1: ["a"]}
    page.context.set_offline(False)
    seat.saved()
    expect(page.locator("#say[role=status]")).to_contain_text("Saved")
    expect(page.locator("#offline")).to_have_count(0)
    assert seat.stored() == {1: ["b"]}
    assert [event.chosen for event in events(seat.world, seat.attempt_id, "save")] == [["a"], ["b"]]


def test_rule_05_what_waits_survives_a_reload(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=2")
    page.route("**/answers", lambda route: route.abort())
    seat.choice(2, "c").check()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    page.reload()
    expect(seat.choice(2, "c")).to_be_checked()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    assert seat.stored() == {}
    page.unroute("**/answers")
    seat.saved()
    assert seat.stored() == {2: ["c"]}
    assert len(events(seat.world, seat.attempt_id, "save")) == 1


@pytest.mark.parametrize("minutes", [30, 15, 5, 1])
def test_rule_05_the_minutes_left_are_announced(hall: Hall, open_page: Open, minutes: int) -> None:
    seat = Seat(hall, open_page)
    said = seat.page.locator("#say[role=status]")
    seat.ends_in(minutes * 60 + 50)
    seat.page.reload()
    expect(said).to_have_text("")
    seat.ends_in(minutes * 60 + 3)
    seat.beat()
    expect(said).to_have_text(f"Time left: {minutes} min")


def test_rule_10_a_window_on_another_machine_takes_over_and_this_one_freezes_readable(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?view=all")
    elsewhere = open_page(hall.site)
    seat.sign_in(elsewhere)
    elsewhere.goto(f"{seat.place}?n=1")
    expect(elsewhere.locator("#notes")).to_contain_text("You go on in this window")
    page.route("**/answers", lambda route: route.abort())
    seat.choice(1, "a").check()
    seat.choice(2, "b").check()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    page.unroute("**/answers")
    expect(page.locator("#taken[role=alert]")).to_contain_text("This exam is open in another window")
    expect(seat.choice(1, "c")).to_be_disabled()
    expect(page.locator("#stem-1")).to_be_visible()
    axe_clean(page)
    elsewhere.locator('input[name="a-1"][value="d"]').check()
    expect(elsewhere.locator("#saved .ok")).to_be_visible()
    kept = {event.position: event.chosen for event in events(seat.world, seat.attempt_id, "refused_window")}
    assert kept == {1: ["a"], 2: ["b"]}
    assert seat.stored() == {1: ["d"]}


def test_rule_10_of_two_windows_of_one_browser_the_older_freezes(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    seat.page.goto(f"{seat.place}?n=1")
    second = seat.page.context.new_page()
    second.goto(f"{seat.place}?n=1")
    expect(seat.page.locator("#taken")).to_be_visible()
    expect(seat.choice(1, "a")).to_be_disabled()
    second.locator('input[name="a-1"][value="a"]').check()
    expect(second.locator("#saved .ok")).to_be_visible()
    seat.page.locator("#taken a").click()
    expect(seat.choice(1, "a")).to_be_checked()
    expect(second.locator("#taken")).to_be_visible()


def test_rule_02_when_the_time_is_up_a_server_that_is_slow_or_away_still_gets_everything(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?view=all")
    page.route("**/answers", lambda route: route.abort())
    for n in range(1, 7):
        seat.choice(n, "a").check()
    seat.ends_in(3)
    seat.beat()
    page.wait_for_timeout(11_000)
    assert attempt(seat.world, seat.attempt_id).lifecycle is Lifecycle.IN_PROGRESS
    expect(seat.choice(1, "b")).to_be_disabled()
    seat.slow(500)
    page.unroute("**/answers")
    expect(page).to_have_url(f"{hall.site.base}{seat.place}/receipt", timeout=45_000)
    assert seat.stored() == {n: ["a"] for n in range(1, 7)}
    assert attempt(seat.world, seat.attempt_id).lifecycle is Lifecycle.SCORED
    assert len(events(seat.world, seat.attempt_id, "hand_in")) == 1


def test_rule_03_what_could_not_be_sent_in_time_reaches_the_server_as_evidence(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?view=all")
    page.route("**/answers", lambda route: route.abort())
    for n in (1, 2, 3):
        seat.choice(n, "b").check()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    seat.ends_in(-62)
    page.unroute("**/answers")
    expect(page.locator("#closed")).to_be_visible()
    kept = {event.position: event.chosen for event in events(seat.world, seat.attempt_id, "refused_late")}
    assert kept == {1: ["b"], 2: ["b"], 3: ["b"]}
    assert page.evaluate("localStorage.length") == 0


def test_rule_13_switching_the_language_in_the_middle_of_a_slow_save_keeps_the_answer(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=2")
    seat.slow(2000)
    seat.choice(2, "b").check()
    page.locator('nav.lang a[lang="kk"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "kk")
    seat.slow(0)
    expect(page.locator("#stem-2")).to_contain_text("қаз")
    expect(seat.choice(2, "b")).to_be_checked()
    assert seat.stored() == {2: ["b"]}
    assert events(seat.world, seat.attempt_id, "refused_stale") == []


def test_signed_out_in_the_middle_the_page_says_so_and_sends_what_waits_afterwards(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=3")
    with seat.world.write() as session:
        session.execute(delete(SignInSession).where(SignInSession.person_id == seat.person))
    seat.choice(3, "d").check()
    expect(page.locator("#out[role=alert]")).to_contain_text("You are signed out")
    expect(page.locator("#offline")).to_have_count(0)
    assert seat.stored() == {}
    seat.sign_in(page)
    page.locator("#out a").click()
    expect(page.locator("#out")).to_have_count(0)
    seat.saved()
    expect(seat.choice(3, "d")).to_be_checked()
    assert seat.stored() == {3: ["d"]}


def test_who_stays_on_the_page_when_it_was_to_be_left_moves_on_later(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=1")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.route("**/answers", lambda route: route.abort())
    seat.choice(1, "a").check()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    seat.write(lifecycle=Lifecycle.PAUSED, remaining_ms=60_000)
    with page.expect_event("dialog"):
        page.locator(".exam-foot [value=next]").click()
    assert asked == ["beforeunload"]
    expect(seat.choice(1, "a")).to_be_checked()
    seat.write(lifecycle=Lifecycle.IN_PROGRESS, remaining_ms=None)
    page.unroute("**/answers")
    page.locator(".exam-foot [value=next]").click()
    expect(page.locator("#stem-2")).to_be_visible()
    assert seat.stored() == {1: ["a"]}
    assert asked == ["beforeunload"]


def test_signed_out_before_the_next_question_the_page_stays_and_says_so(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=1")
    page.route("**/answers", lambda route: route.abort())
    seat.choice(1, "a").check()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    with seat.world.write() as session:
        session.execute(delete(SignInSession).where(SignInSession.person_id == seat.person))
    page.locator(".exam-foot [value=next]").click()
    expect(page.locator("#out[role=alert]")).to_contain_text("You are signed out")
    expect(seat.choice(1, "a")).to_be_checked()
    page.unroute("**/answers")
    seat.sign_in(page)
    page.locator("#out a").click()
    seat.saved()
    assert seat.stored() == {1: ["a"]}


def test_the_exam_page_survives_back_and_forward_and_shows_nothing_after_the_end(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=1")
    seat.choice(1, "a").check()
    page.locator("[data-leave]").first.click()
    expect(page.locator("[data-confirm]")).to_be_visible()
    page.go_back()
    expect(seat.choice(1, "a")).to_be_checked()
    seat.choice(1, "b").check()
    seat.saved()
    page.go_forward()
    expect(page.locator("[data-confirm]")).to_be_visible()
    page.locator("[data-confirm] button").click()
    expect(page.locator(".document")).to_be_visible()
    assert seat.stored() == {1: ["b"]}
    page.go_back()
    expect(page.locator(".document")).to_be_visible()
    page.go_back()
    expect(page.locator(".document")).to_be_visible()
    expect(page.locator(".stem")).to_have_count(0)
