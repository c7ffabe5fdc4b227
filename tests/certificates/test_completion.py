"""Certificates of completion: by rule, with a number of their own, and never called certification."""

import base64
import json

from sqlmodel import col, select

from app.certificates.models import Certificate
from app.certificates.rules.states import Kind, Status
from app.platform.outbox import enqueue_later
from app.programmes.models import Milestone
from app.programmes.rules import MilestoneWord
from tests.certificates import cases
from tests.factories import person
from tests.world import World


def _complete(world: World, learner: object, slug: str) -> None:
    with world.write() as session:
        enqueue_later(session, world.clock, "course.completed", {"person_id": learner, "course_slug": slug})
    world.work()


def _certificates(world: World) -> list[Certificate]:
    with world.read() as session:
        return list(session.exec(select(Certificate)).all())


def test_a_completed_course_gives_a_certificate_of_completion_without_any_decision(world: World) -> None:
    learner = person(world, email="learner@people.example")
    _complete(world, learner, cases.course(world))
    (made,) = _certificates(world)
    assert (made.kind, made.status, made.expires_at) == (Kind.COMPLETION, Status.ACTIVE, None)
    assert made.title["en"] == "Completion of the course “AI safety”"
    answer = world.browser().get(f"/api/v1/verify/{made.number}").json()
    assert (answer["kind"], answer["status"], answer["expires_at"]) == ("completion", "valid", None)
    with world.read() as session:
        words = session.exec(select(Milestone.word).where(col(Milestone.person_id) == learner)).all()
    assert MilestoneWord.CERTIFIED not in words
    mail = [mail for mail in world.box.mails if mail.to == "learner@people.example"][-1]
    assert "certificate of completion" in mail.text
    assert "certified" not in mail.text.lower()


def test_the_payload_says_completion_and_never_certification(world: World) -> None:
    _complete(world, person(world), cases.course(world))
    (made,) = _certificates(world)
    body = str(made.jwt).split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    achievement = claims["credentialSubject"]["achievement"]
    assert achievement["achievementType"] == "CertificateOfCompletion"
    assert "result" not in claims["credentialSubject"]
    assert "validUntil" not in claims
    assert "exp" not in claims
    assert claims["credentialStatus"]["type"] == "BitstringStatusListEntry"
    told = json.dumps([claims["name"], claims["description"], achievement["criteria"]], ensure_ascii=False)
    assert "certif" not in told.lower()


def test_a_completion_names_no_language_of_an_examination(world: World) -> None:
    _complete(world, person(world), cases.course(world))
    (made,) = _certificates(world)
    assert made.languages == []


def test_completing_the_same_course_again_issues_nothing_more(world: World) -> None:
    learner, slug = person(world), cases.course(world)
    _complete(world, learner, slug)
    _complete(world, learner, slug)
    assert len(_certificates(world)) == 1


def test_a_completion_and_a_certification_stand_beside_each_other(world: World) -> None:
    learner = person(world)
    _complete(world, learner, cases.course(world))
    cases.certificate(world, learner)
    assert sorted(str(made.kind) for made in _certificates(world)) == ["certification", "completion"]
    assert {made.status for made in _certificates(world)} == {Status.ACTIVE}


def test_a_closed_account_gets_no_certificate(world: World) -> None:
    learner = person(world, disabled_at=world.clock.now())
    _complete(world, learner, cases.course(world))
    assert _certificates(world) == []
