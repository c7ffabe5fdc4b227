"""Signing and verifying tokens. The only module that touches python-jose, because the library needs guarding.

It takes any key material that parses (a DER public key verified an HMAC forgery in 3.5.0 when no algorithm
was named), ignores ``crit``, and reads whatever header it is given. So here: parsed key objects only, the
algorithm always comes from the registered key, the header holds exactly ``alg``, ``kid`` and ``typ``, and
everything is checked before the signature is looked at.

Source: specification of certificates, section 3; RFC 8725 (JSON Web Token best current practices).
"""

import base64
import json
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jose import jwk, jws
from jose.backends.base import Key
from jose.exceptions import JOSEError

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey

ALGORITHMS = ("RS256", "ES256")
HEADER = frozenset({"alg", "kid", "typ"})
MAX_TOKEN = 16 * 1024
"""Bytes of a credential; nothing longer is parsed."""


class Untrusted(Exception):
    """A token that is not to be believed. ``why`` is a code for logs and tests, never shown."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key ready to sign: its address and its one algorithm."""

    kid: str
    alg: str
    key: Key

    def sign(self, payload: bytes) -> str:
        """The compact token over exactly these bytes, with the header ``{alg, kid, typ: JWT}``."""
        token: str = jws.sign(payload, self.key, headers={"kid": self.kid}, algorithm=self.alg)
        return token


@dataclass(frozen=True, slots=True)
class Verifier:
    """A registered public key and the only algorithm it may be used with."""

    kid: str
    alg: str
    key: Key


def signer(private: PrivateKey, *, kid: str, alg: str) -> Signer:
    """A signer over a loaded private key.

    Raises:
        Untrusted: ``alg`` is none of ours.
    """
    return Signer(kid, alg, _parsed(private, alg))


def verifier(public_jwk: dict[str, Any], *, kid: str, alg: str) -> Verifier:
    """A verifier over a registered public JWK.

    Raises:
        Untrusted: ``alg`` is none of ours, or the JWK does not fit it.
    """
    return Verifier(kid, alg, _parsed(public_jwk, alg))


def _parsed(material: object, alg: str) -> Key:
    if alg not in ALGORITHMS:
        raise Untrusted("algorithm")
    try:
        return jwk.construct(material, alg)
    except JOSEError as error:
        raise Untrusted("key") from error


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Untrusted("header")
    return found


def _header(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise Untrusted("segments")
    try:
        raw = base64.b64decode(parts[0] + "=" * (-len(parts[0]) % 4), altchars=b"-_", validate=True)
        header = json.loads(raw, object_pairs_hook=_no_duplicates)
    except (Base64Error, ValueError) as error:
        raise Untrusted("header") from error
    if not isinstance(header, dict) or frozenset(header) != HEADER or header["typ"] != "JWT":
        raise Untrusted("header")
    return header


def key_address(token: str, *, at_most: int = MAX_TOKEN) -> str:
    """The ``kid`` a token names, once its size and header are in order. Nothing is verified yet.

    Raises:
        Untrusted: the token is too long, or its header is not exactly ``{alg, kid, typ: JWT}``.
    """
    if len(token) > at_most or not token.isascii():
        raise Untrusted("size")
    header = _header(token)
    if header["alg"] not in ALGORITHMS:
        raise Untrusted("algorithm")
    if not isinstance(header["kid"], str):
        raise Untrusted("header")
    return header["kid"]


def verify(token: str, find_key: Callable[[str], Verifier | None], *, at_most: int = MAX_TOKEN) -> bytes:
    """The signed bytes of a token made by one of our registered keys.

    ``find_key`` gives the registered key of an address; a token's own ``jwk`` is never looked at.

    Raises:
        Untrusted: anything about the token, its key or its signature is not in order.
    """
    known = find_key(key_address(token, at_most=at_most))
    if known is None:
        raise Untrusted("unknown-key")
    if not isinstance(known.key, Key):
        raise Untrusted("key")
    try:
        payload: bytes = jws.verify(token, known.key, algorithms=[known.alg])
    except JOSEError as error:
        raise Untrusted("signature") from error
    return payload
