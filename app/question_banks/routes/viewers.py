"""Who may come to which pages of items, and in which of their roles they act there."""

from typing import Annotated

from fastapi import Depends

from app.question_banks.rules.workflow import MANAGERS, READERS, WRITERS
from app.web.viewer import Viewer, holding

Reader = Annotated[Viewer, Depends(holding(*sorted(READERS)))]
Writer = Annotated[Viewer, Depends(holding(*sorted(WRITERS)))]
Manager = Annotated[Viewer, Depends(holding(*sorted(MANAGERS)))]


def roles_of(viewer: Viewer) -> frozenset[str]:
    """The roles with which the viewer may do something to drafts."""
    return frozenset(role for role in READERS if viewer.has(role))
