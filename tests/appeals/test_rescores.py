"""Rule 21: a dry run first, then a recorded decision by somebody else, then exactly the plan that was shown."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.appeals.errors import (
    KeyUnfit,
    OwnTraineeTouched,
    PlanMoved,
    PlanOpen,
    PlanOutdated,
    SecondPersonNeeded,
)
from app.appeals.models.rescoring import CertificateReview, RescoreLine
from app.appeals.rules.rescoring import Change, Effect, PlanState, Policy
from app.appeals.service import dry_run, execution
from app.certificates.models import CertificationCase
from app.cli.attempts import compare
from app.exams.models.rescoring import AttemptScoring, ScoringOverride
from app.exams.rules.overriding import OverrideKind
from app.exams.rules.states import Outcome, ReleasePolicy, ResultState
from app.exams.service import extra_time
from app.kernel.errors import NotFound
from app.platform.models import AuditEntry, Job
from app.programmes.models import TrainingRelation
from app.programmes.rules import TrainingBasis
from tests import factories
from tests.appeals.world import (
    REASON,
    WRONG,
    begun,
    chain,
    decide,
    exam_of,
    item_at,
    lines,
    officer,
    plan,
    planned,
    propose,
    reviewer,
    sat,
    steps,
)
from tests.exams.acts import do, refusal
from tests.exams.delivery_world import Candidate, attempt, count
from tests.world import World


def score(world: World, who: Candidate) -> tuple[Any, ...]:
    row = attempt(world, who.attempt_id)
    return row.raw_score, row.max_points, row.cut_score, row.outcome


def corrected(world: World, subject: str = "The result of your exam was corrected") -> list[str]:
    """Who got a letter about a corrected result, by address."""
    return [mail.to for mail in world.box.mails if mail.subject == subject]


def recomputes(world: World, *people: Candidate) -> bool:
    """Whether every score is what the log of answers gives, by the rules it rests on."""
    with world.read() as session:
        return all(compare(session, str(who.attempt_id))["same"] for who in people)


def test_rule_21_the_dry_run_names_everybody_touched_and_changes_nothing(world: World) -> None:
    exam = exam_of(world)
    gains, stays = sat(world, exam, WRONG, 3), sat(world, exam, WRONG, 4)
    loses, lower = sat(world, exam, "a", 3), sat(world, exam, "a", 4)
    same, running = sat(world, exam, "d", 4), begun(world, exam)
    before = [score(world, who) for who in (gains, stays, loses, lower, same)]
    made = planned(world, item_at(gains))
    found = lines(world, made)
    assert {
        one: found[who.attempt_id].change for one, who in enumerate((gains, stays, loses, lower, running))
    } == {
        0: Change.GAINS_PASS,
        1: Change.BETTER,
        2: Change.LOSES_PASS,
        3: Change.WORSE,
        4: Change.LATER,
    }
    assert same.attempt_id not in found
    row = found[gains.attempt_id]
    assert (row.raw_before, row.passed_before, row.raw_after, row.passed_after) == (3, False, 4, True)
    assert row.effect is Effect.ENTERS_QUEUE
    assert found[loses.attempt_id].effect is Effect.CASE_LAPSES, "it waits for an officer's decision"
    shown = plan(world, made)
    assert (shown.scored, shown.unchanged) == (5, 1)
    assert [score(world, who) for who in (gains, stays, loses, lower, same)] == before
    assert count(world, ScoringOverride) == count(world, AttemptScoring) == 0


def test_rule_21_an_approved_plan_is_carried_out_and_nobody_loses(world: World) -> None:
    exam = exam_of(world)
    gains = sat(world, exam, WRONG, 3, locale="kk")
    loses, same = sat(world, exam, "a", 3), sat(world, exam, "d", 4)
    world.work()
    made = planned(world, item_at(gains))
    by = officer(world)
    assert decide(world, made, by=by) is PlanState.APPROVED
    assert score(world, gains)[0] == 3, "the worker carries it out"
    world.work()
    assert plan(world, made).state is PlanState.EXECUTED
    assert score(world, gains) == (4, 6, 4, Outcome.PASSED)
    assert score(world, loses) == (4, 6, 4, Outcome.PASSED), "spared"
    assert score(world, same) == (4, 6, 4, Outcome.PASSED)
    assert steps(world, made) == {gains.attempt_id: "applied", loses.attempt_id: "protected"}
    last = chain(world, gains.attempt_id)[-1]
    assert (last.to_state, last.actor_id, last.reason) == ("reissued", by, REASON)
    assert chain(world, loses.attempt_id)[-1].to_state == "released"
    with world.read() as session:
        kept = session.exec(select(AttemptScoring)).one()
        assert (kept.raw_before, kept.passed_before, kept.raw_after, kept.passed_after) == (3, False, 4, True)
        assert kept.officer_id == by
    assert count(world, CertificationCase, CertificationCase.attempt_id == gains.attempt_id) == 1
    (letter,) = [mail for mail in world.box.mails if f"attempts/{gains.attempt_id}/result" in mail.text]
    assert (letter.language, "/kk/exams/" in letter.text) == ("kk", True)
    assert corrected(world) == [], "nobody whose language is English was touched"
    assert count(world, AuditEntry, AuditEntry.action == "attempt.rescored") == 1
    assert recomputes(world, gains, loses, same)


def test_a_protected_person_keeps_their_result_when_a_second_correction_comes(world: World) -> None:
    exam = exam_of(world)
    spared, other = sat(world, exam, "a", 2), sat(world, exam, WRONG, 3)
    decide(world, planned(world, item_at(spared)))
    world.work()
    assert score(world, spared)[0] == 3
    second = planned(world, item_at(spared, 5), kind=OverrideKind.EVERYBODY)
    assert lines(world, second)[spared.attempt_id].change is Change.GAINS_PASS
    decide(world, second)
    world.work()
    assert score(world, spared)[:2] == (4, 6)
    assert score(world, other)[:2] == (5, 6)
    assert recomputes(world, spared, other)


def test_a_withdrawn_item_leaves_the_possible_points_and_the_cut_falls_with_it(world: World) -> None:
    exam = exam_of(world)
    short, enough = sat(world, exam, "d", 3), sat(world, exam, "a", 3)
    made = planned(world, item_at(short), kind=OverrideKind.WITHDRAWN)
    decide(world, made)
    world.work()
    assert score(world, short) == (3, 5, 3, Outcome.PASSED)
    assert score(world, enough) == (3, 5, 3, Outcome.PASSED)
    assert attempt(world, short.attempt_id).domain_points == {"D1": [2, 2], "D2": [1, 3]}
    again = planned(world, item_at(short, 2), kind=OverrideKind.WITHDRAWN)
    decide(world, again)
    world.work()
    assert score(world, short)[1:3] == (4, 2), "from the cut that the start fixed: 4 of 6, and not 3 of 5"
    assert recomputes(world, short, enough)


def test_what_is_handed_in_after_the_decision_is_scored_by_the_correction(world: World) -> None:
    exam = exam_of(world)
    done, running = sat(world, exam, WRONG, 3), begun(world, exam)
    decide(world, planned(world, item_at(done)))
    world.work()
    running.save(1, WRONG)
    for place in (2, 3, 4):
        running.save(place, "a")
    running.hand_in()
    assert score(world, running) == (4, 6, 4, Outcome.PASSED)
    with world.read() as session:
        rows = session.exec(
            select(AttemptScoring).where(AttemptScoring.attempt_id == running.attempt_id)
        ).all()
        assert [(row.source_id, row.raw_before, len(row.overrides)) for row in rows] == [(None, None, 1)]
    assert recomputes(world, done, running)


def test_the_plan_is_refused_when_somebody_has_handed_in_since(world: World) -> None:
    exam = exam_of(world)
    done, running = sat(world, exam, WRONG, 3), begun(world, exam)
    made = planned(world, item_at(done))
    running.hand_in()
    assert refusal(decide(world, made)) is PlanOutdated
    assert plan(world, made).state is PlanState.OUTDATED
    world.work()
    assert score(world, done)[0] == 3
    with world.write() as session:
        again = dry_run.propose_again(session, world.clock, person_id=reviewer(world), plan_id=made)
    world.work()
    assert decide(world, again) is PlanState.APPROVED
    world.work()
    assert plan(world, again).state is PlanState.EXECUTED


def test_the_worker_looks_once_more_before_it_begins(world: World) -> None:
    exam = exam_of(world)
    done, running = sat(world, exam, WRONG, 3), begun(world, exam)
    made = planned(world, item_at(done))
    assert decide(world, made) is PlanState.APPROVED
    running.hand_in()
    world.work()
    assert plan(world, made).state is PlanState.OUTDATED
    assert score(world, done)[0] == 3
    assert count(world, ScoringOverride) == 0


def test_a_withheld_result_is_scored_again_in_silence_and_its_history_shows_it(world: World) -> None:
    exam = exam_of(world, release=ReleasePolicy.AFTER_REVIEW)
    who = sat(world, exam, WRONG, 3)
    by = officer(world)
    decide(world, planned(world, item_at(who)), by=by)
    world.work()
    row = attempt(world, who.attempt_id)
    assert (row.raw_score, row.outcome, row.result) == (4, Outcome.PASSED, ResultState.WITHHELD)
    last = chain(world, who.attempt_id)[-1]
    assert (last.from_state, last.to_state, last.actor_id) == ("scored", "scored", by)
    assert corrected(world) == []
    assert count(world, Job, Job.kind == "result.released") == 0


def test_nobody_decides_their_own_plan_and_nobody_decides_twice(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 3)
    both = factories.person(world, "item_reviewer", "certification_officer")
    made = planned(world, item_at(who), by=both)
    with pytest.raises(SecondPersonNeeded):
        decide(world, made, by=both)
    assert refusal(decide(world, made, seen="0" * 64)) is PlanOutdated
    assert plan(world, made).state is PlanState.READY, "another page was shown; the plan stands"
    assert decide(world, made, approved=False) is PlanState.REJECTED
    with pytest.raises(PlanMoved):
        decide(world, made)
    world.work()
    assert score(world, who)[0] == 3


def test_an_officer_who_trained_somebody_touched_neither_sees_nor_decides(world: World) -> None:
    who, by = sat(world, exam_of(world), WRONG, 3), officer(world)
    made = planned(world, item_at(who))
    desk = world.browser(by)
    assert desk.get(f"/en/rescores/{made}").status_code == 200
    with world.write() as session:
        now = world.clock.now()
        session.add(
            TrainingRelation(
                trainer_id=by,
                learner_id=who.person_id,
                basis=TrainingBasis.MENTOR,
                since=now - timedelta(days=400),
                until=now - timedelta(days=300),
                source="",
            )
        )
    assert refusal(decide(world, made, by=by)) is OwnTraineeTouched
    assert count(world, AuditEntry, AuditEntry.action == "conflict.refused") == 1
    assert desk.get(f"/en/rescores/{made}").status_code == 404
    assert str(made) not in desk.get("/en/rescores").text


def test_of_one_item_there_is_one_open_plan_and_its_key_fits(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 3)
    planned(world, item_at(who))
    with pytest.raises(PlanOpen):
        propose(world, item_at(who))
    for keys in (["a"], ["z"], []):
        with pytest.raises(KeyUnfit):
            propose(world, item_at(who, 2), keys=keys)
    with pytest.raises(NotFound):
        propose(world, who.person_id)


def test_under_the_other_policy_a_pass_is_lost_and_no_certificate_changes_by_itself(world: World) -> None:
    loses = sat(world, exam_of(world), "a", 3)
    world.work()
    with world.write() as session:
        row = session.exec(select(CertificationCase)).one()
        assert (row.raw_score, row.decided_at) == (4, None)
    made = planned(world, item_at(loses))
    decide(world, made, policy=Policy.APPLY)
    world.work()
    assert score(world, loses) == (3, 6, 4, Outcome.FAILED)
    assert len(corrected(world)) == 1
    with world.read() as session:
        assert session.exec(select(CertificationCase)).one().raw_score == 3, (
            "the officer reads the score as it is"
        )
    assert count(world, CertificateReview) == 0, "there was no certificate"
    assert recomputes(world, loses)


def test_an_attempt_that_was_opened_again_meanwhile_is_left_to_its_own_end(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 2)
    made = planned(world, item_at(who))
    assert decide(world, made) is PlanState.APPROVED
    with world.write() as session:
        assert execution.begin(session, world.clock, plan_id=made)
    manager = factories.person(world, "exam_manager")
    do(
        world,
        extra_time.grant,
        who.attempt_id,
        manager,
        reason="The power failed",
        extra=extra_time.Extra("grant-01", minutes=20),
    )
    world.work()
    assert steps(world, made) == {who.attempt_id: "left"}
    who.hand_in()
    assert score(world, who)[0] == 3, "closed by the correction"
    assert recomputes(world, who)


def test_an_attempt_that_was_opened_and_closed_again_meanwhile_keeps_what_it_was_closed_with(
    world: World,
) -> None:
    who = sat(world, exam_of(world), WRONG, 2)
    made = planned(world, item_at(who))
    decide(world, made)
    with world.write() as session:
        assert execution.begin(session, world.clock, plan_id=made)
    do(
        world,
        extra_time.grant,
        who.attempt_id,
        factories.person(world, "exam_manager"),
        reason="The power failed",
        extra=extra_time.Extra("grant-01", minutes=20),
    )
    assert who.save(4, "a").status_code == 200
    who.hand_in()
    assert score(world, who)[0] == 4
    world.work()
    assert steps(world, made) == {who.attempt_id: "left"}
    assert score(world, who)[0] == 4, "not the 3 of the plan"
    assert recomputes(world, who)


def test_a_log_that_does_not_give_the_stored_score_is_shown_and_left(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 3)
    with world.write() as session:
        session.get_one(type(attempt(world, who.attempt_id)), who.attempt_id).raw_score = 2
    made = planned(world, item_at(who))
    assert lines(world, made)[who.attempt_id].change is Change.INCONSISTENT
    decide(world, made)
    world.work()
    assert (score(world, who)[0], steps(world, made)) == (2, {who.attempt_id: "left"})
    assert count(world, RescoreLine) == 1
