"""What people change of their own account: names, language, zone, password."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from app.accounts import queries, service
from app.accounts.errors import WrongPassword
from app.accounts.models import Person
from app.accounts.service import entry, pauses
from app.kernel.clock import Clock
from app.kernel.errors import Refused
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


def wrong_password(
    session: Session,
    clock: Clock,
    *,
    account: queries.Credentials,
    email: str,
    origin: queries.Origin,
    fits: bool,
) -> Refused | None:
    """What is said to somebody who was asked for their present password; None when it is right.

    ``account``: what it was checked against, outside this transaction; ``fits``: whether it did. Wrong ones
    count as at sign-in. One that was changed elsewhere since is refused too, and not counted.
    """
    waits = pauses.refusal(session, clock, email=email, origin=origin)
    if waits is not None:
        return waits
    if not fits:
        pauses.count_failure(session, clock, email, origin)
        return Refused(WrongPassword())
    return None if entry.still(session, account) else Refused(WrongPassword())


def change_password(
    session: Session,
    clock: Clock,
    *,
    account: queries.Credentials,
    email: str,
    origin: queries.Origin,
    fits: bool,
    password_hash: str,
    device: str,
    leaving: UUID,
) -> service.Opened | Refused:
    """Set a new password: every session ends and this browser gets a new one; links by mail stop working.

    ``account``: what the present password was checked against, outside this transaction; ``fits``: whether
    it did.
    """
    person_id = account.person_id
    refused = wrong_password(session, clock, account=account, email=email, origin=origin, fits=fits)
    if refused is not None:
        return refused
    if not service.changed(
        session,
        update(Person)
        .where(col(Person.id) == person_id, col(Person.password_hash) == account.password_hash)
        .values(password_hash=password_hash),
    ):
        return Refused(WrongPassword())  # it was changed elsewhere since it was checked
    entry.void_links(session, clock, person_id)
    pauses.forget_failures(session, email, origin)
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
