"""What the worker does: write to a candidate that the outcome of the capstone can be read."""

from typing import Any
from uuid import UUID

from app.accounts import queries as accounts
from app.brands.resolver import resolve
from app.capstone.queries.work import work_of
from app.capstone.service.outcomes import LETTER
from app.platform.database import read_session
from app.platform.mail import Mail, MailSender
from app.platform.outbox import Context, Handler, Periodic
from app.programmes.queries import find_brand
from app.web.pages import render_text


def send_letter(context: Context, payload: dict[str, Any]) -> None:
    """Write to the candidate; the letter says where the outcome stands and not what it is."""
    with read_session(context.engine) as session:
        work = work_of(session, UUID(payload["submission_id"]))
        contact = accounts.find_contact(session, work.person_id)
        brand_id = find_brand(session, work.person_id)
    if contact is None:
        return
    settings = context.settings
    brand = resolve(default=settings.brand, brand_id=brand_id)
    text = render_text(
        contact.locale,
        "capstone/mail/told.txt",
        brand=brand,
        language=contact.locale,
        link=f"{settings.public_base}/{contact.locale}/capstone",
    )
    subject, _, body = text.strip().partition("\n")
    sender: MailSender = context.services["mail"]
    sender.send(
        Mail(contact.email, subject, body.strip() + "\n", contact.locale, brand.short_name, brand.id, ())
    )


HANDLERS: dict[str, Handler] = {LETTER: send_letter}
PERIODIC: tuple[Periodic, ...] = ()
