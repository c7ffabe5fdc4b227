"""The secure browser of a sitting: settings are given out, proven by every request, let go by a person.

A request that does not prove them stops the attempt, and never ends it or signs anybody out: what was saved
stays, the clock goes on, and a supervising person decides with a reason.
"""

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.exams.errors import (
    BrowserNotAsked,
    ReasonMissing,
    SecureBrowserHeld,
    SecureBrowserNeeded,
    WrongRole,
)
from app.exams.models.attempts import Attempt
from app.exams.models.secure_browser import BrowserEntry, BrowserFile
from app.exams.queries import attempts as attempt_queries
from app.exams.queries import secure_browser as queries
from app.exams.rules import secure_browser as rules
from app.exams.rules.delivery import RUNNING
from app.exams.rules.secure_browser import BrowserCheck, BrowserEvent, Proof, Verdict
from app.exams.rules.states import Axis, Lifecycle
from app.exams.rules.transitions import Who
from app.exams.service import doors, history
from app.exams.service.secure_browser_file import write
from app.kernel.clock import Clock
from app.kernel.errors import NotFound, Refused
from app.platform.database import insert_once

AGAIN_AFTER = timedelta(minutes=1)
"""How often it is written down that an exam was opened outside the secure browser."""


def settings_file(session: Session, clock: Clock, *, attempt_id: UUID, base: str, locale: str) -> bytes:
    """The .seb file of an attempt, the same bytes every time; the caller has checked who asks.

    ``base`` is the installation's public address, from which every address in the file is built.

    Raises:
        NotFound: no such attempt, it is over, or it needs no secure browser.
    """
    attempt = attempt_queries.get_attempt(session, attempt_id)
    if not (rules.may_have_file(attempt.lifecycle) and queries.is_asked(session, attempt)):
        raise NotFound
    settings = rules.exam_settings(
        start=f"{base}/{locale}/exams/attempts/{attempt_id}/before?browser={secrets.token_urlsafe(24)}",
        end=base + rules.END,
        base=base,
        camera=attempt.mode in rules.AT_A_DISTANCE,
    )
    insert_once(
        session,
        BrowserFile,
        attempt_id=attempt_id,
        settings=settings,
        config_key=rules.config_key(settings),
        made_at=clock.now(),
    )
    held = session.execute(
        select(col(BrowserFile.settings)).where(col(BrowserFile.attempt_id) == attempt_id)
    ).scalar_one()
    return write(held)


def at_start(session: Session, attempt: Attempt, proof: Proof, *, asked: bool) -> dict[str, Any]:
    """What the start of an attempt writes about the secure browser; ``asked``: its sitting asks for it.

    Raises:
        SecureBrowserNeeded: the request does not prove the settings of this attempt.
    """
    if not asked or attempt.browser_check is BrowserCheck.EXEMPT:
        return {}
    key = queries.find_key(session, attempt.id)
    if key is None or rules.judge(proof, key) is not Verdict.PROVEN:
        raise SecureBrowserNeeded
    return {"browser_check": BrowserCheck.REQUIRED, "browser_key": key}


def stop_unless_proven(session: Session, clock: Clock, row: Any, proof: Proof) -> Refused | None:
    """Stop a running attempt whose request does not prove its settings; None: it does, or need not.

    ``row`` has the columns of an attempt.
    """
    if row.browser_check is not BrowserCheck.REQUIRED:
        return None
    verdict = rules.judge(proof, row.browser_key)
    if verdict is Verdict.PROVEN:
        return None
    return hold(session, clock, row.id, rules.event_of(verdict))


def hold(session: Session, clock: Clock, attempt_id: UUID, event: BrowserEvent) -> Refused:
    """Stop a running attempt until a supervising person decides; stopped already, it only says so."""
    attempt = attempt_queries.get_attempt(session, attempt_id, for_update=True)
    if attempt.browser_check is not BrowserCheck.REQUIRED or attempt.lifecycle not in RUNNING:
        return Refused(SecureBrowserHeld())
    held = {"browser_check": BrowserCheck.HELD}
    if attempt.lifecycle is Lifecycle.IN_PROGRESS:
        history.move(
            session, clock, attempt, Axis.LIFECYCLE, Lifecycle.INTERRUPTED, actor_id=None, values=held
        )
    else:
        _write(session, attempt, held)
    _note(session, clock, attempt, event)
    doors.note(session, clock, attempt, None, "attempt.browser_held", why=str(event))
    return Refused(SecureBrowserHeld())


def prove(
    session: Session, clock: Clock, *, candidate_id: UUID, attempt_id: UUID, proof: Proof
) -> Refused | None:
    """Take the word of a page's script; None: it proves the settings, and a pass may be given.

    A page of a running attempt that finds no secure browser around it leaves a note, at most once a minute.

    Raises:
        NotFound: no such attempt, or another candidate's.
    """
    attempt = attempt_queries.attempt_of(session, candidate_id, attempt_id)
    if attempt.lifecycle not in RUNNING:
        key = queries.find_key(session, attempt_id)
        proven = key is not None and rules.judge(proof, key) is Verdict.PROVEN
        return None if proven else Refused(SecureBrowserNeeded())
    if attempt.browser_check is BrowserCheck.HELD:
        return Refused(SecureBrowserHeld())
    if attempt.browser_check is BrowserCheck.REQUIRED and proof.page_hash is None and proof.header is None:
        _note_outside(session, clock, attempt)
        return Refused(SecureBrowserNeeded())
    return stop_unless_proven(session, clock, attempt, proof)


def decide(
    session: Session,
    clock: Clock,
    *,
    attempt_id: UUID,
    actor_id: UUID,
    roles: Collection[Who],
    reason: str,
    rest: bool,
) -> Refused | None:
    """Let a stopped attempt go on, this once, or with ``rest`` without the secure browser until its end.

    With ``rest`` also an attempt that was not stopped, or has not started, is exempted.

    Raises:
        NotFound: no such attempt.
        ReasonMissing: a reason is needed.
        WrongRole: a proctor or an exam manager decides.
        BrowserNotAsked: it is not stopped, or needs no secure browser, or is over.
    """
    attempt = doors.supervised(session, clock, attempt_id=attempt_id, actor_id=actor_id, act="browser")
    if isinstance(attempt, Refused):
        return attempt
    if not reason.strip():
        raise ReasonMissing
    if not {Who.PROCTOR, Who.EXAM_MANAGER} & set(roles):
        raise WrongRole
    held = attempt.browser_check is BrowserCheck.HELD
    if not rules.may_have_file(attempt.lifecycle) or not (
        held or (rest and queries.is_asked(session, attempt))
    ):
        raise BrowserNotAsked
    # whichever window comes next is the live one: a browser that started anew knows no token
    values = {"browser_check": BrowserCheck.EXEMPT if rest else BrowserCheck.REQUIRED, "lease": None}
    if held and attempt.lifecycle is Lifecycle.INTERRUPTED:
        history.move(
            session,
            clock,
            attempt,
            Axis.LIFECYCLE,
            Lifecycle.IN_PROGRESS,
            actor_id=actor_id,
            roles=roles,
            reason=reason,
            values={**values, "last_seen_at": clock.now()},
        )
    else:
        _write(session, attempt, values)
    event = BrowserEvent.EXEMPTED if rest else BrowserEvent.RELEASED
    _note(session, clock, attempt, event, actor_id=actor_id, reason=reason.strip())
    doors.note(session, clock, attempt, actor_id, f"attempt.browser_{event}")
    return None


def _write(session: Session, attempt: Attempt, values: dict[str, Any]) -> None:
    session.execute(
        update(Attempt)
        .where(col(Attempt.id) == attempt.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _note(session: Session, clock: Clock, attempt: Attempt, event: BrowserEvent, **by: Any) -> None:
    session.add(BrowserEntry(attempt_id=attempt.id, event=event, at=clock.now(), **by))


def _note_outside(session: Session, clock: Clock, attempt: Attempt) -> None:
    known = session.scalar(
        select(col(BrowserEntry.id))
        .where(
            col(BrowserEntry.attempt_id) == attempt.id,
            col(BrowserEntry.event) == BrowserEvent.OUTSIDE,
            col(BrowserEntry.at) > clock.now() - AGAIN_AFTER,
        )
        .limit(1)
    )
    if known is None:
        _note(session, clock, attempt, BrowserEvent.OUTSIDE)
