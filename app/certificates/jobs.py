"""What the worker does for the certificates slice: cases, issuing, status lists, mail.

Keys, signatures and mail are never inside a transaction: each step below opens its own short one.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from app.accounts.queries import find_contact
from app.brands.resolver import resolve
from app.certificates import jose, keys
from app.certificates import status as lists
from app.certificates.credential import encode, issuer_of
from app.certificates.pdf import store
from app.certificates.queries import issuing as reads
from app.certificates.queries.issuing import Reservation
from app.certificates.queries.keys import due_lists, find_active, listed, verifiers
from app.certificates.rules import number as numbers
from app.certificates.rules.states import Purpose, Status
from app.certificates.service import completion, decisions, issuing, status
from app.certificates.service import keys as key_service
from app.kernel.errors import NotFound
from app.platform import installation
from app.platform.database import read_session, write_session
from app.platform.mail import Mail, MailSender
from app.platform.outbox import Context, Handler, Periodic
from app.programmes.queries import find_brand
from app.web.formats import formats
from app.web.pages import render_text
from app.web.translations import N_, say

log = structlog.get_logger()


class NoActiveKey(Exception):
    """Nothing can be signed: run ``ceasai keys init``. The job is repeated."""


class BadSignature(Exception):
    """Our own signature does not verify over the stored bytes; nothing leaves."""


def _signer(context: Context) -> tuple[jose.Signer, str]:
    """The active key's signer and thumbprint. A demonstration makes its first test key by itself.

    Raises:
        NoActiveKey: no key signs now.
    """
    with read_session(context.engine) as session:
        active = find_active(session)
        demonstration = installation.facts(session, context.settings).demonstration
    if active is None and demonstration:
        made = keys.make(context.settings)
        with write_session(context.engine) as session:
            if find_active(session) is None:
                key_service.add(session, context.clock, made)
                key_service.activate(session, context.clock, made.thumbprint)
            active = find_active(session)
    if active is None:
        raise NoActiveKey
    return keys.signer(context.settings, active.thumbprint, active.alg), active.thumbprint


def _sign(context: Context, payload: bytes, *, at_most: int = jose.MAX_TOKEN) -> tuple[str, str]:
    """Sign and verify our own signature over exactly these bytes; the token and the key's thumbprint.

    Raises:
        NoActiveKey: no key signs now.
        BadSignature: what was signed does not verify.
    """
    signer, thumbprint = _signer(context)
    token = signer.sign(payload)
    with read_session(context.engine) as session:
        known = verifiers(session, context.settings.public_base)
    try:
        signed = jose.verify(token, known.get, at_most=at_most)
    except jose.Untrusted as error:
        raise BadSignature from error
    if signed != payload:
        raise BadSignature
    return token, thumbprint


def open_case(context: Context, payload: dict[str, Any]) -> None:
    """A result was released: it may wait for a decision now."""
    with write_session(context.engine) as session:
        decisions.open_case(session, context.clock, UUID(payload["attempt_id"]))


def issue(context: Context, payload: dict[str, Any]) -> None:
    """Certification was granted: issue the certificate in numbered steps."""
    with read_session(context.engine) as session:
        award = issuing.award_of_case(session, UUID(payload["case_id"]))
    issue_award(context, award)


def sign(context: Context, payload: dict[str, Any]) -> None:
    """Sign what was reserved before: a correction, or what waited for an earlier certificate."""
    with read_session(context.engine) as session:
        reserved = reads.reservation_of(session, UUID(payload["certificate_id"]))
    sign_reserved(context, reserved)


def complete(context: Context, payload: dict[str, Any]) -> None:
    """A course was completed: the certificate of completion, by rule."""
    with write_session(context.engine) as session:
        award = completion.award_of_course(
            session,
            context.clock,
            person_id=UUID(payload["person_id"]),
            course_slug=payload["course_slug"],
        )
    if award is not None:
        issue_award(context, award)


def issue_award(context: Context, award: issuing.Award) -> None:
    """Reserve and commit; sign and verify; store and commit. Runs again after a crash at any point."""
    with write_session(context.engine) as session:
        facts = installation.facts(session, context.settings)
        reserved = issuing.reserve(
            session,
            context.clock,
            award,
            issuer=issuer_of(context.settings, demonstration=facts.demonstration),
            default_brand=context.settings.brand,
        )
    sign_reserved(context, reserved)


def sign_reserved(context: Context, reserved: Reservation) -> None:
    """Steps 2 and 3 of a certificate that is reserved."""
    if reserved.status is not Status.RESERVED:
        return
    token, thumbprint = _sign(context, reserved.payload)
    with write_session(context.engine) as session:
        issuing.finish(session, context.clock, reserved, jwt=token, thumbprint=thumbprint)


def sign_list(context: Context, payload: dict[str, Any]) -> None:
    """Sign a status list over the statuses as they stand now."""
    purpose, number = Purpose(payload["purpose"]), int(payload["number"])
    now = context.clock.now()
    with read_session(context.engine) as session:
        demonstration = installation.facts(session, context.settings).demonstration
        try:
            version = status.list_version(session, purpose, number)
        except NotFound:
            return
        packed = lists.bits(listed(session, purpose, number))
    issuer = issuer_of(context.settings, demonstration=demonstration)
    claims = lists.document(issuer, purpose, number, packed, now)
    token, _ = _sign(context, encode(claims), at_most=lists.MAX_TOKEN)
    with write_session(context.engine) as session:
        status.keep_signed(
            session, purpose=purpose, number=number, version=version, packed=packed, jwt=token, at=now
        )


def resign_due(context: Context) -> None:
    """Sign again what has changed, and every list once a day, so that none runs out."""
    with read_session(context.engine) as session:
        due = due_lists(session, signed_before=context.clock.now() - lists.RESIGN_AFTER)
    for purpose, number in due:
        try:
            sign_list(context, {"purpose": str(purpose), "number": number})
        except NoActiveKey:
            log.error("status list unsigned", purpose=str(purpose), number=number, why="no-active-key")
            return


_SUBJECTS = {
    "issued": N_("Your certificate is ready"),
    "completion": N_("Your certificate of completion is ready"),
    "names": N_("Confirm your name for the certificate"),
    "refused": N_("The decision on your certification"),
    "suspend": N_("Your certificate is suspended"),
    "reinstate": N_("Your certificate is valid again"),
    "revoke": N_("Your certificate is revoked"),
}


def _mail(context: Context, person_id: UUID, what: str, brand_id: str, **values: Any) -> None:
    with read_session(context.engine) as session:
        contact = find_contact(session, person_id)
    if contact is None:
        return
    brand = resolve(default=context.settings.brand, brand_id=brand_id)
    sender: MailSender = context.services["mail"]
    text = render_text(
        contact.locale,
        "certificates/mail.txt",
        what=what,
        holder=contact.names.shown(contact.locale),
        address=f"{context.settings.public_base}/{contact.locale}",
        language=contact.locale,
        brand=brand,
        fmt=formats(contact.locale, contact.timezone),
        **values,
    )
    subject = say(contact.locale, _SUBJECTS[what])
    sender.send(Mail(contact.email, subject, text, contact.locale, brand.short_name, brand.id))


def _certificate_mail(context: Context, certificate_id: UUID, event: str | None) -> None:
    with read_session(context.engine) as session:
        facts = reads.mail_facts(session, certificate_id)
    if facts is None:
        return
    what = event or ("completion" if facts.kind == "completion" else "issued")
    _mail(
        context,
        facts.person_id,
        what,
        facts.brand_id,
        title=facts.title,
        number=numbers.shown(facts.number),
        verify_address=f"{context.settings.public_base}/v/{facts.number}",
        expires_at=facts.expires_at,
    )


def issued_mail(context: Context, payload: dict[str, Any]) -> None:
    """Tell the holder that the certificate is there."""
    _certificate_mail(context, UUID(payload["certificate_id"]), None)


def status_mail(context: Context, payload: dict[str, Any]) -> None:
    """Tell the holder that the status has changed."""
    _certificate_mail(context, UUID(payload["certificate_id"]), payload["event"])


def _case_mail(context: Context, case_id: UUID, what: str) -> None:
    with read_session(context.engine) as session:
        found = reads.case_person(session, case_id)
        brand_id = find_brand(session, found[0]) if found else None
    if found is None:
        return
    person_id, title = found
    _mail(context, person_id, what, brand_id or context.settings.brand, title=title, case_id=case_id)


def names_mail(context: Context, payload: dict[str, Any]) -> None:
    """Ask the holder to confirm the names."""
    _case_mail(context, UUID(payload["case_id"]), "names")


def refused_mail(context: Context, payload: dict[str, Any]) -> None:
    """Tell the candidate that certification was refused, and how to object."""
    _case_mail(context, UUID(payload["case_id"]), "refused")


def forget_drawn(context: Context) -> None:
    """Throw away drawn certificates that were kept for a month."""
    store.purge(context.settings, context.clock.now())


HANDLERS: dict[str, Handler] = {
    "result.released": open_case,
    "identity.compared": open_case,
    "course.completed": complete,
    "certificates.issue": issue,
    "certificates.sign": sign,
    "certificates.sign_list": sign_list,
    "certificates.issued_mail": issued_mail,
    "certificates.status_mail": status_mail,
    "certificates.names_mail": names_mail,
    "certificates.refused_mail": refused_mail,
}
PERIODIC: tuple[Periodic, ...] = (
    Periodic("certificates.resign", timedelta(minutes=10), resign_due),
    Periodic("certificates.forget_drawn", timedelta(hours=6), forget_drawn),
)
