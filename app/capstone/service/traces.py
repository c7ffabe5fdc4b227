"""What every act on a submission leaves in the audit log."""

from uuid import UUID

from sqlmodel import Session

from app.kernel.clock import Clock
from app.platform import audit


def note(
    session: Session, clock: Clock, person_id: UUID | None, action: str, submission_id: UUID, **facts: object
) -> None:
    """Write an act on a submission down; ``person_id`` None is the system."""
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action=action,
        subject_kind="capstone_submission",
        subject_id=submission_id,
        **facts,
    )
