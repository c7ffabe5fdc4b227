"""Reads of pictures: what is taken now, what was taken, who compared and looked, what was destroyed."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.kernel.errors import NotFound
from app.proctoring.models import (
    DeletionReceipt,
    IdentityCheck,
    KeptKey,
    LegalHold,
    MonitoringSwitch,
    Picture,
    PictureView,
)
from app.proctoring.rules.keeping import Keeping
from app.proctoring.rules.pictures import Format, Look, PictureKind, Verdict, keeping_of, kinds_of


class Intake(NamedTuple):
    """What a picture that comes in has to know. ``wrapped`` None: no key yet, or it was destroyed.

    ``taken``: how many there are that go as one with it; ``last``: the highest number of its own kind.
    ``verdict``: what was said last about face and document.
    """

    monitored: bool
    wrapped: bytes | None
    destroyed: bool
    taken: int
    last: int
    verdict: Verdict | None


def intake(session: Session, attempt_id: UUID, sitting_id: UUID | None, kind: PictureKind) -> Intake:
    """Whether the sitting is monitored, the key, how many pictures are under it, and the last number."""
    keeping = keeping_of(kind)
    key = (col(KeptKey.attempt_id) == attempt_id, col(KeptKey.keeping) == keeping)
    wrapped: Any = select(col(KeptKey.wrapped)).where(*key).scalar_subquery()
    destroyed: Any = select(col(KeptKey.destroyed_at)).where(*key).scalar_subquery()
    taken: Any = (
        select(func.count())
        .select_from(Picture)
        .where(col(Picture.attempt_id) == attempt_id, col(Picture.kind).in_(kinds_of(keeping)))
        .scalar_subquery()
    )
    last: Any = (
        select(func.max(col(Picture.seq)))
        .where(col(Picture.attempt_id) == attempt_id, col(Picture.kind) == kind)
        .scalar_subquery()
    )
    verdict: Any = (
        select(col(IdentityCheck.verdict))
        .where(col(IdentityCheck.attempt_id) == attempt_id)
        .order_by(col(IdentityCheck.at).desc(), col(IdentityCheck.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    row = session.execute(select(_newest_switch(sitting_id), wrapped, destroyed, taken, last, verdict)).one()
    return Intake(row[0] is not False, row[1], row[2] is not None, row[3], row[4] or 0, row[5])


def _newest_switch(sitting_id: UUID | None) -> Any:
    return (
        select(col(MonitoringSwitch.on))
        .where(col(MonitoringSwitch.sitting_id) == sitting_id)
        .order_by(col(MonitoringSwitch.at).desc(), col(MonitoringSwitch.id).desc())
        .limit(1)
        .scalar_subquery()
    )


def is_monitored(session: Session, sitting_id: UUID | None) -> bool:
    """Whether monitoring is on; it is, until somebody switches it off."""
    return session.scalar(select(_newest_switch(sitting_id))) is not False


class Shot(NamedTuple):
    """A picture as pages list it. ``gone``: its key was destroyed, and with it the picture."""

    id: UUID
    kind: PictureKind
    seq: int
    format: Format
    size: int
    sha256: str
    file: str
    at: datetime
    wrapped: bytes | None

    @property
    def gone(self) -> bool:
        """Whether nothing of it can be shown any more."""
        return self.wrapped is None


def pictures_of(session: Session, attempt_id: UUID, picture_id: UUID | None = None) -> list[Shot]:
    """The pictures of an attempt in the order in which they came, or the one that is named."""
    wanted = (
        select(
            col(Picture.id),
            col(Picture.kind),
            col(Picture.seq),
            col(Picture.format),
            col(Picture.size),
            col(Picture.sha256),
            col(Picture.file),
            col(Picture.at),
            col(KeptKey.keeping),
            col(KeptKey.wrapped),
        )
        .join(KeptKey, col(KeptKey.attempt_id) == col(Picture.attempt_id))
        .where(col(Picture.attempt_id) == attempt_id)
        .order_by(col(Picture.at), col(Picture.id))
    )
    if picture_id is not None:
        wanted = wanted.where(col(Picture.id) == picture_id)
    rows = [row for row in session.execute(wanted) if row.keeping is keeping_of(row.kind)]
    return [Shot(*tuple(row)[:8], row.wrapped) for row in rows]  # type: ignore[call-arg]  # eight columns and the key


def get_picture(session: Session, attempt_id: UUID, picture_id: UUID) -> Shot:
    """One picture of an attempt; the caller has checked who may see it.

    Raises:
        NotFound: the attempt has no such picture.
    """
    found = pictures_of(session, attempt_id, picture_id)
    if not found:
        raise NotFound
    return found[0]


def newest(shots: list[Shot], kind: PictureKind) -> Shot | None:
    """The last picture of a kind."""
    return next((one for one in reversed(shots) if one.kind is kind), None)


class Check(NamedTuple):
    """What somebody said who compared face and document."""

    verdict: Verdict
    reason: str | None
    actor_id: UUID
    at: datetime


def checks_of(session: Session, attempt_id: UUID) -> list[Check]:
    """Every comparison, in order."""
    rows = session.execute(
        select(
            col(IdentityCheck.verdict),
            col(IdentityCheck.reason),
            col(IdentityCheck.actor_id),
            col(IdentityCheck.at),
        )
        .where(col(IdentityCheck.attempt_id) == attempt_id)
        .order_by(col(IdentityCheck.at), col(IdentityCheck.id))
    )
    return [Check(*row) for row in rows]


def last_verdict(session: Session, attempt_id: UUID) -> Verdict | None:
    """What was said last of face and document."""
    checks = checks_of(session, attempt_id)
    return checks[-1].verdict if checks else None


class Looked(NamedTuple):
    """Staff looked at pictures: how many looks with one purpose, and when the first and the last."""

    look: Look
    number: int
    first_at: datetime
    last_at: datetime


def looks_of(session: Session, attempt_id: UUID) -> list[Looked]:
    """Why and how often staff looked at pictures of the attempt."""
    first, last = func.min(col(PictureView.at)), func.max(col(PictureView.at))
    rows = session.execute(
        select(col(PictureView.look), func.count(), first, last)
        .where(col(PictureView.attempt_id) == attempt_id)
        .group_by(col(PictureView.look))
        .order_by(first)
    )
    return [Looked(*row) for row in rows]


class Switched(NamedTuple):
    """Monitoring was switched off or on."""

    on: bool
    reason: str
    actor_id: UUID
    at: datetime


def switches_of(session: Session, sitting_id: UUID | None) -> list[Switched]:
    """Every time the monitoring of a sitting was switched, in order."""
    rows = session.execute(
        select(
            col(MonitoringSwitch.on),
            col(MonitoringSwitch.reason),
            col(MonitoringSwitch.actor_id),
            col(MonitoringSwitch.at),
        )
        .where(col(MonitoringSwitch.sitting_id) == sitting_id)
        .order_by(col(MonitoringSwitch.at), col(MonitoringSwitch.id))
    )
    return [Switched(*row) for row in rows]


class Receipt(NamedTuple):
    """What was destroyed."""

    keeping: Keeping
    number: int
    due_at: datetime
    at: datetime


def receipts_of(session: Session, attempt_id: UUID) -> list[Receipt]:
    """What of an attempt was destroyed, in order."""
    rows = session.execute(
        select(
            col(DeletionReceipt.keeping),
            col(DeletionReceipt.number),
            col(DeletionReceipt.due_at),
            col(DeletionReceipt.at),
        )
        .where(col(DeletionReceipt.attempt_id) == attempt_id)
        .order_by(col(DeletionReceipt.at), col(DeletionReceipt.id))
    )
    return [Receipt(*row) for row in rows]


class Hold(NamedTuple):
    """A legal hold that stands."""

    id: UUID
    reason: str
    actor_id: UUID
    at: datetime


def find_hold(session: Session, attempt_id: UUID) -> Hold | None:
    """The legal hold on an attempt; None: there is none, or it was lifted."""
    lifted = select(col(LegalHold.lifts)).where(col(LegalHold.lifts).is_not(None))
    row = session.execute(
        select(col(LegalHold.id), col(LegalHold.reason), col(LegalHold.actor_id), col(LegalHold.at))
        .where(
            col(LegalHold.attempt_id) == attempt_id,
            col(LegalHold.lifts).is_(None),
            col(LegalHold.id).not_in(lifted),
        )
        .order_by(col(LegalHold.id).desc())
        .limit(1)
    ).first()
    return Hold(*row) if row else None
