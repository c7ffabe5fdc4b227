"""What supervising people write down: append-only, corrected by new rows, and it holds the result back."""

from datetime import timedelta
from http import HTTPStatus

import pytest

from app.exams.errors import OwnTrainee, WrongRole
from app.exams.rules.states import Lifecycle, ResultState, Review
from app.exams.rules.transitions import Who
from app.exams.service import supervision
from app.platform.models import AuditEntry
from app.proctoring.errors import IncidentWithdrawn, RecordClosed, SeenAtImpossible
from app.proctoring.models import Incident
from app.proctoring.queries.record import get_record, incidents_of
from app.proctoring.rules.incidents import IncidentKind
from app.proctoring.service import incidents, reviewing
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests import factories
from tests.exams.acts import do
from tests.exams.delivery_world import attempt, changes, count
from tests.proctoring.ground import WORDS, Ground, refusal
from tests.world import World


@pytest.fixture
def ground(world: World) -> Ground:
    return Ground(world)


def test_an_incident_ends_nothing_and_holds_the_result_back_until_it_was_reviewed(ground: Ground) -> None:
    world = ground.world
    who = ground.candidate(ends=False)
    before = attempt(world, who.attempt_id)
    ground.incident(who)
    row = attempt(world, who.attempt_id)
    assert row.lifecycle is Lifecycle.IN_PROGRESS
    assert (row.review, row.deadline) == (Review.NONE, before.deadline)
    assert who.save(5, "a").status_code == HTTPStatus.OK
    who.hand_in()
    row = attempt(world, who.attempt_id)
    assert (row.review, row.result) == (Review.QUEUED, ResultState.WITHHELD)
    assert row.outcome is not None, "it is scored like every other one"
    assert "not released yet" in who.browser.get(f"{who.place}/result").text
    world.work()
    (letter,) = [mail for mail in world.box.mails if "read by a person" in mail.subject]
    assert f"{who.place}/record" in letter.text


def test_who_has_no_incident_is_told_at_once(ground: Ground) -> None:
    who = ground.candidate()
    row = attempt(ground.world, who.attempt_id)
    assert (row.review, row.result) == (Review.NONE, ResultState.RELEASED)


def test_an_incident_after_the_end_brings_the_record_to_review_and_untells_nothing(ground: Ground) -> None:
    who = ground.candidate()
    ground.incident(who)
    row = attempt(ground.world, who.attempt_id)
    assert (row.review, row.result) == (Review.QUEUED, ResultState.RELEASED)


def test_what_is_opened_again_while_it_is_reviewed_is_withheld_when_it_is_scored_again(
    ground: Ground,
) -> None:
    from tests.exams.acts import give

    who = ground.candidate(passes=False)
    ground.incident(who)
    give(ground.world, who.attempt_id, factories.person(ground.world, "exam_manager"), minutes=20)
    who.hand_in()
    row = attempt(ground.world, who.attempt_id)
    assert (row.review, row.result, row.released_at) == (Review.QUEUED, ResultState.WITHHELD, None)


def test_a_correction_is_a_new_row_and_what_stood_before_stays_readable(ground: Ground) -> None:
    world, who = ground.world, ground.candidate(ends=False)
    first = ground.incident(who)
    with world.write() as session:
        incidents.correct(
            session,
            world.clock,
            attempt_id=who.attempt_id,
            incident_id=first,
            actor_id=ground.proctor,
            roles={Who.PROCTOR},
            seen=incidents.Seen(IncidentKind.DISTURBANCE, world.clock.now(), "It came from the corridor"),
            reason="I looked into the corridor",
        )
    with world.read() as session:
        (one,) = incidents_of(session, who.attempt_id)
    assert [row.seen for row in one.rows] == [WORDS, "It came from the corridor"]
    assert one.stands.kind is IncidentKind.DISTURBANCE
    assert count(world, Incident) == 2
    with world.write() as session:
        incidents.correct(
            session,
            world.clock,
            attempt_id=who.attempt_id,
            incident_id=first,
            actor_id=ground.proctor,
            roles={Who.PROCTOR},
            seen=None,
            reason="Another candidate's room",
        )
    with world.read() as session:
        record = get_record(session, who.attempt_id, candidate_id=who.person_id)
    assert record.incidents[0].stands.withdrawn
    assert "incident" not in record.counts
    with world.write() as session, pytest.raises(IncidentWithdrawn):
        incidents.correct(
            session,
            world.clock,
            attempt_id=who.attempt_id,
            incident_id=first,
            actor_id=ground.proctor,
            roles={Who.PROCTOR},
            seen=None,
            reason="again",
        )
    who.hand_in()
    assert ground.review(who) is Review.QUEUED, "a withdrawn incident is still looked at by people"


def test_nothing_joins_a_record_once_its_review_has_begun(ground: Ground) -> None:
    who = ground.flagged()
    ground.incident(who, words="Seen on the way out")
    ground.does(reviewing.take, who, ground.first)
    with pytest.raises(RecordClosed):
        ground.incident(who)
    page = ground.desk(ground.proctor).get(f"/en/rooms/attempts/{who.attempt_id}/incidents").text
    assert "Nothing is added to this record any more" in page


def test_an_incident_lies_between_the_booking_and_now(ground: Ground) -> None:
    who, clock = ground.candidate(), ground.world.clock
    for wrong in (timedelta(minutes=1), -timedelta(days=2)):
        with ground.world.write() as session, pytest.raises(SeenAtImpossible):
            incidents.record(
                session,
                clock,
                attempt_id=who.attempt_id,
                actor_id=ground.proctor,
                roles={Who.PROCTOR},
                seen=incidents.Seen(IncidentKind.PHONE, clock.now() + wrong, WORDS),
            )


def test_rule_9_a_trainer_records_no_incident_about_their_trainee_and_leaves_a_trace(ground: Ground) -> None:
    world, who = ground.world, ground.candidate(ends=False)
    with world.write() as session:
        relate(
            session,
            trainer_id=ground.proctor,
            learner_id=who.person_id,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now(),
        )
    assert refusal(ground.incident(who)) is OwnTrainee
    assert count(world, Incident) == 0
    assert count(world, AuditEntry, AuditEntry.action == "conflict.refused") == 1
    page = ground.desk(ground.proctor).get(f"/en/rooms/attempts/{who.attempt_id}/incidents")
    assert page.status_code == HTTPStatus.NOT_FOUND


def test_only_who_supervises_records(ground: Ground) -> None:
    who = ground.candidate(ends=False)
    with ground.world.write() as session, pytest.raises(WrongRole):
        incidents.record(
            session,
            ground.world.clock,
            attempt_id=who.attempt_id,
            actor_id=ground.first,
            roles=(),
            seen=incidents.Seen(IncidentKind.PHONE, ground.world.clock.now(), WORDS),
        )
    stranger = ground.desk(factories.person(ground.world, "proctor"))
    here = f"/en/rooms/attempts/{who.attempt_id}/incidents"
    assert stranger.get(here).status_code == HTTPStatus.NOT_FOUND
    assert stranger.post(here, {}).status_code == HTTPStatus.NOT_FOUND


def test_the_page_from_the_room_to_a_corrected_incident(ground: Ground) -> None:
    who = ground.candidate(ends=False)
    desk, here = ground.desk(ground.proctor), f"/en/rooms/attempts/{who.attempt_id}/incidents"
    assert here in desk.get(f"/en/rooms/attempts/{who.attempt_id}").text
    typed = {"kind": "phone", "seen_at": "2026-11-23T11:59", "seen": "A telephone beside the keyboard"}
    wrong = desk.post(here, typed | {"seen_at": "2026-11-23T23:59"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "A telephone beside the keyboard" in wrong.text
    assert desk.post(here, {}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    ground.world.clock.advance(timedelta(minutes=5))
    made = desk.post(here, typed | {"seen_at": "2026-11-23T12:03"})
    assert made.status_code == HTTPStatus.SEE_OTHER
    page = desk.get(here).text
    assert "A telephone beside the keyboard" in page
    assert "12:03" in page
    assert count(ground.world, AuditEntry, AuditEntry.action == "incident.recorded") == 1
    with ground.world.read() as session:
        (one,) = incidents_of(session, who.attempt_id)
    tail = f"{here}/{one.id}/correction"
    assert desk.post(tail, {"act": "withdraw"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert desk.post(tail, {"act": "withdraw", "reason": "It was a hearing aid"}).status_code == 303
    assert "It was a hearing aid" in desk.get(here).text


def test_a_termination_stays_what_it_is_and_comes_to_review(ground: Ground) -> None:
    world, who = ground.world, ground.candidate(ends=False)
    manager = factories.person(world, "exam_manager")
    do(
        world,
        supervision.propose_termination,
        who.attempt_id,
        ground.proctor,
        reason="Another person answered",
    )
    do(world, supervision.confirm_termination, who.attempt_id, manager)
    assert ("review", "none", "queued") in changes(world, who.attempt_id)
    assert attempt(world, who.attempt_id).result is ResultState.WITHHELD
