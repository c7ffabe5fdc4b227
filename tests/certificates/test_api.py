"""What a program may ask without an account, and what it is never told."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from app.certificates import jose, keys
from app.certificates.queries.keys import verifiers
from app.certificates.rules import number as numbers
from app.certificates.rules.states import KeyState
from app.certificates.service import keys as key_service
from app.cli import keys as cli_keys
from app.kernel.errors import NotFound
from tests.certificates import cases
from tests.factories import person
from tests.world import World


def _ask(world: World, number: str, **headers: str) -> Any:
    return world.browser().get(f"/api/v1/verify/{number}", **headers)


def test_a_valid_certificate_is_answered_with_its_facts_and_a_masked_name(world: World) -> None:
    number = cases.certificate(world)
    answer = _ask(world, number).json()
    assert answer["status"] == "valid"
    assert answer["number"] == numbers.shown(number)
    assert answer["kind"] == "certification"
    assert answer["achievement"]["slug"] == "analyst"
    assert set(answer["achievement"]["title"]) == {"kk", "ru", "en"}
    assert answer["issued_at"] == "2026-11-23T07:00:00+00:00"
    assert answer["expires_at"] == "2028-11-23T07:00:00+00:00"
    assert answer["holder"] == {"cyrillic": "Ү••• С•••", "latin": "S••• U•••", "masked": True}
    assert answer["specimen"] is True


def test_a_stranger_is_told_no_personal_data(world: World) -> None:
    holder = person(world)
    number = cases.certificate(world, holder)
    text = _ask(world, number).text + world.browser().get("/status/revocation/1").text
    for secret in (cases.NAME_CYRILLIC, cases.NAME_LATIN, "people.example", str(holder)):
        assert secret not in text


def test_an_expired_certificate_says_so_and_since_when(world: World) -> None:
    number = cases.certificate(world)
    world.clock.advance(timedelta(days=731))
    answer = _ask(world, number).json()
    assert answer["status"] == "expired"
    assert answer["status_since"] == answer["expires_at"]
    assert answer["reason"] is None


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_unknown_and_mistyped_are_different_problems_in_the_readers_language(
    world: World, locale: str
) -> None:
    for number, status, answer in (("0" * 20, 404, "unknown"), ("0" * 19 + "1", 422, "mistyped")):
        reply = _ask(world, number, Accept_Language=locale)
        assert reply.status_code == status
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.headers["content-language"] == locale
        body = reply.json()
        assert body["status"] == status
        assert body["answer"] == answer
        assert body["title"] != body["type"].rpartition("/")[2]


def test_the_zero_number_is_well_formed_and_was_never_issued(world: World) -> None:
    assert numbers.valid("0" * 20)
    assert _ask(world, "0" * 20).json()["type"] == "/problems/certificate-unknown"


def test_looking_for_numbers_is_slowed_down(world: World) -> None:
    browser = world.browser()
    seen = {browser.get(f"/api/v1/verify/{'0' * 20}").status_code for _ in range(130)}
    assert seen == {404, 429}


def test_the_kid_of_a_token_serves_one_bare_key_that_verifies_it(world: World) -> None:
    made = cases.row(world, cases.certificate(world))
    token = str(made.jwt)
    kid = jose.key_address(token)
    reply = world.browser().get(kid.removeprefix("http://127.0.0.1:8000"))
    assert reply.headers["content-type"] == "application/jwk+json"
    key = reply.json()
    assert key["kid"] == kid
    assert keys.thumbprint(key) == made.key_thumbprint
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)
    known = jose.verifier({name: key[name] for name in ("kty", "n", "e")}, kid=kid, alg=key["alg"])
    assert jose.verify(token, {kid: known}.get) == made.payload
    assert world.browser().get("/keys/unknown").status_code == 404


def test_the_key_set_and_the_did_document_publish_the_same_keys(world: World) -> None:
    cases.certificate(world)
    key_set = world.browser().get("/.well-known/jwks.json").json()["keys"]
    did = world.browser().get("/.well-known/did.json").json()
    assert did["id"] == "did:web:127.0.0.1%3A8000"
    assert [method["publicKeyJwk"] for method in did["verificationMethod"]] == key_set
    assert did["assertionMethod"] == [method["id"] for method in did["verificationMethod"]]
    assert len(key_set) == 1


def test_after_a_rotation_certificates_signed_before_still_verify(world: World) -> None:
    old = cases.row(world, cases.certificate(world))
    fresh, state = cli_keys.turn(world.settings, world.clock, at_once=False)
    assert state is KeyState.PENDING
    assert cli_keys.turn(world.settings, world.clock, at_once=False) == (fresh, KeyState.PENDING)
    published = {key["kid"] for key in world.browser().get("/.well-known/jwks.json").json()["keys"]}
    assert len(published) == 2
    world.clock.advance(timedelta(hours=24))
    assert cli_keys.turn(world.settings, world.clock, at_once=False) == (fresh, KeyState.ACTIVE)
    new = cases.row(world, cases.certificate(world))
    assert new.key_thumbprint == fresh != old.key_thumbprint
    with world.read() as session:
        known = verifiers(session, world.settings.public_base)
    for made in (old, new):
        assert jose.verify(str(made.jwt), known.get) == made.payload
        assert world.browser().get(f"/keys/{made.key_thumbprint}").status_code == 200


def test_rotation_at_once_and_es256_work_too(world: World) -> None:
    cli_keys.initialise(world.settings, world.clock)
    fresh, state = cli_keys.turn(world.settings, world.clock, at_once=True, alg="ES256")
    assert state is KeyState.ACTIVE
    made = cases.row(world, cases.certificate(world))
    assert made.key_thumbprint == fresh
    header = json.loads(base64.urlsafe_b64decode(str(made.jwt).split(".")[0] + "=="))
    assert header["alg"] == "ES256"


def test_a_compromised_key_is_no_longer_published_and_verifies_nothing(world: World) -> None:
    made = cases.row(world, cases.certificate(world))
    with world.write() as session:
        key_service.compromise(session, world.clock, str(made.key_thumbprint))
    assert world.browser().get(f"/keys/{made.key_thumbprint}").status_code == 404
    assert world.browser().get("/.well-known/jwks.json").json() == {"keys": []}
    with world.read() as session:
        known = verifiers(session, world.settings.public_base)
    with pytest.raises(jose.Untrusted):
        jose.verify(str(made.jwt), known.get)
    with pytest.raises(NotFound), world.write() as session:
        key_service.compromise(session, world.clock, str(made.key_thumbprint))
    with pytest.raises(NotFound), world.write() as session:
        key_service.activate(session, world.clock, str(made.key_thumbprint))


def test_private_keys_are_encrypted_files_of_the_owner_only(world: World) -> None:
    thumbprint = cli_keys.initialise(world.settings, world.clock)
    path = world.settings.var_dir / "keys" / f"{thumbprint}.p8"
    assert path.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    (world.settings.var_dir / "secret").write_bytes(b"another secret of enough bytes..")
    with pytest.raises(ValueError):
        keys.signer(world.settings, thumbprint, "RS256")
    with pytest.raises(jose.Untrusted):
        keys.make(world.settings, "HS256")


def test_the_issuer_and_achievements_are_public_in_three_languages(world: World) -> None:
    cases.certificate(world)
    issuer = world.browser().get("/issuer").json()
    assert issuer["id"] == "http://127.0.0.1:8000/issuer"
    assert issuer["name"].startswith("TEST ISSUER")
    names = set()
    for path in ("", "/kk", "/ru", "/en"):
        reply = world.browser().get(f"/achievements/analyst/v1{path}")
        assert reply.status_code == 200
        assert reply.headers["content-language"] == (path[1:] or "en")
        names.add(reply.json()["name"])
        for related in reply.json()["related"]:
            address = related["id"].removeprefix("http://127.0.0.1:8000")
            assert world.browser().get(address).json()["inLanguage"] == related["inLanguage"]
    assert len(names) == 3
    for path in ("/achievements/analyst/v2", "/achievements/none/v1", "/achievements/analyst/v1/de"):
        assert world.browser().get(path).status_code == 404


def test_a_credential_is_read_by_its_holder_and_by_nobody_else(world: World) -> None:
    holder = person(world)
    number = cases.certificate(world, holder)
    token = cases.row(world, number).jwt
    leads = world.browser().get(f"/credentials/{number}").headers["location"]
    mine = world.browser(holder).get(leads)
    assert mine.text == token
    assert "no-store" in mine.headers["cache-control"]
    for browser in (world.browser(), world.browser(person(world))):
        assert browser.get(leads).status_code == 404
    assert world.browser().get("/credentials/mistyped").status_code == 404


def test_the_keys_page_is_for_administrators_and_auditors(world: World) -> None:
    cases.certificate(world)
    for role in ("administrator", "auditor"):
        page = world.browser(person(world, role)).get("/en/admin/keys")
        assert page.status_code == 200
        assert "Signs now" in page.text
    assert world.browser(person(world, "certification_officer")).get("/en/admin/keys").status_code == 403
