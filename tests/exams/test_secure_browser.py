"""A sitting in the secure browser: its file, the proof of every request, stopping, letting go on, exempting."""

from datetime import timedelta
from typing import Any

import pytest

from app.exams import errors
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Sitting
from app.exams.rules.secure_browser import request_hash
from app.exams.rules.states import Lifecycle, Mode
from app.exams.service import history, secure_browser, supervision
from app.exams.service.secure_browser_file import read
from tests import factories
from tests.exams import bench
from tests.exams.acts import do
from tests.exams.delivery_world import Candidate, answers, attempt, changes, events, make_attempt
from tests.exams.secure_browser_world import HEADER, Sat, ask, entries, held, sat
from tests.world import BASE, World

WHY = "Ескі нұсқа, экранды көрдім"


def test_a_mismatch_saves_what_came_with_it_and_later_answers_are_kept_as_evidence(world: World) -> None:
    one = sat(world)
    lease = one.lease()
    wrong = {HEADER: "0" * 64}
    first = ask(
        one, "POST", "/answers", wrong | {"HX_Request": "true"}, **{"a-1": "b", "v-1": "0", "lease": lease}
    )
    assert 'data-code="secure-browser-held"' in first.text
    assert answers(world, one.who.attempt_id)[1] == (["b"], 1)
    reply = one.post("/answers", {"a-2": "c", "v-2": "0", "lease": lease})
    assert reply.status_code == 409
    assert answers(world, one.who.attempt_id)[2] == ([], 0)
    assert [event.chosen for event in events(world, one.who.attempt_id, "refused_closed")] == [["c"]]
    assert "Your exam is stopped" in one.get().text
    assert one.who.browser.get("/en/exams").status_code == 200  # nobody is signed out
    assert changes(world, one.who.attempt_id)[-1] == ("lifecycle", "in_progress", "interrupted")
    with world.read() as session:
        assert history.first_broken(session, one.who.attempt_id) is None


def test_a_hand_in_that_does_not_prove_the_settings_saves_and_does_not_hand_in(world: World) -> None:
    one = sat(world)
    ask(one, "POST", "/submission", {}, **{"a-1": "a", "v-1": "0", "lease": one.lease()})
    assert answers(world, one.who.attempt_id)[1] == (["a"], 1)
    assert attempt(world, one.who.attempt_id).lifecycle is Lifecycle.INTERRUPTED


def test_the_address_is_that_of_the_installation_whatever_the_request_claims(world: World) -> None:
    one = sat(world)
    path = one.place
    told = {HEADER: request_hash(f"http://localhost:8000{path}", one.key), "Host": "localhost"}
    assert one.who.browser.get(path, **told).status_code == 409
    assert held(world, one)


def test_an_ordinary_sitting_asks_for_nothing(world: World) -> None:
    one = sat(world, secure=False)
    assert attempt(world, one.who.attempt_id).browser_check == "none"
    assert "Stem 1.1" in one.who.page().text
    assert one.who.browser.get(one.place, **{HEADER: "0" * 64}).status_code == 200
    assert one.who.browser.get(f"{one.place}/settings.seb").status_code == 404
    assert "Safe Exam Browser" not in one.who.browser.get(f"{one.place}/before").text


def test_an_attempt_starts_only_with_its_own_settings(world: World) -> None:
    one, other = sat(world, started=False), sat(world)
    assert one.key != other.key
    path = f"{one.place}/start"
    for headers in ({}, {HEADER: request_hash(f"{BASE}{path}", other.key)}):
        reply = one.who.browser.post(path, **headers)
        assert reply.status_code == 409
        assert "Safe Exam Browser" in reply.text
    assert attempt(world, one.who.attempt_id).started_at is None
    assert entries(world, one) == []
    assert one.post("/start").status_code == 303


def test_without_the_settings_ever_given_out_nothing_starts(world: World) -> None:
    one = sat(world, secure=False, started=False)
    with world.write() as session:
        session.get_one(Sitting, one.sitting_id).secure_browser = True
    assert one.who.browser.post(f"{one.place}/start", **{HEADER: request_hash("", "")}).status_code == 409


def test_the_file_is_the_candidates_own_and_the_same_every_time(world: World) -> None:
    one = sat(world)
    reply = one.who.browser.get(f"{one.place}/settings.seb")
    assert reply.headers["content-type"] == "application/seb"
    assert "no-store" in reply.headers["cache-control"]
    assert reply.content == one.who.browser.get(f"{one.place}/settings.seb").content
    settings = read(reply.content)
    assert settings["startURL"].startswith(f"{BASE}{one.place}/before?browser=")
    assert settings["quitURL"] == f"{BASE}/kk/exams/secure-browser/end"
    stranger = world.browser(factories.person(world, "candidate"))
    assert stranger.get(f"{one.place}/settings.seb").status_code == 404
    assert world.browser().get(f"{one.place}/settings.seb").status_code == 303


def test_a_signed_link_hands_the_file_over_for_two_hours(world: World) -> None:
    one = sat(world)
    page = one.who.browser.get(f"{one.place}/before").text
    link = page.split('href="seb://127.0.0.1:8000')[1].split('"')[0]
    visitor = world.browser()
    file = one.who.browser.get(f"{one.place}/settings.seb").content
    assert visitor.get(link).content == file
    parts = link.split(".")
    longer = ".".join([parts[0], str(int(parts[1]) + 1), *parts[2:]])
    for wrong in (
        longer,
        link.replace("exams/secure-browser/", "exams/secure-browser/0"),
        link[:-8] + ".seb",
    ):
        assert visitor.get(wrong).status_code == 404
    world.clock.advance(timedelta(hours=2))
    assert visitor.get(link).status_code == 404


def test_after_the_end_nothing_is_given_out(world: World) -> None:
    one = sat(world)
    assert one.post("/submission", {"lease": one.lease()}).status_code == 303
    assert one.who.browser.get(f"{one.place}/settings.seb").status_code == 404
    assert "Close Safe Exam Browser" in one.who.browser.get(f"{one.place}/receipt").text


def word(one: Sat, page: str | None = None) -> Any:
    """What the script of a page sends: where it stands, and the key for that address."""
    here = f"{BASE}{page or one.place}"
    return one.who.browser.post(
        f"{one.place}/browser", {"page": here, "key": request_hash(here, one.key)}, HX_Request="true"
    )


def test_a_browser_that_tells_its_key_to_scripts_only_gets_a_pass_for_three_minutes(world: World) -> None:
    one = sat(world)
    browser = one.who.browser
    asked = browser.get(one.place)
    assert asked.status_code == 409
    assert "secure_browser" in asked.text
    assert word(one).status_code == 204
    assert "Stem 1.1" in browser.get(one.place).text
    world.clock.advance(timedelta(minutes=3))
    assert "Stem" not in browser.get(one.place).text
    assert entries(world, one) == []
    assert word(one, f"{one.place}?n=2").status_code == 204
    assert "Stem 1.2" in browser.get(f"{one.place}?n=2").text


def test_a_pass_is_of_one_attempt_and_one_sign_in(world: World) -> None:
    one = sat(world)
    assert word(one).status_code == 204
    name = f"ceasai_browser_{one.who.attempt_id.hex[-12:]}"  # type: ignore[union-attr]
    stolen = one.who.browser.http.cookies.get(name)
    again = Candidate(world, one.who.person_id, one.who.attempt_id)
    again.browser.http.cookies.set(name, stolen, domain="127.0.0.1", path="/")
    assert "Stem" not in again.page().text
    assert "Stem" in one.who.page().text


@pytest.mark.parametrize("page", ["/en/exams", "/en/exams/attempts/00000000-0000-0000-0000-000000000000"])
def test_a_word_from_another_page_stops_the_attempt(world: World, page: str) -> None:
    one = sat(world)
    assert word(one, page).status_code == 409
    assert held(world, one)


def test_a_script_proves_each_of_its_requests(world: World) -> None:
    one = sat(world)
    here = f"{BASE}{one.place}"
    told = {"X_Exam_Browser_Page": here, "X_Exam_Browser_Key": request_hash(here, one.key)}
    lease = one.lease()
    reply = ask(
        one, "POST", "/answers", told | {"HX_Request": "true"}, **{"a-1": "a", "v-1": "0", "lease": lease}
    )
    assert reply.status_code == 200
    assert not held(world, one)


def test_a_page_outside_the_secure_browser_is_noted_once_a_minute_and_stops_nothing(world: World) -> None:
    one = sat(world)
    for _ in range(3):
        assert one.who.browser.post(f"{one.place}/browser", {"page": "", "key": ""}).status_code == 409
    assert [event for event, _, _ in entries(world, one)] == ["outside"]
    world.clock.advance(timedelta(minutes=1))
    one.who.browser.post(f"{one.place}/browser", {"page": "", "key": ""})
    assert [event for event, _, _ in entries(world, one)] == ["outside", "outside"]
    assert "Stem 1.1" in one.get().text


def stopped(world: World) -> tuple[Sat, Any, str]:
    """An attempt that was stopped, its proctor at a browser, and where the decision is made."""
    one = sat(world)
    one.who.browser.get(one.place, **{HEADER: "0" * 64})
    return one, world.browser(one.proctor), f"/en/rooms/attempts/{one.who.attempt_id}"


def test_a_proctor_sees_why_and_lets_the_attempt_go_on_once(world: World) -> None:
    one, proctor, door = stopped(world)
    page = proctor.get(door).text
    assert "stopped: the browser has other settings" in page
    assert "Let the candidate in" not in page
    assert proctor.post(f"{door}/entry").status_code == 409
    assert proctor.post(f"{door}/browser", {"scope": "once", "reason": ""}).status_code == 422
    assert held(world, one)
    reply = proctor.post(f"{door}/browser", {"scope": "once", "reason": WHY})
    assert reply.headers["location"] == f"{door}?done=browser-once"
    assert entries(world, one)[-1] == ("released", one.proctor, WHY)
    assert changes(world, one.who.attempt_id)[-1] == ("lifecycle", "interrupted", "in_progress")
    assert WHY in proctor.get(door).text
    assert "Stem 1.1" in one.get().text
    one.who.browser.get(one.place, **{HEADER: "0" * 64})
    assert held(world, one)


def test_for_the_rest_no_proof_is_asked_for(world: World) -> None:
    one, proctor, door = stopped(world)
    assert proctor.post(f"{door}/browser", {"scope": "rest", "reason": WHY}).status_code == 303
    assert "Stem 1.1" in one.who.page().text
    assert one.who.hand_in(lease=one.who.lease()).status_code == 303
    assert [event for event, _, _ in entries(world, one)] == ["other_settings", "exempted"]
    assert proctor.post(f"{door}/browser", {"scope": "rest", "reason": WHY}).status_code == 409


def test_a_named_person_exempts_an_attempt_before_it_starts(world: World) -> None:
    one = sat(world, started=False)
    proctor, door = world.browser(one.proctor), f"/en/rooms/attempts/{one.who.attempt_id}"
    assert proctor.post(f"{door}/browser", {"scope": "once", "reason": WHY}).status_code == 409
    assert proctor.post(f"{door}/browser", {"scope": "rest", "reason": WHY}).status_code == 303
    assert "without Safe Exam Browser" in one.who.browser.get(f"{one.place}/before").text
    assert one.who.start().status_code == 303
    assert "Stem 1.1" in one.who.page().text
    assert entries(world, one) == [("exempted", one.proctor, WHY)]


def forget_window(one: Any) -> None:
    one.who.browser.http.cookies.delete(f"ceasai_window_{one.who.attempt_id.hex[-12:]}")


def test_at_a_distance_a_start_whose_reply_was_lost_is_no_new_start(world: World) -> None:
    one = sat(world)
    with world.write() as session:
        session.get_one(Attempt, one.who.attempt_id).mode = Mode.LIVE
    forget_window(one)
    assert "Stem 1.1" in one.get().text
    assert entries(world, one) == []


def test_at_a_distance_a_browser_started_anew_waits_for_a_proctor(world: World) -> None:
    one = sat(world)
    with world.write() as session:
        session.get_one(Attempt, one.who.attempt_id).mode = Mode.LIVE
    world.clock.advance(timedelta(seconds=20))
    assert "Stem 1.1" in one.get().text
    forget_window(one)
    assert "Your exam is stopped" in one.get().text
    assert [event for event, _, _ in entries(world, one)] == ["restarted"]
    door = f"/en/rooms/attempts/{one.who.attempt_id}"
    world.browser(one.proctor).post(f"{door}/browser", {"scope": "once", "reason": WHY})
    assert "Stem 1.1" in one.get().text


def test_nobody_else_decides(world: World) -> None:
    one, _proctor, door = stopped(world)
    stranger = world.browser(factories.person(world, "proctor"))
    assert stranger.post(f"{door}/browser", {"scope": "rest", "reason": WHY}).status_code == 404
    with pytest.raises(errors.WrongRole):
        do(world, secure_browser.decide, one.who.attempt_id, one.proctor, reason=WHY, rest=True, roles=())
    with pytest.raises(errors.SecureBrowserHeld):
        do(world, supervision.let_in, one.who.attempt_id, one.proctor)
    assert held(world, one)


def test_a_stopped_attempt_still_ends_with_its_time(world: World) -> None:
    one, proctor, door = stopped(world)
    world.clock.advance(timedelta(minutes=40))
    world.work()
    assert attempt(world, one.who.attempt_id).lifecycle is Lifecycle.SCORED
    assert proctor.post(f"{door}/browser", {"scope": "once", "reason": WHY}).status_code == 409


def test_a_manager_says_so_until_somebody_has_started(world: World) -> None:
    bench.exams(world)
    sitting_id = bench.sitting(world)
    manager = world.browser(factories.person(world, "exam_manager"))
    door = f"/en/sittings/{sitting_id}/browser"

    def asked() -> bool:
        with world.read() as session:
            return session.get_one(Sitting, sitting_id).secure_browser

    assert manager.post(door, {"secure_browser": "true"}).headers["location"].endswith("?done=browser")
    assert asked()
    assert "Required" in manager.get(f"/en/sittings/{sitting_id}").text
    candidate = bench.candidate(world)
    listed = world.browser(candidate).get("/en/exams/ceasai-analyst/sittings").text
    assert "In Safe Exam Browser" in listed
    manager.post(door)
    assert not asked()
    bench.started(world, bench.place(world, candidate, sitting_id).attempt_id)
    assert manager.post(door, {"secure_browser": "true"}).status_code == 409
    assert not asked()


def test_the_attempt_of_another_candidate_is_not_found(world: World) -> None:
    one = sat(world)
    stranger = world.browser(factories.person(world, "candidate"))
    assert stranger.post(f"{one.place}/browser", {"page": "x", "key": "y"}).status_code == 404
    assert not held(world, one)


def test_a_second_attempt_has_a_key_of_its_own(world: World) -> None:
    one = sat(world)
    with world.read() as session:
        sitting = session.get_one(Sitting, one.sitting_id)
        exam = type("E", (), {"exam_id": sitting.exam_id, "blueprint_id": sitting.blueprint_id})()
    person = factories.person(world, "candidate")
    other = Candidate(world, person, make_attempt(world, exam, person, sitting_id=one.sitting_id))
    file = other.browser.get(f"{other.place}/settings.seb").content
    assert (
        read(file)["startURL"] != read(one.who.browser.get(f"{one.place}/settings.seb").content)["startURL"]
    )
