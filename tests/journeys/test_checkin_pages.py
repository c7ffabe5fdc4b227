"""An exam at a distance: check-in, record and wall, in every language and width.

Source: specification of exams, section 5. ``PICTURES`` names a folder to keep pictures in.
"""

import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from app.exams.rules.states import Lifecycle
from app.kernel.clock import FixedClock, SystemClock
from app.web.viewer import COOKIE
from tests.exams.delivery_world import Candidate
from tests.journeys.conftest import Site, axe_clean, make_site, no_overflow
from tests.proctoring.camera_world import Distance, chained, identity, says, signals, snapshot
from tests.world import World

pytestmark = pytest.mark.journey
Open = Callable[..., Page]


def drawn(colour: str, form: str = "JPEG") -> bytes:
    """A photograph, as far as a decoder is concerned."""
    image = Image.new("RGB", (320, 240), colour)
    ImageDraw.Draw(image).ellipse((110, 50, 210, 190), fill="white")
    kept = io.BytesIO()
    image.save(kept, form)
    return kept.getvalue()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Distance]]:
    var = tmp_path_factory.mktemp("checkin") / "var"
    var.mkdir()
    shutil.copyfile(Path(os.environ["CEASAI_TEST_FOLDER"]) / "template.db", var / "ceasai.db")
    site = make_site(var, f"sqlite:///{var / 'ceasai.db'}")
    world = World(site.settings, FixedClock(SystemClock().now()))
    site.start()
    distance = Distance(world)
    distance.gets_a_room()
    yield site, distance
    site.stop()
    world.close()


def seen(page: Page, site: Site, world: World, person: object, tail: str, name: str) -> None:
    """The page fits and is accessible in every language."""
    token = world.browser(person).http.cookies[COOKIE]  # type: ignore[arg-type]  # an id
    page.context.clear_cookies()
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": site.base}])
    for locale in ("kk", "ru", "en"):
        reply = page.goto(f"/{locale}{tail}")
        assert reply
        assert reply.ok, f"{reply.status} {tail}"
        expect(page.locator("h1")).to_be_visible()
        for image in page.locator("main img").all():
            assert image.evaluate("one => one.complete && one.naturalWidth > 0"), (
                f"{tail}: a picture is broken"
            )
        if "PICTURES" in os.environ:
            width = page.viewport_size["width"] if page.viewport_size else 0
            folder = Path(os.environ["PICTURES"])
            page.screenshot(path=folder / f"{name}-{locale}-{width}.png", full_page=True)
        axe_clean(page)
        no_overflow(page)


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_check_in_at_a_distance_fits_and_is_accessible(
    served: tuple[Site, Distance], open_page: Open, width: int
) -> None:
    site, distance = served
    world, page = distance.world, open_page(site, width=width)
    who = distance.candidate(Lifecycle.CHECKIN)

    def own(name: str) -> None:
        seen(page, site, world, who.person_id, f"/exams/attempts/{who.attempt_id}/pictures", f"own-{name}")

    def proctors(name: str) -> None:
        tail = f"/rooms/attempts/{who.attempt_id}/identity"
        seen(page, site, world, distance.proctor, tail, f"identity-{name}")

    own("empty")
    proctors("empty")
    assert identity(who, "face", drawn("steelblue")).status_code == 303
    assert identity(who, "document", drawn("seagreen")).status_code == 303
    own("sent")
    proctors("sent")
    assert says(distance, who, "again", reason="The document is out of focus").status_code == 303
    own("again")
    proctors("again")
    assert identity(who, "document", drawn("olive")).status_code == 303
    assert says(distance, who, "matched").status_code == 303
    own("matched")
    proctors("matched")
    tail = f"/rooms/{distance.sitting}/monitoring"
    seen(page, site, world, distance.proctor, tail, "monitoring")


def test_the_record_of_an_exam_at_a_distance_fits_and_is_accessible(
    served: tuple[Site, Distance], open_page: Open
) -> None:
    site, distance = served
    who: Candidate = distance.candidate()
    assert snapshot(who, 1, drawn("gray", "WEBP")).status_code == 204
    assert (
        signals(who, chained(("blurred", {}), ("focused", {}), ("pasted", {"length": 12}))).status_code == 204
    )
    assert who.hand_in().status_code == 303
    for width in (360, 1280):
        page = open_page(site, width=width)
        tail = f"/exams/attempts/{who.attempt_id}/record"
        seen(page, site, distance.world, who.person_id, tail, "record")


def test_the_wall_fits_is_accessible_and_shows_a_new_picture_without_a_reload(
    served: tuple[Site, Distance], open_page: Open
) -> None:
    site, distance = served
    several = [distance.candidate() for _ in range(3)]
    for name, who in zip(("Ақерке Сынақ", "Дана Үлгі", "Бек Мысал"), several, strict=True):
        distance.applies(who, name)
    assert snapshot(several[0], 1, drawn("slateblue", "WEBP")).status_code == 204
    said = chained(("blurred", {}), ("focused", {}), ("camera_ended", {}))
    assert signals(several[0], said).status_code == 204
    tail = f"/rooms/{distance.sitting}/wall"
    for width in (360, 768, 1280):
        page = open_page(site, width=width)
        seen(page, site, distance.world, distance.proctor, tail, "wall")
    page.locator(f"#m-{several[1].attempt_id}").focus()
    assert snapshot(several[1], 1, drawn("indianred", "WEBP")).status_code == 204
    newest = distance.shots(several[1])[-1]
    expect(page.locator(f'#t-{several[1].attempt_id} img[src$="{newest.id}"]')).to_be_visible()
    expect(page.locator(f"#m-{several[1].attempt_id}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_have_text("Wall of pictures")
    axe_clean(page)
