"""In which roles a supervising person acts."""

from app.exams.rules.transitions import Who
from app.web.viewer import Viewer


def acting_in(viewer: Viewer, *, assigned: bool) -> frozenset[Who]:
    """A proctor in the sittings they are ``assigned`` to, an exam manager everywhere."""
    held = {Who.PROCTOR: assigned and viewer.has("proctor"), Who.EXAM_MANAGER: viewer.has("exam_manager")}
    return frozenset(who for who, holds in held.items() if holds)
