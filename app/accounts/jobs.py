"""What the worker does for the accounts slice: letters with links, and forgetting what is over."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_
from sqlmodel import col

from app.accounts import queries, rules
from app.accounts.models import MailToken, SignInSession, SignInThrottle
from app.accounts.rules import MailPurpose
from app.accounts.service import entry
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
    context: Context, contact: queries.Contact, template: str, payload: dict[str, Any], tail: str
) -> None:
    """Render a letter in its reader's language and hand it over. Its first line is the subject.

    Letters name nobody: whoever types another's address could otherwise make us send words of their own.
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
    sender.send(Mail(contact.email, subject, body.strip() + "\n", contact.locale, brand.short_name, brand.id))


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


def forget(context: Context) -> None:
    """Delete counts that no longer count, and sessions and links that have long been over."""
    now = context.clock.now()
    with write_session(context.engine) as session:
        session.execute(
            delete(SignInThrottle).where(col(SignInThrottle.updated_at) < now - rules.FAILURES_KEPT)
        )
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
}
PERIODIC: tuple[Periodic, ...] = (Periodic("accounts.forget", timedelta(hours=1), forget),)
