"""The guards around python-jose: nothing but a token of a registered key, under that key's own algorithm."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.certificates import jose, keys

ATTACK = b'{"sub":"attacker"}'
KID = "https://lms.example/keys/one"
PAYLOAD = b'{"iss":"https://lms.example/issuer","name":"\xd2\xae\xd0\xbb\xd0\xb3\xd1\x96"}'


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module", params=["RS256", "ES256"])
def pair(
    request: pytest.FixtureRequest, rsa_key: rsa.RSAPrivateKey
) -> tuple[Any, jose.Signer, jose.Verifier]:
    private: Any = rsa_key if request.param == "RS256" else ec.generate_private_key(ec.SECP256R1())
    signer = jose.signer(private, kid=KID, alg=request.param)
    return private, signer, jose.verifier(keys.public_jwk(private), kid=KID, alg=request.param)


def _known(verifier: jose.Verifier) -> Any:
    return {verifier.kid: verifier}.get


def _signed(signer: jose.Signer, header: dict[str, Any], payload: bytes = PAYLOAD) -> str:
    """A token that is really signed by the key, under whatever header."""
    head = _b64(json.dumps(header).encode())
    body = f"{head}.{_b64(payload)}"
    return f"{body}.{_b64(signer.key.sign(body.encode()))}"


def _refused(token: str, find: Any, why: str, **limits: int) -> None:
    with pytest.raises(jose.Untrusted) as refusal:
        jose.verify(token, find, **limits)
    assert refusal.value.why == why


def test_the_bytes_that_were_signed_come_back_and_the_header_is_exact(pair: Any) -> None:
    _, signer, verifier = pair
    token = signer.sign(PAYLOAD)
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert header == {"alg": signer.alg, "kid": KID, "typ": "JWT"}
    assert jose.verify(token, _known(verifier)) == PAYLOAD


def test_the_der_key_forgery_of_3_5_0_works_on_the_library_and_not_on_us(pair: Any) -> None:
    from jose import jwt

    private, signer, verifier = pair
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for header in ({"alg": "HS256", "typ": "JWT"}, {"alg": "HS256", "kid": KID, "typ": "JWT"}):
        body = f"{_b64(json.dumps(header).encode())}.{_b64(ATTACK)}"
        forged = f"{body}.{_b64(hmac.new(der, body.encode(), hashlib.sha256).digest())}"
        # the library alone believes it: this is why the guards exist
        assert jwt.decode(forged, der, algorithms=None, options={"verify_aud": False}) == {"sub": "attacker"}
        _refused(forged, _known(verifier), "header" if "kid" not in header else "algorithm")
        # even if somebody registered raw key material, it is no parsed key
        raw = jose.Verifier(KID, signer.alg, der)  # type: ignore[arg-type]  # the mistake under test
        pretending = _signed(signer, {"alg": signer.alg, "kid": KID, "typ": "JWT"})
        _refused(pretending, {KID: raw}.get, "key")


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "HS384", "HS512", "RS512", "PS256", "", 7, None])
def test_none_hs_and_every_algorithm_but_ours_is_refused(pair: Any, alg: Any) -> None:
    _, signer, verifier = pair
    _refused(_signed(signer, {"alg": alg, "kid": KID, "typ": "JWT"}), _known(verifier), "algorithm")


def test_a_token_cannot_choose_another_algorithm_than_its_key(pair: Any) -> None:
    _, signer, verifier = pair
    other = "ES256" if signer.alg == "RS256" else "RS256"
    _refused(_signed(signer, {"alg": other, "kid": KID, "typ": "JWT"}), _known(verifier), "signature")


@pytest.mark.parametrize(
    "extra",
    [
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"jwk": {"kty": "oct", "k": "AA"}},
        {"jku": "https://evil.example/keys"},
        {"x5c": ["AA"]},
        {"x5u": "https://evil.example"},
        {"cty": "JWT"},
        {"zip": "DEF"},
    ],
)
def test_crit_jwk_and_every_further_header_is_refused(pair: Any, extra: dict[str, Any]) -> None:
    _, signer, verifier = pair
    header = {"alg": signer.alg, "kid": KID, "typ": "JWT"} | extra
    _refused(_signed(signer, header), _known(verifier), "header")


@pytest.mark.parametrize("missing", ["alg", "kid", "typ"])
def test_no_header_may_be_missing(pair: Any, missing: str) -> None:
    _, signer, verifier = pair
    header = {"alg": signer.alg, "kid": KID, "typ": "JWT"}
    del header[missing]
    _refused(_signed(signer, header), _known(verifier), "header")


def test_a_header_that_says_one_thing_twice_is_refused(pair: Any) -> None:
    _, signer, verifier = pair
    head = _b64(b'{"alg":"none","alg":"%s","kid":"%s","typ":"JWT"}' % (signer.alg.encode(), KID.encode()))
    body = f"{head}.{_b64(PAYLOAD)}"
    _refused(f"{body}.{_b64(signer.key.sign(body.encode()))}", _known(verifier), "header")


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"kid": ["https://lms.example/keys/one"]}, "header"),
        ({"typ": "at+jwt"}, "header"),
        ({"kid": "https://evil.example/keys/one"}, "unknown-key"),
    ],
)
def test_kid_is_an_address_of_ours_and_typ_is_jwt(pair: Any, header: dict[str, Any], why: str) -> None:
    _, signer, verifier = pair
    made = {"alg": signer.alg, "kid": KID, "typ": "JWT"} | header
    _refused(_signed(signer, made), _known(verifier), why)


@pytest.mark.parametrize(
    "token", ["", "a.b", "a.b.c.d", "..", "!.b.c", "W10.b.c", "bnVsbA.b.c", "e30.b.c", "ж.b.c"]
)
def test_what_is_no_token_is_refused(pair: Any, token: str) -> None:
    with pytest.raises(jose.Untrusted):
        jose.verify(token, _known(pair[2]))


def test_nothing_over_16_kib_is_parsed(pair: Any) -> None:
    _, signer, verifier = pair
    token = signer.sign(b"x" * 13_000)
    assert len(token) > 16 * 1024
    _refused(token, _known(verifier), "size")
    assert jose.verify(token, _known(verifier), at_most=64 * 1024) == b"x" * 13_000


def test_a_changed_payload_or_signature_is_refused(pair: Any) -> None:
    _, signer, verifier = pair
    head, body, signature = signer.sign(PAYLOAD).split(".")
    _refused(
        f"{head}.{_b64(PAYLOAD.replace(b'issuer', b'ISSUER'))}.{signature}", _known(verifier), "signature"
    )
    flipped = ("A" if signature[5] != "A" else "B").join((signature[:5], signature[6:]))
    _refused(f"{head}.{body}.{flipped}", _known(verifier), "signature")


def test_a_signature_of_another_key_is_refused(pair: Any) -> None:
    _, signer, verifier = pair
    private: Any = (
        rsa.generate_private_key(65537, 2048)
        if signer.alg == "RS256"
        else ec.generate_private_key(ec.SECP256R1())
    )
    stranger = jose.signer(private, kid=KID, alg=signer.alg)
    _refused(stranger.sign(PAYLOAD), _known(verifier), "signature")


def test_keys_of_other_kinds_are_refused_when_they_are_registered(rsa_key: rsa.RSAPrivateKey) -> None:
    for alg in ("none", "HS256", "RS512"):
        with pytest.raises(jose.Untrusted):
            jose.signer(rsa_key, kid=KID, alg=alg)
    with pytest.raises(jose.Untrusted):
        jose.verifier({"kty": "oct", "k": "AAAA"}, kid=KID, alg="RS256")
    with pytest.raises(jose.Untrusted):
        jose.verifier(keys.public_jwk(rsa_key), kid=KID, alg="ES256")


def test_the_backend_is_cryptography_and_ecdsa_and_rsa_are_never_loaded() -> None:
    program = (
        "import sys\n"
        "import app.main, app.worker\n"
        "from app.certificates import jose, keys\n"
        "from cryptography.hazmat.primitives.asymmetric import ec, rsa\n"
        "for key, alg in ((rsa.generate_private_key(65537, 2048), 'RS256'),"
        " (ec.generate_private_key(ec.SECP256R1()), 'ES256')):\n"
        "    signer = jose.signer(key, kid='k', alg=alg)\n"
        "    known = jose.verifier(keys.public_jwk(key), kid='k', alg=alg)\n"
        "    assert jose.verify(signer.sign(b'x'), {'k': known}.get) == b'x'\n"
        "    print(type(signer.key).__module__, type(known.key).__module__)\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'ecdsa', 'rsa'}))\n"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    backend = "jose.backends.cryptography_backend"
    assert found.stdout.splitlines() == [f"{backend} {backend}"] * 2 + ["[]"]


def test_one_module_imports_python_jose() -> None:
    root = Path(__file__).parents[2] / "app"
    importers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        for line in path.read_text().splitlines()
        if line.startswith(("from jose", "import jose"))
    }
    assert importers == {"certificates/jose.py"}


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    example = {  # RFC 7638, section 3.1
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
        "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI"
        "SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
        "alg": "RS256",
        "kid": "2011-04-29",
    }
    assert keys.thumbprint(example) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
