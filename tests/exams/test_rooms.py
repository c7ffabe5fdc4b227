"""Check-in and the proctor's room: who may come in, and who may not decide about it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.exams.models.attempts import Attempt, AttemptTransition
from app.exams.models.booking import Booking, Sitting, SittingProctor
from app.exams.rules import booking as rules
from app.exams.rules.states import BookingState, Lifecycle
from app.exams.service import history
from app.kernel.ids import new_id
from app.platform.models import AuditEntry
from app.programmes import service as programmes
from app.programmes.rules import TrainingBasis
from tests.exams import bench
from tests.factories import person
from tests.world import Browser, World

MINUTE = timedelta(minutes=1)
TICKED = {"notice": "true", "rules": "true", "version": rules.NOTICE_VERSION}


class Hall:
    """A sitting in 20 minutes, a proctor, and candidates with places."""

    def __init__(self, world: World, candidates: int = 1) -> None:
        bench.exams(world)
        self.world = world
        self.proctor = person(world, "proctor")
        self.sitting = bench.sitting(world, after=20 * MINUTE, proctors=[self.proctor])
        self.candidates = [bench.candidate(world) for _ in range(candidates)]
        self.attempts: list[UUID] = [
            bench.place(world, one, self.sitting).attempt_id for one in self.candidates
        ]
        self.door: Browser = world.browser(self.proctor)
        self.room = f"/en/rooms/{self.sitting}"

    def check_in(self, number: int = 0) -> Any:
        browser = self.world.browser(self.candidates[number])
        return browser.post(f"/en/exams/attempts/{self.attempts[number]}/check-in", TICKED)

    def act(self, what: str, number: int = 0, **data: str) -> Any:
        return self.door.post(f"{self.room}/attempts/{self.attempts[number]}/{what}", data)

    def attempt(self, number: int = 0) -> Attempt:
        with self.world.read() as session:
            assert history.first_broken(session, self.attempts[number]) is None
            return session.get_one(Attempt, self.attempts[number])

    def state(self, number: int = 0) -> Lifecycle:
        return self.attempt(number).lifecycle

    def trained_by(self, trainer: UUID, number: int = 0) -> None:
        with self.world.write() as session:
            programmes.relate(
                session,
                trainer_id=trainer,
                learner_id=self.candidates[number],
                basis=TrainingBasis.COHORT_INSTRUCTOR,
                since=self.world.clock.now() - timedelta(days=400),
            )


def test_the_page_before_tells_minutes_attempts_rules_and_what_is_recorded(world: World) -> None:
    hall = Hall(world)
    page = world.browser(hall.candidates[0]).get(f"/en/exams/attempts/{hall.attempts[0]}/before")
    assert page.status_code == 200
    for words in (
        "40 minutes",
        "attempt 1 of 2",
        "If something goes wrong",
        "What is recorded about you",
        "Check in",
    ):
        assert words in page.text
    other = world.browser(bench.candidate(world))
    assert other.get(f"/en/exams/attempts/{hall.attempts[0]}/before").status_code == 404


def test_checking_in_acknowledges_the_notice_and_waits_for_the_proctor(world: World) -> None:
    hall = Hall(world)
    assert hall.check_in().status_code == 303
    one = hall.attempt()
    assert (one.lifecycle, one.notice_version) == (Lifecycle.CHECKIN, rules.NOTICE_VERSION)
    assert one.notice_at == world.clock.now()
    assert hall.check_in().status_code == 303, "twice changes nothing"
    page = world.browser(hall.candidates[0]).get(f"/en/exams/attempts/{hall.attempts[0]}/before").text
    assert "Show your document to the proctor" in page


@pytest.mark.parametrize("missing", ["notice", "rules"])
def test_without_the_notice_or_the_rules_nobody_checks_in(world: World, missing: str) -> None:
    hall = Hall(world)
    browser = world.browser(hall.candidates[0])
    reply = browser.post(f"/en/exams/attempts/{hall.attempts[0]}/check-in", TICKED | {missing: ""})
    assert reply.status_code == 422
    assert f'id="{missing}-e"' in reply.text
    assert hall.state() is Lifecycle.SCHEDULED


def test_an_older_notice_is_not_enough(world: World) -> None:
    hall = Hall(world)
    browser = world.browser(hall.candidates[0])
    reply = browser.post(f"/en/exams/attempts/{hall.attempts[0]}/check-in", TICKED | {"version": "0.9"})
    assert reply.status_code == 422
    assert hall.state() is Lifecycle.SCHEDULED


def test_check_in_opens_30_minutes_before_and_closes_15_after(world: World) -> None:
    hall = Hall(world)
    world.clock.advance(-10 * MINUTE - timedelta(seconds=1))
    assert 'data-code="check-in-not-open"' in hall.check_in().text
    world.clock.advance(45 * MINUTE + timedelta(seconds=2))
    reply = hall.check_in()
    assert reply.status_code == 409
    assert 'data-code="check-in-closed"' in reply.text
    world.clock.advance(-timedelta(seconds=1))
    assert hall.check_in().status_code == 303


def test_nobody_checks_in_for_somebody_else(world: World) -> None:
    hall = Hall(world)
    other = world.browser(bench.candidate(world))
    assert other.post(f"/en/exams/attempts/{hall.attempts[0]}/check-in", TICKED).status_code == 404


def test_a_proctor_admits_after_looking_at_the_document(world: World) -> None:
    hall = Hall(world)
    assert hall.act("admission").status_code == 409, "not before check-in"
    hall.check_in()
    assert "Үлгі Кандидат" in hall.door.get(hall.room).text
    assert hall.act("admission").status_code == 303
    one = hall.attempt()
    assert (one.lifecycle, one.identity_by, one.identity_at) == (
        Lifecycle.READY,
        hall.proctor,
        world.clock.now(),
    )
    with world.read() as session:
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "attempt.admitted")).one()
    assert (
        "Start the exam"
        in world.browser(hall.candidates[0]).get(f"/en/exams/attempts/{hall.attempts[0]}/before").text
    )


def test_a_proctor_does_not_see_or_admit_their_own_trainee(world: World) -> None:
    hall = Hall(world, candidates=2)
    hall.check_in(0)
    hall.check_in(1)
    hall.trained_by(hall.proctor, 0)
    page = hall.door.get(hall.room).text
    assert str(hall.attempts[0]) not in page
    assert str(hall.attempts[1]) in page
    assert "was trained by you" in page
    reply = hall.act("admission")
    assert reply.status_code == 409
    assert 'data-code="own-trainee"' in reply.text
    assert hall.act("refusal", reason="No document").status_code == 409
    assert hall.state() is Lifecycle.CHECKIN
    with world.read() as session:
        traces = session.exec(select(AuditEntry).where(AuditEntry.action == "conflict.refused")).all()
    assert [(trace.actor_id, trace.facts["act"]) for trace in traces] == [
        (hall.proctor, "admit"),
        (hall.proctor, "refuse"),
    ]


def test_a_relation_that_ended_long_ago_is_no_conflict(world: World) -> None:
    hall = Hall(world)
    hall.check_in()
    with world.write() as session:
        programmes.relate(
            session,
            trainer_id=hall.candidates[0],
            learner_id=hall.proctor,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now(),
        )
    assert hall.act("admission").status_code == 303, "having been trained by the candidate is another matter"


def test_a_colleague_admits_whom_the_proctor_has_trained(world: World) -> None:
    hall = Hall(world)
    hall.check_in()
    other = person(world, "proctor")
    with world.write() as session:
        session.add(SittingProctor(sitting_id=hall.sitting, person_id=other))
    hall.trained_by(hall.proctor)
    door = world.browser(other)
    assert door.post(f"{hall.room}/attempts/{hall.attempts[0]}/admission").status_code == 303
    assert hall.attempt().identity_by == other


def test_a_room_is_open_to_its_own_proctors_only(world: World) -> None:
    hall = Hall(world)
    hall.check_in()
    stranger = world.browser(person(world, "proctor"))
    assert stranger.get(hall.room).status_code == 404
    assert stranger.post(f"{hall.room}/attempts/{hall.attempts[0]}/admission").status_code == 404
    assert stranger.post(f"{hall.room}/closure").status_code == 404
    assert world.browser(person(world, "exam_manager")).get(hall.room).status_code == 403
    assert hall.door.get(f"/en/rooms/{new_id()}").status_code == 404
    assert hall.door.post(f"{hall.room}/attempts/{new_id()}/admission").status_code == 404


def test_a_candidate_is_turned_away_with_a_reason(world: World) -> None:
    hall = Hall(world)
    hall.check_in()
    assert hall.door.get(f"{hall.room}/attempts/{hall.attempts[0]}/refusal").status_code == 200
    assert hall.act("refusal").status_code == 422
    assert hall.state() is Lifecycle.CHECKIN
    assert hall.act("refusal", reason="The document has expired").status_code == 303
    assert hall.state() is Lifecycle.REFUSED
    with world.read() as session:
        last = history_of(session, hall.attempts[0])
    assert (last.actor_id, last.reason) == (hall.proctor, "The document has expired")
    candidate = world.browser(hall.candidates[0])
    before = f"/en/exams/attempts/{hall.attempts[0]}/before"
    assert "The document has expired" in candidate.get(before).text
    assert f"{before}#state" in candidate.get("/en/exams").text
    assert f"{before}#state" in candidate.get(before.removesuffix("/before")).text


def history_of(session: Any, attempt_id: UUID) -> Any:
    rows = session.exec(select(AttemptTransition).where(AttemptTransition.attempt_id == attempt_id)).all()
    return max(rows, key=lambda row: row.seq)


def test_nobody_is_missing_while_check_in_is_open(world: World) -> None:
    hall = Hall(world)
    assert 'data-code="not-yet-missing"' in hall.act("no-show").text
    assert 'data-code="not-yet-missing"' in hall.door.post(f"{hall.room}/closure").text
    assert hall.state() is Lifecycle.SCHEDULED
    world.clock.advance(35 * MINUTE + timedelta(seconds=1))
    assert hall.act("no-show").status_code == 303
    assert hall.state() is Lifecycle.NO_SHOW


def test_closing_the_door_writes_down_who_did_not_come(world: World) -> None:
    hall = Hall(world, candidates=3)
    hall.check_in(0)
    hall.check_in(1)
    hall.act("admission", 0)
    world.clock.advance(36 * MINUTE)
    assert hall.door.post(f"{hall.room}/closure").status_code == 303
    assert [hall.state(n) for n in range(3)] == [Lifecycle.READY, Lifecycle.NO_SHOW, Lifecycle.NO_SHOW]
    with world.read() as session:
        closed_at = session.get_one(Sitting, hall.sitting).room_closed_at
    assert closed_at == world.clock.now()
    world.clock.advance(MINUTE)
    assert hall.door.post(f"{hall.room}/closure").status_code == 303, "twice changes nothing"
    with world.read() as session:
        assert session.get_one(Sitting, hall.sitting).room_closed_at == closed_at
    assert 'data-code="room-closed"' in hall.act("refusal", 0, reason="late").text


def test_the_door_closes_early_once_everybody_is_in(world: World) -> None:
    hall = Hall(world)
    hall.check_in()
    hall.act("admission")
    assert hall.door.post(f"{hall.room}/closure").status_code == 303
    late = bench.candidate(world)
    reply = world.browser(late).post("/en/exams/ceasai-analyst/bookings", {"sitting_id": str(hall.sitting)})
    assert 'data-code="booking-closed"' in reply.text


def test_an_own_trainee_who_did_not_come_is_written_down_by_the_system(world: World) -> None:
    hall = Hall(world, candidates=2)
    hall.trained_by(hall.proctor, 0)
    world.clock.advance(36 * MINUTE)
    assert "written down by the system" in hall.door.get(hall.room).text
    assert hall.door.post(f"{hall.room}/closure").status_code == 303
    assert [hall.state(n) for n in range(2)] == [Lifecycle.NO_SHOW, Lifecycle.NO_SHOW]
    with world.read() as session:
        assert [history_of(session, one).actor_id for one in hall.attempts] == [None, hall.proctor]
        noted = session.exec(select(AuditEntry).where(AuditEntry.action == "attempt.no_show")).all()
    assert {(entry.subject_id, entry.actor_id) for entry in noted} == {
        (str(hall.attempts[0]), None),
        (str(hall.attempts[1]), hall.proctor),
    }


def test_the_door_stays_open_while_an_own_trainee_waits_at_it(world: World) -> None:
    hall = Hall(world)
    hall.check_in()
    hall.trained_by(hall.proctor)
    world.clock.advance(36 * MINUTE)
    reply = hall.door.post(f"{hall.room}/closure")
    assert 'data-code="own-trainee"' in reply.text
    assert hall.state() is Lifecycle.CHECKIN
    with world.read() as session:
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "conflict.refused")).one()


def test_who_was_turned_away_or_missing_books_again_and_loses_no_attempt(world: World) -> None:
    hall = Hall(world)
    world.clock.advance(36 * MINUTE)
    hall.act("no-show")
    place = bench.place(world, hall.candidates[0], bench.sitting(world))
    with world.read() as session:
        assert session.get_one(Attempt, place.attempt_id).number == 1
        states = session.exec(select(Booking.state).where(Booking.person_id == hall.candidates[0])).all()
    assert sorted(states) == [BookingState.BOOKED, BookingState.USED]


def test_my_rooms_lists_today_and_later(world: World) -> None:
    hall = Hall(world)
    bench.sitting(world, after=timedelta(days=3), proctors=[hall.proctor])
    bench.sitting(world, after=timedelta(days=3))
    page = hall.door.get("/en/rooms").text
    assert page.count("Go to the room") == 2
    assert page.index("Today") < page.index("Later")
    assert "No rooms are assigned to you" in world.browser(person(world, "proctor")).get("/en/rooms").text


def test_a_fragment_of_the_room_is_the_same_list(world: World) -> None:
    hall = Hall(world)
    hall.check_in()
    reply = hall.door.get(hall.room, HX_Request="true")
    assert reply.text.strip().startswith('<div id="wall"')
    assert "Үлгі Кандидат" in reply.text or "Sample Candidate" in reply.text
    browser = world.browser(hall.candidates[0])
    reply = browser.get(f"/en/exams/attempts/{hall.attempts[0]}/before", HX_Request="true")
    assert reply.text.strip().startswith('<div id="state"')
