"""What the worker does for the programmes slice: invitations by mail, people who registered, the counters."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from app.brands.resolver import resolve
from app.platform.database import read_session, write_session
from app.platform.mail import Mail, MailSender
from app.platform.outbox import Context, Handler, Periodic
from app.programmes.queries import cohorts, figures
from app.programmes.service import folding, joining
from app.web.formats import formats
from app.web.pages import render_text
from app.web.translations import N_, say

log = structlog.get_logger()

_SUBJECT = N_("Invitation to study: %(cohort)s")


def send_invitation(context: Context, payload: dict[str, Any]) -> None:
    """Mail an invitation. The token is minted here and exists in the letter alone."""
    invitation_id = UUID(payload["invitation_id"])
    with write_session(context.engine) as session:
        token = joining.mint_invitation_token(session, invitation_id)
        if token is None:
            return
        letter = cohorts.get_letter(session, invitation_id)
        cohort = cohorts.get_cohort_by_id(session, letter.cohort_id)
    locale = str(letter.locale)
    brand = resolve(default=context.settings.brand, brand_id=cohort.brand_id)
    sender: MailSender = context.services["mail"]
    sender.send(
        Mail(
            to=letter.email,
            subject=say(locale, _SUBJECT, cohort=cohort.name),
            text=render_text(
                locale,
                "programmes/invitation.txt",
                cohort=cohort,
                programme=cohort.programme[locale],
                body=brand.body[locale],
                fmt=formats(locale, context.settings.timezone),
                link=f"{context.settings.public_base}/{locale}/invitations/{token}",
            ),
            language=locale,
            sender_name=brand.short_name,
            brand_id=brand.id,
        )
    )
    with write_session(context.engine) as session:
        joining.note_sent(session, context.clock, invitation_id)


def welcome(context: Context, payload: dict[str, Any]) -> None:
    """Somebody registered and confirmed an address: count them, and let them into what waited for them."""
    with write_session(context.engine) as session:
        joining.welcome(session, context.clock, person_id=UUID(payload["person_id"]))


def fold(context: Context) -> None:
    """Bring the counters up to date. Takes no write lock when there is nothing to do."""
    while True:
        with read_session(context.engine) as session:
            if not figures.has_uncounted(session):
                return
        with write_session(context.engine) as session:
            if folding.fold(session, now=context.clock.now()) < folding.BATCH:
                return


def check_figures(context: Context) -> None:
    """Compare every counter with a recount of the milestones; a difference is logged by what it counts."""
    with read_session(context.engine) as session:
        figures.take_snapshot(session)
        counted, true = figures.counters(session), figures.recount(session, folded_only=True)
    for key in sorted(counted.keys() | true.keys()):
        if counted.get(key, 0) != true.get(key, 0):
            kind, scope_id, region, word, day = key
            log.error(
                "figures differ",
                scope=kind,
                scope_id=scope_id,
                region=region,
                word=word,
                day=day.isoformat(),
                counted=counted.get(key, 0),
                recounted=true.get(key, 0),
            )


HANDLERS: dict[str, Handler] = {
    "programmes.invitation_mail": send_invitation,
    "person.registered": welcome,
}
PERIODIC: tuple[Periodic, ...] = (
    Periodic("programmes.fold", timedelta(seconds=2), fold),
    Periodic("programmes.check_figures", timedelta(hours=24), check_figures),
)
