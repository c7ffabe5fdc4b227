"""The queue and the decision, over HTTP: who is seen, who may decide, what is needed, what is recorded."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from app.certificates.errors import NamesAlreadyConfirmed
from app.certificates.models import Certificate, CertificationCase, Decision
from app.certificates.rules.states import Verdict
from app.certificates.service import decisions
from app.exams.models.attempts import Attempt
from app.exams.rules.states import Mode, ResultState
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform.models import AuditEntry
from app.programmes.models import TrainingRelation
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests.certificates import cases
from tests.factories import person
from tests.world import World


def _officer(world: World) -> UUID:
    return person(world, "certification_officer", name_latin="Olga Officer")


def _train(world: World, trainer: UUID, learner: UUID) -> None:
    with world.write() as session:
        relate(
            session,
            trainer_id=trainer,
            learner_id=learner,
            basis=TrainingBasis.COHORT_INSTRUCTOR,
            since=world.clock.now() - timedelta(days=60),
        )


def _decisions(world: World) -> list[Decision]:
    with world.read() as session:
        return list(session.exec(select(Decision)).all())


def test_passing_alone_issues_nothing_and_opens_a_case(world: World) -> None:
    attempt_id = cases.attempt(world, person(world))
    world.work()
    assert cases.case_of(world, attempt_id) is not None
    assert _decisions(world) == []
    with world.read() as session:
        assert session.exec(select(Certificate)).all() == []


@pytest.mark.parametrize(
    "values",
    [
        {"raw_score": 55},
        {"mode": Mode.UNPROCTORED},
        {"certification": False},
        {"result": ResultState.WITHHELD},
        {"result": ResultState.INVALIDATED},
    ],
)
def test_only_a_released_passed_supervised_result_of_certification_opens_a_case(
    world: World, values: dict[str, object]
) -> None:
    attempt_id = cases.attempt(world, person(world), **values)  # type: ignore[arg-type]  # one at a time
    with world.write() as session:
        assert decisions.open_case(session, world.clock, attempt_id) is None
    world.work()
    assert cases.case_of(world, attempt_id) is None


def test_a_result_released_twice_opens_one_case(world: World) -> None:
    attempt_id = cases.attempt(world, person(world))
    world.work()
    with world.write() as session:
        assert decisions.open_case(session, world.clock, attempt_id) is None
    with world.read() as session:
        assert len(session.exec(select(CertificationCase)).all()) == 1


def test_the_holder_confirms_the_names_and_nobody_else_does(world: World) -> None:
    holder = person(world)
    attempt_id = cases.attempt(world, holder)
    world.work()
    case_id = cases.case_of(world, attempt_id)
    assert case_id is not None
    with pytest.raises(NotFound), world.write() as session:
        decisions.confirm_names(session, world.clock, person_id=person(world), case_id=case_id)
    with world.write() as session:
        decisions.confirm_names(session, world.clock, person_id=holder, case_id=case_id)
    with pytest.raises(NamesAlreadyConfirmed), world.write() as session:
        decisions.confirm_names(session, world.clock, person_id=holder, case_id=case_id)


def test_the_queue_shows_who_is_ready_and_what_others_lack(world: World) -> None:
    ready = cases.ready_case(world, person(world))
    lacking = cases.attempt(world, person(world), identity=False)
    world.work()
    world.clock.advance(timedelta(days=6))
    browser = world.browser(_officer(world))
    page = browser.get("/en/decisions").text
    assert str(ready) in page
    assert str(cases.case_of(world, lacking)) not in page
    assert "2 people wait for a decision." in page
    assert "The longest has waited for 6 days." in page
    page = browser.get("/en/decisions?tab=missing").text
    assert str(cases.case_of(world, lacking)) in page
    assert "Identity seen by a proctor" in page
    assert "Name confirmed by the holder" in page
    assert "Agreement on the use of the mark" not in page


def test_granting_records_who_when_and_issues_the_certificate(world: World) -> None:
    officer = _officer(world)
    case_id = cases.ready_case(world, person(world))
    browser = world.browser(officer)
    assert "Grant certification" in browser.get(f"/en/decisions/{case_id}").text
    reply = browser.post(f"/en/decisions/{case_id}", cases.granting(world, case_id))
    assert reply.status_code == 303
    assert reply.headers["location"] == "/en/decisions?done=granted"
    (made,) = _decisions(world)
    assert (made.verdict, made.officer_id, made.at) == (Verdict.GRANTED, officer, world.clock.now())
    world.work()
    with world.read() as session:
        number = session.exec(select(Certificate.number).where(col(Certificate.case_id) == case_id)).one()
        acts = set(session.exec(select(AuditEntry.action)).all())
    assert {"certificates.granted", "certificates.issued", "certificates.case_opened"} <= acts
    page = browser.get(f"/en/decisions/{case_id}").text
    assert number in page
    assert "Refuse certification" not in page
    assert str(case_id) in browser.get("/en/decisions?tab=decided").text


def test_a_refusal_needs_a_reason_keeps_what_was_typed_and_issues_nothing(world: World) -> None:
    candidate = person(world, email="refused@people.example")
    case_id = cases.ready_case(world, candidate)
    browser = world.browser(_officer(world))
    reply = browser.post(f"/en/decisions/{case_id}", {"verdict": "refused", "reason": "  "})
    assert reply.status_code == 422
    assert "Say why certification is refused." in reply.text
    assert _decisions(world) == []
    reply = browser.post(f"/en/decisions/{case_id}", cases.refusing(world, case_id, "False identity."))
    assert reply.status_code == 303
    (made,) = _decisions(world)
    assert (made.verdict, made.reason) == (Verdict.REFUSED, "False identity.")
    world.work()
    with world.read() as session:
        assert session.exec(select(Certificate)).all() == []
    mail = [mail for mail in world.box.mails if mail.to == "refused@people.example"][-1]
    assert "appeal" in mail.text
    assert "False identity" not in mail.text


def test_a_form_without_a_known_verdict_is_422(world: World) -> None:
    case_id = cases.ready_case(world, person(world))
    browser = world.browser(_officer(world))
    assert browser.post(f"/en/decisions/{case_id}", {"verdict": "perhaps"}).status_code == 422
    assert browser.post(f"/en/decisions/{case_id}", {}).status_code == 422
    assert _decisions(world) == []


def test_an_officer_does_not_see_a_trainee_and_is_refused_in_the_act(world: World) -> None:
    officer, candidate = _officer(world), person(world)
    case_id = cases.ready_case(world, candidate)
    _train(world, officer, candidate)
    browser = world.browser(officer)
    page = browser.get("/en/decisions").text
    assert str(case_id) not in page
    assert "1 of them waits." in page
    assert browser.get(f"/en/decisions/{case_id}").status_code == 404
    reply = browser.post(f"/en/decisions/{case_id}", cases.granting(world, case_id))
    assert reply.status_code == 409
    assert _decisions(world) == []
    with world.read() as session:
        refused = session.exec(
            select(AuditEntry).where(col(AuditEntry.action) == "certificates.decision_refused")
        ).one()
    assert (refused.actor_id, refused.subject_id) == (officer, str(case_id))
    colleague = world.browser(_officer(world))
    assert str(case_id) in colleague.get("/en/decisions").text
    assert colleague.post(f"/en/decisions/{case_id}", cases.granting(world, case_id)).status_code == 303


def test_training_that_ended_more_than_24_months_ago_is_no_conflict(world: World) -> None:
    officer, candidate = _officer(world), person(world)
    case_id = cases.ready_case(world, candidate)
    with world.write() as session:
        relate(
            session,
            trainer_id=officer,
            learner_id=candidate,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now() - timedelta(days=1000),
        )
        session.exec(select(TrainingRelation)).one().until = world.clock.now() - timedelta(days=731)
    assert (
        world.browser(officer).post(f"/en/decisions/{case_id}", cases.granting(world, case_id)).status_code
        == 303
    )


def test_nobody_decides_about_themselves(world: World) -> None:
    officer = _officer(world)
    case_id = cases.ready_case(world, officer)
    browser = world.browser(officer)
    assert str(case_id) not in browser.get("/en/decisions").text
    assert browser.post(f"/en/decisions/{case_id}", cases.granting(world, case_id)).status_code == 409


@pytest.mark.parametrize("values", [{"identity": False}, {"application": False}])
def test_granting_is_refused_while_something_is_missing(world: World, values: dict[str, bool]) -> None:
    case_id = cases.ready_case(world, person(world), **values)
    browser = world.browser(_officer(world))
    assert "Certification cannot be granted yet" in browser.get(f"/en/decisions/{case_id}").text
    assert browser.post(f"/en/decisions/{case_id}", cases.granting(world, case_id)).status_code == 409
    assert _decisions(world) == []
    reply = browser.post(f"/en/decisions/{case_id}", cases.refusing(world, case_id, "Not identified."))
    assert reply.status_code == 303


def test_granting_is_refused_when_the_result_was_invalidated_meanwhile(world: World) -> None:
    case_id = cases.ready_case(world, person(world))
    with world.write() as session:
        case = session.get_one(CertificationCase, case_id)
        session.get_one(Attempt, case.attempt_id).result = ResultState.INVALIDATED
    browser = world.browser(_officer(world))
    assert browser.post(f"/en/decisions/{case_id}", cases.granting(world, case_id)).status_code == 409
    assert _decisions(world) == []


@pytest.mark.parametrize("verdict", ["granted", "refused"])
def test_an_officer_who_was_shown_another_score_decides_nothing_and_is_shown_the_new_one(
    world: World, verdict: str
) -> None:
    case_id = cases.ready_case(world, person(world))
    browser = world.browser(_officer(world))
    sent = {"verdict": verdict, "reason": "Looked at", "seen": cases.seen(world, case_id)}
    assert f'name="seen" value="{sent["seen"]}"' in browser.get(f"/en/decisions/{case_id}").text
    cases.corrected(world, case_id)
    reply = browser.post(f"/en/decisions/{case_id}", sent)
    assert reply.status_code == 409
    assert "another score" in reply.text
    assert _decisions(world) == []
    assert cases.seen(world, case_id) != sent["seen"]
    reply = browser.post(f"/en/decisions/{case_id}", sent | {"seen": cases.seen(world, case_id)})
    assert reply.status_code == 303


def test_what_is_signed_is_the_score_that_stands(world: World) -> None:
    case_id = cases.ready_case(world, person(world))
    cases.corrected(world, case_id)
    browser = world.browser(_officer(world))
    assert browser.post(f"/en/decisions/{case_id}", cases.granting(world, case_id)).status_code == 409
    browser.post(f"/en/decisions/{case_id}", cases.granting(world, case_id))
    world.work()
    with world.read() as session:
        payload = session.exec(select(Certificate.payload).where(col(Certificate.case_id) == case_id)).one()
        sat = session.get_one(Attempt, session.get_one(CertificationCase, case_id).attempt_id)
    assert f'"value":"{sat.raw_score}"'.encode() in payload.replace(b" ", b"")


def test_a_case_is_decided_once(world: World) -> None:
    case_id = cases.ready_case(world, person(world))
    one, other = world.browser(_officer(world)), world.browser(_officer(world))
    assert one.post(f"/en/decisions/{case_id}", cases.granting(world, case_id)).status_code == 303
    reply = other.post(f"/en/decisions/{case_id}", cases.refusing(world, case_id, "Too late."))
    assert reply.status_code == 409
    assert [made.verdict for made in _decisions(world)] == [Verdict.GRANTED]


@pytest.mark.parametrize("role", ["learner", "proctor", "exam_manager", "administrator", "auditor"])
def test_only_a_certification_officer_sees_and_decides(world: World, role: str) -> None:
    case_id = cases.ready_case(world, person(world))
    browser = world.browser(person(world, role))
    for path in ("/en/decisions", f"/en/decisions/{case_id}", "/en/decisions/certificates"):
        assert browser.get(path).status_code == 403
    assert browser.post(f"/en/decisions/{case_id}", cases.granting(world, case_id)).status_code == 403
    assert world.browser().get("/en/decisions").status_code == 303


def test_an_unknown_case_is_not_found(world: World) -> None:
    browser = world.browser(_officer(world))
    assert browser.get(f"/en/decisions/{new_id()}").status_code == 404
    assert browser.post(f"/en/decisions/{new_id()}", {"verdict": "granted"}).status_code == 404
    assert browser.get("/en/decisions/not-a-case").status_code == 404


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_the_pages_speak_all_three_languages(world: World, locale: str) -> None:
    case_id = cases.ready_case(world, person(world))
    browser = world.browser(_officer(world))
    for path in ("decisions", "decisions?tab=missing", "decisions?tab=decided", f"decisions/{case_id}"):
        reply = browser.get(f"/{locale}/{path}")
        assert reply.status_code == 200
        assert f'lang="{locale}"' in reply.text


def test_the_queue_asks_the_database_a_fixed_number_of_times(world: World) -> None:
    browser = world.browser(_officer(world))
    counted: list[str] = []
    event.listen(world.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    cases.ready_case(world, person(world))
    counted.clear()
    browser.get("/en/decisions")
    one = len(counted)
    for _ in range(3):
        cases.ready_case(world, person(world))
    counted.clear()
    browser.get("/en/decisions")
    assert len(counted) == one
    assert one <= 6
