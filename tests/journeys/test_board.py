"""The live board and a candidate's page in real browsers: rows change, the focus stays, a message arrives.

Source: specification of exams, sections 4 (19) and 5 (wall). A small room over a real server.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from app.kernel.clock import FixedClock, SystemClock
from app.web.viewer import COOKIE
from tests.exams.board_world import Watch
from tests.exams.test_rooms import MINUTE
from tests.journeys.conftest import Site, axe_clean, make_site, no_overflow
from tests.world import World

pytestmark = pytest.mark.journey
Open = Callable[..., Page]
TEXT = "Please speak up: your microphone is off."


class Room:
    """A server with a room in which three candidates sit, and its database."""

    def __init__(self, site: Site, world: World) -> None:
        self.site, self.world = site, world
        self.watch = Watch(world, candidates=3)

    def open(self, page: Page, person: UUID, address: str) -> Page:
        token = self.world.browser(person).http.cookies[COOKIE]
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": self.site.base}])
        page.goto(address)
        return page


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    var = tmp_path / "var"
    var.mkdir()
    shutil.copyfile(Path(os.environ["CEASAI_TEST_FOLDER"]) / "template.db", var / "ceasai.db")
    site = make_site(var, f"sqlite:///{var / 'ceasai.db'}")
    world = World(site.settings, FixedClock(SystemClock().now() - 20 * MINUTE))
    made = Room(site, world)
    site.start()
    yield made
    site.stop()
    world.close()


def test_a_room_is_watched_and_acted_on_by_keyboard_and_no_row_takes_the_focus_away(
    room: Room, open_page: Open
) -> None:
    watch = room.watch
    first, second, third = watch.attempts
    page = room.open(open_page(room.site), watch.manager, watch.board)
    expect(page.locator("#rows tr")).to_have_count(3)
    axe_clean(page)
    box = page.locator(f"#c-{second}")
    box.focus()
    page.keyboard.press("Space")
    link = page.locator(f"#l-{second}")
    link.focus()
    # rows change under the hand: the focus and the choice stay where they are
    watch.who[1].save(1, "a", lease=watch.who[1].lease())
    expect(page.locator(f"#r-{second}")).to_contain_text("1 of 24")
    expect(link).to_be_focused()
    expect(box).to_be_checked()
    box.focus()
    watch.who[1].save(2, "a", lease=watch.who[1].lease())
    expect(page.locator(f"#r-{second}")).to_contain_text("2 of 24")
    expect(box).to_be_focused()
    # a whole list that is made anew does not take it away either
    page.goto(f"{watch.board}?filter=attention")
    expect(page.locator("#none")).to_be_visible()
    watch.for_some("pause", 0, 2, reason="Alarm")
    expect(page.locator("#rows tr")).to_have_count(2)
    page.locator(f"#l-{first}").focus()
    watch.for_some("pause", 1, reason="Alarm")
    expect(page.locator("#rows tr")).to_have_count(3)
    expect(page.locator(f"#l-{first}")).to_be_focused()
    expect(page.locator("#attention")).to_have_text("3 people need a look.")
    # the filter that is focused is told anew with its number
    page.locator("#f-attention").focus()
    watch.for_some("resume", 2)
    expect(page.locator("#f-attention")).to_have_text("Needs a look: 2")
    expect(page.locator("#f-attention")).to_be_focused()
    expect(page.locator(f"#r-{third}")).to_contain_text("In progress")
    # choosing and acting, by keyboard alone
    page.locator(f"#c-{first}").focus()
    page.keyboard.press("Space")
    page.locator("#acts button[value=resume]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Let exams go on")
    axe_clean(page)
    page.get_by_role("button", name="Let them go on").press("Enter")
    expect(page.locator("h1")).to_have_text("Gone on: 1 exam")
    axe_clean(page)


def test_the_board_goes_on_looking_after_replies_of_a_proxy_that_has_no_server(
    room: Room, open_page: Open
) -> None:
    watch = room.watch
    page = room.open(open_page(room.site), watch.manager, watch.board)
    broken = "**/board?*version=*"
    page.route(broken, lambda route: route.fulfill(status=503, body="<h1>Service unavailable</h1>"))
    with page.expect_response(lambda reply: reply.status == HTTPStatus.SERVICE_UNAVAILABLE):
        pass
    page.unroute(broken)
    watch.who[1].save(1, "a", lease=watch.who[1].lease())
    expect(page.locator(f"#r-{watch.attempts[1]}")).to_contain_text("1 of 24", timeout=10_000)
    expect(page.locator("text=Service unavailable")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 768])
def test_the_board_is_readable_on_a_telephone_and_a_tablet(room: Room, open_page: Open, width: int) -> None:
    watch = room.watch
    watch.say(body=TEXT)
    page = room.open(open_page(room.site, width=width), watch.manager, watch.board)
    no_overflow(page)
    axe_clean(page)
    for tail in ("messages", "time"):
        page.goto(f"{watch.room}/{tail}")
        no_overflow(page)
        axe_clean(page)


def test_a_message_comes_to_the_page_is_announced_and_stays_until_it_is_read(
    room: Room, open_page: Open
) -> None:
    watch, who = room.watch, room.watch.who[0]
    page = room.open(open_page(room.site, width=360), who.person_id, f"{who.place}?n=2")
    expect(page.locator("#messages[aria-live=polite]")).to_have_count(1)
    page.locator('input[name="a-2"][value="a"]').check()
    expect(page.locator("#saved .ok")).to_be_visible()
    watch.say(0, body=TEXT)
    note = page.locator("#messages .note")
    expect(note).to_contain_text(TEXT, timeout=24_000)
    axe_clean(page)
    no_overflow(page)
    page.locator(".exam-foot [value=next]").click()
    expect(page.locator("h1")).to_contain_text("3")
    expect(note).to_contain_text(TEXT)
    note.get_by_role("button", name="I have read this").press("Enter")
    expect(note).to_have_count(0)
    expect(page.locator("h1")).to_contain_text("3")
    page.reload()
    expect(note).to_have_count(0)
    expect(page.locator("h1")).to_be_visible()


def test_a_message_comes_to_a_page_that_shows_another_which_was_read_elsewhere(
    room: Room, open_page: Open
) -> None:
    watch, who = room.watch, room.watch.who[0]
    watch.say(0, body="The first")
    page = room.open(open_page(room.site), who.person_id, f"{who.place}?n=2")
    expect(page.locator("#messages .note")).to_have_count(1)
    who.browser.post(page.locator("[data-read]").get_attribute("data-read"))
    watch.say(0, body=TEXT)
    expect(page.locator("#messages")).to_contain_text(TEXT, timeout=24_000)


def test_without_a_script_a_message_is_read_and_the_choice_on_the_page_is_saved(
    room: Room, open_page: Open
) -> None:
    watch, who = room.watch, room.watch.who[2]
    watch.say(2, body=TEXT)
    page = open_page(room.site, javascript=False)
    room.open(page, who.person_id, f"{who.place}?n=4")
    page.locator('input[name="a-4"][value="b"]').check()
    page.get_by_role("button", name="I have read this").click()
    expect(page.locator("h1")).to_contain_text("4")
    expect(page.locator('input[name="a-4"][value="b"]')).to_be_checked()
    expect(page.locator("#messages .note")).to_have_count(0)
    board = room.open(open_page(room.site, javascript=False), watch.manager, watch.board)
    board.locator(f"#c-{watch.attempts[0]}").check()
    board.locator("#acts button[value=pause]").click()
    board.locator("#reason").fill("Alarm")
    board.get_by_role("button", name="Pause their exams").click()
    expect(board.locator("h1")).to_have_text("Paused: 1 exam")
