"""Several cases granted after one look: each by itself, and what has stopped being ready is named and left."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlmodel import col, select

from app.certificates.models import Certificate, CertificationCase, Decision
from app.certificates.rules.states import Verdict
from app.exams.models.attempts import Attempt
from app.exams.rules.states import ResultState
from app.kernel.ids import new_id
from app.platform.models import AuditEntry
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests.certificates import cases
from tests.factories import person
from tests.world import World


def _decided(world: World) -> dict[UUID, Verdict]:
    with world.read() as session:
        return {row.case_id: row.verdict for row in session.exec(select(Decision)).all()}


def _grants(world: World) -> list[tuple[UUID | None, str]]:
    with world.read() as session:
        rows = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "certificates.granted")).all()
        return [(row.actor_id, row.subject_id) for row in rows]


def _review(case_ids: list[UUID]) -> str:
    return "/en/decisions/review?" + urlencode([("case", str(case_id)) for case_id in case_ids])


def _ticked(world: World, case_ids: list[UUID]) -> dict[str, Any]:
    seen = {f"seen-{case_id}": cases.seen(world, case_id) for case_id in case_ids}
    return {"case": [str(case_id) for case_id in case_ids], **seen}


def test_ticked_cases_are_listed_before_anything_is_decided(world: World) -> None:
    officer = person(world, "certification_officer")
    ready, incomplete = cases.ready_case(world, person(world)), cases.attempt(world, person(world))
    world.work()
    lacking = cases.case_of(world, incomplete)
    assert lacking is not None
    browser = world.browser(officer)
    queue = browser.get("/en/decisions").text
    assert f'name="case" value="{ready}"' in queue
    assert 'name="case"' not in browser.get("/en/decisions?tab=missing").text
    page = browser.get(_review([ready, lacking])).text
    assert f'name="case" value="{ready}" checked' in page
    assert f'value="{lacking}"' not in page
    left_out = page.split("Not ready, so left out", 1)[1]
    assert str(lacking) in left_out
    assert "Name confirmed by the holder" in left_out
    assert _decided(world) == {}


def test_each_case_is_granted_with_its_own_row_and_its_own_certificate(world: World) -> None:
    officer = person(world, "certification_officer")
    chosen = [cases.ready_case(world, person(world)) for _ in range(3)]
    browser = world.browser(officer)
    reply = browser.post("/en/decisions/review", _ticked(world, chosen[:2]))
    assert reply.status_code == 200
    assert "Certification is granted to 2 people" in reply.text
    assert _decided(world) == dict.fromkeys(chosen[:2], Verdict.GRANTED)
    assert sorted(_grants(world)) == sorted((officer, str(one)) for one in chosen[:2])
    world.work()
    with world.read() as session:
        issued = session.exec(select(Certificate.case_id)).all()
    assert sorted(map(str, issued)) == sorted(map(str, chosen[:2]))


def test_a_case_that_stopped_being_ready_is_named_and_left_and_the_others_are_granted(world: World) -> None:
    officer = person(world, "certification_officer")
    first, second, third = (cases.ready_case(world, person(world)) for _ in range(3))
    with world.write() as session:  # between the look and the act
        case = session.get_one(CertificationCase, first)
        session.get_one(Attempt, case.attempt_id).result = ResultState.INVALIDATED
    cases.grant(world, second, person(world, "certification_officer"))
    reply = world.browser(officer).post("/en/decisions/review", _ticked(world, [first, second, third]))
    assert "Certification is granted to 1 person" in reply.text
    left = reply.text.split("2 cases were left as they are", 1)[1]
    assert str(first) in left
    assert str(second) in left
    assert str(third) not in left
    assert "Certification cannot be granted while something is missing." in left
    assert first not in _decided(world)
    assert _grants(world)[-1] == (officer, str(third))


def test_a_trainee_among_the_ticked_is_neither_shown_nor_granted_and_leaves_a_trace(world: World) -> None:
    officer, candidate = person(world, "certification_officer"), person(world)
    case_id = cases.ready_case(world, candidate)
    with world.write() as session:
        relate(
            session,
            trainer_id=officer,
            learner_id=candidate,
            basis=TrainingBasis.MENTOR,
            since=world.clock.now() - timedelta(days=9),
        )
    browser = world.browser(officer)
    assert str(case_id) not in browser.get(_review([case_id])).text.split("<main", 1)[1]
    reply = browser.post("/en/decisions/review", {"case": [str(case_id), str(new_id()), "not-a-case"]})
    assert "Cases you may not decide were not touched." in reply.text
    assert _decided(world) == {}
    with world.read() as session:
        refused = session.exec(
            select(AuditEntry.subject_id).where(col(AuditEntry.action) == "certificates.decision_refused")
        ).all()
    assert refused == [str(case_id)]


def test_nothing_ticked_leads_back_with_a_word(world: World) -> None:
    browser = world.browser(person(world, "certification_officer"))
    reply = browser.get("/en/decisions/review")
    assert (reply.status_code, reply.headers["location"]) == (303, "/en/decisions?done=none-ticked")
    assert "No case was ticked." in browser.get("/en/decisions?done=none-ticked").text


def test_sending_the_same_review_again_decides_nothing_twice(world: World) -> None:
    case_id = cases.ready_case(world, person(world))
    browser = world.browser(person(world, "certification_officer"))
    browser.post("/en/decisions/review", _ticked(world, [case_id]))
    reply = browser.post("/en/decisions/review", _ticked(world, [case_id]))
    assert "1 case was left as it is" in reply.text
    assert len(_grants(world)) == 1


def test_a_ticked_case_whose_score_was_corrected_meanwhile_is_left_and_named(world: World) -> None:
    case_id = cases.ready_case(world, person(world))
    sent = _ticked(world, [case_id])
    browser = world.browser(person(world, "certification_officer"))
    page = browser.get(_review([case_id])).text
    assert f'name="seen-{case_id}" value="{sent[f"seen-{case_id}"]}"' in page
    cases.corrected(world, case_id)
    reply = browser.post("/en/decisions/review", sent)
    assert "1 case was left as it is" in reply.text
    assert "another score" in reply.text
    assert _decided(world) == {}
