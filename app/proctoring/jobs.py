"""What the worker does: draw for review, write to candidates about it, destroy what was kept long enough."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import queries as accounts
from app.brands.resolver import resolve
from app.exams.queries.reviewing import get_reviewed, sittings_over
from app.exams.service.hand_in import QUEUED_EVENT
from app.platform.database import insert_once, read_session, write_session
from app.platform.mail import Mail, MailSender
from app.platform.outbox import Context, Handler, Periodic
from app.platform.settings import secret
from app.proctoring.models import SupervisionFigures
from app.proctoring.queries import figures, letters
from app.proctoring.queries.reviews import drawn_before
from app.proctoring.rules.figures import worth_publishing
from app.proctoring.rules.keeping import TIMES, Keeping
from app.proctoring.rules.reviewing import OBJECTION_TIME, Letter, letter_of_queueing
from app.proctoring.rules.sampling import DRAWN_AFTER, DRAWN_UNTIL
from app.proctoring.service import keeping
from app.proctoring.service.pictures import Vault, folder
from app.proctoring.service.reviewing import LETTER
from app.proctoring.service.sampling import draw_sitting
from app.web.formats import formats
from app.web.pages import render_text

log = structlog.get_logger()

BATCH = 50
"""Sittings a round draws from; the next round goes on where this one ended."""


def draw_for_review(context: Context) -> int:
    """Draw from every sitting that is over and was not drawn from; how many attempts."""
    now = context.clock.now()
    with read_session(context.engine) as session:
        found = sittings_over(
            session, since=now - DRAWN_UNTIL, until=now - DRAWN_AFTER, kept_out=drawn_before, limit=BATCH
        )
    drawn = 0
    for one in found:
        try:
            with write_session(context.engine) as session:
                drawn += draw_sitting(
                    session, context.clock, sitting_id=one.sitting_id, attempt_ids=one.attempt_ids
                )
        except SQLAlchemyError as error:
            log.error(
                "sitting left for the next draw", sitting=str(one.sitting_id), error=type(error).__name__
            )
    return drawn


def publish_figures(context: Context) -> bool:
    """Publish the figures about supervision, once a day at most; False when nothing is worth it."""
    now = context.clock.now()
    day = now.astimezone(ZoneInfo(context.settings.timezone)).date()
    with write_session(context.engine) as session:
        last = figures.find_published(session)
        if last is not None and last.day >= day:
            return False
        attempts, counted = figures.count_figures(session)
        if not worth_publishing(last.attempts if last else None, attempts):
            return False
        return insert_once(
            session, SupervisionFigures, day=day, attempts=attempts, figures=counted.to_json(), at=now
        )


def destroy_kept(context: Context) -> int:
    """Destroy every key that is due, then the bytes, then write the receipts; how many times bytes went."""
    vault = Vault(context.settings.var_dir, secret(context.settings))
    after: UUID | None = None
    emptied = 0
    while True:
        with read_session(context.engine) as session:
            kept = keeping.list_kept(session, after=after, limit=BATCH)
        for attempt_id in kept:
            emptied += _destroy(context, vault, attempt_id)
        if len(kept) < BATCH:
            break
        after = kept[-1]
    _drop_signals(context)
    return emptied


def _drop_signals(context: Context) -> None:
    """Every attempt with old signals is asked: one that keeps them, or fails, holds nobody else up."""
    before = context.clock.now() - TIMES[Keeping.SIGNALS]
    after: UUID | None = None
    while True:
        with read_session(context.engine) as session:
            signalled = keeping.list_signalled(session, before=before, after=after, limit=BATCH)
        for attempt_id in signalled:
            try:
                with write_session(context.engine) as session:
                    keeping.drop_signals(session, context.clock, attempt_id)
            except SQLAlchemyError as error:
                log.error("left for the next round", attempt=str(attempt_id), error=type(error).__name__)
        if len(signalled) < BATCH:
            return
        after = signalled[-1]


def _destroy(context: Context, vault: Vault, attempt_id: UUID) -> int:
    """One attempt: the key is destroyed for good before a byte goes, and the receipt comes last."""
    try:
        with write_session(context.engine) as session:
            due = keeping.destroy_keys(session, context.clock, attempt_id)
        for one in due:
            vault.files.clear(folder(attempt_id, one))
            with write_session(context.engine) as session:
                keeping.finish(session, context.clock, attempt_id, one)
    except (SQLAlchemyError, OSError) as error:
        log.error("left for the next round", attempt=str(attempt_id), error=type(error).__name__)
        return 0
    return len(due)


def tell_queued(context: Context, payload: dict[str, Any]) -> None:
    """A record came to review: the candidate is told if a result waits for it, and still does."""
    attempt_id = UUID(payload["attempt_id"])
    with read_session(context.engine) as session:
        one = get_reviewed(session, attempt_id)
    word = letter_of_queueing(one.review, one.result)
    if word is not None:
        _write(context, attempt_id, word)


def send_letter(context: Context, payload: dict[str, Any]) -> None:
    """Write to the candidate: what was decided, why, and how to object."""
    _write(context, UUID(payload["attempt_id"]), Letter(payload["letter"]))


def _write(context: Context, attempt_id: UUID, word: Letter) -> None:
    with read_session(context.engine) as session:
        letter = letters.find_letter(session, attempt_id)
        contact = accounts.find_contact(session, letter.person_id) if letter else None
    if letter is None or contact is None:
        return
    settings, brand = context.settings, resolve(default=context.settings.brand)
    text = render_text(
        contact.locale,
        "proctoring/mail/letter.txt",
        brand=brand,
        language=contact.locale,
        letter=letter,
        word=str(word),
        days=OBJECTION_TIME.days,
        fmt=formats(contact.locale, contact.timezone),
        link=f"{settings.public_base}/{contact.locale}/exams/attempts/{letter.attempt_id}/record",
    )
    subject, _, body = text.strip().partition("\n")
    sender: MailSender = context.services["mail"]
    sender.send(
        Mail(contact.email, subject, body.strip() + "\n", contact.locale, brand.short_name, brand.id, ())
    )


HANDLERS: dict[str, Handler] = {QUEUED_EVENT: tell_queued, LETTER: send_letter}
PERIODIC: tuple[Periodic, ...] = (
    Periodic("proctoring.draw_for_review", timedelta(minutes=5), draw_for_review),
    Periodic("proctoring.publish_figures", timedelta(hours=1), publish_figures),
    Periodic("proctoring.destroy_kept", timedelta(minutes=15), destroy_kept),
)
