"""Another e-mail address: asked for with the password, confirmed from the new one, told to the old one."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.accounts import queries, rules, service
from app.accounts.errors import LinkNotValid
from app.accounts.models import AddressChange, Person
from app.accounts.queries import changes
from app.accounts.service import entry, pauses
from app.kernel.clock import Clock
from app.kernel.ids import new_id, new_token, token_hash
from app.platform import audit
from app.platform.outbox import enqueue_later


def ask(session: Session, clock: Clock, *, person_id: UUID, email: str, brand_id: str) -> None:
    """Send a link to the new address. The answer is the same when somebody else has it: they are told so.

    ``email``: normalised. The present password has been checked by the caller. A link asked for before stops
    working. While the address may get no other letter, the person's own link to it works again.
    """
    void(session, clock, person_id)
    if not pauses.may_mail(session, clock, "address", email):
        _reopen(session, clock, person_id=person_id, email=email, brand_id=brand_id)
        return
    now, change_id = clock.now(), new_id()
    session.add(
        AddressChange(
            id=change_id,
            person_id=person_id,
            email=email,
            created_at=now,
            expires_at=now + rules.ADDRESS_LINK_LIFE,
        )
    )
    _write_later(session, clock, change_id, brand_id)


def _write_later(
    session: Session, clock: Clock, change_id: UUID, brand_id: str, *, dedupe_key: str | None = None
) -> None:
    payload = {"change_id": change_id, "brand_id": brand_id}
    enqueue_later(session, clock, "accounts.new_address_mail", payload, dedupe_key=dedupe_key)


def _reopen(session: Session, clock: Clock, *, person_id: UUID, email: str, brand_id: str) -> None:
    """Let the last change to an address be confirmed again that only gave way to another one."""
    last = session.execute(
        select(col(AddressChange.id), col(AddressChange.token_hash))
        .where(
            col(AddressChange.person_id) == person_id,
            col(AddressChange.email) == email,
            col(AddressChange.former).is_(None),  # it was never made
            col(AddressChange.expires_at) > clock.now(),
        )
        .order_by(col(AddressChange.created_at).desc(), col(AddressChange.id).desc())
        .limit(1)
    ).first()
    if last is None:
        return
    session.execute(update(AddressChange).where(col(AddressChange.id) == last.id).values(used_at=None))
    if last.token_hash is None:  # it gave way before its letter was made
        _write_later(
            session, clock, last.id, brand_id, dedupe_key=f"accounts.new_address_mail:{last.id}:again"
        )


def void(session: Session, clock: Clock, person_id: UUID) -> None:
    """Links that would change the address stop working."""
    session.execute(
        update(AddressChange)
        .where(col(AddressChange.person_id) == person_id, col(AddressChange.used_at).is_(None))
        .values(used_at=clock.now())
    )


def mint_link(session: Session, *, change_id: UUID) -> str:
    """The token of a change, told once to its letter; a letter made again makes the earlier one useless."""
    token = new_token()
    session.execute(
        update(AddressChange).where(col(AddressChange.id) == change_id).values(token_hash=token_hash(token))
    )
    return token


def confirm(
    session: Session, clock: Clock, *, person_id: UUID, keeping: UUID, token: str, brand_id: str
) -> str:
    """Take over the new address; the new address. Every other session ends, and the old address is told.

    Only the signed-in person who asked for it can: a mistyped address gives a stranger nothing.
    ``keeping``: the session this browser goes on with.

    Raises:
        LinkNotValid: the link was used, has expired or is another's, or the address has an account by now.
    """
    now = clock.now()
    change = changes.find_new_address(session, person_id, token, now)
    if change is None or not service.changed(
        session,
        update(AddressChange)
        .where(col(AddressChange.id) == change.change_id, col(AddressChange.used_at).is_(None))
        .values(used_at=now),
    ):
        raise LinkNotValid
    before = queries.get_profile(session, person_id)
    names = service.name_columns(before.name_cyrillic, before.name_latin, change.email)
    try:
        session.execute(
            update(Person)
            .where(col(Person.id) == person_id)
            .values(**names, email=change.email, email_confirmed_at=now)
        )
    except IntegrityError:
        raise LinkNotValid from None
    session.execute(
        update(AddressChange).where(col(AddressChange.id) == change.change_id).values(former=before.email)
    )
    entry.void_links(session, clock, person_id)
    service.end_sessions(session, clock, person_id, but=keeping)
    audit.record(
        session,
        clock,
        actor_id=person_id,
        action="address.changed",
        subject_kind="person",
        subject_id=person_id,
        change=change.change_id,
    )
    payload = {"change_id": change.change_id, "brand_id": brand_id}
    enqueue_later(session, clock, "accounts.address_changed_mail", payload)
    return change.email
