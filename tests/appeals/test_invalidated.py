"""A certificate whose result is invalidated later is put before an officer, and nothing changes it by itself."""

from datetime import timedelta

from sqlmodel import select

from app.appeals.jobs import look_at_certificate
from app.appeals.models.rescoring import CertificateReview
from app.certificates.rules.states import Status
from app.exams.models.attempts import Attempt
from app.exams.rules.states import Review
from app.exams.service import releasing
from app.proctoring.queries.reviews import had_any_part
from tests.appeals.test_appeals import decided, files, the_appeal
from tests.appeals.test_execution import certificate, certified
from tests.appeals.world import exam_of, officer, sat
from tests.exams.delivery_world import Candidate, count
from tests.world import World


def invalidate(world: World, who: Candidate) -> None:
    by = officer(world)
    assert who.attempt_id is not None
    with world.write() as session:
        session.get_one(Attempt, who.attempt_id).review = Review.IRREGULARITY
    with world.write() as session:
        done = releasing.invalidate(
            session,
            world.clock,
            attempt_id=who.attempt_id,
            officer_id=by,
            reason="Somebody else answered",
            kept_out=had_any_part(by),
        )
        assert done is None
    world.work()


def test_the_certificate_of_an_invalidated_result_is_looked_at_once_and_stays_as_it_is(world: World) -> None:
    by = officer(world)
    who = sat(world, exam_of(world), "a", 3)
    number = certified(world, who, by)
    before = certificate(world, number)
    desk = world.browser(by)
    assert number not in desk.get("/en/rescores/certificates").text
    invalidate(world, who)
    look_at_certificate(world.context, {"attempt_id": str(who.attempt_id)})  # the job once more
    assert count(world, CertificateReview) == 1
    after = certificate(world, number)
    assert (after.status, after.jwt) == (Status.ACTIVE, before.jwt)
    page = desk.get("/en/rescores/certificates").text
    assert number in page
    assert "Result invalidated" in page
    assert "/en/rescores/certificates" in desk.get("/en/decisions").text
    with world.read() as session:
        review = session.exec(select(CertificateReview)).one().id
    sent = {"note": "Revoked on its page"}
    assert desk.post(f"/en/rescores/certificates/{review}", sent).status_code == 303
    assert "Revoked on its page" in desk.get("/en/rescores/certificates").text


def test_a_result_on_which_no_certificate_rests_is_put_before_nobody(world: World) -> None:
    who = sat(world, exam_of(world), "a", 3)
    invalidate(world, who)
    assert count(world, CertificateReview) == 0


def test_nothing_is_opened_while_the_result_stands(world: World) -> None:
    by = officer(world)
    who = sat(world, exam_of(world), "a", 3)
    certified(world, who, by)
    look_at_certificate(world.context, {"attempt_id": str(who.attempt_id)})
    assert count(world, CertificateReview) == 0


def test_an_officer_is_told_when_an_appeal_restored_the_result(world: World) -> None:
    by = officer(world)
    who = sat(world, exam_of(world), "a", 3)
    certified(world, who, by)
    invalidate(world, who)
    says = "The result stands again"
    assert says not in world.browser(by).get("/en/rescores/certificates").text
    world.clock.advance(timedelta(minutes=1))
    assert files(who).status_code == 303
    decided(world, the_appeal(world), "uphold", "uphold")
    page = world.browser(by).get("/en/rescores/certificates").text
    assert says in page
    assert "Write down the decision" in page, "a person closes it"
