"""Rule 17 in a real browser: what is chosen without a connection waits on the device and is lost by nothing."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.exams.rules.states import Lifecycle
from app.web.viewer import COOKIE
from tests import factories
from tests.exams.delivery_world import answers, attempt, events
from tests.journeys.conftest import FLAGS, axe_clean, executable, no_overflow
from tests.journeys.test_exam_page import Hall, Open, Seat, hall

__all__ = ["hall"]
pytestmark = pytest.mark.journey


def kept(page: Page, seat: Seat) -> list[dict[str, Any]]:
    """What the device keeps of this attempt."""
    found = page.evaluate("(id) => window.examQueue.recall(id)", str(seat.attempt_id))
    return found["queue"] if found else []


def offline(seat: Seat, *given: tuple[int, str]) -> None:
    """Choose without a connection."""
    seat.page.context.set_offline(True)
    for place, word in given:
        seat.choice(place, word).check()
    expect(seat.page.locator("#saved")).to_contain_text("Not saved since")


def a_minute_passes(page: Page) -> None:
    """The page believes that a minute has gone by since its last save."""
    page.clock.fast_forward(61_000)


def test_rule_17_what_waits_is_sent_in_order_each_with_its_own_key(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?view=all")
    offline(seat, (3, "a"), (1, "b"), (2, "c"), (1, "d"))
    waiting = kept(page, seat)
    assert len({answer["key"] for answer in waiting}) == len(waiting)
    assert [answer["seq"] for answer in waiting] == sorted(answer["seq"] for answer in waiting)
    assert {frozenset(answer) for answer in waiting} == {
        frozenset({"place", "chosen", "complete", "version", "key", "seq", "at", "sent"})
    }
    page.context.set_offline(False)
    seat.saved()
    assert seat.stored() == {1: ["d"], 2: ["c"], 3: ["a"]}
    numbers = [event.client_seq for event in events(seat.world, seat.attempt_id, "save")]
    assert numbers == sorted(numbers)
    assert kept(page, seat) == []


def test_rule_17_what_waits_is_found_again_by_a_browser_that_was_closed(
    hall: Hall, open_page: Open, chromium: Any, tmp_path: Path
) -> None:
    seat = Seat(hall, open_page)
    state, flags = tmp_path / "browser", FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])

    def launch() -> Any:
        return chromium.browser_type.launch_persistent_context(
            str(state), executable_path=executable(), args=flags, base_url=hall.site.base
        )

    first = launch()
    page = first.new_page()
    seat.sign_in(page)
    page.goto(f"{seat.place}?n=2")
    first.set_offline(True)
    page.locator('input[name="a-2"][value="c"]').check()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    first.close()
    assert seat.stored() == {}
    second = launch()
    page = second.new_page()
    seat.sign_in(page)
    page.goto(f"{seat.place}?n=2")
    expect(page.locator("#saved .ok")).to_be_visible()
    expect(page.locator('input[name="a-2"][value="c"]')).to_be_checked()
    second.close()
    assert seat.stored() == {2: ["c"]}


def test_rule_17_the_server_dies_and_the_page_sends_when_it_is_back(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?view=all")
    hall.site.kill()
    try:
        seat.choice(1, "a").check()
        seat.choice(2, "b").check()
        expect(page.locator("#offline[role=alert]")).to_contain_text("Answers waiting to be sent")
    finally:
        hall.site.start()
    seat.saved()
    assert seat.stored() == {1: ["a"], 2: ["b"]}


def test_rule_17_a_conflict_is_shown_and_what_was_refused_is_kept(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=1")
    offline(seat, (1, "a"))
    lease = page.locator("#lease").input_value()
    token = page.locator("[name=csrf_token]").first.input_value()
    # another window with the same lease saves meanwhile
    data = {"csrf_token": token, "lease": lease, "a-1": "d", "v-1": "0", "key": "elsewhere"}
    page.context.request.post(
        f"{hall.site.base}{seat.place}/answers", form=data, headers={"Origin": hall.site.base}
    )
    page.context.set_offline(False)
    expect(page.locator("#notes")).to_contain_text("Question 1 was changed in another window")
    expect(seat.choice(1, "d")).to_be_checked()
    assert seat.stored() == {1: ["d"]}
    assert [event.chosen for event in events(seat.world, seat.attempt_id, "refused_stale")] == [["a"]]
    assert kept(page, seat) == []


def test_rule_17_of_two_windows_the_second_sends_what_the_first_could_not(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=3")
    page.route("**/answers", lambda route: route.abort())
    seat.choice(3, "b").check()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    second = page.context.new_page()
    second.goto(f"{seat.place}?n=3")
    expect(second.locator("#saved .ok")).to_be_visible()
    expect(second.locator('input[name="a-3"][value="b"]')).to_be_checked()
    expect(page.locator("#taken")).to_be_visible()
    assert seat.stored() == {3: ["b"]}
    assert kept(second, seat) == []


def test_rule_17_the_language_may_change_while_answers_wait(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=2")
    page.route("**/answers", lambda route: route.abort())
    seat.choice(2, "b").check()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{seat.place.replace('/en/', '/kk/')}?n=2")
    expect(seat.choice(2, "b")).to_be_checked()
    expect(page.locator("#saved")).to_contain_text("сақталмаған")
    page.unroute("**/answers")
    seat.saved()
    assert seat.stored() == {2: ["b"]}


@pytest.mark.parametrize("over", [False, True])
def test_rule_17_after_a_minute_the_answers_go_into_a_file_which_staff_load(
    hall: Hall, open_page: Open, tmp_path: Path, over: bool
) -> None:
    seat = Seat(hall, open_page, width=360)
    page = seat.page
    page.clock.install()
    page.goto(f"{seat.place}?view=all")
    offline(seat, (1, "a"), (2, "b"))
    expect(page.locator("#unsent")).to_have_count(0)
    a_minute_passes(page)
    expect(page.locator("#unsent[role=alert]")).to_contain_text("For a minute nothing could be sent")
    axe_clean(page)
    no_overflow(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save the waiting answers to a file").click()
    code = attempt(seat.world, seat.attempt_id).code
    assert caught.value.suggested_filename == f"unsent-{code}.json"
    path = tmp_path / "unsent.json"
    caught.value.save_as(path)
    held = json.loads(path.read_text())
    assert set(held) == {"answers", "attempt", "kind", "made_at", "sha256", "version"}
    assert "Stem" not in path.read_text()
    assert [(one["place"], one["chosen"]) for one in held["answers"]] == [(1, ["a"]), (2, ["b"])]
    if over:
        seat.ends_in(-62)
    staff = open_page(hall.site, width=360)
    manager = factories.person(hall.world, "exam_manager")
    token = hall.world.browser(manager).http.cookies[COOKIE]
    staff.context.add_cookies([{"name": COOKIE, "value": token, "url": hall.site.base}])
    staff.goto(f"/en/rooms/attempts/{seat.attempt_id}")
    staff.get_by_role("link", name="Load unsent answers").click()
    staff.locator("#file").set_input_files(path)
    axe_clean(staff)
    staff.get_by_role("button", name="Look at the file").click()
    expect(staff.locator("table")).to_contain_text(
        "It is kept with the attempt and not scored" if over else "It is saved"
    )
    axe_clean(staff)
    no_overflow(staff)
    staff.locator("#reason").fill("The line of the centre was cut")
    staff.get_by_role("button", name="Load as shown").click()
    expect(staff.locator(".note.ok")).to_contain_text("The file was loaded")
    if over:
        assert seat.stored() == {}
        assert {event.position for event in events(seat.world, seat.attempt_id, "refused_late")} == {1, 2}
        return
    assert seat.stored() == {1: ["a"], 2: ["b"]}
    # the connection comes back: the page sends the same saves, which are done already
    page.context.set_offline(False)
    page.clock.resume()
    page.clock.fast_forward(20_000)
    seat.saved()
    expect(page.locator("#unsent")).to_have_count(0)
    assert [version for _, version in answers(seat.world, seat.attempt_id).values()] == [1, 1, 0, 0, 0, 0]
    assert events(seat.world, seat.attempt_id, "refused_stale") == []


def test_rule_17_what_is_found_after_the_end_is_kept_as_evidence_and_leaves_the_device(
    hall: Hall, open_page: Open
) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=1")
    page.route("**/answers", lambda route: route.abort())
    seat.choice(1, "a").check()
    expect(page.locator("#saved")).to_contain_text("Not saved since")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    seat.ends_in(-62)
    page.wait_for_timeout(6000)  # the sweeper comes by
    assert attempt(seat.world, seat.attempt_id).lifecycle is Lifecycle.SCORED
    page.unroute("**/answers")
    page.goto(seat.place)
    expect(page.locator("[data-unsent-left]")).to_contain_text("could not be sent in time")
    axe_clean(page)
    assert kept(page, seat) == []
    assert [event.chosen for event in events(seat.world, seat.attempt_id, "refused_late")] == [["a"]]
    page.reload()
    expect(page.locator("[data-unsent-left]")).to_be_hidden()


def test_rule_17_nothing_stays_on_a_shared_computer_after_the_hand_in(hall: Hall, open_page: Open) -> None:
    seat = Seat(hall, open_page)
    page = seat.page
    page.goto(f"{seat.place}?n=1")
    seat.choice(1, "a").check()
    seat.saved()
    page.locator("[data-leave]").first.click()
    page.locator("[data-confirm] button").click()
    expect(page.locator(".document")).to_be_visible()
    everything = """async () => {
      const base = await new Promise((done) => {
        const asked = indexedDB.open("exam-queue");
        asked.onsuccess = () => done(asked.result);
      });
      const asked = base.transaction("attempts").objectStore("attempts").getAllKeys();
      return new Promise((done) => { asked.onsuccess = () => done(asked.result); });
    }"""
    assert str(seat.attempt_id) not in page.evaluate(everything)
    assert page.evaluate("localStorage.length") == 0
