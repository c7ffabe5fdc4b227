"""The execution survives kill -9 in its middle: every person once, nobody twice, nobody left out."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from app.appeals import jobs
from app.appeals.models.rescoring import CertificateReview, RescoreStep
from app.appeals.rules.rescoring import Effect, PlanState, Policy
from app.appeals.service import certificates, execution
from app.certificates.models import Certificate, CertificationCase
from app.certificates.queries.decisions import figures_of
from app.certificates.rules.states import Status, Verdict
from app.certificates.service import decisions
from app.exams.models.rescoring import AttemptScoring, ScoringOverride
from app.exams.rules.states import Outcome
from app.kernel.errors import NotFound
from app.platform.models import Job
from app.platform.outbox import LEASE
from app.platform.settings import ROOT
from tests import factories
from tests.appeals.world import (
    WRONG,
    chain,
    decide,
    exam_of,
    item_at,
    lines,
    officer,
    plan,
    planned,
    sat,
    steps,
)
from tests.certificates.cases import case_of
from tests.exams.acts import refusal
from tests.exams.delivery_world import Candidate, attempt, count
from tests.world import World

KILLED = """
import os, signal, sys
from datetime import datetime
from sqlalchemy import event
from app.appeals import jobs
from app.kernel.clock import FixedClock
from app.platform.settings import Settings
from app.worker import make_context, run_due
from app.platform.database import make_engine

url, var, at, after = sys.argv[1:]
jobs.BATCH = 2
settings = Settings(database_url=url, var_dir=var, worker="separate")
engine, changed = make_engine(settings.database), 0

@event.listens_for(engine, "before_cursor_execute")
def _count(connection, cursor, statement, *rest):
    global changed
    if statement.startswith("INSERT INTO rescore_step"):
        changed += 1
        if changed > int(after):
            os.kill(os.getpid(), signal.SIGKILL)

class Nobody:
    def send(self, mail):
        pass

run_due(make_context(engine, FixedClock(datetime.fromisoformat(at)), settings, mail=Nobody()))
"""


def worker_killed(world: World, *, after: int, folder: Path) -> int:
    """A worker process that is killed in the transaction of the step after so many; its exit code."""
    command = [sys.executable, "-c", KILLED, world.settings.database_url, str(folder)]
    command += [world.clock.now().isoformat(), str(after)]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CEASAI_")}
    return subprocess.run(command, cwd=ROOT, env=kept, check=False, timeout=120).returncode


def test_kill_minus_nine_in_the_middle_leaves_a_whole_world_and_the_next_worker_goes_on(
    world: World, tmp_path: Path
) -> None:
    exam = exam_of(world)
    people = [sat(world, exam, WRONG, 3) for _ in range(5)]
    spared = sat(world, exam, "a", 3)
    made = planned(world, item_at(people[0]))
    assert decide(world, made) is PlanState.APPROVED
    assert worker_killed(world, after=3, folder=tmp_path) == -signal.SIGKILL
    assert plan(world, made).state is PlanState.EXECUTING
    assert count(world, RescoreStep) == 2, "the batch that was under way is not there, in no part"
    assert count(world, AttemptScoring) == sum(one == "applied" for one in steps(world, made).values())
    for who in people:
        row = attempt(world, who.attempt_id)
        done = who.attempt_id in steps(world, made)
        assert (row.raw_score, row.outcome is Outcome.PASSED) == ((4, True) if done else (3, False))
        assert chain(world, who.attempt_id)[-1].to_state == ("reissued" if done else "released")
    world.clock.advance(LEASE + timedelta(seconds=1))
    world.work()
    assert plan(world, made).state is PlanState.EXECUTED
    found = steps(world, made)
    assert found.pop(spared.attempt_id) == "protected"
    assert set(found.values()) == {"applied"}
    assert len(found) == 5
    assert count(world, ScoringOverride) == 1
    for who in people:
        assert attempt(world, who.attempt_id).raw_score == 4
        assert [one.to_state for one in chain(world, who.attempt_id)].count("reissued") == 1
    assert count(world, Job, Job.kind == execution.CORRECTED_MAIL) == 5


def test_the_same_job_twice_does_nothing_twice(world: World) -> None:
    who = sat(world, exam_of(world), WRONG, 3)
    made = planned(world, item_at(who))
    jobs.execute(world.context, {"plan_id": str(made)})
    assert count(world, ScoringOverride) == 0, "not decided"
    decide(world, made)
    for _ in range(3):
        jobs.execute(world.context, {"plan_id": str(made)})
        jobs.compute(world.context, {"plan_id": str(made)})
    assert count(world, AttemptScoring) == count(world, ScoringOverride) == 1
    assert [one.to_state for one in chain(world, who.attempt_id)].count("reissued") == 1
    with world.write() as session:
        execution.carry_out(session, world.clock, plan_id=made, attempt_ids=[who.attempt_id])
    assert count(world, AttemptScoring) == 1


def certified(world: World, who: Candidate, by: object) -> str:
    """Certification is granted on the attempt and the certificate made; its number."""
    world.work()
    assert who.attempt_id is not None
    case_id = case_of(world, who.attempt_id)
    assert case_id is not None
    proctor = factories.person(world, "proctor")
    with world.write() as session:
        row = session.get_one(CertificationCase, case_id)
        row.name_cyrillic, row.mark_version = "Үлгіұлы Сынақ", "1"
        row.identity_by, row.identity_at = proctor, world.clock.now()
        row.names_confirmed_at = world.clock.now()
        session.flush()
        decisions.decide(
            session,
            world.clock,
            officer_id=by,
            case_id=case_id,
            wish=Verdict.GRANTED,
            reason=None,
            seen=figures_of(row),
        )
    world.work()
    with world.read() as session:
        return session.exec(select(Certificate.number).where(Certificate.case_id == case_id)).one()


def certificate(world: World, number: str) -> Certificate:
    with world.read() as session:
        row = session.exec(select(Certificate).where(Certificate.number == number)).one()
        session.expunge(row)
        return row


@pytest.mark.parametrize("policy", list(Policy))
def test_a_certificate_is_never_changed_by_a_re_score(world: World, policy: Policy) -> None:
    exam, by = exam_of(world), officer(world)
    who = sat(world, exam, "a", 3)
    number = certified(world, who, by)
    before = certificate(world, number)
    made = planned(world, item_at(who))
    line = lines(world, made)[who.attempt_id]
    assert (line.effect, line.certificate) == (Effect.AT_RISK, number)
    decide(world, made, policy=policy)
    world.work()
    after = certificate(world, number)
    assert (after.status, after.jwt, after.payload) == (Status.ACTIVE, before.jwt, before.payload)
    desk = world.browser(by)
    page = desk.get("/en/rescores/certificates").text
    if policy is Policy.PROTECT:
        assert count(world, CertificateReview) == 0
        assert number not in page
        return
    assert number in page
    with world.read() as session:
        review = session.exec(select(CertificateReview)).one().id
    assert desk.post(f"/en/rescores/certificates/{review}", {"note": ""}).status_code == 422
    reply = desk.post(f"/en/rescores/certificates/{review}", {"note": "Revoked on its page"})
    assert reply.status_code == 303
    assert desk.post(f"/en/rescores/certificates/{review}", {"note": "again"}).status_code == 404
    assert "Revoked on its page" in desk.get("/en/rescores/certificates").text


def test_an_officer_does_not_close_the_case_of_their_trainee(world: World) -> None:
    exam, by = exam_of(world), officer(world)
    who = sat(world, exam, "a", 3)
    certified(world, who, by)
    decide(world, planned(world, item_at(who)), policy=Policy.APPLY)
    world.work()
    with world.read() as session:
        review = session.exec(select(CertificateReview)).one().id
    with world.write() as session:
        result = certificates.close(
            session, world.clock, officer_id=who.person_id, review_id=review, note="mine"
        )
    assert refusal(result).__name__ == "OwnTraineeTouched"
    with world.write() as session, pytest.raises(NotFound):
        certificates.close(
            session, world.clock, officer_id=by, review_id=factories.person(world), note="none"
        )


def test_a_score_that_changes_and_still_passes_leaves_the_certificate_as_it_is(world: World) -> None:
    exam, by = exam_of(world), officer(world)
    who = sat(world, exam, WRONG, 4)
    number = certified(world, who, by)
    made = planned(world, item_at(who))
    assert lines(world, made)[who.attempt_id].effect is Effect.CERTIFICATE_STAYS
    decide(world, made)
    world.work()
    assert attempt(world, who.attempt_id).raw_score == 5
    assert certificate(world, number).status is Status.ACTIVE
    assert count(world, CertificateReview) == 0
