"""Password hashing: argon2id, and never more than two at once in a process."""

import threading
import unicodedata

from pwdlib.hashers.argon2 import Argon2Hasher

MEMORY_KIB = 19 * 1024
TIME = 2
PARALLELISM = 1
"""Source: OWASP Password Storage Cheat Sheet, argon2id m=19 MiB, t=2, p=1."""

_gate = threading.BoundedSemaphore(2)


class Passwords:
    """Hashes and checks passwords. Slow on purpose: never called inside a database transaction."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, time: int = TIME) -> None:
        self._hasher = Argon2Hasher(time_cost=time, memory_cost=memory_kib, parallelism=PARALLELISM)
        self._nobody = self._hasher.hash("a password that nobody has")

    def hash(self, password: str) -> str:
        """What the database keeps of a password."""
        with _gate:
            return self._hasher.hash(_plain(password))

    def verify(self, password: str, kept: str | None) -> bool:
        """Whether the password fits; ``kept`` None (nobody, or no password) costs the same and is False."""
        with _gate:
            return self._hasher.verify(_plain(password), kept or self._nobody) and kept is not None


def _plain(password: str) -> str:
    """One form for what different keyboards send. Source: NIST SP 800-63B, 5.1.1.2."""
    return unicodedata.normalize("NFKC", password)
