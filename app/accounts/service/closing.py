"""Closing one's account, and an administrator opening it again.

A closed account is as good as unknown at every door. Nothing it has earned is taken away: certificates stay
valid and can be verified, and the records they rest on stay where they are.
"""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from app.accounts import queries, service
from app.accounts.errors import ExamUnderWay, NotClosed, OwnAccount
from app.accounts.models import AccountClosure, Person
from app.accounts.queries import changes
from app.accounts.service import address, entry
from app.kernel.clock import Clock
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.platform import audit
from app.platform.outbox import enqueue_later


def close(session: Session, clock: Clock, *, person_id: UUID, brand_id: str) -> None:
    """Close an account whose person has just typed their password: sessions and links end, a letter says so.

    Raises:
        ExamUnderWay: an exam of theirs is open.
        NotFound: the account is closed already.
    """
    now, closure_id = clock.now(), new_id()
    if changes.is_kept_by_an_exam(session, person_id, now):
        raise ExamUnderWay
    if not service.changed(
        session,
        update(Person)
        .where(col(Person.id) == person_id, col(Person.disabled_at).is_(None))
        .values(disabled_at=now),
    ):
        raise NotFound
    session.add(AccountClosure(id=closure_id, person_id=person_id, closed_at=now))
    entry.void_links(session, clock, person_id)
    address.void(session, clock, person_id)
    service.end_sessions(session, clock, person_id)
    _note(session, clock, "person.closed", person_id, by=person_id, closure_id=closure_id)
    payload = {"person_id": person_id, "brand_id": brand_id}
    enqueue_later(session, clock, "accounts.closed_mail", payload)


def reopen(session: Session, clock: Clock, *, person_id: UUID, by: UUID, reason: str, brand_id: str) -> None:
    """Open a closed account again, with a reason that is kept with the closure; a letter says so.

    Raises:
        NotFound: no such account.
        OwnAccount: ``by`` is the person.
        NotClosed: the account is open.
    """
    queries.get_profile(session, person_id)
    if by == person_id:
        raise OwnAccount
    if not service.changed(
        session,
        update(Person)
        .where(col(Person.id) == person_id, col(Person.disabled_at).is_not(None))
        .values(disabled_at=None),
    ):
        raise NotClosed
    closure_id = session.scalar(
        update(AccountClosure)
        .where(col(AccountClosure.person_id) == person_id, col(AccountClosure.reopened_at).is_(None))
        .values(reopened_at=clock.now(), reopened_by=by, reopened_reason=reason)
        .returning(col(AccountClosure.id))
        .execution_options(synchronize_session=False)
    )
    _note(session, clock, "person.reopened", person_id, by=by, closure_id=closure_id)
    payload = {"person_id": person_id, "brand_id": brand_id}
    enqueue_later(session, clock, "accounts.reopened_mail", payload)


def _note(
    session: Session, clock: Clock, action: str, person_id: UUID, *, by: UUID, closure_id: UUID | None
) -> None:
    audit.record(
        session,
        clock,
        actor_id=by,
        action=action,
        subject_kind="person",
        subject_id=person_id,
        closure=closure_id,
    )
