"""The cut score of a form as somebody decides it, and who has read a form. Never commits."""

from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.exams.models.forms import FormCut, FormReader
from app.exams.queries.cuts import cut_of
from app.kernel.clock import Clock
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.database import insert_once


def set_cut(
    session: Session,
    clock: Clock,
    *,
    form_id: UUID,
    cut_score: int,
    source_id: UUID,
    decided_by: UUID,
    reason: str,
) -> bool:
    """Note a decision; False when there is one on this source, or another was made at the same moment.

    From then on attempts that start take it. Those that have started keep theirs.
    """
    number = select(func.coalesce(func.max(col(FormCut.number)), 0)).where(col(FormCut.form_id) == form_id)
    before = cut_of(session, form_id)
    if not insert_once(
        session,
        FormCut,
        id=new_id(),
        form_id=form_id,
        number=int(session.execute(number).scalar_one()) + 1,
        cut_score=cut_score,
        cut_before=before,
        source_id=source_id,
        decided_by=decided_by,
        reason=reason,
        at=clock.now(),
    ):
        return False
    audit.record(
        session,
        clock,
        actor_id=decided_by,
        action="form.cut_decided",
        subject_kind="form",
        subject_id=form_id,
        source=source_id,
        cut_score=cut_score,
        cut_before=before,
    )
    return True


def note_reader(session: Session, clock: Clock, *, form_id: UUID, person_id: UUID) -> None:
    """Write down that somebody may read a form with its keys: they are never given it in an exam."""
    insert_once(session, FormReader, form_id=form_id, person_id=person_id, at=clock.now())
