"""The pages around places and sittings, over HTTP."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import select

from app.exams.models.attempts import Attempt
from app.exams.models.booking import Booking, Centre, Room, Sitting, SittingProctor
from app.exams.models.forms import Form
from app.exams.rules.states import BookingState
from app.exams.service import forms
from tests.exams import bench
from tests.factories import person
from tests.world import World

DAY = timedelta(days=1)
BOOK = "/en/exams/ceasai-analyst/bookings"


def booking_of(world: World, person_id: UUID) -> Booking:
    with world.read() as session:
        return session.exec(select(Booking).where(Booking.person_id == person_id)).one()


def test_a_candidate_books_moves_and_gives_back_over_the_pages(world: World) -> None:
    bench.exams(world)
    first, second = bench.sitting(world, after=5 * DAY), bench.sitting(world, after=6 * DAY)
    candidate = bench.candidate(world)
    browser = world.browser(candidate)
    listed = browser.get("/en/exams/ceasai-analyst/sittings").text
    assert listed.count("Book this place") == 2
    reply = browser.post(BOOK, {"sitting_id": str(first)})
    assert reply.headers["location"] == "/en/exams?done=booked"
    mine = browser.get("/en/exams?done=booked").text
    assert "You have a place." in mine
    assert "Before your exam" in mine
    assert browser.get("/en/exams/ceasai-analyst/sittings").text.count("Move here") == 1
    booking = booking_of(world, candidate)
    reply = browser.post(f"/en/exams/bookings/{booking.id}/move", {"sitting_id": str(second)})
    assert reply.headers["location"] == "/en/exams?done=moved"
    with world.read() as session:
        live = session.exec(select(Booking).where(Booking.state == BookingState.BOOKED)).one()
    assert live.sitting_id == second
    page = f"/en/exams/bookings/{live.id}/cancellation"
    assert "cannot be taken back" in browser.get(page).text
    assert browser.post(page).headers["location"] == "/en/exams?done=cancelled"
    assert "Given back" in browser.get("/en/exams").text


def test_a_full_sitting_offers_its_waiting_list(world: World) -> None:
    bench.exams(world)
    sitting = bench.sitting(world, capacity=1)
    bench.place(world, bench.candidate(world), sitting)
    browser = world.browser(bench.candidate(world))
    assert "Join the waiting list" in browser.get("/en/exams/ceasai-analyst/sittings").text
    assert browser.post(BOOK, {"sitting_id": str(sitting)}).headers["location"] == "/en/exams?done=waiting"
    assert "In the waiting list" in browser.get("/en/exams").text


def test_refusals_are_409_pages_with_their_reason(world: World) -> None:
    bench.exams(world)
    sitting, other = bench.sitting(world), bench.sitting(world)
    assert (
        'data-code="application-needed"'
        in world.browser(person(world)).post(BOOK, {"sitting_id": str(sitting)}).text
    )
    browser = world.browser(bench.candidate(world))
    browser.post(BOOK, {"sitting_id": str(sitting)})
    reply = browser.post(BOOK, {"sitting_id": str(other)})
    assert reply.status_code == 409
    assert 'data-code="already-booked"' in reply.text


@pytest.mark.parametrize("given", [{}, {"sitting_id": "x"}])
def test_a_form_of_nobody_is_not_found(world: World, given: dict[str, str]) -> None:
    bench.exams(world)
    assert world.browser(bench.candidate(world)).post(BOOK, given).status_code == 404


def test_a_place_is_shown_to_its_holder_only(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    bench.place(world, candidate, bench.sitting(world))
    stranger = world.browser(bench.candidate(world))
    page = f"/en/exams/bookings/{booking_of(world, candidate).id}/cancellation"
    assert stranger.get(page).status_code == 404
    assert stranger.post(page).status_code == 404


def test_my_exams_of_a_newcomer_tells_the_next_step(world: World) -> None:
    browser = world.browser(person(world))
    assert "There is no exam to apply for yet" in browser.get("/en/exams").text
    bench.exams(world)
    page = browser.get("/en/exams").text
    assert "Apply to be examined" in page
    assert "Start a practice run" in page
    assert "No sittings are announced" in browser.get("/en/exams/ceasai-analyst/sittings").text


def statements(world: World, browser: Any, path: str) -> int:
    seen: list[str] = []

    def count(*args: Any) -> None:
        seen.append(args[2])

    event.listen(world.engine, "before_cursor_execute", count)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(world.engine, "before_cursor_execute", count)
    return len([one for one in seen if one.startswith(("SELECT", "UPDATE", "INSERT", "WITH"))])


def test_pages_take_as_many_statements_for_many_as_for_one(world: World) -> None:
    bench.exams(world)
    proctor, manager = person(world, "proctor"), person(world, "exam_manager")
    sitting = bench.sitting(world, after=timedelta(minutes=20), proctors=[proctor])
    candidate = bench.candidate(world, accommodation_request="more time")
    bench.place(world, candidate, sitting)
    browsers = {
        "/en/exams": world.browser(candidate),
        "/en/exams/ceasai-analyst/sittings": world.browser(candidate),
        f"/en/rooms/{sitting}": world.browser(proctor),
        "/en/rooms": world.browser(proctor),
        "/en/sittings": world.browser(manager),
        f"/en/sittings/{sitting}": world.browser(manager),
        "/en/accommodations": world.browser(manager),
    }
    few = {path: statements(world, browser, path) for path, browser in browsers.items()}
    for _ in range(4):
        bench.place(world, bench.candidate(world, accommodation_request="more"), sitting)
        bench.sitting(world, proctors=[proctor])
    assert {path: statements(world, browser, path) for path, browser in browsers.items()} == few
    assert max(few.values()) <= 9


def given(world: World, room: UUID, proctor: UUID) -> dict[str, Any]:
    opens_at = (world.clock.now() + DAY).replace(hour=10)
    return {
        "exam_slug": "ceasai-analyst",
        "room_id": str(room),
        "opens_at": opens_at.strftime("%Y-%m-%dT%H:%M"),
        "closes_at": opens_at.replace(hour=12).strftime("%Y-%m-%dT%H:%M"),
        "capacity": "5",
        "proctors": [str(proctor)],
    }


def test_a_manager_plans_a_sitting_in_the_centres_time(world: World) -> None:
    bench.exams(world)
    proctor, room = person(world, "proctor"), bench.room(world, capacity=5)
    browser = world.browser(person(world, "exam_manager"))
    assert "No sittings are planned" in browser.get("/en/sittings").text
    reply = browser.post("/en/sittings", given(world, room, proctor))
    assert reply.status_code == 303
    with world.read() as session:
        made = session.exec(select(Sitting)).one()
        assert session.exec(select(SittingProctor.person_id)).all() == [proctor]
    assert (made.opens_at.hour, made.languages, made.capacity) == (5, ["kk", "ru", "en"], 5)
    assert "The sitting is planned" in browser.get(reply.headers["location"]).text
    taken = browser.post("/en/sittings", given(world, room, proctor) | {"capacity": "4"})
    assert taken.status_code == 409
    assert "Another sitting" in taken.text
    assert 'value="4"' in taken.text
    assert f'value="{proctor}" checked' in taken.text
    assert f'value="{given(world, room, proctor)["opens_at"]}"' in taken.text


def test_a_manager_chooses_which_forms_a_sitting_uses(world: World) -> None:
    bench.exams(world)
    with world.read() as session:
        known = {form.slug: str(form.id) for form in session.exec(select(Form)).all()}
    proctor, room = person(world, "proctor"), bench.room(world, capacity=5)
    browser = world.browser(person(world, "exam_manager"))
    offered = re.findall(r'name="forms" value="([^"]+)"', browser.get("/en/sittings").text)
    assert offered == [known["demo-a"], known["demo-b"]], "no form of a practice run"
    wanted = given(world, room, proctor) | {"forms": [known["demo-b"]]}
    wrong = browser.post("/en/sittings", wanted | {"capacity": "6"})
    assert f'name="forms" value="{known["demo-b"]}" checked' in wrong.text
    assert f'name="forms" value="{known["demo-a"]}" checked' not in wrong.text
    reply = browser.post("/en/sittings", wanted)
    assert reply.status_code == 303
    assert (
        '<dt>Forms</dt><dd><span lang="en">demo-b</span></dd>' in browser.get(reply.headers["location"]).text
    )
    with world.read() as session:
        made = session.exec(select(Sitting)).one()
    assert made.form_ids == [known["demo-b"]]
    attempt_id = bench.place(world, bench.candidate(world), made.id).attempt_id
    with world.read() as session:
        assert forms.pick_form(session, session.get_one(Attempt, attempt_id)).slug == "demo-b"
    foreign = browser.post("/en/sittings", wanted | {"forms": [known["practice-a"]]})
    assert foreign.status_code == 422
    assert "Choose forms of this exam only." in foreign.text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"capacity": "6"}, "capacity"),
        ({"capacity": "none"}, "capacity"),
        ({"proctors": []}, "proctors"),
        ({"opens_at": "2020-01-01T10:00"}, "opens_at"),
        ({"opens_at": "2027-01-01T10:00", "closes_at": "2027-01-01T10:30"}, "closes_at"),
        ({"room_id": "0190a0a0-0000-7000-8000-000000000000"}, "room_id"),
        ({"opens_at": "0001-01-01T10:00"}, "opens_at"),
        ({"opens_at": "9999-12-31T23:59", "closes_at": "9999-12-31T23:59"}, "opens_at"),
        ({"opens_at": "2027-01-01T10:00+03:00"}, "opens_at"),
        ({"exam_slug": "practice-run"}, "exam_slug"),
        ({"exam_slug": "unknown"}, "exam_slug"),
        ({"proctors": ["0190a0a0-0000-7000-8000-000000000000"]}, "proctors"),
    ],
)
def test_a_sitting_that_cannot_be_is_said_at_its_field(
    world: World, wrong: dict[str, Any], field: str
) -> None:
    bench.exams(world)
    proctor, room = person(world, "proctor"), bench.room(world, capacity=5)
    browser = world.browser(person(world, "exam_manager"))
    reply = browser.post("/en/sittings", given(world, room, proctor) | wrong)
    assert reply.status_code == 422
    assert f'id="{field}-e"' in reply.text
    with world.read() as session:
        assert session.exec(select(Sitting)).all() == []


def test_a_manager_adds_a_centre_and_a_room(world: World) -> None:
    browser = world.browser(person(world, "exam_manager"))
    names = {f"{what}_{code}": "Astana" for what in ("name", "address") for code in ("kk", "ru", "en")}
    centre = {"slug": "astana-1", "timezone": "Asia/Almaty"} | names
    assert browser.post("/en/centres", centre | {"timezone": "Asia/Nowhere"}).status_code == 422
    assert browser.post("/en/centres", centre).status_code == 303
    again = browser.post("/en/centres", centre | {"address_ru": "Typed again"})
    assert again.status_code == 409
    assert 'id="slug-e"' in again.text
    assert 'value="Typed again"' in again.text
    with world.read() as session:
        centre_id = session.exec(select(Centre.id)).one()
    room = {"centre_id": str(centre_id), "room_name": "4", "seats": "12", "step_free": "true"}
    assert browser.post("/en/centres/rooms", room | {"seats": "0"}).status_code == 422
    assert browser.post("/en/centres/rooms", room).status_code == 303
    again = browser.post("/en/centres/rooms", room | {"seats": "17"})
    assert again.status_code == 409
    assert 'id="room_name-e"' in again.text
    assert 'value="17"' in again.text
    nowhere = {"centre_id": "0190a0a0-0000-7000-8000-000000000000"}
    assert 'id="centre_id-e"' in browser.post("/en/centres/rooms", room | nowhere).text
    with world.read() as session:
        assert session.exec(select(Room.step_free, Room.capacity)).one() == (True, 12)
    assert "Astana" in browser.get("/en/centres").text


def test_a_sitting_lists_its_places_for_the_manager(world: World) -> None:
    bench.exams(world)
    sitting = bench.sitting(world, capacity=1)
    bench.place(world, bench.candidate(world), sitting)
    bench.place(world, bench.candidate(world), sitting)
    page = world.browser(person(world, "exam_manager")).get(f"/en/sittings/{sitting}").text
    assert page.count("Sample Candidate") == 2
    assert "In the waiting list" in page
