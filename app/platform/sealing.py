"""Encryption of what is kept for a time only: a key for each thing that ends as one, itself kept encrypted.

AES-256-GCM throughout. A sealed text is nonce (12 bytes), ciphertext and tag; ``name`` binds it to its place,
so that bytes put under another name do not open. Destroying the key ends everything sealed under it, also in
copies of the files.

Source: NIST SP 800-38D (GCM); NIST SP 800-88 rev. 1, section 2.5 (cryptographic erase).
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Unopenable(Exception):
    """The key is another one, or the bytes or their name were changed."""


def wrapping_key(secret: bytes) -> bytes:
    """The key of an installation under which keys are kept, 32 bytes, made of its secret."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ceasai kept keys v1").derive(secret)


def new_key() -> bytes:
    """A fresh key, 32 bytes."""
    return AESGCM.generate_key(bit_length=256)


def seal(key: bytes, content: bytes, *, name: str) -> bytes:
    """``content`` encrypted under ``key``."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, name.encode())


def unseal(key: bytes, sealed: bytes, *, name: str) -> bytes:
    """What was sealed under this key and this name.

    Raises:
        Unopenable: it was not.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
    except (InvalidTag, ValueError):
        raise Unopenable from None
