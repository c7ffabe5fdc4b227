"""Signing keys: made, kept as encrypted files, named by their thumbprint.

The private half never enters the database. Its file is PKCS#8, encrypted under a passphrase derived from the
installation's secret; a process decrypts a file once, when it first signs.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.certificates import jose
from app.kernel.canonical import canonical_json
from app.platform.settings import Settings, private_folder, secret

RSA_BITS = 2048
_MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key that was just made and written to its file."""

    thumbprint: str
    alg: str
    public_jwk: dict[str, Any]


def _b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _b64u(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def public_jwk(private: jose.PrivateKey) -> dict[str, Any]:
    """The public half as a bare JWK (RFC 7517), required members only."""
    if isinstance(private, rsa.RSAPrivateKey):
        numbers = private.public_key().public_numbers()
        return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
    point = private.public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _b64u(point.x.to_bytes(32, "big")),
        "y": _b64u(point.y.to_bytes(32, "big")),
    }


def thumbprint(jwk: dict[str, Any]) -> str:
    """SHA-256 over the required members, base64url without padding.

    Source: RFC 7638, section 3.
    """
    required = {name: jwk[name] for name in _MEMBERS[jwk["kty"]]}
    return _b64u(hashlib.sha256(canonical_json(required)).digest())


def _passphrase(settings: Settings) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ceasai signing keys v1")
    return base64.urlsafe_b64encode(derived.derive(secret(settings)))


def _path(settings: Settings, name: str) -> Path:
    return settings.var_dir / "keys" / f"{name}.p8"


def make(settings: Settings, alg: str = "RS256") -> MadeKey:
    """Make a key pair and write its private half, encrypted, readable by the owner only. Slow.

    Raises:
        Untrusted: ``alg`` is neither RS256 nor ES256.
    """
    if alg not in jose.ALGORITHMS:
        raise jose.Untrusted("algorithm")
    private: jose.PrivateKey = (
        rsa.generate_private_key(65537, RSA_BITS)
        if alg == "RS256"
        else ec.generate_private_key(ec.SECP256R1())
    )
    public = public_jwk(private)
    name = thumbprint(public)
    path = _path(settings, name)
    private_folder(path.parent)
    path.touch(mode=0o600)
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(_passphrase(settings)),
        )
    )
    return MadeKey(name, alg, public)


@lru_cache(maxsize=16)
def _opened(path: Path, passphrase: bytes) -> jose.PrivateKey:
    private = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise jose.Untrusted("key")
    return private


def address(base: str, name: str) -> str:
    """The key's public address, which is its ``kid``: it serves one bare JWK."""
    return f"{base}/keys/{name}"


def signer(settings: Settings, name: str, alg: str) -> jose.Signer:
    """The signer of a key by its thumbprint; its file is opened once per process.

    Raises:
        OSError: the file is not there.
        ValueError: the file was encrypted under another secret.
    """
    private = _opened(_path(settings, name), _passphrase(settings))
    return jose.signer(private, kid=address(settings.public_base, name), alg=alg)
