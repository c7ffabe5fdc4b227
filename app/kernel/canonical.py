"""One byte form for a value, so that hashes can be recomputed anywhere."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces.

    Only strings, whole numbers, booleans, null, lists and objects are given to it, for which this
    form equals RFC 8785 (JCS) as long as keys are ASCII.

    Raises:
        ValueError: a float that is not finite.
        TypeError: a value JSON does not know.
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sha256_hex(data: bytes) -> str:
    """SHA-256 of ``data``, 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()
