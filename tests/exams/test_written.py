"""Written tasks: written, handed in, rated blind by two or three, scored once, and told.

Source: specification of exams, section 1; docs/decisions/0028-written-tasks.md.
"""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.accounts import service as people
from app.accounts.rules import Role
from app.exams.errors import OwnSitting, OwnTrainee
from app.exams.errors.rating import (
    AnswerGivenBack,
    AnswerHasRaters,
    AnswerRatedBefore,
    LiveItemsHidden,
    RatingMisses,
)
from app.exams.models.attempts import Attempt
from app.exams.queries.rating import backlog, list_waiting
from app.exams.queries.releases import count_withheld
from app.exams.rules.rating import RATING_TIME
from app.exams.rules.states import Lifecycle, ReleasePolicy, ResultState, Review
from app.exams.service import answers as service
from app.exams.service import hand_in, history, rating, releasing
from app.kernel.errors import NotFound, Refused
from app.proctoring.queries.reviews import had_any_part
from tests import factories
from tests.exams.delivery_world import answers, attempt
from tests.exams.written_world import COMMENT, FIRST, SECOND, Desk
from tests.world import World


def queue(desk: Desk, rater: int) -> list[Any]:
    with desk.world.read() as session:
        listed = list_waiting(session, desk.raters[rater], at=desk.world.clock.now(), page=1)
    return [one.id for one in listed.rows]


def recomputed(desk: Desk) -> int:
    with desk.world.read() as session:
        return service.recompute(session, session.get_one(Attempt, desk.who.attempt_id)).raw_score


def refusal(result: Any) -> type[Exception]:
    assert isinstance(result, Refused)
    return type(result.error)


def counted(world: World, action: str) -> int:
    with world.read() as session:
        found = session.execute(
            text("SELECT count(*) FROM audit_entry WHERE action = :action"), {"action": action}
        )
        return int(found.scalar_one())


def test_a_text_is_saved_in_one_form_and_shown_again_with_its_length(world: World) -> None:
    desk = Desk(world)
    assert desk.who.save(FIRST, " и\u0306од\r\n<b>two</b> ").status_code == 200
    assert answers(world, desk.who.attempt_id)[FIRST] == (["йод\n<b>two</b>"], 1)
    page = desk.who.page(f"?n={FIRST}").text
    assert re.search(r"<textarea[^>]*>\nйод\n&lt;b&gt;two&lt;/b&gt;</textarea>", page)
    assert "Words: 2 of 5" in page
    assert "Argument" not in page, "the rubric never reaches a candidate"


def test_a_text_that_is_too_long_is_kept_and_raters_read_it_up_to_the_limit(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="one two three four five six")
    assert answers(world, desk.who.attempt_id)[FIRST][0] == ["one two three four five six"]
    desk.takes(FIRST, 0)
    page = desk.browser(0).get(f"/en/written-answers/{desk.answers()[FIRST].id}").text
    assert "one two three four five</p>" in page
    assert "What stands after it is not shown" in page


def test_the_page_says_that_a_text_is_too_long(world: World) -> None:
    desk = Desk(world)
    said = r'id="odd-2" role="status" hidden'
    assert re.search(said, desk.who.page(f"?n={FIRST}").text)
    desk.who.save(FIRST, "one two three four five six")
    assert not re.search(said, desk.who.page(f"?n={FIRST}").text)


def test_empty_answers_need_nobody_and_the_result_is_there_at_once(world: World) -> None:
    desk = Desk(world)
    desk.hands_in()
    row = attempt(world, desk.who.attempt_id)
    assert (row.lifecycle, row.raw_score, row.result) == (Lifecycle.SCORED, 1, ResultState.RELEASED)
    assert desk.answers() == {}


def test_a_result_waits_for_raters_and_is_scored_once_and_told(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a", second="b")
    row = attempt(world, desk.who.attempt_id)
    assert (row.lifecycle, row.raw_score, row.outcome) == (Lifecycle.SUBMITTED, None, None)
    assert row.answers_hash is not None
    assert row.counts == {"answered": 3, "flagged": 0, "empty": 0}
    assert "being rated" in desk.who.browser.get(f"{desk.who.place}/result").text
    receipt = desk.who.browser.get(f"{desk.who.place}/receipt").text
    assert "Two people rate what you wrote" in receipt
    assert desk.who.page().headers["location"].endswith("/receipt")
    desk.rates(FIRST, 0, 3)
    desk.rates(FIRST, 1, 3)
    desk.rates(SECOND, 0, 0)
    world.work()
    assert attempt(world, desk.who.attempt_id).lifecycle is Lifecycle.SUBMITTED
    desk.rates(SECOND, 2, 1)
    world.work()
    row = attempt(world, desk.who.attempt_id)
    assert (row.lifecycle, row.result) == (Lifecycle.SCORED, ResultState.RELEASED)
    assert (row.raw_score, row.max_points, str(row.outcome)) == (7, 9, "passed")
    assert row.domain_points == {"D1": [1, 1], "D2": [6, 8]}
    assert recomputed(desk) == 7
    with world.write() as session:
        assert not hand_in.score_rated(session, world.clock, attempt_id=desk.who.attempt_id)
    assert counted(world, "attempt.rated") == 1
    with world.read() as session:
        assert history.first_broken(session, desk.who.attempt_id) is None
    assert "You have passed the exam" in desk.who.browser.get(f"{desk.who.place}/result").text


def test_raters_who_end_at_the_same_moment_score_it_once_and_a_job_that_runs_again_changes_nothing(
    world: World,
) -> None:
    desk = Desk(world)
    desk.hands_in(first="a", second="b")
    for place in (FIRST, SECOND):
        for rater in (0, 1):
            desk.rates(place, rater, 3)
    with world.read() as session:
        jobs = session.execute(
            text("SELECT count(*) FROM job WHERE kind = :kind"), {"kind": rating.RATED_EVENT}
        ).scalar_one()
    assert jobs == 1
    for first in (True, False):
        with world.write() as session:
            done = hand_in.score_rated(session, world.clock, attempt_id=desk.who.attempt_id)
        assert done is first
    world.work()
    assert attempt(world, desk.who.attempt_id).raw_score == 9
    assert counted(world, "attempt.rated") == 1


def test_a_third_rater_is_asked_when_two_differ_by_more_than_the_gap(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")
    answer = desk.answers()[FIRST].id
    desk.rates(FIRST, 0, 0, 0)
    desk.rates(FIRST, 1, 3, 1)
    assert desk.answers()[FIRST].points is None
    assert queue(desk, 0) == queue(desk, 1) == []
    assert queue(desk, 2) == [answer]
    desk.rates(FIRST, 2, 3, 0)
    assert desk.answers()[FIRST].points == 4
    world.work()
    assert attempt(world, desk.who.attempt_id).raw_score == recomputed(desk) == 5


def test_two_raters_have_it_and_a_third_does_not_see_it(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")
    answer = desk.answers()[FIRST].id
    assert queue(desk, 0) == queue(desk, 2) == [answer]
    desk.takes(FIRST, 0)
    desk.takes(FIRST, 0)
    desk.takes(FIRST, 1)
    assert queue(desk, 0) == [answer]
    assert queue(desk, 2) == []
    with pytest.raises(AnswerHasRaters):
        desk.takes(FIRST, 2)
    assert desk.browser(2).get(f"/en/written-answers/{answer}").status_code == 404
    world.clock.advance(RATING_TIME * 2)
    assert queue(desk, 2) == [answer], "after the rating time a colleague can take it"


def test_a_trainer_neither_sees_nor_takes_nor_rates_and_the_refusal_is_written_down(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")
    answer = desk.answers()[FIRST].id
    desk.takes(FIRST, 0)
    desk.trains(desk.raters[0])
    assert queue(desk, 0) == []
    browser = desk.browser(0)
    assert browser.get(f"/en/written-answers/{answer}").status_code == 404
    form = {"level-1": "3", "level-2": "1", "comment": COMMENT}
    for tail, data in (("/taking", {}), ("", form)):
        assert browser.post(f"/en/written-answers/{answer}{tail}", data).status_code == 409, tail
    assert refusal(desk.takes(FIRST, 0)) is OwnTrainee
    assert counted(world, "conflict.refused") == 3
    assert counted(world, "answer.rated") == 0


def test_whoever_trains_anybody_sees_no_answer_to_a_live_item(world: World) -> None:
    desk = Desk(world, certification=True)
    desk.hands_in(first="a")
    desk.trains(desk.raters[0], factories.person(world, Role.CANDIDATE))
    assert queue(desk, 0) == []
    assert len(queue(desk, 1)) == 1
    assert refusal(desk.takes(FIRST, 0)) is LiveItemsHidden


def test_nobody_rates_their_own_answer(world: World) -> None:
    desk = Desk(world)
    desk.raters[0] = desk.who.person_id
    desk.hands_in(first="a")
    assert queue(desk, 0) == []
    assert refusal(desk.takes(FIRST, 0)) is OwnTrainee


def test_a_rating_is_given_once_and_completely_and_an_answer_given_back_does_not_return(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")
    answer = desk.answers()[FIRST].id
    desk.takes(FIRST, 0)
    rate = {"answer_id": answer, "rater_id": desk.raters[0]}
    for levels, comment in (({"1": 3}, COMMENT), ({"1": 2, "2": 1}, COMMENT), ({"1": 3, "2": 1}, " ")):
        with pytest.raises(RatingMisses), world.write() as session:
            rating.rate(session, world.clock, levels=levels, comment=comment, **rate)
    desk.rates(FIRST, 0, 3)
    with pytest.raises(AnswerRatedBefore):
        desk.rates(FIRST, 0, 3)
    desk.takes(FIRST, 1)
    reply = desk.browser(1).post(f"/en/written-answers/{answer}/return", {"reason": "I know whose it is"})
    assert reply.headers["location"] == "/en/written-answers?done=given-back"
    with pytest.raises(AnswerGivenBack):
        desk.takes(FIRST, 1)
    assert queue(desk, 1) == []
    assert queue(desk, 2) == [answer]
    desk.rates(FIRST, 2, 3)
    with pytest.raises(NotFound):
        desk.takes(FIRST, 3)


def test_a_rater_rates_on_the_page_without_a_name_and_sees_what_is_missing(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="my words")
    answer = desk.answers()[FIRST]
    browser, place = desk.browser(0), f"/en/written-answers/{answer.id}"
    assert "my words" not in browser.get(place).text, "it opens once it is taken"
    assert browser.post(f"{place}/taking").status_code == 303
    page = browser.get(place).text
    assert "my words" in page
    assert "whole" in page
    assert attempt(world, desk.who.attempt_id).code not in page
    refused = browser.post(place, {"level-1": "2", "comment": "short"})
    assert refused.status_code == 422
    assert refused.text.count("Choose a level.") >= 2
    sent = {"level-1": "3", "level-2": "1", "comment": COMMENT}
    assert browser.post(place, sent).headers["location"] == "/en/written-answers?done=rated"
    assert counted(world, "answer.rated") == 1


def test_what_a_rater_typed_too_late_is_shown_back(world: World) -> None:
    desk = Desk(world)
    desk.hands_in(first="a")
    answer = desk.answers()[FIRST].id
    desk.takes(FIRST, 0)
    world.clock.advance(RATING_TIME * 2)
    desk.takes(FIRST, 1)
    desk.takes(FIRST, 2)
    sent = {"level-1": "3", "level-2": "1", "comment": COMMENT}
    reply = desk.browser(0).post(f"/en/written-answers/{answer}", sent)
    assert reply.status_code == 409
    assert COMMENT in reply.text


def test_the_review_goes_on_meanwhile_and_a_result_is_told_when_both_have_ended(world: World) -> None:
    desk = Desk(world, release=ReleasePolicy.AFTER_REVIEW)
    desk.hands_in(first="a")
    row = attempt(world, desk.who.attempt_id)
    assert (row.lifecycle, row.review) == (Lifecycle.SUBMITTED, Review.QUEUED)
    desk.rates(FIRST, 0, 3)
    desk.rates(FIRST, 1, 3)
    world.work()
    row = attempt(world, desk.who.attempt_id)
    assert (row.lifecycle, row.result) == (Lifecycle.SCORED, ResultState.WITHHELD)


def test_who_rated_an_answer_neither_reviews_nor_releases_the_result(world: World) -> None:
    desk = Desk(world, release=ReleasePolicy.AFTER_REVIEW)
    desk.hands_in(first="a")
    for rater in (0, 1):
        desk.rates(FIRST, rater, 3)
    world.work()
    both, other = desk.raters[0], factories.person(world, Role.CERTIFICATION_OFFICER)
    with world.write() as session:
        people.grant(
            session,
            world.clock,
            person_id=both,
            role=Role.CERTIFICATION_OFFICER,
            by=None,
            reason="a second duty",
        )

    def release(officer: UUID) -> Any:
        with world.write() as session:
            return releasing.release(
                session,
                world.clock,
                attempt_id=desk.who.attempt_id,
                officer_id=officer,
                reason="All is well",
                kept_out=had_any_part(officer),
            )

    with world.read() as session:
        counts = [
            count_withheld(session, one, at=world.clock.now(), kept_out=had_any_part(one))
            for one in (both, other)
        ]
    assert counts == [0, 1]
    assert refusal(release(both)) is OwnSitting
    assert attempt(world, desk.who.attempt_id).result is ResultState.WITHHELD


def test_whoever_runs_exams_sees_how_many_answers_wait_and_since_when(world: World) -> None:
    desk = Desk(world)
    began = world.clock.now()
    desk.hands_in(first="a", second="b")
    with world.read() as session:
        assert backlog(session) == (2, began)
    manager = world.browser(factories.person(world, Role.EXAM_MANAGER))
    assert "2 written answers wait for raters" in manager.get("/en/sittings").text


def test_the_sweeper_gives_what_was_saved_to_raters(world: World) -> None:
    desk = Desk(world)
    assert desk.who.save(FIRST, "a").status_code == 200
    world.clock.advance(RATING_TIME)
    world.work()
    assert attempt(world, desk.who.attempt_id).lifecycle is Lifecycle.EXPIRED
    assert list(desk.answers()) == [FIRST]
