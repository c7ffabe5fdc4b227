"""How an attempt begins and who looks at it: creating, starting, opening a window."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from app.accounts import service as accounts
from app.exams.errors import (
    AttemptClosed,
    AttemptNotReady,
    BookingNeeded,
    NoAttemptsLeft,
    OpenAttempt,
    SittingNotOpen,
    SittingOver,
    TooSoonAfterAttempt,
)
from app.exams.models.attempts import Attempt, Response, ResponseEvent
from app.exams.models.booking import Sitting
from app.exams.models.forms import Form, FormItem
from app.exams.queries import attempts as queries
from app.exams.queries import forms as form_queries
from app.exams.queries.cuts import cut_of
from app.exams.rules import booking as booking_rules
from app.exams.rules import delivery as rules
from app.exams.rules.forms import order_key
from app.exams.rules.secure_browser import NO_PROOF, Proof
from app.exams.rules.states import (
    Axis,
    EventKind,
    Lifecycle,
    Mode,
)
from app.exams.service import doors, forms, history, places, secure_browser
from app.kernel.clock import Clock
from app.kernel.errors import DomainError
from app.kernel.ids import new_token, token_hash
from app.kernel.locales import Locale
from app.platform import audit
from app.question_banks import queries as banks
from app.question_banks.rules import ItemType


@dataclass(frozen=True, slots=True)
class Entrance:
    """An attempt that may be entered; ``lease`` is the token of a fresh window, None when one was there."""

    attempt_id: UUID
    lease: str | None


@dataclass(frozen=True, slots=True)
class Entered:
    """A window on a running attempt: its token, and whether it is new or took over from another one."""

    lease: str
    fresh: bool
    took_over: bool


def open_unproctored(
    session: Session, clock: Clock, *, candidate_id: UUID, exam_slug: str, locale: str
) -> Entrance:
    """Create an attempt that needs no booking, and start it. Asked twice, it is the same attempt.

    Raises:
        NotFound: no such exam.
        BookingNeeded: the exam is supervised.
        NoAttemptsLeft: the attempts allowed are used up.
        TooSoonAfterAttempt: the waiting time is not over.
    """
    exam = form_queries.get_exam(session, exam_slug)
    if exam.mode is not Mode.UNPROCTORED:
        raise BookingNeeded
    attempt = queries.find_open(session, candidate_id, exam.id)
    if attempt is None:
        attempt = _create(session, clock, candidate_id, exam)
    attempt = queries.attempt_of(session, candidate_id, attempt.id, for_update=True)
    if attempt.lifecycle is Lifecycle.SCHEDULED:
        history.move(session, clock, attempt, Axis.LIFECYCLE, Lifecycle.CHECKIN, actor_id=candidate_id)
        history.move(session, clock, attempt, Axis.LIFECYCLE, Lifecycle.READY, actor_id=None)
    return _enter_or_start(session, clock, attempt, locale, NO_PROOF)


def _create(session: Session, clock: Clock, candidate_id: UUID, exam: form_queries.ExamFacts) -> Attempt:
    now = clock.now()
    past = queries.past_attempts(session, candidate_id, exam.id)
    repeat = booking_rules.AttemptRules(exam.attempts_allowed, exam.window_days, exam.wait_days)
    standing = booking_rules.standing(past, repeat, at=now)
    if standing.left == 0:
        raise NoAttemptsLeft
    if standing.earliest is not None and now < standing.earliest:
        raise TooSoonAfterAttempt(earliest=standing.earliest)
    made = places.new_attempt(
        session,
        clock,
        person_id=candidate_id,
        sitting=None,
        exam_id=exam.id,
        blueprint_id=exam.blueprint_id,
        mode=exam.mode,
        number=standing.counted + 1,
        extra_seconds=0,
        actor_id=candidate_id,
    )
    if made is not None:
        return session.get_one(Attempt, made)
    # somebody was faster by the unique index: the same person in another window
    known = queries.find_open(session, candidate_id, exam.id)
    if known is None:
        raise OpenAttempt
    return known


def start(
    session: Session,
    clock: Clock,
    *,
    candidate_id: UUID,
    attempt_id: UUID,
    locale: str,
    proof: Proof = NO_PROOF,
) -> Entrance:
    """Start an attempt that is ready. Asked twice, it is the same running attempt.

    Raises:
        NotFound: no such attempt, or another candidate's.
        AttemptNotReady: check-in is not finished.
        SittingNotOpen: the hour of the sitting has not come.
        SittingOver: its window has closed.
        SecureBrowserNeeded: the sitting asks for it, and the request does not prove its settings.
        AttemptClosed: the attempt is over.
        TrainsOthers: the candidate trains others now.
        NoFormLeft: the candidate has seen every form.
    """
    attempt = queries.attempt_of(session, candidate_id, attempt_id, for_update=True)
    return _enter_or_start(session, clock, attempt, locale, proof)


def _enter_or_start(session: Session, clock: Clock, attempt: Attempt, locale: str, proof: Proof) -> Entrance:
    if attempt.lifecycle is Lifecycle.READY:
        return _start(session, clock, attempt, locale, proof)
    if attempt.lifecycle in {*rules.RUNNING, Lifecycle.PAUSED}:
        return Entrance(attempt.id, None)
    raise refusal_to_write(attempt.lifecycle)


def refusal_to_write(lifecycle: Lifecycle) -> DomainError:
    """Why an attempt in a state in which nothing can be written takes nothing."""
    return AttemptNotReady() if lifecycle in rules.BEFORE_START else AttemptClosed()


def _start(session: Session, clock: Clock, attempt: Attempt, locale: str, proof: Proof) -> Entrance:
    now = clock.now()
    opens_at, closes_at, secure = _sitting(session, attempt.sitting_id)
    if opens_at is not None and now < opens_at:
        raise SittingNotOpen(opens_at=opens_at)
    browser = secure_browser.at_start(session, attempt, proof, asked=secure)
    doors.keep_trainers_out(session, clock, person_id=attempt.candidate_id, exam_id=attempt.exam_id)
    form = session.get_one(Form, attempt.form_id) if attempt.form_id else forms.pick_form(session, attempt)
    limit = timedelta(minutes=form.minutes)
    extra = attempt.extra_seconds
    deadline = rules.deadline_of(
        start=now, limit=limit, extra=timedelta(seconds=extra), window_close=closes_at
    )
    if deadline <= now:
        raise SittingOver
    seed = secrets.randbits(31)
    layout = _pin(session, form.id, seed)
    token = new_token()
    history.move(
        session,
        clock,
        attempt,
        Axis.LIFECYCLE,
        Lifecycle.IN_PROGRESS,
        actor_id=attempt.candidate_id,
        values={
            "form_id": form.id,
            "seed": seed,
            "layout": layout,
            "cut_score": cut_of(session, form.id),
            "max_points": sum(place["points"] for place in layout),
            "started_at": now,
            "deadline": deadline,
            "extra_seconds": extra,
            "lease": token_hash(token),
            "lease_number": 1,
            "last_seen_at": now,
            "locale": Locale(locale),
            **browser,
        },
    )
    session.execute(
        insert(Response),
        [
            {
                "attempt_id": attempt.id,
                "position": n,
                "chosen": [],
                "flagged": False,
                "version": 0,
                "late": False,
            }
            for n in range(1, len(layout) + 1)
        ],
    )
    session.add(ResponseEvent(attempt_id=attempt.id, kind=EventKind.START, locale=Locale(locale), at=now))
    accounts.keep_alive(session, attempt.candidate_id, deadline + rules.GRACE)
    audit.record(
        session,
        clock,
        actor_id=attempt.candidate_id,
        action="attempt.started",
        subject_kind="attempt",
        subject_id=attempt.id,
        form=form.id,
        deadline=deadline.isoformat(),
        extra_seconds=extra,
    )
    return Entrance(attempt.id, token)


def _sitting(session: Session, sitting_id: UUID | None) -> tuple[datetime | None, datetime | None, bool]:
    if sitting_id is None:
        return None, None, False
    row = session.execute(
        select(col(Sitting.opens_at), col(Sitting.closes_at), col(Sitting.secure_browser)).where(
            col(Sitting.id) == sitting_id
        )
    ).one()
    return row.opens_at, row.closes_at, row.secure_browser


def _pin(session: Session, form_id: UUID, seed: int) -> list[dict[str, Any]]:
    """Freeze what the attempt shows: item versions in the form's order, choices in an order of their own."""
    places = session.execute(
        select(col(FormItem.item_version_id), col(FormItem.domain), col(FormItem.points))
        .where(col(FormItem.form_id) == form_id)
        .order_by(col(FormItem.position))
    ).all()
    items = banks.versions_by_id(session, [place.item_version_id for place in places])
    return [
        {
            "item": str(place.item_version_id),
            **_order_of(items[place.item_version_id], seed),
            "points": place.points,
            "domain": place.domain,
        }
        for place in places
    ]


def _order_of(item: banks.DeliveredItem, seed: int) -> dict[str, Any]:
    """How the item is answered, and in which order its choices and targets stand; yes always before no."""
    name = str(item.version_id)
    choices = [choice["id"] for choice in item.choices]
    order = {
        "type": str(item.type),
        "several": item.type is ItemType.MULTIPLE,
        "order": choices if item.type is ItemType.TRUE_FALSE else _shuffled(seed, name, choices),
    }
    if item.type is ItemType.WRITTEN:
        order["words"] = item.words
    if item.targets:
        order["targets"] = _shuffled(seed, f"{name}:targets", [target["id"] for target in item.targets])
    return order


def _shuffled(seed: int, item: str, choices: Sequence[str]) -> list[str]:
    # an order from hashes of the stored seed is the same on every machine and in every release
    return sorted(choices, key=lambda choice: order_key(seed, item, choice))


def enter(
    session: Session,
    clock: Clock,
    window: queries.OpenWindow,
    *,
    candidate_id: UUID,
    lease: str,
    locale: str,
    again: bool = False,
) -> Entered:
    """Look at a running attempt: the window with its live lease goes on, any other takes over.

    Also the heartbeat, the return from an interruption and the language of the view. ``again`` asks for a
    takeover although this browser holds the lease: two windows of one browser. The caller has checked that
    the attempt runs and needs no release.
    """
    now = clock.now()
    values: dict[str, Any] = {}
    events: list[ResponseEvent] = []
    known = window.lease is not None and lease != "" and token_hash(lease) == window.lease and not again
    token = lease if known else new_token()
    took_over = not known and window.lease is not None
    if not known:
        values |= {"lease": token_hash(token), "lease_number": window.lease_number + 1}
    if took_over:
        events.append(_event(window.id, EventKind.TAKEOVER, locale, now))
    if window.locale != locale:
        values["locale"] = Locale(locale)
        events.append(_event(window.id, EventKind.LANGUAGE, locale, now))
    if window.lifecycle is Lifecycle.INTERRUPTED:
        come_back(session, clock, window.id, candidate_id)
    if values or rules.is_seen_again(last_seen_at=window.last_seen_at, at=now):
        session.execute(
            update(Attempt)
            .where(col(Attempt.id) == window.id, col(Attempt.lifecycle).in_(rules.RUNNING))
            .values(last_seen_at=now, **values)
            .execution_options(synchronize_session=False)
        )
    session.add_all(events)
    return Entered(token, fresh=not known, took_over=took_over)


def come_back(session: Session, clock: Clock, attempt_id: UUID, candidate_id: UUID) -> None:
    """The candidate of an interrupted attempt is there again; the clock has gone on."""
    attempt = queries.get_attempt(session, attempt_id, for_update=True)
    if attempt.lifecycle is Lifecycle.INTERRUPTED:
        history.move(
            session,
            clock,
            attempt,
            Axis.LIFECYCLE,
            Lifecycle.IN_PROGRESS,
            actor_id=candidate_id,
            values={"last_seen_at": clock.now()},
        )


def _event(attempt_id: UUID, kind: EventKind, locale: str, at: datetime) -> ResponseEvent:
    return ResponseEvent(attempt_id=attempt_id, kind=kind, locale=Locale(locale), at=at)
