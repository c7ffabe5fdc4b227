"""Suspend, reinstate, revoke; and the two signed lists that tell the world."""

import base64
import gzip
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from app.certificates import jobs, jose
from app.certificates import status as lists
from app.certificates.models import CertificateEvent, StatusList
from app.certificates.queries.keys import verifiers
from app.certificates.rules.states import EventKind, Purpose, Status
from app.certificates.service import status as service
from app.platform.models import AuditEntry
from app.programmes.rules import TrainingBasis
from app.programmes.service import relate
from tests.certificates import cases
from tests.factories import person
from tests.world import World


def _fetch(world: World, purpose: str, number: int = 1) -> dict[str, Any]:
    """A list as a stranger reads and verifies it."""
    reply = world.browser().get(f"/status/{purpose}/{number}")
    assert reply.status_code == 200
    with world.read() as session:
        known = verifiers(session, world.settings.public_base)
    found: dict[str, Any] = json.loads(jose.verify(reply.text, known.get, at_most=lists.MAX_TOKEN))
    return found


def _set(world: World, purpose: str, index: int) -> bool:
    return lists.is_set(lists.decoded(_fetch(world, purpose)["credentialSubject"]["encodedList"]), index)


def _change(world: World, officer: UUID, number: str, event: str, reason: str, note: str = "Why.") -> Any:
    return world.browser(officer).post(
        f"/en/decisions/certificates/{number}", {"event": event, "reason": reason, "note": note}
    )


@given(st.sets(st.integers(0, lists.ENTRIES - 1), max_size=40))
def test_the_bits_come_back_from_the_encoded_list(indices: set[int]) -> None:
    packed = lists.bits(indices)
    assert len(packed) * 8 == lists.ENTRIES == 131_072
    assert lists.decoded(lists.encoded(packed)) == packed
    assert {index for index in indices | {0, 1, 77} if lists.is_set(packed, index)} == indices


def test_place_0_is_the_leftmost_bit_and_places_outside_are_refused() -> None:
    assert lists.bits([0])[0] == 0b1000_0000
    assert lists.bits([7, 9])[:2] == bytes([1, 0b0100_0000])
    for index in (-1, lists.ENTRIES):
        with pytest.raises(IndexError):
            lists.bits([index])


def test_the_encoded_list_is_multibase_u_base64url_gzip_without_a_time() -> None:
    text = lists.encoded(lists.bits([5]))
    assert text[0] == "u"
    assert "=" not in text
    raw = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    assert raw[4:8] == b"\0\0\0\0"
    assert gzip.decompress(raw) == lists.bits([5])
    for wrong in ("zAAAA", "uAAAA", text[1:]):
        with pytest.raises(ValueError):
            lists.decoded(wrong)


def test_a_new_certificate_points_to_lists_that_are_signed_and_clear(world: World) -> None:
    made = cases.row(world, cases.certificate(world))
    for purpose in Purpose:
        document = _fetch(world, purpose)
        assert document["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
        assert document["credentialSubject"]["statusPurpose"] == str(purpose)
        assert document["credentialSubject"]["statusSize"] == 1
        assert document["iss"] == "http://127.0.0.1:8000/issuer"
        assert document["jti"] == document["id"] == f"http://127.0.0.1:8000/status/{purpose}/1"
        assert document["exp"] - document["nbf"] == 7 * 24 * 3600
        assert not _set(world, purpose, made.status_index)


def test_suspending_sets_the_suspension_bit_only_and_reinstating_clears_it(world: World) -> None:
    officer = person(world, "certification_officer")
    number = cases.certificate(world)
    index = cases.row(world, number).status_index
    reply = _change(world, officer, number, "suspend", "complaint")
    assert reply.headers["location"] == f"/en/decisions/certificates/{number}?done=suspended"
    answer = world.browser().get(f"/api/v1/verify/{number}").json()
    assert (answer["status"], answer["reason"]) == ("suspended", "complaint")
    world.work()
    assert _set(world, "suspension", index)
    assert not _set(world, "revocation", index)
    assert _change(world, officer, number, "reinstate", "cleared").status_code == 303
    answer = world.browser().get(f"/api/v1/verify/{number}").json()
    assert (answer["status"], answer["reason"]) == ("valid", None)
    world.work()
    assert not _set(world, "suspension", index)


def test_revoking_is_final_and_sets_the_revocation_bit(world: World) -> None:
    officer = person(world, "certification_officer")
    number = cases.certificate(world)
    assert _change(world, officer, number, "revoke", "fraud").status_code == 303
    answer = world.browser().get(f"/api/v1/verify/{number}").json()
    assert (answer["status"], answer["reason"]) == ("revoked", "fraud")
    assert answer["status_since"].startswith("2026-11-23")
    world.work()
    assert _set(world, "revocation", cases.row(world, number).status_index)
    for event, reason in (("reinstate", "cleared"), ("suspend", "complaint"), ("revoke", "conduct")):
        assert _change(world, officer, number, event, reason).status_code == 409
    assert "final" in world.browser(officer).get(f"/en/decisions/certificates/{number}").text


def test_a_superseded_certificate_counts_as_revoked_in_the_list(world: World) -> None:
    candidate, officer = person(world), person(world, "certification_officer")
    old = cases.row(world, cases.certificate(world, candidate, officer))
    new = cases.row(world, cases.certificate(world, candidate, officer))
    world.work()
    assert _set(world, "revocation", old.status_index)
    assert not _set(world, "revocation", new.status_index)


def test_a_change_needs_a_reason_of_its_own_kind_and_words(world: World) -> None:
    officer = person(world, "certification_officer")
    number = cases.certificate(world)
    for event, reason, note in (
        ("suspend", "fraud", "Why."),
        ("suspend", "complaint", ""),
        ("issue", "complaint", "Why."),
        ("suspend", "", "Why."),
        ("reinstate", "renewed", "Why."),
    ):
        assert _change(world, officer, number, event, reason, note).status_code == 422
    assert cases.row(world, number).status is Status.ACTIVE


def test_who_changed_what_and_why_is_recorded_and_the_holder_is_told(world: World) -> None:
    holder, officer = person(world, email="told@people.example"), person(world, "certification_officer")
    number = cases.certificate(world, holder)
    _change(world, officer, number, "suspend", "mark_misuse", "A false claim in a bid.")
    with world.read() as session:
        event = session.exec(
            select(CertificateEvent).where(col(CertificateEvent.kind) == EventKind.SUSPEND)
        ).one()
        entry = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "certificates.suspend")).one()
    assert (event.actor_id, event.note, event.at) == (officer, "A false claim in a bid.", world.clock.now())
    assert entry.facts["code"] == "mark_misuse"
    page = world.browser(officer).get(f"/en/decisions/certificates/{number}").text
    assert "A false claim in a bid." in page
    world.work()
    mail = [mail for mail in world.box.mails if mail.to == "told@people.example"][-1]
    assert "suspended" in mail.text
    assert "bid" not in mail.text


def test_nobody_suspends_the_certificate_of_a_trainee(world: World) -> None:
    holder, officer = person(world), person(world, "certification_officer")
    number = cases.certificate(world, holder)
    with world.write() as session:
        relate(
            session,
            trainer_id=officer,
            learner_id=holder,
            basis=TrainingBasis.RATER,
            since=world.clock.now(),
        )
    assert world.browser(officer).get(f"/en/decisions/certificates/{number}").status_code == 404
    assert _change(world, officer, number, "revoke", "fraud").status_code == 409
    assert cases.row(world, number).status is Status.ACTIVE
    with world.read() as session:
        assert session.exec(
            select(AuditEntry.actor_id).where(col(AuditEntry.action) == "certificates.status_refused")
        ).all() == [officer]


def test_only_a_certification_officer_changes_a_status(world: World) -> None:
    number = cases.certificate(world)
    for role in ("learner", "proctor", "administrator"):
        assert _change(world, person(world, role), number, "revoke", "fraud").status_code == 403


def test_the_look_up_tells_mistyped_from_unknown(world: World) -> None:
    browser = world.browser(person(world, "certification_officer"))
    number = cases.certificate(world)
    assert "mistyped" in browser.get("/en/decisions/certificates?number=0000-1").text
    assert "No certificate" in browser.get(f"/en/decisions/certificates?number={'0' * 20}").text
    reply = browser.get(f"/en/decisions/certificates?number={number.lower()}")
    assert reply.headers["location"] == f"/en/decisions/certificates/{number}"


def test_lists_are_signed_again_every_day_and_never_run_out(world: World) -> None:
    cases.certificate(world)
    first = _fetch(world, "revocation")
    world.clock.advance(timedelta(hours=23))
    world.work()
    assert _fetch(world, "revocation") == first
    world.clock.advance(timedelta(hours=1))
    world.work()
    again = _fetch(world, "revocation")
    assert again["exp"] - first["exp"] == 24 * 3600


def test_a_list_signed_earlier_never_replaces_a_newer_one(world: World) -> None:
    officer = person(world, "certification_officer")
    number = cases.certificate(world)
    _change(world, officer, number, "revoke", "fraud")
    world.work()
    with world.read() as session:
        before = session.get_one(StatusList, (Purpose.REVOCATION, 1))
        version, jwt = before.signed_version, before.jwt
    assert version == before.version
    with world.write() as session:
        assert not service.keep_signed(
            session,
            purpose=Purpose.REVOCATION,
            number=1,
            version=version - 1,
            packed=b"",
            jwt="old",
            at=world.clock.now(),
        )
    with world.read() as session:
        assert session.get_one(StatusList, (Purpose.REVOCATION, 1)).jwt == jwt
    jobs.sign_list(world.context, {"purpose": "revocation", "number": 99})


def test_a_list_is_cacheable_and_answers_not_modified(world: World) -> None:
    cases.certificate(world)
    reply = world.browser().get("/status/revocation/1")
    assert reply.headers["cache-control"] == "public, max-age=300"
    assert reply.headers["content-type"].startswith("text/plain")
    assert reply.headers["access-control-allow-origin"] == "*"
    again = world.browser().get("/status/revocation/1", If_None_Match=reply.headers["etag"])
    assert again.status_code == 304
    asked = world.browser().get("/status/revocation/1", Accept="application/vc+jwt")
    assert asked.headers["content-type"] == "application/vc+jwt"
    for path in ("/status/revocation/2", "/status/gossip/1", "/status/revocation/x"):
        assert world.browser().get(path).status_code == 404
