"""Issuing in numbered steps: nothing twice, whatever is interrupted, and exactly the bytes that were stored."""

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select

from app.certificates import jobs, jose, keys
from app.certificates.credential import issuer_of
from app.certificates.models import Certificate, CertificateEvent
from app.certificates.pdf import store
from app.certificates.queries.keys import verifiers
from app.certificates.rules import number as numbers
from app.certificates.rules.states import EventKind, Reason, Status
from app.certificates.service import issuing
from app.certificates.service import keys as key_service
from app.cli import keys as cli_keys
from app.cli.database import initialise
from app.kernel.clock import FixedClock
from app.platform.database import make_engine
from app.platform.outbox import Context
from app.platform.settings import Settings
from app.programmes.models import Milestone
from app.programmes.rules import MilestoneWord
from tests.certificates import cases
from tests.certificates.papers import Page
from tests.factories import person
from tests.world import Lent, World


def _all(world: World) -> list[Certificate]:
    with world.read() as session:
        return list(session.exec(select(Certificate)).all())


def _claims(jwt: str) -> dict[str, Any]:
    body = jwt.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def _granted(world: World) -> Any:
    officer, candidate = person(world, "certification_officer"), person(world)
    case_id = cases.ready_case(world, candidate)
    cases.grant(world, case_id, officer)
    return case_id


def _reserve(world: World, case_id: Any) -> issuing.Reservation:
    with world.write() as session:
        award = issuing.award_of_case(session, case_id)
        return issuing.reserve(
            session,
            world.clock,
            award,
            issuer=issuer_of(world.settings, demonstration=True),
            default_brand="ceasai",
        )


def test_a_granted_case_becomes_one_signed_certificate_with_a_mail_and_a_milestone(world: World) -> None:
    candidate = person(world, email="holder@people.example")
    number = cases.certificate(world, candidate)
    made = cases.row(world, number)
    assert made.status is Status.ACTIVE
    assert made.expires_at == datetime(2028, 11, 23, 7, tzinfo=UTC)
    assert (made.name_cyrillic, made.name_latin) == (cases.NAME_CYRILLIC, cases.NAME_LATIN)
    with world.read() as session:
        known = verifiers(session, world.settings.public_base)
        words = set(session.exec(select(Milestone.word).where(col(Milestone.person_id) == candidate)).all())
        events = session.exec(select(CertificateEvent.kind)).all()
    assert jose.verify(str(made.jwt), known.get) == made.payload
    assert {MilestoneWord.DECIDED, MilestoneWord.CERTIFIED} <= words
    assert events == [EventKind.ISSUE]
    mail = [mail for mail in world.box.mails if mail.to == "holder@people.example"][-1]
    assert numbers.shown(number) in mail.text


def test_nothing_is_signed_or_drawn_inside_a_transaction(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent, sign, render = Lent(world.engine), jose.Signer.sign, store.render
    drawn: list[int] = []

    def signed(signer: jose.Signer, payload: bytes) -> str:
        lent.note()
        return sign(signer, payload)

    def rendered(*facts: Any) -> bytes:
        lent.note()
        drawn.append(len(lent.noted))
        return render(*facts)

    monkeypatch.setattr(jose.Signer, "sign", signed)
    monkeypatch.setattr(store, "render", rendered)
    holder = person(world)
    number = cases.certificate(world, holder)
    jobs.sign_list(world.context, {"purpose": "revocation", "number": cases.row(world, number).list_number})
    reply = world.browser(holder).get(f"/credentials/{number}.pdf")
    assert reply.content.startswith(b"%PDF-")
    assert len(drawn) == 1
    assert len(lent.noted) >= 3
    assert set(lent.noted) == {0}


@pytest.mark.parametrize(
    ("taken", "named"), [(("kk",), ["kk"]), (("en", "kk", "en"), ["kk", "en"]), (("ru",), ["ru"])]
)
def test_a_certificate_names_the_languages_the_examination_was_taken_in(
    world: World, taken: tuple[str, ...], named: list[str]
) -> None:
    holder = person(world)
    number = cases.certificate(world, holder, languages=taken)
    assert cases.row(world, number).languages == named
    drawn = Page(world.browser(holder).get(f"/credentials/{number}.pdf").content)
    words = {"kk": "Kazakh", "ru": "Russian", "en": "English"}
    for code, word in words.items():
        assert (word in drawn.words) == (code in named), word


def test_a_crash_after_the_reservation_signs_the_same_number_and_bytes(world: World) -> None:
    case_id = _granted(world)
    reserved = _reserve(world, case_id)
    assert world.browser().get(f"/api/v1/verify/{reserved.number}").status_code == 404
    world.clock.advance(timedelta(hours=3))
    world.work()
    (made,) = _all(world)
    assert made.number == reserved.number
    assert made.payload == reserved.payload
    assert made.status is Status.ACTIVE
    assert made.valid_from == made.status_since - timedelta(hours=3)


def test_a_crash_after_signing_stores_one_token(world: World) -> None:
    case_id = _granted(world)
    reserved = _reserve(world, case_id)
    jobs._sign(world.context, reserved.payload)  # the token is lost with the process
    jobs.issue(world.context, {"case_id": str(case_id)})
    jobs.issue(world.context, {"case_id": str(case_id)})
    (made,) = _all(world)
    assert made.number == reserved.number
    with world.read() as session:
        assert len(session.exec(select(CertificateEvent)).all()) == 1


def test_a_crash_after_the_last_step_changes_nothing_on_the_rerun(world: World) -> None:
    number = cases.certificate(world)
    before = cases.row(world, number)
    mails = len(world.box.mails)
    jobs.issue(world.context, {"case_id": str(before.case_id)})
    world.work()
    after = cases.row(world, number)
    assert (after.jwt, after.status_since) == (before.jwt, before.status_since)
    assert len(_all(world)) == 1
    assert len(world.box.mails) == mails


def test_two_workers_at_once_issue_one_certificate(world: World) -> None:
    case_id = _granted(world)
    jobs._signer(world.context)
    start, problems = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        try:
            jobs.issue(world.context, {"case_id": str(case_id)})
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    (made,) = _all(world)
    assert made.status is Status.ACTIVE
    with world.read() as session:
        assert len(session.exec(select(CertificateEvent)).all()) == 1


def test_a_signature_that_does_not_verify_never_leaves(world: World) -> None:
    case_id = _granted(world)
    reserved = _reserve(world, case_id)
    with world.write() as session:  # the registered key is one, the file behind its name another's
        right, wrong = keys.make(world.settings), keys.make(world.settings)
        key_service.add(session, world.clock, right)
        key_service.activate(session, world.clock, right.thumbprint)
    folder = world.settings.var_dir / "keys"
    (folder / f"{wrong.thumbprint}.p8").replace(folder / f"{right.thumbprint}.p8")
    with pytest.raises(jobs.BadSignature):
        jobs.issue(world.context, {"case_id": str(case_id)})
    assert cases.row(world, reserved.number).status is Status.RESERVED


def test_the_database_allows_one_live_certificate_per_person_and_achievement(world: World) -> None:
    number = cases.certificate(world)
    first = cases.row(world, number)
    values = {name: getattr(first, name) for name in Certificate.model_fields if name != "id"}
    values |= {"number": numbers.make(7), "source": "case:other", "status_index": first.status_index + 1}
    with pytest.raises(IntegrityError), world.write() as session:
        session.add(Certificate(**values))


def test_a_renewal_supersedes_the_certificate_before_it(world: World) -> None:
    candidate, officer = person(world), person(world, "certification_officer")
    old = cases.certificate(world, candidate, officer)
    world.clock.advance(timedelta(days=700))
    new = cases.certificate(world, candidate, officer)
    assert cases.row(world, old).status is Status.SUPERSEDED
    assert cases.row(world, old).reason is Reason.RENEWED
    assert cases.row(world, new).status is Status.ACTIVE
    assert world.browser().get(f"/api/v1/verify/{old}").json()["status"] == "superseded"


def test_the_credential_says_exactly_what_the_specification_demands(world: World) -> None:
    number = cases.certificate(world)
    made = cases.row(world, number)
    claims = _claims(str(made.jwt))
    base = "http://127.0.0.1:8000"
    assert claims["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert "vc" not in claims
    assert claims["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert claims["iss"] == claims["issuer"]["id"] == f"{base}/issuer"
    assert claims["jti"] == claims["id"] == f"{base}/credentials/{number}"
    subject = claims["credentialSubject"]
    assert claims["sub"] == subject["id"] == f"urn:uuid:{made.subject_uuid}"
    assert made.subject_uuid.version == 4
    assert claims["validFrom"] == claims["awardedDate"] == "2026-11-23T07:00:00Z"
    assert claims["validUntil"] == "2028-11-23T07:00:00Z"
    assert datetime.fromtimestamp(claims["nbf"], UTC) == made.valid_from
    assert datetime.fromtimestamp(claims["exp"], UTC) == made.expires_at
    assert claims["credentialSchema"] == [
        {
            "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json-ld/ob_v3p0_achievementcredential_schema.json",
            "type": "1EdTechJsonSchemaValidator2019",
        }
    ]
    assert subject["licenseNumber"] == numbers.shown(number)
    assert subject["identifier"] == [
        {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}
        for name in (cases.NAME_LATIN, cases.NAME_CYRILLIC)
    ]
    achievement = subject["achievement"]
    assert achievement["achievementType"] == "Certification"
    assert achievement["inLanguage"] == "en"
    assert [one["inLanguage"] for one in achievement["related"]] == ["kk", "ru"]
    assert [one["value"] for one in subject["result"]] == ["63", "1"]
    assert {one["id"] for one in achievement["resultDescription"]} == {
        one["resultDescription"] for one in subject["result"]
    }
    status = claims["credentialStatus"]
    assert status["statusPurpose"] == "revocation"
    assert status["statusListIndex"] == str(made.status_index)
    assert status["id"] == f"{base}/status/revocation/1#{made.status_index}"
    assert json.loads(base64.urlsafe_b64decode(str(made.jwt).split(".")[0] + "==")) == {
        "alg": "RS256",
        "kid": f"{base}/keys/{made.key_thumbprint}",
        "typ": "JWT",
    }


def test_a_demonstration_signs_as_a_test_issuer_and_its_certificates_are_specimens(world: World) -> None:
    number = cases.certificate(world)
    made = cases.row(world, number)
    assert made.specimen
    assert _claims(str(made.jwt))["issuer"]["name"].startswith("TEST ISSUER")
    assert all(made.body[locale] for locale in ("kk", "ru", "en"))
    assert world.browser().get(f"/api/v1/verify/{number}").json()["specimen"] is True
    real = issuer_of(world.settings, demonstration=False)
    assert not real.test
    assert "TEST" not in real.name["en"]


def test_without_a_key_a_real_installation_signs_nothing(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'real.db'}", var_dir=tmp_path)
    initialise(settings, demonstration=False)
    engine, clock = make_engine(settings.database), FixedClock(datetime(2026, 11, 23, 7, tzinfo=UTC))
    context = Context(engine, clock, settings, {})
    with pytest.raises(jobs.NoActiveKey):
        jobs._sign(context, b"{}")
    made = cli_keys.initialise(settings, clock)
    assert cli_keys.initialise(settings, clock) == made
    assert jobs._sign(context, b"{}")[1] == made
    engine.dispose()


def test_the_reservation_survives_a_conflict_of_number_or_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = cases.certificate(world)
    taken = cases.row(world, number)
    case_id = _granted(world)
    places = iter([taken.status_index, taken.status_index, 5])
    monkeypatch.setattr(issuing.secrets, "randbelow", lambda _: next(places))
    reserved = _reserve(world, case_id)
    assert cases.row(world, reserved.number).status_index == 5
    monkeypatch.setattr(issuing.secrets, "randbelow", lambda _: taken.status_index)
    with pytest.raises(issuing.ListCrowded):
        _reserve(world, _granted(world))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificate SET number = 'X'",
        "UPDATE certificate SET jwt = 'a.b.c'",
        "UPDATE certificate SET jwt = NULL",
        "DELETE FROM certificate",
        "UPDATE certificate_event SET note = 'x'",
        "DELETE FROM certificate_event",
        "UPDATE certification_decision SET reason = 'x'",
        "DELETE FROM certification_decision",
        "UPDATE achievement SET version = 2",
        "DELETE FROM achievement",
    ],
)
def test_the_database_refuses_to_change_what_was_decided_or_signed(world: World, statement: str) -> None:
    cases.certificate(world)
    with pytest.raises(DBAPIError), world.write() as session:
        session.execute(text(statement))
