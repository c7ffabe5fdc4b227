"""What the worker does: close what is over or never began, notice silence, release, write letters."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.accounts import queries as accounts
from app.brands.resolver import resolve
from app.exams.queries import attempts, booking, letters, rating, results
from app.exams.rules import delivery as rules
from app.exams.rules.booking import Letter
from app.exams.rules.states import BookingState, ResultState
from app.exams.service import hand_in, places, sweeper
from app.exams.service.hand_in import RESULT_MAIL
from app.exams.service.letters import BOOKING_MAIL
from app.exams.service.rating import RATED_EVENT
from app.exams.service.releasing import INVALIDATED_MAIL
from app.kernel.clock import Clock
from app.kernel.errors import DomainError
from app.platform.calendar import Appointment, written
from app.platform.database import read_session, write_session
from app.platform.mail import Attachment, Mail, MailSender
from app.platform.outbox import Context, Handler, Periodic
from app.web.formats import formats
from app.web.pages import render_text
from app.web.translations import N_, say

log = structlog.get_logger()

BATCH = 500
"""Attempts a round looks at; the next round goes on where this one ended."""


def _each(context: Context, found: list[UUID], act: Callable[[Session, Clock, UUID], object]) -> list[object]:
    """Do ``act`` to each attempt in a transaction of its own: one that fails holds up no other."""
    done: list[object] = []
    for attempt_id in found:
        try:
            with write_session(context.engine) as session:
                done.append(act(session, context.clock, attempt_id))
        except (SQLAlchemyError, DomainError) as error:
            log.error("attempt left for the next round", attempt=str(attempt_id), error=type(error).__name__)
    return done


def sweep(context: Context) -> attempts.SweepLag:
    """Close every attempt whose time and grace are over; how many, and the worst lag after the grace."""
    with read_session(context.engine) as session:
        found = attempts.due(session, context.clock.now(), limit=BATCH)
    lags = [late for late in _each(context, found, sweeper.expire) if isinstance(late, timedelta)]
    worst = max(lags, default=timedelta())
    if lags:
        tell = log.warning if worst > rules.SWEEP_WITHIN else log.info
        tell("attempts closed by the sweeper", closed=len(lags), worst_lag_s=int(worst.total_seconds()))
    return attempts.SweepLag(len(lags), worst)


def note_silence(context: Context) -> int:
    """Mark attempts that have sent nothing for 60 s as interrupted; how many."""
    with read_session(context.engine) as session:
        found = attempts.silent(session, context.clock.now() - rules.SILENCE, limit=BATCH)
    return sum(marked is True for marked in _each(context, found, sweeper.interrupt))


def release_after_window(context: Context) -> int:
    """Release the results that wait for the end of their window; how many."""
    with read_session(context.engine) as session:
        found = results.waiting_for_release(session, context.clock.now(), limit=BATCH)
    return sum(released is True for released in _each(context, found, sweeper.release_due))


def note_missing(context: Context) -> int:
    """End what never began: attempts nobody can start any more, and waits whose hour has come; how many."""
    now = context.clock.now()
    with read_session(context.engine) as session:
        missed = attempts.never_started(session, now, limit=BATCH)
        waits = booking.waits_over(session, now, limit=BATCH)
    done = [*_each(context, missed, sweeper.miss), *_each(context, waits, places.end_wait)]
    return sum(ended is True for ended in done)


def score_rated(context: Context, payload: dict[str, Any]) -> None:
    """Score an attempt whose written answers are all rated; asked again it does nothing."""
    with write_session(context.engine) as session:
        hand_in.score_rated(session, context.clock, attempt_id=UUID(payload["attempt_id"]))


def score_left(context: Context) -> int:
    """Score what is rated and was not scored, since its job failed for good; how many."""
    with read_session(context.engine) as session:
        found = rating.unscored(session, limit=BATCH)

    def score(session: Session, clock: Clock, attempt_id: UUID) -> bool:
        return hand_in.score_rated(session, clock, attempt_id=attempt_id)

    return sum(scored is True for scored in _each(context, found, score))


def send_result(context: Context, payload: dict[str, Any]) -> None:
    """Tell a candidate that a result that was withheld is there; what it is stands on the page only."""
    with read_session(context.engine) as session:
        letter = results.find_result_letter(session, UUID(payload["attempt_id"]))
        contact = accounts.find_contact(session, letter.person_id) if letter else None
    if letter is None or contact is None:
        return
    _send(
        context,
        contact,
        "exams/mail/result.txt",
        letter=letter,
        link=f"exams/attempts/{letter.attempt_id}/result",
        fmt=formats(contact.locale, contact.timezone),
    )


def send_invalidated(context: Context, payload: dict[str, Any]) -> None:
    """Tell a candidate that their result was invalidated, why, and how to object."""
    attempt_id = UUID(payload["attempt_id"])
    with read_session(context.engine) as session:
        letter = results.find_result_letter(session, attempt_id, (ResultState.INVALIDATED,))
        contact = accounts.find_contact(session, letter.person_id) if letter else None
        reason = results.find_invalidation(session, attempt_id)
    if letter is None or contact is None:
        return
    link = f"exams/attempts/{letter.attempt_id}/record"
    _send(context, contact, "exams/mail/invalidated.txt", letter=letter, reason=reason, link=link)


def send_booking(context: Context, payload: dict[str, Any]) -> None:
    """Write about a place as it stands now; nothing when it has changed since, as that has its own letter."""
    booking_id, word = UUID(payload["booking_id"]), Letter(payload["letter"])
    over = word in {Letter.CANCELLED, Letter.CALLED_OFF, Letter.VOIDED}
    with read_session(context.engine) as session:
        letter = letters.find_place_letter(session, booking_id)
        if letter is None or letter.state is not (BookingState.CANCELLED if over else BookingState.BOOKED):
            return
        contact = accounts.find_contact(session, letter.person_id)
        moves = letters.count_moves(session, letter.attempt_id) if letter.attempt_id else 0
    if contact is None:
        return
    elsewhere = word in {Letter.CANCELLED, Letter.CALLED_OFF}
    tail = f"exams/{letter.exam_slug}/sittings" if elsewhere else f"exams/attempts/{letter.attempt_id}/before"
    there = formats(contact.locale, letter.timezone)
    same = (
        there.local(letter.opens_at).utcoffset()
        == letter.opens_at.astimezone(ZoneInfo(contact.timezone)).utcoffset()
    )
    dates = () if letter.attempt_id is None else (_date(context, contact, letter, moves=moves, over=over),)
    _send(
        context,
        contact,
        "exams/mail/place.txt",
        link=tail,
        attachments=dates,
        letter=letter,
        word=str(word),
        fmt=there,
        own=None if same else formats(contact.locale, contact.timezone),
    )


def _date(
    context: Context, contact: accounts.Contact, letter: letters.PlaceLetter, *, moves: int, over: bool
) -> Attachment:
    """The place for the candidate's calendar: one entry an attempt, changed by a move or a cancellation."""
    settings, brand, language = context.settings, resolve(default=context.settings.brand), contact.locale
    page = f"{settings.public_base}/{language}/exams/attempts/{letter.attempt_id}/before"
    room = say(language, N_("Room: %(room)s"), room=letter.room)
    one = Appointment(
        uid=f"{letter.attempt_id}@{urlsplit(settings.public_base).hostname}",
        sequence=moves + over,
        begins_at=letter.opens_at,
        ends_at=letter.closes_at,
        summary=letter.title[language],
        location=f"{letter.centre[language]}, {letter.address[language]}. {room}",
        description=say(language, N_("What to bring and when to come is on this page: %(link)s"), link=page),
        url=page,
        organizer_name=brand.short_name,
        organizer_email=settings.mail_sender,
        cancelled=over,
    )
    text = written(one, at=context.clock.now(), language=language)
    return Attachment("exam.ics", "calendar", text, (("method", one.method),))


def _send(
    context: Context,
    contact: accounts.Contact,
    template: str,
    *,
    link: str,
    attachments: tuple[Attachment, ...] = (),
    **values: Any,
) -> None:
    settings, brand = context.settings, resolve(default=context.settings.brand)
    text = render_text(
        contact.locale,
        template,
        brand=brand,
        language=contact.locale,
        link=f"{settings.public_base}/{contact.locale}/{link}",
        **values,
    )
    subject, _, body = text.strip().partition("\n")
    sender: MailSender = context.services["mail"]
    sender.send(
        Mail(
            contact.email,
            subject,
            body.strip() + "\n",
            contact.locale,
            brand.short_name,
            brand.id,
            attachments,
        )
    )


HANDLERS: dict[str, Handler] = {
    BOOKING_MAIL: send_booking,
    RATED_EVENT: score_rated,
    RESULT_MAIL: send_result,
    INVALIDATED_MAIL: send_invalidated,
}
PERIODIC: tuple[Periodic, ...] = (
    Periodic("exams.sweep", rules.SWEEP_EVERY, sweep, prompt=True),
    Periodic("exams.note_silence", timedelta(seconds=10), note_silence),
    Periodic("exams.release_after_window", timedelta(seconds=30), release_after_window),
    Periodic("exams.note_missing", timedelta(seconds=60), note_missing),
    Periodic("exams.score_left", timedelta(seconds=60), score_left),
)
