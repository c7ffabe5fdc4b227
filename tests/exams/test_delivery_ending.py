"""Rules 18 to 20 of delivery: handing in, without a script, the result; and the candidate's door.

Source: specification of exams, section 4. Rules 7, 9 and 10 meet real threads in test_delivery_together.py,
rule 16 a real kill in test_delivery_power.py.
"""

import re
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from sqlalchemy import select, update

from app.exams import jobs
from app.exams.models.attempts import Response
from app.exams.rules.states import Lifecycle, ReleasePolicy, ResultState
from app.exams.service import hand_in
from app.platform.models import Job
from app.programmes.models import Milestone
from tests import factories
from tests.exams.acts import cleared
from tests.exams.delivery_world import (
    MULTIPLE,
    Candidate,
    answers,
    attempt,
    candidate,
    count,
    door,
    events,
    make_attempt,
    make_exam,
    make_sitting,
)
from tests.world import World

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


def test_rule_18_the_receipt_carries_the_counts(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    who.save(2, "b")
    for place in ("3", "4", "5"):
        who.browser.post(f"{who.place}/answers", {"flag": place})
    who.hand_in()
    assert attempt(world, who.attempt_id).counts == {"answered": 2, "flagged": 3, "empty": 4}
    said = {
        "kk": "Жауап берілгені: 2. Белгіленгені: 3. Бос: 4.",
        "ru": "Отвечено: 2. Отмечено: 3. Без ответа: 4.",
        "en": "Answered: 2. Flagged: 3. Empty: 4.",
    }
    for locale, counts in said.items():
        who.locale = locale
        assert f"<dd>{counts}</dd>" in who.browser.get(f"{who.place}/receipt").text


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


def test_rule_18_a_hand_in_over_a_refused_answer_hands_in_nothing(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    reply = who.browser.post(f"{who.place}/submission", {"a-1": "b", "v-1": "0", "a-2": "c", "v-2": "0"})
    assert reply.status_code == HTTPStatus.CONFLICT
    assert "Question 1 was changed in another window" in reply.text
    assert "Choice b of 1 eng" in reply.text
    assert attempt(world, who.attempt_id).lifecycle is Lifecycle.IN_PROGRESS
    assert answers(world, who.attempt_id)[1] == (["a"], 1)
    assert answers(world, who.attempt_id)[2] == (["c"], 1)
    again = who.browser.post(f"{who.place}/submission", {"a-1": "b", "v-1": "1"})
    assert again.headers["location"] == f"{who.place}/receipt"
    assert answers(world, who.attempt_id)[1] == (["b"], 2)


def test_rule_18_a_hand_in_while_paused_is_kept_and_the_page_says_where_things_stand(world: World) -> None:
    proctor = world.browser(factories.person(world, "exam_manager"))
    who = candidate(world, make_exam(world))
    proctor.post(f"{door(who)}/pause", {"reason": "Alarm"})
    for sent in ({}, {"a-1": "a", "v-1": "0"}):
        reply = who.hand_in(**sent)
        assert reply.status_code == HTTPStatus.CONFLICT
        assert "Your exam is paused" in reply.text
    assert [event.chosen for event in events(world, who.attempt_id, "refused_closed")] == [None, ["a"]]


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
    button = re.search(r"<button ([^>]*)>Say how much time is left</button>", who.page("?n=2").text)
    assert button
    assert {'form="item"', 'name="time"', 'value="1"'} <= set(button.group(1).split())
    told = who.browser.get(post(time="1").headers["location"]).text
    assert "Time left: 0:30:00" in told


def test_rule_19_the_map_has_a_button_for_each_question_that_says_how_it_stands(world: World) -> None:
    who = candidate(world, make_exam(world))
    who.save(1, "a")
    who.save(4, "b")
    for place in ("4", "5"):
        who.browser.post(f"{who.place}/answers", {"flag": place})

    def buttons(query: str) -> list[tuple[str, str, str]]:
        page = who.page(query).text
        drawn = page[page.index('<ol class="qmap"') : page.index("</ol>", page.index('<ol class="qmap"'))]
        found = re.findall(r"<li><button ([^>]*)>(.*?)</button></li>", drawn)
        assert len(found) == drawn.count("<button")
        assert all('form="item"' in attributes for attributes, _ in found)
        return [
            (
                re.findall(r'name="go" value="(\d+)"', attributes)[0],
                re.sub(r"<[^>]+>", "", inside),
                "step" if 'aria-current="step"' in attributes else "",
            )
            for attributes, inside in found
        ]

    states = ["answered", "empty", "empty", "answered, flagged", "empty, flagged", "empty"]
    stand = [(str(n), f"{n}, {state}") for n, state in enumerate(states, start=1)]
    assert buttons("?n=2") == [(*button, "step" if button[0] == "2" else "") for button in stand]
    assert buttons("?view=all") == [(*button, "") for button in stand]


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
    cleared(world, who)
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
