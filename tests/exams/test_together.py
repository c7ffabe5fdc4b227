"""Acts for one, several or all of a room: person by person, told person by person, nothing twice, nothing half."""

import re
from collections import Counter
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest
from sqlmodel import select

from app.exams.errors import ReasonMissing, ResultStands
from app.exams.models.attempts import Attempt, TimeGrant
from app.exams.rules.states import Lifecycle
from app.exams.rules.transitions import Who
from app.exams.service import extra_time, together
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform.models import AuditEntry
from tests.exams import bench
from tests.exams.board_world import Watch, rows
from tests.exams.delivery_world import (
    LIMIT,
    Candidate,
    attempt,
    count,
    make_attempt,
    make_exam,
    make_sitting,
)
from tests.exams.test_board import statements
from tests.exams.test_delivery_together import AT_ONCE
from tests.exams.test_delivery_together import together as at_once
from tests.factories import person
from tests.world import World

MINUTE = timedelta(minutes=1)


def states(watch: Watch) -> list[Lifecycle]:
    return [watch.state(number) for number in range(len(watch.attempts))]


def test_who_is_chosen_is_paused_and_nobody_else(world: World) -> None:
    watch = Watch(world, candidates=3)
    reply = watch.for_some("pause", 0, 2, reason="Alarm")
    assert reply.status_code == HTTPStatus.OK
    assert "Paused: 2 exams" in reply.text
    assert states(watch) == [Lifecycle.PAUSED, Lifecycle.IN_PROGRESS, Lifecycle.PAUSED]


def test_the_reply_says_for_whom_it_was_done_and_for_whom_not_and_why(world: World) -> None:
    watch = Watch(world, candidates=4, sit=3)
    watch.who[1].hand_in(lease=watch.who[1].lease())
    watch.for_some("pause", 2, reason="Alarm")
    told = re.sub(r"\s+", " ", watch.for_some("pause", 0, 1, 2, 3, reason="Fire").text)
    assert "It was done for 1 person." in told
    assert "For 3 people it was not done, and nothing was changed." in told
    for why in ("Not for them: handed in (1)", "Not for them: paused (1)", "Not for them: booked (1)"):
        assert why in told, told
    assert [watch.state(number) for number in (0, 2)] == [Lifecycle.PAUSED, Lifecycle.PAUSED]
    noted = count(world, AuditEntry, AuditEntry.action == "attempt.paused")
    assert noted == 2, "one each, and none for who could not be paused"


def test_everybody_is_paused_and_goes_on_with_the_time_they_had(world: World) -> None:
    watch = Watch(world, candidates=3)
    before = [watch.attempt(number).deadline for number in range(3)]
    watch.for_all("pause", reason="Alarm")
    assert states(watch) == [Lifecycle.PAUSED] * 3
    world.clock.advance(10 * MINUTE)
    assert "Gone on: 3 exams" in watch.for_all("resume").text
    assert [watch.attempt(number).deadline for number in range(3)] == [one + 10 * MINUTE for one in before]


def test_a_pause_sent_again_pauses_nobody_twice(world: World) -> None:
    watch = Watch(world, candidates=1)
    for _ in range(2):
        reply = watch.for_all("pause", reason="Alarm")
    assert "Not for them: paused (1)" in re.sub(r"\s+", " ", reply.text)
    assert count(world, AuditEntry, AuditEntry.action == "attempt.paused") == 1


def test_without_a_reason_nobody_is_paused_and_the_choice_is_kept(world: World) -> None:
    watch = Watch(world, candidates=2)
    reply = watch.for_some("pause", 1, reason="")
    assert reply.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'name="attempt" value="{watch.attempts[1]}"' in reply.text
    assert f'name="attempt" value="{watch.attempts[0]}"' not in reply.text
    assert states(watch) == [Lifecycle.IN_PROGRESS] * 2
    with pytest.raises(ReasonMissing), world.write() as session:
        together.pause(
            session,
            world.clock,
            sitting_id=watch.sitting,
            actor_id=watch.manager,
            roles={Who.EXAM_MANAGER},
            reason=" ",
        )


def test_rule_15_the_same_form_for_several_is_counted_once(world: World) -> None:
    watch = Watch(world, candidates=3)
    form = {"minutes": "10", "reason": "Power cut", "key": new_id().hex}
    assert "Extra time for 2 people" in watch.for_some("time", 0, 1, **form).text
    again = watch.for_some("time", 0, 1, **form)
    assert "For 2 people this form was counted before" in again.text
    assert [watch.attempt(number).extra_seconds for number in range(3)] == [600, 600, 0]


def test_rule_15_the_same_form_with_other_minutes_gives_nothing_and_keeps_what_was_typed(
    world: World,
) -> None:
    watch = Watch(world, candidates=2)
    form = {"minutes": "10", "reason": "Power cut", "key": new_id().hex}
    watch.for_some("time", 1, **form)
    for changed in ({"minutes": "15"}, {"reason": "Fire alarm"}):
        reply = watch.for_all("time", **form | changed)
        assert reply.status_code == HTTPStatus.CONFLICT
        assert "This form was counted before" in reply.text
        assert next(iter(changed.values())) in reply.text
        assert form["key"] not in reply.text, "sent again it is a new form"
        assert [watch.attempt(number).extra_seconds for number in range(2)] == [0, 600], "nothing half"
        alone = watch.staff.post(f"/en/rooms/attempts/{watch.attempts[1]}/time", form | changed)
        assert alone.status_code == HTTPStatus.CONFLICT
    assert count(world, TimeGrant) == 1


@pytest.mark.parametrize("act", ["pause", "resume", "time"])
def test_an_act_for_all_asks_at_most_five_things_more_for_one_person_more(world: World, act: str) -> None:
    watch = Watch(world, candidates=5)
    form = {"minutes": "5", "reason": "Alarm"}
    if act == "resume":
        watch.for_all("pause", reason="Alarm")
    asked = []
    for numbers in ((0,), (1, 2, 3, 4)):
        with statements(world) as counted:
            told = watch.for_some(act, *numbers, key=new_id().hex, **form)
        assert "It was done for" in told.text
        asked.append(len(counted))
    assert asked[1] - asked[0] <= 3 * 5


def test_rule_15_time_for_several_leaves_closed_what_was_handed_in(world: World) -> None:
    watch = Watch(world, candidates=2)
    watch.who[1].hand_in(lease=watch.who[1].lease())
    told = watch.for_some("time", 0, 1, minutes="10", reason="Power cut", key=new_id().hex)
    assert "Not for them: handed in (1)" in re.sub(r"\s+", " ", told.text)
    assert states(watch) == [Lifecycle.IN_PROGRESS, Lifecycle.SCORED]
    assert count(world, TimeGrant) == 1


def test_rule_15_two_managers_who_extend_at_once_both_count(world: World) -> None:
    watch = Watch(world, candidates=3)
    before = [watch.attempt(number).deadline for number in range(3)]

    def act(number: int) -> list[together.Outcome]:
        with world.write() as session:
            return together.give_time(
                session,
                world.clock,
                sitting_id=watch.sitting,
                actor_id=watch.manager,
                roles={Who.EXAM_MANAGER},
                reason="Power cut",
                extra=extra_time.Extra(f"form-{number % 2}", minutes=5 + number % 2),
                chosen=watch.attempts if number < 2 else list(reversed(watch.attempts)),
            )

    outcomes = at_once(act)
    assert all(one.error is None for told in outcomes for one in told)
    assert Counter(one.seconds for told in outcomes for one in told) == {300: 3, 360: 3, 0: 3 * (AT_ONCE - 2)}
    assert [watch.attempt(number).deadline for number in range(3)] == [one + 11 * MINUTE for one in before]
    assert count(world, TimeGrant) == 6


def test_a_trainer_acts_on_nobody_they_have_trained_and_is_not_told_their_names(world: World) -> None:
    watch = Watch(world, candidates=2)
    watch.trained_by(watch.manager, 1)
    reply = watch.for_all("pause", reason="Alarm")
    assert "1 person was trained by you" in reply.text
    assert states(watch) == [Lifecycle.PAUSED, Lifecycle.IN_PROGRESS]
    assert count(world, AuditEntry, AuditEntry.action == "conflict.refused") == 1
    named = watch.for_some("time", 1, minutes="5", reason="Alarm", key=new_id().hex)
    assert "1 person was trained by you" in named.text
    assert watch.attempt(1).extra_seconds == 0
    for reply in (reply, named):
        assert str(watch.attempts[1]) not in reply.text
    assert watch.staff.post(
        watch.board, {"act": "pause", "who": "chosen", "attempt": watch.ids(1)}
    ).status_code == (HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize("act", ["pause", "resume", "time", "messages"])
def test_an_attempt_of_another_room_ends_the_whole_act(world: World, act: str) -> None:
    watch = Watch(world, candidates=2)
    other = bench.place(world, bench.candidate(world), bench.sitting(world)).attempt_id
    form: dict[str, object] = {
        "who": "chosen",
        "attempt": [*watch.ids(0), str(other)],
        "reason": "Alarm",
        "minutes": "5",
        "key": new_id().hex,
        "what": "quiet",
        "language": "en",
    }
    if act == "resume":
        watch.for_some("pause", 0, reason="Alarm")
    before = watch.state()
    assert watch.staff.post(f"{watch.room}/{act}", form).status_code == HTTPStatus.NOT_FOUND
    assert watch.state() is before
    assert watch.attempt().extra_seconds == 0


def test_choosing_asks_first_and_names_whom_it_is_for(world: World) -> None:
    watch = Watch(world, candidates=3)
    for act, words in (
        ("pause", "Pause their exams"),
        ("time", "Give them extra time"),
        ("message", "Send the message"),
    ):
        reply = watch.staff.post(watch.board, {"act": act, "who": "chosen", "attempt": watch.ids(2)})
        assert reply.status_code == HTTPStatus.OK
        assert words in reply.text
        assert "For 1 chosen person" in reply.text
        assert "seat 3: in progress" in reply.text
    assert states(watch) == [Lifecycle.IN_PROGRESS] * 3
    everybody = watch.staff.post(watch.board, {"act": "resume", "who": "all"})
    assert "For everybody in the room: 3 people" in everybody.text


def test_choosing_nobody_is_said_at_the_list(world: World) -> None:
    watch = Watch(world, candidates=2)
    reply = watch.staff.post(f"{watch.board}?filter=writing", {"act": "pause", "who": "chosen"})
    assert reply.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Choose at least one person in the list." in reply.text
    assert rows(reply.text) == watch.attempts
    assert watch.staff.post(watch.board, {"who": "all"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert watch.staff.post(f"{watch.room}/resume", {}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_everybody_listed_can_be_chosen_without_a_script(world: World) -> None:
    watch = Watch(world, candidates=3)
    watch.for_some("pause", 1, reason="Alarm")
    page = watch.staff.get(f"{watch.board}?filter=attention&choose=listed").text
    assert rows(page) == [watch.attempts[1]]
    assert f'id="c-{watch.attempts[1]}" checked' in page
    assert " checked" not in re.sub(r"<input type=.radio.[^>]*>", "", watch.staff.get(watch.board).text)


def test_one_whose_time_is_over_is_not_paused_and_the_others_are(world: World) -> None:
    watch = Watch(world, candidates=2)
    with world.write() as session:
        row = session.exec(select(Attempt).where(Attempt.id == watch.attempts[0])).one()
        row.deadline = world.clock.now()
    told = watch.for_all("pause", reason="Alarm").text
    assert "For 1 person it was not done" in told
    assert states(watch) == [Lifecycle.IN_PROGRESS, Lifecycle.PAUSED]


def test_who_acts_for_several_must_supervise_the_room(world: World) -> None:
    watch = Watch(world, candidates=1)
    with pytest.raises(NotFound), world.write() as session:
        together.resume(
            session,
            world.clock,
            sitting_id=watch.sitting,
            actor_id=watch.manager,
            roles={Who.EXAM_MANAGER},
            chosen=[UUID(int=1)],
        )


def test_rule_15_a_passed_result_stands_and_nothing_is_left_of_the_time_it_did_not_get(world: World) -> None:
    exam = make_exam(world)
    sitting = make_sitting(world, exam, lasts=timedelta(hours=8))
    manager = person(world, "exam_manager")
    who = []
    for _ in range(2):
        one = person(world, "candidate")
        who.append(Candidate(world, one, make_attempt(world, exam, one, sitting_id=sitting)))
        who[-1].start()
    for place in range(1, 6):
        assert who[0].save(place, "a", lease=who[0].lease()).status_code == HTTPStatus.OK
    world.clock.advance(LIMIT + 2 * MINUTE)
    world.work()
    with world.write() as session:
        told = together.give_time(
            session,
            world.clock,
            sitting_id=sitting,
            actor_id=manager,
            roles={Who.EXAM_MANAGER},
            reason="Power cut",
            extra=extra_time.Extra("key-0001", minutes=5),
        )
    errors = {one.attempt_id: type(one.error) for one in told}
    assert errors == {who[0].attempt_id: ResultStands, who[1].attempt_id: type(None)}
    assert count(world, TimeGrant) == 1
    assert attempt(world, who[1].attempt_id).lifecycle is Lifecycle.IN_PROGRESS
