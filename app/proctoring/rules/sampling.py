"""The blind draw: of every sitting's unflagged attempts at least one in twenty is reviewed like the others.

Source: specification of exams, section 5, rule 8.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from app.kernel.canonical import sha256_hex

ONE_IN = 20
"""5 per cent."""
DRAWN_AFTER = timedelta(hours=1)
"""After the window of a sitting, so that incidents of its last minutes are written down."""
DRAWN_UNTIL = timedelta(days=30)
"""A sitting that ended longer ago is left alone: an installation that takes up the draw does not go back."""


def sample_size(unflagged: int) -> int:
    """How many are drawn: 5 per cent, rounded up."""
    return -(-unflagged // ONE_IN)


def draw(seed: str, unflagged: Collection[UUID]) -> list[UUID]:
    """Which are drawn: those whose hash with the seed is smallest. The same seed draws the same again."""
    ranked = sorted(unflagged, key=lambda one: sha256_hex(f"{seed}:{one}".encode()))
    return ranked[: sample_size(len(unflagged))]
