"""A record is reviewed by one person, answered by the candidate, judged by a second one, decided by a third."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest

from app.exams.errors import (
    MoveNotAllowed,
    NothingFound,
    OwnSitting,
    OwnTrainee,
    ReasonMissing,
    SecondReviewerNeeded,
)
from app.exams.rules.states import ReleasePolicy, ResultState, Review
from app.exams.service import releasing, supervision
from app.platform.models import AuditEntry
from app.proctoring.errors import ReviewTaken, StatementNotAsked, StatementPending, StepNotPossible
from app.proctoring.models import RecordView
from app.proctoring.queries.reviews import had_any_part
from app.proctoring.rules.reviewing import STATEMENT_TIME
from app.proctoring.service import reviewing
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests import factories
from tests.exams.acts import do
from tests.exams.delivery_world import Candidate, attempt, changes, count
from tests.proctoring.ground import WHY, Ground, refusal
from tests.world import World

CLEAR = "The answer explains every fact"


@pytest.fixture
def ground(world: World) -> Ground:
    return Ground(world)


def subjects(world: World) -> list[str]:
    world.work()
    return [mail.subject for mail in world.box.mails]


def trains(world: World, trainer: UUID, who: Candidate) -> None:
    with world.write() as session:
        relate(
            session,
            trainer_id=trainer,
            learner_id=who.person_id,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now(),
        )


def queue(ground: Ground, reviewer: UUID) -> str:
    return str(ground.desk(reviewer).get("/en/reviews").text)


def code(ground: Ground, who: Candidate) -> str:
    return attempt(ground.world, who.attempt_id).code


def invalidate(ground: Ground, who: Candidate, officer: UUID, reason: str = WHY) -> object:
    assert who.attempt_id is not None
    with ground.world.write() as session:
        return releasing.invalidate(
            session,
            ground.world.clock,
            attempt_id=who.attempt_id,
            officer_id=officer,
            reason=reason,
            kept_out=had_any_part(officer),
        )


def test_cleared_by_the_first_reviewer_the_result_is_told_at_once(ground: Ground) -> None:
    who = ground.flagged()
    desk, here = ground.desk(ground.first), f"/en/reviews/{who.attempt_id}"
    assert code(ground, who) in queue(ground, ground.first)
    assert "second voice" not in desk.get(here).text, "the record opens when it is taken"
    assert desk.post(f"{here}/clearance", {"words": CLEAR}).status_code == HTTPStatus.CONFLICT
    assert desk.post(f"{here}/taking").status_code == HTTPStatus.SEE_OTHER
    page = desk.get(here).text
    assert "A second voice was heard twice" in page
    for hidden in ("Sample Testperson", "of 6 points", "You have passed"):
        assert hidden not in page
    assert desk.post(f"{here}/clearance", {"words": "short"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert desk.post(f"{here}/clearance", {"words": CLEAR}).status_code == HTTPStatus.SEE_OTHER
    row = attempt(ground.world, who.attempt_id)
    assert (row.review, row.result) == (Review.CLEARED, ResultState.RELEASED)
    assert "You have passed" in who.browser.get(f"{who.place}/result").text
    told = subjects(ground.world)
    assert "The review of your exam has ended: nothing counts against you" in told
    assert "The result of your exam is there" in told
    assert CLEAR in next(m.text for m in ground.world.box.mails if "nothing counts" in m.subject)


def test_rule_7_nobody_is_referred_before_they_answered_or_had_their_time(ground: Ground) -> None:
    who = ground.flagged()
    ground.does(reviewing.take, who, ground.first)
    with pytest.raises(StatementPending):
        ground.does(reviewing.refer, who, ground.first, words=WHY)
    with pytest.raises(StatementNotAsked):
        ground.answers(who)
    ground.does(reviewing.ask_statement, who, ground.first, words="What did you say aloud?")
    with pytest.raises(StepNotPossible):
        ground.does(reviewing.ask_statement, who, ground.first, words="And what else was it?")
    with pytest.raises(StatementPending):
        ground.does(reviewing.refer, who, ground.first, words=WHY)
    ground.world.clock.advance(STATEMENT_TIME + timedelta(seconds=1))
    ground.does(reviewing.refer, who, ground.first, words=WHY)
    assert ground.review(who) is Review.SECOND_REVIEW
    ground.answers(who, "I was ill and answer now")
    with pytest.raises(StatementNotAsked):
        ground.answers(who, "once more")
    assert "A reviewer of your exam asks for your answer" in subjects(ground.world)


def test_rule_1_the_finding_is_a_second_persons(ground: Ground) -> None:
    who = ground.referred()
    assert code(ground, who) not in queue(ground, ground.first)
    assert ground.desk(ground.first).get(f"/en/reviews/{who.attempt_id}").status_code == 404
    result = ground.does(reviewing.conclude, who, ground.first, finding=Review.IRREGULARITY, words=WHY)
    assert refusal(result) is SecondReviewerNeeded
    assert ground.review(who) is Review.SECOND_REVIEW
    assert count(ground.world, AuditEntry, AuditEntry.action == "conflict.refused") == 1
    assert code(ground, who) in queue(ground, ground.second)
    desk, here = ground.desk(ground.second), f"/en/reviews/{who.attempt_id}"
    assert "I read the question aloud" in desk.get(here).text
    assert desk.post(f"{here}/finding", {"words": WHY}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    done = desk.post(f"{here}/finding", {"words": WHY, "finding": "irregularity"})
    assert done.status_code == HTTPStatus.SEE_OTHER
    row = attempt(ground.world, who.attempt_id)
    assert (row.review, row.result) == (Review.IRREGULARITY, ResultState.WITHHELD)
    assert row.outcome is not None, "nobody has touched the score"
    assert "The review of your exam has ended: an irregularity was found" in subjects(ground.world)
    last = next(m.text for m in ground.world.box.mails if "irregularity" in m.subject)
    assert WHY in last
    assert "within 30 days" in last


def test_who_took_a_review_over_has_a_part_in_the_first_one(ground: Ground) -> None:
    who, third = ground.flagged(), factories.person(ground.world, "incident_reviewer")
    ground.does(reviewing.take, who, ground.first)
    with pytest.raises(ReviewTaken):
        ground.does(reviewing.clear, who, third, words=CLEAR)
    ground.does(reviewing.take_over, who, third)
    with pytest.raises(ReviewTaken):
        ground.does(reviewing.clear, who, ground.first, words=CLEAR)
    ground.does(reviewing.take_over, who, ground.first)
    ground.does(reviewing.ask_statement, who, ground.first, words="What did you say aloud?")
    ground.answers(who)
    ground.does(reviewing.refer, who, ground.first, words=WHY)
    assert code(ground, who) not in queue(ground, third)
    result = ground.does(reviewing.conclude, who, third, finding=Review.CLEARED, words=WHY)
    assert refusal(result) is SecondReviewerNeeded


@pytest.mark.parametrize("finding", [Review.CLEARED, Review.INCONCLUSIVE])
def test_inconclusive_counts_as_cleared(ground: Ground, finding: Review) -> None:
    who = ground.found(finding)
    row = attempt(ground.world, who.attempt_id)
    assert (row.review, row.result) == (finding, ResultState.RELEASED)
    assert any("has ended" in subject for subject in subjects(ground.world))
    with pytest.raises(NothingFound):
        invalidate(ground, who, ground.officer)


def test_rule_9_no_trainer_and_nobody_who_supervised_reviews(ground: Ground) -> None:
    who = ground.flagged()
    both = factories.person(ground.world, "incident_reviewer", "proctor", "exam_manager")
    ground.incident(who, actor=both)
    trainer = factories.person(ground.world, "incident_reviewer")
    trains(ground.world, trainer, who)
    own = factories.person(ground.world, "incident_reviewer")
    for person, refused in ((both, OwnSitting), (trainer, OwnTrainee), (ground.proctor, OwnSitting)):
        if person != ground.proctor:
            assert code(ground, who) not in queue(ground, person)
            desk = ground.desk(person)
            assert desk.get(f"/en/reviews/{who.attempt_id}").status_code == HTTPStatus.NOT_FOUND
            assert desk.post(f"/en/reviews/{who.attempt_id}/taking").status_code == HTTPStatus.CONFLICT
        assert refusal(ground.does(reviewing.take, who, person)) is refused
    assert ground.review(who) is Review.QUEUED
    assert count(ground.world, AuditEntry, AuditEntry.action == "conflict.refused") == 5
    assert code(ground, who) in queue(ground, own)


def test_nobody_reviews_their_own_exam(ground: Ground) -> None:
    who = ground.flagged()
    assert refusal(ground.does(reviewing.take, who, who.person_id)) is OwnTrainee


def test_a_result_is_invalidated_by_a_third_person_with_a_reason_the_candidate_reads(ground: Ground) -> None:
    who = ground.found(Review.IRREGULARITY)
    world = ground.world
    for reviewer in (ground.first, ground.second):
        assert refusal(invalidate(ground, who, reviewer)) is SecondReviewerNeeded
    with pytest.raises(ReasonMissing):
        invalidate(ground, who, ground.officer, " ")
    desk, here = ground.desk(ground.officer), f"/en/results/{who.attempt_id}"
    assert "Invalidate the result" in desk.get(here).text
    record = desk.get(f"{here}/record").text
    assert "I read the question aloud" in record
    assert "Hand it over" not in record
    assert desk.post(f"{here}/invalidation", {}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    before = attempt(world, who.attempt_id)
    assert desk.post(f"{here}/invalidation", {"invalid_reason": WHY}).status_code == HTTPStatus.SEE_OTHER
    row = attempt(world, who.attempt_id)
    assert row.result is ResultState.INVALIDATED
    assert (row.raw_score, row.outcome) == (before.raw_score, before.outcome)
    with pytest.raises(MoveNotAllowed):
        invalidate(ground, who, ground.officer)
    assert "The result of your exam was invalidated" in subjects(world)
    letter = next(m.text for m in world.box.mails if "invalidated" in m.subject)
    assert WHY in letter
    assert f"{who.place}/record" in letter
    assert WHY in who.browser.get(f"{who.place}/record").text


def test_a_told_result_can_be_invalidated_after_an_irregularity(ground: Ground) -> None:
    who = ground.candidate()
    ground.incident(who)
    ground.does(reviewing.take, who, ground.first)
    ground.does(reviewing.ask_statement, who, ground.first, words="What did you say aloud?")
    ground.answers(who)
    ground.does(reviewing.refer, who, ground.first, words=WHY)
    ground.does(reviewing.conclude, who, ground.second, finding=Review.IRREGULARITY, words=WHY)
    assert attempt(ground.world, who.attempt_id).result is ResultState.RELEASED
    desk = ground.desk(ground.officer)
    assert code(ground, who) in desk.get("/en/results").text
    page = desk.get(f"/en/results/{who.attempt_id}").text
    assert "Release the result" not in page
    assert invalidate(ground, who, ground.officer) is None
    assert attempt(ground.world, who.attempt_id).result is ResultState.INVALIDATED


def test_an_officer_may_release_in_spite_of_a_finding_with_a_reason(ground: Ground) -> None:
    who = ground.found(Review.IRREGULARITY)
    with ground.world.write() as session:
        releasing.release(
            session,
            ground.world.clock,
            attempt_id=who.attempt_id,
            officer_id=ground.officer,
            reason="Slight",
            kept_out=had_any_part(ground.officer),
        )
    assert attempt(ground.world, who.attempt_id).result is ResultState.RELEASED


def test_rule_10_every_look_at_a_record_is_written_down_with_its_purpose(ground: Ground) -> None:
    who = ground.flagged()
    here = f"/en/reviews/{who.attempt_id}"
    desk = ground.desk(ground.first)
    desk.get(here)
    assert count(ground.world, RecordView) == 0, "the record was not shown"
    desk.post(f"{here}/taking")
    desk.get(here)
    assert count(ground.world, RecordView) == 1
    assert count(ground.world, AuditEntry, AuditEntry.action == "record.viewed") == 1
    page = who.browser.get(f"{who.place}/record").text
    assert "the first review" in page
    assert "Sample Testperson" not in page.split("<main")[1].split("</main>")[0]


def test_after_the_window_a_cleared_result_waits_for_the_window_only(world: World) -> None:
    ground = Ground(world, release=ReleasePolicy.AFTER_WINDOW)
    who = ground.flagged()
    ground.does(reviewing.take, who, ground.first)
    ground.does(reviewing.clear, who, ground.first, words=CLEAR)
    assert attempt(world, who.attempt_id).result is ResultState.WITHHELD
    world.clock.advance(timedelta(hours=2))
    world.work()
    assert attempt(world, who.attempt_id).result is ResultState.RELEASED


def test_a_terminated_attempt_that_was_cleared_is_told_by_an_officer(ground: Ground) -> None:
    who = ground.candidate(ends=False)
    manager = factories.person(ground.world, "exam_manager", "incident_reviewer")
    do(ground.world, supervision.propose_termination, who.attempt_id, ground.proctor, reason=WHY)
    do(ground.world, supervision.confirm_termination, who.attempt_id, manager)
    assert refusal(ground.does(reviewing.take, who, manager)) is OwnSitting
    ground.does(reviewing.take, who, ground.first)
    ground.does(reviewing.clear, who, ground.first, words=CLEAR)
    row = attempt(ground.world, who.attempt_id)
    assert (row.review, row.result) == (Review.CLEARED, ResultState.WITHHELD)
    assert changes(ground.world, who.attempt_id)[-1] == ("review", "in_review", "cleared")
