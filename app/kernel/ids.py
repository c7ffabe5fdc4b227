"""Row identifiers and secrets."""

import hashlib
import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """A time-ordered UUID, version 7.

    Source: RFC 9562, section 5.7.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def random_id() -> uuid.UUID:
    """A random UUID, version 4: for rows whose readers must not learn from the id when they were made."""
    return uuid.UUID(bytes=secrets.token_bytes(16), version=4)


def new_token() -> str:
    """A secret of 256 bits for a cookie, a mail link or a share link, URL-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a token: SHA-256, 64 hex digits.

    A plain hash is enough because a token has 256 random bits; a password never comes here.
    """
    return hashlib.sha256(token.encode()).hexdigest()
