"""The numbered rules of delivery, each under its number, over HTTP and on both databases.

Source: specification of exams, section 4. Rules 7, 9 and 10 meet real threads in test_delivery_together.py,
rule 16 a real kill in test_delivery_power.py.
"""

import re
from datetime import timedelta
from http import HTTPStatus
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.exams import jobs
from app.exams.models.attempts import Attempt, Response
from app.exams.models.forms import Form
from app.exams.queries import attempts as queries
from app.exams.rules.delivery import GRACE, SWEEP_EVERY
from app.exams.rules.states import Lifecycle, Mode, Outcome, ReleasePolicy, ResultState
from app.exams.service import answers as service
from app.exams.service import hand_in, time
from app.platform.models import Job
from app.programmes.models import Milestone
from app.question_banks.models import ItemVersion
from tests import factories
from tests.exams.delivery_world import (
    LIMIT,
    MULTIPLE,
    SECRET,
    Candidate,
    answers,
    attempt,
    candidate,
    changes,
    count,
    events,
    make_attempt,
    make_exam,
    make_sitting,
)
from tests.world import World


def open_until(world: World, who: Candidate) -> timedelta:
    row = attempt(world, who.attempt_id)
    assert row.deadline is not None
    return row.deadline - world.clock.now()


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
    since = world.clock.now()
    world.clock.advance(LIMIT + GRACE + timedelta(seconds=4))
    assert jobs.sweep(world.context).worst == timedelta(seconds=4)
    with world.read() as session:
        assert queries.sweep_lag(session, since) == (1, timedelta(seconds=4))


def test_rule_04_the_worker_sweeps_often_enough_for_five_seconds(world: World) -> None:
    sweep = next(item for item in jobs.PERIODIC if item.run is jobs.sweep)
    assert sweep.every == SWEEP_EVERY <= timedelta(seconds=4)


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


# 9 One open attempt (threads: test_delivery_together.py)


def test_rule_09_starting_twice_returns_the_same_attempt(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    first, deadline = who.attempt_id, attempt(world, who.attempt_id).deadline
    world.clock.advance(timedelta(minutes=3))
    who.begin(exam.slug)
    assert who.attempt_id == first
    assert who.start().status_code == HTTPStatus.SEE_OTHER
    assert attempt(world, first).deadline == deadline
    assert count(world, Attempt, Attempt.candidate_id == who.person_id) == 1


def test_rule_09_attempts_allowed_are_counted(world: World) -> None:
    exam = make_exam(world, allowed=1, forms=2)
    who = candidate(world, exam)
    who.hand_in()
    assert who.browser.post(f"/en/exams/{exam.slug}/attempts").status_code == HTTPStatus.CONFLICT
    assert count(world, Attempt, Attempt.candidate_id == who.person_id) == 1


def test_rule_09_the_waiting_time_is_kept(world: World) -> None:
    exam = make_exam(world, allowed=3, wait_days=14, forms=2)
    who = candidate(world, exam)
    who.hand_in()
    world.clock.advance(timedelta(days=14) - timedelta(seconds=1))
    again = world.browser(who.person_id)
    assert again.post(f"/en/exams/{exam.slug}/attempts").status_code == HTTPStatus.CONFLICT
    world.clock.advance(timedelta(seconds=1))
    again = world.browser(who.person_id)
    assert again.post(f"/en/exams/{exam.slug}/attempts").status_code == HTTPStatus.SEE_OTHER


def test_rule_09_a_retake_never_gets_a_form_already_seen(world: World) -> None:
    exam = make_exam(world, allowed=3, forms=2)
    who = candidate(world, exam)
    first = attempt(world, who.attempt_id).form_id
    who.hand_in()
    who.begin(exam.slug)
    assert attempt(world, who.attempt_id).form_id not in {None, first}
    who.hand_in()
    assert who.browser.post(f"/en/exams/{exam.slug}/attempts").status_code == HTTPStatus.CONFLICT


def test_rule_09_a_supervised_exam_is_booked(world: World) -> None:
    exam = make_exam(world, mode=Mode.ON_SITE)
    browser = world.browser(factories.person(world))
    assert browser.post(f"/en/exams/{exam.slug}/attempts").status_code == HTTPStatus.CONFLICT


# 10 One live window


def test_rule_10_opening_elsewhere_takes_over_and_the_old_window_freezes(world: World) -> None:
    who = candidate(world, make_exam(world))
    old = who.lease()
    other = Candidate(world, who.person_id, who.attempt_id)
    page = other.page()
    assert "The other window is frozen" in page.text
    refused = who.save(1, "a", lease=old)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert 'data-code="window-taken"' in refused.text
    assert other.save(1, "b").status_code == HTTPStatus.OK
    assert answers(world, who.attempt_id)[1] == (["b"], 1)
    assert [event.chosen for event in events(world, who.attempt_id, "refused_window")] == [["a"]]


def test_rule_10_takeovers_are_logged_and_countable(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.page()
    with world.read() as session:
        assert queries.takeovers(session, who.attempt_id) == 0
    for _ in range(2):
        Candidate(world, who.person_id, who.attempt_id).page()
    with world.read() as session:
        assert queries.takeovers(session, who.attempt_id) == 2
    assert attempt(world, who.attempt_id).lease_number == 3


def test_rule_10_a_plain_browser_is_told_in_words_and_can_go_on_here(world: World) -> None:
    who = candidate(world, make_exam(world))
    old = who.lease()
    Candidate(world, who.person_id, who.attempt_id).page()
    reply = who.browser.post(f"{who.place}/answers", {"a-1": "a", "v-1": "0", "lease": old})
    assert reply.status_code == HTTPStatus.CONFLICT
    assert "This exam is open in another window" in reply.text
    assert who.page().status_code == HTTPStatus.OK
    assert who.save(1, "a").status_code == HTTPStatus.OK


def test_rule_10_a_frozen_window_cannot_hand_in(world: World) -> None:
    who = candidate(world, make_exam(world))
    old = who.lease()
    Candidate(world, who.person_id, who.attempt_id).page()
    assert who.hand_in(lease=old).status_code == HTTPStatus.CONFLICT
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS


def test_rule_10_a_second_window_of_the_same_browser_asks_for_the_lease(world: World) -> None:
    who = candidate(world, make_exam(world))
    first = who.lease()
    reply = who.browser.post(f"{who.place}/window", HX_Request="true")
    second = re.search(r'value="([^"]+)"', reply.text)
    assert second
    assert second.group(1) != first
    assert who.save(1, "a", lease=first).status_code == HTTPStatus.CONFLICT
    assert who.save(1, "a", lease=second.group(1)).status_code == HTTPStatus.OK
    assert len(events(world, who.attempt_id, "takeover")) == 1


# 11 After the hand-in


def test_rule_11_after_hand_in_every_write_gets_410_and_changes_nothing(world: World) -> None:
    who = candidate(world, make_exam(world))
    lease = who.lease()
    who.save(1, "a")
    who.hand_in()
    before = (answers(world, who.attempt_id), attempt(world, who.attempt_id), changes(world, who.attempt_id))
    for reply in (
        who.save(1, "b", version=1, lease=lease),
        who.save(2, "b", lease=lease),
        who.save(1, version=1, clear="1", lease=lease),
        who.save(3, flag="3", lease=lease, version=None),
        who.hand_in(lease=lease),
        who.hand_in(lease=lease, timeup="1"),
        who.start(),
    ):
        assert reply.status_code == HTTPStatus.GONE
    after = (answers(world, who.attempt_id), attempt(world, who.attempt_id), changes(world, who.attempt_id))
    assert after == before


def test_rule_11_the_guard_stands_in_the_update(world: World) -> None:
    who = candidate(world, make_exam(world))
    with world.write() as session:
        order = service.Order(answers=(service.Given(1, ("a",), 0),))
        batch = service._Batch(session, who.attempt_id, world.clock.now(), order, "en")  # type: ignore[arg-type]
        session.execute(
            update(Attempt).where(Attempt.id == who.attempt_id).values(lifecycle=Lifecycle.SUBMITTED)
        )
        batch.put(order.answers[0], late=False)
        batch.flag(1, flagged=True)
    assert answers(world, who.attempt_id)[1] == ([], 0)
    assert count(world, Response, Response.attempt_id == who.attempt_id, Response.flagged) == 0


# 12 Pinned


def test_rule_12_editing_an_item_never_changes_a_running_attempt(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    before = [who.page(f"?n={n}").text for n in (1, 4)]
    with world.write() as session:
        for old_id in exam.items:
            old = session.get_one(ItemVersion, old_id)
            facts = old.model_dump(exclude={"id", "number", "content_hash"})
            fresh = ItemVersion(
                **facts | {"stem": {k: "Edited" for k in old.stem}, "key": ["d"]},
                number=2,
                content_hash="e" * 64,
            )
            session.add(fresh)
    after = [who.page(f"?n={n}").text for n in (1, 4)]

    def choices(html: str) -> list[str]:
        return re.findall(r'value="([abcd])"', html)

    assert [choices(html) for html in before] == [choices(html) for html in after]
    assert "Edited" not in "".join(after)
    who.save(1, "a")
    who.hand_in()
    assert attempt(world, who.attempt_id).raw_score == 1


def test_rule_12_option_order_comes_from_the_stored_seed_and_differs_between_attempts(world: World) -> None:
    exam = make_exam(world)
    orders = set()
    for _ in range(4):
        row = attempt(world, candidate(world, exam).attempt_id)
        assert row.seed is not None
        assert row.layout is not None
        assert all(sorted(place["order"]) == ["a", "b", "c", "d"] for place in row.layout)
        orders.add(tuple(tuple(place["order"]) for place in row.layout))
    assert len(orders) == 4


def test_rule_12_points_and_cut_score_are_frozen_at_the_start(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    with world.write() as session:
        session.execute(update(Form).values(cut_score=1))
    who.save(1, "a")
    who.hand_in()
    row = attempt(world, who.attempt_id)
    assert (row.raw_score, row.cut_score, row.max_points, row.outcome) == (1, 4, 6, Outcome.FAILED)


# 13 Language


def test_rule_13_switching_language_changes_only_the_view_and_is_logged(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(2, "a")
    deadline = attempt(world, who.attempt_id).deadline
    for locale, word in (("kk", "қаз"), ("ru", "рус"), ("en", "eng")):
        who.locale = locale
        page = who.page("?n=2").text
        assert f"Stem 1.2 {word}" in page
        assert re.search(r'name="a-2" value="a" checked', page)
    assert attempt(world, who.attempt_id).deadline == deadline
    assert answers(world, who.attempt_id)[2] == (["a"], 1)
    assert [str(event.locale) for event in events(world, who.attempt_id, "language")] == ["kk", "ru", "en"]
    assert events(world, who.attempt_id, "takeover") == []


def test_rule_13_the_switch_is_the_same_page_under_the_other_prefix(world: World) -> None:
    who = candidate(world, make_exam(world))
    assert f'href="/ru/exams/attempts/{who.attempt_id}?n=3"' in who.page("?n=3").text


def test_rule_13_the_parallel_text_of_an_item_can_be_opened(world: World) -> None:
    page = candidate(world, make_exam(world)).page("?n=2").text
    details = page[page.index("<details>") :]
    assert "Stem 1.2 қаз" in details
    assert "Stem 1.2 рус" in details
    assert "Case text рус" in details


def test_rule_13_answers_are_choice_ids_of_the_item(world: World) -> None:
    who = candidate(world, make_exam(world))
    for chosen in (["z"], ["a", "b"], ["Choice a of 1 eng"]):
        assert who.save(1, *chosen).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert who.save(99, "a").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert who.save(MULTIPLE, "b", "a").status_code == HTTPStatus.OK
    assert answers(world, who.attempt_id)[MULTIPLE] == (["a", "b"], 1)


# 14 Secrecy


@pytest.mark.parametrize("lifecycle", [Lifecycle.SCHEDULED, Lifecycle.CHECKIN, Lifecycle.READY])
def test_rule_14_no_item_text_leaves_the_server_before_the_start(world: World, lifecycle: Lifecycle) -> None:
    exam = make_exam(world)
    person = factories.person(world)
    who = Candidate(world, person, make_attempt(world, exam, person, lifecycle=lifecycle))
    for tail in ("", "?view=all", "/submission", "/receipt", "/result", "/time"):
        assert "Stem" not in who.browser.get(f"{who.place}{tail}").text
    assert who.save(1, "a").status_code == HTTPStatus.CONFLICT


def test_rule_14_keys_points_and_rationales_never_reach_a_browser(world: World) -> None:
    who = candidate(world, make_exam(world))
    pages = [who.page("?view=all"), who.page("?n=1"), who.save(1, "a"), who.save(1, "b")]
    who.save(2, "a")
    who.browser.get(f"{who.place}/submission")
    who.hand_in()
    pages += [who.browser.get(f"{who.place}{tail}") for tail in ("/receipt", "/result", "")]
    for reply in pages:
        assert SECRET not in reply.text
        assert "rationale" not in reply.text
        for word in ("correct", "points", "right-answer"):
            assert f"data-{word}" not in reply.text


def test_rule_14_a_paused_attempt_hides_its_items(world: World) -> None:
    proctor = factories.person(world, "proctor")
    who = candidate(world, make_exam(world))
    with world.write() as session:
        time.pause(session, world.clock, attempt_id=who.attempt_id, actor_id=proctor, reason="Alarm")
    page = who.page()
    assert "Stem" not in page.text
    assert "Your exam is paused" in page.text
    assert who.save(1, "a").status_code == HTTPStatus.CONFLICT
    assert who.hand_in().status_code == HTTPStatus.CONFLICT


# 18 Hand-in


def test_rule_18_hand_in_asks_with_counts_while_the_timer_runs(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    who.save(2, "b")
    who.browser.post(f"{who.place}/answers", {"flag": "5"})
    world.clock.advance(timedelta(minutes=10))
    page = who.browser.get(f"{who.place}/submission").text
    assert "2 of 6" in page
    assert re.search(r"Flagged</dt><dd[^>]*>1: ", page)
    assert re.search(r"Empty</dt><dd[^>]*>4: ", page)
    assert 'data-remaining="1200"' in page
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS


def test_rule_18_the_receipt_is_verifiable_later(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    who.hand_in()
    row = attempt(world, who.attempt_id)
    page = who.browser.get(f"{who.place}/receipt").text
    assert row.code in page
    assert f'data-hash="{row.answers_hash}"' in page
    assert "23 November 2026, 12:00:00" in page
    assert row.counts == {"answered": 1, "flagged": 0, "empty": 5}
    check = f"/en/exams/receipts/{row.code}"
    assert "The receipt matches" in who.browser.get(f"{check}/{row.answers_hash}").text
    assert "The receipt does not match" in who.browser.get(f"{check}/{'0' * 64}").text
    stranger = world.browser(factories.person(world))
    assert stranger.get(f"{check}/{row.answers_hash}").status_code == HTTPStatus.NOT_FOUND


def test_rule_18_a_changed_answer_shows_against_the_receipt(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "b")
    who.hand_in()
    row = attempt(world, who.attempt_id)
    with world.write() as session:
        session.execute(
            update(Response).where(Response.attempt_id == row.id, Response.position == 1).values(chosen=["a"])
        )
    page = who.browser.get(f"/en/exams/receipts/{row.code}/{row.answers_hash}").text
    assert "The receipt does not match" in page


# 19 Without a script


def test_rule_19_a_whole_attempt_by_form_posts_alone(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    for n in range(1, 7):
        page = who.page(f"?n={n}").text
        fields = dict(re.findall(r'<input type="hidden"[^>]*name="([^"]+)" value="([^"]*)"', page))
        fields |= {f"a-{n}": "a", "go": "next" if n < 6 else "submission"}
        fields.pop("csrf_token")
        reply = who.browser.post(f"{who.place}/answers", fields)
        assert reply.status_code == HTTPStatus.SEE_OTHER
        assert reply.headers["location"] == (f"{who.place}?n={n + 1}" if n < 6 else f"{who.place}/submission")
    who.browser.post(f"{who.place}/answers", {"n": "6", f"a-{MULTIPLE}": ["a", "b"], f"v-{MULTIPLE}": "1"})
    assert who.hand_in().headers["location"] == f"{who.place}/receipt"
    result = who.browser.get(f"{who.place}/result").text
    assert "You have passed the exam" in result
    assert attempt(world, who.attempt_id).raw_score == 6


def test_rule_19_flag_clear_map_and_time_are_buttons_of_the_form(world: World) -> None:
    who = candidate(world, make_exam(world))
    post = lambda **more: who.browser.post(f"{who.place}/answers", {"n": "2", **more})  # noqa: E731
    assert post(flag="2").headers["location"].endswith("?n=2")
    assert 'name="unflag" value="2"' in who.page("?n=2").text
    post(unflag="2")
    assert 'name="flag" value="2"' in who.page("?n=2").text
    assert post(go="5").headers["location"].endswith("?n=5")
    assert post(go="previous").headers["location"].endswith("?n=1")
    assert post(go="all").headers["location"].endswith("?view=all")
    told = who.browser.get(post(time="1").headers["location"]).text
    assert "Time left: 0:30:00" in told


# 20 Result


def test_rule_20_the_result_at_once_has_bands_and_nothing_item_by_item(world: World) -> None:
    exam = make_exam(world, certification=True)
    who = candidate(world, exam)
    for n in range(1, 5):
        who.save(n, "a")
    who.hand_in()
    page = who.browser.get(f"{who.place}/result").text
    assert "You have passed the exam" in page
    assert "You reached 4 of 6 points. The pass mark is 4." in page
    assert "Very good" in page
    assert "Stem" not in page
    assert "Choice" not in page


def test_rule_20_milestones_and_the_event_stand_in_the_same_transaction(world: World) -> None:
    who = candidate(world, make_exam(world, certification=True))
    for n in range(1, 5):
        who.save(n, "a")
    who.hand_in()
    with world.read() as session:
        words = {
            str(row)
            for row in session.scalars(select(Milestone.word).where(Milestone.person_id == who.person_id))
        }
        jobs_ = session.scalars(select(Job).where(Job.kind == hand_in.RELEASED_EVENT)).all()
        assert [job.payload for job in jobs_] == [{"attempt_id": str(who.attempt_id)}]
    assert {"sat", "passed"} <= words


def test_rule_20_a_practice_run_counts_towards_nothing(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.hand_in()
    assert count(world, Milestone, Milestone.person_id == who.person_id) == 0
    assert "practice run" in who.browser.get(f"{who.place}/result").text


def test_rule_20_after_review_the_outcome_is_nowhere_before_the_release(world: World) -> None:
    exam = make_exam(world, certification=True, release=ReleasePolicy.AFTER_REVIEW)
    who = candidate(world, exam)
    for n in range(1, 5):
        who.save(n, "a")
    who.hand_in()
    row = attempt(world, who.attempt_id)
    assert row.result is ResultState.WITHHELD
    assert str(row.review) == "queued"
    for tail in ("/result", "/receipt"):
        page = who.browser.get(f"{who.place}{tail}").text
        assert "You have passed" not in page
        assert "of 6 points" not in page
    assert count(world, Job, Job.kind == hand_in.RELEASED_EVENT) == 0
    officer = factories.person(world, "certification_officer")
    with world.write() as session:
        hand_in.release(session, world.clock, attempt_id=row.id, actor_id=officer)
    assert "You have passed" in who.browser.get(f"{who.place}/result").text
    assert count(world, Job, Job.kind == hand_in.RELEASED_EVENT) == 1


def test_rule_20_after_the_window_the_worker_releases(world: World) -> None:
    exam = make_exam(world, release=ReleasePolicy.AFTER_WINDOW)
    person = factories.person(world)
    sitting = make_sitting(world, exam, lasts=timedelta(hours=1))
    who = Candidate(world, person, make_attempt(world, exam, person, sitting_id=sitting))
    who.start()
    who.hand_in()
    assert jobs.release_after_window(world.context) == 0
    world.clock.advance(timedelta(hours=1))
    assert jobs.release_after_window(world.context) == 1
    assert jobs.release_after_window(world.context) == 0
    assert attempt(world, who.attempt_id).result is ResultState.RELEASED


def test_rule_20_the_result_says_when_the_exam_can_be_sat_again(world: World) -> None:
    exam = make_exam(world, certification=True, allowed=3, wait_days=14, forms=3)
    who = candidate(world, exam)
    who.hand_in()
    page = who.browser.get(f"{who.place}/result").text
    assert "You can sit the exam again from 7 December 2026" in page
    assert "2 attempts are left" in page


def test_rule_20_with_no_attempts_left_the_date_is_when_the_oldest_falls_out_of_the_window(
    world: World,
) -> None:
    exam = make_exam(world, certification=True, allowed=1, wait_days=14)
    who = candidate(world, exam)
    who.hand_in()
    page = who.browser.get(f"{who.place}/result").text
    assert "You can sit the exam again from 23 November 2027" in page


# The door


def test_nobody_reaches_somebody_elses_attempt(world: World) -> None:
    exam = make_exam(world)
    who = candidate(world, exam)
    thief = Candidate(world, factories.person(world), who.attempt_id)
    for tail in ("", "/time", "/submission", "/receipt", "/result"):
        assert thief.browser.get(f"{thief.place}{tail}").status_code == HTTPStatus.NOT_FOUND
    assert thief.save(1, "a").status_code == HTTPStatus.NOT_FOUND
    assert thief.hand_in().status_code == HTTPStatus.NOT_FOUND
    assert thief.start().status_code == HTTPStatus.NOT_FOUND
    assert thief.browser.post(f"{thief.place}/window").status_code == HTTPStatus.NOT_FOUND
    assert world.browser().get(who.place).status_code == HTTPStatus.SEE_OTHER
    assert isinstance(who.attempt_id, UUID)
