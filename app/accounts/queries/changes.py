"""Reads about what changes an account as a whole: a new address, closing, opening again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import Session, col

from app.accounts.models import AccountClosure, AddressChange, SignInSession
from app.kernel.ids import token_hash


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address somebody asked for."""

    change_id: UUID
    person_id: UUID
    email: str
    former: str | None


def _find_change(session: Session, *conditions: ColumnElement[bool]) -> NewAddress | None:
    row = session.execute(
        select(
            col(AddressChange.id),
            col(AddressChange.person_id),
            col(AddressChange.email),
            col(AddressChange.former),
        ).where(*conditions)
    ).first()
    return NewAddress(row.id, row.person_id, row.email, row.former) if row else None


def _can_be_used(now: datetime) -> ColumnElement[bool]:
    return and_(col(AddressChange.used_at).is_(None), col(AddressChange.expires_at) > now)


def find_new_address(session: Session, person_id: UUID, token: str, now: datetime) -> NewAddress | None:
    """The address a link confirms, while it can be used, for the person who asked for it."""
    return _find_change(
        session,
        col(AddressChange.token_hash) == token_hash(token),
        col(AddressChange.person_id) == person_id,
        _can_be_used(now),
    )


def find_asked_address(session: Session, change_id: UUID, now: datetime) -> NewAddress | None:
    """The address to write to for a confirmation, while the link can be used."""
    return _find_change(session, col(AddressChange.id) == change_id, _can_be_used(now))


def find_changed_address(session: Session, change_id: UUID) -> NewAddress | None:
    """A change that was made, with the former address."""
    return _find_change(session, col(AddressChange.id) == change_id, col(AddressChange.former).is_not(None))


def reopening_reasons(session: Session, person_id: UUID) -> dict[str, str]:
    """Why the account was opened again, by the id of the closure that ended."""
    rows = session.execute(
        select(col(AccountClosure.id), col(AccountClosure.reopened_reason)).where(
            col(AccountClosure.person_id) == person_id, col(AccountClosure.reopened_reason).is_not(None)
        )
    )
    return {str(row.id): row.reopened_reason for row in rows}


def is_kept_by_an_exam(session: Session, person_id: UUID, now: datetime) -> bool:
    """Whether a session of the person is kept because an exam of theirs is open."""
    found = session.scalar(
        select(col(SignInSession.id))
        .where(
            col(SignInSession.person_id) == person_id,
            col(SignInSession.ended_at).is_(None),
            col(SignInSession.keep_until) > now,
        )
        .limit(1)
    )
    return found is not None
