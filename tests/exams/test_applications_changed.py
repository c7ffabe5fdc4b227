"""An application is corrected until somebody relies on it, and withdrawn."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.exams import errors
from app.exams.models.attempts import Attempt
from app.exams.models.booking import Booking
from app.exams.rules.states import AccommodationState, ApplicationState, BookingState, Lifecycle
from app.platform.models import AuditEntry
from tests.exams import bench
from tests.exams.test_applications import GOOD, PAGE, stored, waiting
from tests.factories import person
from tests.world import World

CORRECT, WITHDRAW = f"{PAGE}/correction", f"{PAGE}/withdrawal"


def test_an_application_is_corrected_and_the_place_stays(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    bench.place(world, candidate, bench.sitting(world))
    browser = world.browser(candidate)
    assert 'value="Sample Candidate"' in browser.get(CORRECT).text
    wrong = browser.post(CORRECT, {"name_latin": "Сынақ", "age": "minor"})
    assert wrong.status_code == 422
    assert 'id="name_latin-e"' in wrong.text
    assert 'id="guardian_name-e"' in wrong.text
    right = {"name_latin": "Sample Kandidat", "age": "adult", "accommodation": "A larger screen"}
    reply = browser.post(CORRECT, right)
    assert reply.headers["location"] == f"{PAGE}?done=corrected"
    one = stored(world, candidate)
    assert (one.name_latin, one.name_cyrillic, one.state) == (
        "Sample Kandidat",
        None,
        ApplicationState.ACCEPTED,
    )
    assert one.accommodation is AccommodationState.REQUESTED
    with world.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "application.corrected")).one()
    assert entry.facts["changed"] == [
        "accommodation",
        "accommodation_request",
        "name_cyrillic",
        "name_latin",
    ]


def test_a_decided_request_is_not_changed_by_a_correction(world: World) -> None:
    bench.exams(world)
    candidate, application_id = waiting(world)
    given = {"act": "approve", "percent": "25", "reason": "seen"}
    world.browser(person(world, "exam_manager")).post(f"/en/accommodations/{application_id}", given)
    right = {"name_latin": "Sample Kandidat", "age": "adult", "accommodation": "More still"}
    assert world.browser(candidate).post(CORRECT, right).status_code == 303
    one = stored(world, candidate)
    assert (one.accommodation, one.extra_percent) == (AccommodationState.APPROVED, 25)
    assert one.accommodation_request == "I read with a magnifier"


@pytest.mark.parametrize(
    "state", [Lifecycle.CHECKIN, Lifecycle.READY, Lifecycle.IN_PROGRESS, Lifecycle.SCORED]
)
def test_once_somebody_has_relied_on_it_an_application_stands(world: World, state: Lifecycle) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    place = bench.place(world, candidate, bench.sitting(world))
    if state in {Lifecycle.CHECKIN, Lifecycle.READY}:
        with world.write() as session:
            session.get_one(Attempt, place.attempt_id).lifecycle = state
    else:
        bench.started(world, place.attempt_id, state)
    browser = world.browser(candidate)
    assert "can no longer be corrected" in browser.get(PAGE).text
    reply = browser.post(CORRECT, {"name_latin": "Somebody Else", "age": "adult"})
    assert reply.status_code == 409
    assert 'value="Somebody Else"' in reply.text
    assert browser.post(WITHDRAW).status_code == 409
    assert stored(world, candidate).name_latin == "Sample Candidate"


def test_somebody_turned_away_at_the_door_corrects_their_name(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    place = bench.place(world, candidate, bench.sitting(world))
    with world.write() as session:
        session.get_one(Attempt, place.attempt_id).lifecycle = Lifecycle.REFUSED
    reply = world.browser(candidate).post(CORRECT, {"name_latin": "As Inthedocument", "age": "adult"})
    assert reply.status_code == 303


def test_an_application_is_withdrawn_and_made_again(world: World) -> None:
    bench.exams(world)
    candidate = bench.candidate(world)
    sitting = bench.sitting(world)
    bench.place(world, candidate, sitting)
    browser = world.browser(candidate)
    assert "apply again at any time" in browser.get(WITHDRAW).text
    refused = browser.post(WITHDRAW)
    assert refused.status_code == 409
    assert 'data-code="place-held"' in refused.text
    with world.read() as session:
        booking = session.exec(select(Booking.id).where(Booking.person_id == candidate)).one()
    browser.post(f"/en/exams/bookings/{booking}/cancellation")
    assert browser.post(WITHDRAW).headers["location"] == "/en/exams?done=withdrawn"
    assert stored(world, candidate).state is ApplicationState.WITHDRAWN
    with pytest.raises(errors.ApplicationNeeded):
        bench.place(world, candidate, sitting)
    assert browser.post(PAGE, GOOD).status_code == 303
    bench.place(world, candidate, sitting)


def test_what_is_over_holds_no_application(world: World) -> None:
    bench.exams(world)
    absent, waiter = bench.candidate(world), bench.candidate(world)
    sitting = bench.sitting(world, capacity=1)
    places = [bench.place(world, who, sitting) for who in (absent, waiter)]
    with world.write() as session:
        session.get_one(Attempt, places[0].attempt_id).lifecycle = Lifecycle.NO_SHOW
    held = world.browser(waiter).post(WITHDRAW)
    assert 'data-code="place-held"' in held.text
    world.clock.advance(timedelta(days=3))
    for who in (absent, waiter):
        assert world.browser(who).post(WITHDRAW).headers["location"] == "/en/exams?done=withdrawn"
    with world.read() as session:
        states = [session.get_one(Booking, place.booking_id).state for place in places]
    assert states == [BookingState.USED, BookingState.CANCELLED]


def test_nobody_corrects_or_withdraws_what_is_not_theirs(world: World) -> None:
    bench.exams(world)
    bench.candidate(world)
    browser = world.browser(person(world))
    for page in (CORRECT, WITHDRAW):
        assert browser.get(page).status_code == 404
        assert browser.post(page, {"name_latin": "A B", "age": "adult"}).status_code == 404
