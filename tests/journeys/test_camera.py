"""An exam at a distance in a real browser: pictures of a (made-up) camera, and what the page says about itself.

Source: specification of exams, section 5.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.exams.rules.states import Lifecycle, Mode
from app.kernel.clock import FixedClock, SystemClock
from app.proctoring.queries.pictures import Shot, pictures_of
from app.proctoring.queries.signals import Came, signals_of
from app.proctoring.rules.chain import SignalKind, flaws_of
from app.proctoring.rules.pictures import LARGEST_SNAPSHOT, Format, PictureKind
from app.proctoring.service.pictures import Vault, opened, switch
from app.web.viewer import COOKIE
from tests import factories
from tests.exams.delivery_world import answers, make_attempt, make_exam, make_sitting
from tests.journeys.conftest import Launch, Site, make_site
from tests.world import World

pytestmark = pytest.mark.journey
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


class Desk:
    """A candidate of a sitting that is watched over a network."""

    def __init__(self, site: Site, world: World, lifecycle: Lifecycle, *, camera: bool = True) -> None:
        self.site, self.world = site, world
        exam = make_exam(world, slug=f"camera-{lifecycle}-{camera}".lower(), mode=Mode.LIVE)
        self.person = factories.person(world, "candidate")
        self.sitting = make_sitting(world, exam, mode=Mode.LIVE)
        self.attempt_id = make_attempt(
            world, exam, self.person, sitting_id=self.sitting, mode=Mode.LIVE, lifecycle=lifecycle
        )
        self.place = f"{site.base}/en/exams/attempts/{self.attempt_id}"

    def sits(self, page: Page) -> None:
        token = self.world.browser(self.person).http.cookies[COOKIE]
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": self.site.base}])

    def shots(self) -> list[Shot]:
        with self.world.read() as session:
            return pictures_of(session, self.attempt_id)

    def signals(self) -> list[Came]:
        with self.world.read() as session:
            return signals_of(session, self.attempt_id)

    def heard(self, kind: SignalKind) -> int:
        return sum(one.signal.kind is kind for one in self.signals())

    def switch(self, *, on: bool) -> None:
        with self.world.write() as session:
            switch(
                session,
                self.world.clock,
                sitting_id=self.sitting,
                actor_id=self.person,
                on=on,
                reason="The notice is read",
            )

    def bytes_of(self, shot: Shot) -> bytes:
        secret: bytes = self.world.app.state.secret
        return opened(Vault(self.site.settings.var_dir, secret), self.attempt_id, shot)


def until(found: Callable[[], Any], seconds: float = 20) -> Any:
    """What is found, as soon as it is there."""
    end = time.monotonic() + seconds
    while not (got := found()) and time.monotonic() < end:
        time.sleep(0.2)
    assert got
    return got


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, World]]:
    var = tmp_path_factory.mktemp("camera") / "var"
    var.mkdir()
    shutil.copyfile(Path(os.environ["CEASAI_TEST_FOLDER"]) / "template.db", var / "ceasai.db")
    site = make_site(var, f"sqlite:///{var / 'ceasai.db'}")
    world = World(site.settings, FixedClock(SystemClock().now()))
    site.start()
    yield site, world
    site.stop()
    world.close()


def page_with(browser: Browser, act: Callable[[Page], None]) -> None:
    """A page of this browser, whose policy of content refuses nothing it asks for."""
    page = browser.new_context().new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Security Policy" in said.text else None)
    act(page)
    assert refused == []
    browser.close()


def watching_goes_on(desk: Desk, page: Page) -> None:
    """Switched off, nothing is taken; switched on, the same page goes on; a second window says its own."""
    blur = "window.dispatchEvent(new Event('blur'))"
    desk.switch(on=False)
    page.evaluate(blur)
    page.clock.fast_forward(10_100)
    expect(page.locator("#watch-says")).to_contain_text("Without camera: the exam goes on")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    desk.switch(on=True)
    page.clock.fast_forward(10_100)
    expect(page.locator("#watch-says")).to_contain_text("a picture about once a minute")
    page.evaluate(blur)
    page.clock.fast_forward(10_100)
    until(lambda: desk.heard(SignalKind.BLURRED) == 3)
    assert desk.heard(SignalKind.FOCUSED) == 0
    other = page.context.new_page()
    other.clock.install()
    other.goto(desk.place)
    expect(other.locator("#watch-says")).to_contain_text("a picture about once a minute")
    other.clock.fast_forward(10_100)
    page.clock.fast_forward(10_100)
    until(lambda: desk.heard(SignalKind.OTHER_TAB) == 2)


@pytest.mark.parametrize("camera", [True, False])
def test_an_exam_goes_on_with_a_camera_and_without_one(
    served: tuple[Site, World], launch: Launch, camera: bool
) -> None:
    site, world = served
    desk = Desk(site, world, Lifecycle.READY, camera=camera)

    def act(page: Page) -> None:
        desk.sits(page)
        page.clock.install()
        page.goto(f"{desk.place}/before")
        page.get_by_role("button", name="Start the exam").click()
        expect(page.locator("#item .stem").first).to_be_visible()
        says = "a picture about once a minute" if camera else "Without camera: the exam goes on"
        expect(page.locator("#watch-says")).to_contain_text(says)
        page.get_by_label("Choice a of 1 eng").check()
        expect(page.locator("#saved")).to_contain_text("Saved ")
        page.evaluate("document.dispatchEvent(new ClipboardEvent('paste'))")
        page.evaluate("window.dispatchEvent(new Event('blur'))")
        page.locator("[name=go][value=next]").click()
        expect(page.locator("#h-2")).to_be_visible()
        expect(page.locator("#watch-says")).to_contain_text(says)
        until(lambda: desk.heard(SignalKind.BLURRED))
        if camera:
            watching_goes_on(desk, page)

    page_with(launch(*CAMERA) if camera else launch(), act)
    came = desk.signals()
    signals = [one.signal for one in came]
    for window in {one.chain for one in came}:
        assert flaws_of([one.signal for one in came if one.chain == window]) == ()
    assert len({one.chain for one in came}) == 1 + camera
    kinds = {one.kind for one in signals}
    assert {SignalKind.SCREENS, SignalKind.PASTED} <= kinds
    assert (SignalKind.CAMERA_ON in kinds, SignalKind.CAMERA_FAILED in kinds) == (camera, not camera)
    assert answers(world, desk.attempt_id)[1][0] == ["a"]
    shots = desk.shots()
    assert len(shots) == 3 * camera
    for shot in shots:
        assert (shot.kind, shot.format) == (PictureKind.SNAPSHOT, Format.WEBP)
        assert len(desk.bytes_of(shot)) == shot.size <= LARGEST_SNAPSHOT


def test_the_pictures_of_check_in_are_taken_with_the_camera(
    served: tuple[Site, World], launch: Launch
) -> None:
    desk = Desk(*served, Lifecycle.CHECKIN)

    def act(page: Page) -> None:
        desk.sits(page)
        page.goto(f"{desk.place}/pictures")
        for kind in ("Your face", "Your document"):
            part = page.locator("section.panel").filter(has=page.get_by_role("heading", name=kind))
            part.get_by_role("button", name="Use the camera").click()
            expect(part.locator("video")).to_be_visible()
            part.get_by_role("button", name="Take the picture").click()
            expect(part.locator("img")).to_be_visible()

    page_with(launch(*CAMERA), act)
    assert [shot.kind for shot in desk.shots()] == [PictureKind.FACE, PictureKind.DOCUMENT]
