"""Rules 1 to 8 of delivery: deadline, ending, grace, sweeper, saving, versions, repetition.

Source: specification of exams, section 4. Rules 7, 9 and 10 meet real threads in test_delivery_together.py,
rule 16 a real kill in test_delivery_power.py.
"""

from datetime import timedelta
from http import HTTPStatus
from threading import Event, Thread
from time import monotonic, sleep

from sqlalchemy import update

from app.exams import jobs
from app.exams.models.attempts import Attempt
from app.exams.rules.delivery import GRACE, SWEEP_WITHIN
from app.exams.rules.states import Lifecycle
from app.platform.mail import Mail
from app.worker import Worker, make_context
from tests import factories
from tests.exams.acts import open_until
from tests.exams.delivery_world import (
    LIMIT,
    Candidate,
    answers,
    attempt,
    candidate,
    changes,
    events,
    make_attempt,
    make_exam,
    make_sitting,
)
from tests.world import World

# 1 Deadline


def test_rule_01_the_deadline_is_start_plus_limit_plus_extra(world: World) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    who = Candidate(world, person, make_attempt(world, exam, person, extra_seconds=450))
    assert who.start().status_code == HTTPStatus.SEE_OTHER
    assert open_until(world, who) == LIMIT + timedelta(seconds=450)


def test_rule_01_the_deadline_is_the_close_of_the_window_plus_extra_when_that_comes_first(
    world: World,
) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    sitting = make_sitting(world, exam, lasts=timedelta(minutes=40))
    made = make_attempt(world, exam, person, sitting_id=sitting, extra_seconds=60)
    world.clock.advance(timedelta(minutes=20))
    who = Candidate(world, person, made)
    who.start()
    assert open_until(world, who) == timedelta(minutes=21)


def test_rule_01_the_request_counts_from_its_arrival_and_not_from_the_end_of_the_queue(world: World) -> None:
    who = candidate(world, make_exam(world))
    world.clock.advance(LIMIT + GRACE)
    replies = []
    with world.write() as busy:  # everybody else waits behind this transaction
        busy.execute(update(Attempt).where(Attempt.id == who.attempt_id).values(scripted=True))
        sender = Thread(target=lambda: replies.append(who.save(1, "a", lease=lease)))
        lease = who.browser.http.cookies.get(f"ceasai_window_{who.attempt_id.hex[-12:]}")  # type: ignore[union-attr]
        sender.start()
        sender.join(timeout=1.5)
        assert sender.is_alive()
        world.clock.advance(timedelta(seconds=30))
    sender.join(timeout=30)
    assert replies[0].status_code == HTTPStatus.OK, replies[0].text
    assert answers(world, who.attempt_id)[1] == (["a"], 1)


def test_rule_01_the_clock_of_the_browser_decides_nothing(world: World) -> None:
    who = candidate(world, make_exam(world))
    before = open_until(world, who)
    who.save(1, "a", deadline="2099-01-01T00:00:00Z", at="2020-01-01T00:00:00Z", remaining="999999")
    assert open_until(world, who) == before
    assert events(world, who.attempt_id, "save")[0].at == world.clock.now()


def test_a_sitting_starts_at_its_hour_and_not_before(world: World) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    sitting = make_sitting(world, exam, opens_in=timedelta(minutes=10))
    who = Candidate(world, person, make_attempt(world, exam, person, sitting_id=sitting))
    assert who.start().status_code == HTTPStatus.CONFLICT
    world.clock.advance(timedelta(minutes=10))
    assert who.start().status_code == HTTPStatus.SEE_OTHER


def test_nothing_starts_after_the_window(world: World) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    sitting = make_sitting(world, exam, lasts=timedelta(hours=1))
    who = Candidate(world, person, make_attempt(world, exam, person, sitting_id=sitting))
    world.clock.advance(timedelta(hours=1))
    assert who.start().status_code == HTTPStatus.CONFLICT
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.READY


# 2 Only a hand-in or the sweeper finishes


def test_rule_02_a_save_never_finishes_an_attempt(world: World) -> None:
    who = candidate(world, make_exam(world))
    for n in range(1, 6):
        who.save(n, "a")
    world.clock.advance(LIMIT + GRACE)
    who.save(1, "b", version=1)
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS


def test_rule_02_a_time_is_up_more_than_two_seconds_early_is_stored_as_a_save(world: World) -> None:
    who = candidate(world, make_exam(world))
    world.clock.advance(LIMIT - timedelta(seconds=3))
    reply = who.browser.post(f"{who.place}/submission", {"timeup": "1", "a-2": "a", "v-2": "0"})
    assert reply.headers["location"] == who.place
    row = attempt(world, who.attempt_id)
    assert row.lifecycle is Lifecycle.IN_PROGRESS
    assert answers(world, who.attempt_id)[2] == (["a"], 1)
    assert len(events(world, who.attempt_id, "early_timeup")) == 1


def test_rule_02_a_time_is_up_within_two_seconds_of_the_deadline_hands_in(world: World) -> None:
    who = candidate(world, make_exam(world))
    world.clock.advance(LIMIT - timedelta(seconds=2))
    assert who.hand_in(timeup="1").headers["location"].endswith("/receipt")
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.SCORED


# 3 Grace


def test_rule_03_until_a_minute_after_the_deadline_saves_are_accepted_and_marked_late(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    world.clock.advance(LIMIT + GRACE)
    assert who.save(2, "a").status_code == HTTPStatus.OK
    late = {event.position: event.late for event in events(world, who.attempt_id, "save")}
    assert late == {1: False, 2: True}
    world.clock.advance(timedelta(seconds=1))
    world.work()
    assert attempt(world, who.attempt_id).raw_score == 2


def test_rule_03_later_answers_are_refused_but_stored_as_evidence(world: World) -> None:
    who = candidate(world, make_exam(world))
    world.clock.advance(LIMIT + GRACE + timedelta(seconds=1))
    assert who.save(1, "a").status_code == HTTPStatus.GONE
    world.work()
    assert who.save(2, "b").status_code == HTTPStatus.GONE
    kept = {event.position: event.chosen for event in events(world, who.attempt_id, "refused_late")}
    assert kept == {1: ["a"], 2: ["b"]}
    assert all(chosen == [] for chosen, _ in answers(world, who.attempt_id).values())
    assert attempt(world, who.attempt_id).raw_score == 0


def test_rule_03_a_hand_in_after_the_grace_is_refused_and_leaves_its_trace(world: World) -> None:
    who = candidate(world, make_exam(world))
    world.clock.advance(LIMIT + GRACE + timedelta(seconds=1))
    assert who.hand_in().status_code == HTTPStatus.GONE
    assert len(events(world, who.attempt_id, "refused_late")) == 1
    world.work()
    row = attempt(world, who.attempt_id)
    assert row.submitted_at == row.deadline


# 4 Sweeper


def test_rule_04_the_sweeper_closes_what_is_due_without_any_page_view(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    world.clock.advance(LIMIT + GRACE)
    assert jobs.sweep(world.context).closed == 0
    world.clock.advance(timedelta(seconds=1))
    assert jobs.sweep(world.context).closed == 1
    row = attempt(world, who.attempt_id)
    assert row.lifecycle is Lifecycle.SCORED
    assert row.submitted_at == row.deadline
    assert row.raw_score == 1
    assert ("lifecycle", "in_progress", "expired") in changes(world, who.attempt_id)


def test_rule_04_sweeping_again_changes_nothing(world: World) -> None:
    who = candidate(world, make_exam(world))
    world.clock.advance(LIMIT + timedelta(minutes=5))
    jobs.sweep(world.context)
    before = (changes(world, who.attempt_id), attempt(world, who.attempt_id).answers_hash)
    assert jobs.sweep(world.context).closed == 0
    assert (changes(world, who.attempt_id), attempt(world, who.attempt_id).answers_hash) == before


def test_rule_04_the_lag_is_measured(world: World) -> None:
    candidate(world, make_exam(world))
    world.clock.advance(LIMIT + GRACE + timedelta(seconds=4))
    assert "sweep_delay_seconds 4\n" in world.browser().get("/readyz").text
    assert jobs.sweep(world.context).worst == timedelta(seconds=4)
    assert "sweep_delay_seconds 0\n" in world.browser().get("/readyz").text


def test_rule_04_an_attempt_is_closed_within_five_seconds_while_a_job_hangs(world: World) -> None:
    """A mail server that says nothing holds up the letters, and nothing else."""
    hangs, over = Event(), Event()

    class Silent:
        def send(self, mail: Mail) -> None:
            hangs.set()
            assert over.wait(timeout=60)

    who = candidate(world, make_exam(world), email="silent@people.example")
    world.browser().post("/en/reset", {"email": "silent@people.example"})
    worker = Worker(make_context(world.engine, world.clock, world.settings, mail=Silent()))
    worker.start()
    try:
        assert hangs.wait(timeout=20)
        world.clock.advance(LIMIT + GRACE + timedelta(seconds=1))
        began = monotonic()
        while attempt(world, who.attempt_id).lifecycle is not Lifecycle.SCORED:
            assert monotonic() - began < SWEEP_WITHIN.total_seconds()
            sleep(0.1)
    finally:
        over.set()
        worker.stop()


def test_rule_04_an_interrupted_attempt_is_swept_as_well(world: World) -> None:
    who = candidate(world, make_exam(world))
    world.clock.advance(timedelta(seconds=61))
    assert jobs.note_silence(world.context) == 1
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.INTERRUPTED
    world.clock.advance(LIMIT + GRACE)
    world.work()
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.SCORED


# 5 Visible state


def test_rule_05_the_time_of_the_save_is_shown(world: World) -> None:
    who = candidate(world, make_exam(world))
    assert "Saved 12:00:07" in (world.clock.advance(timedelta(seconds=7)), who.save(1, "a").text)[1]
    assert "Saved 12:00:07" in who.page().text
    page = who.page().text
    assert 'role="timer" aria-live="off"' in page
    assert "Not saved since {time}, keep this page open" in page


# 6 Merge


def test_rule_06_an_absent_field_never_blanks_an_answer(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    who.browser.post(f"{who.place}/answers", {"a-2": "b", "v-2": "0", "v-1": "1"})
    assert answers(world, who.attempt_id)[1] == (["a"], 1)
    assert answers(world, who.attempt_id)[2] == (["b"], 1)


def test_rule_06_clearing_is_explicit(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    assert who.save(1, version=1).status_code == HTTPStatus.OK  # only a version: nothing is named
    assert answers(world, who.attempt_id)[1] == (["a"], 1)
    assert who.save(1, version=1, clear="1").status_code == HTTPStatus.OK
    assert answers(world, who.attempt_id)[1] == ([], 2)
    assert len(events(world, who.attempt_id, "clear")) == 1


def test_rule_06_an_answer_that_did_not_change_makes_no_event(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    who.browser.post(f"{who.place}/answers", {"a-1": "a", "v-1": "1", "n": "1", "go": "next"})
    assert len(events(world, who.attempt_id, "save")) == 1
    assert answers(world, who.attempt_id)[1] == (["a"], 1)


# 7 Versions (see also test_delivery_together.py)


def test_rule_07_a_save_without_its_version_is_refused(world: World) -> None:
    who = candidate(world, make_exam(world))
    assert who.save(1, "a", version=None).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answers(world, who.attempt_id)[1] == ([], 0)
    assert events(world, who.attempt_id, "save") == []


def test_rule_07_a_stale_save_gets_the_servers_answer_and_the_refused_one_is_kept_and_shown(
    world: World,
) -> None:
    who = candidate(world, make_exam(world))
    who.save(3, "c")
    reply = who.save(3, "d", version=0)
    assert reply.status_code == HTTPStatus.CONFLICT
    assert "Choice c of 3 eng" in reply.text
    assert "Choice d of 3 eng" in reply.text
    assert 'data-versions="3:1 "' in reply.text
    assert answers(world, who.attempt_id)[3] == (["c"], 1)
    kept = events(world, who.attempt_id, "refused_stale")
    assert [(event.position, event.chosen, event.version) for event in kept] == [(3, ["d"], 0)]


def test_rule_07_a_plain_browser_sees_both_answers_too_and_can_choose_again(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(3, "c")
    reply = who.browser.post(f"{who.place}/answers", {"a-3": "d", "v-3": "0", "n": "3", "go": "next"})
    assert reply.status_code == HTTPStatus.CONFLICT
    assert "Question 3 was changed in another window" in reply.text
    assert 'name="v-3" value="1"' in reply.text
    again = who.browser.post(f"{who.place}/answers", {"a-3": "d", "v-3": "1", "n": "3", "go": "next"})
    assert again.headers["location"] == f"{who.place}?n=4"
    assert answers(world, who.attempt_id)[3] == (["d"], 2)


def test_rule_07_one_stale_place_does_not_hold_up_the_others(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "c")
    reply = who.browser.post(
        f"{who.place}/answers", {"a-1": "d", "v-1": "0", "a-2": "b", "v-2": "0"}, HX_Request="true"
    )
    assert reply.status_code == HTTPStatus.CONFLICT
    assert answers(world, who.attempt_id)[1] == (["c"], 1)
    assert answers(world, who.attempt_id)[2] == (["b"], 1)


# 8 Idempotency, recomputation (the property is in test_delivery_log.py)


def test_rule_08_the_same_key_twice_is_one_event_and_success_both_times(world: World) -> None:
    who = candidate(world, make_exam(world))
    first = who.save(1, "b", key="k-1", seq="7")
    second = who.save(1, "b", key="k-1", seq="7")
    assert first.status_code == second.status_code == HTTPStatus.OK
    saved = events(world, who.attempt_id, "save")
    assert len(saved) == 1
    assert saved[0].client_seq == 7
    assert answers(world, who.attempt_id)[1] == (["b"], 1)


def test_rule_08_a_repeated_save_does_not_undo_what_came_after_it(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a", key="k-1")
    who.save(1, "b", version=1, key="k-2")
    reply = who.save(1, "a", version=0, key="k-1")
    assert reply.status_code == HTTPStatus.OK
    assert answers(world, who.attempt_id)[1] == (["b"], 2)
    assert who.save(1, "a", version=2, key="k-1").status_code == HTTPStatus.OK
    assert answers(world, who.attempt_id)[1] == (["b"], 2)
    assert events(world, who.attempt_id, "refused_stale") == []


def test_rule_08_one_key_with_another_answer_is_another_save(world: World) -> None:
    """A page without a script has one key: sent, taken back, changed and sent again, nothing may look saved."""
    who = candidate(world, make_exam(world))
    sent = {"n": "1", "v-1": "0", "go": "next", "key": "k-1"}
    assert who.browser.post(f"{who.place}/answers", sent | {"a-1": "a"}).status_code == HTTPStatus.SEE_OTHER
    reply = who.browser.post(f"{who.place}/answers", sent | {"a-1": "b"})
    assert reply.status_code == HTTPStatus.CONFLICT
    assert "Choice a of 1 eng" in reply.text
    assert "Choice b of 1 eng" in reply.text
    assert answers(world, who.attempt_id)[1] == (["a"], 1)
    assert [event.chosen for event in events(world, who.attempt_id, "refused_stale")] == [["b"]]


def test_rule_08_one_key_with_another_answer_on_the_right_version_is_saved_and_logged(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a", key="k-1")
    assert who.save(1, "b", version=1, key="k-1").status_code == HTTPStatus.OK
    assert answers(world, who.attempt_id)[1] == (["b"], 2)
    assert [event.chosen for event in events(world, who.attempt_id, "save")] == [["a"], ["b"]]


def test_rule_08_a_key_whose_answer_was_refused_is_not_taken_for_a_save(world: World) -> None:
    who = candidate(world, make_exam(world))
    old = who.lease()
    other = Candidate(world, who.person_id, who.attempt_id)
    other.page()
    assert who.save(1, "a", lease=old, key="k-1").status_code == HTTPStatus.CONFLICT
    assert who.save(1, "b", lease=old, key="k-1").status_code == HTTPStatus.CONFLICT
    assert other.save(1, "a", key="k-1").status_code == HTTPStatus.OK
    assert answers(world, who.attempt_id)[1] == (["a"], 1)
    assert len(events(world, who.attempt_id, "save")) == 1
    assert [event.chosen for event in events(world, who.attempt_id, "refused_window")] == [["a"], ["b"]]
