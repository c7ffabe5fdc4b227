"""Items of every type in a real browser: by keyboard alone, without a script, in every language and width.

Source: specification of exams, section 4, rules 5, 13 and 19. ``PICTURES`` names a folder to keep pictures in.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.kernel.clock import FixedClock, SystemClock
from tests.exams.delivery_world import attempt, events
from tests.exams.types_world import MATCHING, NUMERIC, ORDERING, PENALTY, TEXT, TRUE_FALSE, make_types_exam
from tests.journeys.conftest import axe_clean, make_site, no_overflow
from tests.journeys.test_exam_page import Hall, Seat
from tests.world import World

pytestmark = pytest.mark.journey
Open = Callable[..., Page]
RIGHT = {
    TRUE_FALSE: ["true"],
    MATCHING: ["a=runs", "b=builds", "c=uses"],
    ORDERING: ["b", "d", "a", "c"],
    NUMERIC: ["12.5"],
    TEXT: ["Risk"],
    PENALTY: ["a", "b", "c"],
}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    var = tmp_path_factory.mktemp("item-types") / "var"
    var.mkdir()
    shutil.copyfile(Path(os.environ["CEASAI_TEST_FOLDER"]) / "template.db", var / "ceasai.db")
    site = make_site(var, f"sqlite:///{var / 'ceasai.db'}")
    world = World(site.settings, FixedClock(SystemClock().now()))
    exam = make_types_exam(world)
    site.start()
    yield Hall(site, world, exam)
    site.stop()
    world.close()


def until_focused(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(60):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def select_by_keys(page: Page, selector: str, value: str) -> None:
    """Go to a list by Tab and to its entry by the arrow."""
    until_focused(page, selector)
    for _ in range(8):
        if page.locator(selector).input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{selector} has no {value}")


def test_every_type_is_answered_by_keyboard_alone_and_saved_at_once(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page

    def go(n: int) -> None:
        page.goto(f"{seat.place}?n={n}")
        page.locator(f"#h-{n}").wait_for()

    go(TRUE_FALSE)
    until_focused(page, f"input[name=a-{TRUE_FALSE}]")
    page.keyboard.press("Space")
    seat.saved()
    go(MATCHING)
    for word in RIGHT[MATCHING]:
        select_by_keys(page, f"#a-{MATCHING}-{word[0]}", word)
    seat.saved()
    go(ORDERING)
    for name in "abcd":
        place = RIGHT[ORDERING].index(name) + 1
        until_focused(page, f"#a-{ORDERING}-{name}")
        page.keyboard.press(str(place))
    seat.saved()
    go(NUMERIC)
    until_focused(page, f"#a-{NUMERIC}")
    page.keyboard.type("12,5")
    seat.saved()
    go(TEXT)
    until_focused(page, f"#a-{TEXT}")
    page.keyboard.type("Risk")
    page.keyboard.press("Enter")
    seat.saved()
    expect(page.locator(f"#h-{TEXT}")).to_be_visible()
    go(PENALTY)
    for word in RIGHT[PENALTY]:
        until_focused(page, f"input[name=a-{PENALTY}][value={word}]")
        page.keyboard.press("Space")
    seat.saved()
    expect(page.locator('[data-count="a"]')).to_have_text("6")
    assert seat.stored() == RIGHT
    page.goto(f"{seat.place}/submission")
    until_focused(page, "#item .btn")
    page.keyboard.press("Enter")
    expect(page.locator(".document")).to_be_visible()
    assert attempt(hall.world, seat.attempt_id).raw_score == 18


def test_every_type_is_answered_without_a_script(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page, javascript=False)
    page = seat.page
    page.goto(f"{seat.place}?n=1")
    forward = page.locator(".exam-foot button").last
    page.locator(f"input[name=a-{TRUE_FALSE}][value=true]").check()
    forward.click()
    for word in RIGHT[MATCHING]:
        page.locator(f"#a-{MATCHING}-{word[0]}").select_option(word)
    forward.click()
    page.locator(f"#a-{ORDERING}-a").select_option("a=1")
    page.locator(f"#a-{ORDERING}-b").select_option("b=1")
    forward.click()
    page.get_by_role("button", name="Previous").click()
    expect(page.locator(f"#odd-{ORDERING}")).to_be_visible()
    for place, name in enumerate(RIGHT[ORDERING], start=1):
        page.locator(f"#a-{ORDERING}-{name}").select_option(f"{name}={place}")
    forward.click()
    expect(page.locator(f"#odd-{NUMERIC}")).to_be_hidden()
    page.locator(f"#a-{NUMERIC}").fill("twelve")
    forward.click()
    expect(page.locator(f"#odd-{NUMERIC}")).to_be_visible()
    expect(page.locator(f"#a-{NUMERIC}")).to_have_value("twelve")
    assert page.locator(f"#a-{NUMERIC}").get_attribute("aria-invalid") == "true"
    page.locator(f"#a-{NUMERIC}").fill("12,5")
    forward.click()
    page.locator(f"#a-{TEXT}").fill("Risk")
    page.locator(f"#a-{TEXT}").press("Enter")
    expect(page.locator(f"#a-{TEXT}")).to_have_value("Risk")
    forward.click()
    for word in RIGHT[PENALTY]:
        page.locator(f"input[name=a-{PENALTY}][value={word}]").check()
    forward.click()
    assert seat.stored() == RIGHT
    page.get_by_role("button", name="Hand in").click()
    assert attempt(hall.world, seat.attempt_id).raw_score == 18


def test_rule_05_text_is_saved_two_seconds_after_the_last_key_and_while_somebody_types_on(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n={TEXT}")
    page.locator(f"#a-{TEXT}").press_sequentially("ri")
    page.wait_for_timeout(500)
    assert seat.stored() == {}
    expect(page.locator("#saved .ok")).to_be_visible(timeout=5000)
    assert seat.stored() == {TEXT: ["ri"]}
    for _ in range(34):
        page.keyboard.type("s")
        page.wait_for_timeout(500)
    assert len(events(hall.world, seat.attempt_id, "save")) > 1, "17 s without a pause, and nothing was saved"


def test_rule_05_what_is_being_typed_is_not_lost_with_the_connection_or_the_page(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n={TEXT}")
    page.route("**/answers", lambda route: route.abort())
    page.locator(f"#a-{TEXT}").press_sequentially("risk")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator(f"#a-{TEXT}")).to_have_value("risk")
    expect(page.locator('[data-count="a"]')).to_have_text("1")
    page.unroute("**/answers")
    seat.saved()
    assert seat.stored() == {TEXT: ["risk"]}


def test_a_line_that_is_open_or_doubled_keeps_the_question_empty(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page, width=360)
    page = seat.page
    answered = page.locator('[data-count="a"]')
    page.goto(f"{seat.place}?n={ORDERING}")
    for name, place in (("a", 1), ("b", 2), ("c", 3)):
        page.locator(f"#a-{ORDERING}-{name}").select_option(f"{name}={place}")
    expect(answered).to_have_text("0")
    page.locator(f"#a-{ORDERING}-d").select_option("d=3")
    expect(page.locator(f"#odd-{ORDERING}")).to_be_visible()
    expect(answered).to_have_text("0")
    axe_clean(page)
    page.locator(f"#a-{ORDERING}-d").select_option("d=4")
    expect(page.locator(f"#odd-{ORDERING}")).to_be_hidden()
    expect(answered).to_have_text("1")
    seat.saved()
    page.goto(f"{seat.place}?n={NUMERIC}")
    page.locator(f"#a-{NUMERIC}").press_sequentially("1,000.5")
    expect(page.locator(f"#odd-{NUMERIC}")).to_be_visible()
    axe_clean(page)
    page.get_by_role("button", name="Clear my answer").click()
    expect(page.locator(f"#odd-{NUMERIC}")).to_be_hidden()
    seat.saved()
    assert seat.stored() == {ORDERING: ["a", "b", "c", "d"]}


def test_an_answer_from_elsewhere_fills_the_controls_of_every_type(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    for place, first, then in [
        (MATCHING, ["a=runs"], f"#a-{MATCHING}-b"),
        (ORDERING, ["d", "c", "b", "a"], f"#a-{ORDERING}-a"),
        (TEXT, ['Risk: it\'s, "so"'], f"#a-{TEXT}"),
    ]:
        page.goto(f"{seat.place}?n={place}")
        lease = page.locator("#lease").input_value()
        body = {"csrf_token": page.locator("[name=csrf_token]").first.input_value(), "lease": lease}
        body |= {f"a-{place}": first[0] if len(first) == 1 else first, f"v-{place}": "0"}
        pairs = [
            (key, one)
            for key, value in body.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        page.evaluate(
            """async ([place, pairs]) => fetch(place + "/answers",
            { method: "POST", body: new URLSearchParams(pairs), headers: { "HX-Request": "true" } })""",
            [seat.place, pairs],
        )
        if place == TEXT:
            page.locator(then).fill("danger")
            page.locator(then).blur()
        else:
            page.locator(then).select_option(index=2)
        expect(page.locator("#notes [role=alert]").first).to_contain_text("was changed in another window")
        axe_clean(page)
    assert seat.stored()[TEXT] == ['Risk: it\'s, "so"']
    expect(page.locator(f"#a-{TEXT}")).to_have_value('Risk: it\'s, "so"')


@pytest.mark.parametrize("width", [360, 1280])
def test_every_type_fits_and_is_accessible_in_every_language(hall: Hall, open_page: Open, width: int) -> None:
    seat = Seat(hall, open_page, width=width)
    page = seat.page
    for locale in ("kk", "ru", "en"):
        page.goto(f"{seat.place.replace('/en/', f'/{locale}/')}?view=all")
        for summary in page.locator("#item summary").all():
            summary.click()
        axe_clean(page)
        no_overflow(page)
        for control in page.locator(".line select, #item input[type=text]").all():
            box = control.bounding_box()
            assert box
            assert box["height"] >= 44, box
        if "PICTURES" in os.environ:
            folder = Path(os.environ["PICTURES"])
            page.screenshot(path=folder / f"types-{locale}-{width}.png", full_page=True)
