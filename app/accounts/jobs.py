"""What the worker does for the accounts slice: letters with links, and forgetting what is over."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_
from sqlmodel import col

from app.accounts import queries, rules
from app.accounts.models import AddressChange, MailToken, SignInSession, SignInThrottle
from app.accounts.queries import changes
from app.accounts.rules import MailPurpose
from app.accounts.service import address, entry
from app.brands.resolver import resolve
from app.platform.database import read_session, write_session
from app.platform.mail import Mail, MailSender
from app.platform.outbox import Context, Handler, Periodic
from app.web.pages import render_text

ENDED_KEPT = timedelta(days=90)
"""How long an ended session and a used link can still be asked about."""


def _contact(context: Context, payload: dict[str, Any]) -> queries.Contact | None:
    if not payload["person_id"]:  # asked for an address that nobody has
        return None
    with read_session(context.engine) as session:
        return queries.find_contact(session, UUID(payload["person_id"]))


def _send(
    context: Context,
    contact: queries.Contact,
    template: str,
    payload: dict[str, Any],
    tail: str,
    *,
    to: str | None = None,
) -> None:
    """Render a letter in its reader's language and hand it over. Its first line is the subject.

    ``to``: the address, when it is not (or no longer) the account's. Letters name nobody: whoever types
    another's address could otherwise make us send words of their own.
    """
    settings = context.settings
    brand = resolve(default=settings.brand, brand_id=payload["brand_id"])
    text = render_text(
        contact.locale,
        f"accounts/mail/{template}.txt",
        brand=brand,
        language=contact.locale,
        link=f"{settings.public_base}/{contact.locale}/{tail}",
    )
    subject, _, body = text.partition("\n")
    sender: MailSender = context.services["mail"]
    recipient = to or contact.email
    sender.send(Mail(recipient, subject, body.strip() + "\n", contact.locale, brand.short_name, brand.id))


def _mint(context: Context, contact: queries.Contact, purpose: MailPurpose) -> str:
    with write_session(context.engine) as session:
        return entry.mint_link(session, context.clock, person_id=contact.person_id, purpose=purpose)


def send_confirmation(context: Context, payload: dict[str, Any]) -> None:
    """Send the link that confirms an address, unless it is confirmed by now."""
    contact = _contact(context, payload)
    if contact is not None and not contact.confirmed:
        token = _mint(context, contact, MailPurpose.CONFIRMATION)
        _send(context, contact, "confirmation", payload, f"confirm/{token}")


def send_reset(context: Context, payload: dict[str, Any]) -> None:
    """Send the link for a new password; nothing when nobody has the address."""
    contact = _contact(context, payload)
    if contact is not None:
        token = _mint(context, contact, MailPurpose.RESET)
        _send(context, contact, "reset", payload, f"reset/{token}")


def send_already_registered(context: Context, payload: dict[str, Any]) -> None:
    """Tell the holder of an address that somebody tried to register with it."""
    contact = _contact(context, payload)
    if contact is not None:
        _send(context, contact, "already_registered", payload, "sign-in")


def send_new_address(context: Context, payload: dict[str, Any]) -> None:
    """Send the link that confirms a new address to it; whoever has an account there is told so instead."""
    change_id = UUID(payload["change_id"])
    with read_session(context.engine) as session:
        change = changes.find_asked_address(session, change_id, context.clock.now())
        contact = queries.find_contact(session, change.person_id) if change else None
        holder = queries.find_by_email(session, change.email) if change else None
    if change is None or contact is None:
        return
    if holder is not None:
        _send(context, holder, "already_registered", payload, "sign-in")
        return
    with write_session(context.engine) as session:
        token = address.mint_link(session, change_id=change_id)
    _send(context, contact, "new_address", payload, f"settings/address/{token}", to=change.email)


def send_address_changed(context: Context, payload: dict[str, Any]) -> None:
    """Tell the former address that it is no longer the account's, also when that has been closed since."""
    with read_session(context.engine) as session:
        change = changes.find_changed_address(session, UUID(payload["change_id"]))
        if change is None:
            return
        found = queries.find_contact(session, change.person_id)
        contact = found or queries.find_closed(session, change.person_id)
    if contact is not None:
        _send(context, contact, "address_changed", payload, "sign-in", to=change.former)


def send_closed(context: Context, payload: dict[str, Any]) -> None:
    """Tell somebody that their account is closed, and how it is opened again."""
    with read_session(context.engine) as session:
        contact = queries.find_closed(session, UUID(payload["person_id"]))
    if contact is not None:
        _send(context, contact, "closed", payload, "privacy")


def send_reopened(context: Context, payload: dict[str, Any]) -> None:
    """Tell somebody that their account is open again."""
    contact = _contact(context, payload)
    if contact is not None:
        _send(context, contact, "reopened", payload, "sign-in")


def forget(context: Context) -> None:
    """Delete counts that no longer count, and sessions and links that have long been over."""
    now = context.clock.now()
    with write_session(context.engine) as session:
        session.execute(
            delete(SignInThrottle).where(col(SignInThrottle.updated_at) < now - rules.FAILURES_KEPT)
        )
        session.execute(delete(AddressChange).where(col(AddressChange.expires_at) < now - ENDED_KEPT))
        session.execute(delete(MailToken).where(col(MailToken.expires_at) < now - ENDED_KEPT))
        session.execute(
            delete(SignInSession).where(
                col(SignInSession.expires_at) < now - ENDED_KEPT,
                or_(col(SignInSession.keep_until).is_(None), col(SignInSession.keep_until) < now),
            )
        )


HANDLERS: dict[str, Handler] = {
    "accounts.confirmation_mail": send_confirmation,
    "accounts.reset_mail": send_reset,
    "accounts.already_registered_mail": send_already_registered,
    "accounts.new_address_mail": send_new_address,
    "accounts.address_changed_mail": send_address_changed,
    "accounts.closed_mail": send_closed,
    "accounts.reopened_mail": send_reopened,
}
PERIODIC: tuple[Periodic, ...] = (Periodic("accounts.forget", timedelta(hours=1), forget),)
