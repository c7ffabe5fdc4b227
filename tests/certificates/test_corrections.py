"""A wrong name is put right: in the case before the decision, by a newer certificate after it."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.certificates.models import Certificate, CertificateEvent, CertificationCase
from app.certificates.rules.states import EventKind, Reason, Status
from app.certificates.service.status import change_status
from app.platform.models import AuditEntry, Job, JobState
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests.certificates import cases
from tests.factories import person
from tests.programmes import ground
from tests.world import World

RIGHT = {"cyrillic": "Үлгібекқызы Сынақ", "latin": "Sample Ulgibekkyzy"}


def _certificates(world: World) -> list[Certificate]:
    with world.read() as session:
        return list(session.exec(select(Certificate).order_by(col(Certificate.id))).all())


def _claims(jwt: str) -> dict[str, Any]:
    body = jwt.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def _change(world: World, officer: UUID, number: str, event: EventKind, reason: Reason) -> None:
    with world.write() as session:
        change_status(
            session,
            world.clock,
            officer_id=officer,
            number=number,
            event=event,
            reason=reason,
            note="For the record.",
        )
    world.work()


def test_before_the_decision_the_officer_corrects_and_the_holder_confirms_again(world: World) -> None:
    holder = person(world, email="holder@people.example")
    case_id = cases.ready_case(world, holder)
    officer = world.browser(person(world, "certification_officer"))
    mails = len(world.box.mails)
    reply = officer.post(f"/en/decisions/{case_id}/names", RIGHT)
    assert reply.headers["location"] == f"/en/decisions/{case_id}?done=names-corrected"
    assert officer.post(f"/en/decisions/{case_id}", cases.granting(world, case_id)).status_code == 409
    world.work()
    assert [mail.to for mail in world.box.mails[mails:]] == ["holder@people.example"]
    mine = world.browser(holder)
    assert RIGHT["latin"] in mine.get(f"/en/certificates/names/{case_id}").text
    mine.post(f"/en/certificates/names/{case_id}")
    assert officer.post(f"/en/decisions/{case_id}", cases.granting(world, case_id)).status_code == 303
    world.work()
    (made,) = _certificates(world)
    assert (made.name_cyrillic, made.name_latin) == (RIGHT["cyrillic"], RIGHT["latin"])


def test_a_name_that_cannot_stand_in_a_document_is_asked_about_at_its_field(world: World) -> None:
    case_id = cases.ready_case(world, person(world))
    officer = world.browser(person(world, "certification_officer"))
    number = cases.certificate(world)
    for path in (f"decisions/{case_id}/names", f"decisions/certificates/{number}/correction"):
        reply = officer.post(f"/en/{path}", {"cyrillic": "Latin", "latin": "Үлгі", "why": ""})
        assert reply.status_code == 422
        for name in ("cyrillic", "latin"):
            assert f'href="#{name}"' in reply.text
            assert f'id="{name}"' in reply.text
    with world.read() as session:
        case = session.get_one(CertificationCase, case_id)
        assert case.name_latin == cases.NAME_LATIN
        assert case.names_confirmed_at is not None


def test_a_decided_case_is_not_corrected(world: World) -> None:
    case_id = cases.ready_case(world, person(world))
    officer = person(world, "certification_officer")
    cases.grant(world, case_id, officer)
    browser = world.browser(officer)
    assert browser.post(f"/en/decisions/{case_id}/names", RIGHT).status_code == 409
    assert browser.post(f"/en/decisions/{case_id}/names", {}).status_code == 409


def test_after_signing_a_corrected_certificate_takes_the_place_of_the_wrong_one(world: World) -> None:
    holder, officer_id = person(world, email="holder@people.example"), person(world, "certification_officer")
    old = cases.certificate(world, holder, officer_id, languages=("kk", "ru"))
    world.clock.advance(timedelta(days=40))
    officer = world.browser(officer_id)
    reply = officer.post(f"/en/decisions/certificates/{old}/correction", RIGHT | {"why": "A wrong letter."})
    assert reply.headers["location"] == f"/en/decisions/certificates/{old}?done=corrected"
    world.work()
    was = cases.row(world, old)
    (now,) = [one for one in _certificates(world) if one.number != old]
    assert (was.status, was.reason) == (Status.SUPERSEDED, Reason.RENEWED)
    assert was.name_latin == cases.NAME_LATIN
    assert now.status is Status.ACTIVE
    assert (now.name_cyrillic, now.name_latin) == (RIGHT["cyrillic"], RIGHT["latin"])
    assert (now.issued_at, now.expires_at) == (was.issued_at, was.expires_at)
    assert now.valid_from == was.valid_from + timedelta(days=40)
    assert now.languages == ["kk", "ru"]
    claims, before = _claims(str(now.jwt)), _claims(str(was.jwt))
    assert claims["awardedDate"] == before["awardedDate"]
    assert claims["validUntil"] == before["validUntil"]
    assert claims["validFrom"] > before["validFrom"]
    assert claims["credentialSubject"]["result"] == before["credentialSubject"]["result"]
    assert claims["sub"] != before["sub"]
    assert world.browser().get(f"/api/v1/verify/{old}").json()["status"] == "superseded"
    with world.read() as session:
        issue = session.exec(
            select(CertificateEvent).where(col(CertificateEvent.certificate_id) == now.id)
        ).one()
        acts = session.exec(select(AuditEntry.action)).all()
    assert (issue.kind, issue.note, issue.actor_id) == (EventKind.ISSUE, "A wrong letter.", officer_id)
    assert "certificates.corrected" in acts
    case = officer.get(f"/en/decisions/{now.case_id}")
    assert case.status_code == 200
    assert f'decisions/certificates/{old}"' in case.text
    page = officer.get(f"/en/decisions/certificates/{now.number}").text
    assert "A wrong letter." in page
    assert "Reissued on" in world.browser().get(f"/v/{now.number}?lang=en").text
    assert world.box.mails[-1].to == "holder@people.example"


def test_a_completion_is_corrected_in_the_same_way(world: World) -> None:
    from_papers = cases.course(world)
    learner = person(world)
    with world.write() as session:
        cases.enqueue_later(
            session, world.clock, "course.completed", {"person_id": learner, "course_slug": from_papers}
        )
    world.work()
    (old,) = _certificates(world)
    officer = world.browser(person(world, "certification_officer"))
    officer.post(f"/en/decisions/certificates/{old.number}/correction", RIGHT | {"why": "Wrong."})
    world.work()
    was, now = _certificates(world)
    assert (was.status, now.status) == (Status.SUPERSEDED, Status.ACTIVE)
    assert (now.expires_at, now.languages, now.name_latin) == (None, [], RIGHT["latin"])


def test_only_what_is_in_force_is_corrected_and_only_once(world: World) -> None:
    officer_id = person(world, "certification_officer")
    officer = world.browser(officer_id)
    sent = RIGHT | {"why": "Wrong."}
    twice = cases.certificate(world)
    assert officer.post(f"/en/decisions/certificates/{twice}/correction", sent).status_code == 303
    assert officer.post(f"/en/decisions/certificates/{twice}/correction", sent).status_code == 409
    suspended = cases.certificate(world)
    _change(world, officer_id, suspended, EventKind.SUSPEND, Reason.COMPLAINT)
    assert officer.post(f"/en/decisions/certificates/{suspended}/correction", sent).status_code == 409
    expired = cases.certificate(world)
    world.clock.advance(timedelta(days=740))
    officer = world.browser(officer_id)
    assert officer.post(f"/en/decisions/certificates/{expired}/correction", sent).status_code == 409
    assert "Correct the name" not in officer.get(f"/en/decisions/certificates/{expired}").text


def test_nobody_corrects_the_name_of_a_trainee(world: World) -> None:
    officer_id, holder = person(world, "certification_officer"), person(world)
    number, case_id = cases.certificate(world, holder), cases.ready_case(world, holder)
    with world.write() as session:
        relate(
            session,
            trainer_id=officer_id,
            learner_id=holder,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now() - timedelta(days=9),
        )
    officer = world.browser(officer_id)
    for path in (f"decisions/{case_id}/names", f"decisions/certificates/{number}/correction"):
        assert officer.post(f"/en/{path}", RIGHT | {"why": "Wrong."}).status_code == 409
    assert len(_certificates(world)) == 1
    with world.read() as session:
        refused = session.exec(
            select(AuditEntry.subject_kind).where(col(AuditEntry.action) == "certificates.correction_refused")
        ).all()
    assert sorted(refused) == ["certificate", "certification_case"]


def test_what_was_granted_before_a_suspension_waits_and_is_issued_after_the_reinstatement(
    world: World,
) -> None:
    holder, officer_id = person(world), person(world, "certification_officer")
    old = cases.certificate(world, holder, officer_id)
    case_id = cases.ready_case(world, holder)
    cases.grant(world, case_id, officer_id)
    _change(world, officer_id, old, EventKind.SUSPEND, Reason.COMPLAINT)
    assert sorted(str(one.status) for one in _certificates(world)) == ["reserved", "suspended"]
    with world.read() as session:
        states = set(session.exec(select(Job.state).where(col(Job.kind) == "certificates.issue")).all())
        assert session.exec(select(Job.error).where(col(Job.error).is_not(None))).all() == []
    assert states == {JobState.DONE}
    page = world.browser(officer_id).get(f"/en/decisions/{case_id}").text
    assert "it waits for the reinstatement" in page
    _change(world, officer_id, old, EventKind.REINSTATE, Reason.CLEARED)
    assert sorted(str(one.status) for one in _certificates(world)) == ["active", "superseded"]


def test_after_a_revocation_what_waited_is_not_issued(world: World) -> None:
    holder, officer_id = person(world), person(world, "certification_officer")
    old = cases.certificate(world, holder, officer_id)
    cases.grant(world, cases.ready_case(world, holder), officer_id)
    _change(world, officer_id, old, EventKind.SUSPEND, Reason.COMPLAINT)
    _change(world, officer_id, old, EventKind.REVOKE, Reason.CONDUCT)
    assert sorted(str(one.status) for one in _certificates(world)) == ["reserved", "revoked"]


def test_the_case_page_says_that_what_was_granted_before_a_revocation_is_not_signed(world: World) -> None:
    holder, officer_id = person(world), person(world, "certification_officer")
    old, case_id = cases.certificate(world, holder, officer_id), cases.ready_case(world, holder)
    cases.grant(world, case_id, officer_id)
    _change(world, officer_id, old, EventKind.SUSPEND, Reason.COMPLAINT)
    _change(world, officer_id, old, EventKind.REVOKE, Reason.CONDUCT)
    page = world.browser(officer_id).get(f"/en/decisions/{case_id}").text
    assert "an earlier certificate was revoked after this decision" in page
    assert "waits for the reinstatement" not in page


def test_what_was_decided_before_a_revocation_is_not_issued_however_late_the_worker_is(
    world: World,
) -> None:
    holder, officer_id = person(world), person(world, "certification_officer")
    old = cases.certificate(world, holder, officer_id)
    cases.grant(world, cases.ready_case(world, holder), officer_id)
    world.clock.advance(timedelta(hours=1))
    with world.write() as session:
        change_status(
            session,
            world.clock,
            officer_id=officer_id,
            number=old,
            event=EventKind.REVOKE,
            reason=Reason.FRAUD,
            note="For the record.",
        )
    world.clock.advance(timedelta(hours=1))
    world.work()
    assert sorted(str(one.status) for one in _certificates(world)) == ["reserved", "revoked"]


def test_a_correction_is_not_signed_when_its_certificate_was_revoked_meanwhile(world: World) -> None:
    holder, officer_id = person(world), person(world, "certification_officer")
    old = cases.certificate(world, holder, officer_id)
    officer = world.browser(officer_id)
    sent = RIGHT | {"why": "Wrong."}
    assert officer.post(f"/en/decisions/certificates/{old}/correction", sent).status_code == 303
    world.clock.advance(timedelta(minutes=1))
    _change(world, officer_id, old, EventKind.REVOKE, Reason.FRAUD)
    assert sorted(str(one.status) for one in _certificates(world)) == ["reserved", "revoked"]
    with world.read() as session:
        facts = session.exec(
            select(AuditEntry.facts).where(col(AuditEntry.action) == "certificates.not_issued")
        ).all()
    assert facts == [{"why": "revoked"}]


def test_a_reservation_from_before_a_revocation_stays_dead_when_the_person_is_certified_anew(
    world: World,
) -> None:
    holder, officer_id = person(world), person(world, "certification_officer")
    old = cases.certificate(world, holder, officer_id)
    dead_case = cases.ready_case(world, holder)
    cases.grant(world, dead_case, officer_id)
    _change(world, officer_id, old, EventKind.SUSPEND, Reason.COMPLAINT)
    _change(world, officer_id, old, EventKind.REVOKE, Reason.CONDUCT)
    world.clock.advance(timedelta(days=1))
    anew = cases.certificate(world, holder, officer_id)
    assert cases.row(world, anew).status is Status.ACTIVE
    world.clock.advance(timedelta(days=1))
    _change(world, officer_id, anew, EventKind.SUSPEND, Reason.COMPLAINT)
    _change(world, officer_id, anew, EventKind.REINSTATE, Reason.CLEARED)
    assert cases.row(world, anew).status is Status.ACTIVE
    assert sorted(str(one.status) for one in _certificates(world)) == ["active", "reserved", "revoked"]


def test_a_certificate_wears_the_brand_of_the_holders_cohort(world: World) -> None:
    boss, holder = person(world, "programme_manager"), person(world)
    case_id = cases.ready_case(world, holder)  # before they are in a cohort that asks for a capstone
    for brand in ("elsewhere", "partner"):
        world.clock.advance(timedelta(hours=1))
        ground.member(
            world,
            ground.cohort(world, boss, brand_id=brand),
            person_id=holder,
            joined_at=world.clock.now(),
        )
    cases.grant(world, case_id, person(world, "certification_officer"))
    world.work()
    with world.read() as session:
        wanted = select(Certificate.brand_id).where(col(Certificate.case_id) == case_id)
        assert session.exec(wanted).one() == "partner"
    assert cases.row(world, cases.certificate(world)).brand_id == world.settings.brand
