"""Telling an outcome, what the candidate reads, and what a certification case makes of it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from app.accounts.rules import Role
from app.capstone.errors import NotSettled, RaterNeeded, RatingOfTrainee
from app.capstone.queries.rating import list_settled
from app.certificates.errors import CaseIncomplete, OwnRating
from app.certificates.models import CertificationCase
from app.certificates.queries.decisions import Tab, get_case, list_cases, record_of
from app.certificates.rules.deciding import missing
from app.certificates.rules.states import Requirement, Verdict
from app.certificates.service import decisions
from app.exams.models.rating import AnswerRating, WrittenAnswer
from app.programmes.models import Cohort, CohortMember, Programme
from app.programmes.service import ensure_programmes
from app.question_banks.models import ItemVersion
from tests import factories
from tests.capstone.ground import COMMENT, Ground, refusal
from tests.certificates.cases import seen
from tests.exams.delivery_world import Candidate, make_attempt
from tests.proctoring.ground import Ground as ExamGround
from tests.world import World


def waiting(ground: Ground) -> list[UUID]:
    with ground.world.read() as session:
        listed = list_settled(session, ground.officer, at=ground.world.clock.now(), page=1)
    return [one.id for one in listed.rows]


def settled(ground: Ground, level: int = 3) -> UUID:
    work = ground.handed_in()
    ground.rates(work, 0, level)
    ground.rates(work, 1, level)
    return work


def test_nothing_is_told_before_the_raters_have_finished_nor_twice(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    ground.rates(work, 0)
    assert waiting(ground) == []
    with pytest.raises(NotSettled):
        ground.tells(work)
    ground.rates(work, 1)
    assert waiting(ground) == [work]
    assert ground.tells(work) is None
    assert waiting(ground) == []
    with pytest.raises(NotSettled):
        ground.tells(work)


def test_the_candidate_reads_nothing_before_it_is_told_and_everything_after(world: World) -> None:
    ground = Ground(world)
    work = settled(ground)
    desk = ground.desk()
    before = desk.get("/en/capstone").text
    assert COMMENT not in before
    assert "24 of 32" not in before
    officer = ground.desk(ground.officer)
    assert COMMENT in officer.get(f"/en/capstones/{work}").text
    reply = officer.post(f"/en/capstones/{work}/telling", {"words": "Well argued throughout"})
    assert reply.headers["location"] == "/en/capstones?done=told"
    after = desk.get("/en/capstone").text
    assert "24 of 32 points" in after
    assert "Well argued throughout" in after
    assert after.count(COMMENT) == 16
    assert "Sample Testperson" not in after.split("<main")[1]
    world.work()
    letters = [mail for mail in world.box.mails if mail.subject == "The outcome of your capstone"]
    assert len(letters) == 1
    assert "/en/capstone" in letters[0].text
    assert "24" not in letters[0].text


def test_a_trainer_and_a_rater_do_not_tell(world: World) -> None:
    ground = Ground(world)
    work = settled(ground)
    rater = ground.raters[0]
    assert refusal(ground.tells(work, rater)) is RaterNeeded
    ground.trains(ground.officer)
    assert waiting(ground) == []
    assert ground.desk(ground.officer).get(f"/en/capstones/{work}").status_code == 404
    assert refusal(ground.tells(work)) is RatingOfTrainee
    assert ground.desk(ground.officer).post(f"/en/capstones/{work}/telling").status_code == 409
    with world.read() as session:
        noted = session.execute(
            text("SELECT count(*) FROM audit_entry WHERE action = 'conflict.refused'")
        ).scalar_one()
    assert noted == 3


def test_no_name_is_read_before_the_outcome_is_told(world: World) -> None:
    ground = Ground(world)
    ground.person = factories.person(world, name_latin="Zyxwname Own", name_cyrillic="Зухнейм Ал")
    work = settled(ground)
    desk = ground.desk(ground.officer)
    before = desk.get(f"/en/capstones/{work}").text
    assert ground.work(work).code in before
    assert "Zyxwname" not in before
    ground.tells(work)
    assert "Zyxwname" in desk.get(f"/en/capstones/{work}").text


def test_who_rated_an_answer_of_the_exam_does_not_decide_the_certification(world: World) -> None:
    exam, ground = ExamGround(world), Ground(world)
    sits(exam, ground.person)
    case, both = case_of(world, ground.person), ground.raters[0]
    ground.grants(both, Role.CERTIFICATION_OFFICER)
    assert case in [one.case_id for tab in (Tab.MISSING, Tab.READY) for one in queued(world, both, tab)]
    shown, now = seen(world, case), world.clock.now()
    with world.write() as session:
        attempt_id = session.get_one(CertificationCase, case).attempt_id
        answer = WrittenAnswer(
            code="AAAA-AAAA",
            attempt_id=attempt_id,
            position=1,
            item_version_id=session.scalars(select(col(ItemVersion.id)).limit(1)).one(),
            most=4,
            waits_since=now,
        )
        session.add(answer)
        session.flush()
        session.add(
            AnswerRating(answer_id=answer.id, rater_id=both, levels={"1": 1}, comment="A", points=1, at=now)
        )
    assert [*queued(world, both, Tab.MISSING), *queued(world, both, Tab.READY)] == []
    with world.write() as session:
        found = decisions.decide(
            session,
            world.clock,
            officer_id=both,
            case_id=case,
            wish=Verdict.REFUSED,
            reason="A reason of a rater",
            seen=shown,
        )
    assert refusal(found) is OwnRating


def test_who_rated_a_capstone_does_not_decide_the_certification(world: World) -> None:
    exam, ground = ExamGround(world), Ground(world)
    in_programme(world, ground.person, "kz-1000")
    sits(exam, ground.person)
    case = case_of(world, ground.person)
    ground.told(3)
    both = ground.raters[0]
    ground.grants(both, Role.CERTIFICATION_OFFICER)
    every = [*queued(world, both, Tab.MISSING), *queued(world, both, Tab.READY)]
    assert every == []
    assert ground.desk(both).get(f"/en/decisions/{case}").status_code == 404
    shown = seen(world, case)
    with world.write() as session:
        found = decisions.decide(
            session,
            world.clock,
            officer_id=both,
            case_id=case,
            wish=Verdict.REFUSED,
            reason="A reason of a rater",
            seen=shown,
        )
    assert refusal(found) is OwnRating
    with world.read() as session:
        noted = session.execute(
            text("SELECT count(*) FROM audit_entry WHERE action = 'certificates.decision_refused'")
        ).scalar_one()
    assert noted == 1
    assert queued(world, ground.officer, Tab.MISSING) + queued(world, ground.officer, Tab.READY)


def test_an_officer_opens_files_once_the_ratings_have_settled(world: World) -> None:
    ground = Ground(world)
    work = ground.handed_in()
    address = f"/en/capstones/{work}/files/{ground.work(work).files[0].id}"
    desk = ground.desk(ground.officer)
    assert desk.get(address).status_code == 404
    ground.rates(work, 0)
    ground.rates(work, 1)
    reply = desk.get(address)
    assert reply.status_code == 200
    assert reply.headers["content-disposition"].startswith("attachment;")


def in_programme(world: World, person: UUID, slug: str) -> None:
    with world.write() as session:
        ensure_programmes(session)
        programme_id = session.scalars(select(col(Programme.id)).where(col(Programme.slug) == slug)).one()
        cohort = Cohort(
            programme_id=programme_id,
            name="Sample",
            locale="kk",
            starts_on=date(2026, 9, 1),
            ends_on=date(2027, 2, 1),
            target=10,
            created_at=world.clock.now(),
        )
        session.add(cohort)
        session.flush()
        session.add(CohortMember(cohort_id=cohort.id, person_id=person, joined_at=world.clock.now()))


def case_of(world: World, person: UUID) -> UUID:
    """A released and passed exam of the person, with the names confirmed; the case."""
    world.work()
    with world.write() as session:
        wanted = select(col(CertificationCase.id)).where(col(CertificationCase.person_id) == person)
        case = session.scalars(wanted).one()
        decisions.confirm_names(session, world.clock, person_id=person, case_id=case)
    return case


def lacking(world: World, case: UUID) -> tuple[Requirement, ...]:
    with world.read() as session:
        return missing(record_of(session, case))


def queued(world: World, officer: UUID, tab: Tab) -> list[Any]:
    with world.read() as session:
        return list_cases(session, officer, tab, at=world.clock.now())


@pytest.mark.parametrize("slug", ["kz-1000", "global-500250", None])
def test_a_case_needs_the_capstone_where_the_programme_asks_for_it(world: World, slug: str | None) -> None:
    exam = ExamGround(world)
    person = factories.person(world, "candidate")
    if slug:
        in_programme(world, person, slug)
    sits(exam, person)
    case = case_of(world, person)
    asked = slug == "kz-1000"
    assert (Requirement.CAPSTONE in lacking(world, case)) is asked
    with world.read() as session:
        facts = get_case(session, exam.officer, case, at=world.clock.now())
    assert facts.capstone_required is asked


def sits(exam: ExamGround, person: UUID) -> None:
    who = Candidate(exam.world, person, make_attempt(exam.world, exam.exam, person, sitting_id=exam.sitting))
    who.start()
    for place in range(1, 5):
        who.save(place, "a")
    who.hand_in()


def test_a_failed_capstone_is_in_the_way_and_a_passed_one_that_was_told_is_not(world: World) -> None:
    exam, ground = ExamGround(world), Ground(world)
    in_programme(world, ground.person, "kz-1000")
    sits(exam, ground.person)
    case = case_of(world, ground.person)
    ground.told(1)
    assert Requirement.CAPSTONE in lacking(world, case)
    desk = ground.desk(ground.officer)
    assert "Capstone not passed" in desk.get(f"/en/decisions/{case}").text
    assert "A passed capstone" in desk.get("/en/decisions?tab=missing").text
    assert "Your programme also asks for the capstone" in ground.desk().get("/en/certificates").text
    shown = seen(world, case)
    with pytest.raises(CaseIncomplete), world.write() as session:
        decisions.decide(
            session,
            world.clock,
            officer_id=ground.officer,
            case_id=case,
            wish=Verdict.GRANTED,
            reason=None,
            seen=shown,
        )
    work = ground.begun()
    ground.hands_in(work)
    ground.rates(work, 2)
    ground.rates(work, 3)
    assert Requirement.CAPSTONE in lacking(world, case), "settled, and told to nobody"
    [line] = queued(world, ground.officer, Tab.MISSING)
    assert Requirement.CAPSTONE in line.lacking
    ground.tells(work)
    assert Requirement.CAPSTONE not in lacking(world, case)
    lines = queued(world, ground.officer, Tab.MISSING) + queued(world, ground.officer, Tab.READY)
    assert [Requirement.CAPSTONE in line.lacking for line in lines] == [False]
    assert "24 / 32" in desk.get(f"/en/decisions/{case}").text
    assert "Your programme also asks" not in ground.desk().get("/en/certificates").text
