"""Status lists: the bits, and the credential that carries them.

Source: specification of certificates, section 4; W3C Bitstring Status List 1.0.
"""

import base64
import gzip
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.certificates.credential import Issuer
from app.certificates.rules.states import Purpose

ENTRIES = 131_072
"""Places in a list: the least the standard allows, so that one look-up hides among many."""
FULL = ENTRIES * 3 // 4
"""Certificates after which the next list is opened, so that a random free place is found at once."""
LIFE = timedelta(days=7)
RESIGN_AFTER = timedelta(days=1)
MAX_AGE = timedelta(minutes=5)
"""How long a copy may be used: the ``ttl`` of the list and the Cache-Control of its address."""
MAX_TOKEN = 64 * 1024
"""Bytes of a signed list at most: 16 KiB of bits that do not compress, encoded twice, with room."""


def bits(indices: Iterable[int]) -> bytes:
    """The list with these places set; place 0 is the leftmost bit.

    Raises:
        IndexError: a place outside the list.
    """
    made = bytearray(ENTRIES // 8)
    for index in indices:
        if index < 0:
            raise IndexError(index)
        made[index >> 3] |= 0x80 >> (index & 7)
    return bytes(made)


def is_set(packed: bytes, index: int) -> bool:
    """Whether a place is set."""
    return bool(packed[index >> 3] & (0x80 >> (index & 7)))


def encoded(packed: bytes) -> str:
    """GZIP without a time, so that equal bits give equal bytes; unpadded base64url; multibase ``u``."""
    return "u" + base64.urlsafe_b64encode(gzip.compress(packed, 9, mtime=0)).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bits of an encoded list.

    Raises:
        ValueError: it is not base64url under the prefix ``u``, or not GZIP.
    """
    if not text.startswith("u"):
        raise ValueError("multibase")
    try:
        return gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    except (OSError, EOFError) as error:
        raise ValueError("gzip") from error


def document(issuer: Issuer, purpose: Purpose, number: int, packed: bytes, at: datetime) -> dict[str, Any]:
    """The list as a credential with its JWT claims, valid for a week from ``at``."""
    address = f"{issuer.base}/status/{purpose}/{number}"
    until = at + LIFE

    def instant(moment: datetime) -> str:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.id,
        "validFrom": instant(at),
        "validUntil": instant(until),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": str(purpose),
            "statusSize": 1,
            "ttl": int(MAX_AGE.total_seconds()) * 1000,
            "encodedList": encoded(packed),
        },
        "iss": issuer.id,
        "jti": address,
        "sub": f"{address}#list",
        "nbf": int(at.timestamp()),
        "exp": int(until.timestamp()),
    }
