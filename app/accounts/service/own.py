"""What people change of their own account: names, language, zone, password."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from app.accounts import queries, service
from app.accounts.errors import WrongPassword
from app.accounts.models import MailToken, Person
from app.kernel.clock import Clock
from app.platform import audit


def change_profile(
    session: Session,
    clock: Clock,
    *,
    person_id: UUID,
    name_cyrillic: str | None,
    name_latin: str,
    locale: str,
    timezone: str,
) -> None:
    """Store cleaned names, language and zone. Certificates that exist keep the name they were signed with."""
    before = queries.get_profile(session, person_id)
    columns = service.name_columns(name_cyrillic, name_latin, before.email)
    session.execute(
        update(Person).where(col(Person.id) == person_id).values(**columns, locale=locale, timezone=timezone)
    )
    if (before.name_cyrillic, before.name_latin) != (name_cyrillic, name_latin):
        audit.record(
            session,
            clock,
            actor_id=person_id,
            action="names.changed",
            subject_kind="person",
            subject_id=person_id,
        )


def change_password(
    session: Session,
    clock: Clock,
    *,
    account: queries.Credentials,
    password_hash: str,
    device: str,
    leaving: UUID,
) -> service.Opened:
    """Set a new password: every session ends and this browser gets a new one; links by mail stop working.

    ``account``: what the present password was checked against, outside this transaction.

    Raises:
        WrongPassword: the password was changed meanwhile.
    """
    person_id = account.person_id
    if not service.changed(
        session,
        update(Person)
        .where(col(Person.id) == person_id, col(Person.password_hash) == account.password_hash)
        .values(password_hash=password_hash),
    ):
        raise WrongPassword
    session.execute(
        update(MailToken)
        .where(col(MailToken.person_id) == person_id, col(MailToken.used_at).is_(None))
        .values(used_at=clock.now())
    )
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="password.changed",
        subject_kind="person",
        subject_id=person_id,
    )
    opened = service.open_session(session, clock, person_id=person_id, device=device, leaving=leaving)
    service.end_sessions(session, clock, person_id, but=opened.session_id)
    return opened
