"""What is chosen while nobody may answer is not saved, and is not lost: it is kept as evidence, and said.

Source: specification of exams, section 4, rule 3, and the table of section 3.
"""

from datetime import timedelta
from http import HTTPStatus

from app.exams import jobs
from app.exams.rules.delivery import GRACE
from app.exams.rules.states import Mode
from tests import factories
from tests.exams.delivery_world import (
    LIMIT,
    Candidate,
    answers,
    candidate,
    door,
    events,
    make_attempt,
    make_exam,
)
from tests.world import World


def test_an_answer_while_paused_is_kept_as_evidence_and_the_page_says_so(world: World) -> None:
    proctor = world.browser(factories.person(world, "exam_manager"))
    who = candidate(world, make_exam(world))
    proctor.post(f"{door(who)}/pause", {"reason": "Alarm"})
    for _ in range(2):
        reply = who.browser.post(
            f"{who.place}/answers", {"n": "2", "a-2": "b", "v-2": "0", "key": "k", "go": "next"}
        )
        assert reply.status_code == HTTPStatus.CONFLICT
        assert "Your exam is paused" in reply.text
        assert (
            "What you chose last was not saved as your answer, but it is kept with your attempt" in reply.text
        )
        assert "Question 2" in reply.text
        assert "Stem" not in reply.text
    kept = events(world, who.attempt_id, "refused_closed")
    assert [(event.position, event.chosen) for event in kept] == [(2, ["b"])]
    assert answers(world, who.attempt_id)[2] == ([], 0)
    proctor.post(f"{door(who)}/resume")
    assert (
        who.save(2, "b", key="k").status_code == HTTPStatus.OK
    )  # the same order again, as a script sends it
    assert answers(world, who.attempt_id)[2] == (["b"], 1)


def test_an_answer_while_release_is_awaited_is_kept_as_evidence_and_the_page_says_so(world: World) -> None:
    exam = make_exam(world, mode=Mode.LIVE)
    person = factories.person(world)
    who = Candidate(world, person, make_attempt(world, exam, person, mode=Mode.LIVE))
    who.start()
    who.browser.get(f"{who.place}/time", X_Exam_Script="1")
    world.clock.advance(timedelta(minutes=6))
    assert jobs.note_silence(world.context) == 1
    reply = who.browser.post(f"{who.place}/answers", {"n": "2", "a-2": "b", "v-2": "0", "go": "next"})
    assert reply.status_code == HTTPStatus.CONFLICT
    assert "A proctor lets you back in" in reply.text
    assert "it is kept with your attempt" in reply.text
    assert [event.chosen for event in events(world, who.attempt_id, "refused_closed")] == [["b"]]
    assert 'data-code="release-needed"' in who.save(3, "a").text
    assert len(events(world, who.attempt_id, "refused_closed")) == 2


def test_rule_03_evidence_is_no_longer_than_an_answer_and_of_a_place_that_is_there(world: World) -> None:
    who = candidate(world, make_exam(world))
    world.clock.advance(LIMIT + GRACE + timedelta(seconds=1))
    assert who.save(2, "b" * 20_001).status_code == HTTPStatus.GONE
    assert who.save(999_999, "a").status_code == HTTPStatus.GONE
    assert who.save(3, *(f"w{n}" for n in range(65))).status_code == HTTPStatus.GONE
    assert events(world, who.attempt_id, "refused_late") == []
    assert who.save(1, "not a choice, yet kept").status_code == HTTPStatus.GONE
    assert len(events(world, who.attempt_id, "refused_late")) == 1


def test_rule_19_all_questions_of_a_long_exam_fit_into_one_form(world: World) -> None:
    who = candidate(world, make_exam(world, items=230))
    data = {"lease": who.lease(), "key": "all"}
    for place in range(1, 231):
        data |= {f"a-{place}": "b", f"v-{place}": "0"}
    assert who.browser.post(f"{who.place}/answers", data).status_code == HTTPStatus.SEE_OTHER
    assert {chosen[0] for chosen, _ in answers(world, who.attempt_id).values()} == {"b"}
